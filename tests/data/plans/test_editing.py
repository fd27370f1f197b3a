"""Edits of a plan in the database: what is written, what is refused, what hangs on it."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from sqlalchemy import Connection, Engine

from data.database.engine import connected
from data.plans.carrying import Applied, Asked, carry_out
from data.plans.door import edit, tried
from data.plans.ground import meant_by_codes
from data.plans.life import log
from data.plans.look import look
from data.plans.plan import find_plan
from data.plans.verbs import read_verb
from geo.crs import to_lonlat
from geo.edits.ground import Grid
from geo.edits.retag import retag_grid
from geo.errors import (
    CrossesCommunityError,
    GridLockedError,
    InputError,
    NoCodeLeftError,
    NotAdjacentError,
    StaleRevisionError,
    UnknownGridError,
)
from tests.data.plans.plans import across, ask, assert_ledgers_true, assert_whole, gaps_in, grids_of, plan_of


def largest(engine: Engine, number: int = 0, kind: str = "residential") -> Grid:
    """Return the largest grids of a kind, from the first."""
    grids = [version.grid for version in grids_of(engine).values() if version.grid.kind == kind]
    return sorted(grids, key=lambda grid: -grid.polygon.area)[number]


def neighbours(engine: Engine, *, communities: int = 1) -> tuple[Grid, Grid]:
    """Return two grids of one community, or of two, with a long common border."""
    grids = [version.grid for version in grids_of(engine).values() if version.grid.polygon.geom_type == "Polygon"]
    pairs = [
        (one.polygon.intersection(other.polygon).length, one, other)
        for one in grids for other in grids
        if one.code < other.code and len({one.community, other.community}) == communities
    ]  # fmt: skip
    return max(pairs, key=lambda pair: pair[0])[1:]


def test_the_ledgers_of_a_new_plan_are_those_that_edits_draw_up(planned: Engine):
    assert_ledgers_true(planned)


def test_a_split_makes_a_grid_shares_out_households_and_looks_for_gaps(planned: Engine):
    grid = largest(planned)
    done = ask(planned, "split", code=grid.code, line=across(grid.polygon))
    assert done.revision == 1
    assert [one.code for one in done.modified] == [grid.code]
    [made] = done.created
    after = grids_of(planned)
    assert after[grid.code].grid.polygon.area >= after[made.code].grid.polygon.area
    assert after[grid.code].grid.households + after[made.code].grid.households == grid.households
    assert after[made.code].grid.grid_id not in {one.grid.grid_id for one in grids_of(planned, at=0).values()}
    assert f"no_grid_head:{made.code}" in done.gaps.opened
    assert f"no_grid_head:{made.code}" in gaps_in(planned)
    assert f"no_grid_head:{made.code}" not in gaps_in(planned, at=0)
    assert_whole(planned)
    assert_ledgers_true(planned)


def test_only_what_an_edit_touches_is_written(planned: Engine):
    grid = largest(planned)
    done = ask(planned, "retag", code=grid.code, name="新名")
    assert set(done.after) == {grid.code}
    assert done.gaps.ended == []
    before, after = grids_of(planned, at=0), grids_of(planned)
    changed = [code for code in after if after[code].version_id != before[code].version_id]
    assert changed == [grid.code]
    assert after[grid.code].grid.name == "新名"


def test_a_merge_takes_posts_and_people_along(planned: Engine):
    other, one = neighbours(planned)
    done = ask(planned, "merge", codes=[other.code], keep=one.code)
    kept = grids_of(planned)[one.code].grid
    assert [grid.code for grid in done.retired] == [other.code]
    assert kept.households == (one.households or 0) + (other.households or 0)
    came = [record for record in other.records if record.table not in ("scores", "exceptions")]
    assert came
    assert set(kept.records) == {*one.records, *came}
    assert not [gap for gap in gaps_in(planned).values() if gap.said["code"] == other.code]
    assert_whole(planned)
    assert_ledgers_true(planned)


def test_a_shared_border_moves_on_both_sides(planned: Engine):
    one, other = neighbours(planned)
    border = shapely.line_merge(one.polygon.intersection(other.polygon))
    line = max(shapely.get_parts(border), key=lambda part: part.length)
    ends, middle = line.interpolate([0.3, 0.7], normalized=True), line.interpolate(0.5, normalized=True)
    bulge = shapely.affinity.translate(middle, 3, 4)
    places = [[point.x, point.y] for point in (ends[0], bulge, ends[1])]
    done = ask(planned, "reshape", codes=[one.code, other.code], line=places)
    assert {grid.code for grid in done.modified} == {one.code, other.code}
    assert sum(passed.area_share for passed in done.lineage if passed.old == one.code) == pytest.approx(1, abs=1e-4)
    assert_whole(planned)


def test_positions_may_be_longitude_and_latitude(planned: Engine):
    grid, plan = largest(planned), plan_of(planned)
    line = to_lonlat(np.array(across(grid.polygon)), plan.crs).round(9).tolist()
    done = edit(planned, "town", read_verb({"verb": "split", "code": grid.code, "line": line}), by="p", base=0)
    assert len(done.created) >= 1


def test_a_dry_run_tells_the_same_and_writes_nothing(planned: Engine):
    grid = largest(planned)
    tried = ask(planned, "split", dry_run=True, code=grid.code, line=across(grid.polygon))
    assert tried.revision is None
    assert plan_of(planned).head == 0
    done = ask(planned, "split", code=grid.code, line=across(grid.polygon))
    assert tried.gaps.opened == done.gaps.opened
    assert [one.households for one in tried.modified] == [one.households for one in done.modified]


def test_what_cannot_be_done_is_refused_and_nothing_is_written(planned: Engine):
    one = largest(planned)
    far = next(grid.grid for grid in grids_of(planned).values() if grid.grid.community != one.community)
    with pytest.raises(UnknownGridError, match="has no grid 000"):
        ask(planned, "split", code="000", line=[[0, 0], [1, 1]])
    with pytest.raises(CrossesCommunityError):
        ask(planned, "merge", codes=[far.code], keep=one.code)
    same = [grid.grid for grid in grids_of(planned, community=one.community).values()]
    apart = next(grid for grid in same if not shapely.dwithin(grid.polygon, one.polygon, 1))
    with pytest.raises(NotAdjacentError):
        ask(planned, "merge", codes=[apart.code], keep=one.code)
    assert plan_of(planned).head == 0


def test_a_locked_grid_stays_until_it_is_unlocked(planned: Engine):
    one, other = neighbours(planned)
    ask(planned, "lock", code=one.code)
    with pytest.raises(GridLockedError):
        ask(planned, "merge", codes=[one.code], keep=other.code)
    ask(planned, "lock", code=one.code, locked=False)
    assert ask(planned, "merge", codes=[one.code], keep=other.code).revision == 3


def test_locking_what_is_locked_writes_nothing(planned: Engine):
    grid = largest(planned)
    assert ask(planned, "lock", code=grid.code).revision == 1
    assert ask(planned, "lock", code=grid.code).revision is None


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"verb": "explode"}, "there is no verb explode; there are split, merge, "),
        ({"code": "1"}, "an edit has a verb: split, merge, "),
        (["split"], "an edit is a JSON object, such as "),
        ({"verb": "split", "code": "1"}, "split: line is missing"),
        ({"verb": "split", "code": 1, "line": [[0, 0], [1, 1]]}, "split: code must be a text"),
        ({"verb": "split", "code": "", "line": [[0, 0], [1, 1]]}, "split: code must not be empty"),
        ({"verb": "split", "code": "1", "line": "east"}, "split: line must be a list"),
        (
            {"verb": "split", "code": "1", "line": [[0, 0], [float("nan"), 1]]},
            "split: entry 2 of line must be a finite number",
        ),
        ({"verb": "split", "code": "1", "line": [[0, 0]]}, "split: line must have at least 2 entries"),
        ({"verb": "split", "code": "1", "line": [[0, 0], [1]]}, "split: entry 2 of line must be two numbers, x and y"),
        ({"verb": "split", "code": "1", "line": [[0, 0], [1, 1, 1]]}, "split: entry 2 of line must be two numbers"),
        ({"verb": "split", "code": "1", "line": [[0, 0], 7]}, "split: entry 2 of line must be two numbers"),
        ({"verb": "move_vertex", "from": [0, 0]}, "move_vertex: to is missing"),
        ({"verb": "move_vertex", "from": [0, "x"], "to": [1, 1]}, "move_vertex: from must be two numbers"),
        ({"verb": "move_vertex", "from": [0, 0], "to": [1, 1, 1]}, "move_vertex: to must be two numbers"),
        ({"verb": "reassign", "places": [[1, 2]], "to": 3}, "reassign: to must be a text"),
        ({"verb": "insert_vertex", "at": "x"}, "insert_vertex: at must be two numbers"),
        ({"verb": "merge", "codes": [], "keep": "1"}, "merge: codes must have at least 1 entries"),
        ({"verb": "merge", "codes": ["1", 2], "keep": "1"}, "merge: entry 2 of codes must be a text"),
        ({"verb": "lock", "code": "1", "locked": "perhaps"}, "lock: locked must be true or false"),
        ({"verb": "lock", "code": "1", "lock": True}, "lock has no argument lock; it takes code, locked, and snap_m"),
        ({"verb": "retag", "code": "1", "name": "x", "snap_m": 99}, "retag: snap_m must be at most 50"),
    ],
)
def test_a_request_that_makes_no_sense_says_which_part(said: dict, why: str):
    with pytest.raises(InputError, match=why):
        read_verb(said)


def test_an_edit_on_an_older_revision_is_applied_where_nothing_changed_since(planned: Engine):
    one = largest(planned)
    far = next(
        grid.grid for grid in grids_of(planned).values() if not shapely.dwithin(grid.grid.polygon, one.polygon, 9)
    )
    ask(planned, "retag", code=far.code, name="别处")
    done = ask(planned, "split", base=0, code=one.code, line=across(one.polygon))
    assert done.revision == 2


def test_an_edit_on_grids_that_changed_since_is_stale_and_says_which(planned: Engine):
    one, other = neighbours(planned)
    ask(planned, "retag", code=other.code, name="邻居")
    with pytest.raises(StaleRevisionError, match=f"{other.code} has changed since revision 0") as refused:
        ask(planned, "split", base=0, code=one.code, line=across(one.polygon))
    assert refused.value.grids == (other.code,)


def test_an_edit_looks_again_where_a_neighbour_in_another_community_changed_while_it_was_worked_out(planned: Engine):
    one, other = neighbours(planned, communities=2)
    looked = []

    def attempt(connection: Connection) -> Applied:
        plan = find_plan(connection, "town")
        seen = look(connection, plan, lambda plan: meant_by_codes(connection, plan, plan.head, [one.code]))
        if not looked:
            ask(planned, "retag", code=other.code, name="同时改名")
        looked.append(seen.plan.head)
        return carry_out(connection, seen, retag_grid(one.code, name="改名"), Asked("retag", {}, "planner", 0))

    with pytest.raises(StaleRevisionError, match=f"{other.code} has changed since revision 0"):
        tried(planned, "town", attempt)
    assert looked == [0, 1]
    assert plan_of(planned).head == 1
    assert_whole(planned)


def test_an_edit_of_a_grid_that_is_gone_is_stale(planned: Engine):
    one, other = neighbours(planned)
    ask(planned, "merge", codes=[other.code], keep=one.code)
    with pytest.raises(StaleRevisionError):
        ask(planned, "retag", base=0, code=other.code, name="x")
    with pytest.raises(UnknownGridError):
        ask(planned, "retag", code=other.code, name="x")


def test_vertices_on_a_neighbours_border_are_no_change_of_the_neighbour(planned: Engine):
    one, other = neighbours(planned)
    border = shapely.line_merge(one.polygon.intersection(other.polygon))
    line = max(shapely.get_parts(border), key=lambda part: part.length)
    middle = line.interpolate(0.5, normalized=True)
    done = ask(planned, "insert_vertex", at=[round(middle.x, 3), round(middle.y, 3)])
    assert not done.modified
    assert {grid.code for grid in done.woven} >= {one.code}
    assert ask(planned, "split", base=0, code=one.code, line=across(one.polygon)).revision == 2
    assert_whole(planned)


def test_a_refusal_is_told_though_what_was_asked_early_failed(planned: Engine, monkeypatch: pytest.MonkeyPatch):
    slowly = "SELECT 1 / length(pg_sleep(0.5)::text), %(plan)s, %(at)s, %(communities)s, %(ids)s"
    monkeypatch.setattr("data.plans.ledger.GAPS", slowly)
    one, other = neighbours(planned, communities=2)
    with pytest.raises(CrossesCommunityError):
        ask(planned, "merge", codes=[one.code, other.code], keep=one.code)


def test_a_revision_that_is_not_there_yet_is_refused(planned: Engine):
    with pytest.raises(InputError, match="has no revision 7; the latest is 0"):
        ask(planned, "lock", base=7, code=largest(planned).code)


def test_the_log_says_who_did_what(planned: Engine):
    grid = largest(planned)
    done = ask(planned, "split", by="李规划", code=grid.code, line=across(grid.polygon))
    with connected(planned, place="") as connection:
        first, entry = log(connection, plan_of(planned))
    assert (first.verb, first.made_by) == ("import", "importer")
    assert (entry.revision, entry.verb, entry.made_by, entry.base) == (1, "split", "李规划", 0)
    assert entry.arguments["code"] == grid.code
    assert entry.changes["created"] == [one.code for one in done.created]
    assert entry.changes["modified"] == [grid.code]
    assert sum(passed["area_share"] for passed in entry.lineage) == pytest.approx(1)


def test_a_community_that_ran_out_of_numbers_says_so(planned: Engine, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(__import__("geo.codes", fromlist=["DIGITS"]).DIGITS, "DB11/T 2157", 1)
    grid = largest(planned)
    with pytest.raises(NoCodeLeftError, match="has used all of its 9 numbers") as refused:
        for _ in range(12):
            grid = largest(planned)
            ask(planned, "split", code=grid.code, line=across(grid.polygon))
    assert refused.value.code == "codes_exhausted"
