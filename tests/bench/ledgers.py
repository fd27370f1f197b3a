"""The ledgers beside the merge, and those of one grid alone, as a plan recomputes them after an edit."""

from __future__ import annotations

import statistics
import subprocess
import time
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from data.reading import read_sources
from geo import telling
from geo.build import build
from geo.drawing_up import Drawn, draw_up
from geo.gaps import FINDERS, Held, find_gaps
from geo.result import OneGrid
from geo.scale import threads
from geo.scale import workers as processes
from tests.bench.whole_process import ONEGRID

COMMUNITIES, SAMPLE = 1000, 300
MERGE = ("repair", "communities", "relate", "merge", "join")


def ledgers_beside_merge(folder: Path, *, workers: int, communities: int = COMMUNITIES) -> None:
    """Print how long all ledgers take beside the merge, each kind alone, and the ledgers of one grid."""
    town = folder / "town-ledgers"
    subprocess.run([ONEGRID, "demo", town, "--communities", str(communities)], check=True, capture_output=True)
    grid, held, seconds = built(town / "layers.toml", workers)
    merge = sum(seconds[stage] for stage in MERGE)
    print(f"ledgers, {communities} communities, {len(grid.grids)} grids, {len(grid.gaps)} gaps, {workers} workers")
    print(f"  merge, to one partition      {merge:8.3f} s")
    ledgers = seconds["ledgers"]
    print(f"  all ledgers                  {ledgers:8.3f} s   {ledgers / merge:6.2f} × the merge")
    print(f"  staff, ratings, party        {seconds['staffing']:8.3f} s")
    for kind, find in FINDERS.items():
        if kind not in held.not_evaluated:
            start = time.perf_counter()
            found = find(held)
            print(f"    {kind:<24} {time.perf_counter() - start:8.3f} s   {len(found)} gaps")
    one_grid(held, grid)


def built(layers: Path, workers: int) -> tuple[OneGrid, Held, dict[str, float]]:
    """Build a town in one section; return it, what the gap rules looked at, and the seconds of each stage and of the
    ledgers."""
    read = read_sources(layers, warn=lambda sentence: None)
    began: list[tuple[str, float]] = []
    seen: list[tuple[Held, float]] = []

    def watched(held: Held, *given: Any) -> list[Drawn]:
        start = time.perf_counter()
        drawn = draw_up(held, *given)
        seen.append((held, time.perf_counter() - start))
        return drawn

    with patch.object(telling, "draw_up", watched):
        grid = build(
            read.sources,
            read.settings.parameters,
            run=processes(workers),
            local=threads(workers),
            size=len(read.sources.communities),
            progress=lambda stage: began.append((stage, time.perf_counter())),
        )
    ends = [*(start for _, start in began[1:]), time.perf_counter()]
    seconds = {stage: end - start for (stage, start), end in zip(began, ends, strict=True)}
    held, ledgers = seen[0]
    return grid, held, seconds | {"ledgers": ledgers}


def one_grid(held: Held, grid: OneGrid) -> None:
    """Print the time of one grid's ledgers, and assert that they are those that it has among all."""
    rows = np.random.default_rng(1).permutation(len(grid.grids))[:SAMPLE]
    times, found = [], []
    for row in rows:
        start = time.perf_counter()
        found.append(find_gaps(held.only([row])))
        times.append(1000 * (time.perf_counter() - start))
    own, every = grid.gaps.groupby("code")["gap_id"].agg(set).to_dict(), set(grid.gaps["gap_id"])
    for row, gaps in zip(rows, found, strict=True):
        assert own.get(grid.grids["code"].iloc[row], set()) <= set(gaps["gap_id"]) <= every
    worst = np.percentile(times, 95)
    print(
        f"  one grid's ledgers           {statistics.median(times):8.2f} ms  median of {SAMPLE}; 95 % {worst:.2f} ms\n"
    )
