"""Restoring a backup: the schema's place is taken in one transaction, or nothing changes."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from sqlalchemy import Connection, text

from data.database.access import Access
from data.database.archive import revision_in
from data.database.backup import alone, server_major
from data.database.engine import SERVING, administrator_engine, connected
from data.database.fingerprints import fingerprints
from data.database.provision import SCHEMA, provision
from data.database.schema import require_known, revision_of, upgrade_on
from data.database.sealing import require_sealed
from data.database.tools import Tools, failed, surroundings, tools_for
from data.database.url import DatabaseURL
from geo.errors import InputError

TAKE = f"""
BEGIN;
SET LOCAL lock_timeout = '60s';
DROP SCHEMA IF EXISTS {SCHEMA} CASCADE;
"""
GIVE = "\nCOMMIT;\n"
SERVERS = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = :serving"
)


@dataclass(frozen=True)
class Restored:
    """What was restored."""

    tables: int
    rows: int
    revision: str
    upgraded_from: str | None
    """The backup's revision, where the schema was upgraded after it; else None."""
    sealed: bool
    """Whether the backup is known to be as it was written."""


def restore(access: Access, file: Path, *, progress: Callable[[str], None]) -> Restored:
    """Put a backup in the place of what the database holds, and bring its schema to this program's revision.

    Raises
    ------
    InputError
        The file is no backup, was damaged since, or is one of a newer program; the database can't be reached, or its
        schema is a newer program's, which is not overwritten; somebody works with it, or a server does. The database is
        then as it was.
    """
    engine = administrator_engine(access.administrator)
    with connected(engine, place=access.place) as connection:
        tools = tools_for(server_major(connection))
        require_known(revision_of(connection), f"the database {access.place}")
        require_no_server(connection)
    sealed = require_sealed(file)
    revision = revision_in(file, tools)
    require_known(revision, f"the backup {file}")
    with connected(engine, place=access.place) as connection:
        provision(connection)
    progress("restore")
    with alone(engine, access):
        replay(file, access.administrator, tools)
    with connected(engine, place=access.place) as connection:
        _, now = upgrade_on(connection, place=access.place)
        connection.execute(text("ANALYZE"))  # a planner of queries that knows nothing of the new rows plans badly
        held = fingerprints(connection)
    rows = sum(table.rows for table in held.values())
    return Restored(len(held), rows, now, revision if revision != now else None, sealed)


def require_no_server(connection: Connection) -> None:
    """Refuse to restore under a server, which would hand out tiles that it drew of another history.

    Raises
    ------
    InputError
        A server uses the database.
    """
    if connection.scalar(SERVERS, {"serving": SERVING}):
        raise InputError("a server uses the database, and keeps what it drew of it; stop the server, then restore")


def replay(file: Path, url: DatabaseURL, tools: Tools) -> None:
    """Play a backup into a database, whose schema it replaces.

    psql gets the end of the transaction only after pg_restore read the file to its end: half a backup is none.
    """
    with tempfile.TemporaryFile() as told, tempfile.TemporaryFile() as said:
        command = tools.command("psql", "-X", "-q", "--set=ON_ERROR_STOP=1", url=url)
        psql = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=told, env=surroundings(url),
            start_new_session=True,  # Ctrl-C is this program's to handle
        )  # fmt: skip
        try:
            status = feed(psql, tools.command("pg_restore", "--file=-", file), said)
        except BaseException:
            psql.kill()
            raise
        finally:
            psql.wait()
        if psql.returncode:
            raise refused(read(told))
        if status:
            reason = failed("pg_restore", read(said))
            raise InputError(f"{file} is cut short or damaged, nothing was changed; restore another backup ({reason})")


def feed(psql: subprocess.Popen[bytes], command: list[str], said: IO[bytes]) -> int:
    """Give psql the transaction around what a command prints; return how the command ended."""
    assert psql.stdin is not None
    with suppress(BrokenPipeError), psql.stdin:
        psql.stdin.write(TAKE.encode())
        psql.stdin.flush()
        status = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=psql.stdin, stderr=said, env=surroundings(None),
            start_new_session=True, check=False,
        ).returncode  # fmt: skip
        if not status:
            psql.stdin.write(GIVE.encode())
        return status
    return 1


def read(file: IO[bytes]) -> str:
    """Return what a program wrote into a file."""
    file.seek(0)
    return file.read().decode("utf-8", "replace")


def refused(said: str) -> InputError:
    """Return the error of psql."""
    if "lock timeout" in said:
        return InputError("the backup was not restored, as somebody works with the database; stop the server first")
    return failed("psql", said)
