"""Faces traced from noded lines: who lies to the left and to the right of each line.

Every line is two half-edges, one a direction. At each node the half-edges that leave it are put in order round the
node; from the end of a half-edge the walk goes on along the next one clockwise, so that the face stays to the left. The
walks are cycles: each bounds one face. All of it is arrays: no polygon is made before it is known which are wanted, and
the land of grids is traced anew from the lines that are left between them (the half-edge structure of Muller and
Preparata 1978; the walk round a node that it meets twice is parted as in JTS's ``PolygonizeGraph``).

Known limits
------------
Lines must meet in nodes only. Where they cross elsewhere the faces come out wrong: check that they are valid, or prove
what is made of them (`geo.partition`). Lines that lie on one another are told by `Net.tangled`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely

from geo.arrays import Bools, Floats, Geometries, Ints, group_first
from geo.edges import Adjacency
from geo.noding import CELLS_PER_M, number_vertices, to_cells

OUTSIDE = -1
"""The face beyond all lines of a group."""


@dataclass(frozen=True, eq=False)
class Net:
    """Noded lines, group by group, as half-edges: line ``i`` is ``2 * i`` as drawn and ``2 * i + 1`` backwards.

    ``cells`` holds vertices in grid cells, shape (n, 2); a line runs from row ``first`` to row ``last`` of it.
    ``leaves`` numbers the node where each half-edge begins; ``spin`` lists the half-edges node by node,
    counter-clockwise.
    """

    cells: Ints
    first: Ints
    last: Ints
    group: Ints
    leaves: Ints
    spin: Ints
    tangled: Ints
    """Groups in which a line begins along another one."""

    @classmethod
    def of(cls, noded: Geometries) -> Net:
        """Take noded MultiLineStrings, one a group, moving their vertices to the grid.

        Lines are cut wherever they have a vertex in common, as they may once the vertices have moved.
        """
        lines, group = shapely.get_parts(noded, return_index=True)
        xy, line = shapely.get_coordinates(lines, return_index=True)
        cells = to_cells(xy)
        moves = group_first(line)
        moves[1:] |= (cells[1:] != cells[:-1]).any(axis=1)
        cells, line = cells[moves], line[moves]
        _, number = number_vertices(cells, group[line])
        starts = group_first(line)
        ends = np.append(starts[1:], True)[: len(starts)]
        cut = starts | ends | (np.bincount(number)[number] > 1) if len(number) else starts
        first = np.flatnonzero(cut & ~ends)
        cut[starts & ends] = False
        last = np.flatnonzero(cut & ~starts)
        leaves = np.stack([number[first], number[last]], axis=1).reshape(-1)
        way = np.stack([cells[first + 1] - cells[first], cells[last - 1] - cells[last]], axis=1).reshape(-1, 2)
        angle = np.arctan2(way[:, 1], way[:, 0])
        spin = np.lexsort([angle, leaves])
        same = ~group_first(leaves[spin]) & ~group_first(angle[spin])
        of_line = group[line[first]].astype(np.int64)
        return cls(cells, first, last, of_line, leaves, spin, np.unique(of_line[spin[same] // 2]))

    def __len__(self) -> int:
        return len(self.first)

    @cached_property
    def length_m(self) -> Floats:
        """The length of each line, metres."""
        step = np.hypot(*np.diff(self.cells, axis=0).T) / CELLS_PER_M
        run = np.concatenate([[0.0], np.cumsum(step)])
        return np.asarray(run[self.last] - run[self.first])

    def ends(self, half: Ints) -> tuple[Ints, Ints]:
        """Return the segments of some half-edges, in grid cells, shape (n, 4), and the row of ``half`` that each is
        of."""
        row, vertex, step = self.vertices(half)
        return np.concatenate([self.cells[vertex], self.cells[vertex + step]], axis=1), row

    def vertices(self, half: Ints) -> tuple[Ints, Ints, Ints]:
        """List the vertices of some half-edges, all but the last of each.

        Returns
        -------
        tuple
            For each, the row of ``half``, the row of ``cells``, and the step from there to the next one (1 or -1).
        """
        line, backwards = half // 2, half % 2 == 1
        count = self.last[line] - self.first[line]
        begin = np.where(backwards, self.last[line], self.first[line])
        row = np.repeat(np.arange(len(half)), count)
        place = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
        step = np.where(backwards, -1, 1)[row]
        return row, begin[row] + step * place, step

    def follow(self, kept: Bools) -> Ints:
        """Return the half-edge that follows each one round the face to its left, among the lines ``kept``.

        Half-edges of other lines follow themselves.
        """
        spin = self.spin[kept[self.spin // 2]]
        first = group_first(self.leaves[spin])
        clockwise = np.arange(len(spin)) - 1
        begin = np.flatnonzero(first)
        clockwise[begin] = np.append(begin[1:], len(spin))[: len(begin)] - 1
        after = np.arange(2 * len(self))
        after[spin ^ 1] = spin[clockwise]
        return after


@dataclass(frozen=True, eq=False)
class Traced:
    """The faces of a net: polygons, the group of each, and the face to the left of each half-edge, `OUTSIDE` for none.

    ``kept`` are the lines that bound faces; the others have one face on both sides, and count as beside none.
    """

    polygon: Geometries
    group: Ints
    left: Ints
    kept: Bools


def trace(net: Net, kept: Bools | None = None, wanted: Bools | None = None) -> Traced:
    """Trace the faces that the lines of a net bound.

    Parameters
    ----------
    kept
        The lines to look at, shape (lines,); all of them where not given.
    wanted
        The half-edges whose left face is wanted, shape (2 * lines,); a face is wanted with any of its half-edges.
    """
    kept = np.ones(len(net), dtype=np.bool_) if kept is None else kept
    after = net.follow(kept)
    walk = cycles(after)
    kept = kept & (walk[0::2] != walk[1::2])  # a line with one walk on both sides bounds nothing
    after = net.follow(kept)
    half = np.flatnonzero(np.repeat(kept, 2))
    walk = cycles(after)
    if wanted is not None:
        chosen = np.zeros(len(walk), dtype=np.bool_)
        chosen[walk[half[wanted[half]]]] = True
        half = half[chosen[walk[half]]]
    rings = Rings.of(net, parted(net, kept, after, walk, half), half)
    polygon, of_walk = assembled(rings, walk[rings.half], net, round_all=wanted is None)
    left = np.full(2 * len(net), OUTSIDE, dtype=np.int64)
    left[half] = of_walk[walk[half]]
    group = np.zeros(len(polygon), dtype=np.int64)
    group[left[half][left[half] >= 0]] = net.group[half[left[half] >= 0] // 2]
    return Traced(polygon, group, left, kept)


def cycles(after: Ints) -> Ints:
    """Name the cycles of a permutation by their smallest elements; return each element's."""
    label, jump = np.minimum(np.arange(len(after)), after), after
    while (label != label[after]).any():
        jump = jump[jump]
        label = np.minimum(label, label[jump])
    return label


