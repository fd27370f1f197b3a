"""What became of each grid between two states of a plan, and which land and households changed hands."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely

from geo.edits.carve import carve_grid
from geo.edits.ground import Buildings, Ground
from geo.edits.merge import merge_grids
from geo.edits.reshape import reshape_grids
from geo.edits.retag import retag_grid
from geo.edits.split import split_grid
from geo.edits.vertices import insert_vertex
from geo.plans.comparing import FATES, Comparison, compare
from tests.geo.edits.grounds import cell, edited, fresh, ground, line
from tests.geo.edits.test_replacing import history
from tests.geo.sketching import CELL_M, SOUTH, WEST


def compared(before: Ground, after: Ground) -> Comparison:
    differ = [
        [grid for code, grid in one.grids.items() if other.grids.get(code) is not grid]
        for one, other in ((before, after), (after, before))
    ]
    return compare(*differ, before.buildings)


def fates(found: Comparison) -> dict[str, str]:
    return {(row.new or row.old).code: row.fate for row in found.grids}


def hands(found: Comparison) -> dict[tuple[str, str], tuple[float, int | None]]:
    return {(row.old, row.new): (round(row.area_m2), row.households) for row in found.changed_hands}


def assert_adds_up(found: Comparison) -> None:
    """The shares of each old grid add up to one, and nobody is lost on the way."""
    for row in found.grids:
        if row.old is None:
            continue
        mine = [passed for passed in found.crosswalk if passed.old_id == row.old.grid_id]
        assert sum(passed.area_share for passed in mine) == pytest.approx(1, abs=1e-9)
        if row.old.households is None:
            assert {passed.household_share for passed in mine} == {None}
            assert {passed.households for passed in mine} == {None}
        else:
            assert sum(passed.household_share for passed in mine) == pytest.approx(1, abs=1e-9)
            assert sum(passed.households for passed in mine) == row.old.households


# fates


def test_a_border_moved_between_two_grids_moves_both():
    before = ground("ab", households=90)
    found = compared(before, edited(before, reshape_grids(["a", "b"], line((1, 0), (0.5, 0.5), (1, 1)))))
    assert fates(found) == {"a": "moved", "b": "moved"}
    assert hands(found) == {("a", "b"): (2500, 22)}
    assert_adds_up(found)


def test_a_split_grid_and_its_parts_are_split():
    before = ground("ab", households=90)
    found = compared(before, edited(before, split_grid("a", line((0.3, -1), (0.3, 2)), fresh=fresh())))
    assert fates(found) == {"a": "split", "new1": "split"}
    assert hands(found) == {("a", "new1"): (3000, 27)}
    assert_adds_up(found)


def test_merged_grids_are_merged_the_one_that_stays_and_the_one_that_goes():
    before = ground("abc")
    found = compared(before, edited(before, merge_grids(["a", "b"], keep="b")))
    assert fates(found) == {"a": "merged", "b": "merged"}
    assert hands(found) == {("a", "b"): (10000, None)}
    assert_adds_up(found)


def test_what_a_grid_says_is_told_apart_from_the_land_it_holds():
    before = ground("ab")
    after = edited(
        before,
        retag_grid("a", name="东区", management_type="key_attention"),
        retag_grid("b", name="西区"),
        split_grid("b", line((1.5, -1), (1.5, 2)), fresh=fresh()),
    )
    found = compared(before, after)
    assert fates(found) == {"a": "retagged", "b": "split", "new1": "split"}
    assert {row.old.code: row.said for row in found.grids if row.old} == {
        "a": ("name", "management_type"),
        "b": ("name",),
    }


def test_a_grid_that_only_got_a_vertex_is_the_same():
    before = ground("ab")
    found = compared(before, edited(before, insert_vertex(cell(1, 0.5))))
    assert fates(found) == {"a": "same", "b": "same"}
    assert not found.changed_hands
    assert_adds_up(found)


def test_land_that_came_to_the_plan_or_left_it_is_new_or_retired():
    old, new = ground("ab").grids, ground("a.c").grids
    found = compare([old["b"]], [new["c"]], Buildings.none())
    assert fates(found) == {"b": "retired", "c": "new"}
    assert not found.crosswalk


def test_the_same_land_under_another_identity_is_the_same():
    grid = ground("ab").grids["a"]
    found = compare([grid], [replace(grid, grid_id="other")], Buildings.none())
    assert [row.fate for row in found.grids] == ["same", "same"]
    assert hands(found) == {("a", "a"): (10000, None)}


def test_a_grid_both_cut_and_joined_counts_as_split():
    before = ground("abc")
    after = edited(
        before,
        merge_grids(["a", "b"], keep="a"),
        carve_grid(line((0.5, 0.5), (1.5, 0.5), (1.5, 0.8), (0.5, 0.8), (0.5, 0.5)), fresh=fresh()),
    )
    found = compared(before, after)
    assert fates(found) == {"a": "split", "b": "split", "new1": "split"}
    assert_adds_up(found)


def test_households_go_with_the_buildings_on_the_land():
    places = np.array([[WEST + x * CELL_M, SOUTH + 0.5 * CELL_M] for x in (0.1, 0.9)])
    counts = np.array([[10, 0, 0], [30, 0, 0]])
    before = replace(ground("ab", households=80), buildings=Buildings(shapely.points(places), counts))
    found = compared(before, edited(before, split_grid("a", line((0.3, -1), (0.3, 2)), fresh=fresh())))
    assert hands(found) == {("a", "new1"): (3000, 20)}
    assert_adds_up(found)


# whatever was edited


@pytest.mark.parametrize("seed", range(4))
def test_whatever_was_edited_the_shares_add_up_and_the_land_is_where_points_fall(seed: int):
    town, changes = history(seed, 25)
    after = changes[-1].ground
    found = compared(town, after)
    assert_adds_up(found)
    assert {row.fate for row in found.grids} <= set(FATES) - {"new", "retired"}
    assert {row.old.code for row in found.grids if row.fate == "moved"} <= set(after.grids)
    passed = {(row.old, row.new) for row in found.crosswalk}
    rng = np.random.default_rng(seed)
    for _ in range(200):
        code, grid = list(town.grids.items())[rng.integers(len(town.grids))]
        point = shapely.Point(rng.uniform(grid.polygon.bounds[:2], grid.polygon.bounds[2:]))
        if not grid.polygon.buffer(-0.01).contains(point):
            continue
        [now] = [now for now in after.grids.values() if now.polygon.intersects(point)]
        assert (code, now.code) in passed or now is grid
