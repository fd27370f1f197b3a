"""Accounts, and what proves who somebody is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from data.database.access import Access
from data.users.accounts import (
    account_from_elsewhere,
    add_account,
    change_account,
    find_account,
    list_accounts,
    set_disabled,
)
from data.users.credentials import Kind, issue, recognise, revoke, revoke_all
from data.users.identity import Identity
from data.users.passwords import HASHER, hash_of, matches
from data.users.roles import Role
from data.users.transactions import Transactions
from geo.errors import InputError
from tests.databases import execute

DAY = timedelta(days=1)


def test_an_account_is_found_in_whatever_case_and_form_it_is_written(transactions: Transactions):
    with transactions.working(None) as connection:
        made = add_account(connection, "Ｌi.Na ", Role.planner, "530102", password="correct horse")
        assert (made.name, made.role, made.scope) == ("Li.Na", Role.planner, "530102")
        assert find_account(connection, "lI.nA") == made
        assert find_account(connection, "li") is None
        with pytest.raises(InputError, match=r"there is an account LI\.NA already"):
            add_account(connection, "LI.NA", Role.viewer)
        assert [one.name for one in list_accounts(connection)] == ["Li.Na"]
        assert "argon2" not in repr(made)


@pytest.mark.parametrize(
    ("name", "scope", "password", "wrong"),
    [
        ("", "", None, "a name has 1 to 64 characters"),
        (" \t", "", None, "a name has 1 to 64 characters"),
        ("a\x00b", "", None, "a name has 1 to 64 characters"),
        ("a\nb", "", None, "a name has 1 to 64 characters"),
        ("a" * 65, "", None, "a name has 1 to 64 characters"),
        ("li", "53x", None, "beginning of a division code"),
        ("li", "", "short", "a password has 8 to 1024 characters; this one has 5"),
    ],
)
def test_what_can_be_no_account_is_refused(transactions: Transactions, name, scope, password, wrong):
    with transactions.working(None) as connection, pytest.raises(InputError, match=wrong) as refused:
        add_account(connection, name, Role.viewer, scope, password=password)
    assert "short" not in str(refused.value)


def test_a_password_matches_in_whatever_form_a_keyboard_writes_it():
    kept = hash_of("café 密码 １２３")
    assert kept.startswith("$argon2id$")
    assert matches("cafe\u0301 密码 123", kept)
    assert not matches("cafe 密码 123", kept)
    assert not matches("x" * 5000, kept)
    assert not matches("\x00", None)
    assert HASHER.time_cost >= 3 and HASHER.memory_cost >= 65536  # RFC 9106, section 4


@pytest.mark.parametrize("kind", [Kind.session, Kind.token])
def test_a_secret_proves_who_somebody_is_until_it_is_revoked(database: Access, transactions: Transactions, kind: Kind):
    with transactions.working(None) as connection:
        identity = add_account(connection, "li", Role.planner, "530102").identity
        issued, other = issue(connection, kind, identity, DAY), issue(connection, kind, identity, DAY)
        assert recognise(connection, kind, issued.secret).identity == identity
        assert recognise(connection, kind, issued.secret + "x") is None
        for wrong in set(Kind) - {kind}:
            assert recognise(connection, wrong, issued.secret) is None
        assert issued.secret not in repr(issued)
        assert revoke(connection, kind, issued.secret)
        assert not revoke(connection, kind, issued.secret)
        assert recognise(connection, kind, issued.secret) is None
        assert recognise(connection, kind, other.secret) is not None
        assert revoke_all(connection, identity.account_id) == 1
        assert recognise(connection, kind, other.secret) is None
    (kept,) = execute(database, "SELECT coalesce(string_agg(c::text, ''), '') FROM onegrid.credentials AS c")[0]
    assert issued.secret not in kept


def test_a_secret_that_expired_proves_nothing_and_is_forgotten(transactions: Transactions):
    with transactions.working(None) as connection:
        identity = add_account(connection, "li", Role.viewer).identity
        old = issue(connection, Kind.token, identity, timedelta(microseconds=1))
    with transactions.working(None) as connection:
        assert recognise(connection, Kind.token, old.secret) is None
        issue(connection, Kind.token, identity, DAY)
        assert connection.scalar(text("SELECT count(*) FROM onegrid.credentials")) == 1


def test_disabling_and_a_new_password_end_all_sessions_and_tokens(transactions: Transactions):
    with transactions.working(None) as connection:
        identity = add_account(connection, "li", Role.viewer).identity
        first = issue(connection, Kind.session, identity, DAY).secret
        change_account(connection, "li", role=Role.planner, scope="53")
        assert recognise(connection, Kind.session, first).identity == Identity(
            "li", Role.planner, "53", identity.account_id
        )
        change_account(connection, "li", password="correct horse")
        assert recognise(connection, Kind.session, first) is None
        second = issue(connection, Kind.token, identity, DAY).secret
        assert set_disabled(connection, "li", True).disabled_at is not None
        assert recognise(connection, Kind.token, second) is None
        third = issue(connection, Kind.token, identity, DAY).secret
        assert recognise(connection, Kind.token, third) is None
        assert set_disabled(connection, "li", False).disabled_at is None
        assert recognise(connection, Kind.token, third) is not None
        with pytest.raises(InputError, match="there is no account lu; onegrid user list shows them"):
            set_disabled(connection, "lu", True)


def test_the_single_user_has_a_session_without_an_account_but_no_token(transactions: Transactions):
    somebody = Identity("root", Role.admin)
    with transactions.working(None) as connection:
        secret = issue(connection, Kind.session, somebody, DAY).secret
        assert recognise(connection, Kind.session, secret).identity == somebody
    with pytest.raises(Exception, match="violates check constraint"), transactions.working(None) as connection:
        issue(connection, Kind.token, somebody, DAY)


def test_who_signs_in_elsewhere_has_todays_role_and_takes_nobodys_account(transactions: Transactions):
    with transactions.working(None) as connection:
        add_account(connection, "boss", Role.admin, password="correct horse")
        first = account_from_elsewhere(connection, "https://id", "7", "li", Role.viewer, "53")
        again = account_from_elsewhere(connection, "https://id", "7", "li.na", Role.planner, "5301")
        assert (again.account_id, again.name, again.role, again.scope) == (first.account_id, "li", Role.planner, "5301")
        with pytest.raises(InputError, match="there is an account BOSS already"):
            account_from_elsewhere(connection, "https://id", "8", "BOSS", Role.viewer, "")
        other = account_from_elsewhere(connection, "https://other", "7", "wang", Role.viewer, "")
        assert other.account_id != first.account_id
