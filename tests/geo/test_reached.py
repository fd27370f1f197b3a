"""Households too far from a facility of a kind: at the limit, in part, by buildings, by land, by place."""

from __future__ import annotations

import json
from dataclasses import replace

import geopandas as gpd
import pytest
import shapely

from data.standards_file import read_standards
from geo.build import build
from geo.sources import Parameters
from tests.geo.sketching import CELL_M, CRS, SOUTH, WEST, buildings, sources, square

TOILET, CENTRE = "公厕", "党群服务中心"
A = "530102001001001"


def facilities(**places):
    """Put facilities at points given in cells, by kind."""
    rows = [(kind, x, y) for kind, points in places.items() for x, y in points]
    points = shapely.points([[WEST + x * CELL_M, SOUTH + y * CELL_M] for _, x, y in rows])
    return gpd.GeoDataFrame({"kind": [kind for kind, *_ in rows], "name": None}, geometry=points, crs=CRS)


def roads(*lines):
    drawn = [shapely.LineString([(WEST + x * CELL_M, SOUTH + y * CELL_M) for x, y in line]) for line in lines]
    return gpd.GeoDataFrame({"name": [None] * len(drawn)}, geometry=drawn, crs=CRS)


def town(facility, *, road=None, building=None, rural=False, overrides=None, households=100, width=1, **layers):
    """Build one community, 100 cells wide, with compound a of ``width`` cells in its south-west corner."""
    drawn = {"a": (square(0, 0, width), {"households": households})}
    made = sources({"A": square(0, 0, 100)}, compound=drawn, buildings=building, **layers)
    made = replace(
        made,
        facilities=facility,
        roads=road,
        communities=made.communities.assign(rural=rural),
        standards=read_standards(overrides=overrides or {}),
    )
    return build(made, Parameters())


def gaps_of(grid):
    """Return gap and detail by "code:kind"."""
    rows = grid.gaps[grid.gaps["kind"] == "far_from_facility"]
    return {row.gap_id.partition(":")[2]: (row, json.loads(row.detail)) for row in rows.itertuples()}


@pytest.mark.parametrize(("distance_m", "far"), [(500, False), (500.01, True)])
def test_households_are_far_beyond_the_distance_not_at_it(distance_m, far):
    """The building stands at x = 50 m, the toilet on the same road."""
    at = (50 + distance_m) / CELL_M
    grid = town(facilities(公厕=[(at, 0.5)]), road=roads([(0, 0.5), (50, 0.5)]), building=buildings((0.5, 0.5, 100)))
    assert bool(gaps_of(grid)) == far


@pytest.mark.parametrize(("distance_m", "far"), [(384, False), (385, True)])
def test_without_roads_the_straight_line_counts_one_and_three_tenths(distance_m, far):
    """384 × 1.3 = 499.2 m; 385 × 1.3 = 500.5 m > 500 m."""
    grid = town(facilities(公厕=[(0.5 + distance_m / CELL_M, 0.5)]), building=buildings((0.5, 0.5, 100)))
    assert bool(gaps_of(grid)) == far
    if far:
        gap, detail = gaps_of(grid)[f"{A}:{TOILET}"]
        assert detail["figure"] == "最远步行 直线 385 m × 1.3 = 500 m > 500 m；100 户中 100 户"
        assert (detail["facility"], detail["limit_m"], detail["measured"]) == (TOILET, 500, "straight")
        assert (gap.households, gap.code, gap.ledger) == (100, A, "unserved")
        assert (gap.remedy, detail["source"]) == ("就近增设公厕，或开放附近单位的设施", "S0, C")


def test_one_gap_a_grid_and_kind_with_the_kind_in_its_id():
    grid = town(facilities(公厕=[(20, 0.5)], 党群服务中心=[(20, 0.5)]), building=buildings((0.5, 0.5, 100)))
    assert set(gaps_of(grid)) == {f"{A}:{TOILET}", f"{A}:{CENTRE}"}


def test_the_households_are_those_of_the_buildings_that_are_far_and_the_land_is_theirs():
    """Toilet at x = 0, buildings at 200 m (75 of 300) and 800 m (225): 800 × 1.3 > 500 m. The grid has 100 households:
    225 / 300 of them are 75. The land is cut at 500 m, half way."""
    grid = town(facilities(公厕=[(0, 0.5)]), building=buildings((2, 0.5, 75), (8, 0.5, 225)), width=10)
    gap, detail = gaps_of(grid)[f"{A}:{TOILET}"]
    assert gap.households == 75
    assert shapely.bounds(gap.geometry)[[0, 2]] - WEST == pytest.approx([500, 1000], abs=0.3)
    assert detail["figure"] == "最远步行 直线 800 m × 1.3 = 1,040 m > 500 m；100 户中 75 户"


