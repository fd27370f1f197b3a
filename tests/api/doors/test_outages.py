"""A database that can't do its part while somebody edits: who asked learns whether it was done, and no more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import Connection

from data.database.access import Access
from data.database.engine import application_engine
from data.database.errors import DatabaseUnavailableError
from data.plans import door
from data.plans.door import tried
from data.plans.rows import row
from data.users.roles import Role
from data.users.shares import DRAWING
from tests.api.doors.world import ADMIN, INSIDE, World, peopled
from tests.databases import database_like, execute

PLANNER = (Role.planner, INSIDE)
END_ALL = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


@pytest.fixture(scope="module")
def world(town_plan: Access) -> Iterator[World]:
    """Run a server on a plan with somebody of every role and scope."""
    with database_like(town_plan) as access, peopled(access) as world:
        yield world


def befalling(monkeypatch: pytest.MonkeyPatch, what: Callable[[Connection], object]) -> None:
    """Have something happen to the connection of an edit before it is carried out."""
    carry_out = door.carry_out

    def carried(connection: Connection, *seen: Any, **options: Any) -> Any:
        what(connection)
        return carry_out(connection, *seen, **options)

    monkeypatch.setattr(door, "carry_out", carried)


def retagged(world: World, plan: str, name: str) -> Any:
    """Ask for an edit."""
    base = world.ask(PLANNER, "GET", plan).json()["revision"]
    asked = {"verb": "retag", "code": world.code, "name": name, "base_revision": base}
    return world.ask(PLANNER, "POST", f"{plan}/edits", json=asked)


def end_session(connection: Connection) -> None:
    """End a session as a restart of the server would."""
    row(connection, "SELECT pg_terminate_backend(pg_backend_pid())")


def wait_too_long(connection: Connection) -> None:
    """Ask for what takes longer than it may."""
    row(connection, "SELECT set_config('statement_timeout', '1', true)")
    row(connection, "SELECT pg_sleep(9) IS NULL")


def stop_writing(connection: Connection) -> None:
    """Have the rest of a transaction write nothing, as on a server that is a copy of another."""
    row(connection, "SELECT set_config('transaction_read_only', 'on', true)")


@pytest.mark.parametrize(
    ("what", "code", "word"),
    [
        (end_session, "database_lost", "look in the history whether this was done"),
        (wait_too_long, "timeout", "nothing was done"),
        (stop_writing, "unavailable", "nothing was done"),
    ],
)
def test_an_outage_is_the_servers_and_says_whether_the_edit_was_done(
    world: World, monkeypatch: pytest.MonkeyPatch, what: Callable[[Connection], object], code: str, word: str
):
    plan = f"/api/plans/{world.branched()}"
    with monkeypatch.context() as during:
        befalling(during, what)
        answer = retagged(world, plan, "x")
    assert (answer.status_code, answer.json()["code"]) == (503, code), answer.text
    assert word in answer.json()["detail"]
    assert int(answer.headers["retry-after"]) > 0
    assert "pg_" not in answer.text
    assert world.ask(ADMIN, "GET", plan).json()["revision"] == 0
    assert retagged(world, plan, "x").status_code == 200


def test_a_server_that_is_away_tells_planners_nothing_of_where_it_is(world: World):
    plan = f"/api/plans/{world.branched()}"
    name = str(execute(world.access, "SELECT current_database()")[0][0])
    engine = application_engine(world.access.application.in_database(f"{name}_gone"))
    with pytest.raises(DatabaseUnavailableError, match="does not exist"):
        tried(engine, "town", lambda connection: None)
    working = world.running.transactions.in_threads
    execute(world.access, f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false', database="postgres")
    working.dispose()
    try:
        answer = world.ask(PLANNER, "POST", f"{plan}/undo", json={"base_revision": 0})
    finally:
        execute(world.access, f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true', database="postgres")
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable"), answer.text
    assert name not in answer.text


def test_a_character_that_nothing_can_keep_is_the_askers(world: World):
    plan = f"/api/plans/{world.branched()}"
    answer = retagged(world, plan, "a\0b")
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_input"), answer.text
    assert "a character that can't be kept" in answer.json()["detail"]


def test_a_map_goes_on_when_the_database_was_started_anew(world: World):
    plan = f"/tiles/{world.branched()}"
    with ThreadPoolExecutor(2 * DRAWING) as many:
        asked = [many.submit(world.ask, ADMIN, "GET", f"{plan}/14/{column}/0.mvt") for column in range(40)]
        assert {one.result().status_code for one in asked} == {200}
    execute(world.access, END_ALL)
    assert [world.ask(ADMIN, "GET", f"{plan}{path}").status_code for path in ("/14/0/1.mvt", ".json")] == [200, 200]
    execute(world.access, END_ALL)
    assert world.ask(ADMIN, "GET", f"{plan}.json").status_code == 200
