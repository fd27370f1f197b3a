"""Applying an edit: what it created, modified and retired, and the edit that takes it back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import shapely

from geo.edits.ground import Edit, Grid, Ground
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


@dataclass(frozen=True)
class Passed:
    """What of an old grid's land and households a new one has; the shares of an old grid add up to one."""

    old: str
    new: str
    area_share: float
    household_share: float | None


def apply(ground: Ground, edit: Edit) -> Change:
    """Apply an edit to a ground, and find out what it did by comparing before and after.

    Raises
    ------
    EditRefused
        The edit can't be done; the ground is as it was.
    """
    after = edit(ground)
    created = tuple(grid for code, grid in after.grids.items() if code not in ground.grids)
    retired = tuple(grid for code, grid in ground.grids.items() if code not in after.grids)
    other = [grid for code, grid in after.grids.items() if code in ground.grids and grid is not ground.grids[code]]
    woven = tuple(grid for grid in other if only_woven(ground.grids[grid.code], grid))
    modified = tuple(grid for grid in other if grid not in woven)
    touched = [*created, *modified, *retired, *(ground.grids[grid.code] for grid in modified)]
    bounds = shapely.total_bounds([grid.polygon for grid in touched]) if touched else None
    return Change(
        ground=after,
        created=created,
        modified=modified,
        woven=woven,
        retired=retired,
        lineage=passed_on(ground, [*retired, *(ground.grids[g.code] for g in modified)], [*created, *modified]),
        reverse=restoring(ground, after),
        bounds=None if bounds is None else tuple(bounds.tolist()),
    )


def restoring(before: Ground, after: Ground) -> Edit:
    """Return the edit that puts back what differs."""
    put = [grid for code, grid in before.grids.items() if after.grids.get(code) is not grid]
    drop = [code for code in after.grids if code not in before.grids]
    return lambda ground: ground.replace(put, drop)


def only_woven(old: Grid, new: Grid) -> bool:
    """Tell whether a grid is the same but for vertices that its border got."""
    if replace(new, polygon=old.polygon, faces=old.faces) != old:
        return False
    had, has = (set(map(tuple, shapely.get_coordinates(grid.polygon).tolist())) for grid in (old, new))
    borders = [shapely.boundary(grid.polygon) for grid in (old, new)]
    return had <= has and bool(shapely.hausdorff_distance(*borders) < BENT_M)


def passed_on(before: Ground, old: list[Grid], new: list[Grid]) -> tuple[Passed, ...]:
    """Say where the land and the households of some grids went; what a border moved by bending went nowhere.

    Households go as their counts went: by the buildings on the land where there are any, else by area.
    """
    if not old or not new:
        return ()
    was, now = (np.array([grid.polygon for grid in grids], dtype=object) for grids in (old, new))
    i, j = shapely.STRtree(now).query(was, predicate="intersects")
    common = shapely.intersection(was[i], now[j])
    land, width = shapely.area(common), np.where([new[b].code in before.grids for b in j], BENT_M, 0.0)
    passed = land > width * shapely.length(common) / 2
    i, j, land = i[passed], j[passed], land[passed]
    area = np.bincount(i, weights=land, minlength=len(old))
    homes = homes_in(before, was, now)[i, j]
    counted = np.bincount(i, weights=homes, minlength=len(old))
    shares = np.where(counted[i] > 0, homes / np.maximum(counted[i], 1), land / area[i])
    return tuple(
        Passed(old[a].code, new[b].code, float(part / area[a]), None if old[a].households is None else float(share))
        for a, b, part, share in zip(i.tolist(), j.tolist(), land, shares, strict=True)
    )


def homes_in(ground: Ground, was: np.ndarray, now: np.ndarray) -> np.ndarray:
    """Count the households of buildings by the grid they were in and the one they are in, shape (old, new)."""
    table = np.zeros((len(was), len(now)))
    tree = shapely.STRtree(ground.buildings.point)
    grids: list[Mapping[int, int]] = []
    for polygons in (was, now):
        row, building = tree.query(polygons, predicate="intersects")
        grids.append(dict(zip(building.tolist(), row.tolist(), strict=True)))
    for building, row in grids[0].items():
        if building in grids[1]:
            table[row, grids[1][building]] += ground.buildings.counts[building, 0]
    return table
