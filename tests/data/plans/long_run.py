"""Edits at random, as many as are asked for, each judged as the state machine judges them (`steps`).

    python -m tests.data.plans.long_run --edits 100000 --processes 2 --seed 1      a long run
    python -m tests.data.plans.long_run --seed 1 --only 17                         one chapter of it again

The run has chapters, each over a town of its own in a database of its own, in a private cluster in a temporary
directory that would not survive a power cut. So that towns do not end as dust, people go on from the start in a new
branch every `FRESH` edits; each `CHAINED`-th chapter stays in one chain of revisions instead. What fails is printed
with what was asked for last; the other chapters go on.

After every edit the whole plan is read back, and judged as a whole (`holding`), against the state before it
(`judging_steps`) and against what is known of it (`knowing`). Every `LEDGERS_EACH`-th edit or so, the ledgers and gaps
of the communities that it changed are drawn up again.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from api.building import build_files
from api.console import Stages
from data.database.access import Access
from data.database.engine import application_engine
from data.demo.writing import write_demo
from data.output import write_build
from data.plans.importing import import_build
from geo.build import build
from geo.sources import Parameters
from tests.data.plans.asking import Said, is_promising, possible_verbs
from tests.data.plans.knowing import Known
from tests.data.plans.steps import Steps
from tests.data.plans.storms import cluster_of_its_own
from tests.databases import HURRY, database_like, execute
from tests.geo.messy import messy_sources

CHAPTER = 1000
"""Edits in a chapter."""
FRESH, CHAINED, DEMO = 500, 5, 4
LIVE = 4
"""Plans that are worked on at a time."""
GROWN = 1.7
"""When a town has so many times the grids that it began with, people merge more."""
PEOPLE = ("甲", "乙", "丙")
LEDGERS_EACH = 20
DRAWS, RASH = 6, 0.1
"""How often an edit is drawn until it looks as if it could be done; how many are asked for all the same."""
ROOT = "town"
SIDES = (1, 2, 2, 2, 3)
"""Of a town, in communities: small ones, so that all of a plan can be judged after each edit."""

STEPS = {"ask": 0.83, "undo": 0.06, "redo": 0.03, "branch": 0.02, "merge": 0.015, "review": 0.005, "look": 0.03,
         "compare": 0.01}  # fmt: skip

told = get_context("spawn").Value("q", 0)


@dataclass
class Figures:
    """What chapters came to."""

    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    looked: Counter[str] = field(default_factory=Counter)
    took_s: list[float] = field(default_factory=list)
    failed: list[int] = field(default_factory=list)
    grids: int = 0

    def add(self, other: Figures) -> None:
        """Add those of another chapter."""
        for name in ("done", "refused", "looked"):
            getattr(self, name).update(getattr(other, name))
        self.took_s += other.took_s
        self.failed += other.failed
        self.grids = max(self.grids, other.grids)

    def said(self) -> str:
        """Write them."""
        took = np.array(self.took_s or [0]) * 1e3
        return (
            f"{self.done.total()} edits done: {dict(self.done.most_common())}\n"
            f"{self.refused.total()} refused: {dict(self.refused.most_common())}\n"
            f"beside: {dict(self.looked.most_common())}; at most {self.grids} grids in a plan\n"
            f"an edit: median {np.median(took):.1f} ms, 99th percentile {np.percentile(took, 99):.1f} ms\n"
            f"failed chapters: {self.failed or 'none'}"
        )


class Wandering:
    """Steps at random over the plans of one town."""

    def __init__(self, steps: Steps, dice: np.random.Generator, *, chained: bool) -> None:
        self.steps, self.dice, self.chained = steps, dice, chained
        self.live = [steps.begin(ROOT)]
        self.start = len(self.live[0].now.grids)
        self.units = self.live[0].now.units
        self.fresh_at = FRESH
        self.most = self.start

    def step(self) -> None:
        """Take a step."""
        if not self.chained and self.steps.done.total() >= self.fresh_at:
            self.fresh_at += FRESH
            self.live = [self.branch(self.steps.plans[ROOT], 0)]
        known = self.live[-1] if self.dice.random() < 0.7 else self.any_plan()
        what = str(self.dice.choice(list(STEPS), p=list(STEPS.values())))
        getattr(self, f"to_{what}")(known)
        self.most = max(self.most, len(known.now.grids))

    def to_ask(self, known: Known) -> None:
        """Ask for an edit; now and then on an old revision."""
        said = self.drawn(known)
        back = int(self.dice.integers(1, 9)) if self.dice.random() < 0.15 else 0
        head, dry = known.head, bool(self.dice.random() < 0.03)
        self.steps.ask(known, said, by=self.person(), back=back, first_dry=dry)
        if known.head > head and self.dice.random() < 1 / LEDGERS_EACH:
            self.steps.require_ledgers_drawn_up(known)

    def drawn(self, known: Known) -> Said:
        """Draw an edit; most of those that can't be done at first sight are drawn again, since a refusal takes long."""
        now = known.now
        homes = [one.community for one in now.grids.values()]
        for _ in range(DRAWS):
            verbs = possible_verbs(now.codes, now.polygon, self.dice, self.units)
            if len(now.grids) > GROWN * self.start and self.dice.random() < 0.5:
                verbs = [said for said in verbs if said["verb"] == "merge"]
            said = verbs[int(self.dice.integers(len(verbs)))]
            if is_promising(said, now.codes, now.polygon, homes) or self.dice.random() < RASH:
                break
        return said

    def to_undo(self, known: Known) -> None:
        """Have somebody take back what he did."""
        self.steps.take_back(known, "undo", by=self.person())

    def to_redo(self, known: Known) -> None:
        """Have somebody do again what he undid."""
        self.steps.take_back(known, "redo", by=self.person())

    def to_branch(self, known: Known) -> None:
        """Go on in a branch, of the plan as it is or as it was."""
        at = known.head if self.dice.random() < 0.6 else self.revision(known)
        self.live = [*self.live[-LIVE + 1 :], self.branch(known, at)]

    def branch(self, known: Known, at: int) -> Known:
        """Make a branch."""
        return self.steps.branch(known, f"plan {len(self.steps.plans)}", at=at, by=self.person())

    def to_merge(self, known: Known) -> None:
        """Merge another plan."""
        other = self.any_plan()
        if other is not known:
            self.steps.merge(known, other, by=self.person())

    def to_review(self, known: Known) -> None:
        """Submit a plan, find that it can't be edited, and return it."""
        self.steps.move(known, "submit", by=self.person())
        self.to_ask(known)
        self.to_undo(known)
        self.steps.move(known, "return", by=self.person())

    def to_look(self, known: Known) -> None:
        """Read an old revision."""
        self.steps.look_back(known, self.revision(known))

    def to_compare(self, known: Known) -> None:
        """Compare two states."""
        other = self.any_plan()
        self.steps.compare(known, self.revision(known), other, self.revision(other))

    def any_plan(self) -> Known:
        """Choose one of the plans that are worked on."""
        return self.live[int(self.dice.integers(len(self.live)))]

    def revision(self, known: Known) -> int:
        """Choose a revision that a plan shows."""
        return int(self.dice.choice(list(known.digests)))

    def person(self) -> str:
        """Choose somebody."""
        return str(self.dice.choice(PEOPLE))


