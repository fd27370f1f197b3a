"""What tiles are drawn from: grids, divisions and places in tile units, narrow rows beside the wide ones of the plans.

Whatever writes a version of a grid writes what is drawn of it in the same transaction, by triggers, so that a tile is
never behind its plan. Lengths are tile units: 4096 a tile, x to the east, y to the south of the world's north-west
corner in EPSG:3857; those of zoom 14 for the generalised grids, of zoom 17 for what is drawn exactly. Coordinates are
whole units, so that neighbours, which share their vertices, share them in the tile too.

Its SQL is frozen: what a later version wants otherwise is a later revision.
"""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"

UNITS = """
CREATE FUNCTION onegrid.in_units(land geometry, zoom integer) RETURNS geometry
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
    SELECT ST_Affine(
        ST_Transform(land, 3857), u, 0, 0, -u, 20037508.342789244 * u, 20037508.342789244 * u)
    FROM (SELECT 2 ^ (zoom + 12) / 40075016.685578488 AS u) AS unit
$$;
COMMENT ON FUNCTION onegrid.in_units IS 'Land in tile units of a zoom';

CREATE FUNCTION onegrid.whole_units(land geometry) RETURNS geometry
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
    SELECT coalesce(CASE
        WHEN ST_Dimension(land) < 2 OR ST_IsValid(snapped) THEN ST_ForcePolygonCCW(snapped)
        ELSE ST_ForcePolygonCCW(ST_SnapToGrid(ST_CollectionExtract(ST_MakeValid(snapped, 'method=structure'), 3), 1))
    END, ST_GeomFromText('POLYGON EMPTY'))
    FROM (SELECT ST_SetSRID(ST_SnapToGrid(land, 1), 0) AS snapped OFFSET 0) AS each
$$;
COMMENT ON FUNCTION onegrid.whole_units IS 'Land with its vertices at whole units, shells as tiles want them';
"""

GRIDS = """
CREATE TABLE onegrid.drawn_grid (
    version_id bigint PRIMARY KEY,
    plan_id integer NOT NULL REFERENCES onegrid.plan ON DELETE CASCADE,
    from_revision integer NOT NULL,
    to_revision integer NOT NULL,
    community text NOT NULL,
    code text NOT NULL,
    kind text NOT NULL,
    name text,
    management_type text NOT NULL,
    households integer,
    population integer,
    party_members integer,
    locked boolean NOT NULL,
    required integer,
    held integer,
    short integer,
    shortage text,
    form text,
    place geometry NOT NULL,
    shape geometry NOT NULL
);
COMMENT ON TABLE onegrid.drawn_grid IS 'What tiles say of each grid version; shape: its outline, in units of zoom 14';

CREATE FUNCTION onegrid.end_drawn_grids() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    UPDATE onegrid.drawn_grid AS d SET to_revision = v.to_revision FROM ended AS v WHERE d.version_id = v.version_id;
    RETURN NULL;
END $$;
"""

PLACES = """
CREATE TABLE onegrid.drawn_place (
    source_id integer NOT NULL REFERENCES onegrid.source ON DELETE CASCADE,
    layer text NOT NULL,
    number integer NOT NULL,
    piece integer NOT NULL,
    division text,
    code text,
    kind text,
    name text,
    state text,
    shape geometry NOT NULL,
    PRIMARY KEY (source_id, layer, number, piece)
);
COMMENT ON TABLE onegrid.drawn_place IS
    'Units, premises, facilities and roads, in units of zoom 17; division: as onegrid.division_of';

CREATE TABLE onegrid.drawn_division (
    source_id integer NOT NULL REFERENCES onegrid.source ON DELETE CASCADE,
    digits smallint NOT NULL CHECK (digits IN (6, 9, 12)),
    code text NOT NULL,
    name text,
    place geometry NOT NULL,
    shape geometry NOT NULL,
    rough geometry NOT NULL,
    PRIMARY KEY (source_id, digits, code)
);
COMMENT ON TABLE onegrid.drawn_division IS
    'Counties, streets and communities, in units of zoom 17; rough: for the zooms at which they are all there is';

CREATE FUNCTION onegrid.rough(land geometry, zoom integer) RETURNS geometry
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
    -- half a pixel of the nearest zoom at which it is drawn; what is smaller than that stays as it is
    SELECT CASE WHEN snapped IS NULL OR ST_IsEmpty(snapped) THEN land ELSE snapped END
    FROM (
        SELECT ST_ForcePolygonCCW(ST_CollectionExtract(
            ST_MakeValid(ST_SnapToGrid(land, 2 ^ (19 - zoom)), 'method=structure'), 3)) AS snapped OFFSET 0) AS each
$$;

CREATE FUNCTION onegrid.draw_divisions(source integer) RETURNS void
LANGUAGE sql SET search_path FROM CURRENT AS $$
    INSERT INTO onegrid.drawn_division
    SELECT source, 9, d.code, o.facts->'build'->>('name of ' || d.code), ST_PointOnSurface(d.shape), d.shape,
        onegrid.rough(d.shape, 9)
    FROM onegrid.source AS o CROSS JOIN (
        SELECT left(code, 9) AS code, ST_ForcePolygonCCW(ST_Union(shape)) AS shape FROM onegrid.drawn_division
        WHERE source_id = source AND digits = 12 GROUP BY left(code, 9)) AS d
    WHERE o.source_id = source;
    INSERT INTO onegrid.drawn_division
    SELECT source, 6, d.code, o.facts->'build'->>('name of ' || d.code), ST_PointOnSurface(d.shape), d.shape,
        onegrid.rough(d.shape, 6)
    FROM onegrid.source AS o CROSS JOIN (
        SELECT left(code, 6) AS code, ST_ForcePolygonCCW(ST_Union(rough)) AS shape FROM onegrid.drawn_division
        WHERE source_id = source AND digits = 9 GROUP BY left(code, 6)) AS d
    WHERE o.source_id = source;
$$;
"""

