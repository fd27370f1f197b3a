"""What was published of plans: files that were given away, which nobody can call back.

Its SQL is frozen: what a later version wants otherwise is a later revision.
"""

from __future__ import annotations

from alembic import op

revision = "0012"
down_revision = "0011"

PUBLICATIONS = """
CREATE TABLE onegrid.publication (
    publication_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    plan_id integer NOT NULL REFERENCES onegrid.plan ON DELETE CASCADE,
    revision integer NOT NULL,
    made_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    made_by text NOT NULL,
    scope text NOT NULL,
    zooms integer NOT NULL,
    tiles bigint NOT NULL,
    bytes bigint NOT NULL,
    sha256 text NOT NULL
);
COMMENT ON TABLE onegrid.publication IS 'Files of tiles that were made of plans; zooms: the last one';
CREATE INDEX publication_plan ON onegrid.publication (plan_id);
GRANT SELECT, INSERT ON onegrid.publication TO onegrid_app;
ALTER TABLE onegrid.publication ENABLE ROW LEVEL SECURITY;
CREATE POLICY signed_in ON onegrid.publication FOR SELECT TO onegrid_app USING (
    (SELECT current_setting('onegrid.role', true)) <> '');
CREATE POLICY approvers ON onegrid.publication FOR INSERT TO onegrid_app WITH CHECK (
    current_setting('onegrid.role', true) IN ('approver', 'admin')
    AND made_by = current_setting('onegrid.user', true) AND scope = current_setting('onegrid.scope_from', true));
"""


def upgrade() -> None:
    """Make the table; an approver adds to it, and nobody changes it."""
    op.execute(PUBLICATIONS)
