"""Grids of a plan page by page, in the order of their codes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any
from weakref import WeakKeyDictionary

import shapely
from sqlalchemy import Connection, Pool

from data.plans.decisions import JUDGED, judged
from data.plans.differing import State
from data.plans.filtering import Queryable, read_filter
from data.plans.ground import Box
from data.plans.plan import Plan
from data.plans.rows import row, rows

PAGE = """
SELECT v.grid_id, v.code, v.community, v.kind, v.name, v.source_layer, v.source_unit, v.patrol_zone_id,
       v.management_type, v.households, v.population, v.party_members, v.locked, v.modified,
       d.required, d.held, d.short, d.shortage, d.form, v.ledger->>'proposed_form' AS proposed_form,
       ST_AsBinary(v.polygon) AS polygon
FROM onegrid.ancestry AS a CROSS JOIN LATERAL (
    SELECT * FROM onegrid.grid_version AS g
    WHERE g.plan_id = a.ancestor_id AND g.from_revision <= LEAST(a.upto, %(at)s)
        AND g.to_revision > LEAST(a.upto, %(at)s) {where}
        AND g.code >= (SELECT first FROM onegrid.codes_seen(%(plan)s))
        AND g.code < (SELECT beyond FROM onegrid.codes_seen(%(plan)s))
        AND NOT EXISTS (
            SELECT FROM onegrid.ancestry AS n JOIN onegrid.shadow AS s ON s.plan_id = n.ancestor_id
            WHERE n.plan_id = %(plan)s AND n.depth < a.depth AND s.version_id = g.version_id
                AND s.from_revision <= LEAST(n.upto, %(at)s))
    ORDER BY g.code LIMIT %(limit)s) AS v
LEFT JOIN onegrid.drawn_grid AS d USING (version_id)
WHERE a.plan_id = %(plan)s ORDER BY v.code LIMIT %(limit)s
"""
"""The scope stands in it once more, by code, since a plan's index by code gives the grids in their order;
all codes where some begin with the class of an object (CJ/T 349)."""
FILTERS = {
    "box": "g.polygon && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, %(srid)s)",
    "community": "g.community >= %(community)s AND g.community < %(community)s || 'a'",
    "kind": "g.kind = %(kind)s",
    "management_type": "g.management_type = %(management_type)s",
    "q": "(starts_with(g.code, %(q)s) OR strpos(lower(g.name), lower(%(q)s)) > 0)",
    "after": "g.code > %(after)s",
    "code": "g.code = %(code)s",
}
"""What grids may be chosen by; ``box`` in the working CRS, by the boxes around the grids."""

ON_LAND = """ AND g.polygon && ST_GeomFromWKB(%(land)s, %(srid)s)
    AND ST_Intersects(g.polygon, ST_GeomFromWKB(%(land)s, %(srid)s))"""
AROUND = f"""
SELECT DISTINCT g.community FROM onegrid.grids_at(%(plan)s, %(at)s) AS g WHERE true {ON_LAND} ORDER BY g.community
"""
WORST = f"""
SELECT code, max(severity)::integer AS worst FROM ({JUDGED}) AS judged
WHERE state <> 'accepted' AND community = ANY(%(communities)s) AND code = ANY(%(codes)s) GROUP BY code
"""
DRAWN = """
SELECT CASE layer WHEN 'units' THEN kind ELSE layer END AS drawn, count(*) AS many
FROM onegrid.drawn_place WHERE source_id = %(source)s AND layer IN ('units', 'facilities') GROUP BY 1
UNION ALL
SELECT layer, count(DISTINCT (name, kind, ST_AsBinary(shape))) FROM onegrid.drawn_place
WHERE source_id = %(source)s AND layer = 'premises' GROUP BY 1
"""
"""How many there are of what a map draws of the sources; premises of several grids stand in several rows."""
PREMISES = """
SELECT attributes->>'name' AS name, attributes->>'kind' AS kind, (attributes->>'x')::float8 AS x,
       (attributes->>'y')::float8 AS y
FROM onegrid.source_row
WHERE source_id = %(source)s AND layer = 'premises' AND (attributes->>'x')::float8 BETWEEN %(west)s AND %(east)s
    AND (attributes->>'y')::float8 BETWEEN %(south)s AND %(north)s
"""
UNITS = """
SELECT attributes->>'layer' AS layer, attributes->>'source_id' AS source_id, attributes->>'name' AS name
FROM onegrid.source_row
WHERE source_id = %(source)s AND layer = 'units'
    AND geometry && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, %(srid)s)
