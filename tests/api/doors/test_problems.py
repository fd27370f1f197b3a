"""Refusals over HTTP: one table of statuses, complete; what nobody expected tells nothing."""

from __future__ import annotations

import importlib
import json
import logging
import pkgutil

import pytest
from fastapi import FastAPI
from fastapi.middleware import Middleware
from starlette.testclient import TestClient

import api
import data
import geo
from api.logs import Lines
from api.metrics import Metrics
from api.middleware.observing import Observing
from api.problems import CODES, MEDIA_TYPE, STATUSES, answer_problems
from data.users.errors import TooManySignIns
from geo.errors import CrossesCommunityError, EditRefused, InputError, OneGridError, PartitionError, UnknownGridError
from tests.api.doors.test_session import wait_for

SECRET = "sesame"


def tree(root: type[OneGridError]) -> set[type[OneGridError]]:
    """Return an error and all below it."""
    return {root}.union(*(tree(kind) for kind in root.__subclasses__()))


def ours() -> set[type[OneGridError]]:
    """Return every error of this program."""
    for package in (geo, data, api):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith("__main__") and "migrations" not in module.name:
                importlib.import_module(module.name)
    return {kind for kind in tree(OneGridError) if kind.__module__.startswith(("geo.", "data.", "api."))}


def test_every_error_has_a_status_that_goes_with_its_code_and_is_no_defects():
    kinds = ours()
    statuses = {kind: STATUSES[next(one for one in kind.__mro__ if one in STATUSES)] for kind in kinds}
    assert {kind for kind, status in statuses.items() if status == 500} == {OneGridError, PartitionError}
    assert {statuses[kind] for kind in tree(EditRefused) - {UnknownGridError}} == {409}
    assert {status for kind, status in statuses.items() if kind.__name__.startswith("Unknown")} == {404}
    assert set(STATUSES) <= kinds
    assert len({(kind.code, status) for kind, status in statuses.items()}) == len({kind.code for kind in kinds})
    needless = [kind for kind in set(STATUSES) - {OneGridError} if inherited(kind) == STATUSES[kind]]
    assert needless == []


def inherited(kind: type[OneGridError]) -> int:
    """Return the status that an error would have without a row of its own."""
    return next(STATUSES[one] for one in kind.__mro__[1:] if one in STATUSES)


def test_every_error_is_drawn_in_the_tree_of_its_module():
    for kind in ours():
        module = importlib.import_module(kind.__module__)
        assert kind.__name__ in (module.__doc__ or ""), kind


@pytest.fixture
def faulty() -> TestClient:
    """An application whose routes raise what they are told to."""
    app = FastAPI(middleware=[Middleware(Observing, metrics=Metrics())])
    answer_problems(app)
    raised = {
        "input": InputError("the file is empty"),
        "edit": CrossesCommunityError("the line crosses a border", ["001", "002"]),
        "unknown": UnknownGridError("no grid 009", ["009"]),
        "wait": TooManySignIns("wait 3 min", 170),
        "partition": PartitionError(f"overlap {SECRET}"),
        "defect": ValueError(f"{SECRET}\nwhat was entered"),
        "chain": RuntimeError("first line\n" + SECRET),
    }

    @app.get("/{name}")
    async def raising(name: str) -> None:
        raise raised[name]

    return TestClient(app)


def test_our_errors_answer_in_their_own_words(faulty: TestClient):
    for name, status, code, more in (
        ("input", 422, "bad_input", {}),
        ("edit", 409, "crosses_community", {"grids": ["001", "002"]}),
        ("unknown", 404, "unknown_grid", {"grids": ["009"]}),
        ("wait", 429, "too_many_sign_ins", {}),
    ):
        answer = faulty.get(f"/{name}")
        problem = answer.json()
        assert (answer.status_code, answer.headers["content-type"]) == (status, MEDIA_TYPE)
        assert (problem["type"], problem["status"], problem["code"]) == ("about:blank", status, code)
        assert {key: value for key, value in problem.items() if key == "grids"} == more
    assert faulty.get("/wait").headers["retry-after"] == "170"
    assert faulty.get("/edit").json()["detail"] == "the line crosses a border"


