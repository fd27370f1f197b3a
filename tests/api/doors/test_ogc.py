"""OGC API - Features and Tiles, as GDAL reads them and as the standards say; and the duty board."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlsplit
from urllib.request import Request, urlopen

import geopandas as gpd
import pyogrio
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from api.ogc_items import moment_given
from data.database.access import Access
from data.users.roles import Role
from geo.errors import InputError
from tests.api.doors.served import served
from tests.api.doors.world import ADMIN, ALL, INSIDE, NAME, OUTSIDE, World, peopled
from tests.databases import database_like

VIEWER, SUPERVISOR, STRANGER = (Role.viewer, INSIDE), (Role.supervisor, ALL), (Role.viewer, OUTSIDE)
COLLECTIONS = "/ogc/collections"
GRIDS = f"{COLLECTIONS}/{NAME}.grids/items"
PAGE = 7


@pytest.fixture(scope="module")
def world(town_plan: Access) -> Iterator[World]:
    """Run a server on a plan with somebody of every role and scope."""
    with database_like(town_plan) as access, peopled(access) as world:
        yield world


@pytest.fixture(scope="module")
def address(world: World) -> Iterator[str]:
    """Where the plan is served, by a process of its own: GDAL lets no other thread of its process go on."""
    access = world.access
    urls = {"ONEGRID_DATABASE_URL": access.application.text, "ONEGRID_DATABASE_ADMIN_URL": access.administrator.text}
    with served(access.data_dir, **urls) as server:
        yield server.url


@contextmanager
def gdal_as(world: World, who: tuple[Role, str]) -> Iterator[None]:
    """Have GDAL show somebody's token for a block."""
    pyogrio.set_gdal_config_options({"GDAL_HTTP_AUTH": "BEARER", "GDAL_HTTP_BEARER": world.tokens[who]})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"GDAL_HTTP_AUTH": None, "GDAL_HTTP_BEARER": None})


def read(address: str, layer: str, **more) -> gpd.GeoDataFrame:
    """Read a collection by GDAL's driver, in pages of seven."""
    return gpd.read_file(f"OAPIF:{address}/ogc", layer=layer, engine="pyogrio", PAGE_SIZE=str(PAGE), **more)


def test_gdal_reads_every_collection_page_by_page(world: World, address: str):
    exported = {}
    with gdal_as(world, SUPERVISOR):
        names = [name for name, _ in pyogrio.list_layers(f"OAPIF:{address}/ogc")]
        found = {name: read(address, name) for name in names}
    assert {name.rpartition(".")[2] for name in names} == {
        "grids", "gaps", "faces", "communities", "units", "premises", "facilities", "roads", "repairs",
    }  # fmt: skip
    for name, frame in found.items():
        layer = name.rpartition(".")[2]
        if layer != "premises":  # a table of the build, once a grid
            text = world.ask(SUPERVISOR, "GET", f"/api/plans/{NAME}/export", params={"layer": layer}).json()
            exported[layer] = text["features"]
            assert len(frame) == len(text["features"]), layer
    assert all(len(exported[layer]) > PAGE for layer in ("grids", "gaps", "faces", "units"))
    assert sorted(found[f"{NAME}.grids"]["code"]) == sorted(one["properties"]["code"] for one in exported["grids"])
    assert sorted(found[f"{NAME}.faces"]["face_id"]) == sorted(
        one["properties"]["face_id"] for one in exported["faces"]
    )
    assert shapely.coverage_is_valid(found[f"{NAME}.grids"].geometry.array)


def test_gdal_asks_for_a_box_and_by_attributes(world: World, address: str):
    with gdal_as(world, SUPERVISOR):
        every = read(address, f"{NAME}.grids")
        west, south, east, north = every.total_bounds
        box = (west, south, (west + east) / 2, (south + north) / 2)
        inside = read(address, f"{NAME}.grids", bbox=box)
        gaps = read(address, f"{NAME}.gaps")
        gaps_inside = read(address, f"{NAME}.gaps", bbox=box)
        worst = read(address, f"{NAME}.gaps", where="severity >= 75")
        homes = read(address, f"{NAME}.grids", where="households > 100 AND kind = 'residential'")
    near = every.intersects(shapely.box(*box))
    assert 0 < len(inside) < len(every)
    assert sorted(inside["code"]) == sorted(every["code"][near])
    assert sorted(gaps_inside["gap_id"]) == sorted(gaps["gap_id"][gaps.intersects(shapely.box(*box))])
    assert sorted(worst["gap_id"]) == sorted(gaps["gap_id"][gaps["severity"] >= 75])
    assert sorted(homes["code"]) == sorted(
        every["code"][(every["households"] > 100) & (every["kind"] == "residential")]
    )


