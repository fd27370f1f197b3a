"""One layer of a vector tile, by the bytes alone.

A tile is layers end to end, each with its tag and its length [Mapbox Vector Tile Specification 2.1, 4.1]. In what
PostGIS writes a layer begins with its name, which has fewer than 128 letters.
"""

from __future__ import annotations

from collections.abc import Iterator

LAYER, NAME = 0x1A, 0x0A
"""Tags: of a layer in a tile, of the name in a layer."""


def layer_alone(tile: bytes, name: str) -> bytes:
    """Return a tile with one of its layers; empty where it has none of this name.

    >>> layer_alone(bytes.fromhex("1a050a03616263" "1a040a026465"), "de").hex()
    '1a040a026465'
    """
    wanted = name.encode()
    return b"".join(tile[start:end] for start, end, said in layers(tile) if said == wanted)


def layers(tile: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Yield where each layer starts and ends, and its name."""
    start = 0
    while start < len(tile):
        length, begin = varint(tile, start + 1)
        end = begin + length
        if tile[start] != LAYER or tile[begin] != NAME or end > len(tile):
            raise ValueError("these bytes are no vector tile as PostGIS writes them")
        yield start, end, tile[begin + 2 : begin + 2 + tile[begin + 1]]
        start = end


def varint(data: bytes, at: int) -> tuple[int, int]:
    """Read a number in groups of seven bits, the lowest first; return it, and where it ends.

    >>> varint(bytes.fromhex("ac02"), 0)
    (300, 2)
    """
    number = shift = 0
    while True:
        number |= (data[at] & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if data[at - 1] < 0x80:
            return number, at