DRAW_GRIDS = """
INSERT INTO onegrid.drawn_grid
SELECT v.version_id, v.plan_id, v.from_revision, v.to_revision, v.community, v.code, v.kind, v.name,
    v.management_type, v.households, v.population, v.party_members, v.locked, s.required, s.held, s.short,
    CASE WHEN s.short >= 3 THEN 'short_3' WHEN s.short > 0 THEN 'short_' || s.short
        WHEN s.over >= 3 THEN 'over_3' WHEN s.over > 0 THEN 'over_1' WHEN s.short = 0 THEN 'as_required' END,
    v.ledger->>'form', ST_SetSRID(ST_PointOnSurface(o.outline), 0), onegrid.whole_units(o.outline)
FROM {made} AS v
CROSS JOIN LATERAL (SELECT onegrid.in_units(v.outline, 14) AS outline OFFSET 0) AS o
CROSS JOIN LATERAL (
    SELECT sum((post->>1)::integer) AS required, sum((post->>2)::integer) AS held,
        sum((post->>3)::integer) AS short,
        sum(CASE WHEN (post->>1)::integer > 0
            THEN greatest((post->>2)::integer - (post->>1)::integer, 0) ELSE 0 END) AS over
    FROM jsonb_array_elements(v.ledger->'staffing') AS post) AS s;
"""
DRAW_PLACES = """
INSERT INTO onegrid.drawn_place
SELECT r.source_id, r.layer, r.number, p.piece, onegrid.division_of(r.layer, r.attributes),
    coalesce(r.attributes->>'code', r.attributes->>'source_id'),
    coalesce(r.attributes->>'kind', r.attributes->>'layer'), r.attributes->>'name', r.attributes->>'status', p.shape
FROM {made} AS r
CROSS JOIN LATERAL (
    SELECT CASE WHEN r.layer <> 'premises' THEN r.geometry
        ELSE ST_SetSRID(ST_Point((r.attributes->>'x')::float8, (r.attributes->>'y')::float8), o.srid) END AS land
    FROM onegrid.source AS o WHERE o.source_id = r.source_id OFFSET 0) AS l
CROSS JOIN LATERAL (SELECT onegrid.whole_units(onegrid.in_units(l.land, 17)) AS shape OFFSET 0) AS s
CROSS JOIN LATERAL (
    SELECT 1 AS piece, s.shape WHERE r.layer <> 'roads'
    UNION ALL
    -- a tile takes the pieces near it, not a road across the town
    SELECT cut.piece, cut.shape
    FROM ST_Subdivide(CASE WHEN r.layer = 'roads' THEN s.shape END, 32) WITH ORDINALITY AS cut (shape, piece)) AS p
WHERE r.layer IN ('units', 'premises', 'facilities', 'roads') AND l.land IS NOT NULL AND NOT ST_IsEmpty(p.shape);
INSERT INTO onegrid.drawn_division
SELECT r.source_id, 12, r.attributes->>'code', r.attributes->>'name', ST_PointOnSurface(s.shape), s.shape,
    onegrid.rough(s.shape, 11)
FROM {made} AS r
CROSS JOIN LATERAL (SELECT onegrid.whole_units(onegrid.in_units(r.geometry, 17)) AS shape OFFSET 0) AS s
WHERE r.layer = 'communities' AND NOT ST_IsEmpty(s.shape);
"""
DRAWING = """
CREATE FUNCTION onegrid.draw_{what}() RETURNS trigger LANGUAGE plpgsql
SET search_path FROM CURRENT SET client_min_messages = error AS $$
BEGIN
    {statements}
    RETURN NULL;
END $$;
"""

