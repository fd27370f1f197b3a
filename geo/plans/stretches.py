"""The borders of a partition in stretches: from node to node, each once, whichever grids it is seen from.

A *node* is a vertex at which other than two border lines meet: where three grids do, where a border meets the end of
the land, where grids touch at a point. A *stretch* is a border between two nodes, or a whole ring without nodes; it has
the same two grids beside it all along, or one and no land beyond. Its direction hangs on its own vertices alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely

from geo.arrays import Bools, Geometries, Ints, group_first, unroll
from geo.noding import number_vertices, to_cells
from geo.tracing import gathered

NOBODY = -1
"""The grid beyond the end of the land."""


@dataclass(frozen=True, eq=False)
class Corners:
    """The corners of all rings of some polygons, each once, ring by ring, with the land to the left.

    ``polygon`` and ``ring`` say whose each corner is, ``part`` which part each ring is of; ``number`` is the same for
    corners at one place, and grows from west to east, from south to north where that is equal. ``cells`` are places in
    grid cells, counted from the south-western one, shape (n, 2); ``xy`` are metres.
    """

    polygon: Ints
    ring: Ints
    part: Ints
    owner: Ints
    number: Ints
    cells: Ints
    xy: np.ndarray

    @classmethod
    def of(cls, polygons: Geometries) -> Corners:
        """Take the corners of polygons or multipolygons whose vertices lie on the grid."""
        parts, owner = shapely.get_parts(shapely.orient_polygons(polygons), return_index=True)
        rings, part = shapely.get_rings(parts, return_index=True)
        xy, ring = shapely.get_coordinates(rings, return_index=True)
        cells = to_cells(xy)
        cells -= cells.min(axis=0, initial=np.iinfo(np.int64).max)
        _, number = number_vertices(cells)
        real = np.flatnonzero((ring[1:] == ring[:-1]) & (number[1:] != number[:-1]))
        return cls(owner[part[ring[real]]], ring[real], part, owner, number[real], cells[real], xy[real])

    @cached_property
    def first(self) -> Ints:
        """The first corner of each ring."""
        return np.flatnonzero(group_first(self.ring))

    @cached_property
    def after(self) -> Ints:
        """The corner that follows each one round its ring."""
        after = np.arange(1, len(self.ring) + 1)
        after[np.append(self.first[1:], len(self.ring)) - 1] = self.first
        return after

    @cached_property
    def twin(self) -> Ints:
        """For the line that begins at each corner, the one where the same line begins in another ring; or `NOBODY`."""
        end = self.number[self.after]
        key = np.minimum(self.number, end) * (int(self.number.max(initial=0)) + 1) + np.maximum(self.number, end)
        order = np.argsort(key, kind="stable")
        pair = np.flatnonzero(key[order[1:]] == key[order[:-1]])
        twin = np.full(len(key), NOBODY, dtype=np.int64)
        twin[order[pair]], twin[order[pair + 1]] = order[pair + 1], order[pair]
        return twin

    def is_node(self) -> Bools:
        """Tell for each number whether it is a node."""
        alone = self.twin == NOBODY
        size = int(self.number.max(initial=-1)) + 1
        lines = 2 * np.bincount(self.number, minlength=size)
        lines += np.bincount(self.number[alone], minlength=size)
        lines += np.bincount(self.number[self.after[alone]], minlength=size)
        return np.asarray(lines != 4, dtype=np.bool_)  # each line was counted twice

    def polygons(self, kept: Bools, wanted: Bools) -> Geometries:
        """Draw the wanted polygons with the corners kept only, in their order."""
        kept = kept & wanted[self.polygon]
        ring = self.ring[kept]
        first = group_first(ring)
        lines = shapely.linearrings(self.xy[kept], indices=np.cumsum(first) - 1)
        part = self.part[ring[first]]
        start = group_first(part)
        parts = shapely.polygons(lines, indices=np.cumsum(start) - 1)
        place = np.cumsum(wanted) - 1
        return gathered(np.asarray(parts, dtype=object), place[self.owner[part[start]]], int(wanted.sum()))


@dataclass(frozen=True, eq=False)
class Stretches:
    """Stretches of border: stretch ``i`` runs along the corners ``path[first[i]]`` … ``path[last[i]]``.

    ``left`` and ``right`` are the corners where its first line begins in the rings on both sides, `NOBODY` for none on
    the right.
    """

    corners: Corners
    path: Ints
    first: Ints
    last: Ints
    left: Ints
    right: Ints

    @classmethod
    def of(cls, corners: Corners, wanted: Bools) -> Stretches:
        """Find the stretches on the borders of the wanted polygons, all that touch these being there."""
        begin, count, order = runs(corners)
        head, tail = order[begin], order[begin + count - 1]
        number, after = corners.number, corners.after
        start, end = number[head], number[after[tail]]
        onward = (start < end) | ((start == end) & (number[after[head]] < number[tail]))
        right = corners.twin[head]
        near = wanted[corners.polygon[head]] | ((right != NOBODY) & wanted[corners.polygon[right]])
        chosen = np.flatnonzero(near & (onward | (right == NOBODY)))
        begin, count, head, tail, right = (column[chosen] for column in (begin, count, head, tail, right))
        first = np.cumsum(count + 1) - count - 1
        last = first + count
        path = np.empty(int((count + 1).sum()), dtype=np.int64)
        path[last] = after[tail]
        inner = np.ones(len(path), dtype=np.bool_)
        inner[last] = False
        path[inner] = order[np.arange(int(count.sum())) + np.repeat(begin - np.cumsum(count) + count, count)]
        return cls(corners, path, first, last, head, right)

    def taken(self, rows: Ints | Bools) -> Stretches:
        """Return some of the stretches."""
        count = (self.last - self.first + 1)[rows]
        _, place = unroll(np.arange(len(count)), count, self.first[rows])
        last = np.cumsum(count) - 1
        return Stretches(self.corners, self.path[place], last - count + 1, last, self.left[rows], self.right[rows])


def runs(corners: Corners) -> tuple[Ints, Ints, Ints]:
    """Cut rings at nodes, those without at their lowest corner.

    Returns
    -------
    tuple
        Where each run begins in the list of corners that comes third, how many corners it has without its end, and the
        corners run by run.
    """
    ring = np.cumsum(group_first(corners.ring)) - 1
    size = np.diff(np.append(corners.first, len(ring)))
    cut = corners.is_node()[corners.number]
    if len(size):
        lowest = np.minimum.reduceat(corners.number, corners.first)
        cut |= (corners.number == lowest[ring]) & ~np.logical_or.reduceat(cut, corners.first)[ring]
    place = np.arange(len(ring)) - corners.first[ring]
    begin = place[cut][group_first(ring[cut])]
    order = np.empty(len(ring), dtype=np.int64)
    order[corners.first[ring] + (place - begin[ring]) % size[ring]] = np.arange(len(ring))
    start = np.flatnonzero(cut[order])
    return start, np.diff(np.append(start, len(order))), order
