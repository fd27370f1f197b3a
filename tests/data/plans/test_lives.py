"""Undo and redo, branches, review and approval, comparison, merging, and a new build over a plan."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from sqlalchemy import Engine

from data.database.engine import connected
from data.demo.writing import write_demo
from data.output import read_build
from data.plans.approving import approve
from data.plans.comparing import compare
from data.plans.differing import State
from data.plans.life import branch, log, move
from data.plans.merging import merge_plans
from data.plans.plan import find_plan, plan_in_force
from data.plans.renewing import accept, offer_build
from data.plans.undoing import redo, undo
from geo.errors import (
    EditRefused,
    InputError,
    NotADraftError,
    NothingToReverseError,
    PlanNameTakenError,
    PlanOutdatedError,
    StaleRevisionError,
)
from tests.data.plans.conftest import built
from tests.data.plans.plans import across, ask, assert_ledgers_true, assert_whole, gaps_in, grids_of, plan_of
from tests.data.plans.test_editing import largest, neighbours

DAY = date(2026, 12, 1)


def drawn(engine: Engine, name: str = "town", at: int | None = None) -> dict[str, tuple]:
    """Return all that grids are, by code."""
    return {code: (one.grid, one.ledger, one.outline.wkb) for code, one in grids_of(engine, name, at).items()}


def compared(engine: Engine, old: str, new: str):
    """Compare the heads of two plans."""
    with connected(engine, place="") as connection:
        plans = [find_plan(connection, name) for name in (old, new)]
        return compare(connection, *(State(plan, plan.head) for plan in plans))


def put_in_force(engine: Engine, name: str, day: date = DAY, **options: bool):
    """Submit and approve a plan."""
    move(engine, name, "submit", by="planner")
    return approve(engine, name, effective=day, by="approver", **options)


# undo and redo


def test_undo_restores_to_the_bit_and_redo_does_again(planned: Engine):
    grid = largest(planned)
    before, gaps = drawn(planned), gaps_in(planned).keys()
    ask(planned, "split", by="a", code=grid.code, line=across(grid.polygon))
    split, opened = drawn(planned), gaps_in(planned).keys()
    undone = undo(planned, "town", by="a", base=1)
    assert undone.revision == 2
    assert drawn(planned) == before
    assert gaps_in(planned).keys() == gaps
    again = redo(planned, "town", by="a", base=2)
    assert again.revision == 3
    assert drawn(planned) == split
    assert gaps_in(planned).keys() == opened
    assert undo(planned, "town", by="a", base=3).revision == 4
    assert drawn(planned) == before


def test_whatever_grid_is_split_can_be_put_back(planned: Engine):
    before, gaps, done = grids_of(planned), len(gaps_in(planned)), 0
    for code, version in before.items():
        try:
            ask(planned, "split", by="a", code=code, line=across(version.grid.polygon))
        except EditRefused:
            continue
        undo(planned, "town", by="a", base=plan_of(planned).head)
        done += 1
    assert done > 20
    assert_whole(planned)
    assert len(gaps_in(planned)) == gaps
    after = grids_of(planned)
    assert after.keys() == before.keys()
    for code, version in before.items():  # new vertices stay on borders of communities
        assert after[code].ledger == version.ledger
        assert after[code].grid.polygon.hausdorff_distance(version.grid.polygon) < 0.005


def test_undo_takes_back_the_callers_own_edits_in_turn(planned: Engine):
    one, other = neighbours(planned)
    far = next(g.grid for g in grids_of(planned).values() if not shapely.dwithin(g.grid.polygon, one.polygon, 99))
    ask(planned, "retag", by="a", code=one.code, name="一")
    ask(planned, "retag", by="b", code=far.code, name="二")
    ask(planned, "retag", by="a", code=other.code, name="三")
    undo(planned, "town", by="a", base=3)
    undo(planned, "town", by="a", base=4)
    names = {code: version.grid.name for code, version in grids_of(planned).items()}
    assert (names[one.code], names[other.code], names[far.code]) == (one.name, other.name, "二")
    with pytest.raises(NothingToReverseError, match="nothing of a to undo"):
        undo(planned, "town", by="a", base=5)
    redo(planned, "town", by="a", base=5)
    assert grids_of(planned)[one.code].grid.name == "一"
    ask(planned, "retag", by="a", code=other.code, name="四")
    with pytest.raises(NothingToReverseError, match="nothing of a to redo"):
        redo(planned, "town", by="a", base=plan_of(planned).head)


def test_an_edit_whose_grids_changed_since_is_not_undone(planned: Engine):
    grid = largest(planned)
    ask(planned, "split", by="a", code=grid.code, line=across(grid.polygon))
    ask(planned, "retag", by="b", code=grid.code, name="b")
    with pytest.raises(StaleRevisionError, match=grid.code):
        undo(planned, "town", by="a", base=2)


def test_an_edit_is_undone_although_others_put_vertices_into_its_borders(planned: Engine):
    one, other = neighbours(planned)
    line = across(one.polygon)
    ask(planned, "split", by="a", code=one.code, line=line)
    border = shapely.line_merge(grids_of(planned)[other.code].grid.polygon.intersection(one.polygon))
    middle = max(shapely.get_parts(border), key=lambda part: part.length).interpolate(0.37, normalized=True)
    ask(planned, "insert_vertex", by="b", at=[round(middle.x, 3), round(middle.y, 3)])
    undo(planned, "town", by="a", base=2)
    assert_whole(planned)
    assert_ledgers_true(planned)
    assert set(grids_of(planned)) == set(grids_of(planned, at=0))
    assert grids_of(planned)[one.code].grid.households == one.households


def test_every_state_can_be_seen_as_it_was(planned: Engine):
    grid = largest(planned)
    states = [drawn(planned)]
    ask(planned, "split", code=grid.code, line=across(grid.polygon))
    states.append(drawn(planned))
    ask(planned, "retag", code=grid.code, name="x")
    states.append(drawn(planned))
    assert [drawn(planned, at=revision) for revision in range(3)] == states


# branches


def test_a_branch_begins_as_its_parent_was_and_both_go_their_own_ways(planned: Engine):
    one, other = neighbours(planned)
    ask(planned, "retag", code=one.code, name="共同")
    made = branch(planned, "draft", of="town", by="b")
    assert (made.head, made.parent, made.parent_revision, made.state) == (1, "town", 1, "draft")
    assert drawn(planned, "draft") == drawn(planned)
    ask(planned, "retag", code=other.code, name="原方案")
    ask(planned, "split", plan="draft", code=one.code, line=across(one.polygon))
    assert grids_of(planned, "draft")[other.code].grid.name == other.name
    assert grids_of(planned)[one.code].grid.polygon == one.polygon
    assert_whole(planned, "draft")
    assert_whole(planned)
    assert_ledgers_true(planned, "draft")
    assert gaps_in(planned, "draft").keys() != gaps_in(planned).keys()


def test_a_branch_may_leave_at_an_older_revision(planned: Engine):
    grid = largest(planned)
    ask(planned, "retag", code=grid.code, name="一")
    ask(planned, "retag", code=grid.code, name="二")
    branch(planned, "older", of="town", by="b", at=1)
    assert grids_of(planned, "older")[grid.code].grid.name == "一"
    with pytest.raises(InputError, match="has no revision 9; it has 0 to 2"):
        branch(planned, "never", of="town", by="b", at=9)
    with pytest.raises(PlanNameTakenError):
        branch(planned, "older", of="town", by="b")


def test_branches_of_branches_show_the_same_also_where_rows_are_copied(planned: Engine):
    grid = largest(planned)
    name = "town"
    for number in range(11):
        branch(planned, f"b{number}", of=name, by="b")
        name = f"b{number}"
        ask(planned, "retag", plan=name, code=grid.code, name=f"第{number}")
    assert grids_of(planned, "b10")[grid.code].grid.name == "第10"
    assert grids_of(planned, "b4")[grid.code].grid.name == "第4"
    assert set(grids_of(planned, "b10")) == set(grids_of(planned))
    assert_whole(planned, "b10", since="town")
    assert {one.fate for one in compared(planned, "town", "b10").grids} == {"retagged"}
    with connected(planned, place="") as connection:
        assert log(connection, find_plan(connection, "b10"))[0].verb == "branch"


# review and approval


def test_a_plan_goes_through_review_into_force_and_is_retired_by_the_next(planned: Engine):
    grid = largest(planned)
    with pytest.raises(NotADraftError, match="submit it for review first"):
        approve(planned, "town", effective=DAY, by="approver")
    move(planned, "town", "submit", by="planner", note="请审")
    with pytest.raises(NotADraftError, match="is in review; return it first"):
        ask(planned, "retag", code=grid.code, name="x")
    assert move(planned, "town", "return", by="approver", note="再改").state == "draft"
    ask(planned, "retag", code=grid.code, name="x")
    plan = put_in_force(planned, "town")
    assert [plan.status(DAY - timedelta(1)), plan.status(DAY)] == ["approved", "in_force"]
    with pytest.raises(NotADraftError, match="never changes"):
        ask(planned, "retag", code=grid.code, name="y")
    branch(planned, "next", of="town", by="b")
    ask(planned, "split", plan="next", code=grid.code, line=across(grid.polygon))
    later = DAY + timedelta(90)
    following = put_in_force(planned, "next", later)
    assert following.status(later) == "in_force"
    assert [plan_of(planned).status(day) for day in (DAY, later)] == ["in_force", "retired"]
    with connected(planned, place="") as connection:
        days = [plan_in_force(connection, plan.jurisdiction, day) for day in (DAY, later, DAY - timedelta(1))]
    assert [found and found.name for found in days] == ["town", "next", None]


def test_two_branches_never_give_one_code_to_two_places(planned: Engine):
    put_in_force(planned, "town")
    one, other = neighbours(planned)
    made = []
    for name, grid in (("a", one), ("b", other)):
        branch(planned, name, of="town", by="p")
        made.append(ask(planned, "split", plan=name, code=grid.code, line=across(grid.polygon)).created[0])
    assert made[0].code == made[1].code
    put_in_force(planned, "a", DAY + timedelta(1))
    move(planned, "b", "submit", by="planner")
    with pytest.raises(PlanOutdatedError, match="does not come from a, which is in force"):
        approve(planned, "b", effective=DAY + timedelta(2), by="approver")
    approve(planned, "b", effective=DAY + timedelta(2), by="approver", replace=True)
    codes = {version.grid.grid_id: code for code, version in grids_of(planned, "b").items()}
    assert codes[made[1].grid_id] not in {made[0].code, *grids_of(planned)}
    assert grids_of(planned, "a")[made[0].code].grid.grid_id == made[0].grid_id
    assert not [key for key, gap in gaps_in(planned, "b").items() if gap.said["code"] == made[1].code]
    assert_whole(planned, "b", since="town")


def test_only_one_plan_is_in_force_on_a_day(planned: Engine):
    put_in_force(planned, "town")
    branch(planned, "next", of="town", by="b")
    move(planned, "next", "submit", by="b")
    with pytest.raises(PlanOutdatedError, match="choose a later day"):
        approve(planned, "next", effective=DAY, by="approver")


# comparing and merging


def test_what_differs_between_branches_is_told_grid_by_grid(planned: Engine):
    one, other = neighbours(planned)
    branch(planned, "draft", of="town", by="b")
    ask(planned, "merge", plan="draft", codes=[other.code], keep=one.code)
    far = next(g.grid for g in grids_of(planned).values() if not shapely.dwithin(g.grid.polygon, one.polygon, 99))
    ask(planned, "retag", plan="draft", code=far.code, name="改名")
    found = compared(planned, "town", "draft")
    fates = {(each.old or each.new).code: each.fate for each in found.grids}
    assert fates[other.code] == "merged"
    assert fates[far.code] == "retagged"
    [moved] = found.changed_hands
    assert (moved.old, moved.new, moved.area_share) == (other.code, one.code, pytest.approx(1))
    assert moved.households == other.households


def test_states_from_before_their_plan_left_its_parent_are_compared(planned: Engine):
    grid = largest(planned)
    ask(planned, "retag", code=grid.code, name="改名")
    branch(planned, "a", of="town", by="a")
    branch(planned, "b", of="a", by="b")
    with connected(planned, place="") as connection:
        early, late = (State(find_plan(connection, name), at) for name, at in (("b", 0), ("a", 1)))
        assert [each.fate for each in compare(connection, early, late).grids] == ["retagged"]
        assert [each.fate for each in compare(connection, late, early).grids] == ["retagged"]


def test_what_fits_is_merged_and_what_both_changed_is_listed(planned: Engine):
    one, other = neighbours(planned)
    far = next(g.grid for g in grids_of(planned).values() if not shapely.dwithin(g.grid.polygon, one.polygon, 99))
    branch(planned, "a", of="town", by="a")
    branch(planned, "b", of="town", by="b")
    ask(planned, "split", plan="a", code=one.code, line=across(one.polygon))
    ask(planned, "split", plan="a", code=far.code, line=across(far.polygon))
    ask(planned, "merge", plan="b", codes=[other.code], keep=one.code)
    dry = merge_plans(planned, "b", source="a", by="lead", base=1, dry_run=True)
    assert plan_of(planned, "b").head == 1
    done = merge_plans(planned, "b", source="a", by="lead", base=1)
    assert len(dry.combination.conflicts) == len(done.combination.conflicts) == 1
    [conflict] = done.combination.conflicts
    assert one.code in {(each.old or each.new).code for each in conflict.ours}
    assert done.applied.revision == 2
    after = grids_of(planned, "b")
    assert len(after) == len(grids_of(planned))  # one merged, one split
    assert after[far.code].grid.polygon.area < far.polygon.area
    assert other.code not in after
    assert_whole(planned, "b", since="town")
    assert_ledgers_true(planned, "b")
    undo(planned, "b", by="lead", base=2)
    assert after[far.code].grid.polygon != grids_of(planned, "b")[far.code].grid.polygon
    assert_whole(planned, "b", since="town")


def test_a_code_that_a_grid_had_before_it_was_undone_comes_to_no_other(planned: Engine):
    one, other = neighbours(planned)
    branch(planned, "draft", of="town", by="b")
    [theirs] = ask(planned, "split", plan="draft", code=one.code, line=across(one.polygon)).created
    [gone] = ask(planned, "split", by="a", code=other.code, line=across(other.polygon)).created
    undo(planned, "town", by="a", base=1)
    assert theirs.code == gone.code
    [came] = merge_plans(planned, "town", source="draft", by="lead", base=2).applied.created
    assert (came.grid_id, came.code == gone.code) == (theirs.grid_id, False)


def test_a_branch_with_rows_of_its_own_is_merged_into_the_plan_that_it_comes_from(planned: Engine):
    grid, name = largest(planned), "town"
    for number in range(10):
        branch(planned, f"b{number}", of=name, by="b")
        name = f"b{number}"
    done = ask(planned, "split", plan=name, code=grid.code, line=across(grid.polygon))
    merged = merge_plans(planned, "town", source=name, by="lead", base=0)
    assert not merged.combination.conflicts
    assert merged.applied.revision == 1
    assert {one.grid_id for one in merged.applied.created} == {one.grid_id for one in done.created}
    assert not compared(planned, "town", name).changed_hands


def test_a_branch_merged_into_the_plan_in_force_may_be_approved(planned: Engine):
    put_in_force(planned, "town")
    one, other = neighbours(planned)
    for name, grid in (("a", one), ("b", other)):
        branch(planned, name, of="town", by="p")
        ask(planned, "retag", plan=name, code=grid.code, name=name)
    put_in_force(planned, "a", DAY + timedelta(1))
    branch(planned, "c", of="a", by="p")
    assert not merge_plans(planned, "c", source="b", by="p", base=plan_of(planned, "c").head).combination.conflicts
    put_in_force(planned, "c", DAY + timedelta(2))
    assert {grids_of(planned, "c")[grid.code].grid.name for grid in (one, other)} == {"a", "b"}


# a new build


@pytest.fixture(scope="module")
def changed_build(town_build: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the town anew after an office moved one of its compounds' borders, carrying on the codes."""
    folder = tmp_path_factory.mktemp("changed")
    layers = write_demo(folder / "town", communities=6, format="geoparquet")
    file = next((folder / "town").glob("compound*"))
    compounds = gpd.read_parquet(file)
    row = compounds.to_crs(3857).area.argsort().iloc[-1]
    west, south, east, north = compounds.geometry.iloc[row].bounds
    half = shapely.box(west, south, (west + east) / 2, north)
    compounds.loc[compounds.index[row], "geometry"] = compounds.geometry.iloc[row].intersection(half)
    compounds.to_parquet(file)
    built(layers, folder / "build", previous=town_build)
    return folder / "build"


