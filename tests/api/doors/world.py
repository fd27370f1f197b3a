"""A server with somebody of every role, for tests of what it answers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from itertools import count
from typing import Any

from starlette.testclient import TestClient

from api.application import create_app
from api.running import Running
from data.database.access import Access
from data.settings import Settings
from data.users.accounts import add_account
from data.users.credentials import Kind, issue
from data.users.roles import Role
from data.users.transactions import Transactions

ALL, INSIDE, OUTSIDE = "", "530102", "110101"
"""Scopes: of everything, of the district that plans of tests are in, of one elsewhere."""
NAME = "小城 2026"
"""The plan of the fixture ``town_plan``."""
ADMIN = (Role.admin, ALL)
ORIGIN = "http://grid.test"


@dataclass
class World:
    """A running application, and bearer tokens of everybody."""

    client: TestClient
    access: Access
    tokens: dict[tuple[Role, str], str] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def running(self) -> Running:
        """What the application works with."""
        return self.client.app.state.running  # type: ignore[attr-defined]

    @cached_property
    def code(self) -> str:
        """A grid of the plan."""
        found = self.ask(ADMIN, "GET", f"/api/plans/{NAME}/grids", params={"limit": 1})
        return str(found.json()["features"][0]["properties"]["code"])

    @cached_property
    def gap_id(self) -> str:
        """A gap of the plan, about a grid."""
        found = self.ask(ADMIN, "GET", f"/api/plans/{NAME}/gaps")
        return str(next(gap for gap in found.json()["items"] if gap["code"])["gap_id"])

    def branched(self, *, submitted: bool = False) -> str:
        """Make a branch of the plan, and return its name."""
        name = f"branch {next(self.numbers)}"
        made = self.ask(ADMIN, "POST", "/api/plans", json={"name": name, "from": NAME})
        assert made.status_code == 201, made.text
        if submitted:
            assert self.ask(ADMIN, "POST", f"/api/plans/{name}/submit", json={}).status_code == 200
        return name

    def a_day(self) -> str:
        """Return a day, later each time."""
        return (date(2030, 1, 1) + timedelta(days=next(self.numbers))).isoformat()

    def ask(self, who: tuple[Role, str] | None, method: str, path: str, **more: Any) -> Any:
        """Ask as somebody; None: without saying who."""
        headers = more.pop("headers", {}) | ({"Authorization": f"Bearer {self.tokens[who]}"} if who else {})
        return self.client.request(method, path, headers=headers, **more)


def settings_for(access: Access, **more: Any) -> Settings:
    """Return the settings of a server on a database of a test."""
    reached = {"database_url": access.application, "database_admin_url": access.administrator}
    return Settings(**{"data_dir": access.data_dir, **reached, **more})


@contextmanager
def opened(access: Access, *, single_user: bool = False, **settings: Any) -> Iterator[TestClient]:
    """Run the application for a block, in this process; its client follows no redirect."""
    app = create_app(settings_for(access, **settings), single_user=single_user)
    with TestClient(app, base_url=ORIGIN, raise_server_exceptions=False, follow_redirects=False) as client:
        yield client


@contextmanager
def peopled(access: Access, **settings: Any) -> Iterator[World]:
    """Run the application for a block, with somebody of every role and scope."""
    with opened(access, **settings) as client:
        world = World(client, access)
        transactions = Transactions(access.application)
        with transactions.working(None) as connection:
            for role in Role:
                for scope in (ALL, INSIDE, OUTSIDE):
                    identity = add_account(connection, f"{role.value}{scope}", role, scope).identity
                    issued = issue(connection, Kind.token, identity, timedelta(hours=1))
                    world.tokens[role, scope] = issued.secret
        transactions.in_threads.dispose()
        yield world
