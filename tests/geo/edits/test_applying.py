"""What an edit is said to have changed."""

from __future__ import annotations

import shapely

from geo.edits.applying import apply
from geo.edits.replacing import replace_grids
from geo.edits.vertices import delete_vertex, insert_vertex
from tests.geo.edits.grounds import cell, ground


def test_a_border_that_loses_a_vertex_again_changes_nobody():
    before = ground("ab")
    bent = apply(before, insert_vertex(cell(1, 0.3))).ground
    assert shapely.get_num_coordinates(bent.grids["a"].polygon) == 6
    for back in (delete_vertex(cell(1, 0.3)), replace_grids(list(before.grids.values()))):
        change = apply(bent, back)
        assert [grid.code for grid in change.woven] == ["a", "b"]
        assert not change.modified
        assert not change.lineage
        assert [grid.polygon.equals(before.grids[grid.code].polygon) for grid in change.woven] == [True, True]
