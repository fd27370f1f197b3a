"""Decisions on gaps are told in the feed, and are committed, within a jurisdiction, in the order of their numbers.

A decision holds in every plan of a jurisdiction, but nobody else heard of it. It now takes a number of the feed, as a
revision does, and keeps the plan in which it was signed. Tiles of a plan in force are known by the highest number of a
decision: where two were signed at once, the lower might come to be seen after the higher, under the same version. So
whoever signs waits for who signs in the same jurisdiction.

Its SQL is frozen: what a later version wants otherwise is a later revision.
"""

from __future__ import annotations

from alembic import op

revision = "0018"
down_revision = "0017"

TOLD = """
ALTER TABLE onegrid.gap_decision
    ADD COLUMN plan_id integer REFERENCES onegrid.plan,
    ADD COLUMN revision integer,
    ADD COLUMN sequence bigint UNIQUE;
COMMENT ON COLUMN onegrid.gap_decision.sequence IS 'Its place in the feed, among those of revisions; none before 0018';

CREATE FUNCTION onegrid.lock_decisions(the_jurisdiction text) RETURNS void LANGUAGE sql AS $$
    SELECT pg_advisory_xact_lock(hashtextextended('onegrid decide ' || the_jurisdiction, 0))
$$;
COMMENT ON FUNCTION onegrid.lock_decisions IS 'Let nobody else decide on gaps there until this is committed';

CREATE OR REPLACE FUNCTION onegrid.sign_gap(
    the_plan integer, gap text, becomes text, why text, until date, who text
) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    made bigint;
BEGIN
    PERFORM onegrid.require_role('supervisor', 'admin');
    PERFORM onegrid.lock_decisions(jurisdiction) FROM onegrid.plan WHERE plan_id = the_plan;
    PERFORM onegrid.enter_feed();
    INSERT INTO onegrid.gap_decision (
        jurisdiction, gap_id, community, state, reason, expires, signed_by, plan_id, revision, sequence)
    SELECT p.jurisdiction, g.gap_id, g.community, becomes, why, until, who, p.plan_id, p.head,
        nextval('onegrid.revision_sequence_seq')
    FROM onegrid.plan AS p CROSS JOIN LATERAL onegrid.gaps_at(p.plan_id, p.head) AS g
    WHERE p.plan_id = the_plan AND g.gap_id = gap AND onegrid.may_write(coalesce(g.community, ''))
    RETURNING decision_id INTO made;
    IF made IS NULL THEN
        RAISE EXCEPTION 'there is no such gap within the scope' USING ERRCODE = 'OG005';
    END IF;
    RETURN made;
END $$;
REVOKE ALL ON FUNCTION onegrid.lock_decisions FROM PUBLIC;
GRANT EXECUTE ON FUNCTION onegrid.lock_decisions TO onegrid_app;
"""


def upgrade() -> None:
    """Number decisions in the feed, one after the other."""
    op.execute(TOLD)
