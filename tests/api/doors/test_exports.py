"""Exports of a plan, each read back by GDAL and held against the plan itself."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from urllib.parse import quote

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely

import data.plans.parts
from api.features import geometry_texts
from data.build_layers import LAYERS
from data.database.access import Access
from data.plans.parts import GRIDS_A_PART, parts_by_size
from data.users.roles import Role
from geo.crs import parse_crs
from geo.datum import to_datum
from tests.api.doors.world import ADMIN, ALL, INSIDE, NAME, OUTSIDE, World, peopled
from tests.databases import database_like, execute

VIEWER, PLANNER = (Role.viewer, INSIDE), (Role.planner, INSIDE)
PLAN = f"/api/plans/{NAME}"


@pytest.fixture(scope="module")
def world(town_plan: Access) -> Iterator[World]:
    """Run a server on a plan with somebody of every role and scope."""
    with database_like(town_plan) as access, peopled(access) as world:
        yield world


@pytest.fixture(scope="module")
def build(grid: Path) -> gpd.GeoDataFrame:
    """The grids that were imported."""
    return gpd.read_file(grid, layer="grids", engine="pyogrio").sort_values("code", ignore_index=True)


def exported(world: World, folder: Path, suffix: str, who=VIEWER, **params) -> Path:
    """Export to a file."""
    answer = world.ask(who, "GET", f"{PLAN}/export", params=params)
    assert answer.status_code == 200, answer.text
    file = folder / f"export{suffix}"
    file.write_bytes(answer.content)
    return file


def read(file: Path) -> gpd.GeoDataFrame:
    """Read the grids of a file by GDAL."""
    return gpd.read_file(f"/vsizip/{file}/grids.shp" if file.suffix == ".zip" else file, layer="grids")


@pytest.mark.parametrize(
    "format, suffix", [("geojson", ".geojson"), ("gpkg", ".gpkg"), ("geoparquet", ".parquet"), ("shp", ".zip")]
)
@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:4490", "working", "GCJ-02", "BD-09"])
def test_gdal_reads_the_grids_of_every_format_in_every_system(
    world: World, tmp_path: Path, build: gpd.GeoDataFrame, format: str, suffix: str, crs: str
):
    crs = f"EPSG:{build.crs.to_epsg()}" if crs == "working" else crs
    if format == "geojson" and crs not in {"EPSG:4326", "GCJ-02", "BD-09"}:
        refused = world.ask(VIEWER, "GET", f"{PLAN}/export", params={"format": format, "crs": crs})
        assert (refused.status_code, refused.json()["code"]) == (422, "bad_input")
        return
    file = exported(world, tmp_path, suffix, format=format, crs=crs)
    found = gpd.read_parquet(file) if suffix == ".parquet" else read(file)
    found = found.sort_values("code", ignore_index=True)
    assert found["code"].tolist() == build["code"].tolist()
    assert found["name"].fillna("").tolist() == build["name"].fillna("").tolist()
    if crs.startswith("EPSG"):
        assert found.crs == crs
        apart = shapely.hausdorff_distance(found.to_crs(build.crs).geometry.array, build.geometry.array)
    else:
        places = build.to_crs("EPSG:4326").geometry.array
        apart = (
            shapely.hausdorff_distance(found.geometry.array, shapely.transform(places, lambda xy: to_datum(xy, crs)))
            * 1e5
        )
    assert apart.max() < 2e-3
    if suffix == ".zip":
        assert zipfile.ZipFile(file).read("grids.cpg").decode() == "UTF-8"


def test_what_is_sent_in_parts_is_what_is_read_at_once(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(data.plans.parts, "GRIDS_A_PART", 5)
    monkeypatch.setattr(data.plans.parts, "ROWS_A_PART", 7)
    whole = exported(world, tmp_path, ".gpkg", ADMIN, format="gpkg", layer="all")
    for name, layer in LAYERS.items():
        file = exported(world, tmp_path, ".csv", ADMIN, format="csv", layer=name)
        text = file.read_text("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(text)))
        expected = pyogrio.read_dataframe(whole, layer=name, read_geometry=False)
        assert set(layer.columns) == set(rows[0] if rows else layer.columns) - {"wkt"}
        key = next(iter(layer.columns))
        assert sorted(row[key] for row in rows) == sorted(
            expected[key].fillna("").astype(str).str.removesuffix(".0")
        ), name
        if layer.geometry:
            parts = exported(world, tmp_path, ".geojson", ADMIN, layer=name)
            read = gpd.read_file(parts) if len(expected) else expected
            assert len(read) == len(expected)
    assert zipfile.is_zipfile(io.BytesIO(world.ask(ADMIN, "GET", f"{PLAN}/export", params={"layer": "all"}).content))


def test_parts_hold_every_community_once_and_whole():
    most = GRIDS_A_PART
    sizes = [most + 100, 1, most - 1, 1, 2 * most // 3, 2 * most // 3, most]
    names = [str(place) for place in range(len(sizes))]
    parts = parts_by_size(names, sizes)
    assert [one for part in parts for one in part.communities or ()] == names
    assert [part.rest for part in parts] == [True] + [False] * (len(parts) - 1)
    held = [sum(sizes[int(one)] for one in part.communities or ()) for part in parts]
    assert all(one <= most or len(part.communities or ()) == 1 for one, part in zip(held, parts, strict=True))
    assert all(
        one + sizes[int((after.communities or ("0",))[0])] > most
        for one, (_, after) in zip(held, pairwise(parts), strict=False)
    )


def test_tiles_and_the_crosswalk_are_exported_too(world: World, tmp_path: Path, build: gpd.GeoDataFrame):
    tiles = exported(world, tmp_path, ".pmtiles", format="pmtiles")
    assert len(set(gpd.read_file(tiles, engine="pyogrio")["code"])) == len(build)
    name = world.branched()
    path = f"/api/plans/{name}"
    codes = neighbours(build)
    revision = world.ask(PLANNER, "GET", path).json()["revision"]
    edit = {"verb": "merge", "codes": codes, "keep": codes[0], "base_revision": revision}
    assert world.ask(PLANNER, "POST", f"{path}/edits", json=edit).status_code == 200
    table = world.ask(VIEWER, "GET", f"{path}/export", params={"layer": "crosswalk", "format": "csv"})
    rows = list(csv.DictReader(io.StringIO(table.content.decode("utf-8-sig"))))
    assert {(row["old"], row["new"], float(row["area_share"])) for row in rows} == {
        (code, codes[0], 1.0) for code in codes
    }
    lineage = world.ask(VIEWER, "GET", f"{path}/export", params={"layer": "lineage", "format": "geoparquet"})
    assert lineage.content[:4] == b"PAR1"
    first = world.ask(VIEWER, "GET", f"{path}/lineage", params={"limit": 1}).json()
    second = world.ask(VIEWER, "GET", first["next"]).json()
    assert [one["old"] for one in (*first["items"], *second["items"])] == sorted(codes)
    assert second["next"] is None


def neighbours(build: gpd.GeoDataFrame) -> list[str]:
    """Return the codes of two grids of one community that have a border in common."""
    left, right = build.sindex.query(build.geometry, predicate="touches")
    border = shapely.length(shapely.intersection(build.geometry.array[left], build.geometry.array[right]))
    same = build["community_code"].to_numpy()[left] == build["community_code"].to_numpy()[right]
    place = int(np.argmax(np.where(same, border, 0)))
    return [str(build["code"].iloc[side]) for side in (left[place], right[place])]


@pytest.mark.parametrize("format", ["geojson", "gpkg", "geoparquet", "csv", "pmtiles", "shp"])
@pytest.mark.parametrize(
    ("crs", "named"),
    [
        (None, "working"), ("EPSG:4326", ""), ("4326", ""), ("EPSG:4490", ".epsg4490"), ("4490", ".epsg4490"),
        ("gcj-02", ".gcj02"), ("BD-09", ".bd09"), ("EPSG:3857", ".epsg3857"), ("working", "working"),
    ],
)  # fmt: skip
def test_a_file_is_named_after_the_coordinates_in_it(
    world: World, build: gpd.GeoDataFrame, format: str, crs: str | None, named: str
):
    epsg = build.crs.to_epsg()
    bound = {"geojson": (None, "EPSG:4326", "4326"), "pmtiles": (None, "EPSG:3857")}.get(format, ())
    params = {"format": format} | ({} if crs is None else {"crs": f"EPSG:{epsg}" if crs == "working" else crs})
    answer = world.ask(VIEWER, "GET", f"{PLAN}/export", params=params)
    if answer.status_code == 422:
        assert format in {"geojson", "pmtiles"}
        assert "format=" in answer.json()["detail"]
        return
    system = "" if crs in bound else f".epsg{epsg}" if named == "working" else named
    suffix = {"geoparquet": ".parquet", "shp": ".zip"}.get(format, f".{format}")
    assert f'filename="2026-grids{system}{suffix}"' in answer.headers["content-disposition"]
    assert answer.headers["content-disposition"].endswith(f"''{quote(f'{NAME}-grids{system}{suffix}', safe='')}")


@pytest.mark.parametrize("layer", [name for name, layer in LAYERS.items() if layer.geometry is None] + ["crosswalk"])
def test_a_table_is_not_named_after_coordinates(world: World, layer: str):
    answer = world.ask(VIEWER, "GET", f"{PLAN}/export", params={"layer": layer, "format": "csv"})
    assert f'filename="2026-{layer}.csv"' in answer.headers["content-disposition"]


def test_gaps_are_a_file_by_two_names_too(world: World):
    for suffix in ("geojson", "xlsx"):
        said = world.ask(VIEWER, "GET", f"{PLAN}/gaps.{suffix}").headers["content-disposition"]
        whole = quote(f"{NAME}-gaps.{suffix}", safe="")
        assert said == f"attachment; filename=\"2026-gaps.{suffix}\"; filename*=UTF-8''{whole}"


@pytest.mark.parametrize(
    ("params", "remedy"),
    [
        ({"format": "geojson", "crs": "EPSG:4490"}, "; for EPSG:4490 use format=gpkg"),
        ({"format": "pmtiles", "crs": "EPSG:4490"}, "; for EPSG:4490 use format=gpkg"),
        ({"format": "pmtiles", "crs": "BD-09"}, "; use format=geojson"),
        ({"format": "pmtiles", "layer": "duty"}, "; use format=csv"),
        ({"format": "pmtiles", "layer": "crosswalk"}, "; use format=csv"),
    ],
)
def test_what_to_ask_for_instead_is_told_as_it_is_asked_for_here(world: World, params: dict[str, str], remedy: str):
    refused = world.ask(VIEWER, "GET", f"{PLAN}/export", params=params)
    assert (refused.status_code, refused.json()["detail"].endswith(remedy)) == (422, True), refused.text
    assert "--format" not in refused.text


def test_exports_are_recorded_and_refused_ones_too(world: World):
    before = len(execute(world.access, "SELECT entry FROM onegrid.audit WHERE event = 'export'"))
    for params in ({"layer": "gaps"}, {"layer": "no such"}, {"crs": "EPSG:1"}, {"as_of": 99}, {"format": "dwg\0"}):
        world.ask(VIEWER, "GET", f"{PLAN}/export", params=params)
    world.ask(VIEWER, "GET", "/api/plans/no such/export")
    found = execute(world.access, "SELECT detail FROM onegrid.audit WHERE event = 'export' ORDER BY entry")[before:]
    assert [detail.get("refused") for (detail,) in found] == [
        None,
        "bad_input",
        "bad_input",
        "bad_input",
        "bad_input",
        "unknown_plan",
    ]
    assert found[4][0] | {"plan": NAME, "format": "dwg"} == found[4][0]
    assert all(detail["scope"] == INSIDE for (detail,) in found)


def test_no_plan_beyond_a_scope_and_no_names_for_viewers_are_exported(world: World, tmp_path: Path):
    for name in LAYERS:
        stranger = world.ask((Role.viewer, OUTSIDE), "GET", f"{PLAN}/export", params={"layer": name, "format": "csv"})
        assert stranger.status_code == 404, name
    duty = {
        who: world.ask((who, ALL), "GET", f"{PLAN}/export", params={"layer": "duty", "format": "csv"}).text
        for who in (Role.viewer, Role.planner)
    }
    assert "*" in duty[Role.viewer]
    assert "*" not in duty[Role.planner]


def test_coordinates_are_written_as_geos_writes_them():
    land = np.array([
        shapely.from_wkt("POLYGON ((0 0, 10 0, 10 10, 0 10, 0 0), (2 2, 4 2, 4 4, 2 4, 2 2))"),
        None,
        shapely.from_wkt("MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)), ((5 5, 9 5, 9 9, 5 5), (7 6, 8 6, 8 7, 7 6)))"),
        shapely.from_wkt("POINT (1 2)"),
    ])  # fmt: skip
    found = geometry_texts(land, parse_crs("EPSG:4326"))
    assert found[1] == "null"
    for text, shape in zip(found, land, strict=True):
        if text != "null":
            assert shapely.equals(shapely.from_geojson(text), shape)
            assert shapely.from_geojson(text).geom_type == shape.geom_type
