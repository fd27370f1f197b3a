"""The rights of the application in the schema: it may look at what it is shown, and own nothing.

Its SQL is frozen: what a later version wants otherwise is a later revision.
"""

from __future__ import annotations

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Let the application into the schema, and nobody else; give it no right on what will be made there."""
    op.execute("REVOKE ALL ON SCHEMA onegrid FROM PUBLIC")
    op.execute("GRANT USAGE ON SCHEMA onegrid TO onegrid_app")
    op.execute("ALTER DEFAULT PRIVILEGES IN SCHEMA onegrid REVOKE ALL ON TABLES FROM PUBLIC")
    op.execute("ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC")
    op.execute("GRANT SELECT ON onegrid.alembic_version TO onegrid_app")
