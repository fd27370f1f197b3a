"""Who asks: known by the cookie of a session, or by a bearer token.

Who was recognised is remembered for a short while, since a map asks for dozens of tiles at once. The database says at
once whom to know no more (`REVOKED`); while we can't hear it, nothing is remembered.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from time import monotonic, time
from typing import Annotated

import psycopg
from fastapi import Depends, Request

from data.database.engine import SERVING
from data.database.together import ended
from data.users.credentials import Kind, Recognised, recognise
from data.users.errors import NotAllowed, NotSignedIn
from data.users.identity import Identity
from data.users.roles import Right
from data.users.transactions import Transactions

LOG = logging.getLogger("onegrid.callers")
COOKIE = "onegrid_session"
REVOKED = "onegrid_users"
"""The channel on which the database tells of changes to accounts, sessions and tokens."""
REMEMBERED_S = 60.0
MOST = 10_000
AGAIN_S = 1.0


class Callers:
    """Knows who asks.

    Parameters
    ----------
    single_user
        Whether a session without an account counts: that of the one user of a private cluster, on this machine alone.
    """

    def __init__(self, transactions: Transactions, *, single_user: bool) -> None:
        self.transactions = transactions
        self.single_user = single_user
        self.hearing = False
        self.known: dict[tuple[Kind, str], tuple[Recognised, float]] = {}
        self.forgotten = 0

    async def recognise(self, kind: Kind, secret: str) -> Recognised | None:
        """Return who showed a secret; None: nobody who is known."""
        found, until = self.known.get((kind, secret), (None, 0.0))
        if found is None or until < monotonic():
            found = await self.look_up(kind, secret)
        return None if found is None or (found.identity.account_id is None and not self.single_user) else found

    async def look_up(self, kind: Kind, secret: str) -> Recognised | None:
        """Ask the database who it is, and remember that, unless it was told to forget meanwhile."""
        forgotten = self.forgotten
        async with self.transactions.reading(None) as connection:
            found = await connection.run_sync(recognise, kind, secret)
        if found is not None and self.hearing and forgotten == self.forgotten and len(self.known) < MOST:
            left_s = found.expires_at.timestamp() - time()
            self.known[kind, secret] = (found, monotonic() + min(REMEMBERED_S, left_s))
        return found

    def forget(self) -> None:
        """Know nobody any more without asking the database."""
        self.forgotten += 1
        self.known.clear()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Hear of revocations for the length of a block."""
        task = asyncio.create_task(self.listen())
        try:
            yield
        finally:
            await ended(task)

    async def listen(self) -> None:
        """Hear of revocations for ever; where the connection is lost, nothing is remembered until there is another."""
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(
                    self.transactions.url.libpq, autocommit=True, connect_timeout=10, application_name=SERVING
                ) as connection:
                    await connection.execute(f"LISTEN {REVOKED}")
                    self.forget()
                    self.hearing = True
                    async for _ in connection.notifies():
                        self.forget()
            except (psycopg.Error, OSError) as error:
                LOG.warning("revocations are not heard", extra={"facts": {"error": type(error).__name__}})
            finally:
                self.hearing = False
                self.forget()
            await asyncio.sleep(AGAIN_S)


async def recognised(request: Request) -> Recognised:
    """Return who asks; a dependency of routes, or called by what is no FastAPI route.

    Raises
    ------
    NotSignedIn
        Nobody who is known.
    """
    callers: Callers = request.app.state.running.callers
    given, found = request.headers.get("authorization"), None
    if given is not None:
        kind, _, secret = given.partition(" ")
        found = await callers.recognise(Kind.token, secret) if kind.lower() == "bearer" else None
    elif COOKIE in request.cookies:
        found = await callers.recognise(Kind.session, request.cookies[COOKIE])
    if found is None:
        raise NotSignedIn("sign in first; the session or token may have ended")
    request.state.user = found.identity.name
    return found


def allowed(right: Right) -> Callable[[Request], Awaitable[Identity]]:
    """Return the dependency of a route that not everybody may use: it gives who asks, or refuses.

    Raises
    ------
    NotSignedIn
        Nobody who is known.
    NotAllowed
        Their role does not carry the right.
    """

    async def allowed_caller(request: Request) -> Identity:
        identity = (await recognised(request)).identity
        if not identity.may(right):
            raise NotAllowed(f"a {identity.role.value} may not do this")
        return identity

    LETS_IN.add(allowed_caller)
    return allowed_caller


LETS_IN: set[Callable[[Request], Awaitable[object]]] = {recognised}
"""Dependencies that ask who it is, so that the description of a route can say so."""
Known = Annotated[Recognised, Depends(recognised)]
Reader = Annotated[Identity, Depends(allowed(Right.read))]
GapSigner = Annotated[Identity, Depends(allowed(Right.sign_gaps))]
Editor = Annotated[Identity, Depends(allowed(Right.edit))]
Approver = Annotated[Identity, Depends(allowed(Right.approve))]
Administrator = Annotated[Identity, Depends(allowed(Right.administer))]
