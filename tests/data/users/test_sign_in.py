"""Signing in: what is refused, how often one may try, what is recorded."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import text

from data.database.access import Access
from data.users import sign_in as module
from data.users.accounts import add_account, find_account, set_disabled
from data.users.errors import NotSignedIn, SignInRefused, TooManySignIns
from data.users.identity import Identity
from data.users.passwords import HASHER
from data.users.roles import Role
from data.users.sign_in import end_session, follow_link, issue_link, sign_in
from data.users.throttle import LIMITS, begin_attempt
from data.users.transactions import Transactions
from tests.databases import execute

HERE = {"address": "10.0.0.7", "lifetime": timedelta(hours=1)}
RIGHT = "correct horse"
FAILURES = LIMITS[0][1]


@pytest.fixture
def li(transactions: Transactions) -> Identity:
    """Make an account."""
    with transactions.working(None) as connection:
        return add_account(connection, "li", Role.planner, "5301", password=RIGHT).identity


def recorded(database: Access) -> list[tuple]:
    """Return the record."""
    return execute(database, "SELECT event, actor, address, detail FROM onegrid.audit ORDER BY entry")


def test_a_session_begins_and_ends_and_both_are_recorded(database: Access, transactions: Transactions, li: Identity):
    session = sign_in(transactions, "LI", RIGHT, **HERE)
    assert session.identity == li
    with transactions.working(None) as connection:
        end_session(connection, li, session.issued.secret, address="10.0.0.7")
        end_session(connection, li, session.issued.secret, address="10.0.0.7")
    facts = {"role": "planner", "scope": "5301"}
    assert recorded(database) == [
        ("sign_in", "li", "10.0.0.7", facts | {"by": "password"}),
        ("sign_out", "li", "10.0.0.7", facts),
    ]


def test_it_does_not_tell_what_was_wrong_nor_keep_what_was_typed(
    database: Access, transactions: Transactions, li: Identity
):
    with transactions.working(None) as connection:
        add_account(connection, "tokens", Role.viewer)
        add_account(connection, "gone", Role.viewer, password=RIGHT)
        set_disabled(connection, "gone", True)
    said = set()
    for name, password in (("li", "wrong horse"), ("nobody", RIGHT), ("tokens", RIGHT), ("gone", RIGHT), ("li", "")):
        with pytest.raises(SignInRefused) as refused:
            sign_in(transactions, name, password, **HERE)
        said.add(str(refused.value))
    assert len(said) == 1
    assert [row[:2] for row in recorded(database)] == [
        ("sign_in_refused", "li"), ("sign_in_refused", "?"), ("sign_in_refused", "tokens"),
        ("sign_in_refused", "gone"), ("sign_in_refused", "li"),
    ]  # fmt: skip
    everything = execute(database, "SELECT string_agg(t::text, '') FROM onegrid.sign_in_attempts AS t")[0][0]
    assert "nobody" not in everything


def test_after_five_failures_even_the_right_password_waits(transactions: Transactions, li: Identity):
    began = time.monotonic()
    for _ in range(FAILURES):
        with pytest.raises(SignInRefused):
            sign_in(transactions, "li", "wrong horse", **HERE)
    with pytest.raises(TooManySignIns, match=r"wait 1\d min") as refused:
        sign_in(transactions, "Li", RIGHT, **HERE)
    assert 899 - (time.monotonic() - began) <= refused.value.wait_s <= 900
    assert sign_in(transactions, "li", RIGHT, **HERE | {"address": "10.0.0.8"}).identity == li


def test_success_forgets_the_failures(transactions: Transactions, li: Identity):
    for _ in range(3):
        for _ in range(FAILURES - 1):
            with transactions.working(None) as connection:
                begin_attempt(connection, "li", "10.0.0.7")
        assert sign_in(transactions, "li", RIGHT, **HERE).identity == li


def test_an_attempt_is_forgotten_after_a_quarter_of_an_hour(database: Access, transactions: Transactions, li: Identity):
    for _ in range(FAILURES):
        with transactions.working(None) as connection:
            begin_attempt(connection, "li", "10.0.0.7")
    execute(database, "UPDATE onegrid.sign_in_attempts SET at = at - interval '15 min'")
    assert sign_in(transactions, "li", RIGHT, **HERE).identity == li


def test_many_at_once_are_no_way_around_the_count(transactions: Transactions):
    def attempt(_: int) -> bool:
        try:
            with transactions.working(None) as connection:
                begin_attempt(connection, "li", "10.0.0.7")
        except TooManySignIns:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(attempt, range(24))) == FAILURES


@pytest.mark.parametrize(
    ("who", "most"),
    [
        (lambda n: (f"name{n}", "10.0.0.7"), 30),
        (lambda n: (f"name{n}", f"2001:db8:0:7::{n:x}"), 30),
        (lambda n: ("li", f"10.0.1.{n}"), 100),
    ],
    ids=["address", "network", "name"],
)
def test_neither_many_names_nor_many_addresses_are_a_way_around_it(transactions: Transactions, who, most: int):
    with transactions.working(None) as connection:
        for number in range(most):
            begin_attempt(connection, *who(number))
        with pytest.raises(TooManySignIns):
            begin_attempt(connection, *who(most))
        begin_attempt(connection, "wang", "10.9.9.9")


def test_a_hash_by_weaker_rules_is_renewed_when_its_password_is_seen(transactions: Transactions, li: Identity):
    weak = type(HASHER)(time_cost=1, memory_cost=64).hash(RIGHT)
    with transactions.working(None) as connection:
        connection.execute(text("UPDATE onegrid.accounts SET password_hash = :weak"), {"weak": weak})
    sign_in(transactions, "li", RIGHT, **HERE)
    with transactions.working(None) as connection:
        kept = find_account(connection, "li").password_hash
    assert kept != weak
    assert "m=65536" in kept
    assert sign_in(transactions, "li", RIGHT, **HERE).identity == li


def test_a_link_signs_in_once(database: Access, transactions: Transactions):
    with transactions.working(None) as connection:
        link = issue_link(connection, "root")

    def follow(_: int) -> Identity | None:
        try:
            with transactions.working(None) as connection:
                return follow_link(connection, link, **HERE).identity
        except NotSignedIn:
            return None

    with ThreadPoolExecutor(4) as threads:
        assert [found for found in threads.map(follow, range(8)) if found] == [Identity("root", Role.admin)]
    assert recorded(database) == [("sign_in", "root", "10.0.0.7", {"role": "admin", "scope": "", "by": "link"})]
    execute(database, "UPDATE onegrid.credentials SET expires_at = now()")
    with transactions.working(None) as connection, pytest.raises(NotSignedIn):
        follow_link(connection, link, **HERE)
    assert timedelta(days=1) >= module.LINK_LIFETIME


def test_only_who_administers_everything_reads_the_record(transactions: Transactions, li: Identity):
    sign_in(transactions, "li", RIGHT, **HERE)
    count = text("SELECT count(*) FROM onegrid.audit")
    seen = {}
    for role in Role:
        for scope in ("", "53"):
            with transactions.working(Identity("x", role, scope)) as connection:
                seen[role.value, scope] = connection.scalar(count)
    with transactions.working(None) as connection:
        assert connection.scalar(count) == 0
    assert {who for who, rows in seen.items() if rows} == {("admin", "")}
