"""Connections of psycopg's own, for what is asked often and in a hurry: each statement is a transaction by itself."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import psycopg
from sqlalchemy.exc import DBAPIError

from data.database.engine import drawing_engine
from data.database.url import DatabaseURL

ENDED = ("57P01", "57P02", "57P03")
"""What the server says to a session that it ends, or does not begin yet."""
Answer = TypeVar("Answer")
Question = Callable[[psycopg.AsyncConnection[Any]], Awaitable[Answer]]


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

    @asynccontextmanager
    async def lent(self) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
        """Lend one, on which whoever asks says for whom (`data.plans.tiles`).

        Raises
        ------
        sqlalchemy.exc.DBAPIError
            What psycopg raises, as everywhere else.
        """
        async with self.engine.connect() as lent:
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
        """Close all."""
        await self.engine.dispose()
