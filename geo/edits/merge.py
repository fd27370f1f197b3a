"""Merge: neighbouring grids of one community become one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from geo.edges import components
from geo.edits.ground import Edit, Grid, Ground
from geo.edits.land import Cells, cut, regrid
from geo.errors import CrossesCommunityError, EditRefused, NotAdjacentError


def merge_grids(codes: Sequence[str], *, keep: str) -> Edit:
    """Merge grids of one community, each beside another of them, into ``keep``.

    Inverse of `geo.edits.split.split_grid`. What the kept grid says stays (its name, its type); counts are added up,
    records come together.

    Raises
    ------
    UnknownGridError, GridLockedError
        One of them does not exist, or may not change.
    CrossesCommunityError
        They are of different communities.
    EditRefused
        There is only one.
    NotAdjacentError
        They do not hang together by common borders; corners do not count.
    """

    def edit(ground: Ground) -> Ground:
        grids = ground.open_grids([keep, *codes])
        require_several(grids)
        require_same_community(grids)
        cells = cut(ground, grids)
        require_together(cells)
        everybody = tuple(record for grid in cells.grids for record in grid.records)
        merged = replace(cells.grids[0], records=everybody)
        return regrid(cells, np.zeros(len(cells), dtype=np.int64), [merged])

    return edit


def require_several(grids: Sequence[Grid]) -> None:
    """Refuse a single grid where land should pass between several."""
    if len(grids) < 2:
        raise EditRefused("this edit takes two grids at least", [grid.code for grid in grids])


def require_same_community(grids: Sequence[Grid]) -> None:
    """Refuse grids of different communities."""
    if len({grid.community for grid in grids}) > 1:
        codes = [grid.code for grid in grids]
        raise CrossesCommunityError(f"grids {', '.join(codes)} are of different communities", codes)


def require_together(cells: Cells) -> None:
    """Refuse grids that do not hang together by common borders."""
    count, label = components(len(cells.grids), cells.pairs().named(cells.grid))
    if count > 1:
        apart = [grid.code for grid, group in zip(cells.grids, label, strict=True) if group != label[0]]
        raise NotAdjacentError(f"grid {', '.join(apart)} has no border in common with {cells.grids[0].code}", apart)
