"""Merge: neighbouring grids of one community become one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from geo.edges import components
from geo.edits.ground import Edit, Grid, Ground, Record
from geo.edits.land import Cells, cut, regrid
from geo.errors import CrossesCommunityError, EditRefused, NotAdjacentError
from geo.result import GRID_KINDS

OF_ONE = {"roster": ("post", "name", "phone"), "party": ("organisation_id",)}
"""What tells records apart that say one thing of several grids: who holds a post in each, what organisation covers all.
"""

OF_A_GRID = ("scores", "exceptions")
"""Tables whose rows are of no other grid: the sheets of one settlement, what was signed for the gaps of one place."""


PUBLIC_SPACE, UNCLAIMED = GRID_KINDS["patrol_zone"], GRID_KINDS["community"]


def merge_grids(codes: Sequence[str], *, keep: str) -> Edit:
    """Merge grids of one community, each beside another of them, into ``keep``.

    Inverse of `geo.edits.split.split_grid`. What the kept grid says stays (its name, its type); counts are added up,
    records come `together`. Land that somebody holds does not become nobody's so: an unclaimed grid that takes some in
    is public space.

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
        kept, *others = cells.grids
        records = together(kept.records, (record for grid in others for record in grid.records))
        merged = replace(kept, kind=kind_of(kept, others), records=records)
        return regrid(cells, np.zeros(len(cells), dtype=np.int64), [merged])

    return edit


def kind_of(kept: Grid, others: Iterable[Grid]) -> str:
    """Return the kind of a grid that takes in others: public space where it was nobody's and one of them was not."""
    held = kept.kind == UNCLAIMED and any(grid.kind != UNCLAIMED for grid in others)
    return PUBLIC_SPACE if held else kept.kind


def together(kept: Sequence[Record], others: Iterable[Record]) -> tuple[Record, ...]:
    """Return the records of a grid that takes in others.

    Posts, money and party organisations add up; who held a post in several grids, and an organisation that covered
    several, stands once. Score sheets and exceptions of the others go: two sheets of one period would add up to one
    score, and nobody signed for what the kept grid lacks.
    """
    stand = list(kept)
    known = {key for record in kept if (key := key_of(record)) is not None}
    for record in others:
        key = key_of(record)
        if record.table in OF_A_GRID or key in known:
            continue
        stand.append(record)
        if key is not None:
            known.add(key)
    return tuple(stand)


def key_of(record: Record) -> tuple[object, ...] | None:
    """Return what a record says that it may say of several grids, None where it says it of its own alone."""
    said = dict(record.values)
    if record.table not in OF_ONE or (record.table == "roster" and "name" not in said):
        return None
    return record.table, *(said.get(name) for name in OF_ONE[record.table])


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
