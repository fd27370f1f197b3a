"""Storms over a plan: many planners at once, kills of planners and of postgres at random moments; then the judgement.

    python -m tests.data.plans.storms kills --kills 200      kill -9 of clients, backends and the server, 200 times
    python -m tests.data.plans.storms rush --seconds 60      20 planners, half of them in one community

Both make a town in a directory of their own, and print what they found; what does not hold is an AssertionError.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from sqlalchemy import Engine

from data.cluster import running_cluster
from data.cluster.configuration import ADMINISTRATOR
from data.database.access import Access
from data.database.engine import application_engine, connected
from data.database.schema import upgrade
from data.database.url import DatabaseURL
from data.output import write_build
from data.plans.importing import import_build
from data.plans.versions import read_versions
from geo.build import build
from geo.sources import Parameters
from tests.data.cluster.using import LONG_S, ROOT, answers, eventually, kill_server, one
from tests.data.plans.judging import Record, judge, read_notes
from tests.data.plans.replaying import require_correct_refusals, require_replay
from tests.geo.messy import messy_sources

PLAN = "storm"
SPELL_S = 0.5
"""How long the planners go on after an answer until the next kill, at most."""
BACKENDS = """
SELECT array_agg(pid) FROM pg_stat_activity
WHERE backend_type = 'client backend' AND application_name = 'onegrid' AND pid <> pg_backend_pid()
"""
DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"


class Office:
    """A program in which some planners edit a plan until it is told to end, or is killed."""

    def __init__(self, town: Town, names: list[str], homes: list[list[str]]) -> None:
        task = {"url": town.access.application.text, "plan": PLAN, "notes": str(town.notes), "seed": town.seed}
        self.process = subprocess.Popen(
            [sys.executable, "-W", "error", "-m", "tests.data.plans.planners",
             json.dumps({**task, "names": names, "homes": homes})],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def wait(self) -> None:
        """Wait until the planners work."""
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "working\n"

    def end(self) -> None:
        """Have the planners finish what they are at, and wait for them."""
        self.process.communicate(timeout=LONG_S)
        assert self.process.returncode == 0

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self.process.communicate(timeout=LONG_S)

    def __enter__(self) -> Office:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self.process.poll() is None:
            self.kill()


@dataclass(frozen=True)
class Town:
    """A plan of its own to storm over: where it is, who can reach it, where the planners keep their notes."""

    access: Access
    engine: Engine
    notes: Path
    seed: int

    def communities(self) -> list[str]:
        """Return the communities of the plan as it was imported."""
        with connected(self.engine, place="here") as connection:
            plan = Record.of(connection, PLAN).plan
            versions = read_versions(connection, plan.plan_id, 0, "true", {})
        return sorted({version.grid.community for version in versions})


@contextmanager
def town_in(access: Access, folder: Path, *, seed: int, side: int = 2, per_layer: int = 8) -> Iterator[Town]:
    """Import a messy town of ``side`` × ``side`` communities."""
    out, notes = folder / "storm.gpkg", folder / "notes"
    notes.mkdir()
    write_build(build(messy_sources(seed, side=side, per_layer=per_layer), Parameters()), out, facts={})
    engine = application_engine(access.application)
    try:
        import_build(engine, out, PLAN, by="storm")
        yield Town(access, engine, notes, seed)
    finally:
        engine.dispose()


def storm_of_kills(town: Town, data_dir: Path, *, kills: int, planners: int = 3) -> Counter[str]:
    """Kill planners, backends and the server at random moments while planners edit; return how many of which.

    A planner that was killed is replaced; the cluster's keeper brings the server back. Each kill waits until somebody
    was answered since the last one, so that it finds planners at work.
    """
    storm, dice = Storm(town, data_dir, planners), random.Random(town.seed)
    killed, heard = Counter[str](), 0
    try:
        while killed.total() < kills:
            assert eventually(lambda heard=heard: storm.answered() > heard, within_s=LONG_S)  # type: ignore[misc]
            heard = storm.answered()
            time.sleep(dice.uniform(0, SPELL_S))
            assert eventually(lambda: answers(town.access.administrator), within_s=LONG_S)
            killed[storm.kill(dice)] += 1
        assert eventually(lambda: answers(town.access.administrator), within_s=LONG_S)
        for office in storm.offices:
            office.wait()
            office.end()
    finally:
        for office in storm.offices:
            office.__exit__(None, None, None)
    return killed


class Storm:
    """Planners at work, each a program of its own, and the ways to kill something under them."""

    def __init__(self, town: Town, data_dir: Path, planners: int) -> None:
        self.town, self.data_dir = town, data_dir
        self.lives = [0] * planners
        self.offices = [Office(town, [self.name(number)], [[]]) for number in range(planners)]

    def name(self, number: int) -> str:
        """Return a planner's name, another in each life."""
        return f"p{number}.{self.lives[number]}"

    def at_work(self) -> list[int]:
        """Return the planners who were answered in this life."""
        notes = [self.town.notes / f"{self.name(number)}.jsonl" for number in range(len(self.lives))]
        return [number for number, path in enumerate(notes) if path.exists() and "became" in path.read_text("utf-8")]

    def answered(self) -> int:
        """Count the answers to all planners, but for those that there was no server to give."""
        return sum(heard(self.town, became) for became in ("applied", "nothing", "refused", "failed"))

    def kill(self, dice: random.Random) -> str:
        """Kill something that is at work; return what."""
        working, backends = self.at_work(), self.backends()
        way = dice.choice(["server", *(["planner"] if working else []), *(["backend"] if backends else [])])
        if way == "planner":
            self.replace(dice.choice(working))
        elif way == "backend":
            os.kill(dice.choice(backends), signal.SIGKILL)
        else:
            kill_server(self.data_dir)
        return way

    def replace(self, number: int) -> None:
        """Kill a planner, and start another in his place."""
        self.offices[number].kill()
        self.lives[number] += 1
        self.offices[number] = Office(self.town, [self.name(number)], [[]])

    def backends(self) -> list[int]:
        """Return the processes of postgres that serve planners."""
        found = one(self.town.access.administrator, BACKENDS)
        return [int(number) for number in found] if isinstance(found, list) else []


