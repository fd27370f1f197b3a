"""What a plan adds up to, kept by community and revision, so that nobody reads a province to say how many grids it has.

Beside what tiles say of a community (0005) stand its area, the box around its grids and how many of them are in which
class: ``classes`` are counts by "<theme> <value>", and by "gaps <kind>". All count every gap, accepted ones too; who
asks subtracts those, which are few. They are kept for every revision that a plan ever had, also those from before 0005.

Its SQL is frozen: what a later version wants otherwise is a later revision.
"""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"

COLUMNS = """
TRUNCATE onegrid.drawn_community;
ALTER TABLE onegrid.drawn_community
    ADD COLUMN uncovered integer NOT NULL, ADD COLUMN area_m2 double precision,
    ADD COLUMN unclaimed_m2 double precision, ADD COLUMN west double precision,
    ADD COLUMN south double precision, ADD COLUMN east double precision, ADD COLUMN north double precision,
    ADD COLUMN classes jsonb NOT NULL;
COMMENT ON TABLE onegrid.drawn_community IS
    'What the grids of a community add up to; gaps by ledger, accepted ones too';
COMMENT ON COLUMN onegrid.drawn_community.uncovered IS
    'Grids that no party organisation covers; covered: those that one does; neither: nobody knows';
COMMENT ON COLUMN onegrid.drawn_community.classes IS
    'How many grids are in each class of a theme, how many gaps of a kind there are';
"""

SOURCES = """
CREATE TABLE onegrid.source_community (
    source_id integer NOT NULL,
    code text NOT NULL,
    name text,
    west double precision,
    south double precision,
    east double precision,
    north double precision,
    required bigint,
    held bigint,
    short bigint,
    PRIMARY KEY (source_id, code)
);
COMMENT ON TABLE onegrid.source_community IS
    'What a source says of each community: its box, the staff beside that of its grids, but for community workers';
ALTER TABLE onegrid.source_community ENABLE ROW LEVEL SECURITY;
CREATE POLICY within_scope ON onegrid.source_community FOR SELECT TO onegrid_app USING (
    code >= (SELECT current_setting('onegrid.scope_from', true)) AND
    code < (SELECT current_setting('onegrid.scope_to', true)));
GRANT SELECT ON onegrid.source_community TO onegrid_app;

CREATE FUNCTION onegrid.note_communities(source integer) RETURNS void LANGUAGE sql SET search_path FROM CURRENT AS $$
    INSERT INTO onegrid.source_community
    SELECT source, code, c.name, c.west, c.south, c.east, c.north, s.required, s.held, s.short
    FROM (
        SELECT attributes->>'code' AS code, attributes->>'name' AS name, ST_XMin(geometry) AS west,
            ST_YMin(geometry) AS south, ST_XMax(geometry) AS east, ST_YMax(geometry) AS north
        FROM onegrid.source_row WHERE source_id = source AND layer = 'communities') AS c
    FULL JOIN (
        SELECT left(attributes->>'code', 12) AS code, sum((attributes->>'required')::bigint) AS required,
            sum((attributes->>'held')::bigint) AS held, sum((attributes->>'short')::bigint) AS short
        FROM onegrid.source_row
        WHERE source_id = source AND layer = 'community_staffing' AND attributes->>'post' <> 'community_worker'
        GROUP BY left(attributes->>'code', 12)) AS s USING (code)
    WHERE code IS NOT NULL;
$$;
"""

IN_PLAN = """
v.plan_id = a.ancestor_id AND v.community = c.community
    AND v.from_revision <= LEAST(a.upto, at) AND v.to_revision > LEAST(a.upto, at)
WHERE a.plan_id = the_plan AND (a.depth = 0 OR NOT EXISTS (
    SELECT FROM onegrid.ancestry AS n JOIN onegrid.shadow AS s ON s.plan_id = n.ancestor_id
    WHERE n.plan_id = the_plan AND n.depth < a.depth AND s.version_id = v.version_id
        AND s.from_revision <= LEAST(n.upto, at)))
""".strip()

