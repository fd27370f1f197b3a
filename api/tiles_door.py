"""``/tiles/{plan}/{z}/{x}/{y}.mvt``: a plain ASGI application, since a map asks for tiles by the dozen.

A plan in force never changes, but for how its gaps are judged: where the address names its revision and what was
decided, as the TileJSON writes it, the tile may be kept for ever, here and by who asked. Else the plan is looked at for
each request, and the tile has an ETag by its bytes: one that no edit touched keeps it.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

import brotli
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from api.callers import recognised
from api.conditional import is_named
from api.encodings import taken
from api.running import Running
from api.tile_layers import layer_alone
from api.tiles_cache import VARY, KeptTile, TileCache
from data.database.together import Together
from data.plans.tiles import MAX_ZOOM, Drawable, draw, look
from data.plans.tiles_layers import LAYERS
from data.users.errors import NotAllowed
from data.users.identity import Identity
from data.users.roles import Right
from geo.errors import UnknownPlanError

PATH = "/tiles/{plan}/{z}/{x}/{y}.mvt"
FOR_EVER, REVALIDATED = b"private, max-age=31536000, immutable", b"private, no-cache"
KEPT_BYTES = 64 << 20
PLANS_KNOWN = 1000
NUMBER = re.compile(r"[0-9]{1,6}")
REVISION = re.compile(r"[0-9]{1,9}")
COMPRESSED_FROM = 500
"""Bytes from which on compressing is worth it."""


def gzipped(body: bytes) -> bytes:
    """Compress as gzip does."""
    made = zlib.compressobj(4, zlib.DEFLATED, 31)
    return made.compress(body) + made.flush()


ENCODINGS: Mapping[str, Callable[[bytes], bytes]] = {
    "br": lambda body: bytes(brotli.compress(body, quality=4)),
    "gzip": gzipped,
}
"""In the order in which they are chosen; a body that has one is left as it is by the middleware."""

Place = tuple[int, int, int]


class TileDoor:
    """Answers for tiles."""

    def __init__(self) -> None:
        self.kept = TileCache(KEPT_BYTES)
        self.looking: Together[Drawable | None] = Together()
        self.staying: dict[tuple[str, Identity], Drawable] = {}
        self.route = Route(PATH, self, methods=["GET"], name="read_tile", include_in_schema=False)
        """To stand before all others; `api.tiles_description` describes it."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request.

        Raises
        ------
        NotSignedIn, NotAllowed, UnknownPlanError, HTTPException
            Nobody who is known asks, or somebody who may not; there is no such plan, or no such tile.
        """
        scope["route"] = self.route  # what the figures call it
        request = Request(scope)
        who = (await recognised(request)).identity
        if not who.may(Right.read):
            raise NotAllowed(f"a {who.role.value} may not read plans")
        layer, wanted = layer_asked(scope["query_string"]), encoding_of(request)
        encoding = wanted if layer is None else None
        asked = version_asked(scope["query_string"])
        name, place = scope["path_params"]["plan"], place_of(scope["path_params"])
        if (past := past_asked(scope["query_string"])) is not None:
            kept = await self.past(request.app.state.running, who, name, past, place, encoding)
            await answer(request, send, kept if layer is None else alone(kept, layer, wanted))
            return
        kept = None if asked is None else self.kept.get((name, asked, who.scope, who.role, place, encoding))
        if kept is None or not kept.stays:
            works: Running = request.app.state.running
            kept, version = await self.drawn(works, who, name, asked, place, encoding)
            asked = asked if asked == version and kept.stays else None
        await answer(request, send, kept if layer is None else alone(kept, layer, wanted), for_ever=asked is not None)

    async def drawn(
        self, works: Running, who: Identity, name: str, asked: str | None, place: Place, encoding: str | None
    ) -> tuple[KeptTile, str]:
        """Return a tile of a plan as it stands now, and the plan's version."""
        plan = self.staying.get((name, who))
        if plan is None or plan.version != asked:
            plan = await self.looked_at(works, who, name)
        key = (name, plan.version, who.scope, who.role, place, encoding)
        kept = self.kept.get(key)
        if kept is None:
            body = await works.transactions.ask(lambda connection: draw(connection, who, plan, place))
            kept = packed(body, encoding, stays=plan.stays)
            self.kept.put(key, kept)
        return kept, plan.version

    async def past(
        self, works: Running, who: Identity, name: str, at: int, place: Place, encoding: str | None
    ) -> KeptTile:
        """Return a tile of a plan as it was at a revision: few look at one, so that none is kept.

        Raises
        ------
        HTTPException
            404: the plan is not so far yet.
        """
        plan = await self.looked_at(works, who, name)
        if at > plan.head:
            raise HTTPException(404, f"plan {name} has no revision {at}; its latest is {plan.head}")
        then = replace(plan, head=at)
        body = await works.transactions.ask(lambda connection: draw(connection, who, then, place))
        return packed(body, encoding, stays=False)

    async def looked_at(self, works: Running, who: Identity, name: str) -> Drawable:
        """Look at a plan, together with all who ask for it now; one that stays is remembered."""

        async def question() -> Drawable | None:
            return await works.transactions.ask(lambda connection: look(connection, who, name, date.today()))

        plan = await self.looking.ask((name, who), question)
        if plan is None:
            raise UnknownPlanError(f"there is no plan {name}")
        if plan.stays:
            if len(self.staying) >= PLANS_KNOWN:
                self.staying.clear()
            self.staying[name, who] = plan
        return plan


