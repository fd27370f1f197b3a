"""What check says of grids, in plain words: overlaps, holes, faces that lost their grid."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo.check import Finding, check
from tests.geo.sketching import CRS, one_grid, sketch, square


def grids(**polygons: shapely.Geometry) -> gpd.GeoDataFrame:
    """Lay grids of one community; a name's letters end the code."""
    code = [f"530102001001{name}" for name in polygons]
    drawn = shapely.multipolygons([[polygon] for polygon in polygons.values()])
    table = {"code": code, "community_code": "530102001001", "area_m2": shapely.area(drawn)}
    return gpd.GeoDataFrame(table, geometry=drawn, crs=CRS)


def found(**layers: pd.DataFrame) -> dict[str, Finding]:
    return {finding.name: finding for finding in check(layers)}


def failed(**layers: pd.DataFrame) -> dict[str, str]:
    return {name: finding.value for name, finding in found(**layers).items() if finding.holds is False}


def test_grids_that_fit_have_no_overlap_and_no_hole():
    said = found(grids=grids(aaa=square(0, 0), bbb=square(1, 0)))
    assert (said["overlaps of grids"].value, said["holes"].value) == ("none", "none")
    assert all(finding.holds for finding in said.values())
    assert said["grids"].value == "2 in 1 community, 0.020 km²"


def test_an_overlap_is_told_by_its_area_and_its_grids():
    """Squares of 2 × 1 and 1 × 1 cells of 100 m, one cell in common: 10,000 m²."""
    said = failed(grids=grids(aaa=square(0, 0, 2), bbb=square(1, 0)))
    assert said["overlaps of grids"] == "10,000.00 m²: 530102001001aaa × 530102001001bbb"
    assert "holes" not in said
    assert "edges that no neighbour matches" in said


def test_a_hole_is_told_by_its_area_and_its_place():
    ring = shapely.difference(square(0, 0, 3, 3), square(1, 1))
    said = failed(grids=grids(aaa=ring))
    x, y = np.array(square(1, 1).centroid.coords[0])
    assert said["holes"] == f"1, 10,000.00 m², the first at ({x:.3f}, {y:.3f})"
    assert "overlaps of grids" not in said


def test_a_known_hole_between_communities_is_no_fault():
    ring = shapely.difference(square(0, 0, 3, 3), square(1, 1))
    gaps = gpd.GeoDataFrame({"gap_id": ["x"], "kind": ["no_community"]}, geometry=[square(1, 1)], crs=CRS)
    said = found(grids=grids(aaa=ring), gaps=gaps)
    assert all(finding.holds for finding in said.values())
    assert said["holes"].value == "none but the known between communities: 1, 10,000.00 m²"


def test_edges_that_do_not_match_are_told_where_there_is_neither_overlap_nor_hole():
    bent = shapely.segmentize(square(1, 0), 50.0)
    said = failed(grids=grids(aaa=square(0, 0), bbb=bent))
    assert list(said) == ["edges that no neighbour matches"]


def test_the_edges_are_not_looked_at_where_a_code_is_given_twice():
    twice = grids(aaa=square(0, 0), bbb=square(1, 0)).assign(code="530102001001001")
    said = found(grids=twice)
    assert said["codes given twice"].holds is False
    assert said["edges that no neighbour matches"].holds is None
    assert said["overlaps of grids"].holds


def test_an_invalid_polygon_is_named_and_the_rest_is_still_measured():
    (x, y), *_ = square(0, 0).exterior.coords[2:3]
    bow_tie = shapely.Polygon([(x, y), (x + 100, y + 100), (x + 100, y), (x, y + 100)])
    said = failed(grids=grids(aaa=square(0, 0, 3, 3), bbb=bow_tie))
    assert said["invalid polygons"] == "530102001001bbb"
    assert said["overlaps of grids"].endswith("530102001001aaa × 530102001001bbb")


def test_a_grid_without_land_is_named():
    empty = grids(aaa=square(0, 0), bbb=square(1, 0))
    empty.loc[1, "geometry"] = shapely.MultiPolygon()
    assert failed(grids=empty)["grids without land"] == "530102001001bbb"


def test_faces_whose_grid_was_deleted_are_noticed_at_the_edge_of_the_town_too():
    built = one_grid("aaa", compound="b.c")
    gone = built.grids["code"].iloc[0]
    layers = {"faces": built.faces, "units": built.units, "gaps": built.gaps}
    assert not failed(grids=built.grids, **layers)
    assert failed(grids=built.grids.iloc[1:], **layers)["faces whose grid is gone"] == gone


@pytest.mark.parametrize("households", [(10, 20), (0, 0)])
def test_counts_of_units_outside_are_told_apart_from_counts_that_got_lost(households: tuple[int, int]):
    drawn = sketch("b...c")
    inside, outside = ((shape, {"households": count}) for shape, count in zip(drawn.values(), households, strict=True))
    built = one_grid("aaa", compound={"b": inside, "c": outside})
    said = found(grids=built.grids, units=built.units)["households"]
    beside = f"; {households[1]} in units not placed" if households[1] else ""
    assert (said.value, said.holds) == (f"{households[0]} of {sum(households)}{beside}", True)
    less = built.grids.assign(households=built.grids["households"] - 1)
    grids_with = int(less["households"].notna().sum())
    wrong = found(grids=less, units=built.units)["households"]
    assert wrong.holds is False
    assert wrong.value.endswith(f"; {grids_with} missing")
