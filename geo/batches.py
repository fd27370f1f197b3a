"""What each community's build needs, put together: its border, the units that meet it, the lines that come near.

Communities are built alone. A batch is only a number of them that go to a worker together, so that batching changes
nothing but the time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely

from geo.arrays import Geometries, Ints, group_first
from geo.edges import Edges
from geo.faces import Batch
from geo.noding import REACH_M, collect, near_runs, rings_of


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
    land = np.zeros(len(unit))
    alone = np.bincount(unit, minlength=len(units))[unit] == 1
    land[alone] = 1.0  # how much does not matter
    several = np.flatnonzero(~alone)
    land[several] = shapely.area(shapely.intersection(areas[community[several]], units[unit[several]]))
    best = np.lexsort([community, -np.round(land, 6), unit])
    best = best[group_first(unit[best])]
    home = np.full(len(units), -1, dtype=np.int64)
    home[unit[best]] = np.where(land[best] > 0, community[best], -1)
    return Meetings(community, unit, home)


def linework(areas: Geometries, units: Geometries, met: Meetings) -> Geometries:
    """Collect each community's lines: its border, units, and the neighbours' borders that come near.

    Of a unit that reaches beyond the community only the segments near the community's box are taken, whole.
    """
    border, border_of = rings_of(areas)
    within = shapely.contains_properly(areas[met.community], units[met.unit])
    ring, meeting = rings_of(units[met.unit])
    whole = within[meeting]
    run, cut = near_runs(ring[~whole], shapely.bounds(areas)[met.community[meeting[~whole]]])
    near, near_of = borders_nearby(areas)
    lines = [border, ring[whole], run, near]
    owner = [border_of, met.community[meeting[whole]], met.community[meeting[~whole][cut]], near_of]
    return collect(np.concatenate(lines), np.concatenate(owner), len(areas))


def borders_nearby(areas: Geometries) -> tuple[Geometries, Ints]:
    """Return the border segments of other communities that come near a community, and that community."""
    edges = Edges.of(areas)
    _, once = np.unique(edges.keys(), return_index=True)
    segments = edges.lines(once)
    borders = shapely.boundary(areas)
    shapely.prepare(borders)
    community, row = shapely.STRtree(segments).query(borders, predicate="dwithin", distance=REACH_M)
    pair = edges.keys()[once][row] * len(areas) + community
    own = np.isin(pair, edges.keys() * len(areas) + edges.polygon)
    order = np.lexsort([row[~own], community[~own]])
    return segments[row[~own][order]], community[~own][order].astype(np.int64)


def batches(
    areas: Geometries, units: Geometries, met: Meetings, lines: Geometries, rank: Ints, layer: Ints, size: int
) -> Iterator[Batch]:
    """Cut the jurisdiction into batches of about ``size`` communities each, in their given order."""
    for first in range(0, len(areas), size):
        community = np.arange(first, min(first + size, len(areas)))
        rows = slice(*np.searchsorted(met.community, [first, first + size]))
        unit = np.unique(met.unit[rows])
        home = met.home[unit] - first
        home[(home < 0) | (home >= len(community))] = -1
        yield Batch(
            community=community,
            area=areas[community],
            linework=lines[community],
            unit=unit,
            polygon=units[unit],
            rank=np.argsort(np.argsort(rank[unit])),
            layer=layer[unit],
            home=home,
        )
