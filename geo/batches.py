"""Which unit meets which community, and batches of communities with all that their build needs.

Communities are built alone. A batch is only a number of them that go to a worker together, so that batching changes
nothing but the time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely

from geo.arrays import Floats, Geometries, Ints, dense, group_first
from geo.faces import Batch
from geo.noding import REACH_M


@dataclass(frozen=True, eq=False)
class Meetings:
    """Which units come within `REACH_M` of which communities, sorted by community; and each unit's home, -1 if none."""

    community: Ints
    unit: Ints
    home: Ints


def meetings(areas: Geometries, units: Geometries) -> Meetings:
    """Find the communities that each unit meets, and the one that holds most of its land (its home).

    Parameters
    ----------
    areas
        Communities: a partition on the grid.
    units
        Valid polygons; None and empty ones meet nothing.
    """
    shapely.prepare(areas)
    community, unit = shapely.STRtree(units).query(areas, predicate="dwithin", distance=REACH_M)
    order = np.lexsort([unit, community])
    community, unit = community[order].astype(np.int64), unit[order].astype(np.int64)
    land = lands(areas, units, community, unit)
    best = np.lexsort([community, -np.round(land, 6), unit])
    best = best[group_first(unit[best])]
    home = np.full(len(units), -1, dtype=np.int64)
    home[unit[best]] = np.where(land[best] > 0, community[best], -1)
    return Meetings(community, unit, home)


def lands(areas: Geometries, units: Geometries, community: Ints, unit: Ints) -> Floats:
    """Return how much land each unit has in each community it meets; only as exactly as it takes to find its home.

    A community that covers a unit, or holds more than half of it, is its home, whatever the others hold.
    """
    land = np.zeros(len(unit))
    alone = np.bincount(unit, minlength=len(units))[unit] == 1
    open_ = ~alone
    covered = open_.copy()
    covered[open_] = shapely.covers(areas[community[open_]], units[unit[open_]])
    land[alone | covered] = 1.0
    open_ &= ~np.isin(unit, unit[covered])
    inside = open_.copy()
    inside[open_] = shapely.intersects(areas[community[open_]], shapely.point_on_surface(units)[unit[open_]])
    for part in (inside, open_ & ~inside):
        rows = np.flatnonzero(part & open_)
        land[rows] = shapely.area(shapely.intersection(areas[community[rows]], units[unit[rows]]))
        most = rows[land[rows] > shapely.area(units[unit[rows]]) / 2]
        open_ &= ~np.isin(unit, unit[most])
    return land


def batches(areas: Geometries, units: Geometries, met: Meetings, rank: Ints, layer: Ints, size: int) -> Iterator[Batch]:
    """Cut the jurisdiction into batches of about ``size`` communities each, in their given order.

    ``rank`` and ``layer`` have a row a unit: its `geo.rules.standing` and the number of its layer.
    """
    borders = shapely.STRtree(areas)
    for first in range(0, len(areas), size):
        community = np.arange(first, min(first + size, len(areas)))
        rows = slice(*np.searchsorted(met.community, [first, first + size]))
        unit, local = dense(met.unit[rows])
        home = met.home[unit] - first
        home[(home < 0) | (home >= len(community))] = -1
        _, beside = borders.query(areas[community], predicate="dwithin", distance=REACH_M)
        yield Batch(
            community=community,
            area=areas[community],
            around=areas[np.setdiff1d(beside, community)],
            meets=(met.community[rows] - first, local),
            unit=unit,
            polygon=units[unit],
            rank=np.argsort(np.argsort(rank[unit])),
            layer=layer[unit],
            home=home,
            exact=np.zeros(len(community), dtype=np.bool_),
        )
