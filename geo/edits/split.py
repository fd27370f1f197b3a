"""Split: a grid becomes several along a drawn line."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from geo.arrays import Bools, Ints, group_first, sums
from geo.edges import components
from geo.edits.ground import Edit, Fresh, Grid, Ground
from geo.edits.land import Cells, cut, regrid
from geo.errors import LineMissesGridError


def split_grid(code: str, line: Ints, *, fresh: Fresh) -> Edit:
    """Split a grid along a line; inverse of `geo.edits.merge.merge_grids`.

    Of each part of the grid that the line divides, the piece with most land stays, and every other piece becomes a grid
    of its own, of the same kind: unclaimed land stays unclaimed. The line may begin and end outside, cross several
    times, and run along borders.

    Parameters
    ----------
    line
        Segments in grid cells, shape (n, 4); see `geo.edits.drawing.drawn`.
    fresh
        Gives the new grids their grid_id and code.

    Raises
    ------
    UnknownGridError, GridLockedError
        There is no such grid, or its land may not change.
    LineMissesGridError
        The line does not divide it.
    """

    def edit(ground: Ground) -> Ground:
        [grid] = ground.open_grids([code])
        cells = cut(ground, [grid], line)
        count, piece = cells.pieces()
        stays = staying(cells, piece, count)
        if stays.all():
            raise LineMissesGridError(f"the line does not divide grid {code}; draw it from border to border", [code])
        number = np.cumsum(~stays)
        grids = [cells.grids[0], *(new_grid(cells.grids[0], fresh) for _ in range(int(number[-1])))]
        return regrid(cells, np.where(stays, 0, number)[piece], grids)

    return edit


def staying(cells: Cells, piece: Ints, count: int) -> Bools:
    """Tell which pieces stay with their grid: the largest of each part, a part being what hung together before."""
    _, part = components(count, cells.pairs().inside(cells.grid).named(piece))
    land = sums(cells.area_m2, piece, count)
    order = np.lexsort([np.arange(count), -np.round(land, 6), part])
    stays = np.zeros(count, dtype=np.bool_)
    stays[order[group_first(part[order])]] = True
    return stays


def new_grid(grid: Grid, fresh: Fresh) -> Grid:
    """Return a grid like another, with an identity of its own; nobody holds a post in it yet."""
    grid_id, code = fresh(grid.community)
    return replace(grid, grid_id=grid_id, code=code, locked=False, records=())
