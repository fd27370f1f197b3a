"""Speed and memory against peers, on the same input in the same run: ``./scripts/bench [--only plans] [--sizes 4k]``.

Machines differ and are noisy: runs alternate between the peers, medians are compared, and the ratios are what to quote.
Every comparison also asserts that both answers agree. Nothing else should run meanwhile.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from pathlib import Path

from tests.bench.capacity import costs_of_grids
from tests.bench.in_process import against_libraries, where_time_goes
from tests.bench.kept_builds import SIZES, default_cache
from tests.bench.ledgers import ledgers_beside_merge
from tests.bench.map import map_beside_empty
from tests.bench.plans import plans_beside_tables
from tests.bench.publish import publishing
from tests.bench.scale import PROVINCE, province_beside_town
from tests.bench.tiles import tiles_beside_peers
from tests.bench.whole_process import against_mapshaper

PARTS = ("builds", "ledgers", "libraries", "plans", "tiles", "map")
LARGE = ("scale", "publish", "capacity")
"""Run only where they are asked for: they take long."""


def main() -> None:
    """Run the benchmarks and print their tables."""
    sys.stdout.reconfigure(line_buffering=True)  # also where it goes to a file
    given = arguments()
    print(f"machine: {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}\n")
    towns = [int(size) for size in given.sizes if size.isdigit()]
    plans = [size for size in given.sizes if size in SIZES]
    with tempfile.TemporaryDirectory(prefix="onegrid-bench-") as folder:
        if "builds" in given.only:
            against_mapshaper(Path(folder), towns, runs=given.runs, workers=given.workers)
            where_time_goes(Path(folder), towns, workers=given.workers)
        if "ledgers" in given.only:
            ledgers_beside_merge(Path(folder), workers=given.workers)
        if "libraries" in given.only:
            against_libraries(Path(folder))
        if "plans" in given.only:
            plans_beside_tables(Path(folder), plans, given.cache)
        if "tiles" in given.only:
            tiles_beside_peers(Path(folder), given.cache, given.data_dir)
        if "map" in given.only:
            map_beside_empty(Path(folder), given.cache, given.data_dir, runs=given.runs, edits=given.edits)
        if "publish" in given.only:
            publishing(Path(folder), given.cache, given.data_dir, next(iter(plans), "400k"))
        if "capacity" in given.only:
            for size in towns:
                costs_of_grids(Path(folder) / str(size), communities=size)
        if "scale" in given.only:
            province_beside_town(Path(folder), communities=given.province, runs=given.runs)


def parts(said: str) -> list[str]:
    """Read which benchmarks to run."""
    chosen = said.split(",")
    for one in chosen:
        if one not in (*PARTS, *LARGE):
            raise argparse.ArgumentTypeError(f"{one} is none of {', '.join((*PARTS, *LARGE))}")
    return chosen


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="scripts/bench")
    parser.add_argument("--only", type=parts, default=list(PARTS), help=f"of {', '.join(PARTS)}; all")
    parser.add_argument("--scale", dest="only", action="store_const", const=["scale"], help="a province beside a town")
    parser.add_argument("--province", type=int, default=PROVINCE, help="for --scale: its communities")
    parser.add_argument(
        "--sizes",
        type=lambda said: said.split(","),
        default=["900", "3600", "10000", "4k", "400k"],
        help=f"communities of the towns to build, and plans: {', '.join(SIZES)}; 900,3600,10000,4k,400k",
    )
    parser.add_argument("--runs", type=int, default=5, help="of each program, alternating")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--cache", type=Path, default=default_cache(), help="where the builds of plans are kept")
    parser.add_argument("--data-dir", type=Path, help="for tiles, map and publish: has `town` in force already")
    parser.add_argument("--edits", type=int, default=200, help="for map: made in one page while its memory is watched")
    given = parser.parse_args()
    unknown = [size for size in given.sizes if not size.isdigit() and size not in SIZES]
    if unknown:
        parser.error(f"--sizes: {unknown[0]} is neither a number of communities nor one of {', '.join(SIZES)}")
    return given


main()
