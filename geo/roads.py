"""A road network as a graph to walk on: straight stretches between nodes, stops along them, shortest ways.

Roads are joined wherever they cross or touch, since layers seldom say what is a bridge: an overpass is taken for a
crossing, and a railway only bars the way where no road crosses it. Ends that miss a road by less than `SNAP_M` are
joined to it. There is no one-way street on foot.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import shapely

from geo.arrays import Floats, Geometries, Ints, distinct_rows, place_in_run

SNAP_M = 1.0
"""Roads are noded on a grid of this width: gaps and doubled lines of digitising are closed, no way gets much longer."""

SEGMENTS_A_CHAIN, CHAINS_A_TILE = 16, 2_048
"""Segments of roads that are looked at together, and how many such chains are noded together, about."""

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
        chains = chains_of(lines)
        boxes = shapely.STRtree(shapely.envelope(chains))
        stretches: Floats = np.concatenate([noded(chains, boxes, *tile) for tile in tiles_of(chains)])
        stretches = stretches[np.lexsort(stretches.reshape(len(stretches), 4).T[::-1])]
        nodes, number = distinct_rows(stretches.reshape(-1, 2))
        return cls(nodes, number[0::2], number[1::2])

    def __getstate__(self) -> dict[str, Any]:
        """Return what travels between processes: what is made of it when it is asked for stays behind."""
        return {"xy": self.xy, "start": self.start, "end": self.end}

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


def chains_of(lines: Geometries) -> Geometries:
    """Cut lines at vertices into chains of a few segments, so that none reaches far."""
    xy, line = shapely.get_coordinates(shapely.get_parts(lines), return_index=True)
    begin = np.flatnonzero(line[1:] == line[:-1])
    chain = np.cumsum(place_in_run(line)[begin] % SEGMENTS_A_CHAIN == 0) - 1
    last = np.append(chain[1:] != chain[:-1], True)[: len(chain)]
    vertex, of = np.concatenate([begin, begin[last] + 1]), np.concatenate([chain, chain[last]])
    order = np.lexsort([vertex, of])
    return np.asarray(shapely.linestrings(xy[vertex[order]], indices=of[order]), dtype=object)


def tiles_of(chains: Geometries) -> list[tuple[float, float, float, float]]:
    """Cut the land into tiles (west, south, east, north), of about as many chains each; together they are all of it."""
    side = max(1, round((len(chains) / CHAINS_A_TILE) ** 0.5))
    west, south, east, north = shapely.bounds(chains).T
    x, y = (west + east) / 2, (south + north) / 2
    return [
        (first, low, last, high)
        for first, last in cuts(x, side)
        for low, high in cuts(y[(x >= first) & (x < last)], side)
    ]


def cuts(places: Floats, count: int) -> list[tuple[float, float]]:
    """Cut a line into stretches that hold about as many places each; together they are all of it.

    >>> cuts(np.array([1.0, 2.0, 4.0, 5.0]), 2)
    [(-inf, 3.0), (3.0, inf)]
    """
    between = np.quantile(places, np.arange(1, count) / count).tolist() if len(places) else []
    return list(pairwise([-np.inf, *between, np.inf]))


def segments_of(lines: Geometries) -> Floats:
    """Return the straight segments of lines, (n, 2, 2) metres."""
    xy, line = shapely.get_coordinates(lines, return_index=True)
    return np.asarray(np.stack([xy[:-1], xy[1:]], axis=1)[line[1:] == line[:-1]], dtype=np.float64)


def noded(chains: Geometries, boxes: shapely.STRtree, west: float, south: float, east: float, north: float) -> Floats:
    """Node chains, and return the stretches whose middle lies in a tile, (n, 2, 2) metres, each end first that is
    farther west, or south.

    What becomes of a segment hangs on those that come within two cells of it alone. So only the chains in the tile are
    looked at, and those that come near them, and the tiles together give what all at once would: to node a network
    takes much more time than to node its pieces.

    Parameters
    ----------
    boxes
        Those around the chains.
    """
    inside = boxes.query(shapely.box(west - SNAP_M, south - SNAP_M, east + SNAP_M, north + SNAP_M))
    _, beside = boxes.query(boxes.geometries[inside], predicate="dwithin", distance=2 * SNAP_M)
    near = chains[np.union1d(inside, beside)]
    stretches = segments_of(shapely.get_parts(shapely.union_all(near, grid_size=SNAP_M)))
    middle = stretches.mean(axis=1)
    stretches = stretches[((middle >= (west, south)) & (middle < (east, north))).all(axis=1)]
    first, second = stretches[:, 0], stretches[:, 1]
    turned = (first[:, 0] > second[:, 0]) | ((first[:, 0] == second[:, 0]) & (first[:, 1] > second[:, 1]))
    stretches[turned] = stretches[turned][:, ::-1]
    return np.asarray(stretches, dtype=np.float64)
