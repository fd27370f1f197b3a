"""A new build over a plan."""

from __future__ import annotations

import time
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import geopandas as gpd
import psycopg
import pytest
import shapely
from psycopg.types.json import Jsonb
from sqlalchemy import Connection, Engine, text

from data.database.engine import connected
from data.demo.writing import write_demo
from data.output import read_build
from data.plans import renewing
from data.plans.carrying import Applied, Asked, carry_out
from data.plans.door import edit_on, tried
from data.plans.ground import meant_by_codes
from data.plans.life import DEEPEST, branch, log
from data.plans.look import look
from data.plans.plan import find_plan
from data.plans.renewing import TAKE_OVER, accept, offer_build
from data.plans.rows import row
from data.plans.verbs import read_verb
from geo.edits.ground import Grid
from geo.edits.retag import retag_grid
from geo.errors import (
    NotADraftError,
    PlanOutdatedError,
)
from tests.data.plans.conftest import built
from tests.data.plans.plans import across, ask, assert_ledgers_true, assert_whole, gaps_in, grids_of, plan_of
from tests.data.plans.test_editing import largest
from tests.data.plans.test_lives import drawn


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


def test_an_edit_that_a_new_build_overtook_is_done_on_that(planned: Engine, changed_build: Path):
    offer_build(planned, changed_build, into="town", name="new", by="p")
    offered = grids_of(planned, "new")
    code = next(
        code for code, one in grids_of(planned).items()
        if code in offered and offered[code].grid.polygon.equals(one.grid.polygon)
    )  # fmt: skip
    sources = []

    def attempt(connection: Connection) -> Applied:
        plan = find_plan(connection, "town")
        seen = look(connection, plan, lambda plan: meant_by_codes(connection, plan, plan.head, [code]))
        if not sources:
            accept(planned, "town", offer="new", by="p")
        sources.append(seen.plan.source_id)
        return carry_out(connection, seen, retag_grid(code, name="改名"), Asked("retag", {}, "p", seen.plan.head))

    assert tried(planned, "town", attempt).revision == 2
    assert sources[0] != sources[1] == plan_of(planned).source_id
    assert_ledgers_true(planned)


def offered(engine: Engine) -> Grid:
    """Return the largest grid of the offer where people live."""
    grids = [one.grid for one in grids_of(engine, "new").values() if one.grid.kind == "residential"]
    return max(grids, key=lambda grid: grid.polygon.area)


def waiting(engine: Engine, work: Future) -> None:
    """Wait until something under way waits for somebody's row; it may not get through without."""
    waits = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    deadline = time.monotonic() + 30
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as watching:
        while watching.scalar(text(waits)) == 0:
            assert not work.done()
            assert time.monotonic() < deadline
            time.sleep(0.01)


def test_an_edit_of_the_offer_that_is_done_as_it_is_accepted_comes_too(planned: Engine, changed_build: Path):
    offer_build(planned, changed_build, into="town", name="new", by="p")
    grid, offer = offered(planned), plan_of(planned, "new")
    split = read_verb({"verb": "split", "code": grid.code, "line": across(grid.polygon)})
    with ThreadPoolExecutor() as pool:
        with planned.begin() as editing:
            made = edit_on(editing, "new", split, by="p", base=offer.head, crs=f"EPSG:{offer.srid}")
            accepting = pool.submit(accept, planned, "town", offer="new", by="p")
            waiting(planned, accepting)
        plan = accepting.result()
    [new] = made.created
    assert grids_of(planned)[new.code].grid.polygon.equals(new.polygon)
    with connected(planned, place="") as connection:
        entry = log(connection, plan)[-1]
    assert entry.arguments == {"plan": "new", "revision": made.revision}
    assert new.code in {passed["new"] for passed in entry.lineage}


def test_an_edit_of_the_offer_that_comes_after_it_was_accepted_is_not_done(planned: Engine, changed_build: Path):
    offer_build(planned, changed_build, into="town", name="new", by="p")
    grid = offered(planned)
    with ThreadPoolExecutor() as pool:
        with planned.begin() as accepting:
            plan, offer = (find_plan(accepting, name) for name in ("town", "new"))
            as_seen = {"plan": plan.plan_id, "head": plan.head, "other": offer.plan_id, "offered": offer.head}
            row(accepting, TAKE_OVER, {**as_seen, "by": "p", "lineage": Jsonb([])})
            editing = pool.submit(ask, planned, "retag", plan="new", code=grid.code, name="迟")
            waiting(planned, editing)
        with pytest.raises(NotADraftError, match="plan new has moved on meanwhile: the plan is no draft"):
            editing.result()
    assert plan_of(planned, "new").state == "withdrawn"
    with pytest.raises(NotADraftError, match="plan new is withdrawn"):
        accept(planned, "town", offer="new", by="p")


