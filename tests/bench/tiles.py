"""Tiles of a plan in force, asked for by a scoped viewer: beside the bare statement, tipg, and a constant body.

Everything runs on the same cores in the same run: PostgreSQL, the server that is measured, and ``wrk`` or ``pgbench``.
Tiles that are not in the cache are random ones of zoom 14, each asked for once of a server started anew. Beside
answers a second stands the processor time of an answer, of the server and PostgreSQL together, which depends less on
what else the machine does. The bare statement and tipg draw one layer, ours six. They do it from three tables of the
same grids: with the attributes of our layer, joined and judged beforehand, and its outlines, in the plan's CRS or
projected beforehand; and with nine attributes and the exact land.
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
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pandas as pd
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
from data.plans.decisions import ALL
from data.plans.tiles import MAX_ZOOM
from data.plans.tiles_layers import GRID
from data.plans.tiles_sql import DECIDED, GRID_SAID, WORST
from data.plans.versions_sql import versions
from data.users.accounts import add_account
from data.users.credentials import Kind, issue
from data.users.roles import Role
from data.users.transactions import Transactions
from geo.sources import COUNTS
from tests.api.doors.tiles_read import place_at, read
from tests.bench.kept_builds import kept_build
from tests.bench.whole_process import ONEGRID

PLAN, ZOOM, SECONDS, CONNECTIONS = "town", 14, 2, 4
TIPG_PYTHON = sys.executable
BARE = """
SELECT ST_AsMVT(t, 'grids', 4096, 'geom') FROM (
    SELECT {columns}, ST_AsMVTGeom({geometry}, ST_TileEnvelope(14, :x, :y), 4096, 64, true) AS geom
    FROM bench.{table}
    WHERE geom && {place}) AS t;
"""
PLACE = "ST_TileEnvelope(14, :x, :y, margin => 0.015625)"
PLAIN = """
CREATE SCHEMA IF NOT EXISTS bench;
DROP TABLE IF EXISTS bench.plain, bench.grids, bench.projected;
CREATE TABLE bench.plain AS
SELECT grid_id AS id, code, kind, name, community, management_type, households, population, party_members, locked,
    polygon::geometry(Geometry, {srid}) AS geom
FROM onegrid.grids_at((SELECT plan_id FROM onegrid.plan WHERE name = 'town'), 2147483646) ORDER BY code;
"""
DRAWN = f"""
CREATE TABLE bench.grids AS
WITH g AS MATERIALIZED (SELECT v.* FROM {versions("drawn_grid", "true")} WHERE a.plan_id = %(plan)s), {DECIDED}
SELECT g.version_id AS id, {GRID_SAID}, p.outline::geometry(Geometry, %(srid)s) AS geom
FROM g {WORST} JOIN onegrid.grid_version AS p ON p.version_id = g.version_id ORDER BY g.code;
CREATE TABLE bench.projected AS SELECT * FROM bench.grids ORDER BY code;
ALTER TABLE bench.projected ALTER COLUMN geom TYPE geometry(Geometry, 3857) USING ST_Transform(geom, 3857);
"""
INDEXED = """
ALTER TABLE bench.{table} ADD PRIMARY KEY (id);
CREATE INDEX ON bench.{table} USING gist (geom);
ANALYZE bench.{table};
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
class Peer:
    """A table of all grids for the peers: its attributes, and the CRS of its land."""

    table: str
    attributes: tuple[str, ...]
    srid: int

    @property
    def collection(self) -> str:
        """Where tipg has its tiles."""
        return f"/collections/bench.{self.table}/tiles/WebMercatorQuad/{{z}}/{{x}}/{{y}}"

    @property
    def bare(self) -> str:
        """The statement for pgbench."""
        same = self.srid == 3857
        return BARE.format(
            table=self.table, columns=", ".join(self.attributes),
            geometry="geom" if same else "ST_Transform(geom, 3857)",
            place=PLACE if same else f"ST_Transform({PLACE}, {self.srid})",
        )  # fmt: skip


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
        token, peers = prepared(access)
        with tipg(access) as theirs:
            with serving(data_dir, token) as ours:
                tilejson = json.loads(ours.get(f"/tiles/{PLAN}.json")[0])
                template, bounds = tilejson["tiles"][0].removeprefix(ours.origin), tilejson["bounds"]
                sizes(ours, template, bounds)
                ours.rate([template.format(z=ZOOM, x=x, y=y) for x, y in random_places(bounds, ZOOM)], folder)
            for peer in peers:
                with serving(data_dir, token) as ours:  # whose cache is empty
                    uncached(ours, theirs, access, peer, template, bounds, folder)
            with serving(data_dir, token) as ours:
                cached(ours, template, bounds, folder)
                items(ours, theirs, folder)
    print()


