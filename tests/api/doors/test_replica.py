"""A read replica answers who reads, and never with less than had been done before he asked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from data.database import replica
from data.database.access import Access
from data.database.engine import application_engine
from data.plans.importing import import_build
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
