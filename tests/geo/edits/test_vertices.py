"""Vertices of borders moved, inserted, deleted, on small pictures."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from geo.edits.applying import apply
from geo.edits.ground import Face, Grid, Ground
from geo.edits.lock import lock_grid
from geo.edits.split import split_grid
from geo.edits.vertices import delete_vertex, insert_vertex, move_vertex
from tests.geo.edits.grounds import areas, by_mm, cell, drawn_by_mm, fresh, ground, proven, refusal


def test_a_shared_vertex_moves_on_both_sides():
    before = proven(ground("ab"), insert_vertex(cell(1, 0.5)))
    after = proven(before, move_vertex(cell(1, 0.5), cell(1.5, 0.5)))
    assert areas(after) == {"a": 1.25, "b": 0.75}
    assert areas(proven(after, move_vertex(cell(1.5, 0.5), cell(1, 0.5)))) == {"a": 1, "b": 1}
    assert areas(proven(after, delete_vertex(cell(1.5, 0.5)))) == {"a": 1, "b": 1}


def test_a_vertex_of_three_grids_moves():
    after = proven(ground("aab\naac\naac"), move_vertex(cell(2, 2), cell(2.5, 2)))
    assert areas(after) == {"a": 6.5, "b": 0.75, "c": 1.75}  # every square has its corners as vertices


def test_inserting_a_vertex_changes_nobody():
    change = apply(apply(ground("ab", "pq"), lock_grid("b")).ground, insert_vertex(cell(1, 0.3)))
    assert [grid.code for grid in change.woven] == ["a", "b"]
    assert not change.modified


@pytest.mark.parametrize(
    ("apex", "place"),
    [((3000, 1), (2000, 1)), ((3400, 2), (3500, 2))],
    ids=["its border would cross a face farther on", "a corner would come to lie beyond it"],
)
def test_a_border_gets_no_vertex_that_another_border_has_no_room_for(apex, place):
    before = hill(apex)
    assert refusal(before, insert_vertex(by_mm(place))) == "borders_would_cross"


def test_a_border_gets_a_vertex_on_the_right_side_of_what_is_a_millimetre_away():
    after = proven(hill((3000, 4)), insert_vertex(by_mm((2000, 1))))
    assert shapely.get_num_coordinates(after.grids["south"].polygon) == 6


def test_a_grid_a_millimetre_wide_is_not_bent_away():
    corners = {
        "south": [(0, 0), (0, -5000), (10_000, -5000), (10_000, 3)],
        "wedge": [(0, 0), (10_000, 3), (3000, 1)],
        "north": [(0, 0), (3000, 1), (10_000, 3), (10_000, 5000), (0, 5000)],
    }
    lands = {code: drawn_by_mm(some) for code, some in corners.items()}
    before = Ground.of(Grid(code, code, "C", land, (Face(land, (), "sole"),)) for code, land in lands.items())
    across = np.array([[*by_mm((2000, -9000)), *by_mm((2000, 900))]])
    assert refusal(before, split_grid("south", across, fresh=fresh())) == "too_fine"


def hill(apex: tuple[int, int]) -> Ground:
    """Draw two grids along a border that rises 3 mm in 10 m, with a face whose apex comes near it from the north."""
    wedge = [apex, (3500, 900), (2500, 900)]
    south = drawn_by_mm([(0, 0), (0, -5000), (10_000, -5000), (10_000, 3)])
    north = drawn_by_mm([(0, 0), (10_000, 3), (10_000, 5000), (0, 5000)])
    rest = shapely.Polygon(north.exterior, [drawn_by_mm(wedge).exterior])
    faces = {"south": [south], "north": [rest, drawn_by_mm(wedge)]}
    return Ground.of(
        Grid(code, code, "C", whole, tuple(Face(part, (), "sole") for part in faces[code]))
        for code, whole in (("south", south), ("north", north))
    )


def test_vertices_that_hold_borders_together_or_are_not_there_stay():
    before = ground("ab\ncd")
    assert refusal(before, delete_vertex(cell(1, 1))) == "no_such_vertex"
    assert refusal(before, move_vertex(cell(0.5, 0.5), cell(0.6, 0.5))) == "no_such_vertex"
    assert refusal(before, insert_vertex(cell(0.5, 0.5))) == "no_such_vertex"
    assert refusal(before, move_vertex(cell(1, 1), cell(1, 0))) == "no_such_vertex"


def test_the_border_of_the_community_stays():
    assert refusal(ground("ab\ncd"), move_vertex(cell(1, 0), cell(1.2, 0.1))) == "crosses_community"
    assert refusal(ground("ab\ncd", "pp\nqq"), move_vertex(cell(1, 1), cell(1.2, 1.1))) == "crosses_community"


def test_a_vertex_does_not_move_over_another_border():
    assert refusal(ground("abc\ndef"), move_vertex(cell(1, 1), cell(2.5, 1.2))) == "borders_would_cross"
