"""How far it is on foot to the nearest facility of each kind.

Where roads are given, along them: from a place straight to the nearest road, on along roads by the shortest way, and
straight from the road to the facility. A facility nearer than the nearest road is reached straight. Where no roads are
given, a way is the straight line times a detour factor.

Known limits: a place walks to its nearest road alone, though another might lead on better; walls, water and slopes are
not looked at; for bridges and crossings see `geo.roads`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.arrays import Floats, Geometries
from geo.roads import Roads

if TYPE_CHECKING:
    from scipy.spatial import KDTree


@dataclass(frozen=True, eq=False)
class Walks:
    """Facilities by kind, and the ways to them, measured once for all places.

    ``ways_m`` (kinds, nodes) is how far each node of ``roads`` is from the nearest facility of each kind; without roads
    it has no nodes. Ways along roads longer than ``farthest_m`` are infinite.
    """

    kinds: tuple[str, ...]
    straight: tuple[KDTree, ...]
    roads: Roads | None
    ways_m: Floats
    farthest_m: float

    @classmethod
    def of(cls, point: Geometries, kind: NDArray[np.object_], lines: Geometries | None, *, farthest_m: float) -> Walks:
        """Measure the ways to facilities.

        Parameters
        ----------
        point, kind
            (n,) the facilities, projected, metres; those without a place or a kind are left out.
        lines
            The roads; None or none at all: ways are straight.
        farthest_m
            Ways along roads that are longer need not be told apart: they are infinite.
        """
        named = np.array([isinstance(one, str) for one in kind], dtype=np.bool_)
        there = named & ~(shapely.is_missing(point) | shapely.is_empty(point))
        xy = shapely.get_coordinates(shapely.point_on_surface(point[there]))
        kinds, number = np.unique(kind[there].astype(str), return_inverse=True)
        number = number.astype(np.int64)
        from scipy.spatial import KDTree  # noqa: PLC0415 (as in `geo.roads`)

        straight = tuple(KDTree(xy[number == place]) for place in range(len(kinds)))
        names = tuple(map(str, kinds))
        roads = Roads.of(lines) if lines is not None and len(lines) else None
        if roads is None or not len(roads.start):
            return cls(names, straight, None, np.zeros((len(kinds), 0)), farthest_m)
        feet = roads.feet(xy)
        roads, stop = roads.with_stops(feet)
        ways = roads.ways_m(stop, feet.leg_m, number[feet.place], len(kinds), farthest_m)
        return cls(names, straight, roads, ways, farthest_m)

    def to_nearest(self, xy: Floats, detour: Floats) -> Floats:
        """Measure from places to the nearest facility of each kind.

        Parameters
        ----------
        xy
            (n, 2) places, metres.
        detour
            (n,) how much longer a way is than the straight line, where it does not follow a road.

        Returns
        -------
        Floats
            (n, kinds) metres on foot, to the millimetre.
        """
        if not len(xy) or not self.kinds:
            return np.zeros((len(xy), len(self.kinds)))
        direct = np.stack([tree.query(xy)[0] for tree in self.straight], axis=1)
        if self.roads is None:
            return np.asarray(np.round(direct * detour[:, None], 3), dtype=np.float64)
        feet = self.roads.feet(xy)
        length = self.roads.length_m[feet.stretch]
        start, end = self.roads.start[feet.stretch], self.roads.end[feet.stretch]
        way = np.minimum(self.ways_m[:, start] + feet.along * length, self.ways_m[:, end] + (1 - feet.along) * length)
        first = np.flatnonzero(np.diff(feet.place, prepend=-1))
        nearest = np.minimum.reduceat(way + feet.leg_m, first, axis=1).T
        nearest[nearest > self.farthest_m] = np.inf
        short = direct <= feet.leg_m[first][:, None]
        ways = np.where(short, np.minimum(nearest, direct * detour[:, None]), nearest)
        return np.asarray(np.round(ways, 3), dtype=np.float64)
