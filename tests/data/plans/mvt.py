"""Vector tiles taken apart by hand, as the Mapbox Vector Tile specification 2.1 has them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

Field = tuple[int, Any]


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
