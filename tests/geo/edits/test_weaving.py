"""Borders get vertices, and stay polygons whatever that does to them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.edits.ground import Face, Grid, Ground
from geo.edits.land import require_tiled
from geo.edits.lock import lock_grid
from geo.edits.weaving import UnseenError, as_lines, bent_segments, lower_first, weave, woven_ground, woven_polygon
from geo.errors import PartitionError, TooFineError
from geo.plans.nearby import Nearby
from geo.snapping import snap_round
from tests.geo.edits.grounds import cell, ground


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


def test_a_vertex_far_from_the_line_stays_on_its_side_of_a_border_that_bends():
    border = lower_first(np.array([[0, 0, 10_000, 3], [3000, 1, 2500, 900], [3000, 1, 3500, 900]]))
    woven = weave(border, np.array([[2000, -900, 2000, 900]]))
    assert woven.chains[0, 0, 10_000, 3].tolist() == [[2000, 1], [3000, 1]]


def test_a_border_that_leads_to_where_nothing_was_seen_does_not_bend():
    town = ground("bc\naa")
    upward = (*cell(1, 1), *cell(1, 2))
    vertex = {upward: np.array([cell(1, 1.5)])}
    a, b = (np.array([town.grids[code].polygon], dtype=object) for code in "ab")
    with pytest.raises(UnseenError) as unseen:
        woven_ground(replace(town, seen=a), vertex)
    [box] = unseen.value.boxes
    assert box.covers(as_lines(np.array([upward]))[0])
    for seen in (b, np.array([*a, box], dtype=object), None):
        assert len(woven_ground(replace(town, seen=seen), vertex).grids["c"].polygon.exterior.coords) == 6


def test_doing_edits_in_turn_looks_where_borders_bend():
    town = ground("ee\nbc\naa", community="BB\nBB\nAA")
    looked = []

    def edit(before: Ground) -> Ground:
        looked.append(set(before.grids))
        return woven_ground(before, {(*cell(1, 1), *cell(1, 2)): np.array([cell(1, 1.5)])})

    nearby = Nearby(town)
    nearby.apply(edit, ["A"])
    assert looked == [{"a", "b", "c"}, {"a", "b", "c", "e"}]
    assert len(nearby.whole().grids["c"].polygon.exterior.coords) == 6
    seen = np.array([town.grids["a"].polygon], dtype=object)
    with pytest.raises(UnseenError):
        Nearby(replace(town, seen=seen)).apply(edit, ["A"])


flat = st.tuples(st.integers(0, 3000), st.integers(0, 7), st.integers(0, 3000), st.integers(0, 7))
steep = st.tuples(st.integers(0, 3000), st.integers(-60, 0), st.integers(0, 3000), st.integers(8, 60))


@given(st.lists(flat, min_size=10, max_size=16), steep)
@settings(max_examples=200)
def test_borders_a_millimetre_apart_never_come_to_cross(segments, line):
    drawn = np.array([one for one in segments if one[:2] != one[2:]], dtype=np.int64).reshape(-1, 4)
    border = np.unique(lower_first(snap_round(drawn)[0]), axis=0)
    woven = weave(border, np.array([line]))
    pieces = np.concatenate([woven.line, *(through(ends, woven.chains) for ends in border)])
    lines = as_lines(np.unique(lower_first(pieces), axis=0))
    one, other = shapely.STRtree(lines).query(lines, predicate="intersects")
    meet = shapely.intersection(lines[one], lines[other])[one < other]
    ends = shapely.intersection(shapely.boundary(lines[one]), shapely.boundary(lines[other]))[one < other]
    assert shapely.equals(meet, ends).all()


def through(ends: np.ndarray, chains: dict) -> np.ndarray:
    """Return the pieces of a border segment with its new vertices."""
    between = chains.get(tuple(ends.tolist()), np.empty((0, 2), dtype=np.int64))
    way = np.concatenate([ends[None, :2], between, ends[None, 2:]])
    return np.concatenate([way[:-1], way[1:]], axis=1)


def test_a_grid_turned_inside_out_by_a_border_that_bends_is_no_tiling():
    wedge, beside = in_cells((10, 0), (12, 5), (10, 10)), in_cells((0, 0), (10, 0), (10, 10), (0, 10))
    before = Ground.of(
        Grid(f"id-{code}", code, "C", land, (Face(land, (), "sole"),)) for code, land in (("a", beside), ("b", wedge))
    )
    for bend, fits in ((11, True), (13, False)):
        chains = {(10, 0, 10, 10): np.array([[bend, 5]])}
        after = woven_ground(before, chains)
        if fits:
            require_tiled(before, after, chains)
        else:
            with pytest.raises(PartitionError):
                require_tiled(before, after, chains)


def test_segments_bend_in_the_direction_that_they_run():
    chains = {(0, 0, 10, 0): np.array([[3, 1], [7, 1]])}
    onward = [[0, 0, 3, 1], [3, 1, 7, 1], [7, 1, 10, 0]]
    back = [[10, 0, 7, 1], [7, 1, 3, 1], [3, 1, 0, 0]]
    assert bent_segments(np.array([[0, 0, 10, 0], [10, 0, 10, 10]]), chains).tolist() == [[10, 0, 10, 10], *onward]
    assert bent_segments(np.array([[10, 0, 0, 0]]), chains).tolist() == back


def needle_between(**homes: str) -> Ground:
    """Draw ``c``, whose point is a millimetre from side to side half-way up, between ``a`` and ``b``."""
    corners = {
        "a": [(0, 0), (9, 40), (10, 90), (0, 90)],
        "b": [(20, 0), (20, 90), (10, 90), (11, 40)],
        "c": [(0, 0), (20, 0), (11, 40), (10, 90), (9, 40)],
        "d": [(0, 90), (10, 90), (20, 90), (20, 99), (0, 99)],
    }
    lands = {code: in_cells(*some) for code, some in corners.items()}
    return Ground.of(
        Grid(f"id-{code}", code, homes.get(code, "C"), land, (Face(land, (), "sole"),)) for code, land in lands.items()
    )


BOTH_SIDES = {(9, 40, 10, 90): np.array([[10, 65]]), (10, 90, 11, 40): np.array([[10, 65]])}
"""A vertex half-way up the needle, which closes it there."""


def test_the_border_of_a_community_that_gets_a_vertex_keeps_the_needles_that_it_has():
    before = needle_between(a="A", b="B")
    with pytest.raises(TooFineError, match="bent away") as refused:
        woven_ground(before, BOTH_SIDES)
    assert refused.value.grids == ("c",)
    assert len(woven_ground(before, {(9, 40, 10, 90): np.array([[9, 65]])}).grids) == 4


def test_a_needle_within_a_community_bends_away_unless_its_grid_is_locked():
    before = needle_between()
    assert not woven_ground(before, BOTH_SIDES).grids["c"].polygon.intersects(shapely.Point(0.010, 0.090))
    locked = lock_grid("c")(before)
    with pytest.raises(TooFineError, match="locked") as refused:
        woven_ground(locked, BOTH_SIDES)
    assert refused.value.grids == ("c",)
