"""Which unit meets which community, and batches of communities with all that their build needs.

Communities are built alone. A batch is only a number of them that go to a worker together, so that batching changes
nothing but the time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import shapely

from geo.arrays import Bools, Floats, Geometries, Ints, dense, group_first
from geo.faces import Batch, Meets
from geo.noding import REACH_M
from geo.running import Run, in_order

PAIRS_A_TASK = 2_000
AREAS_A_TASK = 500


@dataclass(frozen=True, eq=False)
class Meetings:
    """Which units come within `REACH_M` of which communities, sorted by community; and each unit's home, -1 if none.

    ``within`` tells where a unit lies in the community, clear of its border.
    """

    community: Ints
    unit: Ints
    within: Bools
    home: Ints


def meetings(areas: Geometries, units: Geometries, *, local: Run = in_order) -> Meetings:
    """Find the communities that each unit meets, and the one that holds most of its land (its home).

    Parameters
    ----------
    areas
        Communities: a partition on the grid.
    units
        Valid polygons; None and empty ones meet nothing.
    """
    tree = shapely.STRtree(units)
    tree.query(areas[:0])  # it is built at its first use, which must not be in several threads at once
    firsts = range(0, len(areas), AREAS_A_TASK)
    found = local(lambda first: near(areas[first : first + AREAS_A_TASK], first, tree, units), firsts)
    community, unit, within = (np.concatenate(column) for column in zip(*found, strict=True))
    land = lands(areas, units, community, unit, within, local)
    best = np.lexsort([community, -np.round(land, 6), unit])
    best = best[group_first(unit[best])]
    home = np.full(len(units), -1, dtype=np.int64)
    home[unit[best]] = np.where(land[best] > 0, community[best], -1)
    return Meetings(community, unit, within, home)


def near(areas: Geometries, first: int, tree: shapely.STRtree, units: Geometries) -> tuple[Ints, Ints, Bools]:
    """Return the units near some communities, numbered from ``first`` on, and which lie clear of the border in them."""
    reach = shapely.buffer(areas, REACH_M, join_style="mitre")
    community, unit = tree.query(reach, predicate="intersects")
    order = np.lexsort([unit, community])
    community, unit = community[order].astype(np.int64), unit[order].astype(np.int64)
    shapely.prepare(areas)
    within = np.asarray(shapely.contains_properly(areas[community], units[unit]), dtype=np.bool_)
    return community + first, unit, within


def common_area(areas: Geometries, units: Geometries, local: Run) -> Floats:
    """Return the area that pairs have in common, square metres; some thousands of pairs a task."""
    cuts = range(PAIRS_A_TASK, len(areas), PAIRS_A_TASK)
    pieces = zip(np.split(areas, cuts), np.split(units, cuts), strict=True)
    return np.concatenate(local(lambda pair: shapely.area(shapely.intersection(*pair)), pieces))


def lands(areas: Geometries, units: Geometries, community: Ints, unit: Ints, within: Bools, local: Run) -> Floats:
    """Return how much land each unit has in each community it meets; only as exactly as it takes to find its home.

    A community that holds a unit, or more than half of it, is its home, whatever the others hold.
    """
    land = np.zeros(len(unit))
    alone = np.bincount(unit, minlength=len(units))[unit] == 1
    land[alone | within] = 1.0
    undecided = ~alone & ~np.isin(unit, unit[within])
    size = shapely.area(units)
    inside = undecided.copy()
    inside[undecided] = shapely.intersects(
        areas[community[undecided]], shapely.point_on_surface(units[unit[undecided]])
    )
    for part in (inside, ~inside):
        rows = np.flatnonzero(part & undecided)
        land[rows] = common_area(areas[community[rows]], units[unit[rows]], local)
        undecided &= ~np.isin(unit, unit[rows[land[rows] > size[unit[rows]] / 2]])
    return land


def batches(
    areas: Geometries, units: Geometries, met: Meetings, rank: Ints, layer: Ints, groups: Iterable[Ints]
) -> Iterator[Batch]:
    """Cut the jurisdiction into batches: ``groups`` are rows of communities that follow each other.

    ``rank`` and ``layer`` have a row a unit: its `geo.rules.standing` and the number of its layer.
    """
    tree = shapely.STRtree(areas)
    reach = shapely.box(*(shapely.bounds(areas) + REACH_M * np.array([-1, -1, 1, 1])).T)
    for community in groups:
        first = community[0]
        rows = slice(*np.searchsorted(met.community, [first, first + len(community)]))
        unit, local = dense(met.unit[rows])
        home = met.home[unit] - first
        home[(home < 0) | (home >= len(community))] = -1
        _, beside = tree.query(reach[community])
        yield Batch(
            community=community,
            area=areas[community],
            around=areas[np.setdiff1d(beside, community)],
            meets=Meets(met.community[rows] - first, local, met.within[rows]),
            unit=unit,
            polygon=units[unit],
            rank=np.argsort(np.argsort(rank[unit])),
            layer=layer[unit],
            home=home,
        )