def chapter(pattern: Access, demo: Path, seed: int, edits: int, total: int, number: int) -> Figures:
    """Wander over a town until so many edits are done; what fails is printed, and ends it."""
    figures = Figures()
    with database_like(pattern) as access, tempfile.TemporaryDirectory() as folder:
        engine = application_engine(access.application)
        steps = Steps(engine)
        try:
            import_build(engine, town_of(number, seed, demo, Path(folder)), ROOT, by="importer")
            dice = np.random.default_rng([seed, number])
            wandering = Wandering(steps, dice, chained=number % CHAINED == CHAINED - 1)
            while steps.done.total() < edits:
                before = steps.done.total()
                wandering.step()
                tell(steps.done.total() - before, total)
            figures.grids = wandering.most
        except Exception:
            figures.failed.append(number)
            last = "\n".join(steps.asked)
            print(f"seed {seed}, chapter {number} FAILED\n{last}\n{traceback.format_exc()}", flush=True)
        finally:
            engine.dispose()
    figures.done, figures.refused, figures.looked = steps.done, steps.refused, steps.looked
    figures.took_s = steps.took_s
    return figures


def town_of(number: int, seed: int, demo: Path, folder: Path) -> Path:
    """Return the build that a chapter begins with: a messy town, or the demo's."""
    if number % DEMO == DEMO - 1:
        return demo
    dice = np.random.default_rng([seed, number, 1])
    sources = messy_sources(int(dice.integers(10**6)), side=int(dice.choice(SIDES)), per_layer=int(dice.integers(2, 6)))
    write_build(build(sources, Parameters()), folder / "town.gpkg", facts={})
    return folder / "town.gpkg"


def tell(more: int, total: int) -> None:
    """Print a line each thousand edits."""
    with told.get_lock():
        told.value += more
        if more and told.value % 1000 < more:
            print(f"{time.strftime('%H:%M:%S')} {told.value} of {total} edits", flush=True)


def take_part(shared: Any) -> None:
    """Count together with the other processes."""
    globals()["told"] = shared


@contextmanager
def cluster(folder: Path) -> Iterator[Access]:
    """Run a private cluster that need not survive a power cut."""
    with cluster_of_its_own(folder) as access:
        execute(access, *(f"ALTER SYSTEM SET {setting}" for setting in HURRY), "SELECT pg_reload_conf()")
        yield access


def main() -> None:
    """Run as long as is asked for, and print the figures."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--edits", type=int, default=100_000)
    asked.add_argument("--processes", type=int, default=2)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--only", type=int, action="append", help="a chapter, instead of all")
    said = asked.parse_args()
    numbers = said.only or range(-(-said.edits // CHAPTER))
    total, begun, sum_ = len(numbers) * CHAPTER, time.monotonic(), Figures()
    with tempfile.TemporaryDirectory() as folder, cluster(Path(folder)) as access:
        layers = write_demo(Path(folder) / "demo", communities=2, seed=said.seed)
        build_files(layers, Path(folder) / "built", previous=None, workers=1, scheduler=None, stage=Stages(quiet=True))
        write = partial(chapter, access, Path(folder) / "built", said.seed, CHAPTER, total)
        context = get_context("spawn")
        with ProcessPoolExecutor(said.processes, context, take_part, (told,)) as pool:
            for figures in pool.map(write, numbers):
                sum_.add(figures)
    print(f"{sum_.said()}\n{time.monotonic() - begun:.0f} s", flush=True)
    sys.exit(1 if sum_.failed else 0)


if __name__ == "__main__":
    main()
