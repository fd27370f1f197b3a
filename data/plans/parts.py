"""A layer of a plan in parts that are read one after another, so that a large one is never held whole."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from data.plans.differing import State
from data.plans.exporting import SOURCE_AT, WHOLE, Part
from data.plans.rows import row, rows

GRIDS_A_PART, ROWS_A_PART = 250, 5000
"""What takes 20 MB or so while it is read and written; larger parts are read no faster."""
BY_COMMUNITY = ("grids", "faces", "staffing", "assignments", "settlements", "gaps")
"""Layers that are as if they were drawn up community by community."""
UNCHANGED = ("units", "facilities", "roads", "repairs", "community_staffing", "standards")
"""Layers that are kept as the build had them."""

COMMUNITIES = """
SELECT community, count(*)::integer AS grids FROM onegrid.grids_at(%(plan)s, %(at)s)
GROUP BY community ORDER BY community
"""
LAST = "SELECT max(number) AS last FROM onegrid.source_row WHERE source_id = %(source)s AND layer = %(layer)s"


def parts_of(connection: Connection, state: State, layer: str) -> list[Part]:
    """Return the parts of a layer in the order of their rows; one alone where it can only be read whole."""
    if layer in BY_COMMUNITY:
        found = rows(connection, COMMUNITIES, state.values)
        return parts_by_size([one.community for one in found], [one.grids for one in found])
    if layer in UNCHANGED:
        source = row(connection, SOURCE_AT, state.values)
        last = row(connection, LAST, {"source": source.source_id, "layer": layer}).last
        if last is not None:
            return [Part(numbers=(first, first + ROWS_A_PART - 1)) for first in range(0, last + 1, ROWS_A_PART)]
    return [WHOLE]


def parts_by_size(communities: Sequence[str], grids: Sequence[int]) -> list[Part]:
    """Return parts of whole communities, `GRIDS_A_PART` in each at most where one community has no more.

    >>> [part.communities for part in parts_by_size(["a", "b", "c"], [150, 100, 275])]
    [('a', 'b'), ('c',)]
    """
    parts: list[list[str]] = [[]]
    size = 0
    for community, number in zip(communities, grids, strict=True):
        if parts[-1] and size + number > GRIDS_A_PART:
            parts.append([])
            size = 0
        parts[-1].append(community)
        size += number
    return [Part(tuple(part), rest=place == 0) for place, part in enumerate(parts)]
