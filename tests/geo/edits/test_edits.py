"""What each edit does to the land, on small pictures."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
import shapely

from geo.edits.applying import apply
from geo.edits.carve import carve_grid
from geo.edits.ground import Buildings, Edit, Face, Grid, Ground, Record
from geo.edits.lock import lock_grid
from geo.edits.merge import merge_grids
from geo.edits.reassign import reassign_faces, reassign_unit
from geo.edits.reshape import reshape_grids
from geo.edits.retag import retag_grid
from geo.edits.split import split_grid
from geo.errors import TooFineError
from tests.geo.edits.grounds import (
    areas,
    assert_partition,
    by_mm,
    cell,
    drawn_by_mm,
    fresh,
    ground,
    line,
    proven,
    refusal,
)

# split


def test_a_line_from_border_to_border_splits_a_grid_and_the_larger_part_keeps_its_code():
    after = proven(ground("aab\naab"), split_grid("a", line((0.5, -1), (0.5, 3)), fresh=fresh()))
    assert areas(after) == {"a": 3, "b": 2, "new1": 1}


def test_a_line_that_crosses_several_times_makes_several_grids():
    zigzag = line((-1, 0.5), (1, 0.5), (1, 1.5), (3, 1.5))
    after = proven(ground("aa\naa"), split_grid("a", zigzag, fresh=fresh()))
    assert areas(after) == {"a": 2, "new1": 2}
    comb = line((0.5, -1), (0.5, 3), (1.5, 3), (1.5, -1))
    assert areas(proven(ground("aa\naa"), split_grid("a", comb, fresh=fresh()))) == {"a": 2, "new1": 1, "new2": 1}


def test_a_line_along_the_border_of_two_faces_splits_their_grid():
    merged = proven(ground("ab\nab"), merge_grids(["a", "b"], keep="a"))
    assert len(merged.grids["a"].faces) == 2
    after = proven(merged, split_grid("a", line((1, -1), (1, 3)), fresh=fresh()))
    assert areas(after) == {"a": 2, "new1": 2}


def test_a_line_may_run_along_an_old_border_first():
    along = line((1, 0), (1, 1), (0.5, 1), (0.5, 3))
    after = proven(ground("aab\ncab"), split_grid("a", along, fresh=fresh()))
    assert areas(after) == {"a": 2.5, "b": 2, "c": 1, "new1": 0.5}


def test_neighbours_get_the_vertices_of_the_line_and_no_other_change():
    before = ground("ab")
    change = apply(before, split_grid("a", line((-1, 0.5), (1.5, 0.5)), fresh=fresh()))
    assert [grid.code for grid in change.woven] == ["b"]
    assert [grid.code for grid in change.modified] == ["a"]
    assert len(change.ground.grids["b"].polygon.exterior.coords) == 6
    assert_partition(change.ground, before)


def test_a_thin_new_grid_is_nobodys_land_but_that_of_the_grid_that_was_split():
    corners = {
        "a": [(0, 0), (9000, 0), (9003, 9000), (0, 9000)],
        "b": [(9000, 0), (20_000, 0), (20_000, 9000), (9003, 9000)],
    }
    lands = {code: drawn_by_mm(some) for code, some in corners.items()}
    before = Ground.of(Grid(code, code, "C", land, (Face(land, (), "sole"),)) for code, land in lands.items())
    beside_the_border = np.array([[*by_mm((9002, 5000)), *by_mm((8999, 9000))]])
    change = apply(before, split_grid("a", beside_the_border, fresh=fresh()))
    assert [grid.code for grid in change.woven] == ["b"]
    assert {passed.old for passed in change.lineage} == {"a"}


def test_a_split_takes_no_land_of_others_where_a_grid_is_a_millimetre_wide():
    corners = {
        "thin": [(0, 0), (36, 3), (36, 4)],
        "south": [(0, 0), (0, -900), (36, -900), (36, 3)],
        "north": [(0, 0), (36, 4), (36, 900), (0, 900)],
    }
    lands = {code: drawn_by_mm(some) for code, some in corners.items()}
    before = Ground.of(Grid(code, code, "C", land, (Face(land, (), "sole"),)) for code, land in lands.items())
    along = np.array([[*by_mm((35, -10)), *by_mm((5, 10))]])  # the wedge west of it would be the south's land
    with pytest.raises(TooFineError, match="bent off its land"):
        apply(before, split_grid("thin", along, fresh=fresh()))


def test_a_sliver_of_what_was_outside_the_jurisdiction_is_no_grid():
    edge = [(-1625, -42138), (-1218, -31604), (-812, -21070), (-406, -10535), (0, -1), (407, 10533)]
    land = drawn_by_mm([*edge, (60_000, 10_533), (60_000, -42_138)])
    before = Ground.of([Grid("a", "a", "C", land, (Face(land, (), "sole"),))])
    ring = [edge[-1], edge[0], (0, 0), edge[-1]]  # a millimetre outside the edge, which bends out to it
    around = np.array([[*by_mm(start), *by_mm(end)] for start, end in itertools.pairwise(ring)])
    with pytest.raises(TooFineError, match="bent off its land") as refused:
        apply(before, carve_grid(around, fresh=fresh()))
    assert refused.value.grids == ("a",)


def test_a_line_that_divides_nothing_is_refused():
    for missing in (
        line((5, 5), (6, 6)),
        line((0.2, 0.2), (0.8, 0.8)),
        line((0, 0), (0, 2)),
        line((-1, 0.5), (0.5, 0.5)),
    ):
        assert refusal(ground("a\na"), split_grid("a", missing, fresh=fresh())) == "line_misses_grid"


def test_the_parts_of_a_campus_that_the_line_leaves_alone_stay_together():
    after = proven(ground("a.bba"), split_grid("a", line((0.3, -1), (0.3, 2)), fresh=fresh()))
    assert areas(after) == {"a": 1.7, "b": 2, "new1": 0.3}


def test_a_locked_grid_and_one_that_is_not_there_are_refused():
    before = apply(ground("ab"), lock_grid("a")).ground
    assert refusal(before, split_grid("a", line((0.5, -1), (0.5, 2)), fresh=fresh())) == "grid_locked"
    assert refusal(before, split_grid("x", line((0.5, -1), (0.5, 2)), fresh=fresh())) == "unknown_grid"


def test_a_split_beside_a_locked_grid_of_another_community_is_done():
    before = apply(ground("ab", "pq"), lock_grid("b")).ground
    assert areas(proven(before, split_grid("a", line((-1, 0.5), (1, 0.5)), fresh=fresh())))["new1"] == 0.5


def test_households_go_with_the_buildings_else_with_the_land():
    before = ground("aa", households=101)
    half = split_grid("a", line((0.5, -1), (0.5, 2)), fresh=fresh())
    # 101 × 1.5 / 2 = 75.75 and 25.25: whole parts 75 and 25, the one left over to the larger remainder
    assert [grid.households for grid in proven(before, half).grids.values()] == [76, 25]
    points = shapely.points(np.array([cell(0.2, 0.5), cell(1.5, 0.5)]) / 1000)
    built = Ground(before.grids, Buildings(points, np.array([[30, 0, 0], [10, 0, 0]])))
    # 101 × 10 / 40 = 25.25 and 75.75
    assert [grid.households for grid in proven(built, half).grids.values()] == [25, 76]


# merge


def test_neighbours_become_one():
    after = proven(ground("abc", households=10), merge_grids(["a", "b"], keep="b"))
    assert areas(after) == {"b": 2, "c": 1}
    assert after.grids["b"].households == 20
    assert len(after.grids["b"].faces) == 2


def test_posts_follow_their_grid_through_merge_and_split():
    heads = {code: (Record("roster", (("post", "grid_head"), ("name", code))),) for code in "ab"}
    before = ground("aabb")
    before = before.replace(replace(grid, records=heads[code]) for code, grid in before.grids.items())
    after = proven(before, merge_grids(["a", "b"], keep="b"))
    assert after.grids["b"].records == heads["b"] + heads["a"]
    parted = proven(after, split_grid("b", line((1, -1), (1, 2)), fresh=fresh()))
    assert [len(grid.records) for grid in parted.grids.values()] == [2, 0]


def test_what_has_no_border_in_common_is_not_merged():
    assert refusal(ground("ab\nba"), merge_grids(["a"], keep="a")) == "refused"
    assert refusal(ground("abc"), merge_grids(["a", "c"], keep="a")) == "not_adjacent"
    assert refusal(ground("a.\n.b"), merge_grids(["a", "b"], keep="a")) == "not_adjacent"


def test_grids_of_different_communities_are_not_merged():
    assert refusal(ground("ab", "pq"), merge_grids(["a", "b"], keep="a")) == "crosses_community"


def test_a_grid_as_thin_as_borders_bend_passes_on_to_the_one_that_it_is_merged_with():
    corners = {
        "a": [(0, 0), (9000, 0), (9000, 9000), (0, 9000)],
        "thin": [(9000, 0), (9001, 0), (9001, 9000), (9000, 9000)],
        "b": [(9001, 0), (20_000, 0), (20_000, 9000), (9001, 9000)],
    }
    lands = {code: drawn_by_mm(some) for code, some in corners.items()}
    before = Ground.of(Grid(code, code, "C", land, (Face(land, (), "sole"),)) for code, land in lands.items())
    change = apply(before, merge_grids(["a", "thin"], keep="a"))
    assert [grid.code for grid in change.modified] == ["a"]
    passed = {(one.old, one.new): one.area_share for one in change.lineage}
    assert passed == {("a", "a"): 1, ("thin", "a"): 1}


# reshape


def test_a_line_over_the_border_moves_land_both_ways():
    over = line((1, 0), (1.5, 0.25), (1, 0.5), (0.5, 0.75), (1, 1))
    after = proven(ground("ab"), reshape_grids(["a", "b"], over))
    assert areas(after) == {"a": 1, "b": 1}
    assert shapely.Point(38_500_120, 3_400_025).within(after.grids["a"].polygon)
    assert shapely.Point(38_500_080, 3_400_075).within(after.grids["b"].polygon)
    assert {face.rule for face in after.grids["a"].faces} == {"sole", "override"}


def test_a_line_that_cuts_off_nothing_beside_the_neighbour_is_refused():
    assert refusal(ground("ab"), reshape_grids(["a", "b"], line((0, 0.2), (0.2, 0)))) == "line_misses_grid"


def test_a_reshape_takes_two_grids():
    for codes in (["a"], ["a", "a"], []):
        assert refusal(ground("ab"), reshape_grids(codes, line((0.5, -1), (0.5, 2)))) == "refused"


def test_a_border_that_the_line_only_bent_passed_no_land_on():
    before = ground("aab\naab\naab")
    tilted = proven(before, reshape_grids(["a", "b"], line((2, 0), (2.3337, 1.2771), (2, 3))))
    change = apply(tilted, reshape_grids(["a", "b"], line((2.1, 0.3827), (2.2, 0.5), (2.2, 0.7656))))
    assert {(passed.old, passed.new) for passed in change.lineage} == {("a", "a"), ("b", "a"), ("b", "b")}
    assert sum(passed.area_share for passed in change.lineage if passed.old == "b") == pytest.approx(1, abs=1e-12)


def test_a_border_between_communities_is_not_reshaped():
    assert (
        refusal(ground("ab", "pq"), reshape_grids(["a", "b"], line((1, 0), (1.5, 0.5), (1, 1)))) == "crosses_community"
    )


# carve


def test_a_grid_may_touch_itself_but_not_where_its_neighbour_and_the_land_end():
    """GEOS takes the neighbour's border, that goes on from there, for one inside the grid."""

    def wedge(x: float, y: float) -> Edit:
        return carve_grid(line((x, y), (x - 0.4, y - 0.3), (x - 0.3, y - 0.4), (x, y)), fresh=fresh())

    assert refusal(ground("ab"), wedge(1, 1)) == "would_pinch"
    for apex in ((0.9, 1), (1, 0.9), (0.99, 0.99)):
        assert areas(proven(ground("ab"), wedge(*apex))) == {"a": 0.965, "b": 1, "new1": 0.035}