def prepared(access: Access) -> tuple[str, list[Peer]]:
    """Make a viewer whose scope is the plan's, and the tables for the peers; return the viewer's token, and those."""
    with psycopg.connect(
        access.administrator.libpq, autocommit=True, cursor_factory=psycopg.ClientCursor
    ) as connection:
        plan_id, scope, srid, head = connection.execute(
            "SELECT plan_id, jurisdiction, srid, head FROM onegrid.plan WHERE name = %s", [PLAN]
        ).fetchone()
        connection.execute("SET search_path = onegrid, public")
        connection.execute("SET enable_hashjoin = off; SET enable_mergejoin = off")  # a few gaps a grid, by an index
        connection.execute(PLAIN.format(srid=srid))
        values = {"plan": plan_id, "at": head, "jurisdiction": scope, "today": date.today().isoformat(), "srid": srid}
        connection.execute(DRAWN, values | {"decision": ALL})
        for table in ("grids", "projected", "plain"):
            connection.execute(INDEXED.format(table=table))
    plain = ("code", "kind", "name", "community", "management_type", *COUNTS, "locked")
    return viewer(access, scope), [
        Peer("grids", tuple(GRID), srid), Peer("projected", tuple(GRID), 3857), Peer("plain", plain, srid)
    ]  # fmt: skip


def viewer(access: Access, scope: str) -> str:
    """Make a viewer of a scope; return a token."""
    transactions = Transactions(access.application)
    with transactions.working(None) as connection:
        who = add_account(connection, f"viewer {time.time_ns()}", Role.viewer, scope).identity
        secret = issue(connection, Kind.token, who, timedelta(hours=6)).secret
    transactions.in_threads.dispose()
    return secret


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
    """Run tipg on the tables, its tiles with a buffer like ours."""
    place = conninfo_to_dict(access.administrator.libpq)
    address = f"postgresql://postgres@{quote(str(place['host']), safe='')}:{place['port']}/{place['dbname']}"
    said = {"DATABASE_URL": address, "TIPG_DB_SCHEMAS": '["bench"]', "TIPG_TILE_BUFFER": "64"}
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
    ours: Served, theirs: Served, access: Access, peer: Peer, template: str, bounds: list[float], folder: Path
) -> None:
    """Print tiles a second that are in no cache, beside pgbench with the bare statement, and tipg."""
    places = random_places(bounds, ZOOM)
    at = dict(zip("zxy", (ZOOM, *places[0]), strict=True))
    require_same(ours.get(template.format(**at))[0], theirs.get(peer.collection.format(**at))[0], places[0], peer)
    found: dict[str, list[tuple[float, float]]] = {"ours": [], "bare": [], "tipg": []}
    database = process_number(Places(access.data_dir))
    left = places[1:]
    for _ in range(3):
        for name, served, address in (("tipg", theirs, peer.collection), ("ours", ours, template)):
            paths = [address.format(z=ZOOM, x=x, y=y) for x, y in left]
            before = spent_s(served.process, database)
            rate = served.rate(paths, folder)
            found[name].append((rate, 1000 * (spent_s(served.process, database) - before) / (rate * SECONDS)))
        left = left[int(found["ours"][-1][0] * SECONDS) + 2 * CONNECTIONS :]
        assert left, "our tiles came to be asked for twice: give SECONDS less"
        before = spent_s(os.getpid(), database)
        rate = bare(access, peer, places, folder)
        found["bare"].append((rate, 1000 * (spent_s(os.getpid(), database) - before) / (rate * SECONDS)))
    own, plain, them = (tuple(sorted(some)[1] for some in zip(*found[name], strict=True)) for name in found)
    print(f"  not cached; peers with {len(peer.attributes)} attributes, land in EPSG:{peer.srid}")
    beside = f"bare {plain[0]:.0f} /s, {own[0] / plain[0]:.2f} ×; tipg {them[0]:.0f} /s, {own[0] / them[0]:.1f} ×"
    print(f"    tiles           {own[0]:9.0f} /s   {beside}")
    beside = f"bare {plain[1]:.2f} ms, {plain[1] / own[1]:.2f} ×; tipg {them[1]:.2f} ms, {them[1] / own[1]:.1f} ×"
    print(f"    processor time  {own[1]:9.2f} ms   {beside}")


