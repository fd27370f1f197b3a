"""A read replica answers who reads, and never with less than had been done before he asked."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Connection

from data.database import replica
from data.database.access import Access
from data.database.engine import application_engine
from data.plans.importing import import_build
from data.plans.plan import Plan, find_plan
from geo.errors import InputError
from tests.api.doors.never_stale import beside, edit_and_look
from tests.api.doors.replicated import Copy, replicated
from tests.api.doors.tiles_read import Tiles
from tests.api.doors.world import ADMIN, NAME, World, opened, peopled
from tests.waiting import LONGEST_S, until

ASKED = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'onegrid' AND query LIKE '%drawn_grid%'"


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory, grid: Path) -> Iterator[tuple[Access, Copy]]:
    """Run a cluster with a plan, and a replica of it."""
    with replicated(tmp_path_factory.mktemp("replicated")) as (access, copy):
        engine = application_engine(access.application)
        import_build(engine, grid, NAME, by="importer")
        engine.dispose()
        yield access, copy


@pytest.fixture(scope="module")
def copy(original: tuple[Access, Copy]) -> Copy:
    """Return the replica."""
    return original[1]


@pytest.fixture(scope="module")
def world(original: tuple[Access, Copy]) -> Iterator[World]:
    """Run a server that reads from the replica."""
    access, copy = original
    with peopled(access, database_read_url=copy.url) as world:
        yield world


def replica_of(world: World) -> dict[str, Any]:
    """Return what the server says of its replica."""
    answer = world.ask(None, "GET", "/readyz")
    assert answer.status_code == 200, answer.text
    return answer.json()["replica"]


def test_who_reads_is_answered_by_the_replica(world: World, copy: Copy, monkeypatch: pytest.MonkeyPatch):
    until(lambda: replica_of(world) == {"state": "level", "bytes": 0, "seconds": 0.0})
    reads = world.running.transactions.replica
    assert reads is not None
    monkeypatch.setattr(replica, "PATIENCE_S", LONGEST_S)  # that a busy machine makes a copy late is no failure
    reads.late = False
    tiles = Tiles(world, ADMIN, NAME)
    assert tiles.answer(tiles.places(14)[0]).status_code == 200
    assert copy.says(ASKED)[0][0] > 0


def test_an_edit_shows_at_once_from_every_server(world: World, copy: Copy):
    until(lambda: replica_of(world)["state"] == "level")
    with beside(world, database_read_url=copy.url) as other:
        assert edit_and_look(world, other, edits=8) == []


def test_a_replica_that_hangs_back_hides_nothing(world: World, copy: Copy):
    with beside(world, database_read_url=copy.url) as other, copy.held_up():
        assert edit_and_look(world, other, edits=4) == []
        state = replica_of(other)
        assert state["state"] == "behind"
        assert state["bytes"] > 1000
        assert state["seconds"] > 0
    until(lambda: replica_of(world)["state"] == "level")


def test_a_replica_that_does_not_answer_is_done_without_and_taken_up_again(world: World, copy: Copy):
    reads = world.running.transactions.replica
    assert reads is not None
    until(lambda: reads.usable)
    copy.stop()
    codes = [world.ask(ADMIN, "GET", f"/api/plans/{NAME}/grids?limit=3").status_code for _ in range(10)]
    assert codes == [200] * 10
    assert replica_of(world) == {"state": "unreachable"}
    copy.start()
    until(lambda: reads.usable)
    until(lambda: replica_of(world)["state"] == "level")


@pytest.fixture
def ended(world: World, original: tuple[Access, Copy], monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Have the replica end whoever looks for a plan in it; return which plans were looked for."""
    access, copy = original
    reads = world.running.transactions.replica
    assert reads is not None
    ended: list[str] = []

    def ended_first(connection: Connection, plan: str) -> Plan:
        if connection.engine.pool is reads.in_threads.pool:
            connection.exec_driver_sql("SELECT count(*) FROM onegrid.plan")  # it sees a state from here on
            end_readers(access, copy)
            ended.append(plan)
        return find_plan(connection, plan)

    monkeypatch.setattr("api.asked.find_plan", ended_first)
    monkeypatch.setattr(replica, "PATIENCE_S", LONGEST_S)
    with copy.settled(max_standby_streaming_delay="0", hot_standby_feedback="off"):
        until(lambda: reads.usable and not reads.late)
        yield ended


@pytest.mark.parametrize("asked", ["/grids?limit=3", "/export?format=geojson"])
def test_who_reads_what_a_replica_ends_is_answered_all_the_same(world: World, ended: list[str], asked: str):
    answer = world.ask(ADMIN, "GET", f"/api/plans/{NAME}{asked}")
    assert answer.status_code == 200, answer.text
    assert ended == [NAME]
    assert answer.content == world.ask(ADMIN, "GET", f"/api/plans/{NAME}{asked}").content


def test_who_writes_is_not_in_the_way_of_a_replica(world: World, ended: list[str]):
    plan, grid = world.branched(), {"name": f"新名 {next(world.numbers)}"}
    renamed = world.ask(ADMIN, "PATCH", f"/api/plans/{plan}/grids/{world.code}", json=grid)
    assert renamed.status_code == 200, renamed.text
    assert renamed.json()["modified"] == [world.code]
    gap = {"state": "accepted", "reason": "改造期间", "expires": "2099-01-01"}
    accepted = world.ask(ADMIN, "PATCH", f"/api/plans/{plan}/gaps/{world.gap_id}", json=gap)
    assert accepted.status_code == 200, accepted.text
    assert plan not in ended


def end_readers(access: Access, copy: Copy) -> None:
    """Remove rows that readers of the replica may still see, until it has ended one."""
    sql = "SELECT confl_snapshot FROM pg_stat_database_conflicts WHERE datname = current_database()"
    before = copy.says(sql)

    def ended() -> bool:
        with psycopg.connect(access.administrator.libpq, autocommit=True) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS public.gone AS SELECT generate_series(1, 1000)")
            connection.execute("DELETE FROM public.gone")
            connection.execute("VACUUM public.gone")  # of rows that nobody at the database itself sees any more
            connection.execute("DROP TABLE public.gone")
        return copy.says(sql) != before

    until(ended)


def test_a_replica_that_is_always_a_little_behind_is_waited_for_again(
    world: World, original: tuple[Access, Copy], monkeypatch: pytest.MonkeyPatch
):
    access, copy = original
    reads = world.running.transactions.replica
    assert reads is not None
    monkeypatch.setattr(replica, "PATIENCE_S", LONGEST_S)
    done = threading.Event()

    def write() -> None:
        with psycopg.connect(access.administrator.libpq, autocommit=True) as connection:
            while not done.wait(0.01):
                connection.execute("SELECT txid_current()")

    with copy.settled(recovery_min_apply_delay="300ms"):
        writer = threading.Thread(target=write)
        writer.start()
        try:
            until(lambda: replica_of(world)["state"] == "behind")
            reads.late = True
            until(lambda: not reads.late)
            assert replica_of(world)["state"] == "behind"
        finally:
            done.set()
            writer.join()


def test_an_address_that_is_no_replica_is_refused(original: tuple[Access, Copy], pattern_database: Access):
    access, copy = original
    with (
        pytest.raises(InputError, match=r"^ONEGRID_DATABASE_READ_URL: .* is no streaming replica of the database$"),
        opened(access, database_read_url=access.application),
    ):
        pass
    with (
        pytest.raises(InputError, match="is no streaming replica"),
        opened(pattern_database, database_read_url=copy.url),
    ):
        pass
