"""Tiles of a plan in force, asked for by a scoped viewer: beside the bare statement, tipg, and a constant body.

Everything runs on the same cores in the same run: PostgreSQL, the server that is measured, and ``wrk`` or ``pgbench``.
Tiles that are not in the cache are random ones of zoom 14, each asked for once in a round longer than the cache. Beside
answers a second stands the processor time of an answer, of the server and PostgreSQL together, which depends less on
what else the machine does. The bare statement and tipg draw one layer of 9 attributes; our tiles have six layers, and
that one has 20.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import numpy as np
import psutil
import psycopg
from psycopg.conninfo import conninfo_to_dict

from data.cluster import running_cluster
from data.cluster.binaries import server_binaries
from data.cluster.configuration import ADMINISTRATOR
from data.cluster.places import Places
from data.cluster.server import process_number
from data.database.access import Access
from data.database.schema import ensure_current
from data.plans.tiles import MAX_ZOOM
from data.users.accounts import add_account
from data.users.credentials import Kind, issue
from data.users.roles import Role
from data.users.transactions import Transactions
from tests.api.doors.tiles_read import place_at, read
from tests.bench.kept_builds import kept_build
from tests.bench.whole_process import ONEGRID

PLAN, ZOOM, SECONDS, CONNECTIONS = "town", 14, 8, 4
TIPG_PYTHON = sys.executable
BARE = """
SELECT ST_AsMVT(t, 'grids', 4096, 'geom') FROM (
    SELECT code, kind, name, community, management_type, households, population, party_members, locked,
        ST_AsMVTGeom(ST_Transform(geom, 3857), ST_TileEnvelope(14, :x, :y), 4096, 64, true) AS geom
    FROM bench.grids
    WHERE geom && ST_Transform(ST_TileEnvelope(14, :x, :y, margin => 0.015625), {srid})) AS t;
"""
TABLE = """
CREATE SCHEMA IF NOT EXISTS bench;
DROP TABLE IF EXISTS bench.grids;
CREATE TABLE bench.grids AS
SELECT grid_id AS id, code, kind, name, community, management_type, households, population, party_members, locked,
    polygon::geometry(Geometry, {srid}) AS geom
