"""What a hand draws becomes what is meant."""

from __future__ import annotations

import numpy as np
import pytest

from geo.edits.applying import apply
from geo.edits.drawing import MOST_CROSSINGS, drawn
from geo.edits.split import split_grid
from geo.errors import InputError, LineMissesGridError
from tests.geo.edits.grounds import cell, fresh, ground


def hand(*places: tuple[float, float]) -> np.ndarray:
    return np.array([cell(*place) for place in places]) / 1000


def vertices(segments: np.ndarray) -> list[tuple[int, int]]:
    return [tuple(segments[0, :2].tolist()), *map(tuple, segments[:, 2:].tolist())]


def test_vertices_go_to_vertices_first_and_to_borders_else():
    line = drawn(hand((0.004, 0.99), (0.5, 0.5), (0.5, 0.006)), ground("a"), snapping_distance=2)
    assert vertices(line) == [cell(0, 1), cell(0.5, 0.5), cell(0.5, 0)]


def test_without_a_distance_the_line_stays_as_drawn():
    line = drawn(hand((0.004, 0.99), (0.5, 0.006)), ground("a"), snapping_distance=0)
    assert vertices(line) == [cell(0.004, 0.99), cell(0.5, 0.006)]


def test_a_line_along_a_border_follows_it():
    stairs = ground("ab\naa")  # the border of b goes round a corner
    line = drawn(hand((1.005, 1.995), (1.005, 1.005), (1.5, 1.004)), stairs, snapping_distance=2)
    assert vertices(line) == [cell(1, 2), cell(1, 1), cell(1.5, 1)]


def test_a_border_is_followed_as_far_off_the_line_as_vertices_are_drawn():
    corner = hand((1.0, 1.5), (1.3, 1.01))  # passes the corner of b at 26 m
    assert vertices(drawn(corner, ground("ab\naa"), snapping_distance=25)) == [cell(1, 1.5), cell(1.3, 1)]
    assert vertices(drawn(corner, ground("ab\naa"), snapping_distance=28)) == [cell(1, 1.5), cell(1, 1), cell(1.3, 1)]


def test_a_border_too_far_off_the_line_is_not_followed():
    line = drawn(hand((1, 2), (2, 1)), ground("ab\naa"), snapping_distance=2)
    assert vertices(line) == [cell(1, 2), cell(2, 1)]


def test_a_line_drawn_a_little_short_still_splits():
    before = ground("aa")
    short = drawn(hand((0.5, 0.01), (0.5, 0.99)), before, snapping_distance=2)
    assert len(apply(before, split_grid("a", short, fresh=fresh())).created) == 1


@pytest.mark.parametrize("places", [[(0.5, 0.5), (0.5, 0.5)], [(0.5, 0.5)], [(np.nan, 0), (1, 1)]])
def test_what_is_no_line_is_refused(places: list[tuple[float, float]]):
    given = np.array([(38_500_000 + x * 100, 3_400_000 + y * 100) for x, y in places])
    with pytest.raises(LineMissesGridError):
        drawn(given, ground("a"), snapping_distance=1)


def test_a_scribble_is_refused_and_a_long_way_that_crosses_itself_seldom_is_not():
    turns = np.linspace(0, 2 * np.pi * 20, 2000)
    circles = np.stack([np.cos(turns) * 10 + turns / 100, np.sin(turns) * 10], axis=1)  # crosses itself often
    with pytest.raises(InputError, match=f"^the line crosses itself more than {MOST_CROSSINGS} times; draw it anew$"):
        drawn(circles, ground("a"), snapping_distance=0)
    teeth = np.stack([np.arange(5000) / 100, np.arange(5000) % 2 * 50.0], axis=1)
    assert len(drawn(teeth, ground("a"), snapping_distance=0)) == 4999
