"""Connections of psycopg's own, for what is asked often and in a hurry: each statement is a transaction by itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeAlias, TypeVar

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from data.database.engine import drawing_engine
from data.database.url import DatabaseURL

ENDED = ("57P01", "57P02", "57P03")
"""What the server says to a session that it ends, or does not begin yet."""
Answer = TypeVar("Answer")
Driver: TypeAlias = psycopg.AsyncConnection[Any]
Question = Callable[[Driver], Awaitable[Answer]]


class Direct:
    """A few such connections to a database.

    Parameters
    ----------
    url
        For any role that may become the application's.
    most
        Connections; who finds none free waits.
    statement_s
        How long a statement may take, in seconds.
    """

    def __init__(self, url: DatabaseURL, *, most: int, statement_s: float | None = None) -> None:
        self.most = most
        self.engine = drawing_engine(url, pool_size=most, statement_s=statement_s)
        self.turns = asyncio.Semaphore(most)
        self.idle: list[tuple[AsyncConnection, Driver]] = []

    @asynccontextmanager
    async def lent(self) -> AsyncIterator[Driver]:
        """Lend one, on which whoever asks says for whom (`data.users.identity.as_asker`).

        Raises
        ------
        sqlalchemy.exc.DBAPIError
            What psycopg raises, as everywhere else.
        """
        async with self.turns:
            held, driver = self.idle.pop() if self.idle else await self.opened()
            lost = False
            try:
                yield driver
            except psycopg.Error as error:
                lost = error.sqlstate in ENDED or driver.closed
                raise DBAPIError.instance(
                    None, None, error, psycopg.Error, hide_parameters=True, connection_invalidated=lost
                ) from error
            finally:
                if not lost and driver.info.transaction_status is TransactionStatus.IDLE:
                    self.idle.append((held, driver))
                else:
                    await held.invalidate()
                    await held.close()

    async def opened(self) -> tuple[AsyncConnection, Driver]:
        """Open one, which is kept: to take it from SQLAlchemy each time would take a third of what a tile takes."""
        held = await self.engine.connect()
        driver = (await held.get_raw_connection()).driver_connection
        assert driver is not None
        return held, driver

    async def ask(self, question: Question[Answer]) -> Answer:
        """Ask something; where the database was started anew since, until a connection is new."""
        for left in reversed(range(self.most + 1)):
            try:
                async with self.lent() as connection:
                    return await question(connection)
            except DBAPIError as error:
                if not (left and error.connection_invalidated):
                    raise
        raise AssertionError

    async def close(self) -> None:
        """Close all that nobody has."""
        while self.idle:
            await self.idle.pop()[0].close()
        await self.engine.dispose()
