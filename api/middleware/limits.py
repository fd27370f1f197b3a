"""How large a request may be, and how long it may take until its answer begins."""

from __future__ import annotations

import asyncio

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import problem


class Limits:
    """Refuses what is too large (413), comes too slowly (408) or takes too long (503).

    An answer that has begun may take as long as it takes, such as an export; but whoever takes nothing of it for that
    long is let go, with all that was held for them. A file that is uploaded may be larger, and take as long as it keeps
    coming.
    """

    def __init__(self, app: ASGIApp, *, body_bytes: int, seconds: float, upload_bytes: int = 0) -> None:
        self.app = app
        self.body_bytes = body_bytes
        self.upload_bytes = upload_bytes
        self.seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through within the limits."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        uploaded = is_upload(scope)
        most = self.upload_bytes if uploaded else self.body_bytes
        if declared(scope) > most:
            await too_large_answer(most)(scope, receive, send)
            return
        got = {"bytes": 0, "all": False, "begun": False}

        async def receiving() -> Message:
            message = await receive()
            if message["type"] == "http.request":
                got["bytes"] += len(message.get("body", b""))
                got["all"] = not message.get("more_body", False)
                if got["bytes"] > most:
                    raise HTTPException(413, too_large(most))
                if uploaded:
                    limit.reschedule(asyncio.get_running_loop().time() + self.seconds)
            return message

        try:
            async with asyncio.timeout(self.seconds) as limit:

                async def sending(message: Message) -> None:
                    if not got["begun"]:
                        got["begun"] = True
                        limit.reschedule(None)
                    if not message.get("more_body"):
                        await send(message)
                    else:
                        async with asyncio.timeout(self.seconds):
                            await send(message)
                        await asyncio.sleep(0)  # others get their turn, and we hear of readers that went away

                await self.app(scope, receiving, sending)
        except TimeoutError:
            if got["begun"]:
                return  # nothing more can be said; the server closes the connection
            await too_slow_answer(bool(got["all"]) or not declares_body(scope))(scope, receive, send)


def is_upload(scope: Scope) -> bool:
    """Tell whether a request brings a file (`api.routers.uploads`)."""
    return bool(scope["method"] == "PUT" and scope["path"].startswith("/api/uploads/") and "/files/" in scope["path"])


def too_large(most: int) -> str:
    """Say how large a request may be."""
    return f"a request may have {most / 1e6:g} MB"


def too_large_answer(most: int) -> ASGIApp:
    """Return the answer to too large a request, of which no more is read."""
    return problem(413, too_large(most), headers={"Connection": "close"})


def too_slow_answer(read: bool) -> ASGIApp:
    """Return the answer to a request that took too long; or that was never sent to its end."""
    if read:
        return problem(503, "this took too long; ask for less at once", code="timeout")
    return problem(408, "the request was not sent to its end in time", headers={"Connection": "close"})


def declared(scope: Scope) -> int:
    """Return how many bytes a request says it has; what is no number is refused further in."""
    given = Headers(scope=scope).get("content-length", "0")
    return int(given) if given.isdecimal() else 0


def declares_body(scope: Scope) -> bool:
    """Tell whether a request says that it has a body."""
    return declared(scope) > 0 or "transfer-encoding" in Headers(scope=scope)