def parted(net: Net, kept: Bools, after: Ints, walk: Ints, half: Ints) -> Ints:
    """Part walks that come to a node twice, so that every ring is simple.

    Round such a node the face has several wedges. A walk comes in along the end of one wedge and leaves along its
    beginning; let it leave along the beginning of the next wedge instead, and it closes round what lies between.
    """
    degree = np.bincount(net.leaves[np.repeat(kept, 2)], minlength=int(net.leaves.max(initial=0)) + 1)
    busy = np.zeros(len(after), dtype=np.bool_)
    busy[half[degree[net.leaves[half]] > 3]] = True  # of three wedges, any two have a line in common
    out = net.spin[busy[net.spin]]
    if not len(out):
        return after
    order = np.lexsort([walk[out], net.leaves[out]])  # stable: counter-clockwise within a node and a walk
    out = out[order]
    first = group_first(net.leaves[out]) | group_first(walk[out])
    begin = np.flatnonzero(first)
    if len(begin) == len(out):
        return after
    onward = np.arange(len(out)) + 1
    onward[np.append(begin[1:], len(out)) - 1] = begin
    before = np.empty(len(after), dtype=np.int64)
    before[after] = np.arange(len(after))
    result = after.copy()
    result[before[out]] = out[onward]
    return result


@dataclass(frozen=True, eq=False)
class Rings:
    """Simple rings: the half-edges of each in order, all rings end to end; faces lie to the left.

    ``first`` is each ring's first row in ``half``; ``line`` has the rings as shapely's; ``area`` is signed, in cells:
    positive where the face lies inside the ring.
    """

    all_half: Ints
    first: Ints
    line: Geometries
    area: Ints

    @property
    def half(self) -> Ints:
        """One half-edge of each ring."""
        return self.all_half[self.first]

    @classmethod
    def of(cls, net: Net, after: Ints, half: Ints) -> Rings:
        """Put the half-edges of each cycle of ``after`` in order."""
        ordered, first = in_sequence(after, half)
        row, vertex, _ = net.vertices(ordered)
        ring = np.zeros(len(ordered), dtype=np.int64)
        ring[first[1:]] = 1
        ring = np.cumsum(ring)[row]
        cells = net.cells[vertex]
        start = np.flatnonzero(group_first(ring))
        count = np.diff(np.append(start, len(ring)))
        local = cells - np.repeat(cells[start], count, axis=0)
        onward = np.concatenate([local[1:], np.zeros((1, 2), dtype=np.int64)])[: len(local)]  # a ring's origin ends it
        cross = local[:, 0] * onward[:, 1] - local[:, 1] * onward[:, 0]
        area = np.add.reduceat(cross, start) if len(start) else np.empty(0, dtype=np.int64)
        line = shapely.linearrings(cells / CELLS_PER_M, indices=ring) if len(ring) else np.empty(0, dtype=object)
        return cls(ordered, first, np.asarray(line, dtype=object), area)


