"""Undo and redo."""

from __future__ import annotations

import pytest
import shapely
from sqlalchemy import Engine

from data.database.engine import connected
from data.plans.carrying import Asked, note
from data.plans.plan import find_plan
from data.plans.undoing import redo, undo
from geo.errors import (
    EditRefused,
    NothingToReverseError,
    StaleRevisionError,
)
from tests.data.plans.plans import across, ask, assert_ledgers_true, assert_whole, gaps_in, grids_of, plan_of
from tests.data.plans.test_editing import largest, neighbours
from tests.data.plans.test_lives import drawn


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


def test_what_was_done_to_one_grid_is_taken_back_and_done_again_step_by_step(planned: Engine):
    grid = largest(planned)
    states = [drawn(planned)]
    for number in range(4):
        land = grids_of(planned)[grid.code].grid.polygon
        said = {"verb": "split", "line": across(land)} if number % 2 else {"verb": "retag", "name": f"第{number}"}
        ask(planned, **said, code=grid.code, by="a")
        states.append(drawn(planned))
    for turn, past in ((undo, states[3::-1]), (redo, states[1:3]), (undo, states[1::-1]), (redo, states[1:])):
        for state in past:
            turn(planned, "town", by="a", base=plan_of(planned).head)
            assert drawn(planned) == state


def test_what_others_did_to_a_grid_and_took_back_does_not_keep_its_last_edit(planned: Engine):
    grid = largest(planned)
    ask(planned, "retag", by="a", code=grid.code, name="甲")
    ask(planned, "split", by="b", code=grid.code, line=across(grid.polygon))
    with pytest.raises(StaleRevisionError):
        undo(planned, "town", by="a", base=2)
    undo(planned, "town", by="b", base=2)
    undo(planned, "town", by="a", base=3)
    assert grids_of(planned)[grid.code].grid == grid
    with pytest.raises(StaleRevisionError):
        redo(planned, "town", by="b", base=4)


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


def test_what_others_said_of_a_neighbour_since_stays_when_its_border_is_put_back(planned: Engine):
    one, _ = neighbours(planned)
    done = ask(planned, "split", by="a", code=one.code, line=across(one.polygon))
    woven = [grid for grid in done.woven if grid.community == one.community]
    assert woven
    for grid in woven:
        ask(planned, "retag", by="b", code=grid.code, name=f"新{grid.code}")
        ask(planned, "lock", by="b", code=grid.code)
    before = grids_of(planned, at=0)
    undone = undo(planned, "town", by="a", base=plan_of(planned).head)
    after = grids_of(planned)
    assert {grid.code for grid in undone.modified} == {one.code}
    for grid in woven:
        now = after[grid.code].grid
        assert (now.name, now.locked) == (f"新{grid.code}", True)
        assert now.polygon == before[grid.code].grid.polygon
    assert_whole(planned)
    assert_ledgers_true(planned)


def test_a_revision_that_changed_nothing_is_passed_over(planned: Engine):
    grid = largest(planned)
    ask(planned, "retag", code=grid.code, name="x")
    with connected(planned, place="") as connection:
        note(connection, find_plan(connection, "town"), Asked("retag", {}, "planner", 1))
    done = undo(planned, "town", by="planner", base=2)
    assert [one.code for one in done.modified] == [grid.code]
    assert grids_of(planned)[grid.code].grid.name == grid.name


def test_what_another_program_of_the_same_user_did_since_is_not_undone(planned: Engine):
    one, other = neighbours(planned)
    ask(planned, "retag", by="a", code=one.code, name="一")
    ask(planned, "retag", by="a", code=other.code, name="二")
    before = drawn(planned)
    for base in (0, 1):
        with pytest.raises(StaleRevisionError) as refused:
            undo(planned, "town", by="a", base=base)
        assert refused.value.grids == (other.code,)
    assert drawn(planned) == before
    undo(planned, "town", by="a", base=2)
    assert grids_of(planned)[other.code].grid.name == other.name


def test_an_undo_of_what_another_program_undid_already_takes_back_no_more(planned: Engine):
    one, other = neighbours(planned)
    ask(planned, "retag", by="a", code=one.code, name="一")
    ask(planned, "retag", by="a", code=other.code, name="二")
    undo(planned, "town", by="a", base=2)
    with pytest.raises(StaleRevisionError) as refused:
        undo(planned, "town", by="a", base=2)
    assert refused.value.grids == (other.code,)
    assert grids_of(planned)[one.code].grid.name == "一"


def test_what_another_program_of_the_same_user_undid_since_is_not_done_again(planned: Engine):
    one, other = neighbours(planned)
    ask(planned, "retag", by="a", code=one.code, name="一")
    ask(planned, "retag", by="a", code=other.code, name="二")
    undo(planned, "town", by="a", base=2)
    undo(planned, "town", by="a", base=3)
    for base in (2, 3):
        with pytest.raises(StaleRevisionError) as refused:
            redo(planned, "town", by="a", base=base)
        assert refused.value.grids == (one.code,)
    redo(planned, "town", by="a", base=4)
    assert grids_of(planned)[one.code].grid.name == "一"
    assert grids_of(planned)[other.code].grid.name == other.name


def test_an_edit_is_undone_on_the_revision_it_made_whatever_others_did_elsewhere_since(planned: Engine):
    one, _ = neighbours(planned)
    far = next(g.grid for g in grids_of(planned).values() if not shapely.dwithin(g.grid.polygon, one.polygon, 99))
    ask(planned, "retag", by="a", code=one.code, name="一")
    ask(planned, "retag", by="b", code=far.code, name="二")
    undo(planned, "town", by="a", base=1)
    assert grids_of(planned)[one.code].grid.name == one.name
