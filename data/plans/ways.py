"""Ways on foot, kept so that a few grids find theirs without the roads of a whole city.

Facilities are few: a process that works with a source keeps them all. Roads are many: their stretches, with the ways
from both ends to the nearest facility of each kind as they were measured over all roads, are kept by squares.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from sqlalchemy import Connection

from data.plans.ground import Box
from data.plans.rows import later, rows
from geo.arrays import Floats, Ints, distinct_rows, group_first, unroll
from geo.facilities import LOOKED_FOR, asked_for, kinds_of
from geo.standards import Standards
from geo.walking import Stretches, Walks

SQUARE_M = 500.0
FARTHEST = 2**31 - 1
"""No square is beyond; the database's whole numbers end there."""

MARGIN_M = 150.0
"""Roads are looked up so far around grids, at first."""

FACILITIES = """
SELECT attributes->>'kind' AS kind, ST_AsBinary(geometry) AS point FROM onegrid.source_row
WHERE source_id = %(source)s AND layer = 'facilities' ORDER BY number
"""
SQUARES = """
SELECT stretches FROM onegrid.source_roads
WHERE source_id = %(source)s AND x BETWEEN %(west)s AND %(east)s AND y BETWEEN %(south)s AND %(north)s ORDER BY x, y
"""


@dataclass(frozen=True, eq=False)
class Ways:
    """The facilities of a source, and where to find the roads around some grids."""

    source_id: int
    facilities: Walks
    """Without roads: straight ways alone."""
    roads: bool

    def near(self, connection: Connection, box: Box, margin_m: float = MARGIN_M) -> Callable[[], Walks]:
        """Ask for the ways around a box, on roads that come nearer to it than a margin, metres, which may be infinite.

        Returns what waits for them.
        """
        if not self.roads:
            return lambda: self.facilities
        low = np.floor((np.array(box[:2]) - margin_m) / SQUARE_M)
        high = np.floor((np.array(box[2:]) + margin_m) / SQUARE_M)
        ends = np.clip(np.concatenate([low, high]), -FARTHEST, FARTHEST).astype(np.int64).tolist()
        place = dict(zip(("west", "south", "east", "north"), ends, strict=True))
        found = later(connection, SQUARES, {"source": self.source_id, **place})
        bounds = np.concatenate([low, high + 1]) * SQUARE_M
        return lambda: self.along([one.stretches for one in found()], bounds)

    def along(self, squares: Sequence[bytes], bounds: Floats) -> Walks:
        """Return the ways on the roads of some squares, all that come into some bounds."""
        kinds = len(self.facilities.kinds)
        found = [np.frombuffer(stretches).reshape(-1, 4 + 2 * kinds) for stretches in squares]
        table, _ = distinct_rows(np.concatenate([np.empty((0, 4 + 2 * kinds)), *found]))
        stretches = Stretches(table[:, :4], table[:, 4 : 4 + kinds], table[:, 4 + kinds :])
        return self.facilities.along(stretches, bounds)


def read_ways(connection: Connection, source_id: int, standards: Standards | None, *, roads: bool) -> Ways | None:
    """Read the facilities of a source; None where no distance can be judged."""
    found = rows(connection, FACILITIES, {"source": source_id})
    if not found or standards is None:
        return None
    points = np.asarray(shapely.from_wkb([one.point for one in found]), dtype=object)
    return Ways(source_id, walks_between(points, [one.kind for one in found], None, standards), roads)


def walks_between(points: np.ndarray, kinds: list[str | None], lines: np.ndarray | None, standards: Standards) -> Walks:
    """Measure the ways to facilities, along the roads if there are any, as `geo.gathering.walks_to` does."""
    import pandas as pd  # noqa: PLC0415 (as everywhere here)

    farthest_m = LOOKED_FOR * max(asked_for(standards).values(), default=0)
    words = kinds_of(pd.Series(kinds, dtype="str"), standards)
    return Walks.of(points, words, lines, farthest_m=farthest_m)


def squares(stretches: Stretches) -> Iterator[tuple[int, int, bytes]]:
    """Yield for each square its place, and the stretches that come into it as `Ways.near` reads them."""
    table = np.concatenate([stretches.ends, stretches.start_m, stretches.end_m], axis=1)
    row, x, y = squares_of(stretches.ends)
    order = np.lexsort([row, y, x])
    row, x, y = row[order], x[order], y[order]
    first = np.flatnonzero(group_first(x) | group_first(y))
    for start, end in zip(first, np.append(first[1:], len(row)), strict=True):
        yield int(x[start]), int(y[start]), table[row[start:end]].tobytes()


def squares_of(ends: Floats) -> tuple[Ints, Ints, Ints]:
    """List which stretches come into which squares, or nearly: their rows, and the squares' places."""
    corners = np.floor(ends.reshape(-1, 2, 2) / SQUARE_M).astype(np.int64)
    low, high = corners.min(axis=1), corners.max(axis=1)
    size = high - low + 1
    row, number = unroll(np.arange(len(ends)), size.prod(axis=1), np.zeros(len(ends), dtype=np.int64))
    across, up = np.divmod(number, size[row, 1])
    return row, low[row, 0] + across, low[row, 1] + up
