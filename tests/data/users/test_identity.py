"""Who asks is told to the database, and to nobody else: rows outside the scope are not seen."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from data.database.access import Access
from data.users.identity import Identity, as_identity, require_scope
from data.users.roles import RIGHTS, Right, Role
from data.users.transactions import Transactions
from geo.errors import InputError
from tests.databases import execute
from tests.loops import run_apart

POLICY = """
CREATE POLICY within_scope ON onegrid.place AS RESTRICTIVE TO onegrid_app USING (
    community >= (SELECT current_setting('onegrid.scope_from', true)) AND
    community < (SELECT current_setting('onegrid.scope_to', true)))
"""
CODES = [
    "530102001001",
    "530102001002",
    "530102999999",
    "530103000000",
    "530112001001",
    "53",
    "540000000000",
    "110101001001",
]
SEEN = text("SELECT community FROM onegrid.place ORDER BY 1")


@pytest.fixture
def places(database: Access) -> Access:
    """Make a table as the contract in `data.users.identity` says."""
    values = ", ".join(f"('{code}')" for code in CODES)
    execute(
        database, "CREATE TABLE onegrid.place (community text)", f"INSERT INTO onegrid.place VALUES {values}",
        "ALTER TABLE onegrid.place ENABLE ROW LEVEL SECURITY",
        "CREATE POLICY reading ON onegrid.place FOR SELECT TO onegrid_app USING (true)", POLICY,
        "GRANT SELECT ON onegrid.place TO onegrid_app",
    )  # fmt: skip
    return database


def seen(transactions: Transactions, identity: Identity | None) -> set[str]:
    """Return the places that somebody sees."""
    with transactions.working(identity) as connection:
        return set(connection.scalars(SEEN))


def test_a_scope_shows_what_begins_with_it_and_nothing_else(places: Access, transactions: Transactions):
    @settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        st.one_of(
            st.sampled_from(CODES).flatmap(lambda code: st.integers(0, 12).map(lambda length: code[:length])),
            st.text("0123456789", max_size=12),
        )
    )
    def holds(scope: str) -> None:
        assert seen(transactions, Identity("li", Role.viewer, scope)) == {
            code for code in CODES if code.startswith(scope)
        }

    holds()


def test_where_nobody_said_who_asks_nothing_is_seen_also_after_somebody_did(places: Access, transactions: Transactions):
    assert seen(transactions, None) == set()
    assert seen(transactions, Identity("li", Role.admin)) == set(CODES)
    assert seen(transactions, None) == set()  # on the same connection


def test_an_identity_ends_with_its_transaction(places: Access, transactions: Transactions):
    with transactions.in_threads.connect() as connection:
        with connection.begin():
            as_identity(connection, Identity("li", Role.admin, "5301"))
            assert connection.scalar(text("SELECT current_setting('onegrid.user')")) == "li"
        with connection.begin():
            assert connection.scalar(text("SELECT current_setting('onegrid.user')")) == ""


def test_a_transaction_that_reads_changes_nothing(places: Access, transactions: Transactions):
    async def write() -> None:
        async with transactions.reading(Identity("li", Role.admin)) as connection:
            assert set((await connection.execute(SEEN)).scalars()) == set(CODES)
            await connection.execute(text("INSERT INTO onegrid.audit (event, actor, address) VALUES ('a', 'b', '')"))

    async def run() -> None:
        try:
            await write()
        finally:
            await transactions.close()

    with pytest.raises(Exception, match="read-only transaction"):
        run_apart(run())


def test_a_user_name_is_a_value_not_a_command(places: Access, transactions: Transactions):
    sly = "x', true), set_config('onegrid.scope_from', '', true) --"
    assert seen(transactions, Identity(sly, Role.viewer, "54")) == {"540000000000"}


@pytest.mark.parametrize("scope", ["53x", "5301020010012", "５３", "' OR true", "53 "])
def test_what_is_no_scope_is_refused(scope: str):
    with pytest.raises(InputError, match="beginning of a division code"):
        require_scope(scope)


def test_the_application_can_change_neither_the_record_nor_names(database: Access, transactions: Transactions):
    for forbidden in (
        "UPDATE onegrid.audit SET actor = 'x'", "DELETE FROM onegrid.audit", "TRUNCATE onegrid.audit",
        "UPDATE onegrid.accounts SET name = 'x'", "DELETE FROM onegrid.accounts",
    ):  # fmt: skip
        with pytest.raises(ProgrammingError, match="permission denied"), transactions.working(None) as connection:
            connection.execute(text(forbidden))


def test_every_role_reads_and_the_administrator_may_do_everything():
    assert set(RIGHTS) == set(Role)
    assert all(role.may(Right.read) for role in Role)
    assert [role for role in Role if all(role.may(right) for right in Right)] == [Role.admin]
    assert [role for role in Role if not role.may(Right.contacts)] == [Role.viewer]
