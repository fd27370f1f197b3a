"""Borders get vertices, and stay polygons whatever that does to them."""

from __future__ import annotations

import numpy as np
import shapely

from geo.edits.weaving import woven_polygon


def in_cells(*corners: tuple[int, int]) -> shapely.Polygon:
    return shapely.Polygon(np.array(corners) / 1000)


def test_a_neck_of_one_millimetre_that_a_border_bends_through_falls_in_two():
    hourglass = in_cells((0, 0), (10, 0), (10, 10), (5, 1), (0, 10))
    bent = woven_polygon(hourglass, {(0, 0, 10, 0): np.array([[5, 1]])})
    assert bent.is_valid
    assert bent.equals(shapely.MultiPolygon([in_cells((0, 0), (5, 1), (0, 10)), in_cells((10, 0), (10, 10), (5, 1))]))


def test_a_polygon_whose_border_gets_no_vertex_stays_the_same_object():
    square = in_cells((0, 0), (10, 0), (10, 10), (0, 10))
    assert woven_polygon(square, {(0, 5, 10, 5): np.array([[5, 5]])}) is square


def test_a_vertex_comes_in_whichever_way_a_ring_runs():
    square = in_cells((0, 0), (10, 0), (10, 10), (0, 10))
    for drawn in (square, shapely.reverse(square)):
        bent = woven_polygon(drawn, {(0, 0, 10, 0): np.array([[3, 1], [7, 1]])})
        assert bent.equals(in_cells((0, 0), (3, 1), (7, 1), (10, 0), (10, 10), (0, 10)))
