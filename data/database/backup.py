"""Backing up: one file by pg_dump, which counts as written when a restore of it holds the same rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from data.database.access import Access
from data.database.all_rows import DUMPED_SO, see_all
from data.database.archive import rows_in
from data.database.engine import administrator_engine, connected, first_line
from data.database.fingerprints import Fingerprint, Fingerprints, fingerprints
from data.database.provision import SCHEMA, extend, index_numbers, postgis_schema
from data.database.schema import UPGRADING, revision_of
from data.database.sealing import seal
from data.database.tools import Tools, tools_for
from data.database.url import DatabaseURL
from data.whole import whole
from geo.errors import InputError

JOBS = 2
NUMBER = "SELECT oid FROM pg_database WHERE datname = current_database()"


@dataclass(frozen=True)
class Backup:
    """What was backed up."""

    tables: int
    rows: int
    revision: str
    restored: bool
    """Whether it was restored to prove it; else it was read back and its rows were counted."""


def backup(access: Access, file: Path, *, progress: Callable[[str], None]) -> Backup:
    """Write a backup of the schema into a file, which is there whole and proven, or not at all.

    It holds one state of the database, while others go on working.

    Raises
    ------
    InputError
        The database can't be reached or read, it has no schema yet, the file can't be written, or it does not hold what
        the database held.
    """
    engine = administrator_engine(access.administrator)
    with alone(engine, access), whole(file) as part:
        progress("backup")
        part.touch(0o600)  # it holds names and telephone numbers of duty-holders
        with snapshot(engine, access) as (connection, name):
            revision = revision_of(connection)
            if revision is None:
                raise InputError(f"the database {access.place} has no schema to back up; make it: onegrid db upgrade")
            tools = tools_for(server_major(connection))
            arguments = (f"--schema={SCHEMA}", f"--snapshot={name}", "--lock-wait-timeout=60s", f"--file={part}")
            as_owner = DUMPED_SO if see_all(connection) else ()
            tools.run("pg_dump", "--format=custom", *as_owner, *arguments, url=access.administrator)
            held = fingerprints(connection)
            schema = postgis_schema(connection) or "public"
        seal(part)
        progress("verify")
        restored = proven(part, held, access, tools, postgis=schema)
    return Backup(len(held), sum(table.rows for table in held.values()), revision, restored)


@contextmanager
def alone(engine: Engine, access: Access) -> Iterator[None]:
    """Keep other backups, restores and upgrades of this database away meanwhile."""
    with connected(engine, place=access.place) as connection:
        connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": UPGRADING})
        yield


@contextmanager
def snapshot(engine: Engine, access: Access) -> Iterator[tuple[Connection, str]]:
    """See one state of the database, by a name that pg_dump can share."""
    frozen = engine.execution_options(isolation_level="REPEATABLE READ")
    with connected(frozen, place=access.place) as connection:
        connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        yield connection, str(connection.scalar(text("SELECT pg_export_snapshot()")))


def server_major(connection: Connection) -> int:
    """Return the major version of the server."""
    return int(connection.scalar(text("SELECT current_setting('server_version_num')::integer / 10000")) or 0)


def proven(part: Path, held: Fingerprints, access: Access, tools: Tools, *, postgis: str) -> bool:
    """Prove a backup by what it holds; tells whether by a restore, which takes the right to make a database."""
    try:
        with scratch_database(access, postgis=postgis) as url:
            tools.run("pg_restore", "--exit-on-error", f"--jobs={JOBS}", part, url=url)
            with connected(administrator_engine(url), place=access.place) as connection:
                require_same(held, fingerprints(connection))
    except MayNotError:
        counted = rows_in(part, tools)
        require_same(*({name: Fingerprint(each[name].rows, 0) for name in each} for each in (held, counted)))
        return False
    return True


def require_same(held: Fingerprints, found: Fingerprints) -> None:
    """Refuse a backup that does not hold what the database held."""
    for name in sorted({*held, *found}):
        there, here = held.get(name), found.get(name)
        if there != here:
            raise InputError(f"the backup was not written: in it the table {name} {difference(there, here)}; try again")


def difference(there: Fingerprint | None, here: Fingerprint | None) -> str:
    """Say how a table differs in a backup.

    >>> difference(Fingerprint(3, 17), Fingerprint(2, 9))
    'has 2 rows in place of 3'
    """
    if here is None or there is None:
        return "is missing" if here is None else "should not be"
    return "has other contents" if there.rows == here.rows else f"has {here.rows} rows in place of {there.rows}"


class MayNotError(Exception):
    """No database may be made to try a backup in."""


@contextmanager
def scratch_database(access: Access, *, postgis: str) -> Iterator[DatabaseURL]:
    """Make an empty database with PostGIS beside the one that is backed up, and remove it again.

    Its name is the same each time, so that the next backup removes what a killed one left.
    """
    engine = administrator_engine(access.administrator)
    outside = engine.execution_options(isolation_level="AUTOCOMMIT")
    with outside.connect() as connection:
        name = "onegrid_scratch_" + str(connection.scalar(text(NUMBER)))
        drop = text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        url = access.administrator.in_database(name)
        try:
            connection.execute(drop)
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'"))
        except ProgrammingError as error:
            raise MayNotError from error
        except DBAPIError as error:
            raise InputError(f"cannot make a database to try the backup in: {first_line(error)}") from error
    try:
        extend_scratch(url, postgis)
        yield url
    finally:
        with suppress(DBAPIError), outside.connect() as connection:
            connection.execute(drop)


def extend_scratch(url: DatabaseURL, postgis: str) -> None:
    """Make PostGIS in the scratch database, in the schema that the backup's types are in."""
    try:
        with connected(administrator_engine(url), place=url.place) as connection:
            extend(connection, schema=postgis)
            index_numbers(connection)
    except InputError as error:
        raise MayNotError from error
