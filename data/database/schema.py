"""The schema's revisions: which one a database has, and bringing it to this program's."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from data.cluster.configuration import OWNER
from data.database.access import Access
from data.database.engine import administrator_engine, connected
from data.database.provision import SCHEMA, provision
from geo.errors import InputError

MIGRATIONS = Path(__file__).resolve().parents[1] / "migrations"
UPGRADING = 0x6F6E6567
"""The lock that one upgrade, backup or restore of a database holds: "oneg"."""


def newest_revision() -> str:
    """Return the revision that this program works with."""
    head = revisions().get_current_head()
    assert head is not None
    return head


def revisions() -> ScriptDirectory:
    """Return the revisions that this program knows."""
    return ScriptDirectory(str(MIGRATIONS))


def revision_of(connection: Connection) -> str | None:
    """Return the revision of a database; None: it has no schema of ours yet."""
    if connection.scalar(text(f"SELECT to_regclass('{SCHEMA}.alembic_version')")) is None:
        return None
    revision: str | None = connection.scalar(text(f"SELECT version_num FROM {SCHEMA}.alembic_version"))
    return revision


def is_known(revision: str | None) -> bool:
    """Tell whether this program, or an earlier one, made a revision."""
    return revision is None or revision in {script.revision for script in revisions().walk_revisions()}


def require_known(revision: str | None, what: str) -> None:
    """Refuse a schema that a newer program made."""
    if not is_known(revision):
        raise InputError(
            f"{what} has schema revision {revision}, which this One Grid does not know (it knows up to "
            f"{newest_revision()}); use the newer One Grid that made it"
        )


def upgrade(access: Access) -> tuple[str | None, str]:
    """Bring the schema to this program's revision, in one transaction; return the former revision and the new one.

    Raises
    ------
    InputError
        The database can't be reached, a newer program made it, or the role may not change it.
    """
    engine = administrator_engine(access.administrator)
    with connected(engine, place=access.place) as connection:
        return upgrade_on(connection, place=access.place)


def upgrade_on(connection: Connection, *, place: str) -> tuple[str | None, str]:
    """Bring the schema to this program's revision, in the connection's transaction."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": UPGRADING})
    before = revision_of(connection)
    require_known(before, f"the database {place}")
    provision(connection)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    connection.execute(text(f"SET LOCAL ROLE {OWNER}"))
    command.upgrade(config, "head")
    connection.execute(text("RESET ROLE"))
    return before, newest_revision()


def ensure_current(access: Access) -> None:
    """Have the schema at this program's revision before work begins.

    That of a private cluster is upgraded: nobody else looks after it. One on a server of one's own may serve others, so
    its upgrade is left to whoever runs `onegrid db upgrade`.

    Raises
    ------
    InputError
        A newer program made it; or it is older, and not in a private cluster.
    """
    engine = administrator_engine(access.administrator)
    with connected(engine, place=access.place) as connection:
        if access.data_dir is None or revision_of(connection) == newest_revision():
            require_current(connection, place=access.place)
            return
    upgrade(access)


def require_current(connection: Connection, *, place: str) -> None:
    """Refuse to work with a schema that is not this program's.

    Raises
    ------
    InputError
        It is older (`onegrid db upgrade` helps), or newer.
    """
    revision = revision_of(connection)
    require_known(revision, f"the database {place}")
    if revision != newest_revision():
        raise InputError(
            f"the database {place} has schema revision {revision or 'none'} and this One Grid needs "
            f"{newest_revision()}; run: onegrid db upgrade"
        )
