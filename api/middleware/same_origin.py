"""A cookie goes along with whatever a browser sends us; so what another site had it send is refused.

The rule is that of Go's ``http.CrossOriginProtection``: browsers say by ``Sec-Fetch-Site`` who had a request sent,
older ones by ``Origin``; what says neither comes from no browser, which has no cookie to be misused. GET and HEAD
change nothing. Signing in is guarded like the rest, so that nobody can be signed in as somebody else unawares.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from api.problems import problem

HARMLESS = frozenset({"GET", "HEAD", "OPTIONS"})
OURS = frozenset({"same-origin", "none"})


class SameOrigin:
    """Refuses requests that another site had a browser send.

    Parameters
    ----------
    public_url
        How browsers reach us; None: by whatever name they give in ``Host``.
    """

    def __init__(self, app: ASGIApp, public_url: str | None) -> None:
        self.app = app
        self.public_url = public_url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or refuse it."""
        if scope["type"] == "http" and scope["method"] not in HARMLESS and not self.is_ours(Headers(scope=scope)):
            sentence = "this was sent from another site; open One Grid itself"
            await problem(403, sentence, code="cross_origin")(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def is_ours(self, headers: Headers) -> bool:
        """Tell whether a request was sent from our own pages, or by no browser."""
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        if site is not None:
            return site in OURS
        if origin is None:
            return True
        if self.public_url is not None and origin.lower() == self.public_url:
            return True
        return urlsplit(origin).netloc.lower() == headers.get("host", "").lower() != ""
