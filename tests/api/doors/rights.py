"""Who may come in by which door: one table for all routes, which `test_rights` holds against what happens.

A new route is a test failure until it has a row here. A row says who is let in; everybody else is to get 401 (nobody
signed in) or 403 and no data. A door to one place also says what somebody gets to whose scope it does not belong.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from data.users.roles import Right
from tests.api.doors.world import World

Request = Callable[[World], dict[str, Any]]
"""Makes of a world what the test client is to send: ``path`` has the parameters of the path, the rest is httpx's."""


@dataclass(frozen=True)
class Door:
    """A route.

    Parameters
    ----------
    method, path
        As the application has them.
    right
        What a role must carry to be let in; None: nothing, not even a name.
    request
        What is sent to it.
    fine
        Statuses of who is let in.
    outside
        The status that somebody gets to whose scope the place does not belong; None: it is about no one place.
    """

    method: str
    path: str
    right: Right | None
    request: Request = lambda world: {}
    fine: frozenset[int] = frozenset({200})
    outside: int | None = None


DOORS = (
    Door("GET", "/healthz", None),
    Door("GET", "/readyz", None),
    Door("GET", "/metrics", Right.administer),
    Door("GET", "/api/openapi.json", None),
    Door("GET", "/api/docs", None),
    Door("GET", "/api/docs/start.js", None),
    Door("GET", "/api/docs/{name}", None, lambda _: {"path": {"name": "swagger-ui.css"}}),
    Door("GET", "/", None, fine=frozenset({307})),
    Door("GET", "/sign-in", None, lambda _: {"params": {"key": "no such key"}}, frozenset({401})),
    Door("POST", "/api/session", None, lambda _: {"json": {"name": "nobody", "password": "x"}}, frozenset({401, 429})),
    Door("GET", "/api/session", Right.read),
    Door("DELETE", "/api/session", Right.read, fine=frozenset({204})),
    Door("GET", "/api/session/ways", None),
    Door("GET", "/api/session/openid", None, fine=frozenset({404})),
    Door("GET", "/api/session/openid/return", None, fine=frozenset({404})),
)
