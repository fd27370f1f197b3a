"""Backups: what comes back is what was there, and a file that would not bring it back is not written."""

from __future__ import annotations

import hashlib
import os
import stat
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from data.database.access import Access
from data.database.backup import backup
from data.database.restore import restore
from data.database.schema import newest_revision, upgrade
from data.database.sealing import SEAL
from data.database.status import status
from data.database.tools import Tools
from geo.errors import InputError
from tests.data.database.later import LATER, later_migrations
from tests.data.database.roles import PASSWORD, hosted
from tests.databases import execute

ODD = '"Odd "" name 网格"'
ROWS = 300
NASTY = "E'\\\\.\\nCOPY onegrid.x (a) FROM stdin;\\n多网'"
"""What ends a table's rows in a dump, and what begins them."""
FILL = (
    f"CREATE TABLE onegrid.{ODD} (id integer PRIMARY KEY, note text, shape geometry(Polygon, 4526), share float8, "
    "at timestamptz, tags text[])",
    f"INSERT INTO onegrid.{ODD} SELECT i, CASE WHEN i % 7 > 0 THEN {NASTY} || i END, "
    "ST_SetSRID(ST_Buffer(ST_Point(i, i / 3.0), 2), 4526), random(), now(), ARRAY['a', NULL] "
    f"FROM generate_series(1, {ROWS}) AS i",
    f"CREATE INDEX ON onegrid.{ODD} USING gist (shape)",
    "CREATE TABLE onegrid.nothing_in_it (a integer CHECK (a > 0), b integer GENERATED ALWAYS AS (a * 2) STORED)",
    f"GRANT SELECT ON onegrid.{ODD} TO onegrid_app",
    f"ALTER TABLE onegrid.{ODD} OWNER TO onegrid_owner",
    "ALTER TABLE onegrid.nothing_in_it OWNER TO onegrid_owner",
)
CONTENTS = f"SELECT t::text FROM onegrid.{ODD} AS t ORDER BY id"
OBJECTS = (
    "SELECT relkind::text, relname, pg_get_userbyid(relowner), relacl::text FROM pg_class "
    "WHERE relnamespace = 'onegrid'::regnamespace "
    "UNION ALL SELECT 'constraint', conname, pg_get_constraintdef(oid), '' FROM pg_constraint "
    "WHERE connamespace = 'onegrid'::regnamespace "
    "UNION ALL SELECT 'schema', nspname, pg_get_userbyid(nspowner), nspacl::text FROM pg_namespace "
    "WHERE nspname = 'onegrid' ORDER BY 1, 2, 3"
)


def quiet(stage: str) -> None:
    """Say nothing of the progress."""


def scratch_left(access: Access) -> list[tuple]:
    """Return the scratch database of this one, if it is there; other tests have others."""
    return execute(
        access,
        "SELECT s.datname FROM pg_database AS s JOIN pg_database AS d ON s.datname = 'onegrid_scratch_' || d.oid "
        "WHERE d.datname = current_database()",
    )


@pytest.fixture
def filled(database: Access) -> Access:
    """Fill a database with what is hard to carry."""
    execute(database, *FILL)
    return database


@pytest.fixture
def kept(filled: Access, tmp_path: Path) -> tuple[Access, Path]:
    """Make a backup of it."""
    backup(filled, tmp_path / "a.backup", progress=quiet)
    return filled, tmp_path / "a.backup"


def test_what_was_backed_up_comes_back_to_the_last_bit(filled: Access, tmp_path: Path):
    contents, objects = execute(filled, CONTENTS), execute(filled, OBJECTS)
    file = tmp_path / "备份 of today.backup"
    made = backup(filled, file, progress=quiet)
    [(tables,)] = execute(filled, "SELECT count(*) FROM pg_tables WHERE schemaname = 'onegrid'")
    assert (made.tables, made.rows, made.revision, made.restored) == (tables, ROWS + 1, newest_revision(), True)
    assert [path.name for path in tmp_path.iterdir()] == [file.name]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600  # telephone numbers are in it
    execute(filled, f"DELETE FROM onegrid.{ODD} WHERE id % 2 = 0", "DROP TABLE onegrid.nothing_in_it",
            "CREATE TABLE onegrid.made_since ()")  # fmt: skip
    back = restore(filled, file, progress=quiet)
    assert (back.tables, back.rows, back.revision, back.upgraded_from) == (tables, ROWS + 1, newest_revision(), None)
    assert back.sealed
    said, sealed = file.read_bytes()[:-SEAL], file.read_bytes()[-SEAL:].decode()
    assert sealed == f"\nonegrid backup, sha256 {hashlib.sha256(said).hexdigest()}\n"
    assert execute(filled, CONTENTS) == contents
    assert execute(filled, OBJECTS) == objects
    assert scratch_left(filled) == []


