"""Faces traced from lines, beside those that GEOS finds in the same lines."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.noding import collect, node
from geo.tracing import OUTSIDE, Net, Traced, gathered, trace

PICTURES = {
    "one square": "MULTILINESTRING ((0 0, 2 0, 2 2, 0 2, 0 0))",
    "two squares side by side": "MULTILINESTRING ((0 0, 4 0, 4 2, 0 2, 0 0), (2 0, 2 2))",
    "a line that ends in the land": "MULTILINESTRING ((0 0, 4 0, 4 4, 0 4, 0 0), (2 0, 2 2))",
    "a line between two islands": "MULTILINESTRING ((0 0, 1 0, 1 1, 0 1, 0 0), (1 1, 3 3), (3 3, 4 3, 4 4, 3 4, 3 3))",
    "a court in a court in a court": (
        "MULTILINESTRING ((0 0, 9 0, 9 9, 0 9, 0 0), (1 1, 8 1, 8 8, 1 8, 1 1), (2 2, 7 2, 7 7, 2 7, 2 2))"
    ),
    "an island that touches the shore": "MULTILINESTRING ((0 0, 9 0, 9 9, 0 9, 0 0), (0 0, 4 2, 2 4, 0 0))",
    "an island that touches the shore twice": "MULTILINESTRING ((0 0, 9 0, 9 9, 0 9, 0 0), (0 0, 9 9, 2 8, 0 0))",
    "a chain of islands": (
        "MULTILINESTRING ((0 0, 9 0, 9 9, 0 9, 0 0), (1 1, 3 2, 2 3, 1 1), (3 2, 5 2, 5 4, 3 2), (5 4, 7 5, 6 7, 5 4))"
    ),
    "a figure of eight": "MULTILINESTRING ((0 0, 2 2, 4 0, 4 4, 2 2, 0 4, 0 0))",
    "two squares apart": "MULTILINESTRING ((0 0, 2 0, 2 2, 0 2, 0 0), (5 5, 7 5, 7 7, 5 7, 5 5))",
    "nothing": "MULTILINESTRING EMPTY",
}


def lines(picture: str) -> np.ndarray:
    return node(np.array([shapely.from_wkt(picture)]), exact=True)


def by_geos(noded: np.ndarray) -> list[str]:
    return sorted(map(written, shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))))


def written(polygon: shapely.Geometry) -> str:
    return shapely.to_wkt(shapely.normalize(polygon), rounding_precision=3)


@pytest.mark.parametrize("picture", PICTURES.values(), ids=PICTURES)
def test_the_faces_are_those_that_geos_finds(picture: str):
    noded = lines(picture)
    assert sorted(map(written, trace(Net.of(noded)).polygon)) == by_geos(noded)


@pytest.mark.parametrize("picture", PICTURES.values(), ids=PICTURES)
def test_each_half_edge_has_its_face_on_the_left(picture: str):
    assert_faces_on_the_left(Net.of(lines(picture)))


def assert_faces_on_the_left(net: Net) -> Traced:
    """Step a little to the left of the middle of each line, both ways, and see whose land it is."""
    traced = trace(net)
    for half in np.flatnonzero(np.repeat(traced.kept, 2)):
        (ax, ay), (bx, by) = net.cells[net.first[half // 2]][:2], net.cells[net.first[half // 2] + 1]
        if half % 2:
            ax, ay, bx, by = bx, by, ax, ay
        point = shapely.Point(((ax + bx) / 2 - (by - ay) * 1e-4) / 1000, ((ay + by) / 2 + (bx - ax) * 1e-4) / 1000)
        holders = np.flatnonzero(shapely.contains(traced.polygon, point)) if len(traced.polygon) else []
        assert list(holders) == ([traced.left[half]] if traced.left[half] != OUTSIDE else [])
    return traced


def test_lines_that_bound_nothing_are_not_kept():
    assert trace(Net.of(lines(PICTURES["a line between two islands"]))).kept.tolist().count(False) == 1


def test_groups_are_traced_alone():
    squares = np.array([shapely.box(0, 0, 2, 2).exterior, shapely.box(1, 1, 3, 3).exterior])
    traced = trace(Net.of(node(collect(squares, np.array([0, 1]), 3), exact=True)))
    assert traced.group.tolist() == [0, 1]
    assert [polygon.bounds for polygon in traced.polygon] == [(0, 0, 2, 2), (1, 1, 3, 3)]


def test_lines_on_one_another_tangle_their_group():
    twice = shapely.from_wkt("MULTILINESTRING ((0 0, 2 0, 2 2, 0 0), (0 0, 1 0, 1 2, 0 0))")
    alone = shapely.from_wkt("MULTILINESTRING ((0 0, 2 0, 2 2, 0 0))")
    assert Net.of(np.array([alone, twice])).tangled.tolist() == [1]


def test_vertices_that_fall_together_on_the_grid_become_nodes():
    near = shapely.from_wkt("MULTILINESTRING ((0 0, 2 2, 4 0), (0 4, 2 2.0004, 4 4), (0 0, 0 4), (4 0, 4 4))")
    assert len(trace(Net.of(np.array([near]))).polygon) == 2


coordinate = st.integers(0, 12)
segment = st.tuples(coordinate, coordinate, coordinate, coordinate).filter(lambda s: s[:2] != s[2:])


@given(st.lists(segment, min_size=3, max_size=40), st.integers(0, 2**32 - 1))
def test_random_lines_give_the_faces_that_geos_finds_and_dissolve_as_by_union(drawn: list, seed: int):
    segments = np.array(drawn, dtype=np.float64).reshape(-1, 2, 2) / 10
    noded = node(collect(shapely.linestrings(segments), np.zeros(len(drawn), dtype=np.int64), 1), exact=True)
    net = Net.of(noded)
    traced = assert_faces_on_the_left(net)
    assert sorted(map(written, traced.polygon)) == by_geos(noded)
    owner = np.random.default_rng(seed).integers(-1, 3, len(traced.polygon))  # some faces are nobody's
    held = np.append(owner, OUTSIDE)[traced.left]
    land = trace(net, kept=held[0::2] != held[1::2], wanted=held >= 0)
    half = np.flatnonzero(land.left >= 0)
    of_land = np.zeros(len(land.polygon), dtype=np.int64)
    of_land[land.left[half]] = held[half]
    for number, polygon in enumerate(gathered(land.polygon, of_land, 3)):
        expected = shapely.union_all(traced.polygon[owner == number]) if len(owner) else shapely.Polygon()
        if polygon is None:
            assert expected.is_empty
        else:
            assert polygon.is_valid
            assert shapely.symmetric_difference(polygon, expected).area < 1e-9
