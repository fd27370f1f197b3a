"""``onegrid serve`` and ``onegrid user`` as somebody runs them: in processes of their own, with a private cluster."""

from __future__ import annotations

import json
import re
import signal
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import httpx2
import psycopg
import pytest

from api.serving import listening
from data.cluster.places import Places
from data.cluster.server import runs
from data.database.access import Access
from geo.errors import InputError
from tests.api.doors.knocking import opened_door
from tests.api.doors.served import ALONE, Served, served
from tests.api.doors.world import NAME
from tests.api.running import onegrid
from tests.databases import database_like, execute

PEAK_MIB = 270
"""What a server takes that exports GeoJSON, of the 300 that it may; 400,000 grids take 10 more than a town."""


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data directory with a cluster."""
    folder = tmp_path_factory.mktemp("served") / "数据"
    assert onegrid("db", "upgrade", "--data-dir", folder).status == 0
    return folder


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=str)
def test_it_prints_one_link_that_signs_in_once_and_stops_at_a_signal(data_dir: Path, number: signal.Signals):
    with served(data_dir) as server:
        assert server.link.startswith(ALONE)
        with httpx2.Client(base_url=server.url, follow_redirects=True) as browser, httpx2.Client() as other:
            assert browser.get("/readyz").json() == {"status": "ok"}
            assert browser.get(server.link).status_code == 200
            assert browser.get("/api/session").json()["role"] == "admin"
            assert other.get(server.link).status_code == 401
            assert browser.get("/metrics").status_code == 200
        status, out, log = server.stop(number)
    assert (status, out) == (0, "")
    assert server.link.partition("key=")[2] not in json.dumps(log)
    assert "http:" not in json.dumps(log)
    assert {line["event"] for line in log} == {"request"}
    assert not runs(Places(data_dir))


def test_a_request_that_is_running_is_finished(data_dir: Path):
    body = json.dumps({"name": "nobody", "password": "x"}).encode()
    told = ["Host: x", "Content-Type: application/json", f"Content-Length: {len(body)}", "", ""]
    head = "\r\n".join(["POST /api/session HTTP/1.1", *told])
    with served(data_dir) as server:
        port = int(server.url.rpartition(":")[2])
        with closing(socket.create_connection(("127.0.0.1", port), timeout=10)) as connection:
            connection.sendall(head.encode() + body[:5])
            time.sleep(0.3)
            server.process.send_signal(signal.SIGTERM)
            time.sleep(0.5)
            with pytest.raises(httpx2.ConnectError):
                httpx2.get(f"{server.url}/healthz")
            connection.sendall(body[5:])
            answer = connection.recv(65536)
        assert answer.startswith(b"HTTP/1.1 401 ")
        out, _ = server.process.communicate(timeout=30)
        assert (server.process.returncode, out) == (0, "")


def test_an_edit_that_is_running_is_finished(town_plan: Access):
    asked = {"verb": "lock", "base_revision": 0}
    with (
        database_like(town_plan) as access,
        opened_door(access) as door,
        httpx2.Client(base_url=f"{door.url}/api/plans/{NAME}", headers=door.headers, timeout=60) as client,
        ThreadPoolExecutor(1) as working,
    ):
        code = client.get("/grids", params={"limit": 1}).json()["features"][0]["properties"]["code"]
        with psycopg.connect(access.administrator.libpq) as elsewhere:
            elsewhere.execute("LOCK TABLE onegrid.plan IN ACCESS EXCLUSIVE MODE")
            edit = working.submit(client.post, "/edits", json={**asked, "code": code})
            time.sleep(1)
            door.server.process.send_signal(signal.SIGTERM)
            time.sleep(0.5)
            assert not edit.done()
        assert edit.result(timeout=60).status_code == 200
        assert edit.result().json()["revision"] == 1
        assert door.server.process.wait(timeout=60) == 0
        assert execute(access, "SELECT head FROM onegrid.plan") == [(1,)]


def test_who_exports_geojson_needs_no_gdal_and_less_memory_than_was_promised(town_plan: Access):
    with (
        database_like(town_plan) as access,
        opened_door(access) as door,
        httpx2.Client(base_url=f"{door.url}/api/plans/{NAME}", headers=door.headers, timeout=60) as client,
    ):
        about = Path(f"/proc/{door.server.process.pid}")
        for layer in ("grids", "faces", "gaps"):
            assert client.get("/export", params={"format": "geojson", "layer": layer}).status_code == 200
        peak_kb = int(re.search(r"VmHWM:\s+(\d+) kB", (about / "status").read_text())[1])
        assert peak_kb < PEAK_MIB << 10
        assert "pyogrio" not in (about / "maps").read_text()
        assert client.get("/export", params={"format": "gpkg", "layer": "grids"}).status_code == 200
        assert "pyogrio" in (about / "maps").read_text()


def test_an_address_that_is_taken_is_one_line(data_dir: Path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = onegrid("serve", "--port", port, "--data-dir", data_dir)
    said = f"cannot listen on 127.0.0.1:{port}: address already in use; name another by --host or --port"
    assert ended.refusal == said
    with pytest.raises(InputError, match="name another"), listening("203.0.113.7", 8000, or_any=True):
        pass
    assert "cannot listen on 203.0.113.7:8000: " in onegrid("serve", "--host", "203.0.113.7").refusal
    assert "cannot listen on no such host:8000: " in onegrid("serve", "--host", "no such host").refusal


def test_where_any_port_will_do_one_that_is_taken_is_said_and_another_is_had(caplog: pytest.LogCaptureFixture):
    with listening("127.0.0.1", 0) as (_, first), listening("127.0.0.1", first.port, or_any=True) as (sock, second):
        assert second.port != first.port
        with socket.create_connection(("127.0.0.1", second.port)):
            sock.accept()[0].close()
    assert caplog.messages == [f"port {first.port} is taken; taking another"]
    with listening("127.0.0.1", first.port, or_any=True) as (_, again):
        assert again.port == first.port


def test_what_keeps_it_from_starting_is_one_line(data_dir: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("ONEGRID_OPENID_ISSUER", "https://id.street.cn")
    wanting = "ONEGRID_OPENID_ISSUER needs ONEGRID_OPENID_CLIENT_ID and ONEGRID_OPENID_GRANTS beside it"
    assert onegrid("serve", "--port", "0", "--data-dir", data_dir).refusal == wanting
    monkeypatch.delenv("ONEGRID_OPENID_ISSUER")
    monkeypatch.setenv("ONEGRID_DATABASE_URL", f"postgresql://planner:sesame@/d?host={tmp_path}")
    assert onegrid("serve", "--port", "0").refusal.startswith(f"cannot reach the database {tmp_path}:5432/d: ")


def test_a_server_that_nobody_can_sign_in_to_says_so(tmp_path: Path):
    with served(tmp_path, "--host", "0.0.0.0") as server:
        _, _, log = server.stop()
    assert [line["event"] for line in log] == ["nobody can sign in yet; onegrid user add NAME --role admin"]


def test_a_backup_is_not_restored_under_a_server(data_dir: Path, tmp_path: Path):
    kept = tmp_path / "a.backup"
    assert onegrid("db", "backup", kept, "--data-dir", data_dir).status == 0
    with served(data_dir) as server:
        assert httpx2.get(f"{server.url}/readyz").status_code == 200
        ended = onegrid("db", "restore", kept, "--data-dir", data_dir)
        assert (ended.status, ended.refusal.partition(",")[0]) == (2, "a server uses the database")
        server.stop(signal.SIGTERM)
    assert onegrid("db", "restore", kept, "--data-dir", data_dir).status == 0


def test_several_servers_share_a_cluster(data_dir: Path):
    with served(data_dir) as first, served(data_dir) as second:
        results: list[int] = []

        def ask(server: Served) -> None:
            results.extend(httpx2.get(f"{server.url}/readyz").status_code for _ in range(5))

        threads = [threading.Thread(target=ask, args=(server,)) for server in (first, second)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert results == [200] * 10
        assert first.stop()[0] == 0
        assert httpx2.get(f"{second.url}/readyz").status_code == 200
        assert second.stop()[0] == 0
