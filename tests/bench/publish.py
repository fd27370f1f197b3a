"""A plan in force as one PMTiles file: how long, how much memory, how large; beside the server, tile by tile."""

from __future__ import annotations

import asyncio
import gzip
import random
import resource
import subprocess
import time
from datetime import date
from pathlib import Path

from pmtiles.reader import MmapSource, Reader

from data.cluster import running_cluster
from data.cluster.configuration import ADMINISTRATOR
from data.database.access import Access
from data.database.schema import ensure_current
from data.database.url import DatabaseURL
from data.plans.tiles import draw, look
from data.publishing.publish import Order, Published, publish
from data.users.identity import Identity
from data.users.roles import Role
from data.users.transactions import Transactions
from tests.api.doors.tiles_read import place_at
from tests.bench.kept_builds import kept_build
from tests.bench.whole_process import ONEGRID
from tests.data.plans.mvt import features

PLAN, SAMPLE, SEED = "town", 300, 5
Place = tuple[int, int, int]


def publishing(folder: Path, cache: Path, data_dir: Path | None, size: str) -> None:
    """Print what publishing costs; some tiles are held against those that the server draws.

    Parameters
    ----------
    data_dir
        Of a private cluster that has the plan in force already; None: a build is imported.
    size
        Of that build.
    """
    if data_dir is None:
        data_dir = folder / "publish"
        imported(kept_build(size, cache), data_dir)
    out, today = folder / "town.pmtiles", date.today()
    with running_cluster(data_dir) as url:
        ensure_current(Access(url, url.as_user(ADMINISTRATOR), data_dir))
        began = time.perf_counter()
        made = publish(url, Order(PLAN, Identity("bench", Role.approver), today), out)
        took_s = time.perf_counter() - began
        one_s = asyncio.run(one_at_a_time(url, out, today))
    told(made, took_s, one_s)


def imported(build: Path, data_dir: Path) -> None:
    """Make a build the plan in force of a private cluster."""
    command = [ONEGRID, "import", build, "--name", PLAN, "--in-force", "--data-dir", data_dir]
    subprocess.run(command, check=True)


async def one_at_a_time(url: DatabaseURL, file: Path, today: date) -> float:
    """Draw some tiles of the last zoom as the server does; return the seconds that each took."""
    transactions, who = Transactions(url), Identity("guest", Role.viewer)
    plan = await transactions.ask(lambda connection: look(connection, who, PLAN, today))
    assert plan is not None
    took = 0.0
    with file.open("rb") as opened:
        reader = Reader(MmapSource(opened))
        places = sampled(reader)
        for place in places:
            began = time.perf_counter()
            tile = await transactions.ask(lambda connection, place=place: draw(connection, who, plan, place))
            took += time.perf_counter() - began
            assert features(tile) == features(gzip.decompress(reader.get(*place))), place
    await transactions.close()
    return took / len(places)


def sampled(reader: Reader) -> list[Place]:
    """Return some tiles of the last zoom that are in a file."""
    header, chance, found = reader.header(), random.Random(SEED), list[Place]()
    zoom = header["max_zoom"]
    while len(found) < SAMPLE:
        longitude = chance.uniform(header["min_lon_e7"], header["max_lon_e7"]) / 1e7
        latitude = chance.uniform(header["min_lat_e7"], header["max_lat_e7"]) / 1e7
        column, row = place_at((longitude, latitude), zoom)
        if reader.get(zoom, int(column), int(row)):
            found.append((zoom, int(column), int(row)))
    return found


def told(made: Published, took_s: float, one_s: float) -> None:
    """Print it."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    alone_s = one_s * made.tiles
    print(f"publish: {made.tiles:,} tiles to zoom {made.zooms}, {made.bytes / 1e6:,.0f} MB; {SAMPLE} are the server's")
    print(f"  whole plan        {took_s:9.1f} s    {peak:,.0f} MB; tile by tile {alone_s:,.0f} s, "
          f"{took_s / alone_s:.2f} ×\n")  # fmt: skip
