"""Tiles of a plan: how it stands just now, and the bytes of one tile, as somebody may see them.

Both are asked of a connection of psycopg itself, on which each statement is a transaction (`data.database.direct`). Who
asks is said to it before, where it was somebody else who asked last. So a tile costs one way to the database and back.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from psycopg import AsyncConnection, AsyncRawCursor
from psycopg.rows import namedtuple_row
from psycopg.types.numeric import Float8, Int4, Int8

from data.plans.plan import READABLE
from data.plans.tiles_sql import (
    BUFFER,
    CLOSE_TILE,
    DIVISIONS_TILE,
    EXACT_TILE,
    EXTENT,
    GRIDS_TILE,
    WORLD_M,
)
from data.users.identity import Identity, as_asker

MAX_ZOOM = 17
STREETS_FROM, COMMUNITIES_FROM, GRIDS_FROM, CLOSE_FROM, EXACT_FROM = 9, 11, 12, 14, 15
"""From which zoom on each is drawn; ``CLOSE``: also premises, facilities and the labels of grids."""
COUNTY, STREET, COMMUNITY = 6, 9, 12
"""Digits of the codes of divisions."""
GENERALISED_ZOOM, DRAWN_ZOOM = 14, 17
"""In whose units outlines of grids, and everything else, stand in the database."""

NAMED = re.compile(r"%\((\w+)\)s")

HISTORY = "'onegrid.plan'::regclass::oid::bigint"
"""What a restored backup has otherwise: its tables are made anew."""
LOOK = f"""
SELECT p.plan_id, p.name, p.head, p.state, p.srid, p.source_id, p.jurisdiction, concat_ws('-',
    d.decision_id,
    (SELECT expires FROM onegrid.gap_decision WHERE jurisdiction = p.jurisdiction AND expires < %(today)s
     ORDER BY expires DESC LIMIT 1),
    (SELECT max(v.expires) FROM onegrid.ancestry AS a CROSS JOIN LATERAL (
        SELECT expires FROM onegrid.gap_version AS v
        WHERE v.plan_id = a.ancestor_id AND v.state <> 'open' AND v.expires < %(today)s::text
        ORDER BY expires DESC LIMIT 1) AS v
     WHERE a.plan_id = p.plan_id)) AS decided,
    coalesce(d.decision_id, 0) AS decision, %(today)s::date AS day, {HISTORY} AS history
FROM onegrid.plan AS p
LEFT JOIN LATERAL (
    SELECT decision_id FROM onegrid.gap_decision WHERE jurisdiction = p.jurisdiction
    ORDER BY decision_id DESC LIMIT 1) AS d ON true
WHERE p.name = %(name)s AND p.state <> 'importing' AND {READABLE}
"""
EXTENT_OF = """
SELECT ST_XMin(e) AS west, ST_YMin(e) AS north, ST_XMax(e) AS east, ST_YMax(e) AS south FROM (
    SELECT ST_Extent(shape) AS e FROM onegrid.drawn_division WHERE source_id = %(source)s AND digits = 12) AS each
