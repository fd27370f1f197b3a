"""What a thousand grids cost: processor time, memory and disk of a build, an import, edits and publishing.

Times are those of processors, the database's own among them, so that they say the same on a machine that is busy; what
they come to by the clock hangs on how many processors share the work. docs/operations.md goes on from these figures.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from sqlalchemy import Engine

from data.cluster import running_cluster
from data.database.engine import application_engine
from tests.bench.plan_edits import edit_at_random
from tests.bench.plans import size_of
from tests.bench.scale import town_of
from tests.bench.whole_process import ONEGRID, ROOT

TOWN, EDITS, WARM_UP = 900, 200, 20
TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
ZOOMS = (17, 15)
LAUNCHER = """
import resource, subprocess, sys
status = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_utime + used.ru_stime, used.ru_maxrss)
sys.exit(status)
"""
"""A small process that runs a command: the kernel counts the memory of who begins a process as that process's own."""


@dataclass(frozen=True)
class Cost:
    """Processor seconds here and in the database, the peak of this side, and bytes that came to lie on the disk."""

    here_s: float
    database_s: float
    peak_mb: float
    disk_bytes: int


def costs_of_grids(folder: Path, *, communities: int = TOWN) -> None:
    """Print what each step costs for a thousand grids."""
    layers, out, parts = town_of(folder, communities), folder / "built", folder / "parts"
    command = ["build", layers, "-o", out, "--workers", "1"]
    built = cost(command, partial(occupied, out))
    kept = cost([*command, "--parts", parts], partial(occupied, parts))
    grids = pq.read_metadata(out / "grids.parquet").num_rows
    print(f"{communities:,} communities, {grids:,} grids; for 1,000 grids, but edits for 1,000 edits")
    print("                here: s  database: s  peak MB in all  disk MB")
    told("build", grids, built)
    told("with --parts", grids, kept)
    in_database(out, folder / "capacity", grids)
    print()


def in_database(build: Path, data_dir: Path, grids: int) -> None:
    """Print what a plan costs in a private cluster of its own, and published."""
    there = ["--data-dir", data_dir]
    with running_cluster(data_dir) as url:
        cost(["db", "upgrade", *there], lambda: 0)
        engine = application_engine(url)
        stored = partial(size_of, engine)
        told("import", grids, cost(["import", build, "--name", "town", "--in-force", *there], stored, data_dir))
        for zoom in ZOOMS:
            file = data_dir.with_name(f"{zoom}.pmtiles")
            order = ["publish", "plan:town", "-o", file, "--last-zoom", zoom, *there]
            told(f"publish to {zoom}", grids, cost(order, partial(occupied, file), data_dir))
        cost(["plan", "branch", "draft", "--from", "town", *there], lambda: 0)
        told("edits", EDITS, edits(engine, stored, data_dir))
        engine.dispose()


def told(what: str, thousands: int, one: Cost) -> None:
    """Print a row."""
    share = 1000 / thousands
    print(
        f"{what:<14} {one.here_s * share:>9.2f} {one.database_s * share:>12.2f} {one.peak_mb:>15,.0f} "
        f"{one.disk_bytes * share / 1e6:>8.2f}"
    )


def cost(command: list[object], size: Callable[[], int], data_dir: Path | None = None) -> Cost:
    """Run a command, and say what it took, and by how much something grew."""
    before, spent = size(), database_s(data_dir)
    launched = [sys.executable, "-S", "-c", LAUNCHER, str(ONEGRID), *map(str, command)]
    ran = subprocess.run(launched, capture_output=True, text=True, cwd=ROOT, check=False)
    if ran.returncode:
        raise SystemExit(f"{' '.join(map(str, command))} failed:\n{ran.stderr}")
    took_s, peak_kb = map(float, ran.stdout.split())
    return Cost(took_s, database_s(data_dir) - spent, peak_kb / 1024, size() - before)


def edits(engine: Engine, size: Callable[[], int], data_dir: Path) -> Cost:
    """Make random edits all over the draft; those refused are part of what the others cost."""
    edit_at_random(engine, "draft", WARM_UP, np.random.default_rng(3))
    before, spent, began = size(), database_s(data_dir), time.process_time()
    edit_at_random(engine, "draft", EDITS, np.random.default_rng(5))
    here_s, peak_kb = time.process_time() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return Cost(here_s, database_s(data_dir) - spent, peak_kb / 1024, size() - before)


def occupied(place: Path) -> int:
    """Return the bytes of a file or of all files of a folder; none where it is not there."""
    files = place.rglob("*") if place.is_dir() else [place]
    return sum(path.stat().st_size for path in files if path.is_file())


def database_s(data_dir: Path | None) -> float:
    """Return the processor seconds of a private cluster's server so far, of ended connections too."""
    if data_dir is None:
        return 0.0
    server = int((data_dir / "cluster" / "postmaster.pid").read_text().split()[0])
    children = Path(f"/proc/{server}/task/{server}/children").read_text().split()
    return (spent(server)[1] + sum(spent(int(child))[0] for child in children)) / TICKS_A_SECOND


def spent(process: int) -> tuple[int, int]:
    """Return the ticks that a process spent, and those with its children that have ended."""
    try:
        said = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:  # it has just ended: its parent has its ticks
        return 0, 0
    return sum(map(int, said[11:13])), sum(map(int, said[11:15]))
