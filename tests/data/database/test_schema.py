"""The schema's revisions, the roles' rights, and what is refused of other programs' schemas."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DataError, ProgrammingError

from data.cluster.configuration import APPLICATION, OWNER
from data.database.access import Access
from data.database.engine import administrator_engine, application_engine, connected
from data.database.provision import is_leakproof
from data.database.schema import ensure_current, newest_revision, require_current, revision_of, revisions, upgrade
from data.database.status import status
from data.users.identity import Identity
from data.users.roles import Role
from data.users.transactions import Transactions
from geo.errors import InputError
from tests.data.database.later import LATER, later_migrations
from tests.data.database.roles import hosted
from tests.databases import execute


def empty(database: Access) -> None:
    """Take away what `upgrade` makes in a database."""
    execute(database, "DROP SCHEMA onegrid CASCADE", "DROP EXTENSION postgis", "DROP EXTENSION btree_gist")


def test_an_empty_database_gets_everything_and_a_second_upgrade_changes_nothing(database: Access):
    empty(database)
    assert (status(database).state, status(database).postgis, status(database).leakproof) == ("none", None, False)
    assert upgrade(database) == (None, newest_revision())
    assert upgrade(database) == (newest_revision(), newest_revision())
    found = status(database)
    assert (found.state, found.leakproof, found.private) == ("current", True, True)
    assert found.postgresql == execute(database, "SHOW server_version")[0][0].split()[0]
    assert found.postgis == execute(database, "SELECT postgis_lib_version()")[0][0]
    assert found.database_bytes == execute(database, "SELECT pg_database_size(current_database())")[0][0]
    assert 0 < found.schema_bytes < found.database_bytes


def test_upgrades_that_meet_wait_for_each_other(database: Access):
    empty(database)
    with ThreadPoolExecutor(4) as pool:
        befores = [before for before, _ in pool.map(lambda _: upgrade(database), range(4))]
    assert sorted(before or "" for before in befores) == ["", *[newest_revision()] * 3]


def test_a_failed_upgrade_leaves_nothing(database: Access, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    empty(database)
    later = later_migrations(tmp_path, "op.execute('CREATE TABLE onegrid.later ()'); op.execute('SELECT 1 / 0')")
    monkeypatch.setattr("data.database.schema.MIGRATIONS", later)
    with pytest.raises(DataError, match="division by zero"):
        upgrade(database)
    assert execute(database, "SELECT to_regnamespace('onegrid') IS NULL, count(*) FROM pg_extension") == [(True, 1)]


def test_an_upgrade_keeps_what_is_there(database: Access, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    execute(database, "CREATE TABLE onegrid.plans AS SELECT 7 AS a", "ALTER TABLE onegrid.plans OWNER TO onegrid_owner")
    later = later_migrations(tmp_path, "op.execute('ALTER TABLE onegrid.plans ADD b integer DEFAULT 8')")
    before = newest_revision()
    monkeypatch.setattr("data.database.schema.MIGRATIONS", later)
    assert upgrade(database) == (before, LATER)
    assert execute(database, "SELECT a, b FROM onegrid.plans") == [(7, 8)]


def test_the_schema_is_the_owners_and_the_application_can_make_nothing_in_it(database: Access):
    owners = execute(
        database,
        "SELECT DISTINCT pg_get_userbyid(relowner) FROM pg_class WHERE relnamespace = 'onegrid'::regnamespace "
        "UNION SELECT pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname = 'onegrid'",
    )
    assert owners == [(OWNER,)]
    engine = application_engine(database.application)
    for command in (
        "CREATE TABLE onegrid.t ()", "CREATE TABLE public.t ()", "DELETE FROM onegrid.alembic_version",
        "DROP TABLE onegrid.alembic_version", "CREATE SCHEMA s", f"SET ROLE {OWNER}",
    ):  # fmt: skip
        with pytest.raises(ProgrammingError), connected(engine, place="") as connection:
            connection.execute(text(command))
    engine.dispose()


OPEN = {"accounts", "alembic_version", "ancestry", "code_register", "credentials", "openid_attempts", "revision"}
"""Tables with no rows about places that somebody may not know of, and the log, whose codes are left out by scope."""
OPEN |= {"shadow", "sign_in_attempts", "source", "source_roads"}


def test_row_level_security_binds_the_owner_too_and_shows_him_what_he_writes(database: Access):
    upgrade(database)
    found = execute(
        database,
        "SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class "
        "WHERE relnamespace = 'onegrid'::regnamespace AND relkind = 'r'",
    )
    assert {name for name, on, _ in found if not on} == OPEN
    assert all(forced for _, on, forced in found if on)
    execute(database, "INSERT INTO onegrid.audit (event, actor, address) VALUES ('sign_in', 'li', '127.0.0.1')")
    seen = "SELECT count(*) FROM onegrid.audit"
    assert execute(database, "SET ROLE onegrid_owner", seen) == [(1,)]
    assert execute(database, "DROP POLICY owner ON onegrid.audit", "SET ROLE onegrid_owner", seen) == [(0,)]


def test_publications_are_seen_within_the_scope(database: Access):
    upgrade(database)
    execute(
        database,
        "INSERT INTO onegrid.source (srid, facts) VALUES (4526, '{}')",
        "INSERT INTO onegrid.plan (name, jurisdiction, srid, source_id, state, head, made_by) "
        "SELECT 'a', '53', 4526, source_id, 'draft', 0, 'li' FROM onegrid.source",
        "INSERT INTO onegrid.publication (plan_id, revision, made_by, scope, zooms, tiles, bytes, sha256) "
        "SELECT plan_id, 0, 'li', of, 17, 1, 1, '' FROM onegrid.plan, unnest(ARRAY['53', '530102', '5302']) AS of",
    )
    seen: dict[str, list[str]] = {}
    doors = Transactions(database.application)
    for scope in ("", "53", "5301", "530102001", "54"):
        with doors.looking(Identity("li", Role.viewer, scope)) as connection:
            seen[scope] = [
                one for (one,) in connection.exec_driver_sql("SELECT scope FROM onegrid.publication ORDER BY 1")
            ]
    doors.in_threads.dispose()
    assert seen == {
        "": ["53", "530102", "5302"],
        "53": ["53", "530102", "5302"],
        "5301": ["530102"],
        "530102001": [],
        "54": [],
    }


def test_a_new_table_of_the_owner_is_nobody_elses(database: Access):
    execute(database, "SET ROLE onegrid_owner; CREATE TABLE onegrid.t (); CREATE FUNCTION onegrid.f() RETURNS integer "
                      "LANGUAGE sql AS 'SELECT 1'; RESET ROLE")  # fmt: skip
    allowed = "SELECT has_table_privilege('onegrid_app', 'onegrid.t', 'SELECT, INSERT, UPDATE, DELETE'), " \
              "has_function_privilege('onegrid_app', 'onegrid.f()', 'EXECUTE')"  # fmt: skip
    assert execute(database, allowed) == [(False, False)]


@pytest.mark.parametrize("who", ["application", "administrator"])
def test_the_application_acts_as_the_role_that_owns_nothing_whoever_connects(database: Access, who: str):
    engine = application_engine(getattr(database, who))
    for _ in range(2):  # a connection from the pool too
        with connected(engine, place="") as connection:
            assert connection.scalar(text("SELECT current_user")) == APPLICATION
            assert connection.scalar(text("SELECT ST_AsText(ST_Point(1, 2))")) == "POINT(1 2)"
    engine.dispose()


def test_postgis_may_be_in_a_schema_of_its_own(database: Access):
    empty(database)
    execute(database, 'CREATE SCHEMA "Extensions"', 'CREATE EXTENSION postgis SCHEMA "Extensions"')
    upgrade(database)
    assert status(database).leakproof
    engine = application_engine(database.application)
    execute(database, 'GRANT USAGE ON SCHEMA "Extensions" TO onegrid_app')
    with connected(engine, place="") as connection:
        assert connection.scalar(text("SELECT ST_AsText(ST_Point(1, 2))")) == "POINT(1 2)"
    engine.dispose()


def test_an_engine_outlives_its_connections(database: Access):
    engine = application_engine(database.application)
    for _ in range(2):
        with connected(engine, place="") as connection:
            number = connection.scalar(text("SELECT pg_backend_pid()"))
        execute(database, f"SELECT pg_terminate_backend({number}, 5000)")
    engine.dispose()


def test_an_error_does_not_print_what_was_to_be_stored(database: Access):
    engine = administrator_engine(database.administrator)
    with pytest.raises(ProgrammingError) as failed, connected(engine, place="") as connection:
        connection.execute(text("INSERT INTO onegrid.nothing VALUES (:phone)"), {"phone": "13800138000"})
    assert "13800138000" not in str(failed.value)


def test_a_newer_programs_schema_is_refused_and_left_as_it_is(database: Access):
    execute(database, "UPDATE onegrid.alembic_version SET version_num = '9999'")
    assert status(database).state == "newer"
    with pytest.raises(InputError, match=r"has schema revision 9999, which this One Grid does not know \(it knows up"):
        upgrade(database)
    assert execute(database, "SELECT version_num FROM onegrid.alembic_version") == [("9999",)]


def test_an_application_on_an_older_schema_is_told_to_upgrade_it(database: Access):
    execute(database, "DROP SCHEMA onegrid CASCADE")
    engine = administrator_engine(database.administrator)
    with connected(engine, place="here") as connection:
        assert revision_of(connection) is None
        with pytest.raises(InputError, match=r"^the database here has schema revision none .*: onegrid db upgrade$"):
            require_current(connection, place="here")
    upgrade(database)
    with connected(engine, place="here") as connection:
        require_current(connection, place="here")


def test_the_private_cluster_is_upgraded_by_itself_and_a_server_of_ones_own_is_not(database: Access):
    execute(database, "DROP SCHEMA onegrid CASCADE")
    own = Access(database.application, database.administrator, None)
    with pytest.raises(InputError, match=r"run: onegrid db upgrade$"):
        ensure_current(own)
    for access in (database, database, own):
        ensure_current(access)
        assert status(access).state == "current"


def test_every_revision_follows_one_other():
    scripts = list(revisions().walk_revisions())
    assert [script.revision for script in scripts] == sorted((script.revision for script in scripts), reverse=True)
    assert [script.down_revision for script in scripts] == [*(script.revision for script in scripts[1:]), None]


def test_leakproof_is_marked_again_after_postgis_was_installed_again(database: Access):
    execute(database, "ALTER FUNCTION geometry_overlaps(geometry, geometry) NOT LEAKPROOF")
    engine = administrator_engine(database.administrator)
    with connected(engine, place="") as connection:
        assert not is_leakproof(connection)
    upgrade(database)
    with connected(engine, place="") as connection:
        assert is_leakproof(connection)
    # what it is for: under row-level security a leakproof condition may use the index, another may not
    plan = "\n".join(row for (row,) in execute(database, *UNDER_ROW_LEVEL_SECURITY))
    assert "Index Cond: (shape &&" in plan


UNDER_ROW_LEVEL_SECURITY = (
    "CREATE TABLE shapes AS SELECT i::text AS code, ST_Point(i, 0) AS shape FROM generate_series(1, 5000) AS i",
    "CREATE INDEX ON shapes USING gist (shape)",
    "ALTER TABLE shapes ENABLE ROW LEVEL SECURITY",
    "CREATE POLICY scope ON shapes USING (code LIKE '5%')",
    "GRANT SELECT ON shapes TO onegrid_app",
    "ANALYZE shapes",
    "SET ROLE onegrid_app; SET enable_seqscan = off",
    "EXPLAIN SELECT * FROM shapes WHERE shape && ST_MakeEnvelope(1, -1, 3, 1)",
)


def test_a_server_of_ones_own_takes_what_its_owner_may_do_and_says_what_a_superuser_must(pattern_database: Access):
    with hosted(pattern_database, extension=False) as access:
        told = []
        while status(access).state == "none" and len(told) < 5:
            try:
                upgrade(access)
            except InputError as refused:
                told.append(str(refused))
                command = str(refused).partition("have a superuser run in this database: ")[2].partition("; then")[0]
                execute(pattern_database, command, database=access.place.rpartition("/")[2])
        name = access.administrator.user
        assert [line.partition("in this database: ")[2] for line in told] == [
            "CREATE EXTENSION postgis SCHEMA public; then run this again",
            f"GRANT onegrid_owner TO {name}; then run this again",
            f"GRANT onegrid_app TO {name}; then run this again",
        ]
        assert [status(access).state, status(access).leakproof] == ["current", False]
        engine = application_engine(access.application)
        with connected(engine, place="") as connection:
            assert connection.scalar(text("SELECT current_user")) == APPLICATION
        engine.dispose()
