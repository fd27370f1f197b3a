"""Whether what an edit touches has changed since the revision that it was drawn on, or while it was worked out."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import numpy as np
import shapely
from sqlalchemy import Connection

from data.plans.look import Look
from data.plans.plan import Plan
from data.plans.rows import rows
from geo.edits.applying import Change
from geo.errors import StaleRevisionError
from geo.noding import GRID_M

CHANGES = """
SELECT DISTINCT code FROM onegrid.revision AS r,
    jsonb_each(r.changes) AS each (what, codes), jsonb_array_elements_text(codes) AS code
WHERE r.plan_id = %(plan)s AND r.revision > %(base)s AND what <> 'woven'
"""

OVERTOOK = """
SELECT ARRAY(SELECT unnest(grid_ids) INTERSECT SELECT unnest(%(ids)s::bigint[])) AS met FROM onegrid.revision
WHERE plan_id = %(plan)s AND revision > %(seen)s AND revision < %(made)s
    AND (grid_ids && %(ids)s::bigint[] OR source_id <> %(source)s)
"""


class OvertakenError(Exception):
    """Others changed what an edit looked at, in communities that it has not locked: it has to be done again.

    ``grids`` are the codes of what they changed there.
    """

    def __init__(self, grids: Collection[str]) -> None:
        super().__init__()
        self.grids = frozenset(grids)


class BeyondMeantError(Exception):
    """An edit that was drawn to grids near by changes some in ``communities`` that it did not seem to mean."""

    def __init__(self, communities: Collection[str]) -> None:
        super().__init__()
        self.communities = communities


def require_meant(seen: Look, change: Change) -> None:
    """Require that what an edit changes lies in communities that were looked at, and are locked.

    Raises
    ------
    BeyondMeantError
        It does not.
    """
    changed = {grid.community for grid in (*change.created, *change.modified, *change.retired)}
    if beyond := changed - set(seen.meant.communities):
        raise BeyondMeantError(beyond)


def changed_since(connection: Connection, plan: Plan, base: int) -> set[str]:
    """Return the codes of the grids that were created, modified or retired since a revision."""
    return {one.code for one in rows(connection, CHANGES, {"plan": plan.plan_id, "base": base})}


def require_unchanged_since(seen: Look, change: Change, base: int) -> None:
    """Refuse a change whose grids, or their neighbours, have changed since a revision.

    Raises
    ------
    StaleRevisionError
        Names them.
    """
    if base >= seen.plan.head:
        return
    touched = [seen.versions[grid.code].grid for grid in (*change.modified, *change.retired)]
    changed = [code for code in around(seen, [grid.code for grid in touched]) if seen.versions[code].modified > base]
    if changed:
        raise stale(changed, base)


def require_not_overtaken(connection: Connection, seen: Look, revision: int) -> None:
    """Require that what an edit looked at was the latest still when its revision was written, which it now is.

    What it ended the database has seen to; this is about grids that it only drew to, or stood beside, and about a new
    build that was accepted: what an edit says of ledgers is by the sources of the one it saw.

    Raises
    ------
    OvertakenError
        It was not.
    """
    if revision == seen.plan.head + 1:
        return
    codes = {int(version.grid.grid_id): code for code, version in seen.versions.items()}
    between = {"plan": seen.plan.plan_id, "seen": seen.plan.head, "made": revision}
    overtook = rows(connection, OVERTOOK, between | {"ids": sorted(codes), "source": seen.plan.source_id})
    if overtook:
        raise OvertakenError({codes[grid_id] for one in overtook for grid_id in one.met})


def around(seen: Look, codes: Collection[str]) -> list[str]:
    """Return some grids and their neighbours."""
    every = list(seen.versions)
    land = np.array([seen.versions[code].grid.polygon for code in every], dtype=object)
    touched = np.array([seen.versions[code].grid.polygon for code in codes], dtype=object)
    _, near = shapely.STRtree(land).query(touched, predicate="dwithin", distance=GRID_M)
    return [every[place] for place in np.unique(near).tolist()]


def stale(codes: Iterable[str], base: int) -> StaleRevisionError:
    """Say which grids have changed since a revision."""
    named = sorted(codes)
    return StaleRevisionError(f"grid {', '.join(named)} has changed since revision {base}; look again", named)


def kept_changing(name: str, codes: Collection[str]) -> StaleRevisionError:
    """Say that others changed grids of a plan whenever something was to be done to it."""
    if codes:
        named = sorted(codes)
        return StaleRevisionError(f"others keep changing grid {', '.join(named)} of plan {name}; try again", named)
    return StaleRevisionError(f"others keep changing plan {name}, nobody knows at which grids; try again")
