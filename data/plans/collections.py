"""Layers of a plan feature by feature, page by page, each in the order of its keys: what OGC API - Features shows.

Grids are `data.plans.pages`'; what no edit changes is kept as rows with numbers, which are the keys.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import shapely
from sqlalchemy import Connection

from data.build_layers import LAYERS, TEXT
from data.plans.decisions import IN_PLAN, page_of_gaps
from data.plans.differing import State
from data.plans.exporting import SOURCE_AT
from data.plans.filtering import Queryable, read_filter
from data.plans.rows import row, rows

FACES = f"""
SELECT g.code || '-' || face.n AS key, g.code, face.n, claim->0 AS rule, claim->1 AS claimants,
       ST_AsBinary(face.shape) AS land
FROM (
    SELECT v.* FROM onegrid.ancestry AS a CROSS JOIN LATERAL (
        SELECT * FROM onegrid.grid_version AS g
        WHERE {IN_PLAN} AND g.code >= %(code)s
            AND g.code >= (SELECT first FROM onegrid.codes_seen(%(plan)s))
            AND g.code < (SELECT beyond FROM onegrid.codes_seen(%(plan)s)) {{grids}}
        ORDER BY g.code LIMIT %(grids)s) AS v
    WHERE a.plan_id = %(plan)s ORDER BY v.code LIMIT %(grids)s) AS g
CROSS JOIN LATERAL (
    SELECT path[1] AS n, geom AS shape, g.claims->(path[1] - 1) AS claim FROM ST_Dump(g.faces)) AS face
