"""A partition can't be built broken."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.edges import Edges
from geo.errors import PartitionError
from geo.partition import Outline, Partition
from tests.geo.sketching import SOUTH, WEST, sketch, square

NO_HOLES = np.empty(0, dtype=object)


def partition(*polygons, codes=None, holes=NO_HOLES):
    code = np.array(codes or [f"g{number}" for number in range(len(polygons))], dtype=object)
    return Partition.of(code, code, np.array(polygons, dtype=object), np.array(holes, dtype=object))


def test_squares_that_share_edges_are_a_partition():
    assert len(partition(*sketch("aab\nacb").values())) == 3


def test_jurisdictions_of_several_parts_that_touch_at_a_corner_are_fine():
    assert len(partition(square(0, 0), square(1, 1), square(5, 5))) == 3


@pytest.mark.parametrize(
    ("polygons", "says"),
    [
        ((square(0, 0, 2), square(1, 0, 2)), "uncancelled borders"),
        ((square(0, 0), square(0.5, 0.5, 0.2, 0.2)), "uncancelled borders"),
        ((square(0, 0), square(0, 0)), "uncancelled borders"),
        ((square(0, 0, 2), square(0, 1), square(1, 1)), "uncancelled borders"),
        ((square(0, 0), square(1.00001, 0)), None),
        ((shapely.difference(square(0, 0, 3, 3), square(1, 1)),), "uncancelled borders 4 edges"),
        ((shapely.Polygon(),), "empty g0"),
        (
            (shapely.Polygon([(WEST, SOUTH), (WEST + 1, SOUTH + 1), (WEST + 1, SOUTH), (WEST, SOUTH + 1)]),),
            "invalid g0",
        ),
        ((shapely.transform(square(0, 0), lambda xy: xy + 0.0004),), "off the grid g0"),
    ],
)
def test_anything_else_is_refused_with_the_grids_named(polygons, says):
    if says is None:
        assert partition(*polygons)
        return
    with pytest.raises(PartitionError, match=says):
        partition(*polygons)


def test_a_vertex_that_only_one_neighbour_has_is_refused():
    bent = shapely.segmentize(square(1, 0), 50.0)
    assert shapely.union(square(0, 0), bent).area == 2e4
    with pytest.raises(PartitionError, match="uncancelled"):
        partition(square(0, 0), bent)


def test_codes_that_repeat_are_refused():
    with pytest.raises(PartitionError, match="repeated codes x"):
        partition(square(0, 0), square(1, 0), codes=["x", "x"])


def test_a_known_hole_is_allowed_and_found():
    ring = np.array([shapely.difference(square(0, 0, 3, 3), square(1, 1))], dtype=object)
    assert partition(*ring, holes=[square(1, 1)])
    assert Outline.of(Edges.of(ring)).holes[0].equals(square(1, 1))


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_the_proof_agrees_with_geos_on_partitions_broken_at_random(seed):
    rng = np.random.default_rng(seed)
    points = shapely.multipoints(np.rint(rng.uniform(0, 1e5, (12, 2))) / 1000)
    cells = shapely.get_parts(shapely.voronoi_polygons(points, extend_to=shapely.box(0, 0, 100, 100)))
    lines = shapely.union_all(shapely.boundary(cells), grid_size=0.001)
    polygons = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines)))
    if rng.random() < 0.7:  # move one vertex of one cell by a cell of the grid or more
        broken = int(rng.integers(len(polygons)))
        xy = shapely.get_coordinates(polygons[broken])
        xy[int(rng.integers(1, len(xy) - 1))] += rng.choice([0.001, -0.001, 0.5], 2)
        polygons[broken] = shapely.Polygon(np.rint(xy * 1000) / 1000)
    if not shapely.is_valid(polygons).all():
        return
    expected = (
        bool(shapely.coverage_is_valid(polygons))
        and not shapely.get_num_interior_rings(shapely.get_parts(shapely.union_all(polygons))).any()
    )
    try:
        partition(*polygons)
        proven = True
    except PartitionError:
        proven = False
    assert proven == expected
