"""What an edit is said to have changed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import shapely

from geo.edits.applying import apply
from geo.edits.ground import Buildings
from geo.edits.passing import passed_on
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


def test_a_grid_that_bends_off_all_of_its_land_has_its_own_lineage():
    (old,) = ground("a", households=7).grids.values()
    needle = [(0, 0), (0.817, -1.509), (0.817, -1.508)]
    old = replace(old, polygon=shapely.Polygon(needle))
    new = replace(old, polygon=shapely.Polygon([needle[0], (0.816, -1.505), needle[2]]))
    beside = replace(old, grid_id="id-b", code="b", polygon=shapely.Polygon([*needle[:2], (-5, -5)]))
    assert shapely.area(old.polygon & new.polygon) == 0
    [row] = passed_on([old], [beside, new], Buildings.none(), np.zeros(2))
    assert (row.new, row.area_share, row.household_share, row.households) == ("a", 1, 1, 7)
    [row] = passed_on([old], [beside], Buildings.none(), np.zeros(1))
    assert (row.new, row.area_share, row.households) == ("b", 1, 7)
