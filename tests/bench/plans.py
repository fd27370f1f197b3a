"""Plans of two sizes: import, edit, branch, compare; beside plain tables of PostGIS on the same input in the same run.

The plain tables keep no history and no ledgers and prove nothing, so the ratios say what that costs. Both sides commit
to disk. What is measured is asserted: splits agree with the other program's, the plan is a partition wherever it was
edited, nobody is lost, a comparison names the grids that were edited.
"""

from __future__ import annotations

import resource
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sqlalchemy import Engine

from api.serving import settle_memory
from data.cluster import running_cluster
from data.cluster.configuration import ADMINISTRATOR
from data.database.access import Access
from data.database.engine import application_engine, connected
from data.database.schema import ensure_current
from data.database.url import DatabaseURL
from data.plans.comparing import compare
from data.plans.differing import State
from data.plans.figures import figures
from data.plans.importing import import_build
from data.plans.life import branch
from data.plans.plan import find_plan
from data.plans.rows import row
from geo.plans.comparing import Comparison
from tests.bench.in_process import timed
from tests.bench.kept_builds import kept_build
from tests.bench.plain_tables import PlainTables
from tests.bench.plan_edits import Edited, Split, edit_at_random, require_sound, split_apart, splits_of

PLAN, WARM_UP, EDITS, PAIRS, APART = "town", 20, 520, 100, 25
"""How many edits come before any is counted, how many are counted, how many splits are done on both sides, and how
many on each of two branches that are compared."""


@dataclass(frozen=True)
class Town:
    """A build as a plan, and as plain tables."""

    engine: Engine
    plain: PlainTables


def plans_beside_tables(folder: Path, sizes: Sequence[str], cache: Path) -> None:
    """Print what plans cost at each size, and how an edit depends on it."""
    edits = {size: at_size(size, folder / f"plans-{size}", cache) for size in sizes}
    if {"4k", "400k"} <= edits.keys():
        small, large = (statistics.median(edits[size]) for size in ("4k", "400k"))
        print(f"an edit in the plan of 400k takes {large / small:.2f} × one in that of 4k\n")


def at_size(size: str, folder: Path, cache: Path) -> list[float]:
    """Measure plans of one size; return what each edit took, milliseconds."""
    build = kept_build(size, cache)
    with databases(folder) as (engine, administrator):
        took_s, _ = timed(lambda: import_build(engine, build, PLAN, by="bench"), runs=1)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        disk = size_of(engine)
        plain = PlainTables.load(build, folder, administrator)
        town = Town(engine, plain)
        settle_memory()  # as the server does once it has started
        imported(town, size, took_s, peak, disk)
        branching(town)
        apart = splitting(town)
        edited = editing(town)
        comparing(town, apart)
        plain.close()
    print()
    return edited


@contextmanager
def databases(folder: Path) -> Iterator[tuple[Engine, DatabaseURL]]:
    """Give a private cluster of its own, as the program has it in production."""
    folder.mkdir()
    with running_cluster(folder) as url:
        access = Access(url, url.as_user(ADMINISTRATOR), folder)
        ensure_current(access)
        engine = application_engine(url)
        try:
            yield engine, access.administrator
        finally:
            engine.dispose()


def imported(town: Town, size: str, took_s: float, peak: float, disk: int) -> None:
    """Print how long an import took, beside loading grids, faces and gaps alone; the most memory, MB; bytes on disk."""
    with connected(town.engine, place="bench") as connection:
        plan = find_plan(connection, PLAN)
        found = figures(connection, State(plan, plan.head), plan.made_at.date())
    grids, gaps = town.plain.counted()
    assert found.grids == grids
    print(f"plans, {size}: {grids:,} grids, {gaps:,} gaps; {disk / 2**20:,.0f} MB on disk")
    print(
        f"  import            {took_s:9.1f} s    {peak:,.0f} MB{beside('ogr2ogr', took_s, town.plain.load_s, 's', 1)}"
    )


