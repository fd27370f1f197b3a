"""What an edit looks at, by functions: found by the index that fits, and planned once a session.

A policy that compares communities with a scope makes PostgreSQL take the index of communities for whatever is asked: it
takes two comparisons with what it can't know to leave one row in two hundred. An edit that asked for the grids around a
place then went through the whole plan. The functions here run as the owner, to whom no policy applies; they show what
the policies would, by a check that no index serves.

Its SQL is frozen: what a later version wants otherwise is a later revision.
"""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"

SEEN = """
CREATE FUNCTION onegrid.is_seen(community text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT coalesce(
        community >= current_setting('onegrid.scope_from', true) AND
        community < current_setting('onegrid.scope_to', true), false)
$$;
COMMENT ON FUNCTION onegrid.is_seen IS 'What the policies within_scope say; coalesce keeps it from choosing an index';
"""

GRIDS = """
CREATE FUNCTION onegrid.grids_named(the_plan integer, at integer, codes text[])
RETURNS SETOF onegrid.grid_version LANGUAGE plpgsql STABLE SECURITY DEFINER
SET plan_cache_mode = force_generic_plan SET search_path FROM CURRENT AS $$
BEGIN
    RETURN QUERY SELECT * FROM onegrid.grids_at(the_plan, at) AS g
    WHERE g.code = ANY (codes) AND onegrid.is_seen(g.community);
END $$;

CREATE FUNCTION onegrid.grids_around(
    the_plan integer, at integer, reference integer, communities text[], west double precision[],
    south double precision[], east double precision[], north double precision[], layers text[], units text[]
) RETURNS SETOF onegrid.grid_version LANGUAGE plpgsql STABLE SECURITY DEFINER
SET plan_cache_mode = force_generic_plan SET search_path FROM CURRENT AS $$
DECLARE
    near bigint[];
BEGIN
    -- candidates alone, of whatever revision: each by its index, the plan's own part of it
    near := ARRAY(
        SELECT v.version_id FROM onegrid.ancestry AS a
        JOIN onegrid.grid_version AS v ON v.plan_id = a.ancestor_id AND v.community = ANY (communities)
        WHERE a.plan_id = the_plan
        UNION ALL SELECT v.version_id FROM onegrid.ancestry AS a
        CROSS JOIN unnest(west, south, east, north) AS box (w, s, e, n)
        CROSS JOIN LATERAL (
            SELECT g.version_id FROM onegrid.grid_version AS g
            WHERE g.plan_id = a.ancestor_id AND g.polygon && ST_MakeEnvelope(w, s, e, n, reference) OFFSET 0) AS v
        WHERE a.plan_id = the_plan
        UNION ALL SELECT v.version_id FROM onegrid.ancestry AS a CROSS JOIN unnest(layers, units) AS unit (l, u)
        CROSS JOIN LATERAL (
            SELECT g.version_id FROM onegrid.grid_version AS g
            WHERE g.plan_id = a.ancestor_id AND g.source_layer = l AND g.source_unit = u OFFSET 0) AS v
        WHERE a.plan_id = the_plan);
    RETURN QUERY SELECT * FROM onegrid.grids_at(the_plan, at) AS g
    WHERE g.version_id = ANY (near) AND onegrid.is_seen(g.community);
END $$;
"""

GAPS = """
CREATE FUNCTION onegrid.gaps_about(the_plan integer, at integer, communities text[], ids text[])
RETURNS SETOF onegrid.gap_version LANGUAGE plpgsql STABLE SECURITY DEFINER
SET plan_cache_mode = force_generic_plan SET search_path FROM CURRENT AS $$
BEGIN
    RETURN QUERY SELECT * FROM onegrid.gaps_at(the_plan, at) AS g
    WHERE g.community = ANY (communities) AND onegrid.is_seen(coalesce(g.community, ''))
    UNION ALL SELECT * FROM onegrid.gaps_at(the_plan, at) AS g
    WHERE g.gap_id = ANY (ids) AND (g.community = ANY (communities)) IS NOT TRUE
        AND onegrid.is_seen(coalesce(g.community, ''));
END $$;
"""

RIGHTS = """
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA onegrid FROM PUBLIC;
GRANT EXECUTE ON FUNCTION onegrid.grids_named, onegrid.grids_around, onegrid.gaps_about TO onegrid_app;
"""


def upgrade() -> None:
    """Make the functions."""
    for part in (SEEN, GRIDS, GAPS, RIGHTS):
        op.execute(part)
