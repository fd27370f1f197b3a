"""A backup is restored where nobody works, and no server hands out what it drew of another history."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

import data.database.restore
from data.database.access import Access
from data.database.backup import backup
from data.database.engine import SERVING
from data.database.restore import TAKE, restore
from data.plans.tiles import HISTORY
from geo.errors import InputError
from tests.databases import execute


def quiet(stage: str) -> None:
    """Hear of no stage."""


@pytest.fixture
def kept(database: Access, tmp_path: Path) -> Path:
    """Make a backup."""
    backup(database, tmp_path / "a.backup", progress=quiet)
    return tmp_path / "a.backup"


def test_a_restore_waits_for_who_works_and_then_says_so(database: Access, kept: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(data.database.restore, "TAKE", TAKE.replace("60s", "200ms"))
    with psycopg.connect(database.administrator.libpq) as connection:
        connection.execute("SELECT count(*) FROM onegrid.plan")
        with pytest.raises(InputError, match="somebody works with the database; stop the server first"):
            restore(database, kept, progress=quiet)
    restore(database, kept, progress=quiet)


def test_a_restore_under_a_server_is_refused(database: Access, kept: Path):
    with (
        psycopg.connect(database.application.libpq, application_name=SERVING),
        pytest.raises(InputError, match=r"a server uses the database, .*; stop the server, then restore"),
    ):
        restore(database, kept, progress=quiet)
    restore(database, kept, progress=quiet)


def test_what_was_restored_is_another_history(database: Access, kept: Path):
    before = execute(database, f"SELECT {HISTORY}")
    restore(database, kept, progress=quiet)
    assert execute(database, f"SELECT {HISTORY}") != before
