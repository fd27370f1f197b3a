"""The queries of an edit planned once a session, not once an edit.

A function in SQL is planned whenever it is called, and those of PL/pgSQL weigh planning anew for what they are given.
An edit looks up a few rows by an index each time; planning that took longer than doing it.

Its SQL is frozen: what a later version wants otherwise is a later revision.
"""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"

ADD_UP = """
DO $$
DECLARE
    body text := (SELECT prosrc FROM pg_proc WHERE oid = 'onegrid.add_up'::regproc);
BEGIN
    EXECUTE format(
        'CREATE OR REPLACE FUNCTION onegrid.add_up(the_plan integer, at integer, communities text[]) RETURNS void '
        'LANGUAGE plpgsql SET search_path FROM CURRENT AS %L', 'BEGIN' || body || 'END');
END $$;
"""
"""As it is, in the language whose plans are kept."""

APPLY_EDIT = """
DO $$
BEGIN
    EXECUTE format(
        'ALTER FUNCTION %s SET plan_cache_mode = force_generic_plan', 'onegrid.apply_edit'::regproc::regprocedure);
END $$;
"""
"""It holds for all that it calls."""


def upgrade() -> None:
    """Change the functions."""
    for part in (ADD_UP, APPLY_EDIT):
        op.execute(part)
