"""What nobody would send who means well: a running server refuses it in words, soon, and goes on serving others."""

from __future__ import annotations

import io
import json
import random
import shutil
import socket
import subprocess
import time
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx2
import pytest

from data.database.access import Access
from tests.api.doors.knocking import first_ring, opened_door
from tests.api.doors.world import NAME
from tests.databases import database_like, execute

JSON = {"Content-Type": "application/json"}
PLAN = f"/api/plans/{NAME}"
TRIAL = f"{PLAN}/edits?dry_run=true"
SQL = (
    "'; DROP TABLE onegrid.plan; --",
    "' OR '1'='1",
    '"); DELETE FROM plan',
    "1; SELECT pg_sleep(60)",
    "%' OR 1=1 --",
    "\\x00",
)
SOON_S = 30.0
"""On a machine that works on other things too."""


@pytest.fixture(scope="module")
def server(town_plan: Access) -> Iterator[httpx2.Client]:
    """Serve a plan; at the end, nothing was a defect, and all tables are there."""
    with database_like(town_plan) as access:
        before = tables(access)
        with opened_door(access) as door, httpx2.Client(base_url=door.url, headers=door.headers, timeout=60) as client:
            yield client
        assert tables(access) == before


def tables(access: Access) -> list[tuple]:
    """Return the tables of a database."""
    return execute(access, "SELECT tablename FROM pg_tables WHERE schemaname = 'onegrid' ORDER BY 1")


def refused(server: httpx2.Client, method: str, path: str, *statuses: int, **more: Any) -> dict[str, Any]:
    """Send what is to be refused, soon, with one of some statuses."""
    began = time.monotonic()
    answer = server.request(method, path, **more)
    assert answer.status_code in (statuses or (422,)), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert len(answer.content) < 20_000
    assert time.monotonic() - began < SOON_S
    return answer.json()


@pytest.mark.parametrize("depth", [900, 100_000, 3_000_000])
@pytest.mark.parametrize("shape", ["[]", '{"a":}'])
def test_json_that_goes_deep_is_refused(server: httpx2.Client, depth: int, shape: str):
    half = len(shape) - 1
    body = (shape[:half] * depth + "1" + shape[half:] * depth).encode()
    refused(server, "POST", TRIAL, 400, 413, 422, content=body, headers=JSON)


def test_a_body_beyond_the_limit_is_refused(server: httpx2.Client):
    body = b'{"verb": "lock", "code": "' + b"x" * 17_000_000 + b'"}'
    assert refused(server, "POST", TRIAL, 413, content=body, headers=JSON)["code"] == "too_large"


@pytest.mark.parametrize(
    ("verb", "key", "one"),
    [("carve", "polygon", [1, 2]), ("merge", "codes", "1")],
)
def test_a_million_vertices_or_codes_are_refused(server: httpx2.Client, verb: str, key: str, one: Any):
    said = {"verb": verb, key: [one] * 10**6, "code": "1", "keep": "1", "to": "1", "name": "x", "base_revision": 0}
    refused(server, "POST", TRIAL, content=json.dumps(said, separators=(",", ":")).encode(), headers=JSON)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "-1e308", "1e18"])
def test_numbers_that_are_none_or_nowhere_are_refused(server: httpx2.Client, number: str):
    code = a_grid(server)["properties"]["code"]
    for said in (
        f'"verb": "split", "code": "{code}", "line": [[102, 25], [{number}, 25]]',
        f'"verb": "carve", "name": "x", "polygon": [[102, 25], [{number}, 25], [102, 26], [102, 25]]',
        f'"verb": "move_vertex", "from": [{number}, 25], "to": [102, 25]',
        f'"verb": "split", "code": "{code}", "line": [[102, 25], [103, 25]], "snap_m": {number}',
    ):
        body = f'{{{said}, "base_revision": 0}}'.encode()
        refused(server, "POST", TRIAL, 409, 422, content=body, headers=JSON)
    refused(server, "GET", f"{PLAN}/grids?bbox=102,25,{number},26")


