"""Plans for many: who sees which rows, who may change what, decisions on gaps, and a feed that misses nothing.

Rows about a community are seen within the scope alone (`data.users.identity`). The functions that write run as the
owner, to whom no policy applies: row-level security is not forced, since an edit must see the neighbours of a grid on
the other side of a scope's border, and check land it may not show. They check by themselves, before anything is
written: the role, and that whatever counts as changed lies where the caller may change something
(``onegrid.writes_from``, ``onegrid.writes_to``); a neighbour that only gets vertices may lie outside.

Its SQL is frozen: what a later version wants otherwise is a later revision.
"""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"

OF_COMMUNITY = {"grid_version": "community", "dossier": "community", "gap_version": "coalesce(community, '')"}
OF_ROW = """
CREATE FUNCTION onegrid.division_of(layer text, attributes jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN layer = 'lineage' THEN coalesce(attributes->>'new_code', attributes->>'old_code', '')
        WHEN layer IN ('communities', 'community_staffing', 'duty', 'ratings', 'premises', 'party_organisations')
            THEN coalesce(attributes->>'code', '')
        WHEN layer = 'units' THEN coalesce(attributes->>'home', '')
    END
$$;
COMMENT ON FUNCTION onegrid.division_of IS 'The place that a row is about, '''' where nobody knows; NULL: about none';
"""
SCOPED = """
ALTER TABLE onegrid.{table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY reading ON onegrid.{table} FOR SELECT TO onegrid_app USING (true);
CREATE POLICY within_scope ON onegrid.{table} AS RESTRICTIVE TO onegrid_app USING (
    {column} >= (SELECT current_setting('onegrid.scope_from', true)) AND
    {column} < (SELECT current_setting('onegrid.scope_to', true)));
"""
KNOWN_BY_NAME = """
ALTER TABLE onegrid.{table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY signed_in ON onegrid.{table} FOR SELECT TO onegrid_app USING (
    (SELECT current_setting('onegrid.role', true)) <> '');
"""
SOURCE_ROWS = """
ALTER TABLE onegrid.source_row ENABLE ROW LEVEL SECURITY;
CREATE POLICY signed_in ON onegrid.source_row FOR SELECT TO onegrid_app USING (
    (SELECT current_setting('onegrid.role', true)) <> '');
CREATE POLICY within_scope ON onegrid.source_row AS RESTRICTIVE TO onegrid_app USING (
    (SELECT current_setting('onegrid.scope_from', true)) = '' OR
    coalesce(
        onegrid.division_of(layer, attributes) >= (SELECT current_setting('onegrid.scope_from', true)) AND
        onegrid.division_of(layer, attributes) < (SELECT current_setting('onegrid.scope_to', true)),
        layer NOT IN ('repairs', 'records')));
"""

RIGHTS = """
CREATE FUNCTION onegrid.may_write(division text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT coalesce(
        division >= current_setting('onegrid.writes_from', true) AND
        division < current_setting('onegrid.writes_to', true), false)
$$;

CREATE FUNCTION onegrid.require_role(VARIADIC roles text[]) RETURNS void LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF (current_setting('onegrid.role', true) = ANY (roles)) IS NOT TRUE THEN
        RAISE EXCEPTION 'this role may not do it' USING ERRCODE = 'OG005';
    END IF;
END $$;

CREATE FUNCTION onegrid.require_whole(the_plan integer) RETURNS void LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM onegrid.plan WHERE plan_id = the_plan AND onegrid.may_write(jurisdiction)) THEN
        RAISE EXCEPTION 'the plan reaches beyond the scope' USING ERRCODE = 'OG005';
    END IF;
END $$;
"""

