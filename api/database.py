"""How the state of a database is printed."""

from __future__ import annotations

import json
from dataclasses import asdict

from data.cluster.places import Places
from data.database.access import reached
from data.database.status import Status, status
from data.settings import Settings

ADVICE = {
    "none": "; make it: onegrid db upgrade",
    "current": "",
    "older": "; this One Grid needs {newest}: onegrid db upgrade",
    "newer": "; this One Grid knows up to {newest}: use the newer one that made it",
}
NOT_LEAKPROOF = (
    "no: a user with a scope waits 60 times as long for a tile; have a superuser run: "
    "ALTER FUNCTION geometry_overlaps(geometry, geometry) LEAKPROOF"
)


def print_status(settings: Settings, format: str) -> None:
    """Print the state of the database that the settings name; where there is none yet, none is made."""
    if settings.database_url is None and not Places(settings.data_dir).made:
        facts = {"place": str(settings.data_dir), "private": True, "state": "none"}
        line = f"{settings.data_dir}: no database yet; `onegrid db upgrade`, or any command that needs one, makes it"
    else:
        with reached(settings) as access:
            found = status(access)
        facts = asdict(found) | {"state": found.state}
        line = "\n".join(f"{name:<11} {value}" for name, value in rows(found))
    print(json.dumps(facts, ensure_ascii=False) if format == "json" else line)


def rows(found: Status) -> list[tuple[str, str]]:
    """Word the state of a database."""
    return [
        ("database", f"{found.place} ({'private cluster' if found.private else 'a server of your own'})"),
        ("PostgreSQL", found.postgresql),
        ("PostGIS", found.postgis or "none; onegrid db upgrade"),
        (
            "schema",
            f"{found.revision or 'none'} ({found.state}){ADVICE[found.state]}".format(newest=found.newest_revision),
        ),
        ("size", f"{found.database_bytes / 1e6:.1f} MB, of which the schema {found.schema_bytes / 1e6:.1f} MB"),
        ("leakproof", "yes" if found.leakproof else NOT_LEAKPROOF),
    ]
