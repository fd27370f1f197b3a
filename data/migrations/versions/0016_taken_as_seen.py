"""What a plan takes over is what was looked at; and who comes too late is told by which grids.

Taking over read the other plan without keeping anybody from editing it: an edit that came in between was withdrawn with
that plan, and in neither. Now both plans are locked first, and both have to be as they were when they were compared.
Whoever edited the other plan before is in it, so that it is compared anew; whoever does so after finds it withdrawn.

Its SQL is frozen: what a later version wants otherwise is a later revision.
"""

from __future__ import annotations

from alembic import op

revision = "0016"
down_revision = "0015"

TAKING_OVER = """
DROP FUNCTION onegrid.take_over(integer, integer, integer, text, jsonb);
CREATE FUNCTION onegrid.take_over(
    the_plan integer, expected integer, other integer, offered integer, who text, lineage jsonb
) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    as_seen integer;
BEGIN
    PERFORM onegrid.require_role('planner', 'admin');
    PERFORM onegrid.require_whole(the_plan);
    -- in the order of their numbers, so that no two who take over wait for each other in a ring
    PERFORM FROM onegrid.plan WHERE plan_id IN (the_plan, other) ORDER BY plan_id FOR UPDATE;
    SELECT count(*) INTO as_seen FROM onegrid.plan
    WHERE state = 'draft' AND ((plan_id = the_plan AND head = expected) OR (plan_id = other AND head = offered));
    IF as_seen <> 2 THEN
        -- not refused for good: who looks again finds out what became of them, and can say so
        RAISE EXCEPTION 'a plan has changed since' USING ERRCODE = 'OG001';
    END IF;
    RETURN onegrid.write_takeover(the_plan, expected, other, who, lineage);
END $$;
REVOKE ALL ON FUNCTION onegrid.take_over FROM PUBLIC;
GRANT EXECUTE ON FUNCTION onegrid.take_over TO onegrid_app;
"""

ENDING = """
CREATE OR REPLACE FUNCTION onegrid.end_grids(the_plan integer, ended bigint[], at integer) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    found integer;
    inherited integer;
BEGIN
    INSERT INTO onegrid.shadow (plan_id, version_id, from_revision)
    SELECT the_plan, v.version_id, at FROM onegrid.grid_version AS v
    JOIN onegrid.ancestry AS a ON a.plan_id = the_plan AND a.depth > 0 AND a.ancestor_id = v.plan_id
        AND v.from_revision <= a.upto AND v.to_revision > a.upto
    WHERE v.version_id = ANY (ended)
    ORDER BY v.version_id
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS inherited = ROW_COUNT;
    UPDATE onegrid.grid_version SET to_revision = at
    WHERE version_id = ANY (ended) AND plan_id = the_plan AND to_revision = 2147483647;
    GET DIAGNOSTICS found = ROW_COUNT;
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
    INSERT INTO onegrid.shadow (plan_id, version_id, from_revision)
    SELECT the_plan, version_id, at FROM onegrid.gap_version WHERE version_id = ANY (ended) AND plan_id <> the_plan
    ORDER BY version_id
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS inherited = ROW_COUNT;
    UPDATE onegrid.gap_version SET to_revision = at
    WHERE version_id = ANY (ended) AND plan_id = the_plan AND to_revision = 2147483647;
    GET DIAGNOSTICS found = ROW_COUNT;
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

SAME_GAP = """
DO $$
DECLARE
    body text := pg_get_functiondef('onegrid.write_edit'::regproc);
    refusal text := $part$'another edit found the same gap' USING ERRCODE = 'OG001'$part$;
BEGIN
    IF position(refusal IN body) = 0 THEN
        RAISE EXCEPTION 'onegrid.write_edit is not as migration 0002 made it';
    END IF;
    EXECUTE replace(body, refusal, refusal || $part$, DETAIL = (
            SELECT coalesce(string_agg(DISTINCT code, ' '), '') FROM onegrid.gaps_at(the_plan, made)
            WHERE gap_id = ANY (found))$part$);
END $$;
"""
"""The same function, but that it says at which grids."""


def upgrade() -> None:
    """Lock both plans before one takes over the other, and name the grids where an edit comes too late."""
    for part in (TAKING_OVER, ENDING, SAME_GAP):
        op.execute(part)
