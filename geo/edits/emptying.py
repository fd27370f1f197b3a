"""Grids that nobody holds give up their land: what is left without any is gone, where a held grid would be refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from geo.arrays import Ints, sums
from geo.edits.ground import Grid, Ground
from geo.edits.land import Cells, regrid
from geo.edits.merge import UNCLAIMED, together


def regrid_held(cells: Cells, owner: Ints, grids: Sequence[Grid], rule: Mapping[int, str]) -> Ground:
    """Give each cell to a grid, as `geo.edits.land.regrid` does; an unclaimed grid without any is gone.

    Its records go to the grid that gets most of its land.

    Raises
    ------
    WouldEmptyGridError
        A grid that somebody holds gets no cell.
    """
    left = [row for row, grid in enumerate(grids) if grid.kind != UNCLAIMED or (owner == row).any()]
    heirs = with_records(cells, owner, grids, set(range(len(grids))).difference(left))
    place = np.zeros(len(grids), dtype=np.int64)
    place[left] = np.arange(len(left))
    rules = {number: rule[row] for number, row in enumerate(left) if row in rule}
    return regrid(cells, place[owner], [heirs[row] for row in left], rules)


def with_records(cells: Cells, owner: Ints, grids: Sequence[Grid], gone: set[int]) -> list[Grid]:
    """Let the records of grids that are gone, rows of the cells' grids, go to those that get most of their land."""
    heirs = list(grids)
    for row in sorted(gone):
        mine = cells.grid == row
        heir = int(np.argmax(sums(cells.area_m2[mine], owner[mine], len(grids))))
        heirs[heir] = replace(heirs[heir], records=together(heirs[heir].records, grids[row].records))
    return heirs
