"""HEAD, answered wherever GET is (RFC 9110, section 9.3.2): the same answer, without its body."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

DOING = ("/sign-in", "/api/session/openid")
"""Where a GET does something: it spends a link, or begins to sign in, which whoever looks ahead of a user must not."""


class AskingForTheHead:
    """Has a request for the head of an answer answered as one for all of it, and sends no body."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, as one with GET where it asks for the head."""
        if scope["type"] != "http" or scope["method"] != "HEAD" or scope["path"].startswith(DOING):
            await self.app(scope, receive, send)
            return
        whole = {**scope, "method": "GET"}

        async def without_body(message: Message) -> None:
            await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

        try:
            await self.app(whole, receive, without_body)
        finally:
            scope.update({**whole, "method": "HEAD"})  # which route it was, for whoever tells of it
