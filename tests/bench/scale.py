"""A province beside a town: time and memory for each grid, end to end, and what a second worker is worth.

GeoParquet in, GeoParquet out, gaps included. Towns are as dense as the province (`sparse`), so that size is all that
differs. Memory is that of all processes together, pages that several of them share counted once. Then one unit of the
province is moved by some metres: what a build costs that takes the parts of the last one, and whether it writes the
same bytes as one from nothing. At last the province becomes a plan in force, and that one file of tiles.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import geopandas as gpd
import pyarrow.parquet as pq

from tests.bench.kept_builds import DEMO, default_cache
from tests.bench.publish import imported, publishing
from tests.bench.whole_process import ONEGRID, ROOT, measure

TOWN, MIDDLE, PROVINCE = 900, 3_600, 44_000
SAMPLE_S, REST = 0.25, 30
"""Between looks at the memory, and so many times what one took: who has gigabytes waits while they are counted."""

CHANGED, MOVED_DEGREES = "courtyard.parquet", 3e-5
"""A layer of the province, and how far one of its units is moved: some three metres."""


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
    """Build towns and a province, change the province, publish it, and print the figures with what they may be."""
    town, middle = min(TOWN, communities), min(MIDDLE, communities)
    print(f"a province: {communities:,} communities, GeoParquet to GeoParquet, 2 workers; towns: median of {runs} runs")
    towns = {size: town_of(folder, size) for size in sorted({town, middle, communities})}
    print("communities    grids  seconds  processor s  peak MB  ms a grid  processor ms a grid")
    small = told(town, several(towns[town], runs, workers=2))
    pairs = [(build(towns[middle], workers=1), build(towns[middle], workers=2)) for _ in range(runs)]
    told(middle, median([pair[1] for pair in pairs]))
    large = told(communities, build(towns[communities], workers=2))
    print(f"province: seconds       {large.seconds:9.1f}  (at most 120)")
    print(f"province: peak MB       {large.megabytes:9,.0f}  (at most 6,000)")
    print(f"time a grid : town's    {large.per_grid_ms / small.per_grid_ms:9.2f}  (at most 1.15)")
    faster = statistics.median(one.seconds / two.seconds for one, two in pairs)
    print(f"one worker : two        {faster:9.2f}  (at least 1.7; {middle:,} communities)")
    print_change(towns[communities])
    imported(towns[communities].parent / "built-2", folder / "plans")
    publishing(folder, default_cache(), folder / "plans", "")
    print("(publishing: at most 600 s)\n")


def told(communities: int, built: Built) -> Built:
    """Print a build's row of the table, and return it."""
    print(
        f"{communities:>11,} {built.grids:>8,} {built.seconds:>8.1f} {built.processor_s:>12.1f} "
        f"{built.megabytes:>8,.0f} {built.per_grid_ms:>10.3f} {built.processor_s / built.grids * 1000:>20.3f}"
    )
    return built


def print_change(layers: Path) -> None:
    """Print what a build costs after one unit moved, with the pieces of the last build and without.

    The last build carried on the codes of one before, as this one does: so it is where builds follow each other.
    """
    parts = ("--parts", str(layers.with_name("parts")))
    first, last = (("--previous", str(layers.with_name(name))) for name in ("built-2", "kept"))
    build(layers, workers=2, name="kept", options=(*first, *parts))
    changed = one_unit_moved(layers)
    quick = build(changed, workers=2, name="changed", options=(*last, *parts))
    whole = build(changed, workers=2, name="anew", options=last)
    left, right = (contents(layers.with_name(name)) for name in ("changed", "anew"))
    assert left == right, "a build with kept parts differs from one from nothing"
    disk = sum(path.stat().st_size for path in layers.with_name("parts").iterdir())
    print(f"one community changed   {quick.seconds:9.1f} s  (at most 3); {quick.processor_s:.1f} processor s, "
          f"from nothing {whole.seconds:.1f} s and {whole.processor_s:.1f}; parts {disk / 1e6:,.0f} MB")  # fmt: skip


def one_unit_moved(layers: Path) -> Path:
    """Write the layers with one unit moved; return the new layers.toml."""
    units = gpd.read_parquet(layers.with_name(CHANGED))
    middle = len(units) // 2
    shapes = units.geometry.to_list()
    shapes[middle] = units.geometry.iloc[[middle]].translate(MOVED_DEGREES).iloc[0]
    units.set_geometry(shapes, crs=units.crs).to_parquet(layers.with_name(f"moved-{CHANGED}"))
    said = layers.read_text("utf-8")
    assert said.count(f'"{CHANGED}"') == 1
    moved = layers.with_name("moved.toml")
    moved.write_text(said.replace(f'"{CHANGED}"', f'"moved-{CHANGED}"'), "utf-8")
    return moved


def contents(build: Path) -> dict[str, str]:
    """Return the hash of each file of a build."""
    return {path.name: sha256(path.read_bytes()).hexdigest() for path in build.iterdir()}


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


def build(layers: Path, *, workers: int, name: str | None = None, options: Sequence[str] = ()) -> Built:
    """Build a town in a process of its own, and watch the memory of all that it starts."""
    out = layers.parent / (name or f"built-{workers}")
    command = [str(ONEGRID), "build", str(layers), "-o", str(out), "--workers", str(workers), *options]
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
        began = time.perf_counter()
        peak[0] = max(peak[0], sum(map(proportional_mb, family(process))))
        time.sleep(max(SAMPLE_S, REST * (time.perf_counter() - began)))


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
