"""What writing many rows does for each of them, done at less cost: an import of a province writes five million.

The rows of a plan or a source no longer ask for it one by one, with a lock each: the functions that alone may write
them look for it once, and nothing ever deletes it. Rows without a place are in no index of places.

Its SQL is frozen: what a later version wants otherwise is a later revision.
"""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"

REFERENCES = {
    **{"grid_version": "plan_id", "gap_version": "plan_id", "drawn_grid": "plan_id"},
    **{"source_row": "source_id", "drawn_place": "source_id"},
}

PLACES = """
DROP INDEX onegrid.source_row_place;
CREATE INDEX source_row_place ON onegrid.source_row USING gist (source_id, geometry) WHERE geometry IS NOT NULL;
"""


def upgrade() -> None:
    """Take the references away, and leave out of an index what has no place."""
    for table, column in REFERENCES.items():
        op.execute(f"ALTER TABLE onegrid.{table} DROP CONSTRAINT {table}_{column}_fkey")
    op.execute(PLACES)
