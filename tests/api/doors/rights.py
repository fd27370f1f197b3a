"""Who may come in by which door: one table for all routes, which `test_rights` holds against what happens.

A new route is a test failure until it has a row here. A row says who is let in; everybody else is to get 401 (nobody
signed in) or 403 and no data. A door to one place also says what somebody gets to whose scope it does not belong.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from data.users.roles import Right
from tests.api.doors.world import NAME, World

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

    @property
    def path_shown(self) -> str:
        """The path as it is described, and filled in."""
        return self.path.replace(":path}", "}")


PLAN: dict[str, Any] = {"path": {"plan": NAME}}
COLLECTION: dict[str, Any] = {"path": {"collection": f"{NAME}.grids"}}


def a_grid(world: World) -> dict[str, Any]:
    """Ask for a grid of the plan."""
    return {"path": {"plan": NAME, "code": world.code}}


def a_gap(world: World) -> dict[str, Any]:
    """Ask for a gap of the plan."""
    return {"path": {"plan": NAME, "gap_id": world.gap_id}}


def moved(plan: str, **said: Any) -> dict[str, Any]:
    """Ask for something to become of a plan."""
    return {"path": {"plan": plan}, "json": said}


def no_upload(**more: Any) -> Request:
    """Ask for an upload that is nobody's; whose it is, and that nobody else gets it, is `test_uploads`' concern."""
    return lambda _: {**more, "path": {"upload": "0" * 24, **more.get("path", {})}}


DOORS = (
    Door("GET", "/healthz", None),
    Door("GET", "/readyz", None),
    Door("GET", "/metrics", Right.administer),
    Door("GET", "/api/openapi.json", None),
    Door("GET", "/api/docs", None),
    Door("GET", "/api/docs/start.js", None),
    Door("GET", "/api/docs/{name}", None, lambda _: {"path": {"name": "swagger-ui.css"}}),
    Door("GET", "/", None, fine=frozenset({200, 503})),
    Door("GET", "/icon.svg", None, fine=frozenset({200, 404})),
    Door("GET", "/assets/{name}", None, lambda _: {"path": {"name": "no-such-file.js"}}, frozenset({404})),
    Door("GET", "/sign-in", None, lambda _: {"params": {"key": "no such key"}}, frozenset({401})),
    Door("POST", "/api/session", None, lambda _: {"json": {"name": "nobody", "password": "x"}}, frozenset({401, 429})),
    Door("GET", "/api/session", Right.read),
    Door("DELETE", "/api/session", Right.read, fine=frozenset({204})),
    Door("GET", "/api/session/ways", None),
    Door("GET", "/api/session/openid", None, fine=frozenset({404})),
    Door("GET", "/api/session/openid/return", None, fine=frozenset({404})),
    Door("GET", "/api/plans", Right.read),
    Door(
        "POST",
        "/api/plans",
        Right.edit,
        lambda world: {"json": {"name": f"mine {next(world.numbers)}", "from": NAME}},
        frozenset({201}),
        404,
    ),
    Door("GET", "/api/plans/{plan}", Right.read, lambda _: PLAN),
    Door("POST", "/api/plans/{plan}/submit", Right.edit, lambda world: moved(world.branched()), outside=404),
    Door(
        "POST",
        "/api/plans/{plan}/return",
        Right.approve,
        lambda world: moved(world.branched(submitted=True)),
        outside=404,
    ),
    Door(
        "POST",
        "/api/plans/{plan}/approve",
        Right.approve,
        lambda world: moved(world.branched(submitted=True), effective_date=world.a_day(), replace=True),
        outside=404,
    ),
    Door("GET", "/api/plans/{plan}/grids", Right.read, lambda _: PLAN),
    Door("GET", "/api/plans/{plan}/grids/{code}", Right.read, a_grid, outside=404),
    Door(
        "PATCH",
        "/api/plans/{plan}/grids/{code}",
        Right.edit,
        lambda world: a_grid(world) | {"json": {"name": f"name {next(world.numbers)}"}},
        outside=404,
    ),
    Door(
        "POST",
        "/api/plans/{plan}/edits",
        Right.edit,
        lambda world: PLAN | {"json": {"verb": "lock", "code": world.code, "base_revision": 0}},
        frozenset({200, 409}),
        404,
    ),
    Door("GET", "/api/plans/{plan}/edits", Right.read, lambda _: PLAN),
    Door(
        "POST",
        "/api/plans/{plan}/undo",
        Right.edit,
        lambda _: PLAN | {"json": {"base_revision": 0}},
        frozenset({200, 409}),
    ),
    Door(
        "POST",
        "/api/plans/{plan}/redo",
        Right.edit,
        lambda _: PLAN | {"json": {"base_revision": 0}},
        frozenset({200, 409}),
    ),
    Door("GET", "/api/plans/{plan}/gaps", Right.read, lambda _: PLAN),
    Door("GET", "/api/plans/{plan}/gaps.xlsx", Right.read, lambda _: PLAN),
    Door("GET", "/api/plans/{plan}/gaps.geojson", Right.read, lambda _: PLAN),
    Door("GET", "/api/plans/{plan}/gaps/{gap_id:path}", Right.read, a_gap, outside=404),
    Door(
        "PATCH",
        "/api/plans/{plan}/gaps/{gap_id:path}",
        Right.sign_gaps,
        lambda world: a_gap(world) | {"json": {"state": "open"}},
        outside=404,
    ),
    Door("GET", "/api/plans/{plan}/summary", Right.read, lambda _: PLAN),
    Door(
        "GET",
        "/api/plans/{plan}/compare/{other}",
        Right.read,
        lambda _: {"path": {"plan": NAME, "other": NAME}},
    ),
    Door("GET", "/api/plans/{plan}/trend", Right.read, lambda _: PLAN),
    Door("GET", "/api/plans/{plan}/places", Right.read, lambda _: {**PLAN, "params": {"q": "一"}}),
    Door("GET", "/api/plans/{plan}/lineage", Right.read, lambda _: PLAN),
    Door("GET", "/api/plans/{plan}/export", Right.read, lambda _: PLAN),
    Door("GET", "/api/changes", Right.read, lambda _: {"params": {"since": 0}}),
    Door("GET", "/plans/{plan}/board/{code}", Right.read, a_grid, outside=404),
    Door("GET", "/ogc", Right.read),
    Door("GET", "/ogc/conformance", Right.read),
    Door("GET", "/ogc/collections", Right.read),
    Door("GET", "/ogc/collections/{collection}", Right.read, lambda _: COLLECTION, outside=404),
    Door("GET", "/ogc/collections/{collection}/queryables", Right.read, lambda _: COLLECTION, outside=404),
    Door("GET", "/ogc/collections/{collection}/items", Right.read, lambda _: COLLECTION, outside=404),
    Door(
        "GET",
        "/ogc/collections/{collection}/items/{feature:path}",
        Right.read,
        lambda world: {"path": {"collection": f"{NAME}.grids", "feature": world.code}},
        outside=404,
    ),
    Door("GET", "/ogc/collections/{collection}/tiles", Right.read, lambda _: COLLECTION, outside=404),
    Door(
        "GET",
        "/ogc/collections/{collection}/tiles/{scheme}",
        Right.read,
        lambda _: {"path": {"collection": f"{NAME}.grids", "scheme": "WebMercatorQuad"}},
        outside=404,
    ),
    Door("GET", "/ogc/tileMatrixSets", Right.read),
    Door("GET", "/ogc/tileMatrixSets/{scheme}", Right.read, lambda _: {"path": {"scheme": "WebMercatorQuad"}}),
    Door("GET", "/tiles/{plan}.json", Right.read, lambda _: PLAN),
    Door(
        "GET", "/tiles/{plan}/{z}/{x}/{y}.mvt", Right.read, lambda _: {"path": {"plan": NAME, "z": 0, "x": 0, "y": 0}}
    ),
    Door("GET", "/api/uploads", Right.edit),
    Door("POST", "/api/uploads", Right.edit, fine=frozenset({201})),
    Door("GET", "/api/uploads/keys", Right.edit),
    *(
        Door(method, f"/api/uploads/{{upload}}{path}", Right.edit, no_upload(**more), frozenset({404}))
        for method, path, more in (
            ("GET", "", {}),
            ("DELETE", "", {}),
            ("PUT", "/files/{name}", {"path": {"name": "a.csv"}, "content": b"a,b"}),
            ("DELETE", "/files/{name}", {"path": {"name": "a.csv"}}),
            ("POST", "/look", {}),
            ("GET", "/outlines/{which}", {"path": {"which": "0"}}),
            ("GET", "/layers", {}),
            ("PUT", "/layers", {"json": {}}),
            ("POST", "/build", {"json": {}}),
            ("POST", "/plan", {"json": {"name": "x"}}),
        )
    ),
)
