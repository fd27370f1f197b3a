"""Chords of stretches of border: how far the vertices between their ends lie from them, and who stands in the way."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geo.arrays import Bools, Floats, Ints, group_first, unroll
from geo.plans.stretches import NOBODY, Corners, Stretches

CLEAR_CELLS = 1.0
"""Corners of other borders stay at least this far from a new line, as noding keeps them from the exact ones."""


@dataclass(frozen=True, eq=False)
class Pieces:
    """Pieces of stretches with a vertex at least between their ends: from ``low`` to ``high``, places in
    ``stretches.path``; ``of`` is the stretch."""

    stretches: Stretches
    low: Ints
    high: Ints
    of: Ints

    @classmethod
    def whole(cls, stretches: Stretches) -> Pieces:
        """Take stretches as they are."""
        return cls(stretches, stretches.first, stretches.last, np.arange(len(stretches.first))).long()

    def __len__(self) -> int:
        return len(self.low)

    def taken(self, rows: Ints | Bools) -> Pieces:
        """Return some of the pieces."""
        return Pieces(self.stretches, self.low[rows], self.high[rows], self.of[rows])

    def long(self) -> Pieces:
        """Return those with a vertex between their ends."""
        return self.taken(self.high - self.low > 1)

    def closed(self) -> Bools:
        """Tell which end where they begin."""
        number, path = self.stretches.corners.number, self.stretches.path
        return np.asarray(number[path[self.low]] == number[path[self.high]])

    def cut(self, place: Ints) -> Pieces:
        """Cut each piece at a place between its ends."""
        low, high = np.concatenate([self.low, place]), np.concatenate([place, self.high])
        return Pieces(self.stretches, low, high, np.concatenate([self.of, self.of])).long()

    @classmethod
    def together(cls, *pieces: Pieces) -> Pieces:
        """Join pieces of the same stretches."""
        columns = ((each.low, each.high, each.of) for each in pieces)
        return cls(pieces[0].stretches, *map(np.concatenate, zip(*columns, strict=True)))


@dataclass(frozen=True, eq=False)
class Chords:
    """The chords of some pieces.

    ``start`` is where each begins, in cells, ``way`` its direction, of length 1; ``farthest`` is the place of the
    vertex at which to cut the piece, ``distance`` how far from the chord it is. ``outward`` tells that there is no land
    to the right of the piece, and that the chord would add some. ``low`` and ``high`` are the corners of the box that
    holds the piece: along the chord from its start, and to the left of it; shape (n, 2).
    """

    pieces: Pieces
    start: Ints
    way: Floats
    farthest: Ints
    distance: Floats
    outward: Bools
    low: Floats
    high: Floats

    @classmethod
    def of(cls, pieces: Pieces) -> Chords:
        """Measure the chords of pieces."""
        stretches = pieces.stretches
        cells = stretches.corners.cells
        start = cells[stretches.path[pieces.low]]
        way = cells[stretches.path[pieces.high]] - start
        length = np.maximum(np.sqrt((way**2).sum(axis=1)), 1.0)
        count = pieces.high - pieces.low - 1
        begin = np.cumsum(count) - count
        row, place = unroll(np.arange(len(pieces)), count, pieces.low + 1)
        off = cells[stretches.path[place]] - start[row]
        along = (way[row] * off).sum(axis=1) / length[row]
        across = (way[row, 0] * off[:, 1] - way[row, 1] * off[:, 0]) / length[row]
        distance = np.hypot(across, along - np.clip(along, 0.0, length[row]))
        closed = pieces.closed()
        if closed.any():
            distance = np.where(closed[row], np.hypot(*off.T), distance)
        outward = (stretches.right == NOBODY)[pieces.of]
        if outward.any():
            outward &= np.maximum.reduceat(across, begin) > 0
            distance = np.where(outward[row], across, distance)
        most = np.maximum.reduceat(distance, begin) if len(begin) else np.empty(0)
        top = np.flatnonzero(distance == most[row])
        low, high = box(along, across, begin)
        high[:, 0] = np.maximum(high[:, 0], length)
        return cls(pieces, start, way / length[:, None], place[top[group_first(row[top])]], most, outward, low, high)

    def __len__(self) -> int:
        return len(self.pieces)

    def reach(self) -> tuple[Ints, Ints]:
        """Return how far west and east the boxes reach, in cells."""
        x, y = self.way.T
        ends = self.start[:, :1] + np.stack(
            [
                np.minimum(x * self.low[:, 0], x * self.high[:, 0])
                + np.minimum(-y * self.low[:, 1], -y * self.high[:, 1]),
                np.maximum(x * self.low[:, 0], x * self.high[:, 0])
                + np.maximum(-y * self.low[:, 1], -y * self.high[:, 1]),
            ],
            axis=1,
        )
        return np.floor(ends[:, 0] - CLEAR_CELLS).astype(np.int64), np.ceil(ends[:, 1] + CLEAR_CELLS).astype(np.int64)

    def hold(self, row: Ints, cells: Ints) -> Bools:
        """Tell which vertices lie in the box of a chord, or not clear of it."""
        (x, y), (way_x, way_y) = (cells - self.start[row]).T, self.way[row].T
        across = way_x * y - way_y * x
        inside: Bools = (across >= (self.low[:, 1] - CLEAR_CELLS)[row]) & (
            across <= (self.high[:, 1] + CLEAR_CELLS)[row]
        )
        along, row = (way_x * x + way_y * y)[inside], row[inside]
        inside[inside] = (along >= (self.low[:, 0] - CLEAR_CELLS)[row]) & (
            along <= (self.high[:, 0] + CLEAR_CELLS)[row]
        )
        return inside

    def taken(self, rows: Ints) -> Chords:
        """Return some of the chords."""
        columns = {name: column[rows] for name, column in vars(self).items() if name != "pieces"}
        return Chords(pieces=self.pieces.taken(rows), **columns)


def box(along: Floats, across: Floats, begin: Ints) -> tuple[Floats, Floats]:
    """Return the box of each run of vertices and the origin: its low and its high corner, shape (n, 2) each."""
    off = np.stack([along, across], axis=1)
    if not len(begin):
        return np.empty((0, 2)), np.empty((0, 2))
    low, high = np.minimum.reduceat(off, begin), np.maximum.reduceat(off, begin)
    return np.minimum(low, 0.0), np.maximum(high, 0.0)


@dataclass(frozen=True, eq=False)
class Obstacles:
    """The corners of grids, to be found by grid and by place from west to east."""

    corners: Corners
    place: Ints
    order: Ints
    key: Ints
    width: int

    @classmethod
    def of(cls, stretches: Stretches) -> Obstacles:
        """Put all corners in order."""
        corners = stretches.corners
        width = int(corners.cells[:, 0].max(initial=0)) + 1
        key = corners.polygon * width + corners.cells[:, 0]
        order = np.argsort(key, kind="stable")
        place = np.full(int(corners.number.max(initial=-1)) + 1, -1, dtype=np.int64)
        inner = np.ones(len(stretches.path), dtype=np.bool_)
        inner[stretches.first] = inner[stretches.last] = False
        place[corners.number[stretches.path[inner]]] = np.flatnonzero(inner)
        return cls(corners, place, order, key[order], width)

    def hinder(self, chords: Chords) -> Bools:
        """Tell which chords have a corner of a grid beside them in their box, other than their piece's own."""
        stretches, of = chords.pieces.stretches, chords.pieces.of
        right = stretches.right[of]
        both = np.flatnonzero(right != NOBODY)
        side = np.concatenate([stretches.left[of], right[both]])
        chord = np.concatenate([np.arange(len(chords)), both])
        west, east = chords.reach()
        grid = self.corners.polygon[side] * self.width
        first = np.searchsorted(self.key, grid + np.clip(west[chord], 0, self.width))
        count = np.searchsorted(self.key, grid + np.clip(east[chord] + 1, 0, self.width)) - first
        row, place = unroll(np.arange(len(chord)), count, first)
        row, corner = chord[row], self.order[place]
        inside = chords.hold(row, self.corners.cells[corner])
        row, corner = row[inside], corner[inside]
        hindered = np.zeros(len(chords), dtype=np.bool_)
        hindered[row[~self.own(chords.pieces, row, corner)]] = True
        return hindered

    def own(self, pieces: Pieces, row: Ints, corner: Ints) -> Bools:
        """Tell which corners belong to the piece itself."""
        number, path = self.corners.number, pieces.stretches.path
        place, mine = self.place[number[corner]], number[corner]
        low, high = pieces.low[row], pieces.high[row]
        within = (place >= low) & (place <= high)
        return np.asarray(within | (mine == number[path[low]]) | (mine == number[path[high]]))
