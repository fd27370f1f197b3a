"""Tiles against what the other doors say of the same plan: land, attributes, figures, rights."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

from data.database.access import Access
from data.plans.tiles_layers import LAYERS
from data.users.roles import Role
from tests.api.doors.test_plans import PLANNER, across, every_grid, largest
from tests.api.doors.tiles_read import EXTENT, Tiles, read
from tests.api.doors.world import ADMIN, ALL, INSIDE, NAME, OUTSIDE, World, peopled
from tests.databases import database_like

DOCUMENT = Path(__file__).parents[3] / "docs" / "tiles.md"
FOUND_BY_GRID = (
    "number", "name", "kind", "management_type", "households", "population", "party_members", "required", "held",
    "short", "shortage", "form", "worst", "severity", "locked",
)  # fmt: skip


@pytest.fixture(scope="module")
def world(town_plan: Access) -> Iterator[World]:
    """Run a server on a plan with somebody of every role and scope."""
    with database_like(town_plan) as access, peopled(access) as world:
        yield world


@pytest.fixture
def tiles(world: World) -> Tiles:
    """See the plan's tiles as a planner of its district."""
    return Tiles(world, PLANNER, NAME)


def said(value: object) -> object:
    """Return an attribute as JSON has it: what is missing is None, a whole number an int."""
    if value is None or value != value:  # noqa: PLR0124 (NaN)
        return None
    return int(value) if isinstance(value, float) else value


def whole(tiles: Tiles, zoom: int):
    """Return the grids of all tiles of a zoom, each put together of what its tiles have within their sides."""
    pieces = []
    for place in tiles.places(zoom):
        grids = tiles.layers(place).get("grids")
        if grids is not None:
            column, row = place[1] * EXTENT, place[2] * EXTENT
            pieces.append(grids.clip(shapely.box(column, row, column + EXTENT, row + EXTENT)))
    grids = pd.concat(pieces)
    return grids.dissolve("code", as_index=False)


def test_the_document_the_tilejson_and_the_tiles_list_the_same_attributes(tiles: Tiles):
    table = {
        name: (int(zoom), set(re.findall(r"`(\w+)`", fields)))
        for name, zoom, fields in re.findall(r"^\| `(\w+)` \| (\d+) \| (.+) \|$", DOCUMENT.read_text(), re.MULTILINE)
    }
    assert table == {name: (layer.minzoom, set(layer.fields)) for name, layer in LAYERS.items()}
    listed = tiles.json()["vector_layers"]
    assert {one["id"]: (one["minzoom"], set(one["fields"])) for one in listed} == table
    found: dict[str, set[str]] = {name: set() for name in LAYERS}
    for zoom in (2, 5, 9, 11, 13, 14, 16):
        for place in tiles.places(zoom):
            for name, layer in tiles.layers(place).items():
                assert zoom >= LAYERS[name].minzoom
                found[name] |= set(layer.columns) - {"mvt_id", "geometry"}
    described = {(name, field) for name, layer in LAYERS.items() for field in layer.fields}
    there = {(name, field) for name, fields in found.items() for field in fields}
    assert described - there <= {("grids", "unheld")}  # nobody's land is a gap by itself in this town
    assert there <= described


def test_the_tilejson_says_how_far_the_plan_reaches(tiles: Tiles, world: World):
    json = tiles.json()
    assert json["tilejson"] == "3.0.0"
    assert np.allclose(json["bounds"], world.ask(PLANNER, "GET", f"/api/plans/{NAME}").json()["extent"], atol=2e-6)
    assert json["tiles"] == [f"http://grid.test/tiles/{'%E5%B0%8F%E5%9F%8E%202026'}/{{z}}/{{x}}/{{y}}.mvt"]


@pytest.mark.parametrize("zoom", [12, 14, 15, 17])
def test_neighbours_share_their_borders_in_tiles(tiles: Tiles, zoom: int):
    for place in tiles.places(zoom)[:12]:
        grids = tiles.layers(place).get("grids")
        if grids is None:
            continue
        assert grids.is_valid.all()
        land = np.asarray(grids.geometry.array)
        # rounding may turn over what is narrower than a unit; borders with other vertices on each side would be many
        own = shapely.length(shapely.coverage_invalid_edges(land)).sum() / shapely.length(land).sum()
        assert own < 0.02


