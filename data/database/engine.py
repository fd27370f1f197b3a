"""Engines of SQLAlchemy on the database: the application's, and who administers it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, NullPool, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from data.cluster.configuration import APPLICATION
from data.database.errors import DatabaseUnavailableError
from data.database.url import DatabaseURL

POOL_SIZE = 10
"""Of connections that stay open in a process; others are closed after use."""
CONNECT_S = 10
AT_HOME = """
SELECT set_config('search_path', concat_ws(', ', 'onegrid', (
    SELECT quote_ident(nspname) FROM pg_extension JOIN pg_namespace AS n ON n.oid = extnamespace
    WHERE extname = 'postgis' AND nspname <> 'onegrid')), false)
"""
"""Our tables and PostGIS, wherever an administrator put it; no schema that others could put a false function into."""


ASKED_BY_INDEX = """
SET plan_cache_mode = force_generic_plan; SET jit = off; SET client_min_messages = error; SET enable_seqscan = off;
SET enable_bitmapscan = off; SET enable_mergejoin = off; SET enable_hashjoin = off; SET enable_memoize = off;
SET join_collapse_limit = 1
"""
"""For tiles, planned once a session: joined in the order that is written, each row found by an index; what the planner
knows of a tile's numbers, it guesses. Shapes that are made valid say nothing."""

SERVING = "onegrid serve"
"""What a session of each server process calls itself that stays open as long as the process serves."""

OPERATOR = """
SELECT set_config('onegrid.user', 'operator', false), set_config('onegrid.role', 'admin', false),
       set_config('onegrid.scope_from', '', false), set_config('onegrid.scope_to', 'a', false),
       set_config('onegrid.writes_from', '', false), set_config('onegrid.writes_to', 'a', false)
"""
"""Who asks, until somebody else is named (`data.users.identity`): whoever runs this program on the database itself."""


def application_engine(
    url: DatabaseURL, *, most: int = 2 * POOL_SIZE, statement_s: float | None = None, for_others: bool = False
) -> Engine:
    """Return an engine for the application, all of whose sessions act as the role that owns nothing.

    Parameters
    ----------
    url
        For any role that may become the application's.
    most
        Connections at a time; who finds none free waits.
    statement_s
        How long a statement may take, in seconds; None: as long as it takes.
    for_others
        Whether it works for people who ask over a network: nobody sees or changes anything until it is said for whom a
        transaction is. Else it works for the operator, who may do everything, as the command line does.
    """
    engine = create_engine(address(url), **pool_of(most), **shared_options())
    settle_for_application(engine, url, statement_s, operator=not for_others)
    return engine


def async_application_engine(
    url: DatabaseURL, *, most: int = 2 * POOL_SIZE, statement_s: float | None = None
) -> AsyncEngine:
    """Return one for an event loop, for others; ``run_sync`` of its connections takes functions of a connection."""
    engine = create_async_engine(address(url), **pool_of(most), **shared_options())
    settle_for_application(engine.sync_engine, url, statement_s, operator=False)
    return engine


def drawing_engine(url: DatabaseURL, *, pool_size: int, statement_s: float | None = None) -> AsyncEngine:
    """Return one for tiles, whose connections are psycopg's own: each statement is a transaction, and not asked twice.

    Whether a connection still lives is found out by asking, which saves each tile a way to the database and back.
    """
    options = shared_options() | {"pool_pre_ping": False, "pool_reset_on_return": None}  # there is nothing to roll back
    engine = create_async_engine(address(url), pool_size=pool_size, max_overflow=0, **options)
    settle_for_application(engine.sync_engine, url, statement_s, operator=False)
    event.listen(engine.sync_engine, "connect", lambda connection, _: prepare_to_draw(connection))
    return engine


def prepare_to_draw(connection: Any) -> None:
    """Have a new session commit each statement, and find rows by indexes alone."""
    connection.autocommit = True
    connection.execute(ASKED_BY_INDEX)


def settle_for_application(engine: Engine, url: DatabaseURL, statement_s: float | None, *, operator: bool) -> None:
    """Have each new session of an engine act as the application's role."""
    become = None if url.user == APPLICATION else APPLICATION
    event.listen(engine, "connect", lambda connection, _: settle(connection, become, statement_s, operator=operator))


def administrator_engine(url: DatabaseURL) -> Engine:
    """Return an engine for changes of the schema and backups, which keeps no connection open."""
    engine = create_engine(address(url), poolclass=NullPool, **shared_options())
    event.listen(engine, "connect", lambda connection, _: settle(connection, None))
    return engine


def address(url: DatabaseURL) -> Any:
    """Return the address as SQLAlchemy takes it, for psycopg 3."""
    return make_url(url.text).set(drivername="postgresql+psycopg")


def pool_of(most: int) -> dict[str, int]:
    """Return how many connections are kept, and how many more are opened under load."""
    kept = min(most, POOL_SIZE)
    return {"pool_size": kept, "max_overflow": most - kept}


def shared_options() -> dict[str, Any]:
    """Return what all engines have in common."""
    return {
        "pool_pre_ping": True,  # the server may have been restarted since
        "hide_parameters": True,  # names and telephone numbers do not go into error messages
        "connect_args": {"connect_timeout": CONNECT_S, "application_name": "onegrid"},
    }


def settle(
    connection: psycopg.Connection[Any], role: str | None, statement_s: float | None = None, *, operator: bool = False
) -> None:
    """Make a new session see our tables and PostGIS, and act as a role; a statement may take so long."""
    before, connection.autocommit = connection.autocommit, True
    try:
        connection.execute(AT_HOME)
        if operator:
            connection.execute(OPERATOR)
        if statement_s is not None:
            connection.execute("SELECT set_config('statement_timeout', %s, false)", [str(round(statement_s * 1000))])
        if role is not None:
            connection.execute("SELECT set_config('role', %s, false)", [role])
    finally:
        connection.autocommit = before


@contextmanager
def connected(engine: Engine, *, place: str) -> Iterator[Connection]:
    """Connect for a block, in one transaction that is committed at its end.

    Raises
    ------
    DatabaseUnavailableError
        The database can't be reached; where it is, and why.
    """
    try:
        connection = engine.connect()
    except DBAPIError as error:
        raise unreachable(error, place) from error
    with connection, connection.begin():
        yield connection


def unreachable(error: DBAPIError, place: str) -> DatabaseUnavailableError:
    """Say in one line that a database can't be reached, without repeating a password."""
    reason = first_line(error)
    if isinstance(error, OperationalError):
        return DatabaseUnavailableError(f"cannot reach the database {place}: {reason}; check ONEGRID_DATABASE_URL")
    return DatabaseUnavailableError(f"cannot use the database {place}: {reason}")


def first_line(error: DBAPIError | psycopg.Error) -> str:
    """Return what the server, or the way to it, says is wrong, in one line."""
    lines = str(error.orig if isinstance(error, DBAPIError) else error).strip().splitlines()
    line = next((line for line in lines if "FATAL:" in line or "failed:" in line), lines[0] if lines else "unknown")
    return line.rpartition("FATAL:")[2].strip()