WHERE (g.code, face.n) > (%(code)s, %(number)s) {{where}}
ORDER BY g.code, face.n LIMIT %(limit)s
"""
ROWS = """
SELECT g.number::text AS key, g.attributes, ST_AsBinary({land}) AS land FROM onegrid.source_row AS g
WHERE g.source_id = %(source)s AND g.layer = %(layer)s AND g.number > %(number)s {where}
ORDER BY g.number LIMIT %(limit)s
"""
EXTENT = """
SELECT ST_XMin(e) AS west, ST_YMin(e) AS south, ST_XMax(e) AS east, ST_YMax(e) AS north FROM (
    SELECT ST_Extent(geometry) AS e FROM onegrid.source_row WHERE source_id = %(source)s AND layer = 'communities'
) AS each WHERE e IS NOT NULL
"""
AT = """
SELECT max(r.revision) AS revision FROM onegrid.ancestry AS a
JOIN onegrid.revision AS r ON r.plan_id = a.ancestor_id AND r.revision <= a.upto
WHERE a.plan_id = %(plan)s AND r.made_at <= %(then)s
"""
SINCE = """
SELECT min(r.made_at) AS since FROM onegrid.ancestry AS a
JOIN onegrid.revision AS r ON r.plan_id = a.ancestor_id AND r.revision <= a.upto WHERE a.plan_id = %(plan)s
"""
BOX = """ AND {land} && ST_GeomFromWKB(%(box)s, %(srid)s)
    AND ST_Intersects({land}, ST_GeomFromWKB(%(box)s, %(srid)s))"""
BOX_OF_GAPS = """ AND (
    g.land && ST_GeomFromWKB(%(box)s, %(srid)s) AND ST_Intersects(g.land, ST_GeomFromWKB(%(box)s, %(srid)s))
    OR g.land IS NULL AND g.code = ANY (ARRAY(
        SELECT h.code FROM onegrid.grids_at(%(plan)s, %(at)s) AS h WHERE h.polygon && ST_GeomFromWKB(%(box)s, %(srid)s)
            AND ST_Intersects(h.polygon, ST_GeomFromWKB(%(box)s, %(srid)s)))))"""
POINT = "ST_SetSRID(ST_MakePoint((g.attributes->>'x')::float8, (g.attributes->>'y')::float8), %(srid)s)"
KEPT = ("communities", "units", "facilities", "premises", "roads", "repairs")
"""Layers that no edit changes; of communities, how many grids each has is left out, since edits change that."""


@dataclass(frozen=True)
class Wanted:
    """Which features are asked for.

    ``box`` is in the working CRS, ``filter`` in CQL2; ``after`` and ``key`` are keys: those behind it, or it alone.
    """

    limit: int
    box: shapely.Polygon | None = None
    filter: str | None = None
    after: str | None = None
    key: str | None = None


def gap_queryables() -> dict[str, Queryable]:
    """Return what filters may ask about gaps."""
    texts = {"gap_id": "gap_id", "kind": "kind", "ledger": "ledger", "code": "code", "community_code": "community"}
    return {
        **{name: Queryable(f"g.{column}", "text") for name, column in texts.items()},
        **{name: Queryable(f"g.{name}", "number") for name in ("severity", "area_m2", "households")},
    }


def kept_queryables(layer: str) -> dict[str, Queryable]:
    """Return what filters may ask about a layer that no edit changes."""
    found = {
        name: Queryable(f"(g.attributes->>'{name}')", "text")
        if kind == TEXT
        else Queryable(f"(g.attributes->>'{name}')::float8", "number")
        for name, kind in LAYERS[layer].columns.items()
        if (layer, name) != ("communities", "grids")
    }
    return {**found, "geometry": Queryable(land_of(layer), "geometry")}


FACE_QUERYABLES = {
    "code": Queryable("g.code", "text"),
    "rule": Queryable("(face.claim->>0)", "text"),
    "area_m2": Queryable("ST_Area(face.shape)", "number"),
    "geometry": Queryable("face.shape", "geometry"),
}


def land_of(layer: str) -> str:
    """Return the geometry of a row of a layer that no edit changes."""
    return POINT if layer == "premises" else "g.geometry"


def gaps_page(connection: Connection, state: State, today: date, wanted: Wanted) -> list[Any]:
    """Return gaps by their ids, as rows of `data.plans.decisions.PAGE`."""
    where, more = chosen(state, wanted, gap_queryables(), key="g.gap_id", box=BOX_OF_GAPS)
    where = f" AND g.gap_id > %(after)s {where}"
    values = values_of(state, wanted) | more
    in_order = wanted.key is None and wanted.box is None
    return page_of_gaps(connection, state, today, where, values, order="g.gap_id", in_order=in_order)


def faces_page(connection: Connection, state: State, wanted: Wanted) -> list[Any]:
    """Return faces by grid and number: ``key, code, rule, claimants, land``."""
    code, _, number = (wanted.key or wanted.after or "").rpartition("-")
    behind = number_of(number, 0) - (wanted.key is not None)
    where, more = chosen(state, wanted, FACE_QUERYABLES, key="g.code || '-' || face.n", box=BOX, land="face.shape")
    narrowed = wanted.box is not None or wanted.filter is not None  # then a grid may have no face on the page
    grids = " AND g.polygon && ST_GeomFromWKB(%(box)s, %(srid)s)" if wanted.box is not None else ""
    values = {"code": code, "number": behind, "grids": None if narrowed else wanted.limit + 1}
    return rows(connection, FACES.format(grids=grids, where=where), values_of(state, wanted) | values | more)


def kept_page(connection: Connection, state: State, layer: str, wanted: Wanted) -> list[Any]:
    """Return rows of a layer that no edit changes: ``key, attributes, land``."""
    source = row(connection, SOURCE_AT, state.values).source_id
    where, more = chosen(state, wanted, kept_queryables(layer), key="g.number::text", box=BOX, land=land_of(layer))
    values = {"source": source, "layer": layer, "number": number_of(wanted.after, -1)}
    return rows(connection, ROWS.format(land=land_of(layer), where=where), values_of(state, wanted) | values | more)


def values_of(state: State, wanted: Wanted) -> dict[str, Any]:
    """Return the values that every page takes."""
    return {
        **state.values, "srid": state.plan.srid, "limit": wanted.limit,
        "after": wanted.after or "", "key": wanted.key,
        "box": None if wanted.box is None else shapely.to_wkb(wanted.box),
    }  # fmt: skip


def chosen(
    state: State, wanted: Wanted, queryables: Mapping[str, Queryable], *, key: str, box: str, land: str = ""
) -> tuple[str, dict[str, Any]]:
    """Return the conditions that a page is chosen by, and the values of its filter."""
    where, more = "", {}
    if wanted.key is not None:
        where += f" AND {key} = %(key)s"
    if wanted.box is not None:
        where += box.format(land=land)
    if wanted.filter is not None:
        condition, more = read_filter(wanted.filter, queryables, state.plan.crs, state.plan.srid)
        where += f" AND {condition}"
    return where, more


def number_of(text: str | None, default: int) -> int:
    """Return a number that a key is; the default where it is none."""
    return int(text) if text is not None and text.isdecimal() and len(text) < 10 else default


def extent(connection: Connection, state: State) -> Any:
    """Return the box around the communities of a plan that the caller sees, in the working CRS; None: none."""
    return row(connection, EXTENT, {"source": state.plan.source_id})


def since(connection: Connection, state: State) -> datetime:
    """Return since when there is a plan."""
    found: datetime = row(connection, SINCE, {"plan": state.plan.plan_id}).since
    return found


def revision_at(connection: Connection, state: State, then: datetime) -> int | None:
    """Return the revision that a plan had at a time; None: it was not there yet."""
    found: int | None = row(connection, AT, {"plan": state.plan.plan_id, "then": then}).revision
    return found
