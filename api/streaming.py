"""Answers that are made while they are sent, such as exports."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping

from fastapi.responses import StreamingResponse
from starlette.types import Send


class Stream(StreamingResponse):
    """An answer in pieces, whose source is closed as soon as nobody takes them any more.

    Starlette leaves that to the garbage collector, which may come late; a source may hold a connection to the database.

    Parameters
    ----------
    pieces
        An asynchronous generator of bytes.
    """

    def __init__(
        self, pieces: AsyncGenerator[bytes, None], *, media_type: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(pieces, media_type=media_type, headers=headers)
        self.pieces = pieces

    async def stream_response(self, send: Send) -> None:
        """Send the pieces."""
        try:
            await super().stream_response(send)
        finally:
            await self.pieces.aclose()
