"""Signing in with an identity provider: to it, back, and what is not believed."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from joserfc.jwk import RSAKey
from pydantic import SecretStr
from starlette.testclient import TestClient

from data.database.access import Access
from data.users.accounts import set_disabled
from data.users.grants import read_grants
from data.users.identity import Identity
from data.users.transactions import Transactions
from tests.api.doors.identity_provider import CLIENT, CLIENT_SECRET, IdentityProvider, path_of, running_provider
from tests.api.doors.world import ORIGIN, opened
from tests.databases import execute

START = "/api/session/openid"
GRANTS = "office=admin; wuhua=planner:530102; everybody=viewer"


@pytest.fixture
def provider() -> Iterator[IdentityProvider]:
    """Run an identity provider."""
    with running_provider() as provider:
        yield provider


@pytest.fixture
def asking(database: Access, provider: IdentityProvider) -> Iterator[TestClient]:
    """Run the application, which believes the provider."""
    with opened(
        database, openid_issuer=provider.issuer, openid_client_id=CLIENT,
        openid_client_secret=SecretStr(CLIENT_SECRET), openid_grants=read_grants(GRANTS),
    ) as client:  # fmt: skip
        yield client


def away(client: TestClient) -> str:
    """Go to the provider, sign in there, and return where it sends the browser."""
    answer = client.get(START)
    assert answer.status_code == 302, answer.text
    back = httpx2.get(answer.headers["location"]).headers["location"]
    assert back.startswith(f"{ORIGIN}{START}/return?")
    return path_of(back)


def come_back(client: TestClient):
    """Go to the provider and come back."""
    return client.get(away(client))


def refused(answer) -> str:
    """Check that a sign-in was refused, and return the sentence."""
    assert (answer.status_code, answer.json()["code"]) == (403, "openid_refused")
    assert "set-cookie" not in answer.headers
    return answer.json()["detail"]


def test_somebody_signs_in_elsewhere_and_is_who_the_claim_says(
    asking: TestClient, provider: IdentityProvider, database: Access
):
    assert asking.get("/api/session/ways").json() == {"password": True, "openid": START, "provider": "127.0.0.1"}
    answer = come_back(asking)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    me = asking.get("/api/session").json()
    assert (me["name"], me["role"], me["scope"]) == ("li", "planner", "530102")
    provider.claims = provider.claims | {"groups": ["everybody"], "preferred_username": "li.na"}
    assert come_back(asking).status_code == 303
    me = asking.get("/api/session").json()
    assert (me["name"], me["role"], me["scope"]) == ("li", "viewer", "")
    assert execute(database, "SELECT count(*) FROM onegrid.accounts") == [(1,)]
    assert (
        execute(database, "SELECT event, actor, detail ->> 'by' FROM onegrid.audit")
        == [("sign_in", "li", "openid")] * 2
    )
    assert execute(database, "SELECT count(*) FROM onegrid.openid_attempts") == [(0,)]


def test_the_provider_is_asked_with_a_state_a_nonce_and_a_challenge_of_their_own_each_time(asking: TestClient):
    asked = [parse_qs(urlsplit(asking.get(START).headers["location"]).query) for _ in range(2)]
    for name in ("state", "nonce", "code_challenge"):
        assert asked[0][name] != asked[1][name]
        assert len(asked[0][name][0]) >= 20
    assert CLIENT_SECRET not in str(asked)


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "https://id.evil.cn"}, {"aud": "another"}, {"aud": None}, {"aud": ["another"], "azp": CLIENT},
        {"nonce": "x"}, {"nonce": None}, {"exp": 1_700_000_000}, {"exp": None}, {"sub": None},
    ],
    ids=str,
)  # fmt: skip
def test_a_token_that_is_not_meant_for_this_sign_in_is_not_believed(
    asking: TestClient, provider: IdentityProvider, database: Access, wrong: dict
):
    provider.wrong = wrong
    assert "did not confirm" in refused(come_back(asking))
    assert asking.get("/api/session").status_code == 401
    assert execute(database, "SELECT event, actor FROM onegrid.audit") == [("sign_in_refused", "?")]


def test_a_token_that_another_signed_is_not_believed(asking: TestClient, provider: IdentityProvider):
    provider.signs_with = RSAKey.generate_key(2048, {"kid": "1"})
    assert "did not confirm" in refused(come_back(asking))


def test_a_provider_that_calls_itself_otherwise_is_not_asked(asking: TestClient, provider: IdentityProvider):
    true, provider.issuer = provider.issuer, "https://id.evil.cn"
    assert "can't be reached" in refused(asking.get(START))
    provider.issuer = true
    assert come_back(asking).status_code == 303


def test_who_has_no_role_here_is_told_so(asking: TestClient, provider: IdentityProvider):
    for groups in ([], ["another"], None, "offic", {"office": 1}):
        provider.claims = provider.claims | {"groups": groups}
        assert "your account has no role in One Grid" in refused(come_back(asking))
    provider.claims = provider.claims | {"groups": "office"}
    assert come_back(asking).status_code == 303
    assert asking.get("/api/session").json()["role"] == "admin"


def test_a_claim_may_come_from_the_userinfo_endpoint_about_the_same_person(
    asking: TestClient, provider: IdentityProvider
):
    provider.claims = {"sub": "7"}
    provider.told = {"sub": "8", "groups": ["office"]}
    assert "no role" in refused(come_back(asking))
    provider.told = {"sub": "7", "groups": ["office"], "email": "li@street.cn"}
    assert come_back(asking).status_code == 303
    assert asking.get("/api/session").json()["name"] == "li@street.cn"


def test_neither_a_password_account_nor_a_disabled_one_is_taken_over(
    asking: TestClient, provider: IdentityProvider, database: Access, li: Identity
):
    assert "there is an account li already" in refused(come_back(asking))
    provider.claims = provider.claims | {"preferred_username": "wang"}
    assert come_back(asking).status_code == 303
    transactions = Transactions(database.application)
    with transactions.working(None) as connection:
        set_disabled(connection, "wang", True)
    transactions.in_threads.dispose()
    assert "your account is disabled" in refused(come_back(asking))


def test_a_sign_in_is_taken_up_once_and_only_by_the_browser_that_began_it(asking: TestClient):
    another = TestClient(asking.app, base_url=ORIGIN, follow_redirects=False)
    back = away(asking)
    assert "was not begun here" in refused(another.get(back))
    away(another)
    assert "did not confirm" in refused(another.get(back))
    assert asking.get(back).status_code == 303
    assert "was not begun here" in refused(asking.get(back))


def test_to_a_browser_a_refusal_is_a_page_in_words(asking: TestClient):
    """It is sent here by the provider, and would show a document for programs as it stands."""
    answer = asking.get(f"{START}/return", headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert (answer.status_code, "Accept" in answer.headers["vary"]) == (403, True)
    assert "没有登录成功" in answer.text and "was not begun here" in answer.text


def test_a_sign_in_that_was_tampered_with_or_broken_off_is_refused(asking: TestClient):
    assert "did not confirm" in refused(asking.get(away(asking).replace("state=", "state=x")))
    assert "did not confirm" in refused(asking.get(away(asking).replace("code=", "code=x")))
    state = parse_qs(urlsplit(away(asking)).query)["state"][0]
    broken_off = {"error": "access_denied", "state": state}
    assert "did not confirm" in refused(asking.get(f"{START}/return", params=broken_off))


def test_a_provider_that_does_not_answer_is_said_without_its_address(database: Access):
    with opened(
        database, openid_issuer="http://127.0.0.1:9", openid_client_id=CLIENT, openid_grants=read_grants(GRANTS)
    ) as client:
        assert "can't be reached" in refused(client.get(START))
        assert "127.0.0.1" not in client.get(START).text
