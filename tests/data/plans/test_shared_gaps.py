"""Gaps that hang on two communities at once: an overlap that lies in both, whichever of them is edited."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine

from data.database.access import Access
from data.database.engine import connected
from data.output import write_build
from data.plans.carrying import Applied, Asked, carry_out
from data.plans.dossiers import read_folder
from data.plans.ground import meant_by_codes
from data.plans.importing import import_build
from data.plans.ledger import Gap
from data.plans.look import look, source_of
from data.plans.numbers import fresh_numbers
from data.plans.plan import find_plan
from data.plans.rows import row
from geo.build import build
from geo.edits.ground import Grid
from geo.edits.split import split_grid
from geo.sources import Parameters, Sources
from tests.data.cluster.using import LONG_S, eventually
from tests.data.plans.conftest import opened
from tests.data.plans.plans import ask, assert_ledgers_true, gaps_in, grids_of, plan_of
from tests.geo.edits.grounds import line
from tests.geo.sketching import CELL_M, SOUTH, WEST, buildings, sources, square
from tests.geo.tabling import tables

A, B, C = (f"53010200100{number}" for number in (1, 2, 3))
OVERLAP = "overlap:patrol_zone:p+patrol_zone:q"
ZONES = {"p": square(0, 0, 4), "q": square(1.5, 0, 3.5)}
"""They overlap by one and a half cells in the first three, and by one in those that follow; ``q`` holds both."""

WAITING = "SELECT count(*) AS number FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"


@contextmanager
def plan_in(database: Access, folder: Path, drawn: Sources) -> Iterator[Engine]:
    """Import drawn layers as the plan ``town``."""
    write_build(build(drawn, Parameters()), folder / "drawn", facts={})
    with opened(database) as engine:
        import_build(engine, folder / "drawn", "town", by="importer")
        yield engine


def grid_in(engine: Engine, community: str, x: float = 0.0, unit: str = "q") -> Grid:
    """Return the grid of a unit in a community that begins farthest west, from a place on."""
    here = [one.grid for one in grids_of(engine, community=community).values() if one.grid.source_id == unit]
    return min((grid for grid in here if grid.polygon.bounds[2] > at(x, 0)[0]), key=lambda grid: grid.polygon.bounds)


def at(x: float, y: float) -> list[float]:
    return [WEST + x * CELL_M, SOUTH + y * CELL_M]


def the_gap(engine: Engine, gap_id: str = OVERLAP) -> Gap:
    return gaps_in(engine)[gap_id]


# what hangs on both is the same from either side


def test_an_overlap_counts_the_buildings_on_both_sides_once_whichever_side_is_edited(database: Access, tmp_path: Path):
    on_border, twins = (3, 0.5, 5), [(3.7, 0.5, 3), (3.7, 0.5, 3)]
    drawn = sources("AAABBB", buildings=buildings((2, 0.5, 10), (3.5, 0.5, 20), on_border, *twins), patrol_zone=ZONES)
    with plan_in(database, tmp_path, drawn) as engine:
        assert the_gap(engine).said["households"] == 41
        for community in (A, B):
            done = ask(engine, "retag", code=grid_in(engine, community).code, name="新名")
            assert OVERLAP not in {gap.gap_id for gap in (*done.gaps.ended, *done.gaps.written)}
        assert the_gap(engine).said["households"] == 41
        with connected(engine, place="") as connection:
            source = source_of(connection, plan_of(engine).source_id)
            counted = {tuple(some): read_folder(connection, source, some).buildings() for some in ([A], [B], [A, B])}
        assert {some: int(found.counts[:, 0].sum()) for some, found in counted.items()} == dict.fromkeys(counted, 41)


def test_a_building_in_a_hole_between_communities_stays_when_a_grid_beside_it_is_edited(
    database: Access, tmp_path: Path
):
    drawn = sources("AAA\nA.A\nAAA", buildings=buildings((1.5, 1.5, 7)), compound={"v": square(0, 0, 3)})
    with plan_in(database, tmp_path, drawn) as engine:
        (hole,) = (gap_id for gap_id in gaps_in(engine) if gap_id.startswith("no_community:"))
        assert the_gap(engine, hole).said["households"] == 7
        ask(engine, "retag", code=grid_in(engine, A, unit="v").code, name="新名")
        assert the_gap(engine, hole).said["households"] == 7
        assert_ledgers_true(engine)


@pytest.mark.parametrize("key", ["on", "community"])
def test_what_is_accepted_for_another_community_stays_accepted_when_this_one_is_edited(
    database: Access, tmp_path: Path, key: str
):
    place = {"on": f"community:{A}"} if key == "on" else {"community": A}
    signed = [{**place, "kind": "overlap", "reason": "缓办", "signer": "甲", "expires": "2099-01-01"}]
    drawn = replace(sources("AAABBB", patrol_zone=ZONES), tables=tables(exceptions=signed))
    with plan_in(database, tmp_path, drawn) as engine:
        assert (the_gap(engine).said["community"], the_gap(engine).said["state"]) == (A, "accepted")
        done = ask(engine, "retag", code=grid_in(engine, B).code, name="新名")
        assert not done.gaps.ended
        assert_ledgers_true(engine)


# planners at once


@contextmanager
def at_once(engine: Engine, code: str, x: float) -> Iterator[ThreadPoolExecutor]:
    """Have a planner who splits a grid look at it before, and write after, what others do here, or wait to do."""
    with ThreadPoolExecutor(2) as others, connected(engine, place="") as connection:
        plan = find_plan(connection, "town")
        seen = look(connection, plan, lambda plan: meant_by_codes(connection, plan, plan.head, [code]))
        yield others
        fresh = fresh_numbers(connection, seen.plan, seen.source.parameters)
        split = split_grid(code, line((x, -1), (x, 2)), fresh=fresh)
        carry_out(connection, seen, split, Asked("split", {}, "first", seen.plan.head))


def done_or_waits(engine: Engine, asked: Future[Applied]) -> bool:
    """Wait until an edit is done, or waits for others; tell whether it is done."""
    assert eventually(lambda: asked.done() or waiting(engine), within_s=LONG_S)
    return asked.done()


def waiting(engine: Engine) -> bool:
    with connected(engine, place="") as connection:
        return bool(row(connection, WAITING, {}).number)


def test_no_stale_gap_is_left_when_both_communities_that_it_lies_in_are_edited_at_once(
    database: Access, tmp_path: Path
):
    """Neither edit alone moves the overlap to another grid: of 2.5 cells in the first community the split leaves 1.5,
    the merger makes 2 of two halves in the second. The compound between them keeps them from being neighbours."""
    zones = {"p": square(0, 0, 8), "q": square(1, 0, 5.5)}
    drawn = sources("AAAABBBB", patrol_zone=zones, compound={"between": square(3.5, 0)})
    with plan_in(database, tmp_path, drawn) as engine:
        ask(engine, "split", code=grid_in(engine, B).code, line=[at(5.5, -1), at(5.5, 2)])
        mine, *halves = (grid_in(engine, *place).code for place in ((A,), (B,), (B, 5.6)))
        assert the_gap(engine).said["code"] == mine
        with at_once(engine, mine, 2) as others:
            merger = others.submit(ask, engine, "merge", codes=halves, keep=halves[0], by="second")
            done_or_waits(engine, merger)
        assert merger.result().revision == 3
        assert the_gap(engine).said["code"] == halves[0]
        assert_ledgers_true(engine)


def test_who_edits_a_community_that_shares_no_gap_does_not_wait(database: Access, tmp_path: Path):
    """The first community shares an overlap with the second, that one another with the third."""
    zones = {**ZONES, "r": square(4.5, 0.5, 3.5, 0.5), "s": square(5.5, 0.5, 3, 0.5)}
    with plan_in(database, tmp_path, sources("AAABBBCCC", patrol_zone=zones)) as engine:
        codes = {community: grid_in(engine, community, unit="s").code for community in (B, C)}
        with at_once(engine, grid_in(engine, A).code, 2.3) as others:
            far = others.submit(ask, engine, "retag", code=codes[C], name="新名", by="second")
            assert far.result(LONG_S).revision == 1
            near = others.submit(ask, engine, "retag", code=codes[B], name="新名", by="third")
            assert not done_or_waits(engine, near)
        assert near.result().revision == 3
        assert_ledgers_true(engine)