@pytest.mark.parametrize("zoom", [12, 14, 15])
def test_there_is_no_crack_between_grids_nor_between_tiles(tiles: Tiles, zoom: int):
    grids = whole(tiles, zoom)
    assert len(grids) == len(every_grid(tiles.world))
    land = np.asarray(grids.geometry.array)
    together = shapely.union_all(land)
    around = shapely.union_all(shapely.polygons(shapely.get_exterior_ring(shapely.get_parts(together))))
    cracks = shapely.difference(around, together)
    assert shapely.buffer(cracks, -0.5).is_empty  # none is as wide as a unit
    assert cracks.area < 1e-4 * together.area
    assert shapely.area(land).sum() - together.area < 1e-4 * together.area


@pytest.mark.parametrize(("zoom", "away_m"), [(14, 5.5), (15, 0.6)])
def test_grids_of_tiles_are_where_the_plan_has_them(tiles: Tiles, zoom: int, away_m: float):
    exact = {one["id"]: shapely.geometry.shape(one["geometry"]) for one in every_grid(tiles.world)}
    away = away_m / (40075016.68 / (EXTENT << zoom) * np.cos(np.radians(25)))
    for one in whole(tiles, zoom).itertuples():
        there = shapely.transform(exact[one.code], lambda xy: to_units(xy, zoom))
        assert shapely.buffer(there, away).covers(one.geometry)
        assert shapely.buffer(one.geometry, away).covers(shapely.buffer(there, -1))


def to_units(lonlat: np.ndarray, zoom: int) -> np.ndarray:
    """Return places in units of a zoom, from the corner of the world."""
    x, y = np.radians(lonlat).T
    across_, down = (x / np.pi + 1) / 2, (1 - np.arcsinh(np.tan(y)) / np.pi) / 2
    return np.column_stack([across_, down]) * (EXTENT << zoom)


def test_grids_say_in_tiles_what_they_say_elsewhere_also_after_an_edit(world: World):
    plan = world.branched()
    grid = largest(every_grid(world))
    edit = {"verb": "split", "code": grid["id"], "line": across(grid), "base_revision": 0}
    assert world.ask(PLANNER, "POST", f"/api/plans/{plan}/edits", json=edit).status_code == 200
    tag = {"management_type": "key_attention"}
    assert world.ask(PLANNER, "PATCH", f"/api/plans/{plan}/grids/{grid['id']}", json=tag).status_code == 200
    lock = {"locked": True}
    assert world.ask(PLANNER, "PATCH", f"/api/plans/{plan}/grids/{grid['id']}", json=lock).status_code == 200
    for zoom in (13, 15):
        drawn = Tiles(world, PLANNER, plan).layer("grids", zoom).drop_duplicates("code").set_index("code")
        there = {one["id"]: one["properties"] for one in every_grid(world, f"/api/plans/{plan}")}
        assert set(drawn.index) == set(there)
        for code, one in there.items():
            assert {name: said(drawn.at[code, name]) for name in FOUND_BY_GRID} == {
                name: one[name] for name in FOUND_BY_GRID
            }
            assert drawn.at[code, "community"] == one["community_code"]


def test_gaps_of_tiles_are_those_of_the_ledger(tiles: Tiles, world: World):
    found = tiles.layer("gaps", 15).drop_duplicates("gap_id").set_index("gap_id")
    items, path = [], f"/api/plans/{NAME}/gaps?limit=500"
    while path:
        page = world.ask(PLANNER, "GET", path).json()
        items, path = items + page["items"], page["next"]
    ledger = {one["gap_id"]: one for one in items}
    flat = {gap for gap, one in ledger.items() if one["area_m2"] < 1}
    assert set(found.index) | flat == set(ledger)
    for gap, one in found.iterrows():
        assert {name: said(one[name]) for name in ("kind", "ledger", "severity", "code", "state")} == {
            name: ledger[gap][name] for name in ("kind", "ledger", "severity", "code", "state")
        }


