"""An edit written with less work: sums built on sums, nothing looked for in parents that its own rows account for.

A street adds up its communities, and a county its streets, where both added up communities and read what was decided on
every gap of theirs. Versions to be ended are looked for in a plan's parents only where some are not its own. And who
waited for communities is told what became of the plan meanwhile in the same breath.

Its SQL is frozen: what a later version wants otherwise is a later revision.
"""

from __future__ import annotations

from alembic import op

revision = "0019"
down_revision = "0018"

PARTS = """
CREATE INDEX drawn_sum_parts ON onegrid.drawn_sum (plan_id, left(division, -3), to_revision);
COMMENT ON INDEX onegrid.drawn_sum_parts IS 'The communities of a street, the streets of a county';
"""

ADD_UP = """
CREATE OR REPLACE FUNCTION onegrid.add_up_divisions(the_plan integer, at integer, communities text[]) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    digits integer;
    divisions text[] := ARRAY(
        SELECT DISTINCT left(community, size) FROM unnest(communities) AS c (community)
        CROSS JOIN unnest(ARRAY[6, 9, 12]) AS l (size));
BEGIN
    UPDATE onegrid.drawn_sum SET to_revision = at
    WHERE plan_id = the_plan AND division = ANY (divisions) AND to_revision = 2147483647 AND from_revision < at;
    DELETE FROM onegrid.drawn_sum WHERE plan_id = the_plan AND division = ANY (divisions) AND from_revision = at;
    INSERT INTO onegrid.drawn_sum
    SELECT the_plan, c.community, at, 2147483647, c.grids, c.households, c.population, c.party_members, c.required,
        c.held, c.short, c.covered, c.unheld, c.contested, c.unserved, x.excepted
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
    WHERE c.plan_id = the_plan AND c.community = ANY (communities) AND c.from_revision = at;
    -- a plan has its communities added up before, each with its street and its county, so that all parts are there
    FOREACH digits IN ARRAY ARRAY[9, 6] LOOP
        INSERT INTO onegrid.drawn_sum
        SELECT the_plan, d.division, at, 2147483647, s.*
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
                sum(short), sum(covered), sum(unheld), sum(contested), sum(unserved), (
                    SELECT coalesce(
                        jsonb_agg(jsonb_build_array(k.ledger, k.expires, k.number) ORDER BY k.ledger, k.expires), '[]')
                    FROM (
                        SELECT e->>0 AS ledger, e->>1 AS expires, sum((e->>2)::bigint)::bigint AS number
                        FROM parts CROSS JOIN jsonb_array_elements(excepted) AS e GROUP BY e->>0, e->>1) AS k)
            FROM parts) AS s
        WHERE length(d.division) = digits;
    END LOOP;
END $$;
"""

END_VERSIONS = """
CREATE OR REPLACE FUNCTION onegrid.end_grids(the_plan integer, ended bigint[], at integer) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    found integer;
    inherited integer;
BEGIN
    UPDATE onegrid.grid_version SET to_revision = at
    WHERE version_id = ANY (ended) AND plan_id = the_plan AND to_revision = 2147483647;
    GET DIAGNOSTICS found = ROW_COUNT;
    IF found = cardinality(ended) THEN
        RETURN;
    END IF;
    INSERT INTO onegrid.shadow (plan_id, version_id, from_revision)
    SELECT the_plan, v.version_id, at FROM onegrid.grid_version AS v
    JOIN onegrid.ancestry AS a ON a.plan_id = the_plan AND a.depth > 0 AND a.ancestor_id = v.plan_id
        AND v.from_revision <= a.upto AND v.to_revision > a.upto
    WHERE v.version_id = ANY (ended)
    ORDER BY v.version_id
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS inherited = ROW_COUNT;
    IF found + inherited <> cardinality(ended) THEN
        RAISE EXCEPTION 'a grid has changed since' USING ERRCODE = 'OG001', DETAIL = (
            SELECT coalesce(string_agg(DISTINCT v.code, ' '), '') FROM onegrid.grid_version AS v
            WHERE v.version_id = ANY (ended) AND (v.plan_id <> the_plan OR v.to_revision <> at) AND NOT EXISTS (
                SELECT FROM onegrid.shadow AS s
                WHERE s.plan_id = the_plan AND s.version_id = v.version_id AND s.from_revision = at));
    END IF;
END $$;

CREATE OR REPLACE FUNCTION onegrid.end_gaps(the_plan integer, ended bigint[], at integer) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    found integer;
    inherited integer;
BEGIN
    UPDATE onegrid.gap_version SET to_revision = at
    WHERE version_id = ANY (ended) AND plan_id = the_plan AND to_revision = 2147483647;
    GET DIAGNOSTICS found = ROW_COUNT;
    IF found = cardinality(ended) THEN
        RETURN;
    END IF;
    INSERT INTO onegrid.shadow (plan_id, version_id, from_revision)
    SELECT the_plan, version_id, at FROM onegrid.gap_version WHERE version_id = ANY (ended) AND plan_id <> the_plan
    ORDER BY version_id
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS inherited = ROW_COUNT;
    -- an overlap lies in several communities, so that edits in each of them write it
    IF found + inherited <> cardinality(ended) THEN
        RAISE EXCEPTION 'a gap has changed since' USING ERRCODE = 'OG001', DETAIL = (
            SELECT coalesce(string_agg(DISTINCT v.code, ' '), '') FROM onegrid.gap_version AS v
            WHERE v.version_id = ANY (ended) AND (v.plan_id <> the_plan OR v.to_revision <> at) AND NOT EXISTS (
                SELECT FROM onegrid.shadow AS s
                WHERE s.plan_id = the_plan AND s.version_id = v.version_id AND s.from_revision = at));
    END IF;
END $$;
"""

WAITING = """
CREATE FUNCTION onegrid.lock_pieces(the_plan integer, keys text[])
RETURNS TABLE (state text, head integer, source_id integer) LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM CASE
        WHEN place > 1 THEN pg_advisory_xact_lock(number)::text ELSE pg_advisory_xact_lock_shared(number)::text END
    FROM (
        SELECT hashtextextended(key, 0) AS number, place
        FROM unnest(keys) WITH ORDINALITY AS each (key, place) ORDER BY place OFFSET 0) AS ordered;
    -- a statement of its own, so that it sees what was committed while the locks were waited for
    RETURN QUERY SELECT p.state, p.head, p.source_id FROM onegrid.plan AS p WHERE p.plan_id = the_plan;
END $$;
COMMENT ON FUNCTION onegrid.lock_pieces IS
    'Waits for the locks of some keys, of the first a shared one, and says what the plan is by then';
REVOKE ALL ON FUNCTION onegrid.lock_pieces FROM PUBLIC;
GRANT EXECUTE ON FUNCTION onegrid.lock_pieces TO onegrid_app;
"""


def upgrade() -> None:
    """Make the index, and change the functions."""
    for part in (PARTS, ADD_UP, END_VERSIONS, WAITING):
        op.execute(part)
