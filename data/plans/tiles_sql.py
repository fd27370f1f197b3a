"""The statements that draw tiles, one a zoom band; each gives a whole tile, its layers one behind the other.

What is drawn stands in tile units (migration 0005): ``k`` scales them to the tile's zoom, ``east`` and ``south`` move
the tile to where its coordinates begin. All is then snapped to whole units of the tile: vertices that neighbours share
are snapped to one place, so that there is no crack between them, nor at the tile's sides, where the same units go on.
``ST_AsMVTGeom`` would leave vertices out, on each side of a border others. What reaches far beyond the tile is cut off
there (`FAR`), and nothing nearer, since a cut makes new vertices.
"""

from __future__ import annotations

from data.plans.accepted import accepted_in
from data.plans.versions_sql import JUDGED, versions

EXTENT = 4096
BUFFER = 64
FAR = 2048
"""Beyond the tile, in its units: MapLibre takes coordinates up to a tile away."""
GRIDS_AT_MOST = 2000
"""In a tile; where there are more, communities are drawn, and the grids at the next zoom."""

CLIP = f"ST_MakeEnvelope(-{FAR}, -{FAR}, {EXTENT + FAR}, {EXTENT + FAR})"
BOX = "ST_MakeEnvelope(%(west)s, %(north)s, %(east_end)s, %(south_end)s)"
"""What is looked for, in the units that it stands in: the tile and its buffer."""


def moved(shape: str, k: str = "%(k)s") -> str:
    """Return SQL that brings a shape into the tile."""
    return f"ST_Affine({shape}, {k}, 0, 0, {k}, -%(left)s, -%(top)s)"


def drawn(shape: str, *, valid_at: str = "false") -> str:
    """Return laterals that make ``geom`` of polygons in tile units; ``valid_at``: where snapping spoils nothing."""
    return f"""
CROSS JOIN LATERAL (SELECT {shape} AS moved OFFSET 0) AS m
CROSS JOIN LATERAL (
    SELECT m.moved @ {CLIP} AS near, ST_SnapToGrid(
        CASE WHEN m.moved @ {CLIP} THEN m.moved ELSE ST_ClipByBox2D(m.moved, {CLIP}) END, 1) AS snapped OFFSET 0) AS s
CROSS JOIN LATERAL (
    SELECT CASE WHEN s.near AND ({valid_at} OR s.snapped = m.moved) THEN s.snapped
        WHEN ST_IsValid(s.snapped) THEN ST_ForcePolygonCCW(s.snapped)
        ELSE ST_ForcePolygonCCW(ST_CollectionExtract(
            ST_ReducePrecision(ST_MakeValid(s.snapped, 'method=structure'), 1), 3)) END AS geom OFFSET 0) AS h
"""


