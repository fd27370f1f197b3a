"""``onegrid user``: accounts and tokens by the command line."""

from __future__ import annotations

import getpass
import io
import json
import socket
import subprocess
from pathlib import Path

import httpx2
import pytest

from data.database.access import Access
from tests.api.conftest import Onegrid
from tests.api.doors.served import ALONE, served
from tests.api.running import command, environment
from tests.databases import execute


def test_a_life_of_an_account_by_the_command_line_while_a_server_runs(tmp_path: Path):
    def user(*arguments: str, typed: str = "") -> str:
        ran = subprocess.run(
            command("user", *arguments, "--data-dir", tmp_path), env=environment(), input=typed, capture_output=True,
            text=True, timeout=60, check=False,
        )  # fmt: skip
        assert ran.returncode == 0, ran
        return ran.stdout

    with served(tmp_path, "--host", "0.0.0.0") as server:
        assert server.link == f"http://{socket.gethostname()}:{server.url.rpartition(':')[2]}/"
        url = ALONE + server.url.rpartition(":")[2]
        name = "李娜"
        given = ("--role", "planner", "--scope", "530102", "--password-stdin")
        assert user("add", name, *given, typed="correct horse\n") == "李娜: planner, 530102\n"
        token = user("token", name).strip()
        with httpx2.Client(base_url=url) as browser, httpx2.Client(base_url=url) as program:
            browser.post("/api/session", json={"name": name, "password": "correct horse"})
            program.headers["Authorization"] = f"Bearer {token}"
            for client in (browser, program):
                me = client.get("/api/session").json()
                assert (me["name"], me["role"], me["scope"]) == (name, "planner", "530102")
            assert user("change", name, "--role", "approver") == "李娜: approver, 530102\n"
            assert [client.get("/api/session").json()["role"] for client in (browser, program)] == ["approver"] * 2
            assert user("disable", name) == "李娜: disabled\n"
            assert [client.get("/api/session").status_code for client in (browser, program)] == [401, 401]
        assert json.loads(user("list", "--format", "json")) == [
            {"name": name, "role": "approver", "scope": "530102", "sign_in": "password", "state": "disabled"}
        ]
        assert user("list").split() == [name, "approver", "530102", "password", "disabled"]
        server.stop()


@pytest.fixture
def user(here: Onegrid, database: Access, monkeypatch: pytest.MonkeyPatch) -> Onegrid:
    """Run a command of ``onegrid user`` in this process."""
    monkeypatch.setenv("ONEGRID_DATABASE_URL", database.application.text)
    monkeypatch.setenv("ONEGRID_DATABASE_ADMIN_URL", database.administrator.text)
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    return lambda *arguments: here("user", *arguments)


def test_without_a_password_an_account_is_for_tokens(user: Onegrid, database: Access):
    made = user("add", "qgis", "--role", "viewer")
    assert (made.status, made.out) == (0, "qgis: viewer, all divisions\n")
    assert made.err == "onegrid: qgis has no password; onegrid user change qgis --password-stdin gives one\n"
    tokens = {user("token", "QGIS", "--days", "30").out.strip() for _ in range(2)}
    assert len(tokens) == 2
    assert user("token", "qgis", "--revoke").out == "qgis: 2 tokens and sessions ended\n"
    assert user("list").out.split() == ["qgis", "viewer", "all", "tokens", "enabled"]
    assert user("disable", "qgis", "--undo").out == "qgis: enabled\n"
    rows = execute(database, "SELECT event, actor, detail FROM onegrid.audit ORDER BY entry")
    assert [row[0] for row in rows] == ["account_added", *["token_issued"] * 2, *["account_changed"] * 2]
    assert {row[1] for row in rows} == {f"{getpass.getuser()} (command line)"}
    assert not [token for token in tokens if token in str(rows)]


def test_what_can_not_be_done_is_one_line(user: Onegrid, monkeypatch: pytest.MonkeyPatch):
    assert user("add", "li", "--role", "viewer").status == 0
    again = user("add", "LI", "--role", "admin").refusal
    assert again == "there is an account LI already; change it: onegrid user change LI"
    assert "'boss' is not one of" in user("add", "wang", "--role", "boss").refusal
    assert (
        "a scope is the beginning of a division code" in user("add", "wang", "--role", "admin", "--scope", "x").refusal
    )
    assert "there is no account wang; onegrid user list" in user("token", "wang").refusal
    assert user("disable", "li").status == 0
    assert user("token", "li").refusal == "li is disabled; enable it first: onegrid user disable li --undo"
    monkeypatch.setattr("sys.stdin", io.StringIO("sesame\n"))
    short = user("change", "li", "--password-stdin")
    assert short.refusal == "a password has 8 to 1024 characters; this one has 6"
    assert "sesame" not in short.err
