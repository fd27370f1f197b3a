"""Places of the sources by their names: units, premises, facilities and roads, as maps draw them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from data.plans.plan import Plan
from data.plans.rows import rows

NAMED = """
SELECT layer, kind, name, division, ST_XMin(land) AS west, ST_YMin(land) AS north, ST_XMax(land) AS east,
       ST_YMax(land) AS south
FROM (
    SELECT layer, kind, name, min(division) AS division, ST_Extent(shape) AS land
    FROM (
        SELECT layer, kind, name, division, shape,
               -- a road is one place in all its pieces, and so are the premises of several grids
               CASE layer WHEN 'roads' THEN '' WHEN 'premises' THEN ST_AsText(shape) ELSE number::text END AS place
        FROM onegrid.drawn_place WHERE source_id = %(source)s AND strpos(lower(name), lower(%(text)s)) > 0
    ) AS found
    GROUP BY layer, kind, name, place
) AS each
ORDER BY starts_with(lower(name), lower(%(text)s)) DESC, length(name), name, layer, west, north LIMIT %(limit)s
"""
LAYERS = {"premises": "premises", "facilities": "facility", "roads": "road"}
"""What a place of a layer of the build is called; a unit, by the layer that it came in, its kind."""
HALF_WORLD_M = 20037508.342789244
UNIT_M = 2 * HALF_WORLD_M / 2**29
"""Of what is drawn: 4,096 to a tile of zoom 17."""


@dataclass(frozen=True)
class NamedPlace:
    """A place: ``layer`` as in layers.toml, ``kind`` of premises and facilities, bounds in EPSG:3857, metres."""

    layer: str
    kind: str | None
    name: str
    division: str | None
    bounds: tuple[float, float, float, float]


def places_named(connection: Connection, plan: Plan, text: str, limit: int) -> list[NamedPlace]:
    """Return the places within the caller's scope whose names have a text, those first that begin with it."""
    found = rows(connection, NAMED, {"source": plan.source_id, "text": text, "limit": limit})
    return [
        NamedPlace(
            LAYERS.get(one.layer, one.kind), one.kind if one.layer in LAYERS else None, one.name, one.division,
            (
                one.west * UNIT_M - HALF_WORLD_M, HALF_WORLD_M - one.south * UNIT_M,
                one.east * UNIT_M - HALF_WORLD_M, HALF_WORLD_M - one.north * UNIT_M,
            ),
        )
        for one in found
    ]  # fmt: skip
