"""The statements that draw many tiles at once: all of some zooms within one tile above them, the block.

What a tile holds is said once, in `data.plans.tiles_sql`. Here a block's rows are read, judged and brought into
EPSG:3857 once; after that the same expressions run for each tile, whose numbers come from a row of ``tiles`` in place
of parameters (`at_tile`). A statement gives a row a tile: zoom, column, row, and the tile's bytes.
"""

from __future__ import annotations

from collections.abc import Iterable

from data.plans.tiles import CLOSE_FROM, DRAWN_ZOOM, EXACT_FROM, GENERALISED_ZOOM
from data.plans.tiles_layers import GAP, GRID, LABEL
from data.plans.tiles_sql import (
    BOX,
    BUFFER,
    CLIP,
    DECIDED,
    DIVISION_SAID,
    EXTENT,
    FOUND_DIVISIONS,
    GAP_SAID,
    GRID_SAID,
    GRIDS_AT_MOST,
    GROUND,
    INSIDE,
    JUDGED,
    K17,
    LEVEL,
    WORLD_M,
    WORST,
    drawn,
    in_tile,
    moved,
    projected,
    versions,
)

NUMBERS = {"%(k)s": "t.k", "%(k_17)s": "t.k_17", "%(left)s": "t.left_side", "%(top)s": "t.top_side", "%(u)s": "t.u"}
BOX_17 = BOX.replace(")s", "_17)s")
BESIDE_M = 100
"""Beyond a block: its sides, straight on the map, are curves in the working CRS."""


def at_tile(sql: str) -> str:
    """Return SQL about one tile as it is about each row ``t`` of ``tiles``."""
    for parameter, column in NUMBERS.items():
        sql = sql.replace(parameter, column)
    return sql


def columns(alias: str, names: Iterable[str]) -> str:
    """Return columns of a table.

    >>> columns("g", ("code", "name"))
    'g.code, g.name'
    """
    return ", ".join(f"{alias}.{name}" for name in names)


def layer(number: int, name: str, said: str, rows: str, *, order: str, where: str = "true") -> str:
    """Return a layer of all tiles: its bytes by tile; ``number``: the place of the layer within a tile.

    Parameters
    ----------
    said
        What each feature says of itself, ``geom`` among it.
    rows
        What comes behind FROM: a row ``t`` for each tile that a feature lies in.
    order
        Of the features within a tile: the same file comes out each time.
    """
    return f"""
SELECT each.tile, {number} AS layer, ST_AsMVT(each.r, '{name}', {EXTENT}, 'geom' ORDER BY each.k) AS mvt
FROM (
    SELECT t.tile, r, {order} AS k
    FROM {at_tile(rows)} CROSS JOIN LATERAL (SELECT {said}) AS r WHERE {where}) AS each
GROUP BY each.tile
"""