def test_a_new_build_keeps_what_planners_decided(planned: Engine, changed_build: Path):
    before = read_build(changed_build, ["grids"])["grids"].set_index("code")
    old = grids_of(planned)
    kept = [code for code, one in old.items() if code in before.index and one.grid.kind == "residential"]
    same = next(
        old[code].grid for code in kept
        if before.geometry[code].equals(old[code].grid.polygon) and old[code].grid.polygon.area > 5000
    )  # fmt: skip
    ask(planned, "retag", code=same.code, name="规划改名")
    made = ask(planned, "split", code=same.code, line=across(same.polygon)).created[0]
    offer = offer_build(planned, changed_build, into="town", name="town 2027", by="planner")
    assert {outcome.outcome for outcome in offer.outcomes} == {"kept"}
    assert len(offer.comparison.grids) > 0
    shown = grids_of(planned, "town 2027")
    assert shown[same.code].grid.name == "规划改名"
    assert shown[same.code].grid.grid_id == same.grid_id
    plan = accept(planned, "town", offer="town 2027", by="planner")
    assert plan.head == 3
    after = grids_of(planned)
    assert {code: one.grid for code, one in after.items()} == {code: one.grid for code, one in shown.items()}
    assert made.grid_id in {one.grid.grid_id for one in after.values()}
    assert gaps_in(planned).keys() == gaps_in(planned, "town 2027").keys()
    assert_ledgers_true(planned)
    assert drawn(planned, at=2).keys() == {*old, made.code}
    done = ask(planned, "retag", code=same.code, name="又改")
    assert done.revision == 4


def test_a_plan_that_changed_since_the_offer_is_not_overwritten(planned: Engine, changed_build: Path):
    offer_build(planned, changed_build, into="town", name="new", by="p")
    ask(planned, "retag", code=largest(planned).code, name="x")
    with pytest.raises(PlanOutdatedError, match="offer the build again"):
        accept(planned, "town", offer="new", by="p")
    with pytest.raises(NotADraftError, match="is no new build offered to new"):
        accept(planned, "new", offer="town", by="p")
