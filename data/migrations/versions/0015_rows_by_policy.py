"""Row-level security holds for the owner of the tables too, and publications are seen within the scope.

Who owns a table sees all of it unless security is forced; then only what a policy says. What writes plans works as the
owner, and sees across the borders of a scope: now a policy says so, for that role alone, and nobody else comes to it by
owning something.

Its SQL is frozen: what a later version wants otherwise is a later revision.
"""

from __future__ import annotations

from alembic import op

revision = "0015"
down_revision = "0014"

FORCED = """
DO $$
DECLARE
    guarded regclass;
BEGIN
    FOR guarded IN
        SELECT oid FROM pg_class
        WHERE relnamespace = 'onegrid'::regnamespace AND relkind = 'r' AND relrowsecurity ORDER BY relname
    LOOP
        EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', guarded);
        EXECUTE format('CREATE POLICY owner ON %s TO onegrid_owner USING (true) WITH CHECK (true)', guarded);
    END LOOP;
END $$;
"""

PUBLICATIONS = """
DROP POLICY signed_in ON onegrid.publication;
CREATE POLICY within_scope ON onegrid.publication FOR SELECT TO onegrid_app USING (
    (SELECT current_setting('onegrid.role', true)) <> '' AND
    scope >= (SELECT current_setting('onegrid.scope_from', true)) AND
    scope < (SELECT current_setting('onegrid.scope_to', true)));
"""


def upgrade() -> None:
    """Force row-level security, and show publications to whom they are about."""
    op.execute(FORCED)
    op.execute(PUBLICATIONS)
