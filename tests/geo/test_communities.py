"""Communities that overlap, leave holes or hardly match become a partition, with a record."""

from __future__ import annotations

import pytest
import shapely

from geo.errors import InputError
from tests.geo.sketching import CELL_M, SOUTH, WEST, assert_partition, holders, one_grid, square


def box(x0, y0, x1, y1):
    return shapely.box(WEST + x0, SOUTH + y0, WEST + x1, SOUTH + y1)


def repairs(grid):
    return grid.repairs[grid.repairs["layer"] == "community"]


def test_where_communities_overlap_the_smaller_holds_the_land_and_the_change_is_recorded():
    grid = one_grid({"A": square(0, 0, 3), "B": square(2, 0, 2)}, compound="....")
    assert holders(grid) == {"1/nobody": 2, "2/nobody": 2}
    row = repairs(grid).iloc[0]
    assert (row["source_id"], row["problem"], row["action"]) == (
        "A",
        "overlaps another community",
        "land stays with 530102001002",
    )
    assert row["changed_m2"] == pytest.approx(1e4)
    assert row.geometry.equals(square(2, 0))


def test_an_enclosed_hole_narrower_than_the_sliver_width_is_filled_and_recorded():
    left = shapely.difference(square(0, 0, 1, 3), box(CELL_M - 1.5, 50, CELL_M, 250))
    grid = one_grid({"A": left, "B": square(1, 0, 1, 3)}, compound={"c": square(0, 0)})
    assert_partition(grid, square(0, 0, 2, 3))
    row = repairs(grid).iloc[0]
    assert (row["problem"], row["changed_m2"]) == ("hole narrower than the sliver width", pytest.approx(300))
    assert "no_community" not in set(grid.gaps["kind"])


def test_a_wider_hole_is_a_no_community_gap():
    left = shapely.difference(square(0, 0, 1, 3), box(CELL_M - 10, 50, CELL_M, 250))
    grid = one_grid({"A": left, "B": square(1, 0, 1, 3)}, compound={"c": square(0, 0, 2, 2)})
    gap = grid.gaps.set_index("kind").loc["no_community"]
    assert gap["area_m2"] == pytest.approx(2000)
    assert gap.geometry.equals(box(CELL_M - 10, 50, CELL_M, 250))
    assert shapely.union_all(grid.grids.geometry).area == pytest.approx(6e4 - 2000)
    assert_partition(grid)


def test_a_gap_around_an_enclave_is_filled_though_the_enclave_is_wide():
    outer = shapely.difference(square(0, 0, 5, 5), square(1, 1, 3, 3))
    grid = one_grid(
        {"A": outer, "B": square(1, 1, 3, 3).buffer(-0.4, join_style="mitre")}, compound={"c": square(0, 0)}
    )
    assert_partition(grid, square(0, 0, 5, 5))


def test_an_inlet_open_at_one_side_stays():
    left = shapely.difference(square(0, 0, 1, 3), box(CELL_M - 1.5, 50, CELL_M, 300))
    grid = one_grid({"A": left, "B": square(1, 0, 1, 3)}, compound={"c": square(1, 0)})
    assert shapely.union_all(grid.grids.geometry).area == pytest.approx(6e4 - 375)


def test_borders_with_vertices_on_one_side_only_are_matched():
    right = shapely.segmentize(square(1, 0, 1, 3), 7.0)
    grid = one_grid({"A": square(0, 0, 1, 3), "B": right}, compound={"c": square(0, 0, 2, 1)})
    assert_partition(grid, square(0, 0, 2, 3))


def test_a_community_whose_land_smaller_ones_hold_is_refused():
    with pytest.raises(InputError, match="smaller communities hold all land of community 530102001001"):
        one_grid({"A": square(0, 0, 2), "B": square(0, 0), "C": square(1, 0)}, compound="aa")


def test_an_enclave_that_belongs_to_no_town_is_a_hole_not_a_grid():
    ring = shapely.difference(square(0, 0, 3, 3), square(1, 1))
    grid = one_grid({"A": ring}, compound={"a": square(0, 0, 3, 3)})
    assert holders(grid) == {"1/compound:a": 8}
    assert grid.gaps[grid.gaps["kind"] == "no_community"]["area_m2"].tolist() == [1e4]