"""
NAMES = """
SELECT attributes->>'code' AS code, attributes->>'name' AS name FROM onegrid.source_row
WHERE source_id = %(source)s AND layer = 'communities'
"""
SCOPE = "SELECT coalesce(current_setting('onegrid.scope_from', true), '') AS scope"
MOST_KNOWN = 200
KNOWN: WeakKeyDictionary[Pool, dict[tuple[str, int, str], dict[str, Any]]] = WeakKeyDictionary()
"""What was asked of sources, by the pool of the connections, the query, the source and the scope."""
STAFF = "(SELECT d.{name} FROM onegrid.drawn_grid AS d WHERE d.version_id = g.version_id)"
QUERYABLES: Mapping[str, Queryable] = {
    **{
        name: Queryable(f"g.{column}", "text")
        for name, column in {
            "code": "code", "name": "name", "kind": "kind", "community_code": "community",
            "source_layer": "source_layer", "source_id": "source_unit", "patrol_zone_id": "patrol_zone_id",
            "management_type": "management_type",
        }.items()
    },
    **{name: Queryable(f"g.{name}", "number") for name in ("households", "population", "party_members")},
    **{name: Queryable(STAFF.format(name=name), "number") for name in ("required", "held", "short")},
    **{name: Queryable(STAFF.format(name=name), "text") for name in ("shortage", "form")},
    "area_m2": Queryable("ST_Area(g.polygon)", "number"),
    "parts": Queryable("ST_NumGeometries(g.polygon)", "number"),
    "locked": Queryable("g.locked", "boolean"),
    "geometry": Queryable("g.polygon", "geometry"),
}  # fmt: skip
"""What filters may ask about grids."""


def page_of_grids(
    connection: Connection,
    state: State,
    chosen: Mapping[str, Any],
    *,
    box: Box | None = None,
    land: shapely.Polygon | None = None,
    filter: str | None = None,
    limit: int,
) -> list[Any]:
    """Return the first grids that are chosen, as rows of `PAGE`.

    Parameters
    ----------
    chosen
        Values by the names of `FILTERS`; None: any.
    box
        In the working CRS.
    land
        What they must have something of, in the working CRS.
    filter
        In CQL2, about `QUERYABLES`.

    Raises
    ------
    InputError
        It is no filter, or asks for what is not kept.
    """
    given = {name: value for name, value in chosen.items() if value is not None}
    values = {**state.values, "limit": limit, **given}
    if box is not None:
        values |= {"srid": state.plan.srid, **dict(zip(("west", "south", "east", "north"), box, strict=True))}
        given["box"] = box
    where = "".join(f" AND {FILTERS[name]}" for name in given)
    if land is not None:
        where, values = where + ON_LAND, values | {"land": shapely.to_wkb(land), "srid": state.plan.srid}
    if filter is not None:
        condition, more = read_filter(filter, QUERYABLES, state.plan.crs, state.plan.srid)
        where, values = f"{where} AND {condition}", values | more
    return rows(connection, PAGE.format(where=where), values)


def worst_of(connection: Connection, state: State, today: date, found: Collection[Any]) -> dict[str, int]:
    """Return the highest severity of the gaps of some grids, accepted ones left out, by code."""
    values = {
        **judged(state, today),
        "codes": [one.code for one in found],
        "communities": sorted({one.community for one in found}),
    }
    return {one.code: one.worst for one in rows(connection, WORST, values)}


def community_names(connection: Connection, source_id: int) -> dict[str, str]:
    """Return the names of all communities of a source within the caller's scope, by code."""
    return known_of_source(connection, source_id, NAMES)


def drawn_counts(connection: Connection, source_id: int) -> dict[str, int]:
    """Return how many units of each layer, premises and facilities a source has within the caller's scope."""
    return known_of_source(connection, source_id, DRAWN)


def known_of_source(connection: Connection, source_id: int, query: str) -> dict[str, Any]:
    """Return pairs of a name and a value that a query finds within the caller's scope, kept: no source ever changes."""
    known = KNOWN.setdefault(connection.engine.pool, {})
    key = (query, source_id, row(connection, SCOPE).scope)
    if key not in known:
        while len(known) >= MOST_KNOWN:
            known.pop(next(iter(known)), None)
        known[key] = dict(rows(connection, query, {"source": source_id}))
    return known[key]


def units_around(connection: Connection, plan: Plan, polygon: shapely.Geometry) -> dict[str, str | None]:
    """Return the names of the source units whose boxes meet that of some land, by ``layer:id`` as claimants are."""
    box = dict(zip(("west", "south", "east", "north"), polygon.bounds, strict=True))
    found = rows(connection, UNITS, {"source": plan.source_id, "srid": plan.srid, **box})
    return {f"{one.layer}:{one.source_id}": one.name for one in found}


def premises_on(connection: Connection, source_id: int, polygon: shapely.Geometry) -> list[dict[str, Any]]:
    """Return the premises on some land, in the working CRS: name and kind each, by name."""
    west, south, east, north = polygon.bounds
    box = {"source": source_id, "west": west, "south": south, "east": east, "north": north}
    found = rows(connection, PREMISES, box)
    here = [one for one in found if polygon.intersects(shapely.Point(one.x, one.y))]
    return [{"name": name, "kind": kind} for name, kind in sorted({(one.name, one.kind) for one in here})]


def communities_around(connection: Connection, state: State, box: Box) -> list[str]:
    """Return the communities that have a grid in a box of the working CRS."""
    west, south, east, north = box
    land = shapely.to_wkb(shapely.box(west, south, east, north))
    values = {**state.values, "land": land, "srid": state.plan.srid}
    return [one.community for one in rows(connection, AROUND, values)]
