"""A plan that another one replaces on the day it came into force was never in force: the range of its days is empty.

Its SQL is frozen: what a later version wants otherwise is a later revision.
"""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"

APPROVING = """
CREATE OR REPLACE FUNCTION onegrid.write_approval(
    the_plan integer, expected integer, from_day date, who text, former integer, grids bigint[], codes text[]
) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    made integer;
    clash text;
BEGIN
    UPDATE onegrid.plan SET effective = daterange(lower(effective), from_day)
    WHERE plan_id = former AND from_day >= lower(effective) AND upper_inf(effective);
    UPDATE onegrid.plan AS p SET head = p.head + 1, state = 'approved', effective = daterange(from_day, NULL)
    WHERE p.plan_id = the_plan AND p.state = 'in_review' AND p.head = expected RETURNING p.head INTO made;
    IF made IS NULL THEN
        RAISE EXCEPTION 'the plan is not in review, or has changed' USING ERRCODE = 'OG002';
    END IF;
    PERFORM onegrid.recode(the_plan, made, grids, codes);
    INSERT INTO onegrid.code_register (code, grid_id, plan_id)
    SELECT g.code, g.grid_id, the_plan FROM onegrid.grids_at(the_plan, made) AS g ON CONFLICT (code) DO NOTHING;
    SELECT g.code INTO clash FROM onegrid.grids_at(the_plan, made) AS g
    JOIN onegrid.code_register AS r ON r.code = g.code AND r.grid_id <> g.grid_id LIMIT 1;
    IF clash IS NOT NULL THEN
        RAISE EXCEPTION 'code % belongs to another grid', clash USING ERRCODE = 'OG004';
    END IF;
    INSERT INTO onegrid.revision (
        plan_id, revision, made_by, verb, arguments, source_id, grid_ids, changes, lineage)
    SELECT the_plan, made, who, 'approve', jsonb_build_object('effective_date', from_day), p.source_id, grids,
        jsonb_build_object('created', '[]'::jsonb, 'modified', to_jsonb(codes), 'retired', '[]'::jsonb,
                           'woven', '[]'::jsonb), '[]'
    FROM onegrid.plan AS p WHERE p.plan_id = the_plan;
    RETURN made;
END $$;
"""


def upgrade() -> None:
    """Let a plan be approved for the day that the one before it came into force on."""
    op.execute(APPROVING)
