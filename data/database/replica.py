"""A read replica: a copy of the database, kept by PostgreSQL's streaming replication, that answers those who read.

A copy is always a little behind. So whoever reads asks first how far the database itself is, one question for all who
ask at the same time, and reads from the copy only where that has come as far; it is waited for a moment. Else the
database itself answers. So nobody is ever shown less than had been acknowledged before he asked, whoever did it, by
whatever process: a reader of one's own edits is the special case.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import psycopg
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from data.database.direct import Answer, Direct, Question
from data.database.engine import application_engine
from data.database.errors import CopyLostError
from data.database.together import Together, ended
from data.database.url import DatabaseURL
from geo.errors import InputError

LOG = logging.getLogger("onegrid.replica")
STATE: TypeAlias = Literal["level", "behind", "unreachable"]
PATIENCE_S, TICK_S = 0.25, 0.003
"""How long a reader waits for the copy, and between looks; one that was late is not waited for until it keeps up."""
WATCHED_S = 1.0
"""Between two looks at the copy by ourselves."""
ANSWER_S = 2.0
AT = "SELECT (pg_current_wal_flush_lsn() - '0/0')::bigint"
"""How far the database is; a commit is acknowledged when it is written to the disk (``synchronous_commit``)."""
REPLAYED = """
SELECT CASE WHEN pg_is_in_recovery() THEN (pg_last_wal_replay_lsn() - '0/0')::bigint END,
    coalesce(extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()), 0)::float8