GUARDED = """
ALTER FUNCTION onegrid.apply_edit RENAME TO write_edit;
ALTER FUNCTION onegrid.branch_plan RENAME TO write_branch;
ALTER FUNCTION onegrid.move_plan RENAME TO write_move;
ALTER FUNCTION onegrid.approve_plan RENAME TO write_approval;
DO $$
BEGIN
    -- its body names itself
    EXECUTE replace(pg_get_functiondef('onegrid.take_over'::regproc), 'take_over', 'write_takeover');
END $$;

CREATE FUNCTION onegrid.apply_edit(
    the_plan integer, base integer, who text, what text, arguments jsonb, reverses integer, source integer,
    ended bigint[], versions jsonb, polygons bytea[], faces bytea[], outlines bytea[],
    ended_gaps bigint[], gaps jsonb, lands bytea[],
    grid_ids bigint[], changes jsonb, lineage jsonb, bounds double precision[]
) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM onegrid.require_role('planner', 'admin');
    IF current_setting('onegrid.writes_from', true) <> '' AND (
        EXISTS (
            SELECT FROM jsonb_array_elements(versions) AS v
            WHERE v->>'modified' IS NULL AND NOT onegrid.may_write(v->>'community'))
        OR EXISTS (
            SELECT FROM onegrid.grid_version AS g
            WHERE g.version_id = ANY (ended) AND NOT onegrid.may_write(g.community) AND NOT EXISTS (
                SELECT FROM jsonb_array_elements(versions) AS v
                WHERE (v->>'grid_id')::bigint = g.grid_id AND (v->>'modified')::integer = g.modified))) THEN
        RAISE EXCEPTION 'a grid lies outside of the scope' USING ERRCODE = 'OG005';
    END IF;
    RETURN onegrid.write_edit(
        the_plan, base, who, what, arguments, reverses, source, ended, versions, polygons, faces, outlines, ended_gaps,
        gaps, lands, grid_ids, changes, lineage, bounds);
END $$;

CREATE OR REPLACE FUNCTION onegrid.begin_import(
    title text, division text, reference integer, build jsonb, who text, OUT plan integer, OUT source integer
) LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM onegrid.require_role('planner', 'admin');
    IF NOT onegrid.may_write(division) THEN
        RAISE EXCEPTION 'the build reaches beyond the scope' USING ERRCODE = 'OG005';
    END IF;
    INSERT INTO onegrid.source (srid, facts) VALUES (reference, build) RETURNING source_id INTO source;
    INSERT INTO onegrid.plan (name, jurisdiction, srid, source_id, state, head, made_by)
    VALUES (title, division, reference, source, 'importing', 0, who) RETURNING plan_id INTO begin_import.plan;
    INSERT INTO onegrid.ancestry VALUES (begin_import.plan, 0, begin_import.plan, 2147483647);
    PERFORM set_config('onegrid.importing', 'yes', true);
    INSERT INTO onegrid.revision (
        plan_id, revision, made_by, verb, arguments, source_id, grid_ids, changes, lineage)
    VALUES (begin_import.plan, 0, who, 'import', '{}', source, '{}', '{}', '[]');
    PERFORM set_config('onegrid.importing', '', true);
END $$;

CREATE OR REPLACE FUNCTION onegrid.finish_import(the_plan integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    UPDATE onegrid.plan SET state = 'draft' WHERE plan_id = the_plan AND state = 'importing';
    IF FOUND THEN
        -- its place in the feed is where it comes to be seen, not where the import began minutes ago
        PERFORM onegrid.enter_feed();
        UPDATE onegrid.revision SET sequence = DEFAULT WHERE plan_id = the_plan;
    END IF;
END $$;

CREATE FUNCTION onegrid.branch_plan(title text, parent integer, at integer, who text, deepest integer)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM onegrid.require_role('planner', 'admin');
    IF NOT EXISTS (
        SELECT FROM onegrid.plan WHERE plan_id = parent AND (
            onegrid.may_write(jurisdiction)
            OR starts_with(current_setting('onegrid.writes_from', true), jurisdiction))) THEN
        RAISE EXCEPTION 'the plan lies outside of the scope' USING ERRCODE = 'OG005';
    END IF;
    RETURN onegrid.write_branch(title, parent, at, who, deepest);
END $$;

CREATE FUNCTION onegrid.move_plan(the_plan integer, was text, becomes text, who text, what text, note text)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    IF was = 'in_review' THEN
        PERFORM onegrid.require_role('approver', 'admin');
    ELSE
        PERFORM onegrid.require_role('planner', 'admin');
    END IF;
    PERFORM onegrid.require_whole(the_plan);
    RETURN onegrid.write_move(the_plan, was, becomes, who, what, note);
END $$;

CREATE FUNCTION onegrid.approve_plan(
    the_plan integer, expected integer, from_day date, who text, former integer, grids bigint[], codes text[]
) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM onegrid.require_role('approver', 'admin');
    PERFORM onegrid.require_whole(the_plan);
    RETURN onegrid.write_approval(the_plan, expected, from_day, who, former, grids, codes);
END $$;

CREATE OR REPLACE FUNCTION onegrid.take_over(the_plan integer, expected integer, other integer, who text, lineage jsonb)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM onegrid.require_role('planner', 'admin');
    PERFORM onegrid.require_whole(the_plan);
    RETURN onegrid.write_takeover(the_plan, expected, other, who, lineage);
END $$;
"""

