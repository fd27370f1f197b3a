"""Where households live: by buildings, else spread over the land; and the land of some of them."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.dwellings import SPACING_M, Dwellings
from geo.places import Places
from tests.geo.sketching import SOUTH, WEST, square


def buildings(*places):
    points = shapely.points([[WEST + x, SOUTH + y] for x, y, _ in places])
    return Places.of(points, np.array([float(households) for *_, households in places]))


def polygons(*shapes):
    return np.array(shapes, dtype=object)


def test_households_live_in_the_buildings_that_have_some():
    """30 and 10 of 40 households; the third building is a shed."""
    dwellings = Dwellings.of(polygons(square(0, 0)), buildings((10, 10, 30), (90, 90, 10), (50, 50, 0)))
    assert dwellings.share.tolist() == [0.75, 0.25]
    assert (dwellings.xy - [WEST, SOUTH]).tolist() == [[10, 10], [90, 90]]


def test_two_buildings_in_one_place_are_one():
    dwellings = Dwellings.of(polygons(square(0, 0)), buildings((10, 10, 30), (10, 10.004, 10), (90, 90, 40)))
    assert dwellings.share.tolist() == [0.5, 0.5]


def test_a_grid_without_buildings_has_points_all_over_its_land():
    """200 m × 200 m: points 50 m apart, 4 × 4."""
    dwellings = Dwellings.of(polygons(square(0, 0, 2, 2)), buildings((900, 900, 9)))
    assert len(dwellings.xy) == (200 / SPACING_M) ** 2
    assert dwellings.share.sum() == pytest.approx(1)
    assert shapely.contains_xy(square(0, 0, 2, 2), *dwellings.xy.T).all()


def test_a_grid_too_small_or_thin_for_the_spacing_has_one_point_inside():
    sliver = shapely.box(WEST, SOUTH, WEST + 0.5, SOUTH + 60)
    dwellings = Dwellings.of(polygons(sliver, square(3, 3, 0.1, 0.1)), None)
    assert np.bincount(dwellings.grid).min() >= 1
    assert shapely.contains_xy(polygons(sliver, square(3, 3, 0.1, 0.1))[dwellings.grid], *dwellings.xy.T).all()


def test_the_land_of_all_places_is_the_grid_and_of_none_nothing():
    drawn = polygons(square(0, 0), square(1, 0))
    dwellings = Dwellings.of(drawn, buildings((10, 10, 1), (90, 90, 1), (150, 50, 1)))
    grid, purpose, land = dwellings.land(drawn, np.array([[True, False], [True, False], [False, False]]))
    assert (grid.tolist(), purpose.tolist()) == ([0], [0])
    assert land[0].equals(drawn[0])


def test_each_purpose_has_the_land_that_it_would_have_alone():
    """Purposes of the same places, of others, of all, and of none, in grids that differ in which are alike."""
    drawn = polygons(square(0, 0, 2, 2), square(2, 0, 2, 2), square(4, 0))
    dwellings = Dwellings.of(drawn, buildings((430, 30, 1), (470, 70, 1)))
    rng = np.random.default_rng(1)
    chosen = rng.random((len(dwellings.grid), 3)) < 0.4
    chosen = chosen[:, [0, 1, 0, 2, 1, 0]]
    chosen[dwellings.grid == 1, 3] = chosen[dwellings.grid == 1, 0]
    chosen[dwellings.grid == 0, 2] = True
    chosen[:, 4] = False
    grid, purpose, land = dwellings.land(drawn, chosen)
    alone = [dwellings.land(drawn, chosen[:, [one]]) for one in range(6)]
    expected = {
        (row, one): polygon
        for one, (rows, _, parts) in enumerate(alone)
        for row, polygon in zip(rows.tolist(), parts, strict=True)
    }
    assert list(zip(grid.tolist(), purpose.tolist(), strict=True)) == sorted(expected)
    assert [polygon.wkb for polygon in land] == [expected[key].wkb for key in sorted(expected)]


def test_the_land_between_two_buildings_is_cut_half_way():
    """At x = 10 and x = 70: the middle is x = 40, but for the 5 cm by which places are moved."""
    drawn = polygons(square(0, 0))
    dwellings = Dwellings.of(drawn, buildings((10, 50, 1), (70, 50, 1)))
    _, _, land = dwellings.land(drawn, np.array([[True], [False]]))
    assert land[0].area == pytest.approx(4_000, abs=20)
    assert shapely.bounds(land[0])[2] - WEST == pytest.approx(40, abs=0.2)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_any_point_of_the_land_is_nearest_to_a_chosen_building_and_no_other_point_is(seed):
    """Also where buildings stand in rows and columns, four on a circle; judged at random points of random grids."""
    rng = np.random.default_rng(seed)
    drawn = polygons(square(0, 0, 3, 2), shapely.Point(WEST + 600, SOUTH + 300).buffer(150, quad_segs=3))
    step = float(rng.choice([1e-3, 10.0, 25.0]))
    xy = np.unique(np.round(rng.uniform([0, 0], [800, 450], (60, 2)) / step) * step, axis=0)
    dwellings = Dwellings.of(drawn, buildings(*((x, y, 1) for x, y in xy)))
    chosen = rng.random((len(dwellings.grid), 2)) < [0.5, 0.2]
    grid, purpose, land = dwellings.land(drawn, chosen)
    assert set(zip(grid, purpose, strict=True)) == {(g, k) for k in (0, 1) for g in dwellings.grid[chosen[:, k]]}
    assert shapely.is_valid(land).all()
    for place in range(len(grid)):
        mine = dwellings.grid == grid[place]
        points = rng.uniform(shapely.bounds(drawn[grid[place]])[:2], shapely.bounds(drawn[grid[place]])[2:], (200, 2))
        points = points[shapely.contains_xy(drawn[grid[place]], *points.T)]
        away = np.hypot(*(points[:, None] - dwellings.xy[mine]).transpose(2, 0, 1))
        picked = chosen[mine, purpose[place]]
        near = np.where(picked, away, np.inf).min(axis=1)
        other = np.where(picked, np.inf, away).min(axis=1)
        clear = np.abs(near - other) > 1  # places are moved by up to 7 cm
        inside = shapely.contains_xy(land[place], *points.T)
        assert (inside == (near < other))[clear].all()
