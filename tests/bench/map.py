"""The map in a browser: how soon it is there, how it follows the hand, what an edit costs, and what stays behind.

Chromium runs headless and draws by software (SwiftShader), so frames are few on every page; what counts is what the
application adds to an empty map of the same library, under the same hand, in the same run.
"""

from __future__ import annotations

import statistics
import subprocess
import urllib.request
from pathlib import Path

from playwright.sync_api import Request

from data.cluster import running_cluster
from data.cluster.configuration import ADMINISTRATOR
from data.database.access import Access
from data.database.schema import ensure_current
from tests.bench.kept_builds import kept_build
from tests.bench.map_edits import consequences, memory
from tests.bench.map_pages import Pages, pages
from tests.bench.map_panning import panning
from tests.bench.tiles import PLAN
from tests.bench.whole_process import ONEGRID

BUILT_KINDS = (".js", ".mjs", ".css")
PLAIN_BYTES = 20_000
"""What the picture of a page of one colour never reaches."""


def map_beside_empty(folder: Path, cache: Path, data_dir: Path | None, *, runs: int, edits: int) -> None:
    """Print what the map application costs, beside an empty map.

    Parameters
    ----------
    data_dir
        Of a private cluster that has the plan in force already; None: the build of 400k is imported.
    """
    if data_dir is None:
        data_dir = folder / "map"
        command = [ONEGRID, "import", kept_build("400k", cache), "--name", PLAN, "--in-force", "--data-dir", data_dir]
        subprocess.run(command, check=True)
    with running_cluster(data_dir) as url:
        access = Access(url, url.as_user(ADMINISTRATOR), data_dir)
        ensure_current(access)
        with pages(folder, data_dir, access) as looked_at:
            grids = looked_at.ask("GET", f"/api/plans/{PLAN}")["counts"]["grids"]
            print(f"map of a plan in force of {grids:,} grids")
            opening(looked_at, runs)
            panning(looked_at, runs)
            consequences(looked_at)
            memory(looked_at, edits)
    print()


def opening(looked_at: Pages, runs: int) -> None:
    """Print how long after navigation the opening view stands still with its tiles drawn, and what came by then."""
    first = opened_after(looked_at, looked_at.address())[0]
    pairs = [
        (opened_after(looked_at, looked_at.address()), opened_after(looked_at, looked_at.empty)) for _ in range(runs)
    ]
    ours = statistics.median(pair[0][0] for pair in pairs)
    empty = statistics.median(pair[1][0] for pair in pairs)
    came = pairs[-1][0][1]
    beside = f"empty map {empty:.0f} ms, {ours / empty:.2f} ×; a server's very first {first:.0f} ms"
    print(f"  first map         {ours:9.0f} ms   {beside}")
    of = f"of which the map library's worker {came['worker']:.0f} kB; by gzip {came['gzip']:.0f} kB"
    print(f"  script and style  {came['brotli']:9.0f} kB   {of}")
    print(f"  requests          {came['requests']:9.0f}      {came['tiles']} of them tiles, {came['tiles_kb']:.0f} kB")


def opened_after(looked_at: Pages, address: str) -> tuple[float, dict[str, float]]:
    """Open an address anew; return after how many ms its map rested, and what had come by then."""
    with looked_at.opened(address) as (page, finished):
        rested, began = page.evaluate("window.rested.then(rested => [rested, performance.timeOrigin])")
        first = [one for one in list(finished) if ended(one) <= began + rested]  # more comes for later
        sizes = [(one.url, one.sizes()["responseBodySize"]) for one in first]
        pictured = page.screenshot()
    assert len(pictured) > PLAIN_BYTES or address == looked_at.empty, "nothing is drawn"
    ours = [url for url, _ in sizes if url.endswith(BUILT_KINDS) and address != looked_at.empty]
    packed = {url: packed_bytes(url, "br") for url in ours}  # what the browser itself says of a worker is nothing
    tiles = [size for url, size in sizes if ".mvt" in url]
    return float(rested), {
        "brotli": sum(packed.values()) / 1000,
        "worker": sum(size for url, size in packed.items() if "worker" in url) / 1000,
        "gzip": sum(packed_bytes(url, "gzip") for url in ours) / 1000,
        "requests": len(sizes),
        "tiles": len(tiles),
        "tiles_kb": sum(tiles) / 1000,
    }


def ended(request: Request) -> float:
    """Return when a request had its answer, milliseconds of the day's clock."""
    return request.timing["startTime"] + max(request.timing["responseEnd"], 0.0)


def packed_bytes(url: str, encoding: str) -> int:
    """Return how large a file is in an encoding: off this machine, browsers take gzip alone where there is no TLS."""
    asked = urllib.request.Request(url, headers={"Accept-Encoding": encoding})
    with urllib.request.urlopen(asked) as answer:
        return len(answer.read())
