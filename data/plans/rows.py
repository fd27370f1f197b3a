"""Asking the database quickly: psycopg's own cursor, in PostgreSQL's binary form."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any, NamedTuple, TypeAlias

import orjson
import psycopg
from psycopg.pq import PipelineStatus
from psycopg.rows import namedtuple_row
from sqlalchemy import Connection

Values: TypeAlias = Mapping[str, Any]


def rows(connection: Connection, sql: str, values: Values | None = None) -> list[Any]:
    """Return the rows of a query, as named tuples; geometry is asked for by ``ST_AsBinary``.

    Parameters
    ----------
    connection
        Its transaction goes on.
    sql
        With ``%(name)s`` for each of ``values``.
    """
    return later(connection, sql, values)()


def later(connection: Connection, sql: str, values: Values | None = None) -> Callable[[], list[Any]]:
    """Ask as `rows` does; return what waits for the rows, which something else may be done before (`overlapping`)."""
    cursor = driver_of(connection).cursor(binary=True, row_factory=namedtuple_row).execute(sql, values)

    @cache
    def found() -> list[Any]:
        with cursor:
            return list(cursor.fetchall())

    return found


@contextmanager
def overlapping(connection: Connection) -> Iterator[None]:
    """Have the database work on what is asked for `later` while this process does something else.

    What goes wrong is raised where rows are waited for, at the end of the block at the latest. A connection that a lost
    server left with answers to come is used no more: it could not even roll back.
    """
    driver = driver_of(connection)
    try:
        with driver.pipeline():
            yield
    finally:
        if driver.info.pipeline_status != PipelineStatus.OFF:
            connection.invalidate()


def driver_of(connection: Connection) -> psycopg.Connection[Any]:
    """Return psycopg's own connection.

    Raises
    ------
    psycopg.OperationalError
        It was lost, and put away.
    """
    if connection.invalidated:
        raise psycopg.OperationalError("the connection is lost")
    driver: psycopg.Connection[Any] | None = connection.connection.driver_connection
    assert driver is not None
    return driver


def row(connection: Connection, sql: str, values: Values | None = None) -> Any:
    """Return the only row of a query, None where there is none."""
    found: list[NamedTuple] = rows(connection, sql, values)
    return found[0] if found else None


def parsed(texts: Iterable[str]) -> list[Any]:
    """Read several texts of JSON, at once, which takes a fraction of the time."""
    values: list[Any] = orjson.loads(f"[{','.join(texts)}]")
    return values