def test_plans_are_taken_over_as_they_were_looked_at_alone(planned: Engine, changed_build: Path):
    offer_build(planned, changed_build, into="town", name="new", by="p")
    plan, offer = (plan_of(planned, name) for name in ("town", "new"))
    for moved in ({"head": plan.head + 1}, {"offered": offer.head + 1}, {"offered": offer.head - 1}):
        as_seen = {"plan": plan.plan_id, "head": plan.head, "other": offer.plan_id, "offered": offer.head}
        with connected(planned, place="") as connection, pytest.raises(psycopg.Error) as refused:
            row(connection, TAKE_OVER, {**as_seen, **moved, "by": "p", "lineage": Jsonb([])})
        assert refused.value.sqlstate == "OG001"
    assert (plan_of(planned), plan_of(planned, "new")) == (plan, offer)


def test_a_plan_that_changed_since_the_offer_is_not_overwritten(planned: Engine, changed_build: Path):
    offer_build(planned, changed_build, into="town", name="new", by="p")
    ask(planned, "retag", code=largest(planned).code, name="x")
    with pytest.raises(PlanOutdatedError, match="offer the build again"):
        accept(planned, "town", offer="new", by="p")
    with pytest.raises(NotADraftError, match="is no new build offered to new"):
        accept(planned, "new", offer="town", by="p")


def alike_in(before: gpd.GeoSeries, engine: Engine) -> list[Grid]:
    """Return grids where people live that both builds drew alike, the largest first."""
    alike = [
        old.grid for code, old in grids_of(engine).items()
        if code in before.index and old.grid.kind == "residential" and before[code].equals(old.grid.polygon)
    ]  # fmt: skip
    return sorted(alike, key=lambda grid: -grid.polygon.area)


def test_a_second_new_build_keeps_what_was_decided_before_the_first_one_too(
    planned: Engine, changed_build: Path, town_build: Path
):
    first, second = alike_in(read_build(changed_build, ["grids"])["grids"].set_index("code").geometry, planned)[:2]
    ask(planned, "retag", code=first.code, name="先改")
    [made] = ask(planned, "split", code=first.code, line=across(first.polygon)).created
    offer_build(planned, changed_build, into="town", name="town 2027", by="p")
    accept(planned, "town", offer="town 2027", by="p")
    ask(planned, "retag", code=second.code, name="后改")
    offer = offer_build(planned, town_build, into="town", name="town 2028", by="p")
    outcomes = {(one.decision.grid.grid_id, one.outcome) for one in offer.outcomes}
    assert outcomes == {(grid.grid_id, "kept") for grid in (first, made, second)}
    accept(planned, "town", offer="town 2028", by="p")
    after = {one.grid.grid_id: one.grid for one in grids_of(planned).values()}
    assert (after[first.grid_id].name, after[second.grid_id].name) == ("先改", "后改")
    assert after[made.grid_id].polygon.equals(made.polygon)
    assert_whole(planned)
    assert_ledgers_true(planned)


def test_what_was_decided_before_a_branch_got_rows_of_its_own_is_kept(planned: Engine, changed_build: Path):
    grid, *_ = alike_in(read_build(changed_build, ["grids"])["grids"].set_index("code").geometry, planned)
    ask(planned, "retag", code=grid.code, name="先改")
    name = "town"
    for number in range(DEEPEST + 2):
        branch(planned, f"b{number}", of=name, by="p")
        name = f"b{number}"
    offer = offer_build(planned, changed_build, into=name, name="new", by="p")
    assert [(one.decision.grid.code, one.outcome) for one in offer.outcomes] == [(grid.code, "kept")]
    accept(planned, name, offer="new", by="p")
    assert grids_of(planned, name)[grid.code].grid.name == "先改"


def test_who_interrupts_an_offer_is_told_what_stands(
    planned: Engine, changed_build: Path, monkeypatch: pytest.MonkeyPatch
):
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    for step, said in (
        ("bring", "plan new is imported, without what planners decided in town"),
        ("compare", "plan again is offered to town"),
    ):
        with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt, match=f"^{said}$"):
            patched.setattr(renewing, step, interrupt)
            offer_build(planned, changed_build, into="town", name=said.split()[1], by="p")