@pytest.mark.parametrize("name", ["partition", "defect", "chain"])
def test_a_defect_answers_a_fixed_text_and_an_id_by_which_the_log_has_it(
    faulty: TestClient, caplog: pytest.LogCaptureFixture, name: str
):
    with caplog.at_level(logging.ERROR, logger="onegrid"):
        answer = faulty.get(f"/{name}", headers={"X-Request-ID": "from-the-proxy"})
    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["id"]) == (500, "defect", "from-the-proxy")
    assert SECRET not in answer.text
    assert "Traceback" not in answer.text
    (record,) = caplog.records
    line = json.loads(Lines().format(record))
    assert (line["event"], line["request"], line["level"]) == ("defect", "from-the-proxy", "error")
    assert any("raising" in frame for frame in line["error"]["where"])
    assert "what was entered" not in json.dumps(line)
    if name == "chain":
        assert SECRET not in json.dumps(line)


def test_an_id_that_could_break_the_log_is_replaced(faulty: TestClient):
    for given in ("a b", "x" * 65, 'a"b'):
        assert faulty.get("/edit", headers={"X-Request-ID": given}).headers["x-request-id"] != given


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nowhere", 404), ("GET", "/api/session/", 404), ("PUT", "/healthz", 405), ("GET", "/api/docs/..", 404)],
)
def test_what_is_not_there_is_a_problem_too(client: TestClient, method: str, path: str, status: int):
    answer = client.request(method, path)
    assert (answer.status_code, answer.headers["content-type"]) == (status, MEDIA_TYPE)
    assert answer.json()["code"] == CODES[status]
    assert answer.json()["detail"][0].islower()


@pytest.mark.parametrize(
    ("language", "said"),
    [("zh-CN,zh;q=0.9", "缺少此项"), ("en", "is missing"), ("", "is missing"), ("de", "is missing")],
)
def test_what_is_wrong_with_a_request_is_told_in_the_language_asked_for(client: TestClient, language: str, said: str):
    answer = client.post("/api/session", json={"name": "li"}, headers={"Accept-Language": language})
    assert (answer.status_code, answer.json()["detail"]) == (422, f"body.password: {said}")


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain", "no kind", None])
@pytest.mark.parametrize("body", [b'{"name": "li", "password": "x"}', b"name=li"])
@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "body: must be JSON, sent with Content-Type: application/json"),
        ("zh-CN", "body: 应为 JSON，并以 Content-Type: application/json 发送"),
    ],
)
def test_a_body_that_is_not_sent_as_json_is_told_how_to_be_sent(
    client: TestClient, kind: str | None, body: bytes, language: str, said: str
):
    headers = {"Accept-Language": language} | ({} if kind is None else {"Content-Type": kind})
    answer = client.post("/api/session", content=body, headers=headers)
    assert (answer.status_code, answer.json()["detail"]) == (422, said)
    as_json = client.post("/api/session", content=b"[]", headers=headers | {"Content-Type": "application/json"})
    assert "Content-Type" not in as_json.json()["detail"]


HOSTILE = {
    "deep": b'{"name": ' + b"[" * 200_000,
    "not json": b"\xff\xfe",
    "empty": b"",
    "number": b'{"name": "li", "password": NaN}',
    "a list": b"[]",
    "surrogate": b'{"name": "\\ud800", "password": "correct horse"}',
    "nul": b'{"name": "a\\u0000b", "password": "correct horse"}',
    "long": json.dumps({"name": "li" * 500, "password": "x"}).encode(),
    "sql": json.dumps({"name": "'; DROP TABLE onegrid.accounts; --", "password": "x" * 8}).encode(),
    "many digits": b'{"name": ' + b"1" * 100_000 + b', "password": "x"}',
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_body_is_refused_and_is_no_defect(client: TestClient, body: bytes):
    answer = client.post("/api/session", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in {400, 401, 422}, answer.text
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert len(answer.content) < 2_000
    assert client.get("/readyz").status_code == 200


def test_a_database_that_is_gone_is_said_and_found_again(client: TestClient, database):
    from tests.databases import execute

    name = database.application.text.rpartition("/")[2].partition("?")[0]
    execute(database, f"ALTER DATABASE {name} ALLOW_CONNECTIONS false", database="postgres")
    end = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
    execute(database, end, database="postgres")
    for path in ("/readyz", "/api/session"):
        answer = client.get(path, headers={"Authorization": "Bearer onegrid_x"})
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert "postgres" not in answer.text
        assert "socket" not in answer.text
    assert client.get("/healthz").status_code == 200
    execute(database, f"ALTER DATABASE {name} ALLOW_CONNECTIONS true", database="postgres")
    assert client.get("/readyz").status_code == 200
    wait_for(lambda: client.app.state.running.callers.hearing, seconds=5)