TILES = f"""
tiles AS MATERIALIZED (
    SELECT t.*, ST_MakeEnvelope(
            (t.left_side - {BUFFER}) / t.k, (t.top_side - {BUFFER}) / t.k,
            (t.left_side + {EXTENT + BUFFER}) / t.k, (t.top_side + {EXTENT + BUFFER}) / t.k) AS box,
        ST_MakeEnvelope(
            (t.left_side - {BUFFER}) / t.k_17, (t.top_side - {BUFFER}) / t.k_17,
            (t.left_side + {EXTENT + BUFFER}) / t.k_17, (t.top_side + {EXTENT + BUFFER}) / t.k_17) AS box_17,
        {at_tile(GROUND)} AS ground
    FROM (
        SELECT tile, z, x, y, 2::float8 ^ (z - {GENERALISED_ZOOM}) AS k, 2::float8 ^ (z - {DRAWN_ZOOM}) AS k_17,
            {EXTENT}::float8 * x AS left_side, {EXTENT}::float8 * y AS top_side,
            {EXTENT}::float8 * 2::float8 ^ z / {WORLD_M} AS u
        FROM unnest(%(zooms)s::int[], %(columns)s::int[], %(rows)s::int[]) WITH ORDINALITY AS n (z, x, y, tile)
        OFFSET 0) AS t)
"""
GRIDS = f"""
g AS MATERIALIZED (SELECT v.* FROM {versions("drawn_grid", f"v.shape && {BOX}")} WHERE a.plan_id = %(plan)s),
{DECIDED},
said AS MATERIALIZED (SELECT {GRID_SAID}, g.version_id, g.shape, g.place FROM g {WORST}),
within AS MATERIALIZED (
    SELECT tile, version_id FROM (
        SELECT t.tile, g.version_id, count(*) OVER (PARTITION BY t.tile) AS many
        FROM tiles AS t JOIN g ON g.shape && t.box) AS each
    WHERE many <= {GRIDS_AT_MOST})
"""
EXACT = f"""
land AS MATERIALIZED (
    SELECT g.version_id, p.land FROM g CROSS JOIN LATERAL (
        SELECT {projected("v.polygon")} AS land FROM onegrid.grid_version AS v
        WHERE v.version_id = g.version_id OFFSET 0) AS p),
x AS MATERIALIZED (
    SELECT t.tile, land.version_id, h.geom
    FROM tiles AS t JOIN within USING (tile) JOIN land USING (version_id) {at_tile(drawn(in_tile("land.land")))}
    WHERE t.z >= {EXACT_FROM} AND NOT ST_IsEmpty(h.geom))
"""
GAPS_FOUND = f"""
of_grid AS MATERIALIZED (
    SELECT g.version_id, {GAP_SAID} FROM g CROSS JOIN {versions("gap_version", "v.code = g.code AND v.land IS NULL")}
    {JUDGED} WHERE a.plan_id = %(plan)s),
around AS MATERIALIZED (SELECT ST_Expand({GROUND}, {BESIDE_M}) AS ground),
of_land AS MATERIALIZED (
    SELECT {GAP_SAID}, v.land AS place, {projected("v.land")} AS land
    FROM around CROSS JOIN {versions("gap_version", "v.land && around.ground")}
    {JUDGED} WHERE a.plan_id = %(plan)s)
"""


def places_found(*layers: str) -> str:
    """Return the rows of places that no edit changes, each layer by its own index."""
    each = " UNION ALL ".join(
        f"SELECT v.* FROM onegrid.drawn_place AS v WHERE v.source_id = %(source)s AND v.layer = '{name}' "
        f"AND v.shape && {BOX_17}"
        for name in layers
    )
    return f"places AS MATERIALIZED ({each})"


def near(layer: str) -> str:
    """Return the places of a layer, with the tiles that they are near."""
    return f"tiles AS t JOIN places AS v ON v.layer = '{layer}' AND v.shape && t.box_17"


THERE = "NOT ST_IsEmpty(h.geom)"
DIVISIONS = layer(
    0, "divisions", f"{DIVISION_SAID}, h.geom",
    f"tiles AS t JOIN d ON d.shape && t.box_17 {drawn(moved('d.shape', K17))}", where=THERE, order="d.code",
)  # fmt: skip
WITHIN = "tiles AS t JOIN within USING (tile) JOIN said AS v USING (version_id)"
GENERALISED_GRIDS = layer(
    1, "grids", f"{columns('v', GRID)}, h.geom",
    f"{WITHIN} {drawn(moved('v.shape'), valid_at='%(k)s = 1')}",
    where=f"t.z < {EXACT_FROM} AND {THERE}", order="v.code",
)  # fmt: skip
EXACT_GRIDS = layer(
    1, "grids", f"{columns('v', GRID)}, t.geom", "x AS t JOIN said AS v USING (version_id)", order="v.code"
)
UNITS = layer(
    2, "units", "v.kind AS layer, v.code AS source_id, v.name, v.state AS status, h.geom",
    f"{near('units')} {drawn(moved('v.shape', K17))}", where=f"t.z >= {EXACT_FROM} AND {THERE}", order="v.number",
)  # fmt: skip
GAPS = layer(
    3, "gaps", f"{columns('t', GAP)}, t.geom",
    f"""(
    SELECT x.tile, {columns("v", GAP)}, x.geom FROM x JOIN of_grid AS v USING (version_id)
    UNION ALL
    SELECT t.tile, {columns("v", GAP)}, h.geom FROM tiles AS t JOIN of_land AS v ON v.place && t.ground
    {drawn(in_tile("v.land"))} WHERE t.z >= {EXACT_FROM} AND {THERE}) AS t""", order="t.gap_id",
)  # fmt: skip


