"""What tiles are kept in: a small cache in this process."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from hashlib import sha256

MEDIA_TYPE = b"application/vnd.mapbox-vector-tile"
VARY = b"Accept-Encoding, Authorization, Cookie"
OVERHEAD = 1000
"""Bytes that a tile takes beside its body."""


@dataclass(frozen=True, slots=True)
class KeptTile:
    """A tile as it is sent, and its headers; ``stays``: whether its plan's revision never changes."""

    body: bytes
    etag: bytes
    headers: tuple[tuple[bytes, bytes], ...]
    stays: bool

    @classmethod
    def of(cls, body: bytes, encoding: str | None, *, stays: bool) -> KeptTile:
        """Keep a body, ``encoding`` None: as it is; its ETag is a strong one, of the bytes that are sent."""
        etag = b'"' + sha256(body).hexdigest()[:24].encode() + b'"'
        headers = [
            (b"etag", etag), (b"vary", VARY), (b"content-type", MEDIA_TYPE),
            (b"content-length", str(len(body)).encode()),
        ]  # fmt: skip
        if encoding is not None:
            headers.append((b"content-encoding", encoding.encode()))
        return cls(body, etag, tuple(headers), stays)


class TileCache:
    """The tiles that were asked for last, as many as fit in some bytes.

    A key has all that a tile hangs on, the revision and the scope among it, so that nothing kept is ever wrong.
    """

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self.bytes = 0
        self.tiles: OrderedDict[Hashable, KeptTile] = OrderedDict()

    def get(self, key: Hashable) -> KeptTile | None:
        """Return a tile; None: it is not kept."""
        found = self.tiles.get(key)
        if found is not None:
            self.tiles.move_to_end(key)
        return found

    def put(self, key: Hashable, tile: KeptTile) -> None:
        """Keep a tile; those that nobody asked for longest go."""
        size = len(tile.body) + OVERHEAD
        if size > self.most_bytes:
            return
        before = self.tiles.pop(key, None)
        self.bytes += size - (len(before.body) + OVERHEAD if before is not None else 0)
        self.tiles[key] = tile
        while self.bytes > self.most_bytes:
            _, gone = self.tiles.popitem(last=False)
            self.bytes -= len(gone.body) + OVERHEAD
