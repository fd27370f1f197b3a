"""The edges of polygons as whole numbers: who lies on the other side of each, and whether borders cancel.

Two facts about polygons whose vertices lie on the grid are decided here exactly, without a tolerance:

- **neighbours**: two faces that come from one noded linework share an edge when both have it, once in each direction;
- **partition**: the directed borders of a set of polygons, added up, cancel wherever two of them meet. Where what is
  left is exactly the border of the jurisdiction, the polygons cover each of its points once: the sum of their indicator
  functions and the jurisdiction's have the same border, so they are equal. No overlap, no hole, all edges matched.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from geo.arrays import Bools, Floats, Geometries, Ints, group_first, place_in_run, sums
from geo.noding import CELLS_PER_M, number_vertices, to_cells


@dataclass(frozen=True, eq=False)
class Edges:
    """All directed edges of some polygons; exterior rings run counter-clockwise, holes clockwise.

    ``polygon`` is the row that an edge belongs to, ``start`` and ``end`` number its vertices; ``cells`` holds the
    vertices' coordinates in grid cells, shape (vertices, 2); ``length`` is in metres.
    """

    polygon: Ints
    start: Ints
    end: Ints
    cells: Ints
    length: Floats

    @classmethod
    def of(cls, polygons: Geometries) -> Edges:
        """Take the edges of polygons or multipolygons whose vertices lie on the grid."""
        oriented = shapely.orient_polygons(polygons)
        parts, polygon = shapely.get_parts(oriented, return_index=True)
        rings, part = shapely.get_rings(parts, return_index=True)
        xy, ring = shapely.get_coordinates(rings, return_index=True)
        cells = to_cells(xy)
        row, number = number_vertices(cells)
        real = (ring[1:] == ring[:-1]) & (number[1:] != number[:-1])
        step = np.hypot(*(xy[1:] - xy[:-1]).T) if len(xy) else np.empty(0)
        return cls(
            polygon=polygon[part[ring[:-1][real]]].astype(np.int64),
            start=number[:-1][real],
            end=number[1:][real],
            cells=cells[row],
            length=step[real],
        )

    @classmethod
    def directed(cls, cells: Ints) -> Edges:
        """Take edges that are given by their ends in grid cells, shape (n, 4); each is a polygon's of its own."""
        ends = cells.reshape(-1, 2)
        row, number = number_vertices(ends)
        length = np.hypot(*((cells[:, 2:] - cells[:, :2]).T / CELLS_PER_M))
        return cls(np.arange(len(cells)), number[0::2], number[1::2], ends[row], length)

    def ends(self, rows: Ints) -> Ints:
        """Return the start and end of some edges in grid cells, shape (n, 4)."""
        return np.concatenate([self.cells[self.start[rows]], self.cells[self.end[rows]]], axis=1)

    def keys(self) -> Ints:
        """Return one number an edge, the same in both directions."""
        return np.minimum(self.start, self.end) * len(self.cells) + np.maximum(self.start, self.end)

    def left_over(self) -> Ints:
        """Return the rows of the edges that are left when those in opposite directions have cancelled one for one."""
        key = self.keys()
        order = np.argsort(key, kind="stable")
        direction = np.where(self.start < self.end, 1, -1)[order]
        first = group_first(key[order])
        run, group = np.flatnonzero(first), first.cumsum() - 1
        balance = (np.add.reduceat(direction, run) if len(run) else np.empty(0, dtype=np.int64))[group]
        rows, balance, group = order[balance != 0], balance[balance != 0], group[balance != 0]
        ours = np.where(self.start[rows] < self.end[rows], 1, -1) == np.sign(balance)
        rows, balance, group = rows[ours], balance[ours], group[ours]
        return np.sort(rows[place_in_run(group) < np.abs(balance)])

    def lines(self, rows: Ints) -> Geometries:
        """Return the edges of some rows as two-point lines, coordinates in metres."""
        return np.asarray(shapely.linestrings(self.ends(rows).reshape(-1, 2, 2) / CELLS_PER_M), dtype=object)


@dataclass(frozen=True, eq=False)
class Adjacency:
    """Which faces share an edge: rows ``left`` and ``right`` of the faces, and the ``length`` of that edge, metres."""

    left: Ints
    right: Ints
    length: Floats

    def where(self, chosen: Bools | Ints) -> Adjacency:
        """Return some of the pairs."""
        return Adjacency(self.left[chosen], self.right[chosen], self.length[chosen])

    def named(self, label: Ints) -> Adjacency:
        """Return every pair with its rows' labels in place of the rows."""
        return Adjacency(label[self.left], label[self.right], self.length)

    def inside(self, label: Ints) -> Adjacency:
        """Return the pairs of rows that have one label."""
        return self.where(label[self.left] == label[self.right])

    def both_ways(self) -> Adjacency:
        """Return every pair in both orders."""
        return Adjacency(
            np.concatenate([self.left, self.right]),
            np.concatenate([self.right, self.left]),
            np.concatenate([self.length, self.length]),
        )

    def lower_first(self) -> Adjacency:
        """Return every pair with its lower row first."""
        return Adjacency(np.minimum(self.left, self.right), np.maximum(self.left, self.right), self.length)

    def summed(self, count: int) -> Adjacency:
        """Return one row a pair, lengths added up."""
        pair = self.left * count + self.right
        pairs, group = np.unique(pair, return_inverse=True)
        return Adjacency(pairs // count, pairs % count, sums(self.length, group.astype(np.int64), len(pairs)))

    def among(self, label: Ints, count: int) -> Adjacency:
        """Return the adjacency of groups of faces, pairs inside one group left out."""
        named = self.named(label)
        return named.where(named.left != named.right).summed(count)

    def longest(self) -> tuple[Ints, Ints]:
        """Return each left row, ascending, and the right row with which its pair is longest.

        Pairs are distinct. Lengths that differ by less than a thousandth of a millimetre tie; the lowest row wins.
        """
        order = np.lexsort([self.right, -np.round(self.length, 6), self.left])
        best = order[group_first(self.left[order])]
        return self.left[best], self.right[best]


def components(count: int, pairs: Adjacency) -> tuple[int, Ints]:
    """Number the connected components of ``count`` nodes, in the order of their first nodes.

    The larger label of a pair goes over to the smaller one, until all pairs agree (Shiloach and Vishkin 1982).
    """
    label = np.arange(count)
    left, right = pairs.left, pairs.right
    while len(left):
        low, high = np.minimum(label[left], label[right]), np.maximum(label[left], label[right])
        apart = np.flatnonzero(low != high)
        left, right = left[apart], right[apart]
        np.minimum.at(label, high[apart], low[apart])
        while (label[label] != label).any():
            label = label[label]
    first = np.flatnonzero(label == np.arange(count))
    number = np.zeros(count, dtype=np.int64)
    number[first] = np.arange(len(first))
    return len(first), number[label]


def neighbours(edges: Edges, group: Ints) -> Adjacency:
    """Pair the polygons of one group on both sides of each edge, a row an edge; ``group`` has a row an edge."""
    key = edges.keys()
    order = np.lexsort([key, group])
    first = group_first(key[order]) | group_first(group[order])
    count = np.diff(np.append(np.flatnonzero(first), len(order)))[np.cumsum(first) - 1]
    one, other = order[first & (count == 2)], order[~first & (count == 2)]
    opposite = edges.start[one] == edges.end[other]
    one, other = one[opposite], other[opposite]
    return Adjacency(edges.polygon[one], edges.polygon[other], edges.length[one])
