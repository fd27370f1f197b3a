"""``onegrid db``: a life of a database by the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from data.cluster.places import Places
from data.cluster.server import process_number, runs
from data.database.schema import newest_revision
from tests.api.conftest import Onegrid
from tests.api.running import onegrid
from tests.databases import Access, execute

CLEAN = ("ONEGRID_DATA_DIR", "ONEGRID_DATABASE_URL", "ONEGRID_DATABASE_ADMIN_URL")


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing that the machine has set steer the commands."""
    for name in CLEAN:
        monkeypatch.delenv(name, raising=False)


def test_a_database_is_made_looked_at_backed_up_and_restored_elsewhere(tmp_path: Path):
    first, second, file = tmp_path / "first", tmp_path / "第二", tmp_path / "a.backup"
    none = onegrid("db", "status", "--data-dir", first)
    assert (none.status, none.err) == (0, "")
    assert none.out == f"{first}: no database yet; `onegrid db upgrade`, or any command that needs one, makes it\n"
    assert not first.exists()
    made = onegrid("db", "upgrade", "--data-dir", first)
    assert (made.status, made.out, made.err) == (0, f"{first}: schema {newest_revision()}, before: none\n", "")
    told = onegrid("db", "status", "--data-dir", first)
    shown = dict(line.split(maxsplit=1) for line in told.out.splitlines())
    assert list(shown) == ["database", "PostgreSQL", "PostGIS", "schema", "size", "leakproof"]
    assert shown["database"] == f"{first} (private cluster)"
    assert shown["schema"] == f"{newest_revision()} (current)"
    assert shown["leakproof"] == "yes"
    kept = onegrid("db", "backup", file, "--data-dir", first)
    assert kept.status == 0, kept
    assert kept.out.endswith("; restored to prove it\n")
    back = onegrid("db", "restore", file, "--data-dir", second)
    assert back.status == 0, back
    facts = json.loads(onegrid("db", "status", "--data-dir", second, "--format", "json").out)
    assert (facts["state"], facts["private"], facts["leakproof"]) == ("current", True, True)
    for data_dir in (first, second):
        assert not runs(Places(data_dir))
        assert process_number(Places(data_dir)) is None


def test_a_server_of_ones_own_is_looked_at_by_its_address(
    here: Onegrid, database: Access, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("ONEGRID_DATABASE_URL", database.administrator.text)
    execute(database, "ALTER FUNCTION geometry_overlaps(geometry, geometry) NOT LEAKPROOF")
    told = here("db", "status")
    assert told.status == 0, told
    assert f"database    {database.administrator.place} (a server of your own)" in told.out
    assert (
        "leakproof   no: a user with a scope waits 60 times as long for a tile; have a superuser run: ALTER" in told.out
    )
    execute(database, "DROP SCHEMA onegrid CASCADE")
    assert "schema      none (none); make it: onegrid db upgrade" in here("db", "status").out
    assert here("db", "upgrade").status == 0
    execute(database, "UPDATE onegrid.alembic_version SET version_num = '9999'")
    assert "schema      9999 (newer); this One Grid knows up to " in here("db", "status").out
    assert "has schema revision 9999" in here("db", "upgrade").refusal


@pytest.mark.parametrize("command", ["status", "upgrade", "backup", "restore"])
def test_what_is_wrong_is_one_line(here: Onegrid, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str):
    monkeypatch.setenv("ONEGRID_DATABASE_URL", f"postgresql://planner:sesame@/d?host={tmp_path}")
    file = [tmp_path / "a.backup"] if command in {"backup", "restore"} else []
    ended = here("db", command, *file)
    assert ended.refusal.startswith(f"cannot reach the database {tmp_path}:5432/d: ")
    assert "sesame" not in ended.err
    monkeypatch.setenv("ONEGRID_DATABASE_URI", "x")
    assert here("db", command, *file).refusal == (
        "ONEGRID_DATABASE_URI is no setting; did you mean ONEGRID_DATABASE_URL?"
    )
    assert list(tmp_path.iterdir()) == []