def points(number: int, name: str) -> str:
    """Return a layer of points, each in the one tile that it lies in; those that nothing tells apart are one."""
    place = f"CROSS JOIN LATERAL (SELECT ST_SnapToGrid({moved('v.shape', K17)}, 1) AS geom OFFSET 0) AS h"
    rows = f"(SELECT DISTINCT t.tile, v.name, v.kind, h.geom FROM {near(name)} {place} WHERE {INSIDE}) AS t"
    return layer(number, name, "t.name, t.kind, t.geom", rows, order="t")


ROAD = f"ST_SnapToGrid(ST_ClipByBox2D({moved('v.shape', K17)}, {CLIP}), 1)"
ROADS = layer(
    6, "roads", "v.name, h.geom", f"{near('roads')} CROSS JOIN LATERAL (SELECT {ROAD} AS geom OFFSET 0) AS h",
    where=THERE, order="(v.number, v.piece)",
)  # fmt: skip
DIVISION_LABELS = f"""
SELECT t.tile, {LEVEL} AS level, d.code, d.name, NULL::text AS number, NULL::text AS kind, NULL::boolean AS locked,
    NULL::text AS form, h.geom
FROM tiles AS t JOIN d ON d.shape && t.box_17
CROSS JOIN LATERAL (SELECT ST_SnapToGrid({moved("d.place", K17)}, 1) AS geom OFFSET 0) AS h WHERE {INSIDE}
"""
GRID_LABELS = f"""
SELECT t.tile, 'grid', v.code, v.name, v.number, v.kind, v.locked, v.form, h.geom FROM {WITHIN}
CROSS JOIN LATERAL (SELECT ST_SnapToGrid({moved("v.place")}, 1) AS geom OFFSET 0) AS h
WHERE t.z >= {CLOSE_FROM} AND {INSIDE}
"""


def labels(*parts: str) -> str:
    """Return the layer of labels, each in the one tile that it lies in."""
    said = f"{columns('t', LABEL)}, t.geom"
    return layer(7, "labels", said, f"({' UNION ALL '.join(parts)}) AS t", order="t.code")


def block(found: tuple[str, ...], layers: tuple[str, ...]) -> str:
    """Return the statement of a block; tiles without anything have no row."""
    return f"""
WITH {", ".join(part.strip() for part in found)}
SELECT t.z, t.x, t.y, made.tile FROM tiles AS t JOIN (
    SELECT tile AS number, string_agg(mvt, ''::bytea ORDER BY layer) AS tile
    FROM ({" UNION ALL ".join(layers)}) AS layers GROUP BY tile) AS made ON made.number = t.tile
WHERE length(made.tile) > 0
"""


GRIDS_BLOCK = block(
    (TILES, FOUND_DIVISIONS, GRIDS, places_found("roads")),
    (DIVISIONS, GENERALISED_GRIDS, ROADS, labels(DIVISION_LABELS)),
)
CLOSE_BLOCK = block(
    (TILES, FOUND_DIVISIONS, GRIDS, EXACT, GAPS_FOUND, places_found("units", "premises", "facilities", "roads")),
    (
        DIVISIONS, GENERALISED_GRIDS, EXACT_GRIDS, UNITS, GAPS, points(4, "premises"), points(5, "facilities"), ROADS,
        labels(DIVISION_LABELS, GRID_LABELS),
    ),
)  # fmt: skip