"""
"""How far a copy is, and how long ago the last was done that it has; null: it is none."""
WHOSE = "SELECT system_identifier FROM pg_control_system()"
"""A number that a cluster and its copies have in common, and no other."""
IN_THE_WAY = "40"
"""What a copy says of a statement that stands in the way of what it has to do next."""
REFUSED = (IN_THE_WAY, "08", "53", "57P")
"""And of connections that it has not, ends, or does not take yet."""
REPEATABLE = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


@dataclass(frozen=True)
class Lag:
    """How a copy stands: bytes of the log that it has not yet, and for how long the oldest may have been done."""

    state: STATE
    bytes: int | None = None
    seconds: float | None = None


class Replica:
    """Reads from a copy what may be read there.

    Parameters
    ----------
    url, original
        Of the copy, and of the database itself.
    threads, direct
        Connections to the copy at most: for threads, and for what is asked directly.
    statement_s
        How long a statement may take, in seconds.
    """

    def __init__(
        self, url: DatabaseURL, original: DatabaseURL, *, threads: int, direct: int, statement_s: float | None = None
    ) -> None:
        self.url = url
        self.in_threads = application_engine(url, most=threads, statement_s=statement_s, for_others=True)
        self.direct = Direct(url, most=direct, statement_s=statement_s)
        self.watching = Direct(url, most=1, statement_s=ANSWER_S)
        self.original = Direct(original, most=1, statement_s=statement_s)
        self.asked: Together[int] = Together()
        self.loop: asyncio.AbstractEventLoop | None = None
        self.usable = False
        self.late = False

    async def wanted(self) -> int:
        """Ask how far the database is, together with all who ask now."""
        return await self.asked.ask("at", lambda: self.original.ask(number_of))

    async def ask(self, question: Question[Answer]) -> tuple[Answer] | None:
        """Ask something of the copy; None: it is not level, or does not answer."""
        if not self.usable:
            return None
        wanted = await self.wanted()
        try:
            async with self.direct.lent() as connection:
                if await self.reaches(connection, wanted, 0 if self.late else PATIENCE_S):
                    return (await question(connection),)
                self.late = True
        except DBAPIError as error:
            self.give_up(error)
        return None

    async def reaches(self, connection: psycopg.AsyncConnection[Any], wanted: int, patience_s: float) -> bool:
        """Tell whether the copy that a connection leads to is as far, now or in a moment."""
        until = time.monotonic() + patience_s
        while not has(wanted, (await (await connection.execute(REPLAYED, prepare=True)).fetchone() or (None,))[0]):
            if time.monotonic() >= until:
                return False
            await asyncio.sleep(TICK_S)
        return True

    @contextmanager
    def looking(self) -> Iterator[Connection | None]:
        """Lend a thread a connection to the copy that sees one state; None: it is not level, or does not answer.

        Raises
        ------
        CopyLostError
            The copy ended what was being read, because it stood in its way, or went away.
        """
        if not self.usable or self.loop is None:
            yield None
            return
        wanted = asyncio.run_coroutine_threadsafe(self.wanted(), self.loop).result()
        connection = self.level(wanted)
        if connection is None:
            yield None
            return
        try:
            with connection, connection.begin():
                yield connection
        except (DBAPIError, psycopg.Error) as error:
            self.give_up(error)
            raise CopyLostError("the read replica ended what was being read; ask again") from error

    def level(self, wanted: int) -> Connection | None:
        """Return a connection to the copy that is as far; None: there is none."""
        try:
            connection = self.in_threads.connect()
        except DBAPIError as error:
            self.give_up(error)
            return None
        with ExitStack() as unless_level:
            unless_level.enter_context(connection)
            try:
                connection.execution_options(isolation_level="AUTOCOMMIT")  # each look sees a newer state
                if self.waited(connection, wanted):
                    connection.rollback()
                    connection.execution_options(**REPEATABLE)
                    unless_level.pop_all()
                    return connection
            except DBAPIError as error:
                self.give_up(error)
        return None

    def waited(self, connection: Connection, wanted: int) -> bool:
        """Tell whether the copy is as far, now or in a moment; of a thread."""
        until = time.monotonic() + (0 if self.late else PATIENCE_S)
        while not has(wanted, connection.exec_driver_sql(REPLAYED).one()[0]):
            if time.monotonic() >= until:
                self.late = True
                return False
            time.sleep(TICK_S)
        return True

    async def lag(self) -> Lag:
        """Ask how far behind the copy is."""
        wanted = await self.wanted()
        try:
            async with asyncio.timeout(ANSWER_S), self.watching.lent() as connection:
                at, seconds = await (await connection.execute(REPLAYED)).fetchone() or (None, None)
        except (DBAPIError, TimeoutError):
            return Lag("unreachable")
        if at is None:
            return Lag("unreachable")
        if at >= wanted:
            return Lag("level", 0, 0.0)
        return Lag("behind", wanted - at, round(seconds, 3))

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        """Watch the copy for the length of a block.

        Raises
        ------
        InputError
            What is at the address is no copy of the database; where nothing answers, it is waited for.
        """
        self.loop = asyncio.get_running_loop()
        if await self.is_of_another():
            raise InputError(f"ONEGRID_DATABASE_READ_URL: {self.url.place} is no streaming replica of the database")
        await self.look()
        task = asyncio.create_task(self.watch())
        try:
            yield
        finally:
            await ended(task)

    async def is_of_another(self) -> bool:
        """Tell whether the address leads to what is no copy of the database; False: to none, or nowhere."""
        ours = await self.original.ask(whose)
        try:
            async with asyncio.timeout(ANSWER_S), self.watching.lent() as connection:
                at = (await (await connection.execute(REPLAYED)).fetchone() or (None,))[0]
                return at is None or await whose(connection) != ours
        except (DBAPIError, TimeoutError):
            return False

    async def watch(self) -> None:
        """Look at the copy for ever, so that no reader has to find out that it does not answer."""
        while True:
            await asyncio.sleep(WATCHED_S)
            with suppress(DBAPIError):  # the database itself does not answer: readers are told
                await self.look()

    async def look(self) -> None:
        """See whether the copy may be asked, and whether it is worth waiting for."""
        found = await self.lag()
        usable = found.state != "unreachable" and (self.usable or not await self.is_of_another())
        if self.usable != usable:
            LOG.warning("the read replica %s", "answers" if usable else "does not answer")
        self.usable = usable
        if self.late and usable:
            self.late = not await self.keeps_up()

    async def keeps_up(self) -> bool:
        """Tell whether the copy comes in time to where the database is now, while that goes on."""
        wanted = await self.wanted()
        try:
            async with self.watching.lent() as connection:
                return await self.reaches(connection, wanted, PATIENCE_S)
        except DBAPIError:
            return False

    def give_up(self, error: DBAPIError | psycopg.Error) -> None:
        """Have the database itself asked instead; where the way to the copy broke, until it was seen to answer.

        Raises
        ------
        DBAPIError, psycopg.Error
            The same: what was asked takes too long, or is wrong, there as well.
        """
        cause = (error.orig or error) if isinstance(error, DBAPIError) else error
        said = getattr(cause, "sqlstate", None)
        broke = said is None and isinstance(cause, psycopg.OperationalError | psycopg.InterfaceError)
        if not broke and not (said or "").startswith(REFUSED):
            raise error
        self.usable = self.usable and not broke and (said or "").startswith(IN_THE_WAY)
        LOG.warning("the read replica", extra={"facts": {"error": type(cause).__name__}})

    async def close(self) -> None:
        """Close all connections."""
        for one in (self.direct, self.watching, self.original):
            await one.close()
        self.in_threads.dispose()


def has(wanted: int, at: int | None) -> bool:
    """Tell whether a copy is as far."""
    return at is not None and at >= wanted


async def number_of(connection: psycopg.AsyncConnection[Any]) -> int:
    """Ask how far the database is."""
    found = await (await connection.execute(AT, prepare=True)).fetchone()
    assert found is not None
    return int(found[0])


async def whose(connection: psycopg.AsyncConnection[Any]) -> int:
    """Ask which cluster it is."""
    found = await (await connection.execute(WHOSE)).fetchone()
    assert found is not None
    return int(found[0])
