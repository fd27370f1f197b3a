"""What browsers are told: our pages load nothing from elsewhere, stand in nobody's frame, and are kept in no cache."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""The policy of what is no page."""
ALWAYS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
]
UNLESS_SAID = [(b"content-security-policy", NOTHING.encode()), (b"cache-control", b"no-store")]
ENCRYPTED = [(b"strict-transport-security", b"max-age=31536000")]


class SecurityHeaders:
    """Adds the headers to every answer; a route that has a page says a policy of its own."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, and add to its answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        added = ALWAYS + ENCRYPTED if scope["scheme"] == "https" else ALWAYS

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message["headers"]
                said = {name for name, _ in headers}
                message["headers"] = [*headers, *added, *(one for one in UNLESS_SAID if one[0] not in said)]
            await send(message)

        await self.app(scope, receive, sending)
