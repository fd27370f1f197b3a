"""Two branches of a plan come together where they agree, and are told apart where they do not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
import shapely

from geo.edits.applying import apply
from geo.edits.ground import Edit, Face, Grid, Ground, Record
from geo.edits.lock import lock_grid
from geo.edits.merge import merge_grids
from geo.edits.replacing import replace_grids
from geo.edits.reshape import reshape_grids
from geo.edits.retag import retag_grid
from geo.edits.split import split_grid
from geo.plans.combining import Combination, combine
from tests.geo.edits.grounds import areas, assert_partition, by_mm, cell, drawn_by_mm, edited, fresh, ground, line


def by_id(plan: Ground) -> dict[str, Grid]:
    return {grid.grid_id: grid for grid in plan.grids.values()}


def combined(base: Ground, ours: Ground, theirs: Ground) -> Combination:
    """Combine what differs; the rest is left out."""
    was, mine, yours = by_id(base), by_id(ours), by_id(theirs)
    same = {key for key, grid in was.items() if mine.get(key) is grid and yours.get(key) is grid}
    return combine(
        *([grid for key, grid in grids.items() if key not in same] for grids in (was, mine, yours)),
        ours,
        fresh("redrawn"),
    )


def merged(base: Ground, ours: Ground, theirs: Ground) -> Ground:
    """Combine, without a conflict."""
    found = combined(base, ours, theirs)
    assert not found.conflicts
    change = apply(ours, found.edit)
    assert_partition(change.ground, base)
    at_once = apply(ours, replace_grids(found.put, found.drop)).ground
    assert set(at_once.grids) == set(change.ground.grids)
    return change.ground


def holding(grid: Grid, land: shapely.Polygon) -> Grid:
    """Return a grid with other land, as one face."""
    return replace(grid, polygon=land, faces=(replace(grid.faces[0], polygon=land),))


# clean


def test_edits_in_different_places_both_come():
    base = ground("abcd", households=8)
    ours = edited(base, reshape_grids(["a", "b"], line((1, 0), (0.5, 0.5), (1, 1))))
    theirs = edited(base, split_grid("d", line((3.5, -1), (3.5, 2)), fresh=fresh("t")), retag_grid("c", name="C"))
    after = merged(base, ours, theirs)
    assert areas(after) == {"a": 0.75, "b": 1.25, "c": 1, "d": 0.5, "t1": 0.5}
    assert after.grids["c"].name == "C"


def test_regions_side_by_side_share_the_vertices_that_either_got():
    base = ground("abcd")
    ours = edited(base, split_grid("b", line((0.9, 0.3), (2.1, 0.31)), fresh=fresh("o")))
    theirs = edited(base, split_grid("c", line((1.9, 0.6), (3.1, 0.61)), fresh=fresh("t")))
    after = merged(base, ours, theirs)
    assert set(after.grids) == {"a", "b", "o1", "c", "t1", "d"}


def test_land_as_thin_as_borders_bend_passes_with_the_grid_that_gives_or_takes_it():
    base = ground("ab")
    beside_the_border = line((0.99998, -1), (0.99998, 2))  # 2 mm
    split = edited(base, split_grid("a", beside_the_border, fresh=fresh("t")))
    assert set(merged(base, edited(base, retag_grid("b", name="B")), split).grids) == {"a", "b", "t1"}
    for keep in "ab":
        back = merged(split, edited(split, retag_grid("b", name="B")), edited(split, merge_grids(["t1"], keep=keep)))
        assert areas(back) == {"a": 1, "b": 1}
        assert back.grids["b"].name == "B"


def test_a_strip_as_thin_as_borders_bend_passes_when_it_reaches_farther():
    base = ground("ab")
    x, y = np.array(cell(1, 0.5)) / 1000
    strip = shapely.box(x - 5, y, x, y + 0.001)
    a, b = (base.grids[code].polygon for code in "ab")
    thin = base.replace([holding(base.grids["a"], a - strip), holding(base.grids["b"], b | strip)])
    named = edited(thin, retag_grid("b", name="B"))
    [region] = combined(thin, named, base).regions
    assert {grid.code for grid in region.put} == {"a", "b"}
    assert areas(merged(thin, named, base)) == {"a": 1, "b": 1}
    [region] = combined(base, base, thin).regions
    assert {grid.code for grid in region.put} == {"a", "b"}


def test_a_grid_that_has_no_room_alone_comes_with_the_region_around_it():
    """On their side the borders of both were bent by a millimetre; a line through those of ours finds no place."""
    thin = [(4821, 2688), (0, 0), (13_748, 6848), (12_785, 7068)]
    bent = [(0, 1), (11, 6), (17, 9), (13_748, 6848), (12_785, 7068), (4821, 2688)]
    wide = drawn_by_mm([(-50_000, -50_000), (50_000, -50_000), (50_000, 50_000), (-50_000, 50_000)])

    def both(corners: list[tuple[int, int]]) -> Ground:
        lands = {"wide": shapely.Polygon(wide.exterior, [drawn_by_mm(corners).exterior]), "thin": drawn_by_mm(corners)}
        return Ground.of(Grid(code, code, "C", land, (Face(land, (), "sole"),)) for code, land in lands.items())

    base, across = both(thin), np.array([[*by_mm((-60_000, -30_000)), *by_mm((60_000, -30_000))]])
    theirs = edited(both(bent), split_grid("wide", across, fresh=fresh("t")))
    found = combined(base, base, theirs)
    assert [region.grid_ids for region in found.regions] == [{"wide", "thin", "id-t1"}]
    assert not found.conflicts
    after = merged(base, base, theirs)
    assert all(after.grids[code].polygon.equals(grid.polygon) for code, grid in theirs.grids.items())


def test_people_left_behind_by_land_that_came_back_are_neither_lost_nor_doubled():
    base = ground("abcd", households=8)
    theirs = edited(base, reshape_grids(["a", "b"], line((1, 0), (0.5, 0.5), (1, 1))))
    a, c = (
        replace(theirs.grids[code], households=theirs.grids[code].households + more)
        for code, more in (("a", -1), ("c", 1))
    )
    theirs = theirs.replace([a, c])
    ours = edited(base, retag_grid("d", name="D"))
    [region] = combined(base, ours, theirs).regions
    assert region.grid_ids == {"id-a", "id-b", "id-c"}
    after = merged(base, ours, theirs)
    assert {code: grid.households for code, grid in after.grids.items()} == {"a": 5, "b": 10, "c": 9, "d": 8}


def test_people_whom_both_sides_moved_otherwise_are_a_conflict():
    base = ground("ab", households=8)
    ours, theirs = (
        base.replace(replace(base.grids[code], households=8 + more) for code, more in moves)
        for moves in ((("a", 1), ("b", -1)), (("a", -1), ("b", 1)))
    )
    assert [one.why for one in combined(base, ours, theirs).conflicts] == ["both_changed"]
    assert not combined(base, ours, ours).conflicts


def test_a_grid_whose_land_was_bent_away_goes_with_its_neighbour():
    base = ground("ab")
    x, y = np.array(cell(1, 0.5)) / 1000
    strip = shapely.Polygon([(x, y), (x + 0.001, y + 2), (x, y + 4)])
    a, b = (base.grids[code] for code in "ab")
    along = shapely.LineString([(x, y), (x, y + 4)])
    a, b = holding(a, shapely.snap(a.polygon, along, 0.001)), holding(b, b.polygon - strip)
    thin = base.replace([a, b, replace(holding(a, strip), grid_id="id-n", code="n")])
    found = combine([a, thin.grids["n"]], [a, thin.grids["n"]], [replace(a, name="A")], thin, fresh())
    assert not found.conflicts
    after = apply(thin, found.edit).ground
    assert_partition(after, thin)
    assert (set(after.grids), after.grids["a"].name) == ({"a", "b"}, "A")


def test_a_grid_that_is_gone_while_nobody_has_its_land_is_for_people_to_decide():
    base = ground("ab")
    ours, gone = edited(base, retag_grid("b", name="B")), base.grids["b"]
    found = combine([gone], [ours.grids["b"]], [], ours, fresh())
    assert not found.regions
    assert [(one.why, one.drop) for one in found.conflicts] == [("both_changed", ("b",))]
    found = combine([gone], [gone], [], base, fresh())
    assert not found.regions
    assert [(one.why, one.drop) for one in found.conflicts] == [("does_not_fit", ("b",))]


def test_land_from_one_side_and_words_from_the_other():
    base = ground("ab")
    ours = edited(base, retag_grid("a", name="A"), retag_grid("b", management_type="key_attention"))
    theirs = edited(base, reshape_grids(["a", "b"], line((1, 0), (0.5, 0.5), (1, 1))), retag_grid("b", name="B"))
    for after in (merged(base, ours, theirs), merged(base, theirs, ours)):
        assert areas(after) == {"a": 0.75, "b": 1.25}
        said = (after.grids["a"].name, after.grids["b"].name, after.grids["b"].management_type)
        assert said == ("A", "B", "key_attention")


@pytest.mark.parametrize(
    "edits, concerned",
    [
        ([reshape_grids(["a", "b"], line((1, 0), (0.5, 0.5), (1, 1)))], {"a", "b"}),
        ([merge_grids(["a", "b"], keep="b")], {"a", "b"}),
        ([split_grid("b", line((1.5, -1), (1.5, 2)), fresh=fresh("t"))], {"b"}),
        ([retag_grid("b", name="B")], {"b"}),
        ([retag_grid("b", name="B"), lock_grid("b")], {"b"}),
    ],
)
def test_what_one_side_locked_and_the_other_changed_is_for_people_to_decide(edits: Sequence[Edit], concerned: set[str]):
    base = ground("abc")
    locked = edited(base, lock_grid("b"), retag_grid("c", name="C"))
    changed = edited(base, *edits)
    for ours, theirs in ((locked, changed), (changed, locked)):
        found = combined(base, ours, theirs)
        [conflict] = found.conflicts
        assert conflict.why == "both_changed"
        sides = [{(one.old or one.new).code for one in side} for side in (conflict.ours, conflict.theirs)]
        assert "b" in sides[0] & sides[1]
        assert concerned <= sides[0] | sides[1]
        after = apply(ours, found.edit).ground
        assert {code: after.grids[code] for code in ours.grids if code != "c"} == {
            code: grid for code, grid in ours.grids.items() if code != "c"
        }
        assert after.grids["c"].name == "C"


def test_what_one_side_unlocked_to_change_it_comes_as_that_side_has_it():
    base = edited(ground("ab"), lock_grid("b"))
    reshape = reshape_grids(["a", "b"], line((1, 0), (0.5, 0.5), (1, 1)))
    theirs = edited(base, lock_grid("b", locked=False), reshape)
    ours = edited(base, retag_grid("a", name="A"))
    after = merged(base, ours, theirs)
    assert (areas(after), after.grids["b"].locked) == ({"a": 0.75, "b": 1.25}, False)


def test_what_both_sides_locked_is_locked():
    base = ground("ab")
    ours, theirs = (edited(base, lock_grid("b"), retag_grid("a", name="A")) for _ in range(2))
    found = combined(base, ours, theirs)
    assert not found.conflicts
    assert not found.put


def test_different_words_about_one_grid_come_together():
    base = ground("ab")
    ours = edited(base, retag_grid("a", name="A"))
    theirs = edited(base, retag_grid("a", management_type="key_attention"))
    after = merged(base, ours, theirs)
    assert (after.grids["a"].name, after.grids["a"].management_type) == ("A", "key_attention")


@pytest.mark.parametrize(
    "edits",
    [
        [reshape_grids(["a", "b"], line((1, 0), (0.5, 0.5), (1, 1)))],
        [merge_grids(["a", "b"], keep="a")],
        [retag_grid("a", name="A")],
    ],
)
def test_the_same_on_both_sides_leaves_nothing_to_do(edits: Sequence[Edit]):
    base = ground("abc")
    ours, theirs = edited(base, *edits), edited(base, *edits)
    found = combined(base, ours, theirs)
    assert not found.conflicts
    assert not found.put
    assert not found.drop


def test_the_same_split_on_both_sides_is_made_once():
    base = ground("abc")
    ours, theirs = (edited(base, split_grid("a", line((0.3, -1), (0.3, 2)), fresh=fresh(side))) for side in "ot")
    theirs = edited(theirs, retag_grid("a", name="A"))
    after = merged(base, ours, theirs)
    assert set(after.grids) == {"a", "o1", "b", "c"}
    assert after.grids["a"].name == "A"


def test_two_grids_made_under_one_code_are_told_apart():
    base = ground("abc")
    ours = edited(base, split_grid("a", line((0.3, -1), (0.3, 2)), fresh=fresh("x")))
    theirs = edited(base, split_grid("c", line((2.3, -1), (2.3, 2)), fresh=lambda community: ("id-theirs", "x1")))
    found = combined(base, ours, theirs)
    assert [(each.grid_id, each.theirs, each.code) for each in found.recoded] == [("id-theirs", "x1", "redrawn1")]
    assert set(merged(base, ours, theirs).grids) == {"a", "x1", "b", "c", "redrawn1"}


def test_a_code_is_redrawn_that_another_grid_had_on_ours_before_it_went():
    base = ground("abc")
    theirs = edited(base, split_grid("c", line((2.3, -1), (2.3, 2)), fresh=fresh("x")))
    differing = [theirs.grids["c"], theirs.grids["x1"]]
    found = combine([base.grids["c"]], [base.grids["c"]], differing, base, fresh("redrawn"), {"x1": {"id-gone"}})
    assert [each.code for each in found.recoded] == ["redrawn1"]
    assert not combine([base.grids["c"]], [base.grids["c"]], differing, base, fresh("y"), {"x1": {"id-x1"}}).recoded


def test_a_redrawn_code_is_not_one_that_comes_along():
    base, new = ground("abc"), fresh("x")
    ours = edited(base, split_grid("a", line((0.3, -1), (0.3, 2)), fresh=lambda community: ("id-ours", "x1")))
    halves = (split_grid("c", line((x, -1), (x, 2)), fresh=new) for x in (2.3, 2.6))
    theirs = edited(base, *halves)
    ground_before, mine, yours = by_id(base), by_id(ours), by_id(theirs)
    found = combine(
        [ground_before["id-a"], ground_before["id-c"]],
        [mine["id-a"], mine["id-ours"], mine["id-c"]],
        [yours["id-a"], yours["id-c"], yours["id-x1"], yours["id-x2"]],
        ours,
        fresh("x"),
    )
    assert [(each.grid_id, each.code) for each in found.recoded] == [("id-x1", "x3")]
    assert {grid.code for grid in found.put} == {"c", "x2", "x3"}


def test_a_grid_that_came_before_under_another_code_keeps_it():
    base = ground("abc")
    ours = edited(base, split_grid("a", line((0.3, -1), (0.3, 2)), fresh=lambda community: ("id-ours", "x1")))
    theirs = edited(base, split_grid("c", line((2.3, -1), (2.3, 2)), fresh=fresh("x")))
    once = merged(base, ours, theirs)
    again = combined(base, once, theirs)
    assert not again.recoded
    assert not again.conflicts
    assert not again.put


# conflicts


def fates(rows: Sequence[object]) -> dict[str, str]:
    return {(row.new or row.old).code: row.fate for row in rows}


def test_land_that_both_sides_moved_is_a_conflict_and_takes_its_region_along():
    base = ground("abcd")
    ours = edited(base, reshape_grids(["a", "b"], line((1, 0), (0.5, 0.5), (1, 1))))
    theirs = edited(
        base,
        reshape_grids(["b", "c"], line((2, 0), (1.5, 0.5), (2, 1))),
        split_grid("d", line((3.5, -1), (3.5, 2)), fresh=fresh("t")),
    )
    found = combined(base, ours, theirs)
    [conflict] = found.conflicts
    assert conflict.why == "both_changed"
    assert fates(conflict.ours) == {"a": "moved", "b": "moved"}
    assert fates(conflict.theirs) == {"b": "moved", "c": "moved"}
    west, south, east, north = shapely.total_bounds([base.grids[code].polygon for code in "abc"])
    assert conflict.bounds == (west, south, east, north)
    assert areas(apply(ours, found.edit).ground) == {"a": 0.75, "b": 1.25, "c": 1, "d": 0.5, "t1": 0.5}


def test_theirs_may_be_had_instead_of_ours():
    base = ground("abcd")
    ours = edited(base, merge_grids(["a", "b"], keep="a"))
    theirs = edited(base, split_grid("b", line((1.3, -1), (1.3, 2)), fresh=fresh("t")))
    [conflict] = combined(base, ours, theirs).conflicts
    assert fates(conflict.ours) == {"a": "merged", "b": "merged"}
    assert fates(conflict.theirs) == {"b": "split", "t1": "split"}
    after = apply(ours, replace_grids(conflict.put, conflict.drop)).ground
    assert_partition(after, base)
    assert areas(after) == {"a": 1, "b": 0.7, "t1": 0.3, "c": 1, "d": 1}


@pytest.mark.parametrize("order", [1, -1])
def test_words_about_a_grid_that_the_other_side_did_away_with_are_a_conflict(order: int):
    base = ground("abc")
    ours = edited(base, merge_grids(["a", "b"], keep="a"))
    theirs = edited(base, retag_grid("b", name="B"))
    [conflict] = combined(base, *(ours, theirs)[::order]).conflicts
    assert {**fates(conflict.ours), **fates(conflict.theirs)}["a"] == "merged"


def test_two_names_for_one_grid_are_a_conflict():
    base = ground("ab")
    ours, theirs = (edited(base, retag_grid("a", name=name)) for name in ("A", "B"))
    [conflict] = combined(base, ours, theirs).conflicts
    assert [row.said for row in (*conflict.ours, *conflict.theirs)] == [("name",), ("name",)]


def test_a_merger_and_new_records_of_the_grid_that_stays_are_a_conflict():
    posts = [Record("roster", (("post", name),)) for name in ("grid_head", "cleaner", "pioneer")]
    base = Ground.of([replace(grid, records=(posts[0],)) for grid in ground("ab").grids.values()])
    theirs = edited(base, merge_grids(["a", "b"], keep="a"))
    ours = base.replace([replace(base.grids["a"], records=tuple(posts))])
    [conflict] = combined(base, ours, theirs).conflicts
    assert fates(conflict.ours) == {"a": "retagged"}


def test_what_has_no_room_on_ours_is_listed():
    base = ground("abc", households=5)
    theirs = edited(base, retag_grid("b", name="B"), split_grid("c", line((2.5, -1), (2.5, 2)), fresh=fresh("t")))
    counted = theirs.replace([replace(theirs.grids["c"], households=9)])
    found = combined(base, base, counted)
    [conflict] = found.conflicts
    assert conflict.why == "does_not_fit"
    assert fates(conflict.theirs) == {"c": "split", "t1": "split"}
    assert [grid.name for grid in found.put] == ["B"]
