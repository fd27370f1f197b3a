"""How far it is on foot to the nearest facility of each kind.

Where roads are given, along them: from a place straight to the nearest road, on along roads by the shortest way, and
straight from the road to the facility. A facility nearer than the nearest road is reached straight. Where no roads are
given, a way is the straight line times a detour factor.

Known limits: a place walks to its nearest road alone, though another might lead on better; walls, water and slopes are
not looked at; for bridges and crossings see `geo.roads`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.arrays import Floats, Geometries
from geo.places import boxes_around
from geo.roads import Feet, Roads

if TYPE_CHECKING:
    from scipy.spatial import KDTree

SPARE_M = 1e-3
"""So much wider than exactly wide enough, because bounds are rounded."""

EVERYWHERE = np.array([-np.inf, -np.inf, np.inf, np.inf])


class NotInReachError(LookupError):
    """The roads that are known do not reach far enough to tell which is nearest to a place.

    Within bounds that are ``road_m`` wider on all sides nothing is unsure; it is infinite where no road was found.
    """

    def __init__(self, road_m: float) -> None:
        super().__init__(f"roads must be known {road_m:.0f} m farther around")
        self.road_m = road_m


@dataclass(frozen=True, eq=False)
class Stretches:
    """Stretches of road with the ways from their ends, which are all that a place near them needs to know of roads.

    Parameters
    ----------
    ends
        (n, 4) metres: x and y of the start, x and y of the end, to the last bit.
    start_m, end_m
        (n, kinds) how far each end is from the nearest facility of each kind; infinite beyond `Walks.farthest_m`.
    """

    ends: Floats
    start_m: Floats
    end_m: Floats


@dataclass(frozen=True, eq=False)
class Walks:
    """Facilities by kind, and the ways to them, measured once for all places.

    ``ways_m`` (kinds, nodes) is how far each node of ``roads`` is from the nearest facility of each kind; without roads
    it has no nodes. Ways along roads longer than ``farthest_m`` are infinite. All roads are known that come into
    ``road_bounds`` (min x, min y, max x, max y).
    """

    kinds: tuple[str, ...]
    any_kind: KDTree
    straight: tuple[KDTree, ...]
    roads: Roads | None
    ways_m: Floats
    farthest_m: float
    road_bounds: Floats = field(default_factory=EVERYWHERE.copy)

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
        every = KDTree(xy)
        names = tuple(map(str, kinds))
        roads = Roads.of(lines) if lines is not None and len(lines) else None
        if roads is None or not len(roads.start):
            return cls(names, every, straight, None, np.zeros((len(kinds), 0)), farthest_m)
        feet = roads.feet(xy)
        roads, stop = roads.with_stops(feet)
        ways = roads.ways_m(stop, feet.leg_m, number[feet.place], len(kinds), farthest_m)
        return cls(names, every, straight, roads, ways, farthest_m)

    def along(self, stretches: Stretches, road_bounds: Floats) -> Walks:
        """Return the ways to the same facilities, along the roads around some places.

        `to_nearest` gives what it gives along all roads, or raises `NotInReachError` where it can't be sure.

        Parameters
        ----------
        stretches
            All that come into ``road_bounds``, with the ways as they were measured along all roads; others may be there
            too.
        road_bounds
            (4,) min x, min y, max x, max y, metres; infinite where everything is given.
        """
        number = np.arange(2 * len(stretches.ends))
        roads = Roads(stretches.ends.reshape(-1, 2), number[0::2], number[1::2])
        ways = np.stack([stretches.start_m, stretches.end_m], axis=1).reshape(len(number), len(self.kinds)).T
        return replace(self, roads=roads, ways_m=ways, road_bounds=road_bounds)

    def within(self, bounds: Floats) -> Walks:
        """Return the ways along the roads that come into bounds, to the facilities in them.

        From places that are no farther from a road than from the bounds, `to_nearest` gives what it gives along all
        roads: where a facility is nearer than the road, it lies in the bounds too. Only where there are roads.

        Parameters
        ----------
        bounds
            (4,) min x, min y, max x, max y, metres.
        """
        if self.roads is None:
            raise LookupError("without roads, a facility may be the nearest wherever it lies")
        row = self.roads.tree.query(shapely.box(*bounds))
        start, end = self.roads.start[row], self.roads.end[row]
        ends = np.concatenate([self.roads.xy[start], self.roads.xy[end]], axis=1)
        order = np.lexsort(ends.T[::-1])
        ways = [self.ways_m[:, node[order]].T for node in (start, end)]
        some = [np.asarray(tree.data)[margin_m(np.asarray(tree.data), bounds) >= 0] for tree in self.straight]
        from scipy.spatial import KDTree  # noqa: PLC0415 (as in `geo.roads`)

        near = replace(self, straight=tuple(map(KDTree, some)), any_kind=KDTree(np.concatenate(some)))
        return near.along(Stretches(ends[order], *ways), bounds)

    def near(self, areas: Geometries) -> Walks:
        """Return what ways from places in some areas may need, or more: roads, and facilities.

        Along roads, nobody looks farther than to the nearest road: what lies farther from a place than that may be
        changes no way from there. Without roads every facility may be the nearest.
        """
        if self.roads is None or not self.kinds or not len(areas):
            return self
        bounds = shapely.bounds(boxes_around(areas))
        lower, upper = bounds[:, :2], bounds[:, 2:]
        middle = shapely.points((lower + upper) / 2)
        _, leg_m = self.roads.tree.query_nearest(middle, return_distance=True, all_matches=False)
        reach_m = (leg_m + np.hypot(*(upper - lower).T) + SPARE_M)[:, None]
        return self.within(np.concatenate([(lower - reach_m).min(axis=0), (upper + reach_m).max(axis=0)]))

    def stretches(self) -> Stretches | None:
        """Return the stretches of road and the ways from their ends, as `along` takes them; None without roads."""
        if self.roads is None:
            return None
        start, end = self.roads.start, self.roads.end
        ends = np.concatenate([self.roads.xy[start], self.roads.xy[end]], axis=1)
        return Stretches(ends, self.ways_m[:, start].T, self.ways_m[:, end].T)

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

        Raises
        ------
        NotInReachError
            A road that is not known may be nearer to a place than those that are.
        """
        if not len(xy) or not self.kinds:
            return np.zeros((len(xy), len(self.kinds)))
        if self.roads is None:
            direct = self.straight_m(xy)
            return np.asarray(np.round(direct * detour[:, None], 3), dtype=np.float64)
        feet = self.roads.feet(xy)
        leg_m = np.full(len(xy), np.inf)
        leg_m[feet.place] = feet.leg_m
        require_reach(leg_m, margin_m(xy, self.road_bounds))
        ways = self.along_roads(feet)
        near = np.flatnonzero(self.any_kind.query(xy)[0] <= leg_m)
        if len(near):
            direct = self.straight_m(xy[near])
            short = direct <= leg_m[near, None]
            ways[near] = np.where(short, np.minimum(ways[near], direct * detour[near, None]), ways[near])
        return np.asarray(np.round(ways, 3), dtype=np.float64)

    def straight_m(self, xy: Floats) -> Floats:
        """Measure the straight lines from places to the nearest facility of each kind, shape (places, kinds)."""
        return np.stack([tree.query(xy)[0] for tree in self.straight], axis=1)

    def along_roads(self, feet: Feet) -> Floats:
        """Measure the ways from places to facilities along the roads, shape (places, kinds); every place has a foot."""
        if self.roads is None:
            raise LookupError("there are no roads to walk along")
        length = self.roads.length_m[feet.stretch]
        start, end = self.roads.start[feet.stretch], self.roads.end[feet.stretch]
        way = np.minimum(self.ways_m[:, start] + feet.along * length, self.ways_m[:, end] + (1 - feet.along) * length)
        first = np.flatnonzero(np.diff(feet.place, prepend=-1))
        nearest = np.minimum.reduceat(way + feet.leg_m, first, axis=1).T
        nearest[nearest > self.farthest_m] = np.inf
        return np.asarray(nearest, dtype=np.float64)


def require_reach(leg_m: Floats, margin_m: Floats) -> None:
    """Require that no road that is not known can be nearer to a place than the nearest that is.

    Parameters
    ----------
    leg_m, margin_m
        (n,) how far the nearest road is, and the nearest point where roads are not known.

    Raises
    ------
    NotInReachError
        One may be.
    """
    beyond = leg_m > margin_m
    if beyond.any():
        raise NotInReachError(float((leg_m[beyond] - margin_m[beyond]).max()) + SPARE_M)


def margin_m(xy: Floats, bounds: Floats) -> Floats:
    """Return how far each place is from the nearest point outside of bounds; negative outside.

    >>> margin_m(np.array([[1.0, 5.0], [12.0, 5.0]]), np.array([0.0, 0.0, 10.0, 10.0])).tolist()
    [1.0, -2.0]
    """
    inside = np.concatenate([xy - bounds[:2], bounds[2:] - xy], axis=1)
    return np.asarray(inside.min(axis=1), dtype=np.float64)
