"""Applying an edit: what it created, modified and retired, and the edit that takes it back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely

from geo.arrays import Ints
from geo.edges import Edges
from geo.edits.ground import Edit, Grid, Ground
from geo.edits.passing import Passed, largest, passed_on
from geo.edits.pinching import require_unpinched
from geo.noding import CELLS_PER_M

BENT_M = 1.5 / CELLS_PER_M
"""A border that gets a vertex moves by less than a cell's diagonal."""


@dataclass(frozen=True, eq=False)
class Change:
    """What an edit did.

    ``created``, ``modified`` and ``retired`` are grids: as they are now, except for those retired. ``woven`` only got
    vertices into a border that otherwise stays; that is no modification. ``reverse`` restores all of it, to the bit.
    ``bounds`` (min x, min y, max x, max y in metres) hold whatever looks different, None if nothing does.
    """

    ground: Ground
    created: tuple[Grid, ...]
    modified: tuple[Grid, ...]
    woven: tuple[Grid, ...]
    retired: tuple[Grid, ...]
    lineage: tuple[Passed, ...]
    reverse: Edit
    bounds: tuple[float, float, float, float] | None


def apply(ground: Ground, edit: Edit, *, restores: bool = False) -> Change:
    """Apply an edit to a ground, and find out what it did by comparing before and after.

    One that restores what was there is not asked whether others can read that (`geo.edits.pinching`).

    Raises
    ------
    EditRefused
        The edit can't be done; the ground is as it was.
    """
    after = edit(ground)
    if not restores:
        require_unpinched(ground, after)
    created = tuple(grid for code, grid in after.grids.items() if code not in ground.grids)
    retired = tuple(grid for code, grid in ground.grids.items() if code not in after.grids)
    other = [grid for code, grid in after.grids.items() if code in ground.grids and grid is not ground.grids[code]]
    woven = woven_of(ground, other, created, retired)
    unchanged = {grid.code for grid in woven}
    modified = tuple(grid for grid in other if grid.code not in unchanged)
    old, new = [*retired, *(ground.grids[grid.code] for grid in modified)], [*created, *modified]
    touched = [*old, *new]
    bounds = shapely.total_bounds([grid.polygon for grid in touched]) if touched else None
    return Change(
        ground=after,
        created=created,
        modified=modified,
        woven=woven,
        retired=retired,
        lineage=passed_on(old, new, ground.buildings, np.repeat([0.0, BENT_M], [len(created), len(modified)])),
        reverse=restoring(ground, after),
        bounds=None if bounds is None else tuple(bounds.tolist()),
    )


def restoring(before: Ground, after: Ground) -> Edit:
    """Return the edit that puts back what differs."""
    put = [grid for code, grid in before.grids.items() if after.grids.get(code) is not grid]
    drop = [code for code in after.grids if code not in before.grids]
    return lambda ground: ground.replace(put, drop)


def only_woven(old: Grid, new: Grid) -> bool:
    """Tell whether a grid is the same but for vertices that its border got, or lost again."""
    if replace(new, polygon=old.polygon, faces=old.faces) != old:
        return False
    return only_bent(old.polygon, new.polygon, BENT_M)


def only_bent(old: shapely.Geometry, new: shapely.Geometry, reach_m: float) -> bool:
    """Tell whether a border only got vertices, or lost some, and moved by less than ``reach_m`` for it."""
    edges = Edges.of(np.array([old, new], dtype=object))
    was, now = (np.flatnonzero(edges.polygon == row) for row in (0, 1))
    return got_vertices(edges, was, now, reach_m) or got_vertices(edges, now, was, reach_m)


def got_vertices(edges: Edges, was: Ints, now: Ints, reach_m: float) -> bool:
    """Tell whether a border, rows of edges, is another one with more vertices on the way."""
    if not np.isin(edges.start[was], edges.start[now]).all():  # each vertex begins an edge
        return False
    key = edges.keys()
    gone, came = (rows[~np.isin(key[rows], key[others])] for rows, others in ((was, now), (now, was)))
    near = shapely.union_all(shapely.buffer(edges.lines(gone), reach_m))
    return bool(shapely.covers(near, edges.lines(came)).all())


def woven_of(
    ground: Ground, other: Sequence[Grid], created: Sequence[Grid], retired: Sequence[Grid]
) -> tuple[Grid, ...]:
    """Return those of the grids that an edit made other ones of which only got vertices.

    Where land is as thin as a border bends, a grid may look so that gave land to another, or took some.
    """
    looks = [only_woven(ground.grids[grid.code], grid) for grid in other]
    bent = [grid for grid, same in zip(other, looks, strict=True) if same]
    changed = [grid for grid, same in zip(other, looks, strict=True) if not same]
    had, were = ([ground.grids[grid.code] for grid in some] for some in (bent, changed))
    gave = sharing(had, [*retired, *were], created, changed)
    took = sharing(bent, [*created, *changed], retired, were)
    return tuple(grid for row, grid in enumerate(bent) if row not in gave and row not in took)


def sharing(some: Sequence[Grid], rest: Sequence[Grid], whole: Sequence[Grid], others: Sequence[Grid]) -> set[int]:
    """Return the rows of grids that have land in common with others: more than bending moves, or more of a whole one's
    than any.

    ``whole`` are grids that were made or are gone, however thin they are; all of their land is that of ``some`` and
    ``rest``.
    """
    if not some or not (whole or others):
        return set()
    polygons, lands = (np.array([grid.polygon for grid in grids]) for grids in ([*some, *rest], [*whole, *others]))
    other, row = shapely.STRtree(polygons).query(lands, predicate="intersects")
    common = shapely.intersection(lands[other], polygons[row])
    wide = shapely.area(common) > BENT_M * shapely.length(common) / 2
    most = (other < len(whole)) & largest(other, shapely.area(common))
    return set(row[(row < len(some)) & (wide | most)].tolist())