@pytest.mark.parametrize(("verb", "vertices"), [("split", 100), ("carve", 1000), ("split", 4000)])
def test_a_scribble_is_refused_before_its_pieces_are_worked_out(server: httpx2.Client, verb: str, vertices: int):
    grid, rng = a_grid(server), random.Random(vertices)
    (west, east), (south, north) = ((min(side), max(side)) for side in zip(*first_ring(grid["geometry"]), strict=True))
    line = [[rng.uniform(west, east), rng.uniform(south, north)] for _ in range(vertices)]
    said = (
        {"line": line, "code": grid["properties"]["code"]}
        if verb == "split"
        else {"polygon": [*line, line[0]], "name": "x"}
    )
    told = refused(server, "POST", TRIAL, json={"verb": verb, "base_revision": 0, **said})
    assert told["detail"] == "the line crosses itself more than 200 times; draw it anew"


def a_grid(server: httpx2.Client) -> dict[str, Any]:
    """Return a grid of the plan."""
    return server.get(f"{PLAN}/grids", params={"limit": 1}).json()["features"][0]


@pytest.mark.parametrize("words", SQL)
def test_words_of_a_database_are_only_words(server: httpx2.Client, words: str):
    safe = quote(words, safe="")
    told = [
        server.get(f"/api/plans/{safe}"), server.get(f"/tiles/{safe}/0/0/0.mvt"), server.get(f"{PLAN}/grids/{safe}"),
        server.get(f"{PLAN}/gaps/{safe}"), server.get(f"{PLAN}/compare/{safe}"),
        server.get(f"/ogc/collections/{safe}.grids"),
        *(server.get(f"{PLAN}/grids", params={name: words}) for name in ("community", "kind", "q", "after", "filter")),
        *(server.get(f"{PLAN}/gaps", params={name: words}) for name in ("kind", "ledger", "state", "after")),
        *(server.get(f"{PLAN}/export", params={name: words}) for name in ("layer", "format", "crs")),
        server.get("/api/changes", params={"since": words}), server.get("/sign-in", params={"key": words}),
        server.post("/api/plans", json={"name": words + "?", "from": words}),
        server.post("/api/session", json={"name": words, "password": words}),
        server.post(TRIAL, json={"verb": "retag", "code": words, "name": words, "base_revision": 0}),
        server.post(f"{PLAN}/submit", json={"note": words + "\x00"}),
    ]  # fmt: skip
    for answer in told:
        assert answer.status_code < 500, answer.text
        assert "SELECT " not in answer.text.replace(words, "")
    assert server.get(PLAN).json()["status"] == "draft"


@pytest.mark.parametrize("path", [
    "/api/plans/%00", "/tiles/%00/0/0/0.mvt", f"{PLAN}/grids?after=%00", f"{PLAN}/gaps?after=%00", f"{PLAN}/grids/%00",
    f"{PLAN}/gaps/%00", f"{PLAN}/compare/%00", f"{PLAN}/grids?q=%00", "/ogc/collections/%00", "/sign-in?key=%00",
    f"{PLAN}/export?layer=%00", f"{PLAN}/export?crs=%00", "/tiles/%00.json", f"/plans/{NAME}/board/%00",
])  # fmt: skip
def test_a_character_that_no_database_keeps_is_refused(server: httpx2.Client, path: str):
    assert server.get(path).status_code in (200, 400, 401, 404, 422)


