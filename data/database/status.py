"""What there is to know of a database."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, text

from data.database.access import Access
from data.database.engine import administrator_engine, connected
from data.database.provision import SCHEMA, is_leakproof
from data.database.schema import is_known, newest_revision, revision_of

SIZE = f"""
SELECT coalesce(sum(pg_total_relation_size(oid)), 0)::bigint FROM pg_class
WHERE relnamespace = to_regnamespace('{SCHEMA}') AND relkind IN ('r', 'm', 'p')
"""
VERSIONS = """
SELECT current_setting('server_version'),
       (SELECT extversion FROM pg_extension WHERE extname = 'postgis'),
       pg_database_size(current_database())
"""


@dataclass(frozen=True)
class Status:
    """A database, as it is found; sizes in bytes."""

    place: str
    private: bool
    postgresql: str
    postgis: str | None
    revision: str | None
    newest_revision: str
    database_bytes: int
    schema_bytes: int
    leakproof: bool

    @property
    def state(self) -> str:
        """What the schema's revision means: none, current, older, or newer."""
        if self.revision is None:
            return "none"
        if self.revision == self.newest_revision:
            return "current"
        return "older" if is_known(self.revision) else "newer"


def status(access: Access) -> Status:
    """Look at a database, and change nothing.

    Raises
    ------
    InputError
        It can't be reached.
    """
    with connected(administrator_engine(access.administrator), place=access.place) as connection:
        return seen(connection, access)


def seen(connection: Connection, access: Access) -> Status:
    """Return what a connection shows."""
    server, postgis, total = connection.execute(text(VERSIONS)).one()
    return Status(
        place=access.place,
        private=access.data_dir is not None,
        postgresql=server.split()[0],
        postgis=postgis,
        revision=revision_of(connection),
        newest_revision=newest_revision(),
        database_bytes=total,
        schema_bytes=connection.scalar(text(SIZE)) or 0,
        leakproof=postgis is not None and is_leakproof(connection),
    )
