"""What the schema stands on: PostGIS, the roles, the schema itself. Made where it is missing, at any time.

It is no migration: a backup holds none of it (roles belong to the whole server, and PostGIS to its administrator), so
that a restore into an empty database needs it too, and PostGIS can be marked leakproof only after it was installed.
"""

from __future__ import annotations

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, NotSupportedError, ProgrammingError

from data.cluster.configuration import APPLICATION, OWNER
from data.database.engine import AT_HOME, first_line
from geo.errors import InputError

SCHEMA = "onegrid"
ROLES = {
    OWNER: "NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE",
    APPLICATION: "NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT",
}
POSTGIS_SCHEMA = """
SELECT nspname FROM pg_extension JOIN pg_namespace AS n ON n.oid = extnamespace WHERE extname = 'postgis'
"""
IS_SUPERUSER = "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"
IS_LEAKPROOF = """
SELECT p.proleakproof FROM pg_proc AS p JOIN pg_extension AS e ON e.extname = 'postgis'
WHERE p.proname = 'geometry_overlaps' AND p.pronamespace = e.extnamespace
  AND p.oid = to_regprocedure(format('%I.geometry_overlaps(%1$I.geometry, %1$I.geometry)',
                                     (SELECT nspname FROM pg_namespace WHERE oid = e.extnamespace)))
"""
MARK_LEAKPROOF = """
DO $$ BEGIN
    EXECUTE format('ALTER FUNCTION %I.geometry_overlaps(%1$I.geometry, %1$I.geometry) LEAKPROOF',
                   (SELECT nspname FROM pg_extension JOIN pg_namespace AS n ON n.oid = extnamespace
                    WHERE extname = 'postgis'));
END $$
"""


def provision(connection: Connection) -> None:
    """Make what is missing of PostGIS, the roles and the schema; mark ``&&`` as leakproof where that is allowed.

    ``geometry_overlaps`` compares two bounding boxes and tells nothing of them by other means, so it may be asked
    before row-level security has judged a row; only then does a spatial index serve a scoped user.

    Raises
    ------
    InputError
        The role that is connected may not make them: what a superuser has to run.
    """
    extend(connection)
    index_numbers(connection)
    for role, rights in ROLES.items():
        make_role(connection, role, rights)
        let_use_postgis(connection, role)
    if not connection.scalar(text("SELECT to_regnamespace(:name) IS NOT NULL"), {"name": SCHEMA}):
        need(connection, f"CREATE SCHEMA {SCHEMA} AUTHORIZATION {OWNER}")
    if connection.scalar(text(IS_SUPERUSER)) and not is_leakproof(connection):
        connection.execute(text(MARK_LEAKPROOF))
    connection.execute(text(AT_HOME))  # PostGIS may be new here


def is_leakproof(connection: Connection) -> bool:
    """Tell whether a spatial index serves users under row-level security."""
    return bool(connection.scalar(text(IS_LEAKPROOF)))


def postgis_schema(connection: Connection) -> str | None:
    """Return in which schema PostGIS is; None: the database has none."""
    schema: str | None = connection.scalar(text(POSTGIS_SCHEMA))
    return schema


def extend(connection: Connection, *, schema: str = "public") -> None:
    """Make PostGIS, where the database has none."""
    if postgis_schema(connection) is not None:
        return
    if not connection.scalar(text("SELECT count(*) FROM pg_available_extensions WHERE name = 'postgis'")):
        raise InputError("the server has no PostGIS; install it there (Debian: postgresql-15-postgis-3)")
    quoted = connection.scalar(text("SELECT quote_ident(:schema)"), {"schema": schema})
    if not connection.scalar(text("SELECT count(*) FROM pg_namespace WHERE nspname = :schema"), {"schema": schema}):
        need(connection, f"CREATE SCHEMA {quoted}")
    need(connection, f"CREATE EXTENSION postgis SCHEMA {quoted}")


def index_numbers(connection: Connection) -> None:
    """Make the extension by which one index holds numbers and land; it is PostgreSQL's own, and lies beside PostGIS."""
    if not connection.scalar(text("SELECT count(*) FROM pg_extension WHERE extname = 'btree_gist'")):
        quoted = connection.scalar(text("SELECT quote_ident(:schema)"), {"schema": postgis_schema(connection)})
        need(connection, f"CREATE EXTENSION btree_gist SCHEMA {quoted}")


def make_role(connection: Connection, role: str, rights: str) -> None:
    """Make a role, where the server has none, and be allowed to act as it."""
    if not connection.scalar(text("SELECT count(*) FROM pg_roles WHERE rolname = :role"), {"role": role}):
        need(connection, f"CREATE ROLE {role} {rights}")
    if not connection.scalar(text("SELECT pg_has_role(:role, 'MEMBER')"), {"role": role}):
        need(connection, f"GRANT {role} TO CURRENT_USER")


def let_use_postgis(connection: Connection, role: str) -> None:
    """Let a role into the schema that PostGIS is in, where it may not enter yet."""
    place = {"role": role, "schema": postgis_schema(connection)}
    if not connection.scalar(text("SELECT has_schema_privilege(:role, :schema, 'USAGE')"), place):
        quoted = connection.scalar(text("SELECT quote_ident(:schema)"), place)
        need(connection, f"GRANT USAGE ON SCHEMA {quoted} TO {role}")


def need(connection: Connection, sql: str) -> None:
    """Run what needs more rights than the role that is connected may have."""
    try:
        with connection.begin_nested():
            connection.execute(text(sql))
    except (ProgrammingError, NotSupportedError) as error:
        raise wanting(connection, sql, error) from error


def wanting(connection: Connection, sql: str, error: DBAPIError) -> InputError:
    """Say what a superuser has to run."""
    user = connection.scalar(text("SELECT quote_ident(current_user)"))
    command = sql.replace("CURRENT_USER", str(user))
    return InputError(f"{first_line(error)}; have a superuser run in this database: {command}; then run this again")
