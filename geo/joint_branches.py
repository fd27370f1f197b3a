"""Joint branches: grids with too few party members for a branch of their own, grouped with their neighbours.

A plain question on a graph: share connected grids out into connected groups, each with enough members, as few groups as
can be, none larger than the rule allows. Groups are found component by component, so that a community alone gives what
it gives among all.

Exact up to `MOST_EXACT` grids that hang together, which is nearly always; above, groups are grown, joined and evened
out, and there are at most ``most`` / 2 times the fewest: each has two grids or more, since no grid has enough members
alone, and the fewest have ``most`` each at best.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from geo.arrays import Ints
from geo.edges import Adjacency, components

MOST_EXACT = 8
"""Grids that hang together, up to which the fewest groups are found for certain: 2^8 sets, a few milliseconds."""


def joint_branches(members: Ints, pairs: Adjacency, least: Ints, most: Ints) -> Ints:
    """Group grids so that each group reaches ``least`` members, with the fewest groups.

    Of the ways with as few groups the one whose groups are most alike in size, then the one with the least distances
    between neighbours in one group, then the one that keeps low rows together. A group has at most ``most`` grids;
    where the land leaves no other way, one more, and so on.

    Parameters
    ----------
    members
        (n,) party members of each grid, each fewer than ``least``.
    pairs
        Which grids are neighbours, each pair once, and how far apart they are, metres.
    least, most
        (n,) the least members of a group, and its most grids; the same for grids that hang together.

    Returns
    -------
    Ints
        (n,) a number for each group; -1 where all grids that hang together have fewer than ``least`` members.

    Examples
    --------
    >>> row = Adjacency(np.array([0, 1, 3]), np.array([1, 2, 4]), np.zeros(3))
    >>> joint_branches(np.array([1, 1, 1, 1, 1]), row, np.full(5, 3), np.full(5, 5)).tolist()
    [0, 0, 0, -1, -1]
    """
    size = len(members)
    count, whole = components(size, pairs)
    enough = np.bincount(whole, weights=members, minlength=count)[whole] >= least
    group = np.where(enough, whole, -1)
    large = np.bincount(whole, minlength=count)[whole] > most
    for number in np.unique(whole[enough & large]):  # a search for each; few components are as large
        rows = np.flatnonzero(whole == number)
        inside = whole[pairs.left] == number
        graph = Graph.of(members, rows, pairs.where(inside))
        bounds = int(least[rows[0]]), int(most[rows[0]])
        found = fewest(graph, *bounds) if len(rows) <= MOST_EXACT else grown(graph, *bounds)
        for place, nodes in enumerate(found):
            group[rows[nodes]] = count + place
        count += len(found)
    return group


@dataclass(frozen=True)
class Graph:
    """Grids that hang together: party members, neighbours and how far apart they are, by place."""

    members: tuple[int, ...]
    near: tuple[dict[int, int], ...]
    """Of each node, its neighbours and the metres between."""

    @classmethod
    def of(cls, members: Ints, rows: Ints, pairs: Adjacency) -> Graph:
        """Take some rows, ascending, and the pairs among them."""
        near: tuple[dict[int, int], ...] = tuple({} for _ in rows)
        one, other = np.searchsorted(rows, pairs.left), np.searchsorted(rows, pairs.right)
        for a, b, apart in zip(one.tolist(), other.tolist(), np.rint(pairs.length).astype(int).tolist(), strict=True):
            near[a][b] = near[b][a] = apart
        return cls(tuple(members[rows].tolist()), near)

    @cached_property
    def masks(self) -> tuple[int, ...]:
        """Return the neighbours of each node as bits."""
        return tuple(sum(1 << node for node in near) for near in self.near)

    def sets(self) -> Iterator[int]:
        """Yield all connected sets of nodes, as bits."""
        for nodes in range(1, 1 << len(self.members)):
            reached = frontier = nodes & -nodes
            while frontier:
                node = frontier.bit_length() - 1
                new = self.masks[node] & nodes & ~reached
                reached |= new
                frontier = frontier & ~(1 << node) | new
            if reached == nodes:
                yield nodes

    def apart_m(self, nodes: list[int]) -> int:
        """Add up the distances between neighbours among some nodes."""
        inside = set(nodes)
        return sum(apart for node in nodes for other, apart in self.near[node].items() if other in inside) // 2


def nodes_of(mask: int) -> list[int]:
    """List the nodes of a set given as bits.

    >>> nodes_of(0b1101)
    [0, 2, 3]
    """
    return [node for node in range(mask.bit_length()) if mask >> node & 1]


Cost = tuple[int, int, int, tuple[int, ...]]
"""Groups, sum of their sizes squared, distances inside them, and the groups as bits: less is better."""


def fewest(graph: Graph, least: int, most: int) -> list[list[int]]:
    """Find the best groups of a small graph by trying every set; each connected group that reaches ``least`` counts."""
    sizes = range(most, len(graph.members) + 1)
    able = [mask for mask in graph.sets() if sum(graph.members[node] for node in nodes_of(mask)) >= least]
    apart = {mask: graph.apart_m(nodes_of(mask)) for mask in able}
    best = next(found for size in sizes if (found := cover(able, apart, len(graph.members), size)))
    return [nodes_of(mask) for mask in best]


def cover(able: list[int], apart: dict[int, int], size: int, most: int) -> tuple[int, ...]:
    """Return the cheapest exact cover of all nodes by groups of at most ``most``; nothing where there is none."""
    starting: dict[int, list[int]] = {}
    for mask in able:
        if mask.bit_count() <= most:
            starting.setdefault(mask & -mask, []).append(mask)
    best: dict[int, Cost | None] = {0: (0, 0, 0, ())}

    def cost(left: int) -> Cost | None:
        if left not in best:
            ways = []
            for mask in starting.get(left & -left, ()):
                rest = cost(left & ~mask) if mask & ~left == 0 else None
                if rest is not None:
                    count, squares, metres, groups = rest
                    ways.append((count + 1, squares + mask.bit_count() ** 2, metres + apart[mask], (mask, *groups)))
            best[left] = min(ways, default=None)
        return best[left]

    found = cost((1 << size) - 1)
    return found[3] if found else ()


def grown(graph: Graph, least: int, most: int) -> list[list[int]]:
    """Group a large graph: grow groups from its rim, then join those with too few members, or grids, to a neighbour."""
    count = len(graph.members)
    target = -(-count // -(-count // most))
    group = [-1] * count
    groups: list[list[int]] = []
    free = set(range(count))
    while free:
        seed = min(free, key=lambda node: (sum(other in free for other in graph.near[node]), node))
        nodes = grow(graph, seed, free, target)
        for node in nodes:
            group[node] = len(groups)
        groups.append(nodes)
        free -= set(nodes)
    while pair := next_to_join(graph, groups, group, least, most):
        kept, given = pair
        for node in groups[given]:
            group[node] = kept
        groups[kept] += groups[given]
        groups[given] = []
    return sorted(sorted(nodes) for nodes in groups if nodes)


def grow(graph: Graph, seed: int, free: set[int], target: int) -> list[int]:
    """Add the nearest free neighbours to a node, one by one; of those as near, the one with the fewest ways out."""
    nodes = [seed]
    while len(nodes) < target:
        offered: dict[int, int] = {}
        for node in nodes:
            for other, apart in graph.near[node].items():
                if other in free and other not in nodes:
                    offered[other] = min(apart, offered.get(other, apart))
        if not offered:
            break
        nodes.append(min(offered, key=lambda node: (offered[node], sum(o in free for o in graph.near[node]), node)))
    return nodes


def next_to_join(
    graph: Graph, groups: list[list[int]], group: list[int], least: int, most: int
) -> tuple[int, int] | None:
    """Choose two neighbouring groups to join: one with too few members, or two that are small enough together."""
    ways = []
    for number, nodes in enumerate(groups):
        short = sum(graph.members[node] for node in nodes) < least
        for other in {group[near] for node in nodes for near in graph.near[node]} - {number}:
            together = len(nodes) + len(groups[other])
            if nodes and (short or together <= most):
                ways.append((not short, together, min(groups[other]), min(nodes), other, number))
    return min(ways)[4:] if ways else None
