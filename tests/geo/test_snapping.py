"""Snap rounding of segments that stay known."""

from __future__ import annotations

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.snapping import snap_round

HALF_DIAGONAL = 0.7072

coordinate = st.integers(0, 30)
segment = st.tuples(coordinate, coordinate, coordinate, coordinate).filter(lambda ends: ends[:2] != ends[2:])


@given(st.lists(segment, min_size=1, max_size=14))
def test_pieces_meet_at_vertices_only_and_stay_by_their_segment(drawn: list):
    segments = np.array(drawn, dtype=np.int64)
    pieces, row = snap_round(segments)
    for number, ends in enumerate(segments):
        mine = pieces[row == number]
        assert (mine[0, :2] == ends[:2]).all()
        assert (mine[-1, 2:] == ends[2:]).all()
        assert (mine[1:, :2] == mine[:-1, 2:]).all()
        chain = shapely.linestrings(np.concatenate([mine[:1, :2], mine[:, 2:]]))
        assert shapely.hausdorff_distance(chain, shapely.linestrings(ends.reshape(2, 2))) <= HALF_DIAGONAL
    turned = (pieces[:, :2] > pieces[:, 2:])[:, 0] | ((pieces[:, 0] == pieces[:, 2]) & (pieces[:, 1] > pieces[:, 3]))
    once = np.unique(np.where(turned[:, None], pieces[:, [2, 3, 0, 1]], pieces), axis=0)
    lines = shapely.linestrings(once.reshape(-1, 2, 2).astype(np.float64))
    one, other = shapely.STRtree(lines).query(lines, predicate="intersects")
    for left, right in zip(one[one < other], other[one < other], strict=True):
        meet = shapely.intersection(lines[left], lines[right])
        ends = set(map(tuple, once[left].reshape(2, 2).tolist())) & set(map(tuple, once[right].reshape(2, 2).tolist()))
        assert meet.geom_type == "Point"
        assert meet.coords[0] in ends


def test_far_from_the_origin_nothing_is_lost():
    away = np.array([38_500_000_000, 3_400_000_000] * 2)
    segments = np.array([[0, 0, 9_999_999, 10_000_001], [0, 10_000_000, 10_000_000, 0]])
    near, _ = snap_round(segments)
    far, _ = snap_round(segments + away)
    assert (far - away == near).all()


def test_nothing_gives_nothing():
    pieces, row = snap_round(np.empty((0, 4), dtype=np.int64))
    assert (len(pieces), len(row)) == (0, 0)