def test_a_backup_goes_into_an_empty_database_elsewhere(filled: Access, pattern_database: Access, tmp_path: Path):
    contents = execute(filled, CONTENTS)
    backup(filled, tmp_path / "a.backup", progress=quiet)
    with hosted(pattern_database, rights="SUPERUSER", extension=False) as other:
        restore(other, tmp_path / "a.backup", progress=quiet)
        assert execute(pattern_database, CONTENTS, database=other.place.rpartition("/")[2]) == contents
        assert status(other).state == "current"


def test_a_backup_is_one_state_while_others_write(filled: Access, tmp_path: Path):
    """Two tables that every transaction keeps equal are equal in the backup."""
    execute(filled, "CREATE TABLE onegrid.one (a bigint)", "CREATE TABLE onegrid.two (a bigint)")
    ended = threading.Event()

    def write() -> None:
        with psycopg.connect(filled.administrator.libpq) as connection:
            number = 0
            while not ended.is_set():
                number += 1
                for table in ("one", "two"):
                    connection.execute(f"INSERT INTO onegrid.{table} VALUES ({number})")
                connection.commit()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        time.sleep(0.2)
        backup(filled, tmp_path / "a.backup", progress=quiet)
    finally:
        ended.set()
        writer.join()
    after = execute(filled, "SELECT count(*) FROM onegrid.one")[0][0]
    restore(filled, tmp_path / "a.backup", progress=quiet)
    one, two = execute(filled, "SELECT (SELECT count(*) FROM onegrid.one), (SELECT count(*) FROM onegrid.two)")[0]
    assert 0 < one == two <= after


def spoil(monkeypatch: pytest.MonkeyPatch, spoiler: Callable[[Path], None]) -> None:
    """Have something happen to each file after pg_dump wrote it."""
    run = Tools.run

    def spoilt(self: Tools, name: str, *arguments: str | Path, **how: object) -> str:
        said = run(self, name, *arguments, **how)
        if name == "pg_dump":
            spoiler(Path(str(arguments[-1]).partition("=")[2]))
        return said

    monkeypatch.setattr(Tools, "run", spoilt)


def cut(file: Path) -> None:
    """Lose the end of a file."""
    os.truncate(file, file.stat().st_size * 9 // 10)


def overwrite(file: Path) -> None:
    """Lose a few bytes of the rows, which come last: in what a comment says nobody would miss them."""
    with file.open("r+b") as opened:
        opened.seek(file.stat().st_size * 9 // 10)
        opened.write(b"\0" * 64)


@pytest.mark.parametrize("spoiler", [cut, overwrite])
def test_a_backup_that_does_not_restore_is_not_written(
    filled: Access, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spoiler: Callable[[Path], None]
):
    file = tmp_path / "a.backup"
    file.write_text("the old one")
    spoil(monkeypatch, spoiler)
    with pytest.raises(InputError, match="pg_restore failed: "):
        backup(filled, file, progress=quiet)
    assert [path.name for path in tmp_path.iterdir()] == [file.name]
    assert file.read_text() == "the old one"
    assert scratch_left(filled) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (f"UPDATE onegrid.{ODD} SET share = share / 2 WHERE id = 5", "has other contents"),
        (f"DELETE FROM onegrid.{ODD} WHERE id = 5", f"has {ROWS - 1} rows in place of {ROWS}"),
        ("DROP TABLE onegrid.nothing_in_it", "the table nothing_in_it is missing"),
        ("CREATE TABLE onegrid.another ()", "the table another should not be"),
    ],
)
def test_a_backup_that_restores_to_something_else_is_not_written(
    filled: Access, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str, said: str
):
    def spoilt(self: Tools, name: str, *arguments: str | Path, **how: object) -> str:
        printed = run(self, name, *arguments, **how)
        if name == "pg_restore":
            with psycopg.connect(how["url"].libpq) as connection:
                connection.execute(change)
        return printed

    run = Tools.run
    monkeypatch.setattr(Tools, "run", spoilt)
    with pytest.raises(InputError, match=said):
        backup(filled, tmp_path / "a.backup", progress=quiet)
    assert list(tmp_path.iterdir()) == []