def test_an_area_over_two_grids_becomes_a_grid():
    box = line((0.5, 0.25), (1.25, 0.25), (1.25, 0.75), (0.5, 0.75), (0.5, 0.25))
    after = proven(ground("ab", households=100), carve_grid(box, name="新网格", fresh=fresh()))
    assert areas(after) == {"a": 0.75, "b": 0.875, "new1": 0.375}
    assert after.grids["new1"].name == "新网格"
    assert after.grids["new1"].households == 25 + 12  # 100 × 0.25; of 12.5 and 87.5 the one left over stays in b


def test_a_carving_that_breaks_empties_or_leaves_the_community_is_refused():
    band = line((-1, 0.25), (3, 0.25), (3, 0.75), (-1, 0.75), (-1, 0.25))
    assert refusal(ground("aa"), carve_grid(band, fresh=fresh())) == "would_disconnect"
    assert refusal(ground("ab", "pq"), carve_grid(band, fresh=fresh())) == "crosses_community"
    whole = line((-1, -1), (1, -1), (1, 2), (-1, 2), (-1, -1))
    assert refusal(ground("ab"), carve_grid(whole, fresh=fresh())) == "would_empty_grid"


def test_what_goes_round_no_land_is_no_area():
    for nothing in (
        line((0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8)),  # open
        line((0.2, 0.2), (0.8, 0.2), (0.5, 0.2), (0.2, 0.2)),  # flat
        line((5, 5), (6, 5), (6, 6), (5, 5)),  # elsewhere
        line((0.2, 0.2), (0.8, 0.2), (0.2, 0.2)),
        np.empty((0, 4), dtype=np.int64),
    ):
        assert refusal(ground("ab"), carve_grid(nothing, fresh=fresh())) == "line_misses_grid"