def rush(town: Town, *, seconds: float, planners: int = 20, offices: int = 2, least: int = 0) -> None:
    """Have planners edit all at once for a while: half of them in the first community, half anywhere.

    They go on until so many edits at ``least`` were applied, and as many refused.
    """
    home = town.communities()[:1]
    names = [f"q{number}" for number in range(planners)]
    homes = [home if number % 2 else [] for number in range(planners)]
    running = [Office(town, names[part::offices], homes[part::offices]) for part in range(offices)]
    try:
        for office in running:
            office.wait()
        time.sleep(seconds)
        assert eventually(lambda: min(heard(town, "applied"), heard(town, "refused")) >= least, within_s=LONG_S)
        for office in running:
            office.end()
    finally:
        for office in running:
            if office.process.poll() is None:
                office.kill()


def heard(town: Town, became: str) -> int:
    """Count the edits of which planners heard that they became something."""
    return sum(path.read_text("utf-8").count(f'"became": "{became}"') for path in town.notes.iterdir())


def judged(town: Town, *, killed: bool) -> dict[str, object]:
    """Judge what a storm left; return the figures.

    Where nobody was killed, no planner may have heard of anything but edits done and edits refused.
    """
    tries = read_notes(town.notes)
    with connected(town.engine, place="here") as connection:
        became = judge(connection, PLAN, tries)
        record = Record.of(connection, PLAN)
        redone = require_replay(record)
        refused = require_correct_refusals(record, tries)
    assert killed or set(became) <= {"applied", "nothing", "refused"}, became
    deadlocks = one(town.access.administrator, DEADLOCKS)
    return {
        "asked": len(tries), **became, "revisions": record.plan.head, "redone": redone,
        "refusals": dict(refused), "deadlocks_inside": deadlocks,
    }  # fmt: skip


@contextmanager
def cluster_of_its_own(folder: Path) -> Iterator[Access]:
    """Run a private cluster, migrated."""
    with running_cluster(folder / "data") as url:
        access = Access(url, DatabaseURL(url.as_user(ADMINISTRATOR).text), folder / "data")
        upgrade(access)
        yield access


def main() -> None:
    """Storm as long as is asked for, and print the figures."""
    asked = argparse.ArgumentParser()
    asked.add_argument("storm", choices=["kills", "rush"])
    asked.add_argument("--kills", type=int, default=200)
    asked.add_argument("--seconds", type=float, default=60)
    asked.add_argument("--planners", type=int)
    asked.add_argument("--seed", type=int, default=4)
    asked.add_argument("--side", type=int, default=3)
    said = asked.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        access = stack.enter_context(cluster_of_its_own(folder))
        town = stack.enter_context(town_in(access, folder, seed=said.seed, side=said.side))
        begun = time.monotonic()
        if said.storm == "kills":
            print(dict(storm_of_kills(town, folder / "data", kills=said.kills, planners=said.planners or 4)))
        else:
            rush(town, seconds=said.seconds, planners=said.planners or 20)
        print(f"{time.monotonic() - begun:.1f} s")
        print(judged(town, killed=said.storm == "kills"))


if __name__ == "__main__":
    main()
