"""Small hard coverages made by others (../shared/cases/coverage), fed as compounds inside a padded box."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo.build import build
from geo.repair import repair
from geo.sources import Parameters, Sources
from tests.geo.sketching import CRS, SOUTH, WEST, assert_partition, communities, units

CASES = Path(__file__).resolve().parents[2].parent / "shared" / "cases" / "coverage"
FILES = sorted([*CASES.glob("mapshaper/*json"), *CASES.glob("maup_*.zip")])
EXPECTED = {"ex1_": 2, "ex2_": 3, "ex3.": 3, "ex5_": 3, "ex7_": 3, "ex8_": 12, "ex9_": 2, "ex22_": 3, "ex23_": 3}
SIDE_M = 20_000.0

pytestmark = pytest.mark.skipif(not FILES, reason="../shared/cases/coverage is absent")


def polygons(path: Path) -> np.ndarray:
    frame = gpd.read_file(path)
    drawn = np.asarray(frame.geometry[frame.geometry.notna()], dtype=object)
    if len(drawn) == 1 and drawn[0].geom_type == "GeometryCollection":  # a bare collection is a list of features
        drawn = shapely.get_parts(drawn)
    x0, y0, x1, y1 = shapely.total_bounds(drawn)
    scale = SIDE_M / max(x1 - x0, y1 - y0)
    placed = shapely.transform(shapely.force_2d(drawn), lambda xy: (xy - [x0, y0]) * scale + [WEST, SOUTH])
    return np.asarray(placed, dtype=object)


def jurisdiction(drawn: np.ndarray) -> Sources:
    x0, y0, x1, y1 = shapely.total_bounds(drawn)
    frame = communities({"A": shapely.box(x0 - 100, y0 - 100, x1 + 100, y1 + 100)})
    return Sources("coverage", frame.crs, frame, units(compound={f"{k:03d}": p for k, p in enumerate(drawn)}))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_hard_coverage_becomes_a_partition_and_every_unit_is_accounted_for(path):
    drawn = polygons(path)
    grid = build(jurisdiction(drawn), Parameters())
    assert grid.crs == CRS
    assert_partition(grid)
    assert len(grid.units) == len(drawn)
    land = shapely.union_all(shapely.make_valid(drawn, method="structure"))
    claimed = shapely.union_all(np.asarray(grid.faces[grid.faces["claimants"] != "[]"].geometry))
    assert shapely.symmetric_difference(land, claimed).area <= 0.0015 * land.length + 1
    expected = [count for name, count in EXPECTED.items() if name in path.name]
    if expected:
        assert (grid.units["status"] != "superseded").sum() == expected[0]


@pytest.mark.parametrize(
    ("name", "parts", "area", "holes"),
    [
        ("clean_ex11_ogc.geojson", 2, None, 0),
        ("clean_ex12_ogc.geojson", 1, 24, 0),
        ("clean_ex13_ogc.json", 2, 8, 0),
        ("clean_ex14_ogc.json", 2, 8, 0),
        ("clean_ex15_ogc.json", 4, None, 0),
        ("clean_ex16_ogc.json", 1, None, 1),
        ("clean_ex17_ogc.json", 2, None, 0),
        ("clean_ex19_ogc.json", 2, None, 0),
    ],
)
def test_an_invalid_polygon_is_repaired_as_its_makers_expect(name, parts, area, holes):
    frame = gpd.read_file(CASES / "mapshaper" / name).assign(source_id="x").set_crs(CRS, allow_override=True)
    fixed = shapely.get_parts(repair(frame, layer="compound").polygons)
    assert len(fixed) == parts
    assert shapely.get_num_interior_rings(fixed).sum() == holes
    assert shapely.is_valid(fixed).all()
    if area:
        assert shapely.area(fixed).sum() == area


def test_sixteen_toy_precincts_over_four_counties_all_keep_land():
    toy = json.loads((CASES / "maup_toy.json").read_text("utf-8"))
    counties, precincts = (
        shapely.transform(shapely.from_wkt(toy[key]), lambda xy: xy * 5000 + [WEST, SOUTH])
        for key in ("regions", "input")
    )
    frame = communities({f"r{k}": county for k, county in enumerate(counties)})
    drawn = units(compound={f"{k:02d}": precinct for k, precinct in enumerate(precincts)})
    grid = build(Sources("toy", frame.crs, frame, drawn), Parameters())
    assert_partition(grid, shapely.union_all(counties))
    assert set(grid.units["status"]) <= {"kept", "trimmed"}
    assert len(grid.units) == 16
