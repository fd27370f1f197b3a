"""Signing in and out over HTTP; what a cookie is worth, and until when."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from starlette.testclient import TestClient

from api.callers import COOKIE
from data.database.access import Access
from data.users.accounts import change_account, set_disabled
from data.users.credentials import Kind, issue, revoke_all
from data.users.identity import Identity
from data.users.roles import Role
from data.users.sign_in import issue_link
from data.users.transactions import Transactions
from tests.api.doors.conftest import PASSWORD
from tests.api.doors.world import ORIGIN, opened
from tests.databases import execute

CREDENTIALS = {"name": "li", "password": PASSWORD}


def signed_in(client: TestClient):
    """Sign in."""
    answer = client.post("/api/session", json=CREDENTIALS)
    assert answer.status_code == 200, answer.text
    return answer


def test_a_browser_signs_in_and_out(client: TestClient, li: Identity):
    assert client.get("/api/session").status_code == 401
    me = signed_in(client).json()
    assert (me["name"], me["role"], me["scope"]) == ("li", "planner", "530102")
    assert me["rights"] == ["read", "contacts", "edit"]
    left = datetime.fromisoformat(me["expires_at"]) - datetime.now(UTC)
    assert timedelta(hours=11.9) < left <= timedelta(hours=12)
    assert client.get("/api/session").json() == me
    kept = client.cookies[COOKIE]
    assert client.delete("/api/session").status_code == 204
    assert COOKIE not in client.cookies
    assert client.get("/api/session", headers={"Cookie": f"{COOKIE}={kept}"}).status_code == 401


@pytest.mark.parametrize(("public_url", "secure"), [(None, False), ("https://grid.street.cn", True)])
def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(
    database: Access, li: Identity, public_url: str | None, secure: bool
):
    with opened(database, public_url=public_url) as client:
        words = [word.strip().lower() for word in signed_in(client).headers["set-cookie"].split(";")]
    assert {"httponly", "samesite=lax", "path=/", "max-age=43200"} <= set(words)
    assert ("secure" in words) == secure
    assert not [word for word in words if word.startswith("domain")]


def test_a_refusal_tells_when_to_try_again_and_repeats_nothing(client: TestClient, li: Identity):
    for _ in range(5):
        refused = client.post("/api/session", json={"name": "li", "password": "sesame open"})
        assert (refused.status_code, refused.json()["code"]) == (401, "sign_in_refused")
    waiting = client.post("/api/session", json=CREDENTIALS)
    assert (waiting.status_code, waiting.json()["code"]) == (429, "too_many_sign_ins")
    assert 600 < int(waiting.headers["retry-after"]) <= 900  # it runs while a busy machine checks passwords
    odd = client.post("/api/session", json={"name": "li", "password": ["sesame open"], "more": "sesame open"})
    assert odd.status_code == 422
    for answer in (refused, waiting, odd):
        assert "sesame" not in answer.text


@pytest.mark.parametrize(
    "end",
    [
        lambda connection, li: set_disabled(connection, "li", True),
        lambda connection, li: revoke_all(connection, li.account_id),
        lambda connection, li: change_account(connection, "li", password="another horse"),
    ],
    ids=["disabled", "revoked", "password"],
)
@pytest.mark.parametrize("kind", [Kind.session, Kind.token])
def test_what_another_process_ends_is_ended_here_at_once(
    client: TestClient, database: Access, li: Identity, kind: Kind, end
):
    elsewhere = Transactions(database.application)
    with elsewhere.working(None) as connection:
        secret = issue(connection, kind, li, timedelta(hours=1)).secret
    name, value = ("Cookie", f"{COOKIE}={secret}") if kind is Kind.session else ("Authorization", f"Bearer {secret}")
    callers = client.app.state.running.callers
    wait_for(lambda: callers.hearing)
    for _ in range(2):
        assert client.get("/api/session", headers={name: value}).status_code == 200
    assert (kind, secret) in callers.known  # else this test would show nothing
    with elsewhere.working(None) as connection:
        end(connection, li)
    wait_for(lambda: (kind, secret) not in callers.known, seconds=1)
    assert client.get("/api/session", headers={name: value}).status_code == 401
    elsewhere.in_threads.dispose()


def test_a_changed_role_and_scope_hold_at_once(client: TestClient, database: Access, li: Identity):
    callers = client.app.state.running.callers
    wait_for(lambda: callers.hearing)
    signed_in(client)
    assert client.get("/api/session").json()["role"] == "planner"
    elsewhere = Transactions(database.application)
    with elsewhere.working(None) as connection:
        change_account(connection, "li", role=Role.viewer, scope="53")
    elsewhere.in_threads.dispose()
    wait_for(lambda: not callers.known, seconds=1)
    me = client.get("/api/session").json()
    assert (me["role"], me["scope"]) == ("viewer", "53")


def test_while_revocations_are_not_heard_the_database_is_asked_each_time(
    client: TestClient, database: Access, li: Identity
):
    callers = client.app.state.running.callers
    wait_for(lambda: callers.hearing)
    signed_in(client)
    assert callers.known or client.get("/api/session").status_code == 200
    execute(database, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN %'")
    wait_for(lambda: not callers.hearing)
    assert callers.known == {}
    wait_for(lambda: callers.hearing, seconds=5)


def test_a_link_signs_in_the_single_user_once_and_only_on_a_server_of_one_user(database: Access):
    transactions = Transactions(database.application)
    with transactions.working(None) as connection:
        link = issue_link(connection, "root")
    transactions.in_threads.dispose()
    with opened(database) as client:
        assert client.get("/sign-in", params={"key": link}).status_code == 401
    with opened(database, single_user=True) as client:
        answer = client.get("/sign-in", params={"key": link})
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        kept = client.cookies[COOKIE]
        me = client.get("/api/session").json()
        assert (me["name"], me["role"], me["scope"]) == ("root", "admin", "")
        assert client.get("/sign-in", params={"key": link}).status_code == 303  # the same browser: it is in already
        client.cookies.clear()
        assert client.get("/sign-in", params={"key": link}).status_code == 401
        shown = client.get("/sign-in", params={"key": link}, headers={"Accept": "text/html,*/*;q=0.8"})
        assert (shown.status_code, shown.headers["content-type"]) == (401, "text/html; charset=utf-8")
        assert "只能用一次" in shown.text and "a link works once" in shown.text and "onegrid serve" in shown.text
        told = client.get("/sign-in", params={"key": link}, headers={"Accept": "application/json"})
        assert (told.status_code, told.json()["code"]) == (401, "not_signed_in")
    with opened(database) as client:
        assert client.get("/api/session", headers={"Cookie": f"{COOKIE}={kept}"}).status_code == 401


@pytest.mark.parametrize(
    ("headers", "passes"),
    [
        ({}, True),
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": ORIGIN}, False),
        ({"Origin": ORIGIN}, True),
        ({"Origin": "https://grid.street.cn"}, True),
        ({"Origin": "null"}, False),
        ({"Origin": "http://grid.test.evil.cn"}, False),
        ({"Origin": "http://grid.test:8001"}, False),
        ({"Origin": ""}, False),
    ],
    ids=str,
)
def test_what_another_site_has_a_browser_send_is_refused(database: Access, li: Identity, headers, passes: bool):
    with opened(database, public_url="https://grid.street.cn") as client:
        answer = client.post("/api/session", json=CREDENTIALS, headers=headers)
        cookie = {"Cookie": f"{COOKIE}={client.cookies.get(COOKIE, domain='')}"}
        assert (answer.status_code == 200) == passes, answer.text
        if not passes:
            assert (answer.status_code, answer.json()["code"]) == (403, "cross_origin")
            assert client.delete("/api/session", headers=headers | cookie).status_code == 403
            assert client.get("/healthz", headers=headers).status_code == 200


def test_the_ways_to_sign_in_are_told_before_it(client: TestClient):
    assert client.get("/api/session/ways").json() == {"password": True, "openid": None, "provider": None}


def wait_for(condition, *, seconds: float = 3.0) -> None:
    """Wait until something holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_the_channel_of_revocations_is_the_one_that_the_database_tells_on(database: Access, li: Identity):
    from api.callers import REVOKED

    with psycopg.connect(database.application.libpq, autocommit=True) as connection:
        connection.execute(f"LISTEN {REVOKED}")
        execute(database, "UPDATE onegrid.accounts SET role = 'viewer'")
        assert [one.channel for one in connection.notifies(timeout=5, stop_after=1)] == [REVOKED]
