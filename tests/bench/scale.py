"""A province beside a town: time and memory for each grid, end to end, and what a second worker is worth.

GeoParquet in, GeoParquet out, gaps included. Towns are as dense as the province (`sparse`), so that size is all that
differs. Memory is that of all processes together, pages that several of them share counted once.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from tests.bench.kept_builds import DEMO
from tests.bench.whole_process import ONEGRID, ROOT, measure

TOWN, MIDDLE, PROVINCE = 900, 3_600, 44_000
SAMPLE_S = 0.25


@dataclass(frozen=True)
class Built:
    """A build that came to its end: seconds by the clock and of the processors, the peak of all processes, grids."""

    seconds: float
    processor_s: float
    megabytes: float
    grids: int

    @property
    def per_grid_ms(self) -> float:
        """Milliseconds by the clock for each grid."""
        return self.seconds / self.grids * 1000


def province_beside_town(folder: Path, *, communities: int = PROVINCE, runs: int = 3) -> None:
    """Build towns and a province and print the ratios."""
    print(f"a province: {communities:,} communities, GeoParquet to GeoParquet, 2 workers; towns: median of {runs} runs")
    towns = {size: town_of(folder, size) for size in sorted({TOWN, MIDDLE, communities})}
    print("communities    grids  seconds  processor s  peak MB  ms a grid  processor ms a grid")
    small = several(towns[TOWN], runs, workers=2)
    pairs = [(build(towns[MIDDLE], workers=1), build(towns[MIDDLE], workers=2)) for _ in range(runs)]
    large = build(towns[communities], workers=2)
    for size, built in ((TOWN, small), (MIDDLE, median([pair[1] for pair in pairs])), (communities, large)):
        print(
            f"{size:>11,} {built.grids:>8,} {built.seconds:>8.1f} {built.processor_s:>12.1f} {built.megabytes:>8,.0f} "
            f"{built.per_grid_ms:>10.3f} {built.processor_s / built.grids * 1000:>20.3f}"
        )
    print(f"time a grid, province : town  {large.per_grid_ms / small.per_grid_ms:.2f}  (at most 1.15)")
    faster = statistics.median(one.seconds / two.seconds for one, two in pairs)
    print(f"one worker : two, {MIDDLE:,} communities  {faster:.2f}  (at least 1.7)\n")


def town_of(folder: Path, communities: int) -> Path:
    """Write a town as GeoParquet, once; return its layers.toml."""
    town = folder / f"town-{communities}"
    if not (town / "layers.toml").exists():
        measure([sys.executable, "-c", DEMO, str(town), str(communities), "True"])
    return town / "layers.toml"


def several(layers: Path, runs: int, *, workers: int) -> Built:
    """Build a town several times; return the medians."""
    return median([build(layers, workers=workers) for _ in range(runs)])


def median(built: list[Built]) -> Built:
    """Return the medians of builds of one town; they must have given the same grids."""
    assert len({one.grids for one in built}) == 1, "builds of one town differ"
    middle = (
        statistics.median(getattr(one, name) for one in built) for name in ("seconds", "processor_s", "megabytes")
    )
    return Built(*middle, built[0].grids)


def build(layers: Path, *, workers: int) -> Built:
    """Build a town in a process of its own, and watch the memory of all that it starts."""
    out = layers.parent / f"built-{workers}"
    command = [str(ONEGRID), "build", str(layers), "-o", str(out), "--workers", str(workers)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=ROOT) as process:
        start = time.perf_counter()
        peak: list[float] = [0.0]
        watch = threading.Thread(target=watch_memory, args=(process.pid, peak), daemon=True)
        watch.start()
        complaint = process.stderr.read().decode() if process.stderr else ""
        _, status, usage = os.wait4(process.pid, 0)
        took = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{complaint}")
    grids = pq.read_metadata(out / "grids.parquet").num_rows
    return Built(took, usage.ru_utime + usage.ru_stime, peak[0], grids)


def watch_memory(process: int, peak: list[float]) -> None:
    """Keep the highest sum of the memory of a process and its descendants, megabytes, until it is gone."""
    while Path(f"/proc/{process}/smaps_rollup").exists():
        peak[0] = max(peak[0], sum(map(proportional_mb, family(process))))
        time.sleep(SAMPLE_S)


def family(process: int) -> Iterator[int]:
    """Yield a process and its descendants."""
    yield process
    for task in Path(f"/proc/{process}/task").glob("*/children"):
        for child in readable(task).split():
            yield from family(int(child))


def proportional_mb(process: int) -> float:
    """Return the memory of a process, pages that others share counted by their share."""
    for line in readable(Path(f"/proc/{process}/smaps_rollup")).splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0


def readable(path: Path) -> str:
    """Read what the kernel says of a process, nothing where it has just ended."""
    try:
        return path.read_text()
    except OSError:
        return ""