FIGURES = """
CREATE TABLE onegrid.drawn_community (
    plan_id integer NOT NULL REFERENCES onegrid.plan ON DELETE CASCADE,
    community text NOT NULL,
    from_revision integer NOT NULL,
    to_revision integer NOT NULL DEFAULT 2147483647,
    grids integer NOT NULL,
    households bigint,
    population bigint,
    party_members bigint,
    required bigint,
    held bigint,
    short bigint,
    covered integer NOT NULL,
    unheld integer NOT NULL,
    contested integer NOT NULL,
    unserved integer NOT NULL,
    PRIMARY KEY (plan_id, community, from_revision)
);
COMMENT ON TABLE onegrid.drawn_community IS
    'What the grids of a community add up to; covered: with a party organisation; gaps by ledger, accepted ones too';

CREATE FUNCTION onegrid.add_up(the_plan integer, at integer, communities text[]) RETURNS void
LANGUAGE sql SET search_path FROM CURRENT AS $$
    UPDATE onegrid.drawn_community SET to_revision = at
    WHERE plan_id = the_plan AND community = ANY (communities) AND to_revision = 2147483647 AND from_revision < at;
    INSERT INTO onegrid.drawn_community
    SELECT the_plan, c.community, at, 2147483647, g.grids, g.households, g.population, g.party_members, g.required,
        g.held, g.short, g.covered, k.unheld, k.contested, k.unserved
    FROM unnest(communities) AS c (community)
    CROSS JOIN LATERAL (
        SELECT count(*) AS grids, sum(v.households) AS households, sum(v.population) AS population,
            sum(v.party_members) AS party_members, sum(v.required) AS required, sum(v.held) AS held,
            sum(v.short) AS short, count(*) FILTER (WHERE v.form <> 'none') AS covered
        FROM onegrid.ancestry AS a JOIN onegrid.drawn_grid AS v ON v.plan_id = a.ancestor_id
            AND v.community = c.community
            AND v.from_revision <= LEAST(a.upto, at) AND v.to_revision > LEAST(a.upto, at)
        WHERE a.plan_id = the_plan AND (a.depth = 0 OR NOT EXISTS (
            SELECT FROM onegrid.ancestry AS n JOIN onegrid.shadow AS s ON s.plan_id = n.ancestor_id
            WHERE n.plan_id = the_plan AND n.depth < a.depth AND s.version_id = v.version_id
                AND s.from_revision <= LEAST(n.upto, at)))) AS g
    CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE v.ledger = 'unheld') AS unheld,
            count(*) FILTER (WHERE v.ledger = 'contested') AS contested,
            count(*) FILTER (WHERE v.ledger = 'unserved') AS unserved
        FROM onegrid.ancestry AS a JOIN onegrid.gap_version AS v ON v.plan_id = a.ancestor_id
            AND v.community = c.community
            AND v.from_revision <= LEAST(a.upto, at) AND v.to_revision > LEAST(a.upto, at)
        WHERE a.plan_id = the_plan AND (a.depth = 0 OR NOT EXISTS (
            SELECT FROM onegrid.ancestry AS n JOIN onegrid.shadow AS s ON s.plan_id = n.ancestor_id
            WHERE n.plan_id = the_plan AND n.depth < a.depth AND s.version_id = v.version_id
                AND s.from_revision <= LEAST(n.upto, at)))) AS k
    ON CONFLICT (plan_id, community, from_revision) DO UPDATE SET grids = EXCLUDED.grids,
        households = EXCLUDED.households, population = EXCLUDED.population, party_members = EXCLUDED.party_members,
        required = EXCLUDED.required, held = EXCLUDED.held, short = EXCLUDED.short, covered = EXCLUDED.covered,
        unheld = EXCLUDED.unheld, contested = EXCLUDED.contested, unserved = EXCLUDED.unserved;
$$;

CREATE FUNCTION onegrid.touch(communities text[]) RETURNS void LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF communities IS NOT NULL THEN
        PERFORM set_config(
            'onegrid.touched', concat_ws(',', nullif(current_setting('onegrid.touched', true), ''),
            array_to_string(communities, ',')), true);
    END IF;
END $$;
COMMENT ON FUNCTION onegrid.touch IS 'Remembers communities until the revision that touches them is entered in the log';

CREATE FUNCTION onegrid.touch_made() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM onegrid.touch((
        SELECT array_agg(DISTINCT v.community) FROM made AS v JOIN onegrid.plan AS p USING (plan_id)
        WHERE p.state <> 'importing' AND v.community IS NOT NULL));
    RETURN NULL;
END $$;

CREATE FUNCTION onegrid.touch_shadowed() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM onegrid.touch((
        SELECT array_agg(DISTINCT coalesce(g.community, k.community)) FROM made AS s
        LEFT JOIN onegrid.grid_version AS g USING (version_id) LEFT JOIN onegrid.gap_version AS k USING (version_id)
        WHERE coalesce(g.community, k.community) IS NOT NULL));
    RETURN NULL;
END $$;

CREATE FUNCTION onegrid.add_up_touched() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    touched text := current_setting('onegrid.touched', true);
BEGIN
    IF touched <> '' THEN
        PERFORM set_config('onegrid.touched', '', true);
        PERFORM onegrid.add_up(
            NEW.plan_id, NEW.revision, ARRAY(SELECT DISTINCT unnest(string_to_array(touched, ','))));
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION onegrid.draw_imported() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM onegrid.draw_divisions(NEW.source_id);
    PERFORM onegrid.add_up(
        NEW.plan_id, NEW.head, ARRAY(SELECT DISTINCT community FROM onegrid.drawn_grid WHERE plan_id = NEW.plan_id));
    RETURN NULL;
END $$;
"""

