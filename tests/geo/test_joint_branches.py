"""Joint branches: the fewest groups, against trying every way to share grids out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.edges import Adjacency
from geo.joint_branches import MOST_EXACT, joint_branches


def grouped(members, pairs, *, least=3, most=5, apart=None):
    """Group grids; return the groups as sorted lists, and those left over."""
    left, right = (np.array([pair[end] for pair in pairs], dtype=np.int64) for end in (0, 1))
    length = np.zeros(len(pairs)) if apart is None else np.array(apart, dtype=float)
    size = len(members)
    group = joint_branches(
        np.array(members, dtype=np.int64),
        Adjacency(left, right, length),
        np.full(size, least),
        np.full(size, most),
    )
    groups = sorted(np.flatnonzero(group == number).tolist() for number in set(group.tolist()) - {-1})
    return groups, np.flatnonzero(group == -1).tolist()


def row(count):
    return [(place, place + 1) for place in range(count - 1)]


def reached(start, pairs, among=None):
    """Return the nodes that hang together with one, as a sorted tuple."""
    found, todo = {start}, [start]
    while todo:
        node = todo.pop()
        for a, b in [*pairs, *((b, a) for a, b in pairs)]:
            if a == node and b not in found and (among is None or b in among):
                found.add(b)
                todo.append(b)
    return tuple(sorted(found))


def hangs_together(nodes, pairs):
    return reached(nodes[0], pairs, nodes) == tuple(sorted(nodes))


def partitions(nodes):
    """Yield every way to share nodes out into groups."""
    if not nodes:
        yield []
        return
    first, *rest = nodes
    for ways in partitions(rest):
        yield [[first], *ways]
        for place, group in enumerate(ways):
            yield [*ways[:place], [first, *group], *ways[place + 1 :]]


@pytest.mark.parametrize(("members", "together"), [([1, 1], False), ([1, 2], True), ([2, 2], True)])
def test_two_neighbours_join_from_three_members_on(members, together):
    """1 + 1 = 2 < 3; 1 + 2 = 3 ≥ 3."""
    assert grouped(members, row(2)) == (([[0, 1]], []) if together else ([], [0, 1]))


def test_grids_that_are_not_neighbours_do_not_join():
    assert grouped([2, 2, 1, 2], [(2, 3)]) == ([[2, 3]], [0, 1])


def test_five_grids_are_one_branch_though_two_would_have_members_enough():
    """2 + 2 ≥ 3 and 2 + 2 + 2 ≥ 3 would be two organisations; the fewest is one."""
    assert grouped([2, 2, 2, 2, 2], row(5)) == ([[0, 1, 2, 3, 4]], [])


def test_six_grids_are_two_branches_of_three_rather_than_four_and_two():
    assert grouped([1, 1, 1, 1, 1, 1], row(6)) == ([[0, 1, 2], [3, 4, 5]], [])


def test_a_branch_is_larger_than_the_rule_where_the_land_leaves_no_other_way():
    """Six grids around one: any group without the middle is a single grid of one member."""
    around = [(0, place) for place in range(1, 7)]
    assert grouped([1] * 7, around) == ([[0, 1, 2, 3, 4, 5, 6]], [])


def test_of_ways_with_as_few_and_as_equal_groups_the_nearest_join():
    """Six in a ring: 012 | 345, 123 | 450 and 234 | 501 are alike but for the distances inside the groups.

    Pairs 01, 12, 23, 34, 45, 50 are 9, 1, 1, 9, 1, 1 m apart: 123 | 450 adds up to 1 + 1 + 1 + 1 = 4 m, the others to
    9 + 1 + 9 + 1 = 20 m.
    """
    ring = [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (0, 5)]
    assert grouped([1] * 6, ring, apart=[9, 1, 1, 9, 1, 1]) == ([[0, 4, 5], [1, 2, 3]], [])


@st.composite
def graphs(draw, most_nodes):
    size = draw(st.integers(1, most_nodes))
    members = draw(st.lists(st.integers(1, 2), min_size=size, max_size=size))
    every = [(a, b) for a in range(size) for b in range(a + 1, size)]
    pairs = draw(st.lists(st.sampled_from(every), unique=True, max_size=14)) if every else []
    return members, sorted(pairs)


@given(graphs(7), st.integers(2, 5))
@settings(max_examples=150, deadline=None, derandomize=True)
def test_small_graphs_get_the_fewest_and_most_equal_groups_of_all_ways(graph, most):
    members, pairs = graph
    groups, left_over = grouped(members, pairs, most=most)
    assert sorted(node for group in [*groups, left_over] for node in group) == list(range(len(members)))
    for whole in {reached(node, pairs) for node in range(len(members))}:
        mine = [group for group in groups if set(group) <= set(whole)]
        if sum(members[node] for node in whole) < 3:
            assert not mine
            assert set(whole) <= set(left_over)
            continue
        able = [
            ways
            for ways in partitions(list(whole))
            if all(hangs_together(g, pairs) and sum(members[n] for n in g) >= 3 for g in ways)
        ]
        size = max(most, min(max(map(len, ways)) for ways in able))
        able = [ways for ways in able if max(map(len, ways)) <= size]
        count = min(map(len, able))
        squares = min(sum(len(g) ** 2 for g in ways) for ways in able if len(ways) == count)
        assert all(hangs_together(group, pairs) for group in mine)
        assert all(sum(members[node] for node in group) >= 3 for group in mine)
        assert (max(map(len, mine)) <= size, len(mine)) == (True, count)
        assert sum(len(group) ** 2 for group in mine) == squares


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_large_graphs_get_valid_groups_and_at_most_half_as_many_as_grids(seed):
    """Each group has two grids or more, since none has three members alone: at most most / 2 times the fewest."""
    rng = np.random.default_rng(seed)
    size = int(rng.integers(MOST_EXACT + 1, 40))
    tree = [(int(rng.integers(max(0, node - 3), node)), node) for node in range(1, size)]
    more = [(int(a), int(b)) for a, b in np.sort(rng.integers(0, size, (size, 2)), axis=1) if a < b]
    pairs = sorted(set(tree + more))
    members = rng.integers(1, 3, size).tolist()
    groups, left_over = grouped(members, pairs)
    assert not left_over
    assert sorted(node for group in groups for node in group) == list(range(size))
    assert all(hangs_together(group, pairs) and sum(members[n] for n in group) >= 3 for group in groups)
    assert len(groups) <= size / 2
    small = [set(group) for group in groups]
    beside = [(a, b) for a in small for b in small if a is not b and any(x in a and y in b for x, y in pairs)]
    assert all(len(a) + len(b) > 5 for a, b in beside)