def test_rows_that_a_policy_hides_are_an_error_not_a_smaller_backup(
    filled: Access, pattern_database: Access, tmp_path: Path
):
    with hosted(pattern_database, rights="CREATEROLE") as access:
        name = access.place.rpartition("/")[2]
        execute(pattern_database, f"GRANT onegrid_owner, onegrid_app TO {access.administrator.user}")
        upgrade(access)
        execute(
            pattern_database,
            "CREATE TABLE onegrid.hidden AS SELECT 1 AS a",
            "ALTER TABLE onegrid.hidden OWNER TO onegrid_owner",
            "ALTER TABLE onegrid.hidden ENABLE ROW LEVEL SECURITY",
            "ALTER TABLE onegrid.hidden FORCE ROW LEVEL SECURITY",
            database=name,
        )
        with pytest.raises(InputError, match="query would be affected by row-level security policy"):
            backup(access, tmp_path / "a.backup", progress=quiet)


def test_whoever_may_make_no_database_has_the_backup_read_back(
    pattern_database: Access, tmp_path: Path, capfd: pytest.CaptureFixture[str]
):
    with hosted(pattern_database) as access:
        name = access.place.rpartition("/")[2]
        execute(pattern_database, f"GRANT onegrid_owner, onegrid_app TO {access.administrator.user}")
        upgrade(access)
        execute(pattern_database, *FILL, database=name)
        made = backup(access, tmp_path / "a.backup", progress=quiet)
        assert (made.rows, made.restored) == (ROWS + 1, False)
        contents = execute(pattern_database, CONTENTS, database=name)
        execute(pattern_database, f"TRUNCATE onegrid.{ODD}", database=name)
        restore(access, tmp_path / "a.backup", progress=quiet)
        assert execute(pattern_database, CONTENTS, database=name) == contents
    assert PASSWORD not in "".join(capfd.readouterr())


