"""Land that is wide enough to be no imprecise drawing; the oracle is what a negative buffer leaves."""

from __future__ import annotations

import numpy as np
import shapely

from geo.gaps.land import surely_wider_than, wider_than


def stars(seed: int) -> np.ndarray:
    """Draw polygons of all sizes with long and short points, in one part and in two, some with a hole."""
    rng = np.random.default_rng(seed)
    turn = np.linspace(0, 2 * np.pi, 14)[:-1]
    way = rng.uniform(0.3, 1, (200, 13)) * np.geomspace(0.2, 40, 200)[:, None]
    rim = np.stack([way * np.cos(turn), way * np.sin(turn)], axis=2)
    one = shapely.polygons(rim)
    one[::3] = shapely.difference(one[::3], shapely.buffer(shapely.centroid(one[::3]), 0.4))
    one[1::4] = shapely.union(one[1::4], shapely.box(30, 0, 30 + np.linspace(0.2, 20, 50), 9))
    return one[shapely.is_valid(one)]


def test_land_is_wide_where_a_buffer_inwards_leaves_some():
    for width in (1.0, 2.0, 5.0):
        land = stars(int(width))
        left = ~shapely.is_empty(shapely.buffer(land, -width / 2))
        assert 0 < left.sum() < len(land)
        assert np.array_equal(wider_than(land, width), left)


def test_what_is_wide_by_its_area_has_room_for_the_circle():
    land = stars(7)
    for width in (1.0, 2.0, 5.0):
        sure = surely_wider_than(land, width)
        assert sure.any()
        assert not shapely.is_empty(shapely.buffer(land[sure], -width / 2)).any()


def test_holes_take_the_room_though_they_take_no_area():
    """100 m × 100 m with pinholes 2 m apart: no circle of 3 m."""
    x, y = np.meshgrid(np.arange(1, 100, 2.0), np.arange(1, 100, 2.0))
    pins = shapely.box(x - 0.001, y - 0.001, x + 0.001, y + 0.001).ravel()
    sieve = shapely.difference(shapely.box(0, 0, 100, 100), shapely.union_all(pins))
    assert not wider_than(np.array([sieve]), 3.0).any()
