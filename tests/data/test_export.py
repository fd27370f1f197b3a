"""Layers handed to other programs, read back by those programs: GDAL, pyarrow, pandas."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from data import shapefile
from data.build_layers import LAYERS
from data.export import export
from data.grid_overlays import NAME as VIEW
from data.output import read_build, write_build
from geo.datum import from_datum, to_datum
from geo.errors import InputError
from tests.data.small_build import CRS, GRIDS, small_build

SPATIAL = [name for name, layer in LAYERS.items() if layer.geometry]
TABLES = [name for name in LAYERS if name not in SPATIAL]


@pytest.fixture(scope="module")
def layers(tmp_path_factory):
    """The layers of the small build as they are read."""
    out = tmp_path_factory.mktemp("build") / "town.gpkg"
    write_build(small_build(with_lineage=True), out, facts={})
    return read_build(out)


def on_grid(frame: gpd.GeoDataFrame) -> np.ndarray:
    """Polygons back in the working CRS, rounded to the millimetre."""
    back = frame.to_crs(CRS)
    return shapely.transform(np.asarray(back.geometry.array), lambda xy: np.round(xy * 1000) / 1000)


def signed_area(ring: list[list[float]]) -> float:
    x, y = np.array(ring).T
    return float((x[:-1] * y[1:] - x[1:] * y[:-1]).sum() / 2)


def test_geojson_comes_back_to_the_same_coverage_on_the_millimetre_grid(layers, tmp_path):
    assert export(layers, tmp_path / "grids.geojson", layer="grids", format="geojson") == []
    read = gpd.read_file(tmp_path / "grids.geojson")  # GDAL's reader
    assert read.crs == "EPSG:4326"
    back = on_grid(read)
    assert shapely.coverage_is_valid(back)
    assert (shapely.normalize(back) == shapely.normalize(np.asarray(layers["grids"].geometry.array))).all()
    assert list(read["name"])[:2] == ["知春里小区", "第一中学"]
    assert read["code"].tolist() == layers["grids"]["code"].tolist()
    assert read["population"].isna().tolist() == layers["grids"]["population"].isna().tolist()


def test_geojson_keeps_to_rfc_7946(layers, tmp_path):
    export(layers, tmp_path / "grids.geojson", layer="grids", format="geojson", crs="EPSG:4326")
    text = (tmp_path / "grids.geojson").read_text("utf-8")
    collection = json.loads(text)
    assert collection["type"] == "FeatureCollection"
    assert "crs" not in collection
    assert "知春里小区" in text
    for feature in collection["features"]:
        for polygon in feature["geometry"]["coordinates"]:
            for number, ring in enumerate(polygon):
                assert ring[0] == ring[-1]
                assert (signed_area(ring) > 0) == (number == 0)  # exterior rings turn left
                assert all(114 < x < 115 and 39 < y < 40 for x, y in ring)  # longitude first
                assert all(len(repr(value).split(".")[1]) <= 9 for point in ring for value in point)


def test_geojson_turns_holes_to_the_right_and_writes_null_for_no_geometry(layers, tmp_path):
    ring = shapely.Polygon(GRIDS["f"].exterior.coords, [GRIDS["f"].buffer(-20).exterior.coords])
    units = layers["units"].set_geometry(gpd.GeoSeries([ring, *layers["units"].geometry[1:]], crs=CRS))
    export({"units": units}, tmp_path / "units.geojson", layer="units", format="geojson")
    first, *_, last = json.loads((tmp_path / "units.geojson").read_text("utf-8"))["features"]
    assert [signed_area(ring) > 0 for ring in first["geometry"]["coordinates"]] == [True, False]
    assert last["geometry"] is None
    assert last["properties"]["households"] is None


def test_an_empty_layer_is_an_empty_collection(layers, tmp_path):
    export({"gaps": layers["gaps"].iloc[:0]}, tmp_path / "gaps.geojson", layer="gaps", format="geojson")
    assert json.loads((tmp_path / "gaps.geojson").read_text("utf-8"))["features"] == []


@pytest.mark.parametrize("datum", ["GCJ-02", "BD-09"])
def test_a_shifted_datum_is_told_and_can_be_shifted_back(layers, tmp_path, datum):
    export(layers, tmp_path / "grids.geojson", layer="grids", format="geojson", crs=datum.lower())
    assert json.loads((tmp_path / "grids.geojson").read_text("utf-8"))["datum"] == datum
    shifted = gpd.read_file(tmp_path / "grids.geojson")
    moved_m = shifted.to_crs(CRS).centroid.distance(layers["grids"].centroid)
    assert moved_m.between(300, 1500).all()
    back = shapely.transform(np.asarray(shifted.geometry.array), lambda xy: from_datum(xy, datum))
    again = on_grid(gpd.GeoDataFrame(geometry=back, crs="EPSG:4326"))
    assert (shapely.normalize(again) == shapely.normalize(np.asarray(layers["grids"].geometry.array))).all()


def test_a_shifted_geopackage_does_not_pass_for_wgs_84(layers, tmp_path):
    export(layers, tmp_path / "grids.gpkg", layer="grids", format="gpkg", crs="GCJ-02")
    read = gpd.read_file(tmp_path / "grids.gpkg", layer="grids")
    assert read.crs != "EPSG:4326"
    assert "GCJ-02" in read.crs.name
    expected = to_datum(shapely.get_coordinates(layers["grids"].to_crs("EPSG:4326").geometry.array), "GCJ-02")
    np.testing.assert_allclose(shapely.get_coordinates(read.geometry.array), expected, rtol=0, atol=1e-12)


def test_a_geopackage_of_all_layers_keeps_tables_types_and_styles(layers, tmp_path):
    assert export(layers, tmp_path / "all.gpkg", layer="all", format="gpkg", crs="4547") == []
    assert dict(pyogrio.list_layers(tmp_path / "all.gpkg")) == {
        **dict.fromkeys([*SPATIAL, VIEW], "MultiPolygon"), "faces": "Polygon",
        "buildings": "Point", "facilities": "Point", "roads": "MultiLineString",
        **dict.fromkeys([*TABLES, "layer_styles"]),
    }  # fmt: skip
    back = read_build(tmp_path / "all.gpkg")
    assert back["grids"].crs == "EPSG:4547"
    assert back["grids"]["households"].equals(layers["grids"]["households"])


def test_geoparquet_of_one_layer_and_of_all(layers, tmp_path):
    export(layers, tmp_path / "gaps.parquet", layer="gaps", format="geoparquet")
    assert gpd.read_parquet(tmp_path / "gaps.parquet").geom_equals(layers["gaps"].geometry).all()
    export(layers, tmp_path / "all", layer="all", format="geoparquet")
    assert read_build(tmp_path / "all")["grids"].crs == CRS


def test_csv_opens_in_excel_with_its_shapes_as_text(layers, tmp_path):
    export(layers, tmp_path / "grids.csv", layer="grids", format="csv")
    raw = (tmp_path / "grids.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbfcode,kind,")
    assert raw.count(b"\r\n") == 7
    table = pd.read_csv(tmp_path / "grids.csv", dtype={"code": "str"})
    assert list(table.columns) == [*LAYERS["grids"].columns, "wkt"]
    assert table["code"].tolist() == layers["grids"]["code"].tolist()
    back = shapely.from_wkt(table["wkt"])
    assert (shapely.get_coordinates(back) == shapely.get_coordinates(layers["grids"].geometry.array)).all()


def test_csv_of_a_table_is_the_table(layers, tmp_path):
    export(layers, tmp_path / "build.csv", layer="build", format="csv")
    table = pd.read_csv(tmp_path / "build.csv")
    assert table.columns.tolist() == ["key", "value"]
    assert table["value"][0] == "海淀试点"


def test_a_shapefile_is_read_in_chinese_with_its_cut_names_explained(layers, tmp_path):
    assert export(layers, tmp_path / "区.shp", layer="grids", format="shp") == []
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".cpg", ".csv", ".dbf", ".prj", ".shp", ".shx"]
    assert (tmp_path / "区.cpg").read_text() == "UTF-8"
    read = gpd.read_file(tmp_path / "区.shp")
    names = pd.read_csv(tmp_path / "区.fields.csv")
    assert names["field"].tolist() == read.columns.drop("geometry").tolist()
    assert names["column"].tolist() == list(LAYERS["grids"].columns)
    read = read.rename(columns=dict(zip(names["field"], names["column"], strict=True)))
    for column in ("code", "name", "management_type"):
        assert read[column].fillna("").tolist() == layers["grids"][column].fillna("").tolist()
    assert read["population"].isna().tolist() == layers["grids"]["population"].isna().tolist()
    np.testing.assert_allclose(read["area_m2"], layers["grids"]["area_m2"], rtol=1e-12)
    assert shapely.coverage_is_valid(np.asarray(read.geometry.array))
    assert read.crs == CRS


def test_a_text_too_long_for_a_shapefile_is_cut_between_characters_and_told(layers, tmp_path):
    gaps = layers["gaps"].assign(remedy=["拆" * 85, "分" * 84, "a" + "户" * 90])
    notes = export({"gaps": gaps}, tmp_path / "gaps.shp", layer="gaps", format="shp")
    assert notes == ["gaps.remedy: 2 values cut to 254 bytes, the limit of a Shapefile"]
    assert gpd.read_file(tmp_path / "gaps.shp")["remedy"].tolist() == ["拆" * 84, "分" * 84, "a" + "户" * 84]


@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12), unique=True, max_size=40)
)
def test_short_names_are_distinct_and_fit(columns):
    short = shapefile.short_names(columns)
    assert list(short) == columns
    assert all(len(name.encode()) <= 10 for name in short.values())
    assert len({name.lower() for name in short.values()}) == len(columns)


def test_a_new_shapefile_takes_the_old_index_away(layers, tmp_path):
    (tmp_path / "grids.qix").write_bytes(b"index of another file")
    (tmp_path / "grids.txt").write_text("not ours")
    export(layers, tmp_path / "grids.shp", layer="grids", format="shp")
    assert not (tmp_path / "grids.qix").exists()
    assert (tmp_path / "grids.txt").exists()


@pytest.mark.parametrize(("format", "suffix"), [("shp", ".shp"), ("geojson", ".geojson"), ("csv", ".csv")])
@pytest.mark.parametrize("target", ["all.zip", "all"])
def test_all_layers_go_into_a_directory_or_a_zip(layers, tmp_path, format, suffix, target):
    notes = export(layers, tmp_path / target, layer="all", format=format)
    packed = target.endswith(".zip")
    names = zipfile.ZipFile(tmp_path / target).namelist() if packed else [p.name for p in (tmp_path / target).iterdir()]
    assert {name for name in names if name.endswith(suffix)} >= {f"{name}{suffix}" for name in SPATIAL}
    assert {f"{name}.csv" for name in TABLES} <= set(names)
    said = f"{', '.join(TABLES)}: no geometry, so that they stand beside as .csv"
    assert notes == ([] if format == "csv" else [said])
    if format == "shp":
        read = gpd.read_file(f"{tmp_path / target}", layer="grids")
        assert len(read) == 6


def test_the_same_export_gives_the_same_bytes(layers, tmp_path):
    for format, name in [("shp", "a.zip"), ("geojson", "a.geojson"), ("pmtiles", "a.pmtiles"), ("gpkg", "a.gpkg")]:
        export(layers, tmp_path / name, layer="grids", format=format)
        first = (tmp_path / name).read_bytes()
        export(layers, tmp_path / name, layer="grids", format=format)
        assert (tmp_path / name).read_bytes() == first, format


def refused(layers, file: Path, **options) -> str:
    with pytest.raises(InputError) as refusal:
        export(layers, file, **options)
    return str(refusal.value)


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("x.kml", {"layer": "grids", "format": "kml"}, "there is no format kml; use geojson, gpkg,"),
        ("x.csv", {"layer": "canals", "format": "csv"}, "there is no layer canals; there are all, grids, faces,"),
        ("x.geojson", {"layer": "build", "format": "geojson"}, "layer build has no geometry, so that GeoJSON can't"),
        ("x.pmtiles", {"layer": "build", "format": "pmtiles"}, "PMTiles can't hold it; use --format csv"),
        ("x.geojson", {"layer": "grids", "format": "geojson", "crs": "EPSG:4547"}, "for EPSG:4547 use --format gpkg"),
        ("x.pmtiles", {"layer": "grids", "format": "pmtiles", "crs": "EPSG:4326"}, "PMTiles is in EPSG:3857 by its"),
        ("x.pmtiles", {"layer": "grids", "format": "pmtiles", "crs": "BD-09"}, "its own; use --format geojson"),
        ("x.gpkg", {"layer": "grids", "format": "gpkg", "crs": "EPSG:99"}, "there is no coordinate system EPSG:99"),
        ("x.gpkg", {"layer": "grids", "format": "gpkg", "crs": "火星"}, "there is no coordinate system 火星"),
        ("x.gpkg", {"layer": "grids", "format": "gpkg", "crs": "EPSG:4978"}, "is no plane or geographic coordinate"),
        ("x.gpkg", {"layer": "grids", "format": "gpkg", "crs": "EPSG:5773"}, "is no plane or geographic coordinate"),
        ("x.csv", {"layer": "all", "format": "csv"}, "a .csv file holds one layer; for all of them name a directory"),
        ("x.shp", {"layer": "all", "format": "shp"}, "a .shp file holds one layer; for all of them name a directory"),
        ("x.shp", {"layer": "grids", "format": "gpkg"}, "ends in .shp, but the format is GeoPackage; name it .gpkg"),
        ("no/x.csv", {"layer": "grids", "format": "csv"}, "there is no directory"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_line(layers, tmp_path, name, options, message):
    told = refused(layers, tmp_path / name, **options)
    assert message in told
    assert "\n" not in told
    assert not list(tmp_path.iterdir())


def test_a_layer_that_leaves_its_coordinate_system_is_refused(layers, tmp_path):
    grids = layers["grids"]
    pole = grids.to_crs("EPSG:4326").set_geometry([shapely.box(0, 90, 1, 91)] * len(grids), crs="EPSG:4326")
    told = refused({"grids": pole}, tmp_path / "x.pmtiles", layer="grids", format="pmtiles")
    assert told == "layer grids can't be brought into EPSG:3857: 6 features lie outside of it"


def test_an_old_file_stays_when_an_export_is_refused(layers, tmp_path):
    (tmp_path / "grids.csv").write_text("old")
    refused(layers, tmp_path / "grids.csv", layer="grids", format="csv", crs="EPSG:99")
    assert [path.read_text() for path in tmp_path.iterdir()] == ["old"]
