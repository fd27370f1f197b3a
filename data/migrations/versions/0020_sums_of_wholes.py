"""What a division adds up to says how many communities it has, its area and its box, so that counties make the whole.

A plan was added up from its communities, of which a province has tens of thousands: a third of a second for each plan
of a list. Its counties are a few rows; for who sees less, the streets or communities of the scope.

Its SQL is frozen: what a later version wants otherwise is a later revision.
"""

from __future__ import annotations

from alembic import op

revision = "0020"
down_revision = "0019"

COLUMNS = """
TRUNCATE onegrid.drawn_sum;
ALTER TABLE onegrid.drawn_sum
    ADD COLUMN county boolean NOT NULL GENERATED ALWAYS AS (length(division) = 6) STORED,
    ADD COLUMN communities bigint, ADD COLUMN area_m2 double precision, ADD COLUMN west double precision,
    ADD COLUMN south double precision, ADD COLUMN east double precision, ADD COLUMN north double precision;
COMMENT ON COLUMN onegrid.drawn_sum.county IS
    'A column, since a policy lets no index answer by a function that is not leakproof, as length is not';
COMMENT ON COLUMN onegrid.drawn_sum.communities IS 'Those that have grids';
CREATE INDEX drawn_sum_county ON onegrid.drawn_sum (plan_id, division, from_revision, to_revision) WHERE county;
"""

ADD_UP = """
CREATE OR REPLACE FUNCTION onegrid.add_up_divisions(the_plan integer, at integer, communities text[]) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    digits integer;
    divisions text[] := ARRAY(
        SELECT DISTINCT left(community, size) FROM unnest(add_up_divisions.communities) AS c (community)
        CROSS JOIN unnest(ARRAY[6, 9, 12]) AS l (size));
BEGIN
    UPDATE onegrid.drawn_sum SET to_revision = at
    WHERE plan_id = the_plan AND division = ANY (divisions) AND to_revision = 2147483647 AND from_revision < at;
    DELETE FROM onegrid.drawn_sum WHERE plan_id = the_plan AND division = ANY (divisions) AND from_revision = at;
    INSERT INTO onegrid.drawn_sum (
        plan_id, division, from_revision, grids, households, population, party_members, required, held, short, covered,
        unheld, contested, unserved, communities, area_m2, west, south, east, north, excepted)
    SELECT the_plan, c.community, at, c.grids, c.households, c.population, c.party_members, c.required, c.held,
        c.short, c.covered, c.unheld, c.contested, c.unserved, (c.grids > 0)::integer, c.area_m2, c.west, c.south,
        c.east, c.north, x.excepted
    FROM onegrid.drawn_community AS c
    CROSS JOIN LATERAL (
        SELECT coalesce(
            jsonb_agg(jsonb_build_array(k.ledger, k.expires, k.number) ORDER BY k.ledger, k.expires), '[]') AS excepted
        FROM (
            SELECT g.ledger, g.expires, count(*) AS number
            FROM onegrid.ancestry AS a CROSS JOIN LATERAL (
                SELECT v.ledger, v.expires FROM onegrid.gap_version AS v
                WHERE v.plan_id = a.ancestor_id AND v.state <> 'open' AND v.community = c.community
                    AND v.from_revision <= LEAST(a.upto, at) AND v.to_revision > LEAST(a.upto, at)
                    AND (a.depth = 0 OR NOT EXISTS (
                        SELECT FROM onegrid.ancestry AS n JOIN onegrid.shadow AS s ON s.plan_id = n.ancestor_id
                        WHERE n.plan_id = the_plan AND n.depth < a.depth AND s.version_id = v.version_id
                            AND s.from_revision <= LEAST(n.upto, at))) OFFSET 0) AS g
            WHERE a.plan_id = the_plan GROUP BY g.ledger, g.expires) AS k) AS x
    WHERE c.plan_id = the_plan AND c.community = ANY (add_up_divisions.communities) AND c.from_revision = at;
    -- a plan has its communities added up before, each with its street and its county, so that all parts are there
    FOREACH digits IN ARRAY ARRAY[9, 6] LOOP
        INSERT INTO onegrid.drawn_sum (
            plan_id, division, from_revision, grids, households, population, party_members, required, held, short,
            covered, unheld, contested, unserved, communities, area_m2, west, south, east, north, excepted)
        SELECT the_plan, d.division, at, s.*
        FROM unnest(divisions) AS d (division)
        CROSS JOIN LATERAL (
            WITH parts AS MATERIALIZED (
                SELECT each.* FROM onegrid.ancestry AS a CROSS JOIN LATERAL (
                    SELECT * FROM onegrid.drawn_sum AS v
                    WHERE v.plan_id = a.ancestor_id AND left(v.division, -3) = d.division
                        AND v.from_revision <= LEAST(a.upto, at) AND v.to_revision > LEAST(a.upto, at)
                        AND (a.depth = 0 OR NOT EXISTS (
                            SELECT FROM onegrid.ancestry AS n JOIN onegrid.drawn_sum AS o
                                ON o.plan_id = n.ancestor_id AND o.division = v.division
                                AND o.from_revision <= LEAST(n.upto, at) AND o.to_revision > LEAST(n.upto, at)
                            WHERE n.plan_id = the_plan AND n.depth < a.depth)) OFFSET 0) AS each
                WHERE a.plan_id = the_plan)
            SELECT sum(grids), sum(households), sum(population), sum(party_members), sum(required), sum(held),
                sum(short), sum(covered), sum(unheld), sum(contested), sum(unserved), sum(parts.communities),
                sum(area_m2 ORDER BY division), min(west), min(south), max(east), max(north), (
                    SELECT coalesce(
                        jsonb_agg(jsonb_build_array(k.ledger, k.expires, k.number) ORDER BY k.ledger, k.expires), '[]')
                    FROM (
                        SELECT e->>0 AS ledger, e->>1 AS expires, sum((e->>2)::bigint)::bigint AS number
                        FROM parts CROSS JOIN jsonb_array_elements(excepted) AS e GROUP BY e->>0, e->>1) AS k)
            FROM parts) AS s
        WHERE length(d.division) = digits;
    END LOOP;
END $$;
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
    """Make the columns, have them written, and fill them for every revision there ever was."""
    for part in (COLUMNS, ADD_UP, FILLING):
        op.execute(part)