INDEXES = """
CREATE INDEX drawn_grid_place ON onegrid.drawn_grid USING gist (plan_id, shape);
CREATE INDEX drawn_grid_community ON onegrid.drawn_grid (plan_id, community);
CREATE INDEX drawn_place_units ON onegrid.drawn_place USING gist (source_id, shape) WHERE layer = 'units';
CREATE INDEX drawn_place_premises ON onegrid.drawn_place USING gist (source_id, shape) WHERE layer = 'premises';
CREATE INDEX drawn_place_facilities ON onegrid.drawn_place USING gist (source_id, shape) WHERE layer = 'facilities';
CREATE INDEX drawn_place_roads ON onegrid.drawn_place USING gist (source_id, shape) WHERE layer = 'roads';
CREATE INDEX drawn_division_place ON onegrid.drawn_division USING gist (source_id, digits, shape);
CREATE INDEX gap_version_code ON onegrid.gap_version (plan_id, code)
    INCLUDE (gap_id, severity, ledger, state, expires, community, from_revision, to_revision, version_id)
    WHERE code IS NOT NULL;
CREATE INDEX gap_version_excepted ON onegrid.gap_version (plan_id, community)
    INCLUDE (gap_id, ledger, state, expires, from_revision, to_revision, version_id) WHERE state <> 'open';
CREATE INDEX gap_version_expires ON onegrid.gap_version (plan_id, expires) WHERE state <> 'open';
CREATE INDEX gap_decision_community ON onegrid.gap_decision (jurisdiction, community);
CREATE INDEX gap_decision_latest ON onegrid.gap_decision (jurisdiction, decision_id DESC);
CREATE INDEX gap_decision_expires ON onegrid.gap_decision (jurisdiction, expires) WHERE expires IS NOT NULL;
"""

