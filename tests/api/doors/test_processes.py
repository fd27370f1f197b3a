"""``onegrid serve --processes N``: several processes behind one port are one server to whoever asks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx2
import psutil
import pytest

from data.database.access import Access
from tests.api.doors.knocking import Door, addresses_of, opened_door
from tests.api.doors.served import Served, served
from tests.api.doors.tiles_read import place_at, read
from tests.api.doors.world import NAME
from tests.databases import database_like
from tests.waiting import until

PROCESSES, CLIENTS, MOST_CLIENTS, ZOOM = 2, 8, 100, 15


@pytest.fixture
def door(town_plan: Access) -> Iterator[Door]:
    """Serve the demo town by two processes."""
    with database_like(town_plan) as access, opened_door(access, "--processes", str(PROCESSES)) as door:
        yield door


def workers_of(server: Served) -> list[psutil.Process]:
    """Return the processes that serve."""
    below = psutil.Process(server.process.pid).children()
    return [one for one in below if "spawn_main" in " ".join(one.cmdline())]


def asking(door: Door, many: ExitStack) -> list[httpx2.Client]:
    """Return clients that have connections of their own, so many that every process has some of them."""
    clients: list[httpx2.Client] = []
    while len(clients) < CLIENTS or not all(map(is_asked, workers_of(door.server))):
        assert len(clients) < MOST_CLIENTS, "a process takes up no connections"
        clients.append(many.enter_context(httpx2.Client(base_url=door.url, headers=door.headers, timeout=60)))
        assert clients[-1].get("/healthz").status_code == 200
    return clients


def is_asked(worker: psutil.Process) -> bool:
    """Tell whether a process has a connection to somebody who asks."""
    return any(one.status == "ESTABLISHED" for one in worker.net_connections("tcp"))


def test_what_one_process_writes_all_show_at_once(door: Door):
    with ExitStack() as many:
        clients = asking(door, many)
        made = clients[0].post("/api/plans", json={"name": "draft", "from": NAME})
        assert made.status_code == 201, made.text
        [grid] = clients[0].get("/api/plans/draft/grids?limit=1").json()["features"]
        part = grid["geometry"]["coordinates"]
        ring = part[0] if grid["geometry"]["type"] == "Polygon" else part[0][0]
        since = clients[0].get("/api/changes").json()["latest"]
        column, row = (int(one) for one in place_at(tuple(ring[0]), ZOOM))
        for number, author in enumerate(clients):
            name = f"第 {number} 次"
            path = f"/api/plans/draft/grids/{grid['id']}"
            revision = author.patch(path, json={"name": name}).json()["revision"]
            for reader in clients:
                tile = read(reader.get(f"/tiles/draft/{ZOOM}/{column}/{row}.mvt").content, (ZOOM, column, row))["grids"]
                assert tile.set_index("code").at[grid["id"], "name"] == name
                assert reader.get(path).json()["properties"]["name"] == name
                assert [one["revision"] for one in reader.get(f"/api/changes?since={since}").json()["items"]] == [
                    revision
                ]
            since = reader.get("/api/changes").json()["latest"]


def test_figures_are_those_of_all_processes(door: Door):
    with ExitStack() as many:
        clients = asking(door, many)
        for client in clients:
            text = client.get("/metrics").text
            [found] = re.findall(r'^onegrid_requests_total\{.*"/healthz".*\} (.*)$', text, re.MULTILINE)
            assert float(found) == len(clients)


def test_a_process_that_dies_is_replaced_and_none_outlives_the_first(database: Access, tmp_path: Path):
    with served(tmp_path, "--processes", str(PROCESSES), **addresses_of(database)) as server:
        before = workers_of(server)
        assert len(before) == PROCESSES
        before[0].kill()
        before[0].wait(30)
        assert httpx2.get(f"{server.url}/readyz", timeout=60).status_code == 200
        until(lambda: len(workers_of(server)) == PROCESSES)
        now = workers_of(server)
        assert len({*now} - {*before}) == 1
        server.process.kill()
        _, alive = psutil.wait_procs(now, timeout=60)
        assert alive == []
