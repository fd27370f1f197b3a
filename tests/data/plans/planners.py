"""Planners who edit a plan at random until they are told to end, or are killed: a program, each planner a thread of it.

Each planner notes what it asks before it asks, and what it was answered, as a line of JSON; an edit that was
acknowledged is on disk before the planner goes on. So `judging` can tell later what has to be in the plan.

    python -m tests.data.plans.planners '{"url": …, "plan": …, "notes": …, "names": ["p1", "p2"], "homes": [[…], []]}'
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
import traceback
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

import numpy as np
import psycopg
import shapely
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from data.database.engine import application_engine, connected
from data.database.url import DatabaseURL
from data.plans.carrying import Applied
from data.plans.door import edit
from data.plans.plan import Plan, find_plan
from data.plans.rows import rows
from data.plans.undoing import redo, undo
from data.plans.verbs import read_verb
from geo.errors import EditRefused, InputError
from tests.data.plans.asking import random_verb

BROKEN = (InputError, psycopg.Error, DBAPIError)
"""What a planner hears while the server is down."""
PAUSE_S = 0.05
REMEMBERED = 4
"""Of how many of its last edits a planner chooses one to take back."""
HERE = """
SELECT code, community, ST_AsBinary(polygon) AS polygon FROM onegrid.grids_at(%(plan)s, %(at)s)
WHERE community = ANY(%(communities)s) OR %(communities)s = '{}' ORDER BY code
"""


@dataclass(frozen=True, eq=False)
class Seen:
    """Some grids of a plan as a planner sees them, and the head that they are of."""

    plan: Plan
    code: list[str]
    polygon: np.ndarray

    @classmethod
    def of(cls, engine: Engine, name: str, communities: list[str]) -> Seen:
        """Look at the grids of some communities, of all where none is named."""
        with connected(engine, place="here") as connection:
            plan = find_plan(connection, name)
            values = {"plan": plan.plan_id, "at": plan.head, "communities": communities}
            found = rows(connection, HERE, values)
        return cls(plan, [one.code for one in found], shapely.from_wkb([one.polygon for one in found]))


@dataclass(eq=False)
class Planner:
    """One planner: asks, notes, is answered, notes."""

    engine: Engine
    plan: str
    name: str
    home: list[str]
    notes: TextIO
    dice: np.random.Generator
    asked: int = 0
    done: list[str] = field(default_factory=list)

    def work(self, ended: threading.Event) -> None:
        """Edit until it is time to end."""
        while not ended.is_set():
            try:
                seen = Seen.of(self.engine, self.plan, self.home)
            except BROKEN:
                time.sleep(PAUSE_S)
                continue
            if self.done and self.dice.random() < 0.15:
                by = self.done[-int(self.dice.integers(1, REMEMBERED + 1)) :][0]
                verb = {"verb": str(self.dice.choice(["undo", "undo", "redo"]))}
            else:
                self.asked += 1
                by, verb = f"{self.name}/{self.asked}", random_verb(seen.code, seen.polygon, self.dice)
            old = int(self.dice.integers(1, 6)) if self.dice.random() < 0.15 else 0
            base = max(seen.plan.head - old, seen.plan.parent_revision or 0)
            self.note({"by": by, "asked": verb, "base": base, "head": seen.plan.head})
            self.note({"by": by, **self.answer(by, verb, base, seen.plan.srid), "head": self.head()})

    def answer(self, by: str, verb: dict[str, Any], base: int, srid: int) -> dict[str, Any]:
        """Ask for an edit; return what became of it."""
        try:
            if verb["verb"] in ("undo", "redo"):
                turn = undo if verb["verb"] == "undo" else redo
                applied = turn(self.engine, self.plan, by=by, base=base)
            else:
                applied = edit(self.engine, self.plan, read_verb(verb), by=by, base=base, crs=f"EPSG:{srid}")
        except EditRefused as refused:
            return {"became": "refused", "code": refused.code, "grids": refused.grids, "said": str(refused)}
        except InputError as error:
            return {"became": "unknown", "said": str(error)}
        except Exception:
            return {"became": "failed", "said": traceback.format_exc()}
        if applied.revision is None:
            return {"became": "nothing"}
        if verb["verb"] not in ("undo", "redo"):
            self.done.append(by)
        return {
            "became": "applied", "plan": self.plan, "revision": applied.revision, "grid_ids": grid_ids(applied)
        }  # fmt: skip

    def head(self) -> int | None:
        """Return the plan's head, None while the server is down."""
        try:
            with connected(self.engine, place="here") as connection:
                return find_plan(connection, self.plan).head
        except BROKEN:
            return None

    def note(self, said: dict[str, Any]) -> None:
        """Write a line; an acknowledged edit is on disk when this returns."""
        self.notes.write(json.dumps(said, ensure_ascii=False) + "\n")
        self.notes.flush()
        if said.get("became") == "applied":
            os.fsync(self.notes.fileno())


def grid_ids(applied: Applied) -> list[int]:
    """Return every grid that an edit wrote anew or retired."""
    grids = [*(one.grid for one in applied.after.values()), *applied.retired]
    return sorted({int(grid.grid_id) for grid in grids})


def main(task: str) -> None:
    """Have the planners of a task work until standard input ends."""
    job = json.loads(task)
    engine = application_engine(DatabaseURL(job["url"]), most=4 * len(job["names"]))
    ended, threads = threading.Event(), []
    with ExitStack() as stack:
        for name, home in zip(job["names"], job["homes"], strict=True):
            notes = stack.enter_context((Path(job["notes"]) / f"{name}.jsonl").open("a", encoding="utf-8"))
            dice = np.random.default_rng([job["seed"], *name.encode()])
            planner = Planner(engine, job["plan"], name, home, notes, dice)
            threads.append(threading.Thread(target=planner.work, args=(ended,), daemon=True))
            threads[-1].start()
        print("working", flush=True)
        sys.stdin.read()
        ended.set()
        for thread in threads:
            thread.join()
    engine.dispose()


if __name__ == "__main__":
    main(sys.argv[1])