def test_nobody_is_shown_what_lies_beyond_the_scope(world: World, address: str):
    assert world.ask(STRANGER, "GET", COLLECTIONS).json()["collections"] == []
    assert world.ask(None, "GET", GRIDS).status_code == 401
    narrow = (Role.viewer, INSIDE)
    for one in world.ask(narrow, "GET", COLLECTIONS).json()["collections"]:
        items = world.ask(narrow, "GET", f"{urlsplit(one['links'][0]['href']).path}/items", params={"limit": 5000})
        codes = [
            str(code)
            for feature in items.json()["features"]
            for name, code in feature["properties"].items()
            if name in {"code", "community_code", "home"} and code
        ]
        assert all(code.startswith(INSIDE) for code in codes), one["id"]
    with gdal_as(world, STRANGER), pytest.raises((pyogrio.errors.DataLayerError, pyogrio.errors.DataSourceError)):
        read(address, f"{NAME}.grids")


@pytest.mark.parametrize("layer", ["grids", "gaps", "faces", "communities", "units", "facilities"])
def test_pages_lead_to_one_another_and_every_feature_has_an_address(world: World, layer: str):
    path = f"{COLLECTIONS}/{NAME}.{layer}/items"
    whole = world.ask(VIEWER, "GET", path, params={"limit": 5000}).json()["features"]
    found, link = [], f"{path}?limit={max(2, len(whole) // 5)}"
    while link:
        answer = world.ask(VIEWER, "GET", link).json()
        assert answer["numberReturned"] == len(answer["features"])
        found += answer["features"]
        link = next((one["href"] for one in answer["links"] if one["rel"] == "next"), None)
    assert found == whole
    assert len({one["id"] for one in found}) == len(found) > 0
    for one in found[:3]:
        alone = world.ask(VIEWER, "GET", f"{path}/{one['id']}").json()
        assert {name: alone[name] for name in ("id", "properties", "geometry")} == {
            name: one[name] for name in ("id", "properties", "geometry")
        }
    assert world.ask(VIEWER, "GET", f"{path}/nobody").status_code == 404


def test_faces_are_chosen_by_filter_and_box_without_a_gap_between_pages(world: World):
    path = f"{COLLECTIONS}/{NAME}.faces/items"
    every = world.ask(VIEWER, "GET", path, params={"limit": 5000}).json()["features"]
    rare = min({one["properties"]["rule"] for one in every}, key=[one["properties"]["rule"] for one in every].count)
    link, found = f"{path}?limit=1&filter=rule='{rare}'", []
    while link:
        answer = world.ask(VIEWER, "GET", link).json()
        found += answer["features"]
        link = next((one["href"] for one in answer["links"] if one["rel"] == "next"), None)
    assert found == [one for one in every if one["properties"]["rule"] == rare]


def test_a_plan_is_shown_as_it_was_at_a_time(world: World):
    first = world.ask(ADMIN, "GET", f"{COLLECTIONS}/{NAME}.grids").json()["extent"]["temporal"]["interval"][0][0]
    for said, there in (("2020-01-01", False), ("2020-01-01T00:00:00Z/..", True), (first, True), ("../..", True)):
        answer = world.ask(VIEWER, "GET", GRIDS, params={"datetime": said})
        assert answer.status_code == 200, answer.text
        assert bool(answer.json()["features"]) == there, said


