"""Reshape: a line drawn over common borders moves land between neighbours, both sides at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from geo.arrays import Ints
from geo.edges import Adjacency, components
from geo.edits.emptying import regrid_held
from geo.edits.ground import Edit, Ground
from geo.edits.land import Cells, cut
from geo.edits.merge import require_same_community, require_several
from geo.edits.split import staying
from geo.errors import LineMissesGridError, WouldDisconnectError


def reshape_grids(codes: Sequence[str], line: Ints) -> Edit:
    """Make a line the border between neighbouring grids of one community.

    What the line cuts off a grid goes to that one of the others with which it has most of the old border in common; the
    largest piece of each part stays. Its own inverse with the old border as the line.

    Parameters
    ----------
    line
        Segments in grid cells, shape (n, 4).

    Raises
    ------
    UnknownGridError, GridLockedError
        One of them does not exist, or may not change.
    EditRefused
        There is only one.
    CrossesCommunityError
        The grids are of different communities.
    LineMissesGridError
        The line cuts off nothing that borders another of the grids.
    WouldDisconnectError
        A grid would fall into more parts than it has.
    """

    def edit(ground: Ground) -> Ground:
        grids = ground.open_grids(codes)
        require_several(grids)
        require_same_community(grids)
        cells = cut(ground, grids, line)
        owner = taken_over(cells)
        if (owner == cells.grid).all():
            words = " and ".join(grid.code for grid in grids)
            raise LineMissesGridError(f"the line moves no land between {words}; draw it over their border", codes)
        require_no_more_parts(cells, owner)
        return regrid_held(cells, owner, cells.grids, dict.fromkeys(range(len(grids)), "override"))

    return edit


def taken_over(cells: Cells) -> Ints:
    """Return the grid that each cell goes to."""
    count, piece = cells.pieces()
    loose = ~staying(cells, piece, count)
    grid_of = np.zeros(count, dtype=np.int64)
    grid_of[piece] = cells.grid
    taker = grid_of.copy()
    pairs = cells.undivided().both_ways()
    border = Adjacency(piece[pairs.left], cells.grid[pairs.right], pairs.length)
    over = loose[border.left] & (grid_of[border.left] != border.right)
    given, to = border.where(over).summed(max(count, len(cells.grids))).longest()
    taker[given] = to
    return taker[piece]


def require_no_more_parts(cells: Cells, owner: Ints) -> None:
    """Refuse to break a grid into more parts than it has."""
    before, after = (parts(cells, holder)[: len(cells.grids)] for holder in (cells.grid, owner))
    broken = np.flatnonzero(after > before)
    if len(broken):
        codes = [cells.grids[row].code for row in broken.tolist()]
        raise WouldDisconnectError(f"grid {', '.join(codes)} would fall into pieces that do not touch", codes)


def parts(cells: Cells, holder: Ints) -> Ints:
    """Count the parts that hang together of each grid's land, if ``holder`` says whose each cell is."""
    _, label = components(len(cells), cells.pairs().inside(holder))
    first = np.unique(label, return_index=True)[1]
    return np.bincount(holder[first], minlength=len(cells.grids))
