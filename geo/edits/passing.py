"""Where the land and the households of some grids went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from geo.arrays import Bools, Floats, Geometries, Ints, dense, group_first, sums
from geo.counts import largest_remainder
from geo.edits.ground import Buildings, Grid
from geo.noding import GRID_M, REACH_M

THIN_M = 0.005
"""A grid narrower than this may bend off all of its land; it passes to itself, or with most of its border."""
FAR_M = 1e9
"""Longer than any border."""


@dataclass(frozen=True)
class Passed:
    """What of an old grid's land and households a new one has.

    ``old`` and ``new`` are codes, ``old_id`` and ``new_id`` what never changes. The shares of an old grid add up to
    one, its ``households`` to what it had; both are None where nobody knows them.
    """

    old: str
    new: str
    area_share: float
    household_share: float | None
    area_m2: float
    households: int | None
    old_id: str
    new_id: str


def passed_on(old: Sequence[Grid], new: Sequence[Grid], buildings: Buildings, bent_m: Floats) -> tuple[Passed, ...]:
    """Say where the land and the households of some grids went; what a border moved by bending went nowhere.

    Households go as their counts went: by the buildings on the land where there are any, else by area.

    Parameters
    ----------
    old, new
        Grids that cover the same land before and after, up to what bent.
    bent_m
        How wide land along a border may be that went nowhere, metres, a row a new grid.

    Returns
    -------
    tuple
        By the old grid's place, then the new one's. An old grid too thin to tell has all of its land in one row: itself
        where it still is.
    """
    if not old or not new:
        return ()
    was, now = (np.array([grid.polygon for grid in grids], dtype=object) for grids in (old, new))
    i, j = shapely.STRtree(now).query(was, predicate="dwithin", distance=REACH_M)
    common = shapely.intersection(was[i], now[j])
    land, border = shapely.area(common), shapely.length(common)
    thin = shapely.area(was) < THIN_M * shapely.length(was) / 2
    off = (thin & (sums(land, i, len(old)) == 0))[i]
    same = np.array([old[a].grid_id == new[b].grid_id for a, b in zip(i.tolist(), j.tolist(), strict=True)])
    passed = (land > bent_m[j] * border / 2) | largest(i, np.where(off, GRID_M + border + FAR_M * same, land))
    land = np.where(off, shapely.area(was)[i], land)
    i, j, land = i[passed].astype(np.int64), j[passed].astype(np.int64), land[passed]
    homes = homes_in(buildings, was, now, i, j)
    counted = sums(homes, i, len(old))[i] > 0
    weight = np.where(counted, homes, land)
    people = largest_remainder(np.array([grid.households or 0 for grid in old]), i, weight)
    area_share, household_share = (values / sums(values, i, len(old))[i] for values in (land, weight))
    return tuple(
        Passed(
            old=old[a].code,
            new=new[b].code,
            area_share=float(area_share[row]),
            household_share=None if old[a].households is None else float(household_share[row]),
            area_m2=float(land[row]),
            households=None if old[a].households is None else int(people[row]),
            old_id=old[a].grid_id,
            new_id=new[b].grid_id,
        )
        for row, (a, b) in enumerate(zip(i.tolist(), j.tolist(), strict=True))
    )


def largest(group: Ints, land: Floats) -> Bools:
    """Mark the largest piece of land of each group; none where a group has no land."""
    order = np.lexsort([-land, group])
    marks = np.zeros(len(group), dtype=np.bool_)
    marks[order[group_first(group[order])]] = True
    return marks & (land > 0)


def homes_in(buildings: Buildings, was: Geometries, now: Geometries, i: Ints, j: Ints) -> Floats:
    """Count the households of buildings that were in row ``i`` of some grids and are in row ``j`` of others."""
    tree = shapely.STRtree(buildings.point)
    held = []
    for polygons in (was, now):
        row, building = tree.query(polygons, predicate="intersects")
        of_building = np.full(len(buildings.point), -1, dtype=np.int64)
        of_building[building] = row
        held.append(of_building)
    there = (held[0] >= 0) & (held[1] >= 0)
    pairs, pair = dense(np.concatenate([i * len(now) + j, held[0][there] * len(now) + held[1][there]]))
    homes = np.concatenate([np.zeros(len(i)), buildings.counts[there, 0]])
    return sums(homes, pair, len(pairs))[pair[: len(i)]]