FAR_SCALE = 2.0 ** (3 - 17)
"""Up to which counties are drawn as they look from afar: the scale of zoom 3."""
FOUND_DIVISIONS = f"""
d AS MATERIALIZED (
    SELECT v.code, v.name, v.digits, v.place, CASE WHEN v.digits <> %(rough)s THEN v.shape
        WHEN v.digits = 6 AND %(k_17)s <= {FAR_SCALE} THEN v.far ELSE v.rough END AS shape
    FROM onegrid.drawn_division AS v
    WHERE v.source_id = %(source)s AND v.digits = ANY (%(digits)s) AND v.shape && {BOX.replace(")s", "_17)s")})
"""
LEVEL = "CASE d.digits WHEN 6 THEN 'county' WHEN 9 THEN 'street' ELSE 'community' END"
K17 = "%(k_17)s"
DIVISION_SAID = f"{LEVEL} AS level, d.code, d.name, CASE d.digits WHEN 12 THEN left(d.code, 9) END AS street"
DIVISIONS = f"""
SELECT ST_AsMVT(t, 'divisions', {EXTENT}, 'geom') FROM (
    SELECT {DIVISION_SAID}, h.geom FROM d {drawn(moved("d.shape", K17))} WHERE NOT ST_IsEmpty(h.geom)) AS t
"""
FIGURES = ("grids", "households", "population", "party_members", "required", "held", "short", "covered")
WITHIN = "v.community >= d.code AND v.community < d.code || 'a'"
SUMS = f"""
LEFT JOIN LATERAL (
    SELECT s.* FROM onegrid.ancestry AS a
    CROSS JOIN LATERAL (
        SELECT * FROM onegrid.drawn_sum AS s
        WHERE s.plan_id = a.ancestor_id AND s.division = d.code
            AND s.from_revision <= LEAST(a.upto, %(at)s) AND s.to_revision > LEAST(a.upto, %(at)s) OFFSET 0) AS s
    WHERE a.plan_id = %(plan)s ORDER BY a.depth LIMIT 1) AS f ON true
CROSS JOIN LATERAL (
    SELECT coalesce(sum(v.number) FILTER (WHERE v.ledger = 'unheld'), 0)::integer AS unheld,
        coalesce(sum(v.number) FILTER (WHERE v.ledger = 'contested'), 0)::integer AS contested,
        coalesce(sum(v.number) FILTER (WHERE v.ledger = 'unserved'), 0)::integer AS unserved
    FROM ({accepted_in("f.excepted", WITHIN)}) AS v) AS x
"""
"""The sums kept of a division ``f``, its own of the plan, else those of the nearest parent that has some; and what of
its gaps is accepted ``x``: as it is kept, and what was decided since."""
DIVISIONS_WITH_FIGURES = f"""
SELECT ST_AsMVT(t, 'divisions', {EXTENT}, 'geom') FROM (
    SELECT {DIVISION_SAID}, {", ".join(f"f.{name}" for name in FIGURES)}, f.unheld - x.unheld AS unheld,
        f.contested - x.contested AS contested, f.unserved - x.unserved AS unserved,
        f.unheld + f.contested + f.unserved - x.unheld - x.contested - x.unserved AS gaps, h.geom
    FROM d {SUMS} {drawn(moved("d.shape", K17))} WHERE NOT ST_IsEmpty(h.geom)) AS t
"""
INSIDE = f"ST_X(h.geom) >= 0 AND ST_X(h.geom) < {EXTENT} AND ST_Y(h.geom) >= 0 AND ST_Y(h.geom) < {EXTENT}"
DIVISION_LABELS = f"""
SELECT {LEVEL} AS level, d.code, d.name, NULL::text AS number, NULL::text AS kind, NULL::boolean AS locked,
    NULL::text AS form, h.geom
FROM d CROSS JOIN LATERAL (SELECT ST_SnapToGrid({moved("d.place", K17)}, 1) AS geom OFFSET 0) AS h WHERE {INSIDE}
"""
GRID_LABELS = f"""
SELECT 'grid', g.code, g.name, onegrid.number_of(g.code), g.kind, g.locked, g.form, h.geom
FROM g CROSS JOIN LATERAL (SELECT ST_SnapToGrid({moved("g.place")}, 1) AS geom OFFSET 0) AS h WHERE {INSIDE}
"""


def labels(*parts: str) -> str:
    """Return the layer of labels, each in the one tile that it lies in."""
    return f"SELECT ST_AsMVT(t, 'labels', {EXTENT}, 'geom') FROM ({' UNION ALL '.join(parts)}) AS t"


