"""Vector tiles taken apart by hand, as the Mapbox Vector Tile specification 2.1 has them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import shapely

Field = tuple[int, Any]
Ring = list[tuple[int, int]]
POLYGON, CLOSE = 3, 7


def fields(message: bytes) -> Iterator[Field]:
    """Yield the fields of a protobuf message: numbers as they are written, everything else as bytes."""
    at = 0
    while at < len(message):
        key, at = number(message, at)
        kind = key & 7
        if kind == 0:
            value, at = number(message, at)
        else:
            size, at = number(message, at) if kind == 2 else ({1: 8, 5: 4}[kind], at)
            value, at = message[at : at + size], at + size
        yield key >> 3, value


def number(message: bytes, at: int) -> tuple[int, int]:
    """Read a number; return it and where it ends."""
    value = shift = 0
    while True:
        byte = message[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at


def numbers(message: bytes) -> list[int]:
    """Read numbers one behind the other."""
    found, at = [], 0
    while at < len(message):
        value, at = number(message, at)
        found.append(value)
    return found


def features(tile: bytes) -> dict[str, Counter[Any]]:
    """Return the features of each layer: attributes, kind and geometry of each, how often there is one like it."""
    return {name: Counter(found) for name, found in map(layer, (value for _, value in fields(tile)))}


def layer(message: bytes) -> tuple[str, list[Any]]:
    """Return a layer's name and its features."""
    name, keys, values, each = "", [], [], []
    for field, value in fields(message):
        match field:
            case 1:
                name = value.decode()
            case 2:
                each.append(dict(fields(value)))
            case 3:
                keys.append(value.decode())
            case 4:
                values.append(value)
    return name, [feature(one, keys, values) for one in each]


def feature(said: dict[int, Any], keys: list[str], values: list[bytes]) -> Any:
    """Return a feature with its attributes by name."""
    tags = numbers(said.get(2, b""))
    attributes = {keys[key]: values[value] for key, value in zip(tags[::2], tags[1::2], strict=True)}
    return tuple(sorted(attributes.items())), said[3], said[4]


def polygons(tile: bytes) -> Iterator[tuple[str, shapely.Geometry]]:
    """Yield the polygons of a tile with their layers; a ring that winds the one way is an outer one, as specified."""
    for name, found in features(tile).items():
        for _, kind, geometry in found:
            if kind == POLYGON:
                yield name, polygon(geometry)


def polygon(geometry: bytes) -> shapely.Geometry:
    """Return a polygon.

    Raises
    ------
    ValueError
        Its first ring is not an outer one.
    """
    parts: list[tuple[Ring, list[Ring]]] = []
    for ring in rings(numbers(geometry)):
        if wound(ring) > 0:
            parts.append((ring, []))
        elif parts:
            parts[-1][1].append(ring)
        else:
            raise ValueError(f"the first ring is a hole: {ring}")
    return shapely.MultiPolygon(parts)


def rings(commands: list[int]) -> Iterator[Ring]:
    """Yield the rings that a polygon's commands draw."""
    at = x = y = 0
    ring: Ring = []
    while at < len(commands):
        what, times = commands[at] & 7, commands[at] >> 3
        at += 1
        if what == CLOSE:
            yield ring
            ring = []
            continue
        for _ in range(times):
            x, y, at = x + signed(commands[at]), y + signed(commands[at + 1]), at + 2
            ring.append((x, y))


def signed(number: int) -> int:
    """Return what a parameter says.

    >>> [signed(number) for number in range(4)]
    [0, -1, 1, -2]
    """
    return (number >> 1) ^ -(number & 1)


def wound(ring: Ring) -> int:
    """Return twice the area of a ring, by the surveyor's formula."""
    return sum(x * v - u * y for (x, y), (u, v) in pairwise([*ring, ring[0]]))
