"""What lies beyond a scope is in no answer, by whatever door: no code, name, box, sum or refusal tells of it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from data.build_layers import LAYERS
from data.database.access import Access
from data.users.accounts import add_account
from data.users.credentials import Kind, issue
from data.users.roles import Right, Role
from data.users.transactions import Transactions
from tests.api.doors.rights import DOORS, Door
from tests.api.doors.world import ADMIN, NAME, OUTSIDE, World, peopled
from tests.databases import database_like

SECRET = "不可说之地"
"""What a grid beyond the scope is called since the latest edit."""
BRANCH = "redrawn"
EVERYBODYS = ("facilities", "roads")
"""Layers of what lies in no community: people walk to a facility across borders."""


@dataclass(frozen=True)
class Scoped:
    """A world in which somebody of every role has one community as scope, and what they are not to learn."""

    world: World
    community: str
    hidden: frozenset[str]
    beyond: str
    """The code of a grid beyond."""

    def ask(self, role: Role, method: str, path: str, **more: Any) -> Any:
        """Ask as somebody of that scope, for an answer that is not compressed."""
        return self.world.ask((role, self.community), method, path, headers={"Accept-Encoding": "identity"}, **more)


@pytest.fixture(scope="module")
def scoped(town_plan: Access) -> Iterator[Scoped]:
    """Run a server where a branch of the plan was redrawn beyond the scope."""
    with database_like(town_plan) as access, peopled(access) as world:
        grids = world.ask(ADMIN, "GET", f"/api/plans/{NAME}/grids", params={"limit": 5000}).json()["features"]
        said = [grid["properties"] for grid in grids]
        community = said[0]["community_code"]
        inside = [one for one in said if one["community_code"] == community]
        outside = [one for one in said if one["community_code"] != community]
        add_people(access, world, community)
        beyond = outside[0]["code"]
        assert world.ask(ADMIN, "POST", "/api/plans", json={"name": BRANCH, "from": NAME}).status_code == 201
        renamed = world.ask(ADMIN, "PATCH", f"/api/plans/{BRANCH}/grids/{beyond}", json={"name": SECRET})
        assert renamed.status_code == 200
        known = names_in(inside)
        hidden = {name for name in names_in(outside) if not any(name in one for one in known)} | {SECRET}
        yield Scoped(world, community, frozenset(hidden), beyond)


def add_people(access: Access, world: World, community: str) -> None:
    """Let somebody of every role sign in with a community as scope."""
    transactions = Transactions(access.application)
    with transactions.working(None) as connection:
        for role in Role:
            identity = add_account(connection, f"{role.value} of one", role, community).identity
            world.tokens[role, community] = issue(connection, Kind.token, identity, timedelta(hours=1)).secret
    transactions.in_threads.dispose()


def names_in(grids: list[dict[str, Any]]) -> set[str]:
    """Return by what grids and their communities are known."""
    kinds = ("code", "name", "community_code", "community_name", "source_id")
    zones = {grid["patrol_zone_id"] for grid in grids}  # which reach over communities
    return {str(grid[kind]) for grid in grids for kind in kinds if grid[kind]} - zones


def told(answer: Any) -> str:
    """Return what an answer says, with what is in its archives."""
    content = answer.content
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            content = b"\n".join(archive.read(name) for name in archive.namelist())
    return content.decode("utf-8", errors="replace") + str(dict(answer.headers))


def leaked(scoped: Scoped, answer: Any) -> list[str]:
    """Return what is in an answer that should not be."""
    text = told(answer)
    return sorted(word for word in scoped.hidden if word in text)


READ = [door for door in DOORS if door.method == "GET" and door.right is Right.read]


@pytest.mark.parametrize("door", READ, ids=lambda door: door.path)
@pytest.mark.parametrize("plan", [NAME, BRANCH])
def test_no_door_tells_of_what_lies_beyond(scoped: Scoped, door: Door, plan: str):
    request = dict(door.request(scoped.world))
    values = request.pop("path", {})
    path = door.path_shown.format(**{**values, **({"plan": plan} if "plan" in values else {})})
    for role in (Role.viewer, Role.planner, Role.admin):
        assert leaked(scoped, scoped.ask(role, "GET", path, **request)) == []


@pytest.mark.parametrize("layer", [layer for layer in (*LAYERS, "crosswalk") if layer not in EVERYBODYS])
def test_no_layer_that_is_exported_tells_of_what_lies_beyond(scoped: Scoped, layer: str):
    asked = {"layer": layer, "format": "csv"}
    answer = scoped.ask(Role.admin, "GET", f"/api/plans/{BRANCH}/export", params=asked)
    assert answer.status_code == 200, answer.text
    assert leaked(scoped, answer) == []


@pytest.mark.parametrize("format", ["gpkg", "shp", "geoparquet", "pmtiles", "geojson"])
def test_no_format_tells_of_what_lies_beyond(scoped: Scoped, format: str):
    answer = scoped.ask(Role.admin, "GET", f"/api/plans/{BRANCH}/export", params={"format": format, "layer": "grids"})
    assert answer.status_code == 200, answer.text
    assert leaked(scoped, answer) == []


def test_differences_are_told_within_the_scope_alone(scoped: Scoped):
    paths = [f"/api/plans/{BRANCH}/compare/{NAME}", f"/api/plans/{BRANCH}/edits", "/api/changes?since=0"]
    for path in paths:
        assert SECRET in told(scoped.world.ask(ADMIN, "GET", path)) or scoped.beyond in told(
            scoped.world.ask(ADMIN, "GET", path)
        ), path
        assert leaked(scoped, scoped.ask(Role.planner, "GET", path)) == []


def test_a_plans_box_and_sums_are_those_of_the_scope(scoped: Scoped):
    whole, own = (ask("GET", f"/api/plans/{NAME}").json() for ask in (
        lambda *asked: scoped.world.ask(ADMIN, *asked), lambda *asked: scoped.ask(Role.viewer, *asked)
    ))  # fmt: skip
    grids = scoped.ask(Role.viewer, "GET", f"/api/plans/{NAME}/grids", params={"limit": 5000}).json()["features"]
    assert own["counts"]["grids"] == len(grids) < whole["counts"]["grids"]
    points = [point for grid in grids for ring in rings(grid["geometry"]) for point in ring]
    west, south, east, north = own["extent"]
    for x, y in points:
        assert west - 1e-6 <= x <= east + 1e-6
        assert south - 1e-6 <= y <= north + 1e-6
    assert (east - west) * (north - south) < 0.9 * area_of(whole["extent"])


def rings(geometry: dict[str, Any]) -> list[list[list[float]]]:
    """Return the rings of a polygon or of several."""
    polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    return [ring for polygon in polygons for ring in polygon]


def area_of(box: list[float]) -> float:
    """Return the area of a box."""
    return (box[2] - box[0]) * (box[3] - box[1])


@pytest.mark.parametrize(
    "edit",
    [
        {"verb": "split", "line": [[0, 0], [1, 1]]}, {"verb": "lock"}, {"verb": "retag", "name": "ours now"},
        {"verb": "merge"}, {"verb": "reshape", "line": [[0, 0], [1, 1]]},
    ],
    ids=lambda edit: edit["verb"],
)  # fmt: skip
def test_a_refusal_says_no_more_of_a_grid_beyond_than_of_one_that_is_not(scoped: Scoped, edit: dict[str, Any]):
    refusals = []
    for code in (scoped.beyond, scoped.beyond[:12] + "998"):
        named: dict[str, Any] = {"code": code}
        if edit["verb"] in ("merge", "reshape"):
            named = {"codes": [code, scoped.world.code]}
        if edit["verb"] == "merge":
            named["keep"] = code
        asked = {**edit, **named, "base_revision": 1}
        answer = scoped.ask(Role.planner, "POST", f"/api/plans/{BRANCH}/edits?dry_run=true", json=asked)
        assert answer.status_code in (404, 409), answer.text
        refusals.append((answer.status_code, answer.text.replace(code, "CODE")))
    assert refusals[0] == refusals[1]


def test_a_plan_of_another_jurisdiction_is_not_there(scoped: Scoped):
    elsewhere = (Role.planner, OUTSIDE)
    assert scoped.world.ask(elsewhere, "GET", "/api/plans").json()["items"] == []
    for path in ("", "/edits", "/grids", "/summary", "/gaps", f"/compare/{BRANCH}", "/export?layer=grids&format=csv"):
        refused = scoped.world.ask(elsewhere, "GET", f"/api/plans/{NAME}{path}")
        assert (refused.status_code, refused.json()["code"]) == (404, "unknown_plan"), path
        assert BRANCH not in refused.text
    for path in (f"/tiles/{NAME}.json", f"/tiles/{NAME}/0/0/0.mvt", f"/plans/{NAME}/board/{scoped.beyond}"):
        assert scoped.world.ask(elsewhere, "GET", path).status_code == 404, path
    branched = scoped.world.ask(elsewhere, "POST", "/api/plans", json={"name": "mine", "from": NAME})
    assert branched.status_code == 404
    told = scoped.world.ask(elsewhere, "GET", "/api/changes", params={"since": 0}).json()["items"]
    assert [one for one in told if one["plan"] in (NAME, BRANCH)] == []


def test_the_log_does_not_tell_where_an_edit_beyond_lies(scoped: Scoped):
    def latest(who: tuple[Role, str]) -> dict[str, Any]:
        entry: dict[str, Any] = scoped.world.ask(who, "GET", f"/api/plans/{BRANCH}/edits").json()["items"][-1]
        return entry

    assert latest(ADMIN)["bounds"] is not None
    mine = latest((Role.viewer, scoped.community))
    assert (mine["verb"], mine["codes"], mine["bounds"]) == ("retag", [], None)
