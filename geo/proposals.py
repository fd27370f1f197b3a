"""Which party organisation each grid should have, by the members in it [S3].

Enough members: a branch of its own. Some, but too few: a joint branch with neighbours that have too few as well; where
they do not reach the number together, joined to the nearest neighbour that has a branch of its own; where there is
none, a party group. None: a pioneer service station.

Neighbours are first the grids side by side. Only those who stay alone look across public space, that is over grids
without members: streets, parks, fields. Nothing reaches into another community.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from geo.arrays import Bools, Floats, Geometries, Ints, group_first
from geo.edges import Adjacency, components
from geo.joint_branches import joint_branches
from geo.neighbours import across, reachable, side_by_side

BRANCH, JOINT, GROUP, STATION = range(4)
"""A branch of its own, a joint branch, a party group, a service station."""


@dataclass(frozen=True, eq=False)
class Members:
    """Party members by grid, and the numbers that decide there, (n,) each.

    ``least`` members have a branch of their own; from ``some`` members on a grid has part in a joint branch or a party
    group; a joint branch is of ``most`` grids at most.
    """

    count: Ints
    least: Ints
    some: Ints
    most: Ints

    @property
    def own(self) -> Bools:
        """The grids with members enough for a branch of their own."""
        return np.asarray(self.count >= self.least)

    @property
    def public(self) -> Bools:
        """The grids with nobody to ask: one may look across them."""
        return np.asarray(~self.own & (self.count < self.some))


@dataclass(frozen=True, eq=False)
class Proposal:
    """What each grid should have, (n,) each.

    ``form``: `BRANCH`, `JOINT`, `GROUP` or `STATION`. ``lead``: the grid that names the organisation, the lowest row of
    a joint branch or group, or the grid whose own branch is joined. ``crosses``: whether public space lies between.
    """

    form: Ints
    lead: Ints
    crosses: Bools


@dataclass(frozen=True, eq=False)
class Ways:
    """Who may join whom: ``pairs`` of grids with too few members, and which ``guest`` may join the branch of which
    ``host``, the one with the least ``distance`` first."""

    pairs: Adjacency
    guest: Ints
    host: Ints
    distance: Floats


def propose(members: Members, polygon: Geometries, community: Ints, beside: Adjacency | None = None) -> Proposal:
    """Propose the organisation of each grid.

    Parameters
    ----------
    polygon
        (n,) grids of a partition in the order of their codes: of equal ways, the one of the lowest codes is taken.
        Whole communities, since what a grid should have hangs on its neighbours.
    community
        (n,) a number for each grid's community.
    beside
        The pairs of grids of one community that have a border in common; found where not given.
    """
    form = np.select([members.own, members.public], [BRANCH, STATION], GROUP)
    lead, crosses = np.arange(len(form)), np.zeros(len(form), dtype=np.bool_)
    if beside is None:
        rows = np.flatnonzero(np.isin(community, community[form == GROUP]))
        local = side_by_side(polygon[rows], community[rows])
        beside = local.named(rows)
    for far in (False, True):
        few = form == GROUP
        if not few.any():
            break
        ways = ways_across(polygon, beside, members, few) if far else ways_beside(beside, members, few)
        group = with_others_like_them(members, few, ways)
        grouped = group >= 0
        host = with_a_branch(few & ~grouped, ways)
        hosted = host >= 0
        lead = np.where(grouped, group, np.where(hosted, host, lead))
        form[grouped | hosted] = JOINT
        crosses[grouped | hosted] = far
        if far:
            lead = with_each_other(form == GROUP, ways.pairs, lead)
    return Proposal(form, lead, crosses)


def ways_beside(beside: Adjacency, members: Members, few: Bools) -> Ways:
    """Let grids join those side by side; the longer the common border, the nearer the host."""
    both = few[beside.left] & few[beside.right]
    pairs = Adjacency(beside.left[both], beside.right[both], np.zeros(int(both.sum())))
    one, other = np.concatenate([beside.left, beside.right]), np.concatenate([beside.right, beside.left])
    may = few[one] & members.own[other]
    return Ways(pairs, one[may], other[may], -np.round(np.concatenate([beside.length, beside.length])[may], 3))


def ways_across(polygon: Geometries, beside: Adjacency, members: Members, few: Bools) -> Ways:
    """Let grids join those across public space as well; the nearer land is, the nearer the host."""
    near = ways_beside(beside, members, few).pairs
    far = across(polygon, beside, members.public, few)
    new = ~np.isin(far.left * len(few) + far.right, near.left * len(few) + near.right)
    pairs = Adjacency(*(np.concatenate([a, b[new]]) for a, b in zip(columns(near), columns(far), strict=True)))
    guest, host = reachable(beside, members.public, few, members.own)
    apart = np.round(shapely.distance(polygon[guest], polygon[host]), 3)
    return Ways(pairs, guest, host, apart)


def columns(pairs: Adjacency) -> tuple[Ints, Ints, Floats]:
    """Return the columns of pairs."""
    return pairs.left, pairs.right, pairs.length


def among(pairs: Adjacency, chosen: Bools) -> Adjacency:
    """Return the pairs of which both grids are chosen."""
    return pairs.where(chosen[pairs.left] & chosen[pairs.right])


def lowest(label: Ints, rows: Ints) -> Ints:
    """Return for each label the lowest row that has it; ``rows`` ascend."""
    _, first, group = np.unique(label, return_index=True, return_inverse=True)
    return np.asarray(rows[first][group], dtype=np.int64)


def with_others_like_them(members: Members, few: Bools, ways: Ways) -> Ints:
    """Group grids with too few members; return the lowest row of each grid's group, -1 where it has none."""
    rows = np.flatnonzero(few)
    place = np.cumsum(few) - 1
    group = joint_branches(members.count[rows], ways.pairs.named(place), members.least[rows], members.most[rows])
    lead = np.full(len(few), -1)
    found = group >= 0
    lead[rows[found]] = lowest(group[found], rows[found])
    return lead


def with_a_branch(few: Bools, ways: Ways) -> Ints:
    """Let grids that hang together join one branch, the nearest to any of them; -1 where there is none."""
    _, label = components(len(few), among(ways.pairs, few))
    may = few[ways.guest]
    guest, host, distance = label[ways.guest[may]], ways.host[may], ways.distance[may]
    order = np.lexsort([host, distance, guest])
    first = order[group_first(guest[order])]
    chosen = np.full(len(few), -1)
    chosen[guest[first]] = host[first]
    return np.where(few, chosen[label], -1)


def with_each_other(few: Bools, pairs: Adjacency, lead: Ints) -> Ints:
    """Put grids that hang together, and have no branch to join, in one party group."""
    _, label = components(len(few), among(pairs, few))
    rows = np.flatnonzero(few)
    lead = lead.copy()
    lead[rows] = lowest(label[rows], rows)
    return lead
