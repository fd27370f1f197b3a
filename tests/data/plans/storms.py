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
from collections.abc import Callable, Iterator
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
SPELL_S = 0.8
"""How long the planners work between two kills, at most."""
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

    A planner that was killed is replaced. The cluster's keeper brings the server back.
    """
    dice, killed = random.Random(town.seed), Counter[str]()
    lives = [0] * planners
    offices = [Office(town, [f"p{number}.0"], [[]]) for number in range(planners)]
    server = town.access.administrator

    def planner() -> None:
        number = dice.randrange(planners)
        offices[number].kill()
        lives[number] += 1
        offices[number] = Office(town, [f"p{number}.{lives[number]}"], [[]])

    def backend() -> None:
        numbers = one(server, BACKENDS)
        os.kill(dice.choice(list(numbers)), signal.SIGKILL)  # type: ignore[call-overload]

    def postgres() -> None:
        kill_server(data_dir)

    ways: dict[str, Callable[[], None]] = {"planner": planner, "backend": backend, "server": postgres}
    try:
        for office in offices:
            office.wait()
        while killed.total() < kills:
            time.sleep(dice.uniform(0, SPELL_S))
            assert eventually(lambda: answers(server), within_s=LONG_S)
            way = dice.choice(list(ways))
            if way != "backend" or one(server, BACKENDS):
                ways[way]()
                killed[way] += 1
        assert eventually(lambda: answers(server), within_s=LONG_S)
        for office in offices:
            office.end()
    finally:
        for office in offices:
            if office.process.poll() is None:
                office.kill()
    return killed


def rush(town: Town, *, seconds: float, planners: int = 20, offices: int = 2) -> None:
    """Have planners edit all at once for a while: half of them in the first community, half anywhere."""
    home = town.communities()[:1]
    names = [f"q{number}" for number in range(planners)]
    homes = [home if number % 2 else [] for number in range(planners)]
    running = [Office(town, names[part::offices], homes[part::offices]) for part in range(offices)]
    try:
        for office in running:
            office.wait()
        time.sleep(seconds)
        for office in running:
            office.end()
    finally:
        for office in running:
            if office.process.poll() is None:
                office.kill()


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