# reassign


def test_faces_and_units_go_to_a_neighbour():
    before = proven(ground("abc"), merge_grids(["a", "b"], keep="a"))
    point = np.array([shapely.Point(np.array(cell(1.5, 0.5)) / 1000)])
    assert areas(proven(before, reassign_faces(point, to="c"))) == {"a": 1, "c": 2}
    assert areas(proven(before, reassign_unit("compound:b", to="c"))) == {"a": 1, "c": 2}


def test_land_given_to_the_unclaimed_grid_is_nobodys_and_remembers_who_claims_it():
    before = proven(ground("abc"), merge_grids(["a", "b"], keep="a"))
    before = before.replace([replace(before.grids["c"], kind="unclaimed")])
    after = proven(before, reassign_unit("compound:b", to="c"))
    taker = after.grids["c"]
    assert taker.kind == "unclaimed"
    assert {(face.claimants, face.rule) for face in taker.faces} == {
        (("compound:b",), "override"), (("compound:c",), "sole"),
    }  # fmt: skip


def test_a_whole_grid_is_not_given_away():
    assert refusal(ground("abc"), reassign_unit("compound:b", to="c")) == "would_empty_grid"
    assert refusal(ground("abc"), reassign_unit("compound:x", to="c")) == "line_misses_grid"


# retag and lock


def test_what_says_the_same_as_before_changes_nothing():
    before = ground("ab")
    for nothing in (retag_grid("a"), retag_grid("a", management_type="routine"), lock_grid("a", locked=False)):
        assert nothing(before) is before


def test_a_locked_grid_keeps_its_name_until_it_is_unlocked():
    before = proven(ground("ab"), lock_grid("a"))
    assert refusal(before, retag_grid("a", name="一号网格")) == "grid_locked"
    after = proven(proven(before, lock_grid("a", locked=False)), retag_grid("a", name="一号网格"))
    assert after.grids["a"].name == "一号网格"


def test_a_grid_is_renamed_and_typed():
    after = proven(ground("ab"), retag_grid("a", name="一号网格", management_type="key_attention"))
    assert (after.grids["a"].name, after.grids["a"].management_type) == ("一号网格", "key_attention")
    assert refusal(after, retag_grid("a", management_type="strict")) == "refused"