DECIDED = """
decided AS MATERIALIZED (
    SELECT array_agg(gap_id) AS gap_ids FROM onegrid.gap_decision
    WHERE jurisdiction = %(jurisdiction)s AND community = ANY (ARRAY(SELECT DISTINCT community FROM g)))
""".strip()
FOUND_GRIDS = f"""
found AS MATERIALIZED (
    SELECT v.* FROM {versions("drawn_grid", f"v.shape && {BOX}")}
    WHERE a.plan_id = %(plan)s LIMIT {GRIDS_AT_MOST + 1}),
g AS MATERIALIZED (SELECT * FROM found WHERE (SELECT count(*) FROM found) <= {GRIDS_AT_MOST}),
{DECIDED}
"""
WORST = f"""
LEFT JOIN LATERAL (
    SELECT max(v.severity) AS worst, max(v.severity) FILTER (WHERE v.ledger = 'unheld') AS unheld,
        max(v.severity) FILTER (WHERE v.ledger = 'contested') AS contested,
        max(v.severity) FILTER (WHERE v.ledger = 'unserved') AS unserved
    FROM {versions("gap_version", "v.code = g.code", "v.gap_id, v.severity, v.ledger, v.state, v.expires")}
    {JUDGED.replace("WHERE", "WHERE v.gap_id = ANY ((SELECT gap_ids FROM decided)::text[]) AND", 1)}
    WHERE a.plan_id = %(plan)s AND j.state <> 'accepted') AS w ON true
"""
GRID_SAID = """
g.code, onegrid.number_of(g.code) AS number, g.name, g.kind, g.community, g.management_type, g.households,
g.population, g.party_members, g.required, g.held, g.short, g.shortage, g.form, w.worst,
CASE WHEN w.worst >= 75 THEN 'highest' WHEN w.worst >= 50 THEN 'high' WHEN w.worst >= 25 THEN 'medium'
    WHEN w.worst IS NOT NULL THEN 'low' ELSE 'none' END AS severity,
w.unheld, w.contested, w.unserved, g.locked
"""
GENERALISED_GRIDS = f"""
SELECT ST_AsMVT(t, 'grids', {EXTENT}, 'geom') FROM (
    SELECT {GRID_SAID}, h.geom FROM g {WORST} {drawn(moved("g.shape"), valid_at="%(k)s = 1")}
    WHERE NOT ST_IsEmpty(h.geom)) AS t
"""
HALF_WORLD_M, WORLD_M = 20037508.342789244, 40075016.685578488


def exactly(land: str) -> str:
    """Return SQL that brings land of the working CRS into the tile."""
    return in_tile(projected(land))


def projected(land: str) -> str:
    """Return SQL that brings land of the working CRS into EPSG:3857, outer rings clockwise: tiles want them so."""
    return f"ST_ForcePolygonCW(ST_Transform({land}, 3857))"


def in_tile(land: str) -> str:
    """Return SQL that brings land of EPSG:3857 into the tile."""
    return (
        f"ST_SetSRID(ST_Affine({land}, %(u)s, 0, 0, -%(u)s, "
        f"{HALF_WORLD_M} * %(u)s - %(left)s, {HALF_WORLD_M} * %(u)s - %(top)s), 0)"
    )


EXACT = f"""
x AS MATERIALIZED (
    SELECT g.*, h.geom FROM g JOIN onegrid.grid_version AS p ON p.version_id = g.version_id
    {drawn(exactly("p.polygon"))} WHERE NOT ST_IsEmpty(h.geom))
"""
EXACT_GRIDS = f"""
SELECT ST_AsMVT(t, 'grids', {EXTENT}, 'geom') FROM (
    SELECT {GRID_SAID}, g.geom FROM x AS g {WORST}) AS t
"""
ZONES = """
v.kind IN ('overlap', 'straddle') AND starts_with(coalesce(v.detail->>'unit', 'patrol_zone'), 'patrol_zone')
AND NOT jsonb_path_exists(v.detail, '$.units[*] ? (!(@ starts with "patrol_zone"))')
"""
GAP_SAID = f"v.gap_id, v.kind, v.ledger, v.severity, v.code, v.community, j.state, {ZONES} AS zones"
GAPS = f"""
SELECT ST_AsMVT(t, 'gaps', {EXTENT}, 'geom') FROM (
    SELECT {GAP_SAID}, x.geom
    FROM x CROSS JOIN {versions("gap_version", "v.code = x.code AND v.land IS NULL")}
    {JUDGED}
    WHERE a.plan_id = %(plan)s
    UNION ALL
    SELECT {GAP_SAID}, h.geom
    FROM around CROSS JOIN {versions("gap_version", "v.land && around.ground")}
    {JUDGED} {drawn(exactly("v.land"))}
    WHERE a.plan_id = %(plan)s AND NOT ST_IsEmpty(h.geom)) AS t
"""
GROUND = f"""
ST_Expand(ST_Transform(ST_MakeEnvelope(
    (%(left)s - {BUFFER}) / %(u)s - {HALF_WORLD_M}, {HALF_WORLD_M} - (%(top)s + {EXTENT + BUFFER}) / %(u)s,
    (%(left)s + {EXTENT + BUFFER}) / %(u)s - {HALF_WORLD_M}, {HALF_WORLD_M} - (%(top)s - {BUFFER}) / %(u)s, 3857),
    %(srid)s), 1)
""".strip()
AROUND = f"around AS MATERIALIZED (SELECT {GROUND} AS ground)"


