"""Branches, review and approval, comparison, merging."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import shapely
from sqlalchemy import Engine

from data.database.engine import connected
from data.plans.approving import approve
from data.plans.comparing import compare
from data.plans.differing import State, begun_as, differing_grids
from data.plans.life import branch, log, move
from data.plans.look import Look, look
from data.plans.merging import merge_plans
from data.plans.plan import find_plan, latest_in_force, plan_in_force
from data.plans.undoing import undo
from geo.errors import (
    InputError,
    NotADraftError,
    PlanNameTakenError,
    PlanOutdatedError,
)
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
    with connected(planned, place="") as connection:
        plan = find_plan(connection, "b10")
        assert [grid.name for grid in differing_grids(connection, plan, plan.head)[1]] == ["第10"]
        was = begun_as(connection, plan)
    assert (was.plan.name, was.at) == ("town", 0)
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
    put_in_force(planned, "town", DAY + timedelta(1))
    branch(planned, "next", of="town", by="b")
    move(planned, "next", "submit", by="b")
    with pytest.raises(
        PlanOutdatedError, match=r"plan town comes into force on 2026-12-02; choose that day or a later"
    ):
        approve(planned, "next", effective=DAY, by="approver")


def test_a_plan_for_the_day_of_another_that_it_comes_from_takes_its_place(planned: Engine):
    put_in_force(planned, "town")
    branch(planned, "right", of="town", by="b")
    branch(planned, "other", of="town", by="b")
    assert put_in_force(planned, "right").status(DAY) == "in_force"
    for day in (DAY - timedelta(1), DAY, DAY + timedelta(99)):
        assert plan_of(planned).status(day) == "retired"
    with pytest.raises(PlanOutdatedError, match="other does not come from right"):
        put_in_force(planned, "other")
    approve(planned, "other", effective=DAY, by="approver", replace=True)
    with connected(planned, place="") as connection:
        plan = plan_of(planned)
        assert plan_in_force(connection, plan.jurisdiction, DAY).name == "other"
        assert latest_in_force(connection, plan.jurisdiction).name == "other"
        assert log(connection, plan)[-1].arguments == {"effective_date": DAY.isoformat()}


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


def test_what_is_done_while_a_branch_is_merged_is_seen(planned: Engine, monkeypatch: pytest.MonkeyPatch):
    one, other = neighbours(planned)
    branch(planned, "draft", of="town", by="b")
    ask(planned, "retag", plan="draft", code=one.code, name="改名")

    def look_later(*asked: Any) -> Look:
        monkeypatch.setattr("data.plans.door.look", look)
        ask(planned, "merge", codes=[one.code], keep=other.code)
        return look(*asked)

    monkeypatch.setattr("data.plans.door.look", look_later)
    done = merge_plans(planned, "town", source="draft", by="lead", base=0)
    [conflict] = done.combination.conflicts
    fates = {each.old.code: each.fate for each in conflict.ours}
    assert fates == dict.fromkeys((one.code, other.code), "merged")
    assert plan_of(planned).head == 1


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
