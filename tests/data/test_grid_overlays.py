"""The view of a GeoPackage in which any GIS finds what serves the grids."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.build_layers import LAYERS
from data.export import export
from data.grid_overlays import NAME
from data.output import read_build, write_build
from geo.themes import FORMS, themes
from tests.data.small_build import grids, small_build

CODES = grids()["code"].tolist()
THEMES = ("shortage", "form", "severity", "rating")


def staffing(rows: list[tuple[int, int, int | None]]) -> pd.DataFrame:
    """Make the layer of (grid, required, held)."""
    table = pd.DataFrame(rows, columns=["grid", "required", "held"]).astype({"required": "Int64", "held": "Int64"})
    columns = {"post": "cleaner", "arithmetic": "", "full_time_equivalent": 1.0}
    short = (table["required"] - table["held"]).clip(lower=0)
    return table.assign(code=[CODES[row] for row in table["grid"]], short=short, **columns)


def assignments(forms: list[str]) -> pd.DataFrame:
    table = pd.DataFrame({"code": CODES[: len(forms)], "form": forms})
    return table.reindex(columns=list(LAYERS["assignments"].columns)).astype(LAYERS["assignments"].columns)


def settlements(stars: list[int | None]) -> pd.DataFrame:
    table = pd.DataFrame({"code": CODES[: len(stars)], "stars": pd.array(stars, dtype="Int64")})
    return table.reindex(columns=list(LAYERS["settlements"].columns)).astype(LAYERS["settlements"].columns)


def view_of(path) -> gpd.GeoDataFrame:
    return pyogrio.read_dataframe(path, layer=NAME)


posts = st.tuples(st.integers(0, 5), st.integers(0, 4), st.one_of(st.none(), st.integers(0, 8)))


@given(
    st.lists(posts, max_size=12),
    st.lists(st.sampled_from(FORMS), max_size=6),
    st.lists(st.sampled_from([None, 0, 3, 4, 5]), max_size=6),
)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_its_classes_are_those_of_the_engine(tmp_path, rows, forms, stars):
    path = tmp_path / "town.gpkg"
    tables = {"staffing": staffing(rows), "assignments": assignments(forms), "settlements": settlements(stars)}
    write_build(replace(small_build(), **tables), path, facts={})
    view, expected = view_of(path), themes(read_build(path))
    assert view["code"].tolist() == CODES
    for theme in THEMES:
        found = [None if pd.isna(name) else name for name in view[theme]]
        assert found == [None if pd.isna(name) else name for name in expected[theme]], theme


def test_it_has_the_land_of_the_grids_and_a_place_in_the_index(tmp_path):
    path = tmp_path / "town.gpkg"
    write_build(small_build(), path, facts={})
    view, layer = view_of(path), pyogrio.read_dataframe(path, layer="grids")
    assert view.crs == layer.crs
    assert view.geometry.geom_equals_exact(layer.geometry, tolerance=0).all()
    west, south, *_ = layer.total_bounds
    nearby = pyogrio.read_dataframe(path, layer=NAME, bbox=(west, south, west + 1, south + 1))
    assert nearby["code"].tolist() == CODES[:1]


def test_a_file_of_some_layers_has_no_view(tmp_path):
    write_build(small_build(), tmp_path / "town.gpkg", facts={})
    layers = read_build(tmp_path / "town.gpkg", ["grids"])
    assert export(layers, tmp_path / "grids.gpkg", layer="grids", format="gpkg", crs=None) == []
    assert NAME not in pyogrio.list_layers(tmp_path / "grids.gpkg")[:, 0]


@pytest.mark.parametrize("name", [NAME, "grids"])
def test_each_layer_offers_its_styles_with_one_for_a_start(tmp_path, name):
    path = tmp_path / "town.gpkg"
    write_build(small_build(), path, facts={})
    with closing(sqlite3.connect(path)) as database:
        rows = database.execute(
            "SELECT styleName, useAsDefault FROM layer_styles WHERE f_table_name = ? ORDER BY id", [name]
        ).fetchall()
    assert [default for _, default in rows] == [1] + [0] * (len(rows) - 1)
    assert len(rows) == {NAME: 4, "grids": 2}[name]