def spent_s(*processes: int) -> float:
    """Return the processor time that processes, and those that they began, have taken so far."""
    first = [psutil.Process(one) for one in processes]
    total = 0.0
    for one in {*first, *(below for top in first for below in top.children(recursive=True))}:
        with suppress(psutil.NoSuchProcess):
            total += sum(one.cpu_times()[:4])
    return total


def bare(access: Access, peer: Peer, places: list[tuple[int, int]], folder: Path) -> float:
    """Return what pgbench gets from the bare statement, tiles a second."""
    columns, rows = zip(*places, strict=True)
    choice = f"\\set x random({min(columns)}, {max(columns)})\n\\set y random({min(rows)}, {max(rows)})\n"
    (folder / "bare.sql").write_text(choice + peer.bare)
    how = ["-n", "-M", "prepared", "-c", str(CONNECTIONS), "-j", "1", "-T", str(SECONDS)]
    command = [server_binaries()["pgbench"], *how, "-f", str(folder / "bare.sql"), access.administrator.libpq]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return float(re.search(r"tps = ([\d.]+)", said)[1])


def require_same(own: bytes, other: bytes, place: tuple[int, int], peer: Peer) -> None:
    """Require that both tiles say the same of the same grids, but for those that only touch the buffer."""
    here, there = (read(body, (ZOOM, *place)) for body in (own, other))
    mine, theirs = here["grids"].set_index("code"), next(iter(there.values())).set_index("code")
    missing = set(theirs.index) - set(mine.index)
    assert len(missing) <= 0.1 * len(theirs), missing
    common = mine.index.intersection(theirs.index)
    for name in set(peer.attributes) - {"code"}:
        pair = [table.reindex(columns=[name]).loc[common, name].astype(object) for table in (mine, theirs)]
        assert all(a == b or (pd.isna(a) and pd.isna(b)) for a, b in zip(*pair, strict=True)), name


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
    path, peer_path = f"/api/plans/{PLAN}/grids?limit=1000", "/collections/bench.plain/items?limit=1000&sortby=code"
    own, peer = (json.loads(one.get(where)[0]) for one, where in ((ours, path), (theirs, peer_path)))
    codes, theirs_codes = ([one["properties"]["code"] for one in page["features"]] for page in (own, peer))
    assert codes == theirs_codes
    pairs = [(ours.rate([path], folder), theirs.rate([peer_path], folder)) for _ in range(3)]
    here, there = (sorted(some)[1] for some in zip(*pairs, strict=True))
    print(f"  1,000 grids       {here:9.1f} /s   tipg {there:.1f} /s, {here / there:.2f} ×")
