"""What tiles are drawn from, made by one statement: an import of a province draws five million rows.

A function that sets its search path is called for each row; the two that bring land into tile units and to whole units
(0005) were. Now they stand in the statement, and are called where snapping spoils a shape, which is seldom. What is
drawn is the same.

Its SQL is frozen: what a later version wants otherwise is a later revision.
"""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"

SNAPPED = """
CROSS JOIN LATERAL (
    SELECT ST_Affine(ST_Transform({land}, 3857), unit, 0, 0, -unit, half_world, half_world) AS land OFFSET 0) AS u
CROSS JOIN LATERAL (SELECT ST_SetSRID(ST_SnapToGrid(u.land, 1), 0) AS land OFFSET 0) AS w
CROSS JOIN LATERAL (
    SELECT CASE WHEN ST_Dimension(w.land) < 2 OR ST_IsValid(w.land)
        THEN coalesce(ST_ForcePolygonCCW(w.land), onegrid.whole_units(u.land))
        ELSE onegrid.whole_units(u.land) END AS shape OFFSET 0) AS s
""".strip()
"""As onegrid.whole_units(onegrid.in_units(land, zoom)), by what `DRAWING` declares."""

DRAW_GRIDS = f"""
INSERT INTO onegrid.drawn_grid
SELECT v.version_id, v.plan_id, v.from_revision, v.to_revision, v.community, v.code, v.kind, v.name,
    v.management_type, v.households, v.population, v.party_members, v.locked, p.required, p.held, p.short,
    CASE WHEN p.short >= 3 THEN 'short_3' WHEN p.short > 0 THEN 'short_' || p.short
        WHEN p.over >= 3 THEN 'over_3' WHEN p.over > 0 THEN 'over_1' WHEN p.short = 0 THEN 'as_required' END,
    v.ledger->>'form', ST_SetSRID(ST_PointOnSurface(u.land), 0), s.shape
FROM {{made}} AS v
{SNAPPED.format(land="v.outline")}
CROSS JOIN LATERAL (
    SELECT sum(required) AS required, sum(held) AS held, sum(short) AS short,
        sum(CASE WHEN required > 0 THEN greatest(held - required, 0) ELSE 0 END) AS over
    FROM (
        SELECT (post->>1)::integer AS required, (post->>2)::integer AS held, (post->>3)::integer AS short
        FROM jsonb_array_elements(v.ledger->'staffing') AS post OFFSET 0) AS each) AS p;
"""

DRAW_PLACES = f"""
INSERT INTO onegrid.drawn_place
SELECT r.source_id, r.layer, r.number, p.piece, onegrid.division_of(r.layer, r.attributes),
    coalesce(r.attributes->>'code', r.attributes->>'source_id'),
    coalesce(r.attributes->>'kind', r.attributes->>'layer'), r.attributes->>'name', r.attributes->>'status', p.shape
FROM {{made}} AS r
CROSS JOIN LATERAL (
    SELECT CASE WHEN r.layer <> 'premises' THEN r.geometry
        ELSE ST_SetSRID(ST_Point((r.attributes->>'x')::float8, (r.attributes->>'y')::float8), (
            SELECT o.srid FROM onegrid.source AS o WHERE o.source_id = r.source_id)) END AS land OFFSET 0) AS l
{SNAPPED.format(land="l.land")}
CROSS JOIN LATERAL (
    SELECT 1 AS piece, s.shape WHERE r.layer <> 'roads'
    UNION ALL
    SELECT cut.piece, cut.shape
    FROM ST_Subdivide(CASE WHEN r.layer = 'roads' THEN s.shape END, 32) WITH ORDINALITY AS cut (shape, piece)) AS p
WHERE r.layer IN ('units', 'premises', 'facilities', 'roads') AND l.land IS NOT NULL AND NOT ST_IsEmpty(p.shape);
INSERT INTO onegrid.drawn_division
SELECT r.source_id, 12, r.attributes->>'code', r.attributes->>'name', ST_PointOnSurface(s.shape), s.shape,
    onegrid.rough(s.shape, 11)
FROM {{made}} AS r
{SNAPPED.format(land="r.geometry")}
WHERE r.layer = 'communities' AND NOT ST_IsEmpty(s.shape);
"""

DRAWING = """
CREATE OR REPLACE FUNCTION onegrid.draw_{what}() RETURNS trigger LANGUAGE plpgsql
SET search_path FROM CURRENT SET client_min_messages = error AS $$
DECLARE
    unit CONSTANT float8 := 2::float8 ^ ({zoom} + 12) / 40075016.685578488::float8;
    half_world CONSTANT float8 := 20037508.342789244::float8 * unit;
BEGIN
    {statements}
    RETURN NULL;
END $$;
"""


def upgrade() -> None:
    """Draw by statements alone."""
    op.execute(DRAWING.format(what="grids", zoom=14, statements=DRAW_GRIDS.format(made="made").strip()))
    op.execute(DRAWING.format(what="places", zoom=17, statements=DRAW_PLACES.format(made="made").strip()))
