"""What an edit looks at: the grids it means, their whole communities, and whatever lies around them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely
from sqlalchemy import Connection

from data.plans.plan import Plan
from data.plans.rows import row, rows
from data.plans.versions import Version, versions_in
from geo.edits.ground import Grid
from geo.errors import LineMissesGridError, UnknownGridError

REACH_M = 0.01
"""Whatever is so near to a grid is around it."""

BOXES = """
code, community, ST_XMin(polygon) AS west, ST_YMin(polygon) AS south, ST_XMax(polygon) AS east,
ST_YMax(polygon) AS north
"""
TOUCHED = "ST_DWithin(polygon, ST_GeomFromWKB(%(drawn)s, %(srid)s), %(touching)s)"
NAMED = f"SELECT {BOXES} FROM onegrid.grids_named(%(plan)s, %(at)s, %(codes)s)"
AROUND = """
onegrid.grids_around(
    %(plan)s, %(at)s, %(srid)s, %(communities)s, %(west)s, %(south)s, %(east)s, %(north)s, %(layers)s, %(ids)s)
"""
LOCK = "SELECT state, head, source_id FROM onegrid.lock_pieces(%(plan)s, %(keys)s)"
LOCK_ALL = "SELECT pg_advisory_xact_lock(hashtextextended(%(key)s, 0))"
MANY = 500
"""Locks of a transaction beyond which it takes one of the whole plan: PostgreSQL has room for some thousands in all."""

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Meant:
    """The grids that an edit means: their codes, their communities; and the boxes, metres, around them and around what
    else it may be drawn to."""

    codes: frozenset[str]
    communities: tuple[str, ...]
    boxes: tuple[Box, ...]


def meant_by_codes(connection: Connection, plan: Plan, at: int, codes: Collection[str]) -> Meant:
    """Find grids by their codes.

    Raises
    ------
    UnknownGridError
        The plan has none of such a code.
    """
    found = rows(connection, NAMED, named(plan, at, codes=list(codes)))
    missing = sorted(set(codes) - {one.code for one in found})
    if missing:
        raise UnknownGridError(f"plan {plan.name} has no grid {', '.join(missing)}", missing)
    return meant(found)


def meant_by_community(connection: Connection, plan: Plan, at: int, code: str) -> Meant:
    """Find all grids of the community of a grid; raises as `meant_by_codes`."""
    home = meant_by_codes(connection, plan, at, [code]).communities[0]
    return meant(rows(connection, f"SELECT {BOXES} FROM {AROUND}", reach(plan, at, (), [home])))


def meant_by_place(
    connection: Connection, plan: Plan, at: int, drawn: shapely.Geometry, *, within_m: float = 0.0
) -> Meant:
    """Find the grids that something drawn, in the working CRS, touches, and the boxes of all within some metres of it.

    Where it touches none, all these are meant.

    Raises
    ------
    LineMissesGridError
        It touches none.
    """
    near = "WHERE ST_DWithin(polygon, ST_GeomFromWKB(%(drawn)s, %(srid)s), %(reach)s)"
    west, south, east, north = box_of(drawn)
    box = (west - within_m, south - within_m, east + within_m, north + within_m)
    values = {
        **reach(plan, at, [box], ()),
        "drawn": shapely.to_wkb(drawn),
        "touching": REACH_M,
        "reach": REACH_M + within_m,
    }
    found = rows(connection, f"SELECT {BOXES}, {TOUCHED} AS touched FROM {AROUND} {near}", values)
    if not found:
        raise LineMissesGridError("there is no grid where this is drawn")
    return replace(meant([one for one in found if one.touched] or found), boxes=meant(found).boxes)


def named(plan: Plan, at: int, **values: Any) -> Mapping[str, Any]:
    """Return the values of a query on a plan at a revision."""
    return {"plan": plan.plan_id, "at": at, **values}


def meant(found: Sequence[Any]) -> Meant:
    """Put rows of `BOXES` together."""
    boxes = tuple((one.west, one.south, one.east, one.north) for one in found)
    return Meant(frozenset(one.code for one in found), tuple(sorted({one.community for one in found})), boxes)


def meant_by_grids(grids: Sequence[Grid]) -> Meant:
    """Take grids that are known."""
    communities = tuple(sorted({grid.community for grid in grids}))
    return Meant(frozenset(grid.code for grid in grids), communities, tuple(box_of(grid.polygon) for grid in grids))


def box_of(polygon: shapely.Geometry) -> Box:
    """Return the box around a polygon."""
    west, south, east, north = polygon.bounds
    return west, south, east, north


def communities_there(connection: Connection, plan: Plan, communities: Collection[str]) -> list[str]:
    """Return those of some communities that a plan has."""
    there = "SELECT DISTINCT community FROM onegrid.grids_at(%(plan)s, %(at)s) WHERE community = ANY(%(some)s)"
    return [one.community for one in rows(connection, there, named(plan, plan.head, some=list(communities)))]


def lock_communities(
    connection: Connection, plan: Plan, communities: Collection[str], pairs: Collection[tuple[str, str]] = ()
) -> Plan:
    """Wait until nobody else edits these communities of the plan, and keep others waiting until the transaction ends.

    Returns the plan as it is by then.

    ``pairs`` are two communities each that one gap may hang on together: who edits either has the lock of the pair, so
    that nobody edits the other meanwhile, and who edits a third waits for neither. Always in the same order, so that
    nobody waits in a ring. Where they are `MANY`, nobody edits anything of the plan meanwhile.
    """
    whole = f"plan {plan.plan_id}"
    keys = sorted({*communities, *(f"{one}+{other}" for one, other in pairs)})
    pieces = [whole, *(f"{whole} {key}" for key in keys)]
    if len(keys) > MANY:
        rows(connection, LOCK_ALL, {"key": whole})
        pieces = []
    now = row(connection, LOCK, {"plan": plan.plan_id, "keys": pieces})
    return replace(plan, state=now.state, head=now.head, source_id=now.source_id)


def load(
    connection: Connection,
    plan: Plan,
    at: int,
    boxes: Collection[Box],
    communities: Collection[str],
    units: Collection[tuple[str, str]] = (),
) -> dict[str, Version]:
    """Load the grids of some communities, those around some boxes, and those of some units (layer, id), by code."""
    values = reach(plan, at, boxes, communities, units)
    return {version.grid.code: version for version in versions_in(connection, AROUND, values)}


def reach(
    plan: Plan,
    at: int,
    boxes: Collection[Box],
    communities: Collection[str],
    units: Collection[tuple[str, str]] = (),
) -> Mapping[str, Any]:
    """Return the values of `AROUND`."""
    west, south, east, north = np.array(list(boxes), dtype=np.float64).reshape(-1, 4).T
    return {
        **{"communities": list(communities), "srid": plan.srid, "plan": plan.plan_id, "at": at},
        **{"west": (west - REACH_M).tolist(), "south": (south - REACH_M).tolist()},
        **{"east": (east + REACH_M).tolist(), "north": (north + REACH_M).tolist()},
        **{"layers": [layer for layer, _ in units], "ids": [unit for _, unit in units]},
    }
