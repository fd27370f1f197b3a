"""Builds on disk: what is written is read back, to the last bit."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import pyproj
import pytest
import shapely
from pandas.testing import assert_frame_equal

from data.build_file import expected_bytes
from data.build_layers import LAYERS
from data.grid_overlays import NAME as VIEW
from data.output import read_build, read_facts, write_build
from tests.data.small_build import CRS, DATED_FACTS, GRIDS, small_build

# the table of DESIGN.md, "Output", by hand
DESIGNED = {
    "grids": "code kind name community_code source_layer source_id patrol_zone_id management_type households population"
    " party_members area_m2 parts",
    "faces": "face_id code claimants rule area_m2",
    "units": "layer source_id name status claimed_m2 granted_m2 households population party_members note",
    "staffing": "code post required held short arithmetic",
    "assignments": "code form organisation_id members proposed_form proposed_organisation_id reason",
    "party_organisations": "organisation_id name level parent_id members secretary code",
    "gaps": "gap_id kind ledger severity code community_code area_m2 households detail remedy state reason expires",
    "repairs": "layer source_id problem action changed_m2",
    "lineage": "old_code new_code relation area_share household_share",
    "build": "key value",
}
# what was added to it
ADDED = {
    "communities": "code name street rural grids area_m2",
    "staffing": "code post required held short arithmetic full_time_equivalent",
    "community_staffing": "code post required held short arithmetic full_time_equivalent",
    "settlements": "code households class self_management period score stars",
    "ratings": "code class period score stars rank of reward_share arithmetic",
    "standards": "place key value unit source",
    "duty": "code post name phone full_time force organisation",
    "premises": "code name kind x y",
    "buildings": "households population party_members",
    "facilities": "name kind",
    "roads": "name",
    "records": "table code row",
    "units": "layer source_id name status claimed_m2 granted_m2 households population party_members note"
    " home counted owners_committee property_company property_party",
}
COLUMNS = {name: (DESIGNED | ADDED)[name] for name in LAYERS}
INTEGERS = {"households", "population", "party_members", "parts", "severity", "rural", "grids"}
INTEGERS |= {"required", "held", "short", "members", "stars", "rank", "of", "full_time", "counted"}
NUMBERS = {"area_m2", "claimed_m2", "granted_m2", "changed_m2", "area_share", "household_share"}
NUMBERS |= {"score", "reward_share", "full_time_equivalent", "x", "y"}
OPTIONAL = [name for name, layer in LAYERS.items() if layer.optional]
SPATIAL = [name for name, layer in LAYERS.items() if layer.geometry]
KINDS = {
    **dict.fromkeys([*SPATIAL, VIEW], "MultiPolygon"),
    "faces": "Polygon", "buildings": "Point", "facilities": "Point", "roads": "MultiLineString",
}  # fmt: skip
TABLES = [name for name in OPTIONAL if name not in SPATIAL]


@pytest.fixture(params=["town.gpkg", "town"])
def out(request, tmp_path: Path) -> Path:
    """Where a build goes, in both forms."""
    return tmp_path / request.param


def wkb(frame: gpd.GeoDataFrame) -> list[bytes | None]:
    """Geometry bit by bit, single polygons as multipolygons of one."""
    return [
        None if shape is None else shapely.to_wkb(shapely.MultiPolygon(shapely.get_parts(shape).tolist()))
        for shape in frame.geometry
    ]


def empty(grid):
    return replace(grid, **{name: getattr(grid, name).iloc[:0] for name in [*SPATIAL, *TABLES]}, facts={})


def test_a_build_reads_back_as_it_was_written(out):
    grid = small_build(with_lineage=True)
    write_build(grid, out, facts={"program": "0.1"})
    back = read_build(out)
    assert list(back) == list(COLUMNS)
    for name in SPATIAL:
        written, read = getattr(grid, name), back[name]
        assert read.crs == CRS
        left = pd.DataFrame(written.drop(columns="geometry"))
        right = pd.DataFrame(read.drop(columns="geometry"))
        assert_frame_equal(left, right[list(left)], check_dtype=False)
    for name in TABLES:
        assert type(back[name]) is pd.DataFrame
        assert_frame_equal(getattr(grid, name), back[name], check_dtype=False)
    for name in ("grids", "faces", "units", "gaps", "communities", "lineage"):
        assert wkb(getattr(grid, name)) == wkb(back[name])
    assert read_facts(out) == {**DATED_FACTS, "program": "0.1"}


def test_columns_are_those_of_the_design_with_their_types(out):
    write_build(small_build(), out, facts={})
    for name, frame in read_build(out).items():
        columns = [column for column in frame.columns if column != "geometry"]
        assert columns == COLUMNS[name].split()
        for column in columns:
            kind = frame[column].dtype
            wanted = {"Int64", "int64"} if column in INTEGERS else {"float64"} if column in NUMBERS else {"str"}
            assert str(kind) in wanted, (name, column, kind)


def test_an_empty_layer_keeps_its_columns_types_and_kind_of_geometry(tmp_path):
    full, bare = tmp_path / "full.gpkg", tmp_path / "bare.gpkg"
    write_build(small_build(with_lineage=True), full, facts={})
    write_build(empty(small_build()), bare, facts={})

    def schema(path):
        with closing(sqlite3.connect(path)) as database:
            tables = {name: database.execute(f"PRAGMA table_info({name})").fetchall() for name in COLUMNS}
            return tables, database.execute("SELECT * FROM gpkg_geometry_columns ORDER BY table_name").fetchall()

    assert schema(bare) == schema(full)
    kinds = {row[0]: row[2] for row in schema(bare)[1]}
    assert kinds == {name: kind.upper() for name, kind in KINDS.items()}
    back = read_build(bare)
    assert {name: len(frame) for name, frame in back.items()} == dict.fromkeys(COLUMNS, 0)
    assert all(back[name].crs == CRS for name in SPATIAL)


def test_an_empty_parquet_layer_keeps_its_columns_and_types(tmp_path):
    write_build(small_build(with_lineage=True), tmp_path / "full", facts={})
    write_build(empty(small_build()), tmp_path / "bare", facts={})
    for name in COLUMNS:
        full, bare = (pq.read_schema(tmp_path / folder / f"{name}.parquet") for folder in ("full", "bare"))
        assert bare.equals(full, check_metadata=False)


def test_any_program_reads_the_layers(out):
    """GDAL, or pyarrow, without a word of this program."""
    write_build(small_build(), out, facts={})
    if out.suffix:
        layers = dict(pyogrio.list_layers(out))
        assert layers == {
            **KINDS, **dict.fromkeys([*TABLES, "build", "layer_styles"]),
        }  # fmt: skip
        grids = gpd.read_file(out, layer="grids")
    else:
        assert sorted(path.name for path in out.iterdir()) == sorted(f"{name}.parquet" for name in COLUMNS)
        grids = gpd.read_parquet(out / "grids.parquet")
    assert shapely.coverage_is_valid(grids.geometry.array)
    assert grids.area.sum() == pytest.approx(400 * 160.9, rel=1e-9)
    assert grids["name"][0] == "知春里小区"


def test_vertices_stay_on_the_millimetre_grid_at_the_far_end_of_zone_45(tmp_path):
    crs = pyproj.CRS("EPSG:4533")  # eastings to 45,500,000 m
    rng = np.random.default_rng(7)
    corner = np.round(rng.uniform((45_300_000, 2e6), (45_700_000, 5.9e6), (500, 2)) * 1000) / 1000
    boxes = shapely.box(*corner.T, *(np.round((corner + 12.345) * 1000) / 1000).T)
    faces = gpd.GeoDataFrame(
        {"face_id": [str(n) for n in range(500)], "code": "1", "claimants": "[]", "rule": "sole", "area_m2": 1.0},
        geometry=boxes,
        crs=crs,
    )
    bare = empty(small_build())
    moved = {name: getattr(bare, name).set_crs(crs, allow_override=True) for name in SPATIAL}
    grid = replace(bare, crs=crs, **{**moved, "faces": faces})
    write_build(grid, tmp_path / "far.gpkg", facts={})
    back = read_build(tmp_path / "far.gpkg", ["faces"])["faces"]
    assert back.crs == crs
    assert (shapely.get_coordinates(back.geometry.array) == shapely.get_coordinates(boxes)).all()


def test_every_spatial_layer_has_an_index_with_all_its_shapes(tmp_path):
    path = tmp_path / "town.gpkg"
    write_build(small_build(with_lineage=True), path, facts={})
    with closing(sqlite3.connect(path)) as database:
        for name in SPATIAL:
            indexed = database.execute(f"SELECT id, minx, maxx, miny, maxy FROM rtree_{name}_geometry").fetchall()
            shapes = getattr(small_build(with_lineage=True), name).geometry
            assert len(indexed) == (~(shapes.isna() | shapes.is_empty)).sum()
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_what_has_no_area_is_drawn_half_a_metre_wide_and_what_is_flat_stays_flat(out):
    write_build(small_build(), out, facts={})
    repaired, missing, line, hole = read_build(out, ["repairs"])["repairs"].geometry
    assert not repaired.has_z
    assert missing is None
    assert line.area == pytest.approx(100 * 0.5, rel=0.05)
    assert hole is None


def test_the_same_build_gives_the_same_bytes(tmp_path, out):
    def digest(path: Path) -> str:
        files = sorted(path.iterdir()) if path.is_dir() else [path]
        return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()

    twin = tmp_path / "elsewhere" / out.name
    twin.parent.mkdir()
    write_build(small_build(), out, facts={"a": "b"})
    write_build(small_build(), twin, facts={"a": "b"})
    first = digest(out)
    assert digest(twin) == first
    write_build(small_build(), out, facts={"a": "b"})
    assert digest(out) == first


def test_few_columns_are_read_without_the_others(out):
    write_build(small_build(), out, facts={})
    read = read_build(out, ["faces", "grids"], columns={"faces": ["rule", "code"], "grids": ["geometry", "code"]})
    assert list(read) == ["faces", "grids"]
    assert type(read["faces"]) is pd.DataFrame
    assert list(read["faces"].columns) == ["rule", "code"]
    assert isinstance(read["grids"], gpd.GeoDataFrame)
    assert set(read["grids"].columns) == {"geometry", "code"}
    assert shapely.area(read["grids"].geometry.array).sum() == pytest.approx(sum(g.area for g in GRIDS.values()))


def test_progress_is_told_after_each_layer(out):
    told = []
    write_build(small_build(), out, facts={}, progress=lambda *args: told.append(args))
    assert [name for name, _, _ in told] == list(COLUMNS)
    assert [done for _, done, _ in told] == [
        6,
        13,
        18,
        21,
        22,
        24,
        26,
        27,
        29,
        31,
        32,
        35,
        37,
        39,
        41,
        42,
        46,
        46,
        49,
        52,
        55,
    ]
    assert {rows for _, _, rows in told} == {55}


@pytest.mark.parametrize("name", OPTIONAL)
def test_a_table_that_a_build_does_not_have_is_read_as_one_without_rows(out, name):
    write_build(replace(small_build(), **{name: None}), out, facts={})
    back = read_build(out)
    assert list(back) == list(COLUMNS)
    assert list(back[name].drop(columns="geometry", errors="ignore").columns) == COLUMNS[name].split()
    assert len(back[name]) == 0


def test_a_build_from_before_there_were_tables_is_read(out):
    write_build(small_build(), out, facts={})
    whole = read_build(out)
    for name in OPTIONAL:
        if out.is_dir():
            (out / f"{name}.parquet").unlink()
        else:
            with closing(sqlite3.connect(out)) as database:
                database.execute(f"DROP TABLE {name}")
                for register in ("gpkg_geometry_columns", "gpkg_contents", "gpkg_ogr_contents"):
                    database.execute(f"DELETE FROM {register} WHERE table_name = ?", [name])
                database.commit()
    back = read_build(out)
    assert list(back) == list(COLUMNS)
    for name in OPTIONAL:
        assert_frame_equal(back[name], whole[name].iloc[:0])
        assert getattr(back[name], "crs", CRS) == CRS
    assert list(read_build(out, ["ratings"], columns={"ratings": ["of", "code"]})["ratings"]) == ["of", "code"]
    assert len(back["grids"]) == 6


def test_units_from_before_a_column_was_added_are_read_without_it(out):
    write_build(small_build(), out, facts={})
    whole = read_build(out, ["units"])["units"]
    if out.is_dir():
        whole.drop(columns=list(LAYERS["units"].later)).to_parquet(out / "units.parquet")
    else:
        with closing(sqlite3.connect(out)) as database:
            for column in LAYERS["units"].later:
                database.execute(f"ALTER TABLE units DROP COLUMN {column}")
            database.commit()
    back = read_build(out, ["units"])["units"]
    later = list(LAYERS["units"].later)
    assert_frame_equal(back.drop(columns=later), whole.drop(columns=later))
    assert back[later].isna().all(axis=None)
    assert back.dtypes.to_dict() == whole.dtypes.to_dict()


def test_the_layers_are_those_of_the_design_in_its_order_and_those_added():
    assert {name: " ".join(layer.columns) for name, layer in LAYERS.items()} == DESIGNED | ADDED
    assert [name for name in LAYERS if name in DESIGNED] == list(DESIGNED)


def test_the_expected_size_is_near_the_real_one(tmp_path):
    grid = small_build()
    many = replace(grid, faces=pd.concat([grid.faces] * 2000, ignore_index=True))
    write_build(many, tmp_path / "many.gpkg", facts={})
    frames = [getattr(many, name) for name in SPATIAL]
    assert 0.6 < expected_bytes(frames) / (tmp_path / "many.gpkg").stat().st_size < 1.7


def test_options_of_gdal_are_as_they_were_after_writing(tmp_path):
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": "2030-01-01T00:00:00.000Z"})
    try:
        write_build(small_build(), tmp_path / "town.gpkg", facts={})
        assert pyogrio.get_gdal_config_option("OGR_CURRENT_DATE") == "2030-01-01T00:00:00.000Z"
        assert pyogrio.get_gdal_config_option("OGR_SQLITE_JOURNAL") is None
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})
