"""Where each fourth of a plan's divisions begins, by what maps shade them by far out.

A map sees the tiles of a view; which of a province's counties are the worst only the whole plan tells.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias

from psycopg.rows import namedtuple_row
from sqlalchemy import Connection

from data.plans.tiles import COMMUNITY, COUNTY, STREET, Drawable, asked
from data.plans.tiles_sql import SUMS

Fourths: TypeAlias = dict[str, dict[str, list[float]]]
Share: TypeAlias = Callable[[Any], float | None]

LEVELS = {"community": COMMUNITY, "street": STREET, "county": COUNTY}
"""From the finest to the coarsest."""
FOURTHS = 4
ADDED_UP = f"""
WITH d AS MATERIALIZED (SELECT v.digits, v.code FROM onegrid.drawn_division AS v WHERE v.source_id = %(source)s)
SELECT d.digits, f.grids, f.required, f.short, f.covered,
    f.unheld + f.contested + f.unserved - x.unheld - x.contested - x.unserved AS gaps
FROM d {SUMS}
"""
SHARES: dict[str, Share] = {
    "gaps": lambda sums: sums.gaps / sums.grids if sums.grids else None,
    "short": lambda sums: (sums.short or 0) / sums.required if sums.required else None,
    "uncovered": lambda sums: 1 - sums.covered / sums.grids if sums.grids and sums.covered is not None else None,
}
"""Gaps for each grid, people short of those required, grids that no party organisation covers; None: not known."""


def fourths_of(connection: Connection, plan: Drawable, scope: str) -> Fourths:
    """Return where each fourth but the first begins, by level and measure, as who sees the scope on a connection."""
    driver = connection.connection.driver_connection
    assert driver is not None
    _, values = asked(plan, (0, 0, 0), scope)
    with driver.cursor(row_factory=namedtuple_row) as cursor:
        return by_level(cursor.execute(ADDED_UP, values).fetchall())


def by_level(every: Sequence[Any]) -> Fourths:
    """Return the fourths of each level's divisions; of too few for all shades, those of the divisions within them."""
    found: Fourths = {}
    finer: dict[str, list[float]] = {}
    for level, digits in LEVELS.items():
        own = [sums for sums in every if sums.digits == digits]
        if level == "community" or len(own) >= FOURTHS:
            finer = {name: fourths(map(share, own)) for name, share in SHARES.items()}
        found[level] = finer
    return found


def fourths(shares: Iterable[float | None]) -> list[float]:
    """Return where each fourth but the first begins, ascending; fewer, where shares are alike.

    >>> fourths([3, 1, None, 2, 4]), fourths([0, 0, 0, 0, 0, 0, 5, 5]), fourths([1, 1]), fourths([])
    ([2, 3, 4], [5], [], [])
    """
    known = sorted(share for share in shares if share is not None)
    places = [math.ceil(number * len(known) / FOURTHS) for number in range(1, FOURTHS)]
    begins = dict.fromkeys(known[place] for place in places if place < len(known))
    return [each for each in begins if each > known[0]]