@pytest.mark.parametrize("path", [
    "/../../etc/passwd", "/assets/../../../etc/passwd", "/assets/%2e%2e/%2e%2e/%2e%2e/etc/passwd", "//etc/passwd",
    "/assets/..%2f..%2f..%2fetc%2fpasswd", "/api/docs/..%2f..%2f..%2fetc%2fpasswd", "/api/docs/%2e%2e",
    "/api/uploads/..%2f../files/passwd", f"/plans/{NAME}/board/..%2f..%2fetc", "/assets/%5c..%5c..%5cetc",
])  # fmt: skip
def test_no_address_leads_out_of_what_is_served(server: httpx2.Client, path: str):
    port = int(str(server.base_url).rstrip("/").rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:  # clients tidy such paths up
        connection.sendall(f"GET {quote(path, safe='/%')} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert answer.split()[1] in (b"401", b"404", b"422"), answer
    assert b"root:" not in answer


@pytest.mark.parametrize("name", [".", "..", "../../etc/passwd", "a/b", "a\nb", "\x1b[2J", " a", "a ", "", "a" * 121])
def test_a_plan_is_not_called_what_no_address_can_say(server: httpx2.Client, name: str):
    refused(server, "POST", "/api/plans", json={"name": name, "from": NAME})


@pytest.mark.parametrize(
    ("name", "ascii"),
    [
        ("a\\..\\b", "a_.._b"), ("%2e%2e", "2e_2e"), ('a"; b=c', "a_b_c"), ("CON", "CON"), ("x?y#z", "x_y_z"),
        ("小城", "plan"), ("小城 2027", "2027"), ("-", "plan"), ("..-x", "x"),
    ],
)  # fmt: skip
def test_whatever_a_plan_is_called_its_export_is_a_plain_file(server: httpx2.Client, name: str, ascii: str):
    assert server.post("/api/plans", json={"name": name, "from": NAME}).status_code == 201
    answer = server.get(f"/api/plans/{quote(name, safe='')}/export", params={"format": "shp", "layer": "grids"})
    said = answer.headers["content-disposition"]
    ending = said.rpartition("-grids.")[2]
    assert ending.startswith("epsg")
    whole = quote(f"{name}-grids.{ending}", safe="")
    assert said == f"attachment; filename=\"{ascii}-grids.{ending}\"; filename*=UTF-8''{whole}"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert [entry for entry in archive.namelist() if "/" in entry or "\\" in entry or ".." in entry] == []


@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl")
def test_curl_saves_an_export_under_a_name_of_its_own(server: httpx2.Client, tmp_path: Path):
    who = f"Authorization: {server.headers['authorization']}"
    url = f"{str(server.base_url).rstrip('/')}{quote(PLAN)}/export?crs=GCJ-02"
    subprocess.run(["curl", "-fsS", "-OJ", "-H", who, url], cwd=tmp_path, check=True, timeout=60)
    (file,) = tmp_path.iterdir()
    assert file.name == "2026-grids.gcj02.geojson"
    assert json.loads(file.read_bytes())["features"]


def test_hundreds_of_clients_that_send_nothing_more_keep_nobody_waiting(server: httpx2.Client):
    port = int(str(server.base_url).rstrip("/").rpartition(":")[2])
    begun = [
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ",
        b"POST /api/session HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{",
    ]
    with ExitStack() as held:
        for number in range(300):
            connection = held.enter_context(socket.create_connection(("127.0.0.1", port), timeout=30))
            connection.sendall(begun[number % 2])
        began = time.monotonic()
        assert server.get(f"{PLAN}/summary").status_code == 200
        assert time.monotonic() - began < SOON_S


@pytest.mark.parametrize("head", [
    "Content-Length: -1", "Content-Length: 1\r\nContent-Length: 2", "Content-Length: 0x10",
    "Content-Length: 9" + "9" * 40,
    "Transfer-Encoding: chunked\r\nContent-Length: 5", "Transfer-Encoding: gzip", "X: a\r\n folded",
])  # fmt: skip
def test_a_head_that_two_programs_could_read_differently_smuggles_nothing(server: httpx2.Client, head: str):
    port = int(str(server.base_url).rstrip("/").rpartition(":")[2])
    hidden = "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(f"POST /api/session HTTP/1.1\r\nHost: x\r\n{head}\r\n\r\n{hidden}".encode())
        connection.shutdown(socket.SHUT_WR)
        try:
            answer = b"".join(iter(lambda: connection.recv(65536), b""))
        except ConnectionResetError:
            answer = b""
    assert b" 200 OK" not in answer
    assert b" 500 " not in answer