def in_sequence(after: Ints, half: Ints) -> tuple[Ints, Ints]:
    """List some half-edges cycle by cycle, each in the order of ``after``; return them and the first row of each cycle.

    Cycles begin with their smallest half-edge. How far each half-edge is from it is found by jumps that double.
    """
    head = cycles(after)
    heads = half[head[half] == half]
    count = np.bincount(head[half], minlength=len(after))
    steps = np.ones(len(after), dtype=np.int64)
    jump = after.copy()
    steps[heads], jump[heads] = 0, heads
    for _ in range(int(count.max(initial=1)).bit_length()):
        steps[half], jump[half] = steps[half] + steps[jump[half]], jump[jump[half]]
    first = np.cumsum(count[heads]) - count[heads]
    place = np.zeros(len(after), dtype=np.int64)
    place[heads] = first
    head = head[half]
    ordered = np.empty(len(half), dtype=np.int64)
    ordered[place[head] + (count[head] - steps[half]) % count[head]] = half
    return ordered, first


def assembled(rings: Rings, walk: Ints, net: Net, *, round_all: bool) -> tuple[Geometries, Ints]:
    """Make polygons from rings: the ring that has its face inside is the shell, the others of its walk are holes.

    Walks without a shell go round lines that hang together from outside; they are holes of the face that holds those
    lines, the smallest one that does. With ``round_all`` one such walk of each group goes round all of it, and is no
    hole.

    Returns
    -------
    tuple
        Polygons, and the polygon of each walk, `OUTSIDE` where there is none.
    """
    shell = np.flatnonzero(rings.area > 0)
    of_walk = np.full(int(walk.max(initial=-1)) + 1, OUTSIDE, dtype=np.int64)
    of_walk[walk[shell]] = np.arange(len(shell))
    loose = np.unique(walk[of_walk[walk] == OUTSIDE])
    if len(loose):
        of_walk[loose] = holders(rings, walk, loose, shell, net, spared=int(round_all))
    hole = np.flatnonzero((rings.area < 0) & (of_walk[walk] >= 0))
    polygon = of_walk[walk[hole]]
    ring = np.concatenate([shell, hole])
    order = np.argsort(np.concatenate([np.arange(len(shell)), polygon]), kind="stable")
    index = np.concatenate([np.arange(len(shell)), polygon])[order]
    made = shapely.polygons(rings.line[ring[order]], indices=index) if len(shell) else np.empty(0, dtype=object)
    return np.asarray(made, dtype=object), of_walk


def holders(rings: Rings, walk: Ints, loose: Ints, shell: Ints, net: Net, *, spared: int) -> Ints:
    """Return the smallest shell, in the same group of lines, that holds each walk without a shell; or `OUTSIDE`.

    Groups with no more such walks than ``spared`` are not looked at.
    """
    group = net.group[rings.half // 2]
    one = np.full(int(walk.max()) + 1, -1, dtype=np.int64)
    one[walk] = np.arange(len(walk))
    ring = one[loose]
    several = np.bincount(group[ring], minlength=int(group.max()) + 1)
    asking = np.flatnonzero(several[group[ring]] > spared)
    found = np.full(len(loose), OUTSIDE, dtype=np.int64)
    inner = np.flatnonzero(several[group[shell]] > spared)
    if not len(asking) or not len(inner):
        return found
    land = shapely.polygons(rings.line[shell[inner]])
    vertex = net.cells[net.first[rings.half[ring[asking]] // 2]] / CELLS_PER_M
    row, holder = shapely.STRtree(land).query(shapely.points(vertex), predicate="within")
    mates = group[ring[asking[row]]] == group[shell[inner[holder]]]
    row, holder = row[mates], inner[holder[mates]]
    order = np.lexsort([rings.area[shell[holder]], row])
    best = order[group_first(row[order])]
    found[asking[row[best]]] = holder[best]
    return found


def side_by_side(net: Net, left: Ints) -> Adjacency:
    """Pair the faces on both sides of each line, a row a line; ``left`` is the face to the left of each half-edge."""
    one, other = left[0::2], left[1::2]
    return Adjacency(one, other, net.length_m).where((one >= 0) & (other >= 0))


def dissolved(net: Net, left: Ints, group: Ints, size: int) -> Geometries:
    """Trace the land of groups of faces anew: one polygon or multipolygon each.

    Parameters
    ----------
    left
        The face to the left of each half-edge, `OUTSIDE` for none.
    group
        The group of each face, `OUTSIDE` for none.
    size
        How many groups there are.
    """
    held = np.append(group, OUTSIDE)[left]
    traced = trace(net, kept=held[0::2] != held[1::2], wanted=held >= 0)
    half = np.flatnonzero(traced.left >= 0)
    owner = np.zeros(len(traced.polygon), dtype=np.int64)
    owner[traced.left[half]] = held[half]
    return gathered(traced.polygon, owner, size)


def gathered(polygon: Geometries, owner: Ints, size: int) -> Geometries:
    """Collect polygons that do not touch along lines: one polygon or multipolygon an owner."""
    result = np.empty(size, dtype=object)
    order = np.argsort(owner, kind="stable")
    polygon, owner = polygon[order], owner[order]
    alone = np.bincount(owner, minlength=size)[owner] == 1
    result[owner[alone]] = polygon[alone]
    if not alone.all():
        several, local = np.unique(owner[~alone], return_inverse=True)
        result[several] = shapely.multipolygons(polygon[~alone], indices=local)
    return result
