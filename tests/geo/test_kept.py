"""What a build keeps of its sources is enough to go on from it: the same standards, parameters, roads and rows."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from data.demo.writing import write_demo
from data.output import read_build, read_facts, write_build
from data.reading import read_sources
from geo.build import build
from geo.facts import not_evaluated_of, parameters_of, tables_of
from geo.gaps.evaluated import not_evaluated
from geo.gathering import walks_to
from geo.kept import building_layer, in_json, record_layer, road_layer
from geo.sources import Parameters
from geo.standards_table import standards_from_table
from geo.tables import as_table, match_tables
from tests.geo.messy import messy_sources
from tests.geo.sketching import CRS
from tests.geo.tabling import tables, with_invented_tables

GRIDS = pd.DataFrame(
    {
        "code": ["110108001001001", "110108001001002"],
        "community_code": ["110108001001"] * 2,
        "source_layer": ["compound", "community"],
        "source_id": ["a", "110108001001"],
        "area_m2": [1.0, 1.0],
    }
)
HOMES = pd.DataFrame({"layer": ["compound"], "source_id": ["a"], "home": ["110108001001"]})


@pytest.fixture(scope="module")
def town(tmp_path_factory) -> tuple:
    """The demo town, its build, and the build as it is read back."""
    folder = tmp_path_factory.mktemp("kept")
    read = read_sources(write_demo(folder / "town", communities=30, seed=1), warn=lambda sentence: None)
    grid = build(read.sources, read.settings.parameters, as_of=date(2026, 6, 1))
    write_build(grid, folder / "town.gpkg", facts={})
    return read, grid, folder / "town.gpkg"


def test_parameters_standards_and_what_was_not_evaluated_come_back(town):
    read, _, out = town
    facts = read_facts(out)
    given = replace(read.settings.parameters, precedence=tuple(read.settings.parameters.precedence))
    assert parameters_of(facts) == given
    assert not_evaluated_of(facts) == not_evaluated(read.sources)
    assert tables_of(facts) == {"roster", "party", "funding", "scores", "exceptions"}
    back = standards_from_table(read_build(out, ["standards"])["standards"])
    assert (back.general, back.places) == (read.sources.standards.general, read.sources.standards.places)


@pytest.mark.parametrize("seed", range(4))
def test_parameters_of_every_kind_come_back(seed: int):
    given = Parameters(("compound", "courtyard", "patrol_zone"), "first", 1.5, 0.1 + 0.2, 7.0, "CJ/T 349", "000123")
    sources = with_invented_tables(messy_sources(seed, side=2, per_layer=4), seed)
    facts = build(sources, given).facts
    assert parameters_of(facts) == given
    assert not_evaluated_of(facts) == not_evaluated(sources)
    assert tables_of(facts) == {"roster", "party", "funding", "scores"}
    assert tables_of({}) is None


def test_ways_on_foot_are_the_same_along_the_roads_that_come_back(town):
    read, _, out = town
    back = read_build(out, ["buildings", "facilities", "roads", "grids"])
    sources = replace(read.sources, facilities=back["facilities"], roads=back["roads"])
    places = shapely.get_coordinates(shapely.point_on_surface(np.asarray(back["grids"].geometry)))
    detour = np.full(len(places), 1.3)
    one, other = (walks_to(some).to_nearest(places, detour) for some in (read.sources, sources))
    assert np.array_equal(one, other)
    households = read.sources.buildings["households"]
    assert back["buildings"]["households"].sum() == households.sum()
    assert len(back["buildings"]) == len(read.sources.buildings)


def test_every_row_about_a_place_is_kept_by_the_code_of_its_grid_or_community():
    given = tables(
        roster=[
            {"on": "compound:a", "post": "cleaner", "name": '赵"示例"', "full_time": False},
            {"on": "community:110108001001", "post": "area_cadre"},
            {"on": "compound:nowhere", "post": "cleaner"},
        ],
        funding=[{"on": "compound:a", "year": 2026, "purpose": "branch_activity", "amount": 0.1 + 0.2}],
        exceptions=[
            {"gap_id": "oversize:x", "reason": "r", "signer": "s", "expires": "2027-01-01"},
            {"on": "compound:a", "kind": "overlap", "reason": "r", "signer": "s", "expires": "2027-01-01"},
        ],
    )
    kept = record_layer(given, match_tables(given, GRIDS, HOMES), GRIDS["code"])
    kept["code"] = kept["code"].astype(object).where(kept["code"].notna(), None)
    said = {(row.table, row.code): json.loads(row.row) for row in kept.itertuples()}
    place = {"file": "roster.csv", "row": 2}
    signed = {"reason": "r", "signer": "s", "expires": "2027-01-01", "file": "exceptions.csv"}
    assert len(kept) == 5
    assert said == {
        ("roster", "110108001001001"): {"post": "cleaner", "name": '赵"示例"', "full_time": False, **place},
        ("roster", "110108001001"): {"post": "area_cadre", "file": "roster.csv", "row": 3},
        ("funding", "110108001001001"): {
            **{"year": 2026, "purpose": "branch_activity", "amount": 0.1 + 0.2, "file": "funding.csv", "row": 2}
        },
        ("exceptions", None): {"gap_id": "oversize:x", **signed, "row": 2},
        ("exceptions", "110108001001001"): {
            "layer": "compound",
            "source_id": "a",
            "kind": "overlap",
            **signed,
            "row": 3,
        },
    }


def test_buildings_are_points_in_one_order_whatever_the_order_of_features():
    land = [shapely.box(0, 0, 4, 4), None, shapely.box(9, 9, 10, 10), shapely.Polygon(), shapely.box(9, 9, 10, 10)]
    counts = {"households": pd.array([3, 1, 2, 1, 1], dtype="Int64")}
    drawn = gpd.GeoDataFrame(counts, geometry=land, crs=CRS)
    layer = building_layer(drawn)
    assert layer["households"].tolist() == [3, 1, 2]
    assert [(point.x, point.y) for point in layer.geometry] == [(2, 2), (9.5, 9.5), (9.5, 9.5)]
    assert building_layer(drawn.iloc[::-1]).equals(layer)
    assert building_layer(None) is None


def test_roads_that_cross_in_one_box_keep_one_order():
    lines = [shapely.LineString([(0, 0), (1, 1)]), shapely.LineString([(0, 1), (1, 0)]), None]
    roads = gpd.GeoDataFrame({"name": ["a", None, "c"]}, geometry=lines, crs=CRS)
    assert road_layer(roads.iloc[[1, 2, 0]]).equals(road_layer(roads))
    assert len(road_layer(roads)) == 2


def test_records_are_written_some_rows_at_a_time_and_nobody_can_tell(monkeypatch):
    given = tables(roster=[{"on": "compound:a", "post": "cleaner", "name": name} for name in "甲乙丙丁戊"])
    matches = match_tables(given, GRIDS, HOMES)
    whole = record_layer(given, matches, GRIDS["code"])
    assert [json.loads(row)["name"] for row in whole["row"]] == list("甲乙丙丁戊")
    sizes = []
    monkeypatch.setattr("geo.kept.ROWS_AT_A_TIME", 2)
    monkeypatch.setattr("geo.kept.in_json", lambda rows, *names: sizes.append(len(rows)) or in_json(rows, *names))
    pd.testing.assert_frame_equal(record_layer(given, matches, GRIDS["code"]), whole)
    assert sizes == [2, 2, 1]


TEXTS = st.none() | st.text(st.sampled_from('a网",\\{}\n\x01 '), min_size=1, max_size=4)


@given(st.lists(st.tuples(TEXTS, st.none() | st.integers(2000, 2002), st.sampled_from([None, 0.0, -0.0, 1.5, 1e22]))))
def test_records_are_the_json_of_what_is_there(rows):
    names = ["purpose", "year", "amount"]
    table = as_table("funding", dict(zip(names, zip(*rows, strict=True), strict=True)) if rows else {}, file="a.csv")
    said = [{**dict(zip(names, row, strict=True)), "file": "a.csv", "row": at} for at, row in enumerate(rows, 2)]
    expected = [{key: value for key, value in row.items() if value is not None} for row in said]
    assert in_json(table, [*names, "file", "row"], "funding").to_pylist() == [
        json.dumps(row, ensure_ascii=False) for row in expected
    ]
