"""Edits in many places, one after the other: each finds what is around by then, and the whole stays a partition."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely

from geo.edits.ground import Face, Grid, Ground
from geo.edits.merge import merge_grids
from geo.edits.retag import retag_grid
from geo.edits.weaving import woven_grid
from geo.errors import PartitionError
from geo.plans.nearby import Nearby
from tests.geo.edits.grounds import areas, cell, drawn_by_mm, ground


def test_a_grid_that_grew_is_around_whatever_it_reaches():
    nearby = Nearby(ground("abc", "PPQ"))
    assert set(nearby.around(["Q"]).grids) == {"b", "c"}
    nearby.apply(merge_grids(["a", "b"], keep="a"), ["P"])
    assert set(nearby.around(["Q"]).grids) == {"a", "c"}
    assert areas(nearby.whole()) == {"a": 2, "c": 1}


def test_a_grid_that_shrank_is_not_around_what_it_left():
    nearby = Nearby(ground("aab", "PPQ"))
    a = nearby.grids["a"]
    west, east = ground("xy", "PP").grids.values()
    nearby.take(Ground.of([a]), Ground.of([replace(west, code="a"), east]))
    assert set(nearby.around(["Q"]).grids) == {"y", "b"}
    assert areas(nearby.whole()) == {"a": 1, "y": 1, "b": 1}


def bent(grid: Grid, column: int, by_mm: int) -> Grid:
    """Give the western or eastern border of a grid a vertex half-way up, and move it to the east."""
    x, y = cell(column, 0.5)
    return woven_grid(grid, {(*cell(column, 0), *cell(column, 1)): np.array([[x + by_mm, y]])})


@pytest.mark.parametrize("by_mm", [-1, 1])
def test_a_border_that_bends_on_one_side_alone_is_never_handed_on(by_mm: int):
    town = ground("ab")
    a, b = town.grids.values()
    nearby = Nearby(town)
    nearby.take(Ground.of([a]), Ground.of([bent(a, 1, by_mm)]))
    with pytest.raises(PartitionError, match=r"one side alone, .* \(38500100\.\d+, 3400000\.000\)"):
        nearby.whole()
    nearby.take(Ground.of([b]), Ground.of([bent(b, 1, by_mm)]))
    assert shapely.coverage_is_valid([grid.polygon for grid in nearby.whole().grids.values()])


@pytest.mark.parametrize("wide_mm, fits", [(1, True), (200, False)])
def test_land_of_nobody_between_two_communities_closes_where_it_is_as_thin_as_borders_bend(wide_mm: int, *, fits: bool):
    def town(*way: tuple[int, int]) -> Ground:
        """Draw a grid south of a wedge of nobody's land that ends in the east, and one north of it."""
        south = [(0, 0), *way, (10_000, 3), (10_000, -5000), (0, -5000)]
        north = [(0, wide_mm), *way, (10_000, 3), (10_000, 5000), (0, 5000)]
        lands = {"P": drawn_by_mm(south), "Q": drawn_by_mm(north)}
        return Ground.of(Grid(name, name, name, land, (Face(land, (), "sole"),)) for name, land in lands.items())

    before = town()
    nearby = Nearby(before)
    nearby.take(before, town((2000, 1)))
    if fits:
        assert shapely.coverage_is_valid([grid.polygon for grid in nearby.whole().grids.values()])
    else:
        with pytest.raises(PartitionError, match="one side alone"):
            nearby.whole()


@pytest.mark.parametrize("by_mm, fits", [(-20, False), (-2, True), (2, True), (20, False)])
def test_the_border_of_the_whole_bends_by_millimetres(by_mm: int, *, fits: bool):
    town = ground("ab")
    [a, _] = town.grids.values()
    nearby = Nearby(town)
    nearby.take(Ground.of([a]), Ground.of([bent(a, 0, by_mm)]))
    if fits:
        assert len(nearby.whole().grids["a"].polygon.exterior.coords) == 6
    else:
        with pytest.raises(PartitionError):
            nearby.whole()


def test_the_border_of_the_whole_does_not_bend_where_land_beyond_may_not_be_loaded():
    town = ground("ab")
    a, b = town.grids.values()
    nearby = Nearby(replace(town, seen=np.array([b.polygon], dtype=object)))
    nearby.take(Ground.of([a]), Ground.of([bent(a, 0, 1)]))
    with pytest.raises(PartitionError):
        nearby.whole()


def test_land_that_nobody_has_or_two_have_is_never_handed_on():
    town = ground("ab")
    [a, _] = town.grids.values()
    for after in ([], [a, replace(a, code="c")], [a, replace(a, code="c", polygon=a.polygon.buffer(-10))]):
        nearby = Nearby(town)
        nearby.take(Ground.of([a]), Ground.of(after))
        with pytest.raises(PartitionError):
            nearby.whole()


def test_what_is_said_of_a_grid_leaves_the_whole_as_it_was():
    nearby = Nearby(ground("ab"))
    nearby.apply(retag_grid("a", name="A"), ["C"])
    assert {code: grid.name for code, grid in nearby.whole().grids.items()} == {"a": "A", "b": None}
