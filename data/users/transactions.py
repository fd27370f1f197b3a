"""Transactions of the application, each for somebody."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    asynccontextmanager,
    contextmanager,
    nullcontext,
)
from contextvars import ContextVar

from sqlalchemy import Connection, Engine, event
from sqlalchemy.ext.asyncio import AsyncConnection

from data.database.direct import Answer, Direct, Question
from data.database.engine import application_engine, async_application_engine
from data.database.replica import Replica
from data.database.url import DatabaseURL
from data.users.identity import SETTINGS, Identity, as_identity, settings_of
from data.users.shares import USUAL, Shares

PAST_THE_COPY: ContextVar[bool] = ContextVar("past_the_copy", default=False)
"""Whether who looks is answered by the database itself."""


@contextmanager
def past_the_copy() -> Iterator[None]:
    """Have the database itself answer who looks in this block, as after a `CopyLostError`."""
    before = PAST_THE_COPY.set(True)
    try:
        yield
    finally:
        PAST_THE_COPY.reset(before)


class Transactions:
    """The application's connections to a database; every transaction is somebody's.

    Where ``identity`` is None nobody is known yet: tables with row-level security show no row.

    Parameters
    ----------
    url
        Of the database, for any role that may become the application's.
    read_url
        Of a read replica, which answers who only reads, where it is as far as the database (`data.database.replica`).
    most
        Connections at a time to either, `data.users.shares.FEWEST` or more.
    statement_s
        How long a statement may take, in seconds.
    """

    def __init__(
        self, url: DatabaseURL, *, read_url: DatabaseURL | None = None, most: int = USUAL,
        statement_s: float | None = None,
    ) -> None:  # fmt: skip
        self.url = url
        share = Shares.of(most)
        self.in_loop = async_application_engine(url, most=share.loop, statement_s=statement_s)
        self.to_read = self.in_loop.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        self.in_threads = application_engine(url, most=share.threads, statement_s=statement_s, for_others=True)
        self.to_look = self.in_threads.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        self.direct = Direct(url, most=share.drawing, statement_s=statement_s)
        self.replica = (
            None
            if read_url is None
            else Replica(read_url, url, threads=share.threads, direct=share.drawing, statement_s=statement_s)
        )

    @asynccontextmanager
    async def reading(self, identity: Identity | None) -> AsyncIterator[AsyncConnection]:
        """Begin a transaction that changes nothing, and sees one state of the database throughout."""
        async with self.to_read.begin() as connection:
            if identity is not None:
                await connection.run_sync(as_identity, identity)
            yield connection

    async def ask(self, question: Question[Answer]) -> Answer:
        """Ask something that says itself for whom (`data.plans.tiles`), of the replica where it is as far."""
        found = None if self.replica is None else await self.replica.ask(question)
        return await self.direct.ask(question) if found is None else found[0]

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
        """Begin a transaction in a thread that changes nothing, and sees one state of the database throughout.

        The replica's, where it is as far as the database was when this was asked.

        Raises
        ------
        CopyLostError
            The replica ended it; whoever asks the same `past_the_copy` is answered.
        """
        with self.copy_or_none() as copy:
            if copy is not None:
                as_identity(copy, identity)
                yield copy
                return
        with self.to_look.begin() as connection:
            as_identity(connection, identity)
            yield connection

    def copy_or_none(self) -> AbstractContextManager[Connection | None]:
        """Begin such a transaction of nobody yet on the replica; None: there is none, or it is behind."""
        return nullcontext() if self.replica is None or PAST_THE_COPY.get() else self.replica.looking()

    def following(self) -> AbstractAsyncContextManager[None]:
        """Watch the replica, if there is one, for the length of a block; before, it is not asked.

        Raises
        ------
        InputError
            What is at its address is none.
        """
        return nullcontext() if self.replica is None else self.replica.watched()

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
        await self.direct.close()
        self.in_threads.dispose()
        if self.replica is not None:
            await self.replica.close()