DECISIONS = """
CREATE TABLE onegrid.gap_decision (
    decision_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    jurisdiction text NOT NULL,
    gap_id text NOT NULL,
    community text,
    state text NOT NULL CHECK (state IN ('open', 'accepted')),
    reason text,
    expires date,
    signed_by text NOT NULL,
    signed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK (state = 'open' OR (reason IS NOT NULL AND expires IS NOT NULL))
);
CREATE INDEX gap_decision_gap ON onegrid.gap_decision (jurisdiction, gap_id, decision_id DESC);
COMMENT ON TABLE onegrid.gap_decision IS 'What was decided on gaps, in all plans of a jurisdiction; the last one holds';

CREATE FUNCTION onegrid.sign_gap(the_plan integer, gap text, becomes text, why text, until date, who text)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    made bigint;
BEGIN
    PERFORM onegrid.require_role('supervisor', 'admin');
    INSERT INTO onegrid.gap_decision (jurisdiction, gap_id, community, state, reason, expires, signed_by)
    SELECT p.jurisdiction, g.gap_id, g.community, becomes, why, until, who
    FROM onegrid.plan AS p CROSS JOIN LATERAL onegrid.gaps_at(p.plan_id, p.head) AS g
    WHERE p.plan_id = the_plan AND g.gap_id = gap AND onegrid.may_write(coalesce(g.community, ''))
    RETURNING decision_id INTO made;
    IF made IS NULL THEN
        RAISE EXCEPTION 'there is no such gap within the scope' USING ERRCODE = 'OG005';
    END IF;
    RETURN made;
END $$;
"""

ANSWERS = """
CREATE TABLE onegrid.answer (
    made_by text NOT NULL,
    key text NOT NULL,
    asked text NOT NULL,
    answered jsonb NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (made_by, key)
);
CREATE INDEX answer_at ON onegrid.answer (at);
COMMENT ON TABLE onegrid.answer IS 'What edits with a key were answered, so that asking again does nothing again';
ALTER TABLE onegrid.answer ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON onegrid.answer TO onegrid_app USING (
    made_by = (SELECT current_setting('onegrid.user', true)));
GRANT SELECT, INSERT, DELETE ON onegrid.answer TO onegrid_app;
"""

FEED = """
CREATE FUNCTION onegrid.enter_feed() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    -- whoever is about to take a number says, until he has committed, above which one it will be
    PERFORM pg_advisory_xact_lock_shared(
        x'6f6e6766'::integer, (SELECT last_value::integer FROM onegrid.revision_sequence_seq));
END $$;

CREATE FUNCTION onegrid.number_revision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('onegrid.importing', true) IS DISTINCT FROM 'yes' THEN
        PERFORM onegrid.enter_feed();
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER number_revision BEFORE INSERT ON onegrid.revision
    FOR EACH STATEMENT EXECUTE FUNCTION onegrid.number_revision();
"""

GRANTS = """
GRANT SELECT ON onegrid.gap_decision TO onegrid_app;
GRANT SELECT ON SEQUENCE onegrid.revision_sequence_seq TO onegrid_app;
REVOKE EXECUTE ON FUNCTION onegrid.write_edit, onegrid.write_branch, onegrid.write_move,
    onegrid.write_approval, onegrid.write_takeover FROM onegrid_app;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA onegrid FROM PUBLIC;
GRANT EXECUTE ON FUNCTION onegrid.apply_edit, onegrid.begin_import, onegrid.finish_import, onegrid.branch_plan,
    onegrid.move_plan, onegrid.approve_plan, onegrid.take_over, onegrid.sign_gap, onegrid.division_of TO onegrid_app;
"""


def upgrade() -> None:
    """Make the policies, put the checks in front of the functions that write, and what else many users need."""
    for part in (OF_ROW, RIGHTS, FEED, GUARDED, DECISIONS, ANSWERS):
        op.execute(part)
    for table, column in (OF_COMMUNITY | {"gap_decision": "coalesce(community, '')"}).items():
        op.execute(SCOPED.format(table=table, column=column))
    op.execute(KNOWN_BY_NAME.format(table="plan"))
    op.execute(SOURCE_ROWS)
    op.execute(GRANTS)