def packed(body: bytes, encoding: str | None, *, stays: bool) -> KeptTile:
    """Compress a tile, where that is worth it."""
    chosen = encoding if len(body) >= COMPRESSED_FROM else None
    return KeptTile.of(body if chosen is None else ENCODINGS[chosen](body), chosen, stays=stays)


def alone(kept: KeptTile, layer: str, encoding: str | None) -> KeptTile:
    """Return one layer of a tile that is not compressed, as OGC's tiles of a collection are."""
    return packed(layer_alone(kept.body, layer), encoding, stays=kept.stays)


def place_of(given: Mapping[str, Any]) -> Place:
    """Return which tile is asked for.

    Raises
    ------
    HTTPException
        404: there is no such tile.
    """
    if all(NUMBER.fullmatch(given[name]) for name in "zxy"):
        zoom, column, row = (int(given[name]) for name in "zxy")
        if zoom <= MAX_ZOOM and max(column, row) < 1 << zoom:
            return zoom, column, row
    raise HTTPException(404, f"there is no such tile; zooms go from 0 to {MAX_ZOOM}")


@lru_cache(1000)
def version_asked(query: bytes) -> str | None:
    """Return the version that an address names; None: whatever the plan is now.

    >>> version_asked(b"revision=13&decided=4711"), version_asked(b"revision=13&decided="), version_asked(b"")
    ('13.4711', '13', None)
    """
    if not query:
        return None
    said = dict(parse_qsl(query.decode("latin-1")))
    if "revision" not in said:
        return None
    return f"{said['revision']}.{said['decided']}" if said.get("decided") else said["revision"]


@lru_cache(1000)
def past_asked(query: bytes) -> int | None:
    """Return the revision that a plan is to be drawn at; None: the latest.

    >>> past_asked(b"as_of=12"), past_asked(b"revision=13&decided=4711")
    (12, None)

    Raises
    ------
    HTTPException
        404: it is no revision.
    """
    said = dict(parse_qsl(query.decode("latin-1"))).get("as_of")
    if said is None:
        return None
    if not REVISION.fullmatch(said):
        raise HTTPException(404, f"{said[:20]!r} is no revision")
    return int(said)


@lru_cache(100)
def layer_asked(query: bytes) -> str | None:
    """Return the one layer that is asked for; None: all.

    >>> layer_asked(b"layer=grids&as_of=12"), layer_asked(b"as_of=12")
    ('grids', None)

    Raises
    ------
    HTTPException
        404: no tile has it.
    """
    said = dict(parse_qsl(query.decode("latin-1"))).get("layer")
    if said is not None and said not in LAYERS:
        raise HTTPException(404, f"tiles have no layer {said[:20]!r}, but {', '.join(LAYERS)}")
    return said


def encoding_of(request: Request) -> str | None:
    """Return the first of our encodings that whoever asks takes.

    >>> encoding_of(Request({"type": "http", "headers": [(b"accept-encoding", b"gzip, br;q=0")]}))
    'gzip'
    """
    given = taken(request.headers.get("accept-encoding"))
    return next((name for name in ENCODINGS if name in given), None)


async def answer(request: Request, send: Send, kept: KeptTile, *, for_ever: bool = False) -> None:
    """Send a tile, or 304 where the caller has the same already."""
    kept_how = (b"cache-control", FOR_EVER if for_ever else REVALIDATED)
    named = request.headers.get("if-none-match")
    if named is not None and is_named(kept.etag.decode(), named):
        headers = [kept_how, (b"etag", kept.etag), (b"vary", VARY)]
        await send({"type": "http.response.start", "status": 304, "headers": headers})
        await send({"type": "http.response.body", "body": b""})
        return
    await send({"type": "http.response.start", "status": 200, "headers": [kept_how, *kept.headers]})
    await send({"type": "http.response.body", "body": kept.body})