def test_a_backup_cut_short_is_noticed_without_a_scratch_database_too(
    pattern_database: Access, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    with hosted(pattern_database) as access:
        execute(pattern_database, f"GRANT onegrid_owner, onegrid_app TO {access.administrator.user}")
        upgrade(access)
        execute(pattern_database, *FILL, database=access.place.rpartition("/")[2])
        spoil(monkeypatch, cut)
        with pytest.raises(InputError, match="pg_restore failed: "):
            backup(access, tmp_path / "a.backup", progress=quiet)
    assert list(tmp_path.iterdir()) == []


def test_an_older_backup_is_upgraded_as_it_is_restored(filled: Access, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    backup(filled, tmp_path / "a.backup", progress=quiet)
    before = newest_revision()
    later = later_migrations(tmp_path, f"op.execute('ALTER TABLE onegrid.{ODD} ADD b integer DEFAULT 8')")
    monkeypatch.setattr("data.database.schema.MIGRATIONS", later)
    back = restore(filled, tmp_path / "a.backup", progress=quiet)
    assert (back.revision, back.upgraded_from) == (LATER, before)
    assert execute(filled, f"SELECT DISTINCT b FROM onegrid.{ODD}") == [(8,)]


def test_a_newer_programs_database_is_not_overwritten(filled: Access, tmp_path: Path):
    backup(filled, tmp_path / "a.backup", progress=quiet)
    execute(filled, "UPDATE onegrid.alembic_version SET version_num = '9999'", f"TRUNCATE onegrid.{ODD}")
    with pytest.raises(InputError, match=r"^the database .* has schema revision 9999, which this One"):
        restore(filled, tmp_path / "a.backup", progress=quiet)
    assert execute(filled, CONTENTS) == []


def test_a_newer_programs_backup_is_not_restored(filled: Access, tmp_path: Path):
    execute(filled, "UPDATE onegrid.alembic_version SET version_num = '9999'")
    backup(filled, tmp_path / "a.backup", progress=quiet)
    execute(filled, f"UPDATE onegrid.alembic_version SET version_num = '{newest_revision()}'")
    contents = execute(filled, CONTENTS)
    with pytest.raises(InputError, match=r"^the backup .*a.backup has schema revision 9999, which"):
        restore(filled, tmp_path / "a.backup", progress=quiet)
    assert execute(filled, CONTENTS) == contents


def test_a_spoilt_backup_of_an_older_program_changes_nothing(filled: Access, tmp_path: Path):
    """Its table of contents and its revision can be read; what is broken comes late."""
    backup(filled, tmp_path / "a.backup", progress=quiet)
    os.truncate(tmp_path / "a.backup", (tmp_path / "a.backup").stat().st_size - SEAL)
    assert not restore(filled, tmp_path / "a.backup", progress=quiet).sealed
    overwrite(tmp_path / "a.backup")
    contents, objects = execute(filled, CONTENTS), execute(filled, OBJECTS)
    with pytest.raises(InputError, match=r"pg_restore failed: |psql failed: |can't be read as a"):
        restore(filled, tmp_path / "a.backup", progress=quiet)
    assert execute(filled, CONTENTS) == contents
    assert execute(filled, OBJECTS) == objects


BODY = st.one_of(st.integers(0, 400), st.integers(-SEAL, -1), st.integers(0, 2**31))
"""In the head of what is sealed, at its end, anywhere."""
PLACES = st.one_of(*(st.tuples(st.just(part), st.lists(places, min_size=1, max_size=2)) for part, places in (
    ("body", BODY), ("seal", st.integers(0, SEAL - 1)),
)))  # fmt: skip
"""Of one part: without its seal, a backup is that of an older program, and only what is no archive is noticed."""


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(damage=PLACES, flip=st.integers(1, 255))
@example(damage=("seal", [0]), flip=1)
@example(damage=("seal", [SEAL - 1]), flip=1)
def test_wherever_a_backup_is_damaged_it_is_refused_or_comes_back_as_it_was(
    kept: tuple[Access, Path], damage: tuple[str, list[int]], flip: int
):
    filled, file = kept
    whole, contents, objects = file.read_bytes(), execute(filled, CONTENTS), execute(filled, OBJECTS)
    part, places = damage
    damaged, size = bytearray(whole), len(whole) - SEAL
    for place in places:
        damaged[place % size if part == "body" else size + place] ^= flip
    try:
        file.write_bytes(damaged)
        restore(filled, file, progress=quiet)
    except InputError as error:
        assert "was damaged since it was written" in str(error)
        assert "\n" not in str(error)
    finally:
        file.write_bytes(whole)
    assert execute(filled, CONTENTS) == contents
    assert execute(filled, OBJECTS) == objects


@pytest.mark.parametrize("left", [0, 5, 1000, -1, -SEAL, -SEAL - 1, -SEAL - 40])
def test_a_backup_that_lost_its_end_is_refused_or_comes_back_as_it_was(kept: tuple[Access, Path], left: int):
    filled, file = kept
    whole, contents, objects = file.read_bytes(), execute(filled, CONTENTS), execute(filled, OBJECTS)
    try:
        file.write_bytes(whole[:left])
        restored = restore(filled, file, progress=quiet)
        assert not restored.sealed
    except InputError as error:
        assert "\n" not in str(error)
        assert left not in (-1, -SEAL)
    finally:
        file.write_bytes(whole)
    assert execute(filled, CONTENTS) == contents
    assert execute(filled, OBJECTS) == objects


def test_a_restore_that_is_killed_changes_nothing(filled: Access, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    backup(filled, tmp_path / "a.backup", progress=quiet)
    execute(filled, f"DELETE FROM onegrid.{ODD} WHERE id > 10")
    contents = execute(filled, CONTENTS)

    monkeypatch.setattr("data.database.restore.GIVE", Interrupting())
    with pytest.raises(KeyboardInterrupt):
        restore(filled, tmp_path / "a.backup", progress=quiet)
    assert execute(filled, CONTENTS) == contents


class Interrupting:
    """The end of a transaction that does not come: Ctrl-C is pressed before."""

    def encode(self) -> bytes:
        """Be interrupted."""
        raise KeyboardInterrupt


def test_what_is_no_backup_is_refused(filled: Access, tmp_path: Path):
    text = tmp_path / "text.backup"
    text.write_text("no backup")
    foreign = tmp_path / "foreign.backup"
    execute(filled, "CREATE TABLE public.theirs ()")
    into = (f"--file={foreign}", f"--dbname={filled.administrator.libpq}")
    subprocess.run(["pg_dump", "-Fc", "--table=public.theirs", *into], check=True)
    for file, said in (
        (tmp_path / "none.backup", "cannot read .*none.backup: no such file or directory"),
        (tmp_path, "cannot read .*: is a directory"),
        (text, r"can't be read as a backup \(pg_restore failed: .*\); name one made by onegrid db backup"),
        (foreign, "is no backup of One Grid: it has no revision"),
    ):
        with pytest.raises(InputError, match=said):
            restore(filled, file, progress=quiet)
    assert len(execute(filled, CONTENTS)) == ROWS


def test_a_database_without_a_schema_has_nothing_to_back_up(database: Access, tmp_path: Path):
    execute(database, "DROP SCHEMA onegrid CASCADE")
    with pytest.raises(InputError, match="has no schema to back up; make it: onegrid db upgrade"):
        backup(database, tmp_path / "a.backup", progress=quiet)
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_refused(filled: Access, tmp_path: Path):
    with pytest.raises(InputError, match=r"^cannot write .*: there is no directory .*; make it first$"):
        backup(filled, tmp_path / "not there" / "a.backup", progress=quiet)