"""


@dataclass(frozen=True)
class Drawable:
    """A plan as its tiles show it.

    ``decided`` changes whenever gaps are judged otherwise than before, by a decision or because an exception ran out:
    the one thing about a plan in force that does. Gaps are judged by what was decided up to ``decision``, on
    ``day``, so that a tile drawn later, for who still asks for it, is as those beside it. ``history`` is another once a
    backup was restored: its revisions have numbers that others had.
    """

    plan_id: int
    name: str
    head: int
    state: str
    srid: int
    source_id: int
    jurisdiction: str
    decided: str
    decision: int
    day: date
    history: int

    @property
    def stays(self) -> bool:
        """Whether its revision never changes."""
        return self.state == "approved"

    @property
    def version(self) -> str:
        """What all that its tiles show hangs on."""
        return f"{self.head}.{self.judged}"

    @property
    def judged(self) -> str:
        """What the judging of its gaps hangs on, in which history."""
        return f"{self.history}-{self.decided}" if self.decided else str(self.history)


async def look(connection: AsyncConnection[Any], who: Identity, name: str, today: date) -> Drawable | None:
    """Look at a plan; None: there is none of this name.

    Parameters
    ----------
    connection
        In autocommit mode.
    today
        The day on which exceptions hold or have run out.
    """
    await as_asker(connection, who)
    async with connection.cursor(row_factory=namedtuple_row) as cursor:
        await cursor.execute(LOOK, {"name": name, "today": today}, prepare=True)
        found = await cursor.fetchone()
    return None if found is None else Drawable(*found)


async def draw(connection: AsyncConnection[Any], who: Identity, plan: Drawable, place: tuple[int, int, int]) -> bytes:
    """Return a tile of a plan, without compression; empty where nothing is.

    Parameters
    ----------
    connection
        In autocommit mode.
    place
        Zoom, column from the west, row from the north.
    """
    statement, values = asked(plan, place, who.scope)
    query, names = numbered(statement)
    await as_asker(connection, who)
    async with AsyncRawCursor(connection) as cursor:
        await cursor.execute(query, [values[name] for name in names], prepare=True, binary=True)
        found = await cursor.fetchone()
    assert found is not None
    return bytes(found[0])


async def extent(connection: AsyncConnection[Any], who: Identity, plan: Drawable) -> tuple[float, ...] | None:
    """Return west, north, east and south of what somebody sees, from 0 to 1 across the world; None: nothing."""
    await as_asker(connection, who)
    async with connection.cursor(row_factory=namedtuple_row) as cursor:
        await cursor.execute(EXTENT_OF, {"source": Int4(plan.source_id)}, prepare=True)
        found = await cursor.fetchone()
    return sides_of(found)


def sides_of(found: Any) -> tuple[float, ...] | None:
    """Return the row of `EXTENT_OF` from 0 to 1 across the world; None: there is nothing."""
    if found is None or found.west is None:
        return None
    return tuple(float(side) / (EXTENT << DRAWN_ZOOM) for side in found)


def bounds(sides: tuple[float, ...] | None) -> list[float] | None:
    """Return west, south, east and north in degrees of a part of the world, whose sides go from 0 to 1.

    >>> bounds((0.5, 0.25, 0.75, 0.5))
    [0.0, 0.0, 90.0, 66.51326]
    """
    if sides is None:
        return None
    west, north, east, south = sides
    return [round(value, 6) for value in (longitude(west), latitude(south), longitude(east), latitude(north))]


def longitude(x: float) -> float:
    """Return the longitude of a place across the world, degrees."""
    return x * 360 - 180


def latitude(y: float) -> float:
    """Return the latitude of a place down the world in EPSG:3857, degrees."""
    return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y)))) + 0.0


def asked(plan: Drawable, place: tuple[int, int, int], scope: str) -> tuple[str, Mapping[str, Any]]:
    """Return the statement that draws a tile, and its values."""
    zoom, column, row = place
    digits = digits_at(zoom, scope)
    values = {
        "plan": Int4(plan.plan_id), "at": Int4(plan.head), "source": Int4(plan.source_id), "srid": Int4(plan.srid),
        "jurisdiction": plan.jurisdiction, "today": plan.day.isoformat(),
        "decision": Int8(plan.decision), "digits": digits,
        "rough": Int4(digits[-1] if zoom < GRIDS_FROM else 0), "left": Float8(EXTENT * column),
        "top": Float8(EXTENT * row), "u": Float8((EXTENT << zoom) / WORLD_M),
        **box(place, GENERALISED_ZOOM), **{f"{name}_17": value for name, value in box(place, DRAWN_ZOOM).items()},
    }  # fmt: skip
    return statement_at(zoom), values


@cache
def numbered(statement: str) -> tuple[str, tuple[str, ...]]:
    """Return a statement with its values by number, and their names: psycopg would read it anew each time.

    >>> numbered("SELECT %(b)s, %(a)s, %(b)s")
    ('SELECT $1, $2, $1', ('b', 'a'))
    """
    names = tuple(dict.fromkeys(NAMED.findall(statement)))
    return NAMED.sub(lambda found: f"${names.index(found[1]) + 1}", statement), names


def statement_at(zoom: int) -> str:
    """Return the statement of a zoom's band."""
    if zoom < GRIDS_FROM:
        return DIVISIONS_TILE
    if zoom < CLOSE_FROM:
        return GRIDS_TILE
    return CLOSE_TILE if zoom < EXACT_FROM else EXACT_TILE


def digits_at(zoom: int, scope: str) -> list[int]:
    """Return the digits of the divisions that are drawn; whoever sees no whole county or street gets the next lower.

    >>> digits_at(5, ""), digits_at(5, "530102001"), digits_at(9, "53"), digits_at(12, "53")
    ([6], [9], [6, 9], [9, 12])
    """
    wanted = COUNTY if zoom < STREETS_FROM else STREET if zoom < COMMUNITIES_FROM else COMMUNITY
    finest = next(digits for digits in (COUNTY, STREET, COMMUNITY) if digits >= max(wanted, len(scope)))
    if wanted == COMMUNITY:
        return [STREET, COMMUNITY]
    return [COUNTY, STREET] if wanted == finest == STREET else [finest]


def box(place: tuple[int, int, int], zoom: int) -> dict[str, Float8]:
    """Return the tile and its buffer in the units of another zoom, and the scale between the two."""
    own, column, row = place
    k = 2.0 ** (own - zoom)
    sides = {
        "k": k,
        "west": (EXTENT * column - BUFFER) / k,
        "north": (EXTENT * row - BUFFER) / k,
        "east_end": (EXTENT * (column + 1) + BUFFER) / k,
        "south_end": (EXTENT * (row + 1) + BUFFER) / k,
    }
    return {name: Float8(value) for name, value in sides.items()}