def places(layer: str, said: str, *, points: bool) -> str:
    """Return a layer of places that no edit changes: points in the one tile that they lie in, lines cut around it."""
    shape = moved("v.shape", K17)
    made = f"ST_SnapToGrid({shape if points else f'ST_ClipByBox2D({shape}, {CLIP})'}, 1)"
    where = INSIDE if points else "NOT ST_IsEmpty(h.geom)"
    return f"""
SELECT ST_AsMVT(t, '{layer}', {EXTENT}, 'geom') FROM (
    SELECT {"DISTINCT " if points else ""}{said}, h.geom FROM onegrid.drawn_place AS v
    CROSS JOIN LATERAL (SELECT {made} AS geom OFFSET 0) AS h
    WHERE v.source_id = %(source)s AND v.layer = '{layer}' AND v.shape && {BOX.replace(")s", "_17)s")}
        AND {where}) AS t
"""


UNITS = f"""
SELECT ST_AsMVT(t, 'units', {EXTENT}, 'geom') FROM (
    SELECT v.kind AS layer, v.code AS source_id, v.name, v.state AS status, h.geom FROM onegrid.drawn_place AS v
    {drawn(moved("v.shape", K17))}
    WHERE v.source_id = %(source)s AND v.layer = 'units' AND v.shape && {BOX.replace(")s", "_17)s")}
        AND NOT ST_IsEmpty(h.geom)) AS t
"""
ROADS = places("roads", "v.name", points=False)
PREMISES = places("premises", "v.name, v.kind", points=True)
FACILITIES = places("facilities", "v.name, v.kind", points=True)


def tile(found: tuple[str, ...], layers: tuple[str, ...]) -> str:
    """Return the statement of a whole tile."""
    return f"WITH {', '.join(found)} SELECT {' || '.join(f'({layer})' for layer in layers)} AS tile"


DIVISIONS_TILE = tile(
    (FOUND_DIVISIONS,), (DIVISIONS_WITH_FIGURES, labels(DIVISION_LABELS)),
)  # fmt: skip
GRIDS_TILE = tile((FOUND_DIVISIONS, FOUND_GRIDS), (DIVISIONS, GENERALISED_GRIDS, ROADS, labels(DIVISION_LABELS)))
CLOSE_TILE = tile(
    (FOUND_DIVISIONS, FOUND_GRIDS),
    (DIVISIONS, GENERALISED_GRIDS, PREMISES, FACILITIES, ROADS, labels(DIVISION_LABELS, GRID_LABELS)),
)
EXACT_TILE = tile(
    (FOUND_DIVISIONS, FOUND_GRIDS, EXACT, AROUND),
    (DIVISIONS, EXACT_GRIDS, UNITS, GAPS, PREMISES, FACILITIES, ROADS, labels(DIVISION_LABELS, GRID_LABELS)),
)