FROM onegrid.grids_at((SELECT plan_id FROM onegrid.plan WHERE name = 'town'), 2147483646) ORDER BY code;
ALTER TABLE bench.grids ADD PRIMARY KEY (id);
CREATE INDEX ON bench.grids USING gist (geom);
ANALYZE bench.grids;
"""
WRK = """
local paths = {}
for line in io.lines("%s") do paths[#paths + 1] = line end
local at = 0
request = function()
    at = at %% #paths + 1
    return wrk.format("GET", paths[at])
end
"""
CONSTANT = """
import sys
import uvicorn
from fastapi import FastAPI, Response
body = bytes(int(sys.argv[1]))
app = FastAPI()
@app.get("/tiles/{plan}/{z}/{x}/{y}.mvt")
async def constant(plan: str, z: int, x: int, y: int) -> Response:
    return Response(body, media_type="application/vnd.mapbox-vector-tile")
uvicorn.run(app, port=int(sys.argv[2]), log_level="warning", access_log=False)
"""


@dataclass(frozen=True)
class Served:
    """A server: where it is, and what a request needs."""

    origin: str
    headers: dict[str, str]
    process: int

    def get(self, path: str) -> tuple[bytes, float]:
        """Ask once; return the body, and how long it took in ms."""
        began = time.perf_counter()
        with urllib.request.urlopen(urllib.request.Request(self.origin + path, headers=self.headers)) as answer:
            body = answer.read()
        return body, (time.perf_counter() - began) * 1000

    def rate(self, paths: list[str], folder: Path, *, seconds: int = SECONDS) -> float:
        """Ask for paths in turn by ``wrk``; return answers a second."""
        (folder / "paths").write_text("\n".join(paths))
        (folder / "wrk.lua").write_text(WRK % (folder / "paths"))
        given = [part for name, value in self.headers.items() for part in ("-H", f"{name}: {value}")]
        how = ["-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", str(folder / "wrk.lua")]
        command = ["wrk", *how, *given, self.origin]
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        assert "Non-2xx" not in said, said
        return float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1])


def tiles_beside_peers(folder: Path, cache: Path, data_dir: Path | None) -> None:
    """Print how fast tiles are, and how large.

    Parameters
    ----------
    data_dir
        Of a private cluster that has the plan in force already; None: the build of 400k is imported.
    """
    if data_dir is None:
        data_dir = folder / "tiles"
        build = kept_build("400k", cache)
        command = [ONEGRID, "import", build, "--name", PLAN, "--in-force", "--data-dir", data_dir]
        subprocess.run(command, check=True)
    with running_cluster(data_dir) as url:
        access = Access(url, url.as_user(ADMINISTRATOR), data_dir)
        ensure_current(access)
        token, srid = prepared(access)
        with serving(data_dir, token) as ours, tipg(access) as theirs:
            tilejson = json.loads(ours.get(f"/tiles/{PLAN}.json")[0])
            template = tilejson["tiles"][0].removeprefix(ours.origin)
            sizes(ours, template, tilejson["bounds"])
            uncached(ours, theirs, access, srid, template, tilejson["bounds"], folder)
            cached(ours, template, tilejson["bounds"], folder)
            items(ours, theirs, folder)
    print()


def prepared(access: Access) -> tuple[str, int]:
    """Make a viewer whose scope is the plan's, and the table for the peers; return the viewer's token, and the CRS."""
    with psycopg.connect(access.administrator.libpq, autocommit=True) as connection:
        scope, srid = connection.execute(
            "SELECT jurisdiction, srid FROM onegrid.plan WHERE name = %s", [PLAN]
        ).fetchone()
        connection.execute("SET search_path = onegrid, public")
        connection.execute(TABLE.format(srid=srid))
        name = f"viewer {time.time_ns()}"
    transactions = Transactions(access.application)
    with transactions.working(None) as connection:
        who = add_account(connection, name, Role.viewer, scope).identity
        secret = issue(connection, Kind.token, who, timedelta(hours=6)).secret
    transactions.in_threads.dispose()
    return secret, srid


@contextmanager
def serving(data_dir: Path, token: str) -> Iterator[Served]:
    """Run our server."""
    command = [ONEGRID, "serve", "--port", "0", "--data-dir", str(data_dir)]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        env=os.environ | {"ONEGRID_LOG_LEVEL": "warning"},
    )  # fmt: skip
    try:
        origin = process.stdout.readline().partition("/sign-in")[0].strip()
        yield Served(origin, {"Authorization": f"Bearer {token}"}, process.pid)
    finally:
        process.terminate()
        process.wait()


@contextmanager
def running(command: list[str], origin: str, **environment: str) -> Iterator[Served]:
    """Run another server, until it answers."""
    process = subprocess.Popen(
        command, env=os.environ | environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(origin + "/").close()
                break
            except urllib.error.HTTPError:
                break
            except OSError:
                time.sleep(0.2)
        yield Served(origin, {}, process.pid)
    finally:
        process.terminate()
        process.wait()


@contextmanager
def tipg(access: Access) -> Iterator[Served]:
    """Run tipg on the table."""
    place = conninfo_to_dict(access.administrator.libpq)
    address = f"postgresql://postgres@{quote(str(place['host']), safe='')}:{place['port']}/{place['dbname']}"
    said = {"DATABASE_URL": address, "TIPG_DB_SCHEMAS": '["bench"]'}
    command = [TIPG_PYTHON, "-m", "uvicorn", "tipg.main:app", "--port", "8767", "--log-level", "warning"]
    with running(command, "http://127.0.0.1:8767", **said) as served:
        yield served


def random_places(bounds: list[float], zoom: int, seed: int = 5) -> list[tuple[int, int]]:
    """Return all tiles of a zoom that a box reaches into, in random order."""
    west, south, east, north = bounds
    (first, top), (last, bottom) = (place_at(corner, zoom) for corner in ((west, north), (east, south)))
    every = [(x, y) for x in range(int(first), int(last) + 1) for y in range(int(top), int(bottom) + 1)]
    return [every[number] for number in np.random.default_rng(seed).permutation(len(every))]


def sizes(ours: Served, template: str, bounds: list[float]) -> None:
    """Print the slowest and the largest tile of each zoom, not cached, one at a time."""
    slowest, largest = (0.0, 0), (0, 0)
    for zoom in range(MAX_ZOOM + 1):
        for x, y in random_places(bounds, zoom)[:40]:
            body, took_ms = ours.get(template.format(z=zoom, x=x, y=y))
            slowest, largest = max(slowest, (took_ms, zoom)), max(largest, (len(body), zoom))
    text = f"of zoom {slowest[1]}; {largest[0] / 1000:.0f} kB at most, of zoom {largest[1]}"
    print(f"  any tile          {slowest[0]:9.1f} ms at most, {text}")


def uncached(
    ours: Served, theirs: Served, access: Access, srid: int, template: str, bounds: list[float], folder: Path
) -> None:
    """Print tiles a second that are in no cache, beside pgbench with the bare statement, and tipg."""
    places = random_places(bounds, ZOOM)
    collection = "/collections/bench.grids/tiles/WebMercatorQuad/{z}/{x}/{y}"
    require_same(ours.get(template.format(z=ZOOM, x=places[0][0], y=places[0][1]))[0],
                 theirs.get(collection.format(z=ZOOM, x=places[0][0], y=places[0][1]))[0], places[0])  # fmt: skip
    found: dict[str, list[tuple[float, float]]] = {"ours": [], "bare": [], "tipg": []}
    database = process_number(Places(access.data_dir))
    for number in range(3):
        turned = places[number * 700 :] + places[: number * 700]
        for name, served, address in (("ours", ours, template), ("tipg", theirs, collection)):
            paths = [address.format(z=ZOOM, x=x, y=y) for x, y in turned]
            before = spent_s(served.process, database)
            rate = served.rate(paths, folder)
            found[name].append((rate, 1000 * (spent_s(served.process, database) - before) / (rate * SECONDS)))
        before = spent_s(os.getpid(), database)
        rate = bare(access, srid, places, folder)
        found["bare"].append((rate, 1000 * (spent_s(os.getpid(), database) - before) / (rate * SECONDS)))
    own, plain, peer = (tuple(sorted(some)[1] for some in zip(*found[name], strict=True)) for name in found)
    beside = f"bare {plain[0]:.0f} /s, {own[0] / plain[0]:.2f} ×; tipg {peer[0]:.0f} /s, {own[0] / peer[0]:.1f} ×"
    print(f"  not cached        {own[0]:9.0f} /s   {beside}")
    beside = f"bare {plain[1]:.2f} ms, {plain[1] / own[1]:.2f} ×; tipg {peer[1]:.2f} ms, {peer[1] / own[1]:.1f} ×"
    print(f"    processor time  {own[1]:9.2f} ms   {beside}")


def spent_s(*processes: int) -> float:
    """Return the processor time that processes, and those that they began, have taken so far."""
    first = [psutil.Process(one) for one in processes]
    total = 0.0
    for one in {*first, *(below for top in first for below in top.children(recursive=True))}:
        with suppress(psutil.NoSuchProcess):
            total += sum(one.cpu_times()[:4])
    return total


def bare(access: Access, srid: int, places: list[tuple[int, int]], folder: Path) -> float:
    """Return what pgbench gets from the bare statement, tiles a second."""
    columns, rows = zip(*places, strict=True)
    choice = f"\\set x random({min(columns)}, {max(columns)})\n\\set y random({min(rows)}, {max(rows)})\n"
    (folder / "bare.sql").write_text(choice + BARE.format(srid=srid))
    how = ["-n", "-M", "prepared", "-c", str(CONNECTIONS), "-j", "1", "-T", str(SECONDS)]
    command = [server_binaries()["pgbench"], *how, "-f", str(folder / "bare.sql"), access.administrator.libpq]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return float(re.search(r"tps = ([\d.]+)", said)[1])


def require_same(own: bytes, peer: bytes, place: tuple[int, int]) -> None:
    """Require that both tiles have the same grids, but for those that only touch the buffer."""
    here, there = (read(body, (ZOOM, *place)) for body in (own, peer))
    theirs = next(iter(there.values()))
    missing = set(theirs["code"]) - set(here["grids"]["code"])
    assert len(missing) <= 0.1 * len(theirs), missing


def cached(ours: Served, template: str, bounds: list[float], folder: Path) -> None:
    """Print tiles a second from the cache, beside a constant body of FastAPI."""
    paths = [template.format(z=ZOOM, x=x, y=y) for x, y in random_places(bounds, ZOOM)[:50]]
    mean = sum(len(ours.get(path)[0]) for path in paths) // len(paths)
    command = [sys.executable, "-c", CONSTANT, str(mean), "8768"]
    with running(command, "http://127.0.0.1:8768") as constant:
        pairs = [(ours.rate(paths, folder), constant.rate(paths, folder)) for _ in range(3)]
    own, plain = (sorted(some)[1] for some in zip(*pairs, strict=True))
    print(f"  cached            {own:9.0f} /s   constant body of {mean} bytes {plain:.0f} /s, {own / plain:.2f} ×")


def items(ours: Served, theirs: Served, folder: Path) -> None:
    """Print pages of 1,000 grids a second, beside tipg."""
    path, peer_path = f"/api/plans/{PLAN}/grids?limit=1000", "/collections/bench.grids/items?limit=1000&sortby=code"
    own, peer = (json.loads(one.get(where)[0]) for one, where in ((ours, path), (theirs, peer_path)))
    codes, theirs_codes = ([one["properties"]["code"] for one in page["features"]] for page in (own, peer))
    assert codes == theirs_codes
    pairs = [(ours.rate([path], folder), theirs.rate([peer_path], folder)) for _ in range(3)]
    here, there = (sorted(some)[1] for some in zip(*pairs, strict=True))
    print(f"  1,000 grids       {here:9.1f} /s   tipg {there:.1f} /s, {here / there:.2f} ×")