ADD_UP = f"""
CREATE OR REPLACE FUNCTION onegrid.add_up(the_plan integer, at integer, communities text[]) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    UPDATE onegrid.drawn_community SET to_revision = at
    WHERE plan_id = the_plan AND community = ANY (communities) AND to_revision = 2147483647 AND from_revision < at;
    DELETE FROM onegrid.drawn_community
    WHERE plan_id = the_plan AND community = ANY (communities) AND from_revision = at;
    INSERT INTO onegrid.drawn_community (
        plan_id, community, from_revision, grids, households, population, party_members, required, held, short,
        covered, uncovered, area_m2, unclaimed_m2, west, south, east, north, unheld, contested, unserved, classes)
    SELECT the_plan, c.community, at, each.*
    FROM unnest(communities) AS c (community)
    CROSS JOIN LATERAL (
        WITH gaps AS MATERIALIZED (
            SELECT v.ledger, v.kind, v.code, v.severity
            FROM onegrid.ancestry AS a JOIN onegrid.gap_version AS v ON {IN_PLAN}),
        worst AS (SELECT code, max(severity) AS severity FROM gaps WHERE code IS NOT NULL GROUP BY code),
        grids AS MATERIALIZED (
            SELECT v.*, p.*, w.severity
            FROM (
                SELECT v.version_id, v.code, v.kind, v.management_type, v.households, v.population, v.party_members,
                    v.required, v.held, v.short, v.shortage, v.form
                FROM onegrid.ancestry AS a JOIN onegrid.drawn_grid AS v ON {IN_PLAN}
            ) AS v
            CROSS JOIN LATERAL (
                SELECT ST_Area(polygon) AS area_m2, ST_XMin(polygon) AS west, ST_YMin(polygon) AS south,
                    ST_XMax(polygon) AS east, ST_YMax(polygon) AS north
                FROM onegrid.grid_version AS p WHERE p.version_id = v.version_id OFFSET 0) AS p
            LEFT JOIN worst AS w ON w.code = v.code),
        classed AS (
            SELECT name, count(*) AS number
            FROM (
                SELECT unnest(ARRAY[
                    'kind ' || kind, 'management_type ' || management_type, 'shortage ' || shortage, 'form ' || form,
                    'severity ' || CASE WHEN severity >= 75 THEN 'highest' WHEN severity >= 50 THEN 'high'
                        WHEN severity >= 25 THEN 'medium' WHEN severity IS NOT NULL THEN 'low' ELSE 'none' END]) AS name
                FROM grids
                UNION ALL SELECT 'gaps ' || kind FROM gaps) AS every
            WHERE name IS NOT NULL GROUP BY name)
        SELECT g.*, k.*, (SELECT coalesce(jsonb_object_agg(name, number), '{{}}') FROM classed)
        FROM (
            SELECT count(*), sum(households), sum(population), sum(party_members), sum(required), sum(held), sum(short),
                count(*) FILTER (WHERE form <> 'none'), count(*) FILTER (WHERE form = 'none'),
                sum(area_m2 ORDER BY code), coalesce(sum(area_m2 ORDER BY code) FILTER (WHERE kind = 'unclaimed'), 0),
                min(west), min(south), max(east), max(north)
            FROM grids) AS g
        CROSS JOIN (
            SELECT count(*) FILTER (WHERE ledger = 'unheld'), count(*) FILTER (WHERE ledger = 'contested'),
                count(*) FILTER (WHERE ledger = 'unserved')
            FROM gaps) AS k) AS each;
END $$;

CREATE OR REPLACE FUNCTION onegrid.draw_imported() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM onegrid.draw_divisions(NEW.source_id);
    PERFORM onegrid.note_communities(NEW.source_id);
    PERFORM onegrid.add_up(NEW.plan_id, NEW.head, ARRAY(
        SELECT community FROM onegrid.drawn_grid WHERE plan_id = NEW.plan_id
        UNION SELECT community FROM onegrid.gap_version WHERE plan_id = NEW.plan_id AND community IS NOT NULL));
    RETURN NULL;
END $$;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA onegrid FROM PUBLIC;
"""

FILLING = """
SELECT onegrid.note_communities(source_id) FROM onegrid.source;
DO $$
DECLARE
    one record;
BEGIN
    FOR one IN
        SELECT plan_id, revision, array_agg(community) AS communities
        FROM (
            SELECT plan_id, from_revision AS revision, community FROM onegrid.drawn_grid
            UNION SELECT plan_id, to_revision, community FROM onegrid.drawn_grid WHERE to_revision < 2147483647
            UNION SELECT plan_id, from_revision, community FROM onegrid.gap_version WHERE community IS NOT NULL
            UNION SELECT plan_id, to_revision, community FROM onegrid.gap_version
            WHERE community IS NOT NULL AND to_revision < 2147483647
            UNION SELECT s.plan_id, s.from_revision, g.community
            FROM onegrid.shadow AS s JOIN onegrid.drawn_grid AS g USING (version_id)
            UNION SELECT s.plan_id, s.from_revision, k.community
            FROM onegrid.shadow AS s JOIN onegrid.gap_version AS k USING (version_id) WHERE k.community IS NOT NULL
        ) AS touched
        GROUP BY plan_id, revision ORDER BY plan_id, revision
    LOOP
        PERFORM onegrid.add_up(one.plan_id, one.revision, one.communities);
    END LOOP;
END $$;
ANALYZE onegrid.drawn_community, onegrid.source_community;
"""


def upgrade() -> None:
    """Make the columns and the table, have them written, and fill them for all that ever was."""
    for part in (COLUMNS, SOURCES, ADD_UP, FILLING):
        op.execute(part)
