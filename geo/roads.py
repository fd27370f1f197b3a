"""A road network as a graph to walk on: straight stretches between nodes, stops along them, shortest ways.

Roads are joined wherever they cross or touch, since layers seldom say what is a bridge: an overpass is taken for a
crossing, and a railway only bars the way where no road crosses it. Ends that miss a road by less than `SNAP_M` are
joined to it. There is no one-way street on foot.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely

from geo.arrays import Floats, Geometries, Ints, distinct_rows

SNAP_M = 1.0
"""Roads are noded on a grid of this width: gaps and doubled lines of digitising are closed, no way gets much longer."""

LEAST_M = 1e-6
"""The length of a way between two places that are one: a graph takes 0 for no way at all."""


@dataclass(frozen=True, eq=False)
class Feet:
    """Where places meet the network: for each foot its place, its stretch, how far along it (0 to 1), and the metres
    between place and foot. A place has several where it is as near to several stretches."""

    place: Ints
    stretch: Ints
    along: Floats
    leg_m: Floats


@dataclass(frozen=True, eq=False)
class Roads:
    """Straight stretches between nodes. ``xy`` (nodes, 2) metres; ``start`` and ``end`` (stretches,) number nodes."""

    xy: Floats
    start: Ints
    end: Ints

    @classmethod
    def of(cls, lines: Geometries) -> Roads:
        """Node lines, projected, metres; null and empty ones are left out."""
        noded = shapely.get_parts(shapely.union_all(lines, grid_size=SNAP_M))
        xy, line = shapely.get_coordinates(noded, return_index=True)
        nodes, number = distinct_rows(xy)
        on = line[1:] == line[:-1]
        return cls(nodes, number[:-1][on], number[1:][on])

    @cached_property
    def tree(self) -> shapely.STRtree:
        """The stretches, to find those near a place; made when it is first asked for."""
        ends = np.stack([self.xy[self.start], self.xy[self.end]], axis=1)
        drawn = shapely.linestrings(ends) if len(ends) else np.empty(0, object)
        return shapely.STRtree(drawn, node_capacity=4)  # the nearest is found in half the time

    @cached_property
    def length_m(self) -> Floats:
        """The length of each stretch, (stretches,)."""
        return np.asarray(np.hypot(*(self.xy[self.end] - self.xy[self.start]).T), dtype=np.float64)

    def feet(self, xy: Floats) -> Feet:
        """Find the nearest point of the network for each place, (n, 2) metres."""
        (place, stretch), leg = self.tree.query_nearest(shapely.points(xy), return_distance=True, all_matches=True)
        begin = self.xy[self.start[stretch]]
        way = self.xy[self.end[stretch]] - begin
        square = np.maximum((way**2).sum(axis=1), LEAST_M**2)  # two stops may have one foot
        along = ((xy[place] - begin) * way).sum(axis=1) / square
        return Feet(place.astype(np.int64), stretch.astype(np.int64), np.clip(along, 0.0, 1.0), leg)

    def with_stops(self, feet: Feet) -> tuple[Roads, Ints]:
        """Cut stretches at feet; return the network, in which feet are nodes, and the node of each foot."""
        node = len(self.xy) + np.arange(len(feet.place))
        begin, end = self.xy[self.start[feet.stretch]], self.xy[self.end[feet.stretch]]
        xy = np.concatenate([self.xy, begin + feet.along[:, None] * (end - begin)])
        every = np.arange(len(self.start))
        stretch = np.concatenate([every, feet.stretch, every])
        along = np.concatenate([np.full(len(every), -1.0), feet.along, np.full(len(every), 2.0)])
        nodes = np.concatenate([self.start, node, self.end])
        order = np.lexsort([nodes, along, stretch])
        chain, on = nodes[order], stretch[order][1:] == stretch[order][:-1]
        return Roads(xy, chain[:-1][on], chain[1:][on]), node

    def ways_m(self, start: Ints, leg_m: Floats, groups: Ints, count: int, limit_m: float) -> Floats:
        """Measure the shortest way from each node to the nearest start of each group.

        Parameters
        ----------
        start, leg_m, groups
            Nodes to start from, the metres to get to each, and the group that it belongs to.
        count
            How many groups there are.
        limit_m
            Ways longer than that are not looked for.

        Returns
        -------
        Floats
            (count, nodes) metres; infinite where there is no way within the limit.
        """
        # imported here because it takes a fifth of the program's start, and only facilities need it
        from scipy.sparse import csr_array  # noqa: PLC0415
        from scipy.sparse.csgraph import dijkstra  # noqa: PLC0415

        size, extra = len(self.xy), len(start)
        one = np.concatenate([self.start, size + np.arange(extra)])
        other = np.concatenate([self.end, start])
        length = np.maximum(np.concatenate([self.length_m, leg_m]), LEAST_M)
        graph = csr_array((length, (one, other)), shape=(size + extra, size + extra))
        ways = np.full((count, size), np.inf)
        for group in range(count):
            sources = size + np.flatnonzero(groups == group)
            if len(sources):
                found = dijkstra(graph, directed=False, indices=sources, min_only=True, limit=limit_m)
                ways[group] = found[:size]
        return ways
