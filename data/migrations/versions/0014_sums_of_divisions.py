"""What tiles say of counties, streets and communities, kept by division and revision: no tile adds a province up.

Beside sums (0010), which count every gap, stand the gaps that a build brought as accepted: ``excepted`` counts them by
ledger and the day until which they are. Who asks takes off those whose day is not over, and what was decided since.

And counties have an outline for the zooms at which the whole country is seen: to snap the one of zoom 6 to the units of
zoom 0 and make that valid took longer than all else about such a tile.

Its SQL is frozen: what a later version wants otherwise is a later revision.
"""

from __future__ import annotations

from alembic import op

revision = "0014"
down_revision = "0013"

SUMS = """
CREATE TABLE onegrid.drawn_sum (
    plan_id integer NOT NULL REFERENCES onegrid.plan ON DELETE CASCADE,
    division text NOT NULL,
    from_revision integer NOT NULL,
    to_revision integer NOT NULL DEFAULT 2147483647,
    grids bigint,
    households bigint,
    population bigint,
    party_members bigint,
    required bigint,
    held bigint,
    short bigint,
    covered bigint,
    unheld integer,
    contested integer,
    unserved integer,
    excepted jsonb NOT NULL,
    PRIMARY KEY (plan_id, division, from_revision)
);
COMMENT ON TABLE onegrid.drawn_sum IS
    'What the communities of a county or street add up to, and each community; gaps by ledger, accepted ones too';
COMMENT ON COLUMN onegrid.drawn_sum.excepted IS
    'Gaps that a build brought as accepted: ledger, last day or null, how many';
ALTER TABLE onegrid.drawn_sum ENABLE ROW LEVEL SECURITY;
CREATE POLICY within_scope ON onegrid.drawn_sum FOR SELECT TO onegrid_app USING (
    division >= (SELECT current_setting('onegrid.scope_from', true)) AND
    division < (SELECT current_setting('onegrid.scope_to', true)));
GRANT SELECT ON onegrid.drawn_sum TO onegrid_app;
"""

ADD_UP = """
CREATE FUNCTION onegrid.add_up_divisions(the_plan integer, at integer, communities text[]) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    divisions text[] := ARRAY(
        SELECT DISTINCT left(community, digits) FROM unnest(communities) AS c (community)
        CROSS JOIN unnest(ARRAY[6, 9, 12]) AS l (digits));
BEGIN
    UPDATE onegrid.drawn_sum SET to_revision = at
    WHERE plan_id = the_plan AND division = ANY (divisions) AND to_revision = 2147483647 AND from_revision < at;
    DELETE FROM onegrid.drawn_sum WHERE plan_id = the_plan AND division = ANY (divisions) AND from_revision = at;
    INSERT INTO onegrid.drawn_sum
    SELECT the_plan, d.division, at, 2147483647, s.*, x.excepted
    FROM unnest(divisions) AS d (division)
    CROSS JOIN LATERAL (
        SELECT sum(c.grids), sum(c.households), sum(c.population), sum(c.party_members), sum(c.required), sum(c.held),
            sum(c.short), sum(c.covered), sum(c.unheld), sum(c.contested), sum(c.unserved)
        FROM onegrid.ancestry AS a CROSS JOIN LATERAL (
            SELECT * FROM onegrid.drawn_community AS v
            WHERE v.plan_id = a.ancestor_id AND v.community >= d.division AND v.community < d.division || 'a'
                AND v.from_revision <= LEAST(a.upto, at) AND v.to_revision > LEAST(a.upto, at)
                AND (a.depth = 0 OR NOT EXISTS (
                    SELECT FROM onegrid.ancestry AS n JOIN onegrid.drawn_community AS o ON o.plan_id = n.ancestor_id
                        AND o.community = v.community AND o.from_revision <= LEAST(n.upto, at)
                        AND o.to_revision > LEAST(n.upto, at)
                    WHERE n.plan_id = the_plan AND n.depth < a.depth)) OFFSET 0) AS c
        WHERE a.plan_id = the_plan) AS s
    CROSS JOIN LATERAL (
        SELECT coalesce(
            jsonb_agg(jsonb_build_array(k.ledger, k.expires, k.number) ORDER BY k.ledger, k.expires), '[]') AS excepted
        FROM (
            SELECT g.ledger, g.expires, count(*) AS number
            FROM onegrid.ancestry AS a CROSS JOIN LATERAL (
                SELECT v.ledger, v.expires FROM onegrid.gap_version AS v
                WHERE v.plan_id = a.ancestor_id AND v.state <> 'open'
                    AND v.community >= d.division AND v.community < d.division || 'a'
                    AND v.from_revision <= LEAST(a.upto, at) AND v.to_revision > LEAST(a.upto, at)
                    AND (a.depth = 0 OR NOT EXISTS (
                        SELECT FROM onegrid.ancestry AS n JOIN onegrid.shadow AS s ON s.plan_id = n.ancestor_id
                        WHERE n.plan_id = the_plan AND n.depth < a.depth AND s.version_id = v.version_id
                            AND s.from_revision <= LEAST(n.upto, at))) OFFSET 0) AS g
            WHERE a.plan_id = the_plan GROUP BY g.ledger, g.expires) AS k) AS x;
END $$;

ALTER FUNCTION onegrid.add_up RENAME TO add_up_communities;
CREATE FUNCTION onegrid.add_up(the_plan integer, at integer, communities text[]) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM onegrid.add_up_communities(the_plan, at, communities);
    PERFORM onegrid.add_up_divisions(the_plan, at, communities);
END $$;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA onegrid FROM PUBLIC;
"""

FAR = """
ALTER TABLE onegrid.drawn_division ADD COLUMN far geometry;
COMMENT ON COLUMN onegrid.drawn_division.far IS 'Of counties: as rough, for zoom 3 and below';
UPDATE onegrid.drawn_division SET far = onegrid.rough(shape, 3) WHERE digits = 6;

CREATE OR REPLACE FUNCTION onegrid.draw_divisions(source integer) RETURNS void
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
        onegrid.rough(d.shape, 6), onegrid.rough(d.shape, 3)
    FROM onegrid.source AS o CROSS JOIN (
        SELECT left(code, 6) AS code, ST_ForcePolygonCCW(ST_Union(rough)) AS shape FROM onegrid.drawn_division
        WHERE source_id = source AND digits = 9 GROUP BY left(code, 6)) AS d
    WHERE o.source_id = source;
$$;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA onegrid FROM PUBLIC;
"""

FILLING = """
DO $$
DECLARE
    one record;
BEGIN
    FOR one IN
        SELECT plan_id, from_revision AS revision, array_agg(community) AS communities
        FROM onegrid.drawn_community GROUP BY plan_id, from_revision ORDER BY plan_id, from_revision
    LOOP
        PERFORM onegrid.add_up_divisions(one.plan_id, one.revision, one.communities);
    END LOOP;
END $$;
ANALYZE onegrid.drawn_sum;
"""


def upgrade() -> None:
    """Make the table and the column, have them written, and fill them for every revision there ever was."""
    for part in (SUMS, ADD_UP, FAR, FILLING):
        op.execute(part)
