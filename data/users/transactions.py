"""Transactions of the application, each for somebody."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, TypeVar

import psycopg
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from data.database.engine import application_engine, async_application_engine, drawing_engine
from data.database.url import DatabaseURL
from data.users.identity import SETTINGS, Identity, as_identity, settings_of

WORKING = 5
"""Connections kept for threads; work in threads is for the processor, of which there are few."""
DRAWING = 4
"""Connections for tiles; more at once would each take longer, and a tile is drawn in milliseconds."""


ENDED = ("57P01", "57P02", "57P03")
"""What the server says to a session that it ends, or does not begin yet."""
Answer = TypeVar("Answer")


class Transactions:
    """The application's connections to a database; every transaction is somebody's.

    Where ``identity`` is None nobody is known yet: tables with row-level security show no row.

    Parameters
    ----------
    url
        Of the database, for any role that may become the application's.
    statement_s
        How long a statement may take, in seconds.
    """

    def __init__(self, url: DatabaseURL, *, statement_s: float | None = None) -> None:
        self.url = url
        self.in_loop = async_application_engine(url, statement_s=statement_s)
        self.to_read = self.in_loop.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        self.in_threads = application_engine(url, pool_size=WORKING, statement_s=statement_s, for_others=True)
        self.for_tiles = drawing_engine(url, pool_size=DRAWING, statement_s=statement_s)
        self.to_look = self.in_threads.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    @asynccontextmanager
    async def reading(self, identity: Identity | None) -> AsyncIterator[AsyncConnection]:
        """Begin a transaction that changes nothing, and sees one state of the database throughout."""
        async with self.to_read.begin() as connection:
            if identity is not None:
                await connection.run_sync(as_identity, identity)
            yield connection

    @asynccontextmanager
    async def drawing(self) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
        """Lend a connection of psycopg's own, on which whoever asks says for whom (`data.plans.tiles`).

        Raises
        ------
        sqlalchemy.exc.DBAPIError
            What psycopg raises, as everywhere else.
        """
        async with self.for_tiles.connect() as lent:
            driver = (await lent.get_raw_connection()).driver_connection
            assert driver is not None
            try:
                yield driver
            except psycopg.Error as error:
                lost = driver.closed or error.sqlstate in ENDED
                if lost:
                    await lent.invalidate()
                raise DBAPIError.instance(
                    None, None, error, psycopg.Error, hide_parameters=True, connection_invalidated=lost
                ) from error

    async def ask(self, question: Callable[[psycopg.AsyncConnection[Any]], Awaitable[Answer]]) -> Answer:
        """Ask something on such a connection; where the database was started anew since, until one is new."""
        for left in reversed(range(DRAWING + 1)):
            try:
                async with self.drawing() as connection:
                    return await question(connection)
            except DBAPIError as error:
                if not (left and error.connection_invalidated):
                    raise
        raise AssertionError

    @asynccontextmanager
    async def writing(self, identity: Identity | None) -> AsyncIterator[AsyncConnection]:
        """Begin a transaction in the event loop; committed at its end, rolled back on an error."""
        async with self.in_loop.begin() as connection:
            if identity is not None:
                await connection.run_sync(as_identity, identity)
            yield connection

    @contextmanager
    def working(self, identity: Identity | None) -> Iterator[Connection]:
        """Begin a transaction in a thread, for what keeps the processor busy; committed at its end."""
        with self.in_threads.begin() as connection:
            if identity is not None:
                as_identity(connection, identity)
            yield connection

    @contextmanager
    def looking(self, identity: Identity) -> Iterator[Connection]:
        """Begin a transaction in a thread that changes nothing, and sees one state of the database throughout."""
        with self.to_look.begin() as connection:
            as_identity(connection, identity)
            yield connection

    def editing(self, identity: Identity) -> Engine:
        """Return an engine for threads, all of whose transactions are somebody's who edits (`data.plans.door`).

        They see beyond the scope, and change nothing there.
        """
        engine = self.in_threads.execution_options()
        told = settings_of(identity, across=True)

        @event.listens_for(engine, "begin")
        def begin(connection: Connection) -> None:
            driver = connection.connection.driver_connection
            assert driver is not None
            driver.execute(SETTINGS, told)

        return engine

    async def close(self) -> None:
        """Close all connections."""
        await self.in_loop.dispose()
        await self.for_tiles.dispose()
        self.in_threads.dispose()
