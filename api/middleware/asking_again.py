"""A replica may end what is being read from it: then the database itself is asked, and nobody hears of it.

What a replica replays may remove rows that a reader still sees; PostgreSQL lets the reader wait a while, and then ends
him. Only requests that change nothing are made twice, and only where nothing was answered yet; one that changes
something reads from the database itself what it has to know before.
"""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from data.users.transactions import past_the_copy

LOST = "onegrid.copy_lost"
"""Where in a request's scope it is noted that a replica ended it: a list, empty where none did."""


class AskingAgain:
    """Makes a request again, past the replica, where that ended it; one that may change something at once so."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, a second time where it has to be."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if scope["method"] not in {"GET", "HEAD"}:
            with past_the_copy():
                await self.app(scope, receive, send)
            return
        lost: list[Exception] = []
        first = {**scope, LOST: lost}

        async def passed_on(message: Message) -> None:
            if not lost:
                await send(message)

        try:
            await self.app(first, receive, passed_on)
        finally:
            if not lost:
                scope.update(first)  # which route it was, for whoever tells of it
        if lost:
            with past_the_copy():
                await self.app(scope, receive, send)
