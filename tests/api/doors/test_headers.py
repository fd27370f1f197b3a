"""What browsers are told, what is compressed, what is counted and logged."""

from __future__ import annotations

import json
import logging

import pytest
from starlette.testclient import TestClient

from api.logs import Lines
from api.middleware.headers import NOTHING
from data.database.access import Access
from data.users.identity import Identity
from tests.api.doors.conftest import PASSWORD
from tests.api.doors.world import opened


@pytest.mark.parametrize("path", ["/healthz", "/nowhere", "/api/session", "/api/openapi.json", "/metrics"])
def test_every_answer_forbids_browsers_everything(client: TestClient, path: str):
    headers = client.get(path).headers
    assert headers["content-security-policy"] == NOTHING
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"
    assert "strict-transport-security" not in headers
    assert "server" not in headers


def test_encryption_is_insisted_on_where_there_is_some(database: Access):
    with opened(database) as client:
        answer = client.get("https://grid.test/healthz")
    assert int(answer.headers["strict-transport-security"].removeprefix("max-age=")) >= 180 * 86400


@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd"])
def test_a_long_answer_is_compressed_as_it_is_asked_for(client: TestClient, encoding: str):
    answer = client.get("/api/openapi.json", headers={"Accept-Encoding": encoding})
    assert answer.headers["content-encoding"] == encoding
    assert "Accept-Encoding" in answer.headers["vary"]
    plain = client.get("/api/openapi.json", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers


def test_the_log_has_a_line_for_each_request_and_no_secret(
    client: TestClient, li: Identity, caplog: pytest.LogCaptureFixture
):
    with caplog.at_level(logging.INFO, logger="onegrid"):
        secret = client.post("/api/session", json={"name": "li", "password": PASSWORD}).cookies["onegrid_session"]
        client.get("/api/session", headers={"X-Request-ID": "first"})
        client.get("/api/session", headers={"Authorization": "Bearer onegrid_sesame"})
        client.get("/sign-in", params={"key": "onegrid_sesame"})
        client.get("/%0a%7b%22event%22:%22forged%22%7d")
    lines = [Lines().format(record) for record in caplog.records]
    told = [json.loads(line) for line in lines]
    assert [(one["method"], one["path"], one["status"], one["user"]) for one in told[:4]] == [
        ("POST", "/api/session", 200, None),
        ("GET", "/api/session", 200, "li"),
        ("GET", "/api/session", 401, None),
        ("GET", "/sign-in", 401, None),
    ]
    assert told[1]["request"] == "first"
    assert all(one["ms"] > 0 for one in told)
    assert [line for line in lines if "\n" in line] == []
    for hidden in (secret, PASSWORD, "sesame"):
        assert hidden not in "".join(lines)


def test_figures_are_for_programs_on_this_machine_and_tell_routes_not_what_was_asked_for(database: Access):
    with opened(database) as client:
        assert client.get("/metrics").status_code == 401
        near = TestClient(client.app, client=("127.0.0.1", 50000))
        for number in range(3):
            near.get(f"/nowhere/{number}")
        near.request("ODD", "/nowhere")
        near.get("/healthz")
        text = near.get("/metrics").text
    assert 'onegrid_requests_total{method="GET",route="/healthz",status="200"} 1.0' in text
    assert 'onegrid_requests_total{method="GET",route="unknown",status="404"} 3.0' in text
    assert 'onegrid_requests_total{method="unknown",route="unknown",status="404"} 1.0' in text
    assert 'onegrid_database_connections{pool="loop"}' in text
    assert "nowhere" not in text