TRIGGERS = """
CREATE TRIGGER draw AFTER INSERT ON onegrid.grid_version REFERENCING NEW TABLE AS made
    FOR EACH STATEMENT EXECUTE FUNCTION onegrid.draw_grids();
CREATE TRIGGER end_drawn AFTER UPDATE ON onegrid.grid_version REFERENCING NEW TABLE AS ended
    FOR EACH STATEMENT EXECUTE FUNCTION onegrid.end_drawn_grids();
CREATE TRIGGER draw AFTER INSERT ON onegrid.source_row REFERENCING NEW TABLE AS made
    FOR EACH STATEMENT EXECUTE FUNCTION onegrid.draw_places();
CREATE TRIGGER touch_made AFTER INSERT ON onegrid.grid_version REFERENCING NEW TABLE AS made
    FOR EACH STATEMENT EXECUTE FUNCTION onegrid.touch_made();
CREATE TRIGGER touch_ended AFTER UPDATE ON onegrid.grid_version REFERENCING NEW TABLE AS made
    FOR EACH STATEMENT EXECUTE FUNCTION onegrid.touch_made();
CREATE TRIGGER touch_made AFTER INSERT ON onegrid.gap_version REFERENCING NEW TABLE AS made
    FOR EACH STATEMENT EXECUTE FUNCTION onegrid.touch_made();
CREATE TRIGGER touch_ended AFTER UPDATE ON onegrid.gap_version REFERENCING NEW TABLE AS made
    FOR EACH STATEMENT EXECUTE FUNCTION onegrid.touch_made();
CREATE TRIGGER touch AFTER INSERT ON onegrid.shadow REFERENCING NEW TABLE AS made
    FOR EACH STATEMENT EXECUTE FUNCTION onegrid.touch_shadowed();
CREATE TRIGGER add_up AFTER INSERT ON onegrid.revision FOR EACH ROW EXECUTE FUNCTION onegrid.add_up_touched();
CREATE TRIGGER draw_imported AFTER UPDATE OF state ON onegrid.plan
    FOR EACH ROW WHEN (OLD.state = 'importing' AND NEW.state = 'draft') EXECUTE FUNCTION onegrid.draw_imported();
"""

RIGHTS = """
ALTER TABLE onegrid.drawn_grid ENABLE ROW LEVEL SECURITY;
ALTER TABLE onegrid.drawn_community ENABLE ROW LEVEL SECURITY;
ALTER TABLE onegrid.drawn_division ENABLE ROW LEVEL SECURITY;
ALTER TABLE onegrid.drawn_place ENABLE ROW LEVEL SECURITY;
CREATE POLICY within_scope ON onegrid.drawn_grid FOR SELECT TO onegrid_app USING (
    community >= (SELECT current_setting('onegrid.scope_from', true)) AND
    community < (SELECT current_setting('onegrid.scope_to', true)));
CREATE POLICY within_scope ON onegrid.drawn_community FOR SELECT TO onegrid_app USING (
    community >= (SELECT current_setting('onegrid.scope_from', true)) AND
    community < (SELECT current_setting('onegrid.scope_to', true)));
CREATE POLICY within_scope ON onegrid.drawn_division FOR SELECT TO onegrid_app USING (
    code >= (SELECT current_setting('onegrid.scope_from', true)) AND
    code < (SELECT current_setting('onegrid.scope_to', true)));
CREATE POLICY within_scope ON onegrid.drawn_place FOR SELECT TO onegrid_app USING (
    (SELECT current_setting('onegrid.role', true)) <> '' AND (
        (SELECT current_setting('onegrid.scope_from', true)) = '' OR
        coalesce(
            division >= (SELECT current_setting('onegrid.scope_from', true)) AND
            division < (SELECT current_setting('onegrid.scope_to', true)), true)));
GRANT SELECT ON onegrid.drawn_grid, onegrid.drawn_community, onegrid.drawn_division, onegrid.drawn_place
    TO onegrid_app;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA onegrid FROM PUBLIC;
"""

FILLING = """
SELECT onegrid.draw_divisions(source_id) FROM onegrid.source;
SELECT onegrid.add_up(p.plan_id, p.head, ARRAY(
    SELECT DISTINCT g.community FROM onegrid.ancestry AS a
    JOIN onegrid.drawn_grid AS g ON g.plan_id = a.ancestor_id WHERE a.plan_id = p.plan_id))
FROM onegrid.plan AS p;
"""


def upgrade() -> None:
    """Make the tables, draw what there is, and have the rest drawn as it comes."""
    op.execute("SET LOCAL client_min_messages = warning")  # what is snapped and not valid is made so, without a word
    for part in (UNITS, GRIDS, PLACES, FIGURES):
        op.execute(part)
    for what, statements in {"grids": DRAW_GRIDS, "places": DRAW_PLACES}.items():
        op.execute(DRAWING.format(what=what, statements=statements.format(made="made").strip()))
    op.execute(DRAW_GRIDS.format(made="onegrid.grid_version"))
    op.execute(DRAW_PLACES.format(made="onegrid.source_row"))
    op.execute(INDEXES)
    op.execute("ANALYZE onegrid.drawn_grid, onegrid.drawn_place, onegrid.drawn_division")
    for part in (FILLING, TRIGGERS, RIGHTS):
        op.execute(part)
