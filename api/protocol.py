"""uvicorn's protocol, with limits that it lacks: how long the head of a request may take to come, and its size."""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_S = 20.0
"""From the connection, or the first byte of a request, to the end of its head."""
HEAD_BYTES = 64 * 1024
"""In whole pieces as they come, so that a little more may get through."""


class ImpatientProtocol(HttpToolsProtocol):
    """Closes connections on which no request comes to the end of its head; the application is not asked."""

    head_s = HEAD_S
    waiting: asyncio.TimerHandle | None = None
    in_head = False
    head_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request."""
        super().connection_made(transport)
        self.wait()

    def data_received(self, data: bytes) -> None:
        """Take a piece of a request, as long as its head is not too large."""
        super().data_received(data)
        self.head_bytes = self.head_bytes + len(data) if self.in_head else 0
        if self.head_bytes > HEAD_BYTES:
            self.transport.close()

    def on_message_begin(self) -> None:
        """Begin to wait for the end of a head."""
        super().on_message_begin()
        self.in_head = True
        self.wait()

    def on_headers_complete(self) -> None:
        """Wait no more; from here on the application says how long it may take."""
        self.in_head = False
        self.wait_no_more()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self.wait_no_more()
        super().connection_lost(exc)

    def wait(self) -> None:
        """Close the connection, unless the head comes to its end in time."""
        self.wait_no_more()
        self.waiting = self.loop.call_later(self.head_s, self.transport.close)

    def wait_no_more(self) -> None:
        """Leave the connection open."""
        if self.waiting is not None:
            self.waiting.cancel()
            self.waiting = None
