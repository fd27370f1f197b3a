"""The program of a later day: it knows one revision more."""

from __future__ import annotations

import shutil
from pathlib import Path

from data.database.schema import MIGRATIONS, newest_revision

LATER = "9998"


def later_migrations(folder: Path, upgrade: str) -> Path:
    """Copy the migrations, and add a revision that does this."""
    copied = folder / "migrations"
    shutil.copytree(MIGRATIONS, copied, ignore=shutil.ignore_patterns("__pycache__"))
    (copied / "versions" / f"{LATER}_later.py").write_text(
        f"from alembic import op\nrevision, down_revision = {LATER!r}, {newest_revision()!r}\n"
        f"def upgrade():\n    {upgrade}\n"
    )
    return copied