def branching(town: Town) -> None:
    """Print how long a branch takes and what it adds to the disk, beside a copy of the tables."""
    before, names = size_of(town.engine), iter(f"b{number}" for number in range(5))
    took, _ = timed(lambda: branch(town.engine, next(names), of=PLAN, by="bench"), runs=5)
    added = (size_of(town.engine) - before) / 5
    copied, _ = timed(town.plain.copy, runs=1)
    text = beside("copy of tables", 1000 * took, 1000 * copied, "ms", 0)
    print(f"  branch            {1000 * took:9.1f} ms   {added / 1024:,.0f} kB{text}")


def splitting(town: Town) -> list[Split]:
    """Print how long a split takes beside one in plain tables; return splits that were not done."""
    splits = splits_of(town.engine, PLAN, PAIRS + WARM_UP + 2 * APART, np.random.default_rng(7))
    pairs = []
    for number, one in enumerate(splits[: PAIRS + WARM_UP]):
        start = time.perf_counter()
        largest_m2 = one.carry_out(town.engine, PLAN)
        between = time.perf_counter()
        theirs_m2 = town.plain.split(one)
        end = time.perf_counter()
        assert abs(largest_m2 - theirs_m2) < 1, f"{one.code}: {largest_m2} m² and {theirs_m2} m²"
        pairs += [(1000 * (between - start), 1000 * (end - between))] if number >= WARM_UP else []
    ours, theirs = (statistics.median(times) for times in zip(*pairs, strict=True))
    print(f"  split             {ours:9.1f} ms{beside('plain PostGIS', ours, theirs, 'ms', 1)}, {len(pairs)} grids")
    commit, _ = timed(town.plain.commit, runs=50)
    print(f"    a commit alone  {1000 * commit:9.1f} ms")
    return splits[PAIRS + WARM_UP :]


def editing(town: Town) -> list[float]:
    """Print how long edits of all kinds take, from the call to the commit; return milliseconds."""
    edited = edit_at_random(town.engine, PLAN, WARM_UP + EDITS, np.random.default_rng(11))
    require_sound(town.engine, PLAN)
    counted = edited.applied[WARM_UP:]
    times, here = ([one[part] for one in counted] for part in (1, 2))
    low, high, worst = np.percentile(times, (50, 95, 99))
    print(f"  any edit          {low:9.1f} ms   95 % {high:.1f} ms, 99 % {worst:.1f} ms, {len(times)} edits")
    print(f"    computing here  {statistics.median(here):9.1f} ms   the rest is the database, and waiting for it")
    print(f"    {by_verb(counted)}")
    print(f"    refused         {statistics.median(edited.refused_ms):9.1f} ms   {len(edited.refused_ms)} edits")
    return times


def by_verb(counted: Sequence[Edited]) -> str:
    """Say the median of each verb."""
    verbs = sorted({verb for verb, _, _ in counted})
    medians = {verb: statistics.median(ms for each, ms, _ in counted if each == verb) for verb in verbs}
    return ", ".join(f"{verb} {ms:.1f}" for verb, ms in medians.items())


def comparing(town: Town, splits: Sequence[Split]) -> None:
    """Print how long it takes to compare two branches, beside a join of two tables that differ as much."""
    done = {
        name: {code for one in some for code in split_apart(town.engine, name, one)}
        for name, some in (("b0", splits[:APART]), ("b1", splits[APART:]))
    }

    def compared() -> Comparison:
        with connected(town.engine, place="bench") as connection:
            return compare(connection, *(State(plan, plan.head) for plan in (find_plan(connection, b) for b in done)))

    took, found = timed(compared, runs=9)
    differ = {grid.code for one in found.grids if one.fate != "same" for grid in (one.old, one.new) if grid}
    assert differ == done["b0"] | done["b1"]
    joined, number = timed(town.plain.differing, runs=3)
    text = beside(f"join of tables, {number} grids", 1000 * took, 1000 * joined, "ms", 0)
    print(f"  compare           {1000 * took:9.1f} ms   {len(differ)} grids{text}")


def beside(what: str, ours: float, theirs: float, unit: str, decimals: int) -> str:
    """Say what a peer took, and the ratio."""
    return f"   {what} {theirs:.{decimals}f} {unit}, {ours / theirs:.3g} ×"


def size_of(engine: Engine) -> int:
    """Return the size of the database on disk, bytes."""
    with connected(engine, place="bench") as connection:
        return int(row(connection, "SELECT pg_database_size(current_database()) AS size").size)