def test_divisions_have_the_sums_of_the_summary_as_edits_and_decisions_change_them(world: World):
    plan = world.branched()
    grid = largest(every_grid(world))
    edit = {"verb": "split", "code": grid["id"], "line": across(grid), "base_revision": 0}
    assert world.ask(PLANNER, "POST", f"/api/plans/{plan}/edits", json=edit).status_code == 200
    accepted = {"state": "accepted", "reason": "物业代管", "expires": "2999-12-31"}
    assert world.ask(ADMIN, "PATCH", f"/api/plans/{NAME}/gaps/{world.gap_id}", json=accepted).status_code == 200
    try:
        for name in (NAME, plan):
            require_sums(world, name)
    finally:
        world.ask(ADMIN, "PATCH", f"/api/plans/{NAME}/gaps/{world.gap_id}", json={"state": "open"})
    require_sums(world, plan)


def test_a_plan_is_drawn_as_it_was_at_a_revision(world: World):
    assert world.ask(PLANNER, "POST", "/api/plans", json={"name": "drawn then", "from": NAME}).status_code == 201
    before = world.ask(PLANNER, "GET", "/api/plans/drawn then").json()["revision"]
    grid = largest(every_grid(world))
    code = grid["properties"]["code"]
    edit = {"verb": "split", "code": code, "line": across(grid), "base_revision": before}
    made = world.ask(PLANNER, "POST", "/api/plans/drawn then/edits", json=edit).json()["created"][0]
    for query, there in (("", True), (f"?as_of={before}", False)):
        template = world.ask(PLANNER, "GET", f"/tiles/drawn then.json{query}").json()["tiles"][0]
        codes: set[str] = set()
        for place in Tiles(world, PLANNER, "drawn then").places(14):
            path = template.partition("/tiles/")[2].format(**dict(zip("zxy", place, strict=True)))
            tile = world.ask(PLANNER, "GET", f"/tiles/{path}")
            assert "no-cache" in tile.headers["cache-control"]
            codes |= set(read(tile.content, place).get("grids", pd.DataFrame({"code": []}))["code"])
        assert code in codes
        assert (made in codes) == there
    for wrong in ("999999", "x", "-1"):
        assert world.ask(PLANNER, "GET", f"/tiles/drawn then/3/0/0.mvt?as_of={wrong}").status_code == 404


def require_sums(world: World, plan: str) -> None:
    """Require that divisions in tiles say what the summary says."""
    summary = world.ask(PLANNER, "GET", f"/api/plans/{plan}/summary").json()
    for zoom, of in ((9, "streets"), (11, "communities")):
        layer = Tiles(world, PLANNER, plan).layer("divisions", zoom)
        level = {"streets": "street", "communities": "community"}[of]
        drawn = layer[layer["level"] == level].drop_duplicates("code").set_index("code")
        for one in summary[of]:
            for name in ("grids", "households", "population", "party_members", "covered"):
                assert said(drawn.at[one["code"], name]) == one[name], (one["code"], name)
            assert {ledger: said(drawn.at[one["code"], ledger]) for ledger in one["gaps"]} == one["gaps"]
            assert said(drawn.at[one["code"], "gaps"]) == sum(one["gaps"].values())


def test_a_plan_beyond_a_scope_has_no_tiles(world: World):
    stranger = (Role.planner, OUTSIDE)
    assert world.ask(stranger, "GET", f"/tiles/{NAME}.json").status_code == 404
    for place in Tiles(world, (Role.planner, ALL), NAME).places(12):
        address = "/".join(map(str, place))
        assert world.ask(stranger, "GET", f"/tiles/{NAME}/{address}.mvt").status_code == 404


def test_who_sees_less_sees_the_same_tiles_of_it_and_nobody_a_telephone_number(world: World):
    for place in Tiles(world, (Role.planner, ALL), NAME).places(14):
        bodies = {who: Tiles(world, who, NAME).answer(place).content for who in (ADMIN, (Role.viewer, INSIDE))}
        assert len(set(bodies.values())) == 1
        assert not re.search(rb"\b0\d{2,3}-\d{7,8}\b|\b1[3-9]\d{9}\b", bodies[ADMIN])


@pytest.mark.parametrize("place", ["18/0/0", "3/8/0", "3/0/8", "a/0/0", "1/-1/0", "1/0/99999999999999999999"])
def test_there_are_no_other_tiles(world: World, place: str):
    answer = world.ask(PLANNER, "GET", f"/tiles/{NAME}/{place}.mvt")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert world.ask(PLANNER, "GET", "/tiles/nothing/0/0/0.mvt").json()["code"] == "unknown_plan"
    assert world.ask(PLANNER, "GET", "/tiles/nothing.json").json()["code"] == "unknown_plan"
