"""The names of places that nobody holds: they hang on where the land lies, and on nothing else."""

from __future__ import annotations

import numpy as np
import shapely
import shapely.ops
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.gaps.unheld import hole_keys, place_keys
from tests.geo.sketching import CELL_M, SOUTH, WEST, square

LEANING = shapely.Polygon(
    [(WEST + CELL_M * x, SOUTH + CELL_M * y) for x, y in ((1, 0), (3, 0), (3.3, 0.9), (3, 2), (1, 2))]
)
"""A place whose eastern border leans, so that a point halfway up moves east and west with its height."""

ACROSS = shapely.LineString([(WEST, SOUTH), (WEST + 3 * CELL_M, SOUTH + 3 * CELL_M)])


def names(*land: shapely.Geometry) -> list[str]:
    """Name places of one community."""
    return place_keys(np.array(land, dtype=object), np.zeros(len(land), dtype=np.int64))


def woven(place: shapely.Geometry, dice: np.random.Generator) -> shapely.Geometry:
    """Put a vertex on each edge, rounded to the grid and up to a millimetre off, and begin elsewhere."""
    corner = shapely.get_coordinates(place)[:-1]
    along = dice.random((len(corner), 1))
    between = np.round(corner + along * (np.roll(corner, -1, axis=0) - corner), 3)
    between += dice.integers(-1, 2, between.shape) / 1000
    ring = np.roll(np.stack([corner, between], axis=1).reshape(-1, 2), int(dice.integers(9)), axis=0)
    return shapely.Polygon(ring if dice.random() < 0.5 else ring[::-1])


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=50, deadline=None, derandomize=True)
def test_a_place_keeps_its_name_whatever_vertices_its_border_has(seed: int):
    again = woven(LEANING, np.random.default_rng(seed))
    assert names(again) == names(LEANING)
    assert hole_keys(np.array([again])).tolist() == names(LEANING)


def test_a_place_that_changes_inside_its_box_keeps_its_name_and_one_that_leaves_it_has_another():
    assert names(LEANING - square(1.5, 0.5, 0.5, 0.5)) == names(LEANING)
    assert names(LEANING | square(3, 1, 0.5)) != names(LEANING)


def test_places_around_one_another_keep_their_names_whichever_is_larger():
    whole, court = square(0, 0, 5, 5), square(1.5, 1.5, 2, 2)
    wide, narrow = whole - square(1, 1, 3, 3), whole - square(0.2, 0.2, 4.6, 4.6)
    assert wide.area > court.area > narrow.area
    assert names(wide, court) == names(narrow, court)
    assert len(set(names(wide, court))) == 2


def test_places_that_share_the_box_are_numbered_the_same_in_any_order():
    larger, smaller = shapely.ops.split(square(0, 0, 3, 3), ACROSS).geoms
    smaller -= square(1.1, 1.5, 0.1)
    first, second = names(larger, smaller)
    assert second == f"{first}.1"
    assert names(smaller, larger) == [second, first]


def test_places_of_two_communities_are_numbered_apart():
    land = np.array([LEANING, LEANING])
    assert place_keys(land, np.array([0, 1])) == names(LEANING) * 2
