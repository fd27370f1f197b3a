"""Seeing every row, for backups and what proves them: row-level security hides none, or nothing is read."""

from __future__ import annotations

from sqlalchemy import Connection, text

from data.cluster.configuration import OWNER
from data.database.provision import SCHEMA

BOUND = "SELECT NOT (rolsuper OR rolbypassrls) FROM pg_roles WHERE rolname = current_user"
HIDING = f"""
SELECT count(*) FROM pg_class AS c
WHERE c.relnamespace = to_regnamespace('{SCHEMA}') AND c.relrowsecurity AND NOT (
    EXISTS (
        SELECT FROM pg_policy AS p
        WHERE p.polrelid = c.oid AND p.polpermissive AND p.polcmd = '*'
            AND p.polroles = ARRAY[to_regrole('{OWNER}')::oid] AND pg_get_expr(p.polqual, p.polrelid) = 'true')
    AND NOT EXISTS (
        SELECT FROM pg_policy AS p
        WHERE p.polrelid = c.oid AND NOT p.polpermissive
            AND p.polroles && ARRAY[0::oid, to_regrole('{OWNER}')::oid]))
"""
"""Tables whose owner is not shown every row by a policy (migration 0015)."""
DUMPED_SO = (f"--role={OWNER}", "--enable-row-security")
"""How pg_dump reads as the owner, by the policies; of itself it stops at the first."""


def see_all(connection: Connection) -> bool:
    """See every row for the rest of the connection's transaction; tell whether that takes being the tables' owner.

    A role that row-level security does not bind reads as itself. Another reads as the owner, where policies show the
    owner everything; else what is hidden is an error.
    """
    if connection.scalar(text(BOUND)) and not connection.scalar(text(HIDING)):
        connection.execute(text(f"SET LOCAL ROLE {OWNER}"))
        return True
    connection.execute(text("SET LOCAL row_security = off"))
    return False