def test_without_buildings_households_are_spread_over_the_land():
    """1,000 m of land in 20 columns of points, 50 m apart; the toilet at its western end reaches 500 / 1.3 = 384.6 m:
    the 8 columns at 25 … 375 m. 12 / 20 of 100 households are too far, on the land from x = 400 m."""
    gap, _ = gaps_of(town(facilities(公厕=[(0, 0.5)]), width=10))[f"{A}:{TOILET}"]
    assert gap.households == pytest.approx(60, abs=3)
    assert shapely.bounds(gap.geometry)[[0, 2]] - WEST == pytest.approx([400, 1000], abs=40)


def test_land_without_households_has_no_such_gap():
    """Compound a has none, and nobody lives on the patrol zone or on land that nobody claims."""
    assert not gaps_of(town(facilities(公厕=[(90, 0.5)]), households=0, patrol_zone={"p": square(5, 0)}))


def test_a_compound_whose_households_nobody_counted_is_a_gap_of_unknown_size():
    gap, detail = gaps_of(town(facilities(公厕=[(90, 0.5)]), households=None))[f"{A}:{TOILET}"]
    assert gap.households is not None
    assert str(gap.households) in ("<NA>", "nan")
    assert detail["figure"].endswith("户数不详")


def test_a_barrier_without_a_crossing_makes_the_way_long():
    """The toilet is 100 m away across a river; the bridge is 600 m to the east: 600 + 100 + 600 m."""
    banks = roads([(0, 0), (60, 0)], [(0, 1), (60, 1)], [(6, 0), (6, 1)])
    grid = town(facilities(公厕=[(0, 1)]), road=banks, building=buildings((0, 0, 100)))
    assert gaps_of(grid)[f"{A}:{TOILET}"][1]["farthest_m"] == 1300


def test_where_no_road_leads_the_longest_distance_looked_for_is_named():
    grid = town(facilities(公厕=[(50, 0.5)]), road=roads([(0, 0.5), (9, 0.5)], [(40, 0.5), (60, 0.5)]))
    detail = gaps_of(grid)[f"{A}:{TOILET}"][1]
    assert detail["farthest_m"] is None
    assert detail["figure"].startswith("最远沿道路步行 9,000 m 内没有 > 500 m")


def test_villages_have_their_own_distances_and_need_no_toilet():
    """A centre 1,000 m away, 1,300 m on foot, is too far in town (1,000 m), not in a village (3,000 m)."""
    near = facilities(公厕=[(90, 0.5)], 党群服务中心=[(10.5, 0.5)])
    spot = buildings((0.5, 0.5, 100))
    assert set(gaps_of(town(near, building=spot))) == {f"{A}:{TOILET}", f"{A}:{CENTRE}"}
    assert not gaps_of(town(near, building=spot, rural=True))


def test_the_distance_is_that_of_the_place():
    own = {"at": {"530102001": {"facilities": {TOILET: {"distance_m": 2_000}}}}}
    assert not gaps_of(town(facilities(公厕=[(10.5, 0.5)]), building=buildings((0.5, 0.5, 1)), overrides=own))


def test_a_facility_counts_under_any_name_of_its_kind():
    grid = town(facilities(**{" Public_Toilet": [(1, 0.5)], "公共厕所": [(90, 0.5)]}))
    assert not gaps_of(grid)


def test_kinds_that_no_facility_has_are_not_evaluated_and_said_so():
    grid = town(facilities(公厕=[(90, 0.5)], 游泳池=[(1, 1)]))
    assert set(gaps_of(grid)) == {f"{A}:{TOILET}"}
    assert grid.facts[f"not_evaluated.far_from_facility.{CENTRE}"] == "the facility layer has none of this kind"
    assert grid.facts["not_evaluated.far_from_facility.游泳池"] == "the standards give no distance for this kind"
    assert f"not_evaluated.far_from_facility.{TOILET}" not in grid.facts


@pytest.mark.parametrize("layer", [None, facilities(公厕=[(0, 0)]).iloc[:0]])
def test_without_facilities_none_is_evaluated(layer):
    grid = town(layer)
    assert grid.facts["not_evaluated.far_from_facility"] == "there is no facility layer, or nothing in it"
    assert not gaps_of(grid)


def test_a_gap_weighs_more_the_longer_the_way_up_to_twice():
    """700 / 500 = 1.4; 5,000 / 500 = 10, counted as 2."""
    road = roads([(0, 0.5), (99, 0.5)])
    spot = buildings((0.5, 0.5, 100))
    near, far = (town(facilities(公厕=[(at, 0.5)]), road=road, building=spot) for at in (7.5, 50.5))
    assert gaps_of(near)[f"{A}:{TOILET}"][1]["arithmetic"].startswith("20 × 1.40 + ")
    assert gaps_of(far)[f"{A}:{TOILET}"][1]["arithmetic"].startswith("20 × 2.00 + ")