@pytest.mark.parametrize(
    "asked",
    [
        {"bbox": "1,2,3"}, {"bbox": "nan,0,1,1"}, {"bbox": "3,1,4,0"}, {"bbox": "181,0,1,1"}, {"bbox": "0,0,nan,1"},
        {"limit": "0"}, {"limit": "x"},
        {"datetime": "yesterday"}, {"datetime": "2026-01-02/2026-01-01"}, {"colour": "red"}, {"f": "html"},
        {"filter": "nobody = 1"}, {"filter": "("}, {"filter-lang": "ecql"},
    ],
)  # fmt: skip
def test_what_the_standard_does_not_know_is_refused_with_400(world: World, asked: dict[str, str]):
    answer = world.ask(VIEWER, "GET", GRIDS, params=asked)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request"), answer.text


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="0123456789-:TZ/+. ", max_size=45))
def test_every_text_is_a_time_or_refused(text: str):
    try:
        found = moment_given(text)
    except InputError:
        return
    assert found is None or found.utcoffset() is not None


def test_links_lead_somewhere_and_tiles_are_where_they_say(world: World):
    seen, todo = set(), ["/ogc"]
    while todo:
        path = todo.pop()
        answer = world.ask(VIEWER, "GET", path)
        assert answer.status_code == 200, path
        seen.add(path)
        if "json" in answer.headers["content-type"] and path.startswith("/ogc") and "/items" not in path:
            said = answer.json()
            inner = [one for part in said.get("collections", []) + said.get("tilesets", []) for one in part["links"]]
            for link in said.get("links", []) + inner:
                target = urlsplit(link["href"])
                where = target.path.replace("{tileMatrix}/{tileCol}/{tileRow}", "10/804/438")
                where = where.replace("%7BtileMatrix%7D/%7BtileCol%7D/%7BtileRow%7D", "10/804/438")
                if where not in seen | set(todo):
                    todo.append(where)
    assert any(path.endswith(".mvt") for path in seen)
    scheme = world.ask(VIEWER, "GET", "/ogc/tileMatrixSets/WebMercatorQuad").json()["tileMatrices"]
    assert scheme[0]["scaleDenominator"] == pytest.approx(559082264.028717)  # annex D.1 of the standard
    assert scheme[14]["cellSize"] == pytest.approx(9.554628535647)
    assert world.ask(VIEWER, "GET", f"{COLLECTIONS}/{NAME}.faces/tiles").status_code == 404


def test_the_head_of_an_answer_says_how_long_that_is(address: str):
    with urlopen(Request(f"{address}/api/openapi.json", method="HEAD")) as answer:
        assert (answer.status, answer.read()) == (200, b"")
        assert int(answer.headers["Content-Length"]) > 100_000


def test_a_box_may_lie_around_the_antimeridian(world: World):
    items = f"/ogc/collections/{quote(NAME)}.grids/items"

    def keys(**params: str) -> list[str]:
        answer = world.ask(VIEWER, "GET", items, params={"limit": 1000, **params})
        assert answer.status_code == 200, answer.text
        return [one["id"] for one in answer.json()["features"]]

    assert keys(bbox="90,-90,-170,90") == keys() != []
    assert keys(bbox="150,0,100,60") == []


def test_the_duty_board_is_a_page_in_the_readers_language(world: World, tmp_path: Path):
    path = f"/plans/{NAME}/board/{world.code}"
    board = world.ask((Role.planner, INSIDE), "GET", path, headers={"Accept-Language": "en"})
    assert board.status_code == 200, board.text
    assert board.headers["content-type"].startswith("text/html")
    assert world.code[:12] in board.text and "<svg" in board.text
    assert "'sha256-" in board.headers["content-security-policy"]
    assert board.headers["content-language"] == "en"
    assert world.ask(VIEWER, "GET", path).headers["content-language"] == "zh-CN"
    for lang, said in (("en", "en"), ("zh", "zh-CN")):
        told = world.ask(VIEWER, "GET", path, params={"lang": lang}, headers={"Accept-Language": "zh, en;q=0.5"})
        assert told.headers["content-language"] == said
    assert world.ask(VIEWER, "GET", f"/plans/{NAME}/board/nobody").status_code == 404
    duty = world.ask((Role.planner, INSIDE), "GET", f"/api/plans/{NAME}/grids/{world.code}").json()["duty"]
    phones = [one["phone"] for one in duty if one["phone"]]
    assert all(phone in board.text for phone in phones[:1])
    assert not any(phone in world.ask(VIEWER, "GET", path).text for phone in phones)
