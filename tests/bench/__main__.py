"""Speed and memory against peers, on the same input in the same run: ``./scripts/bench [--sizes 900,3600,10000]``.

Machines differ and are noisy: runs alternate between the peers, medians are compared, and the ratios are what to quote.
Every comparison also asserts that both answers agree.
"""

from __future__ import annotations

import argparse
import os
import platform
import tempfile
from pathlib import Path

from tests.bench.in_process import against_libraries, where_time_goes
from tests.bench.ledgers import ledgers_beside_merge
from tests.bench.whole_process import against_mapshaper


def main() -> None:
    """Run the benchmarks and print their tables."""
    parser = argparse.ArgumentParser(prog="scripts/bench")
    parser.add_argument("--sizes", default="900,3600,10000", help="communities, for the whole process")
    parser.add_argument("--runs", type=int, default=5, help="of each program, alternating")
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    print(f"machine: {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}\n")
    with tempfile.TemporaryDirectory(prefix="onegrid-bench-") as folder:
        sizes = [int(size) for size in given.sizes.split(",")]
        against_mapshaper(Path(folder), sizes, runs=given.runs, workers=given.workers)
        where_time_goes(Path(folder), sizes, workers=given.workers)
        ledgers_beside_merge(Path(folder), workers=given.workers)
        against_libraries(Path(folder))


main()
