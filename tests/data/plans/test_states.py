"""Whatever planners do to a plan and its branches, one after the other, it stays one grid: a state machine.

`long_run` takes the same steps, many more of them.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

import numpy as np
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from data.database.access import Access
from data.demo.writing import write_demo
from data.output import write_build
from data.plans.importing import import_build
from geo.build import build
from geo.sources import Parameters
from tests.data.plans.asking import VERBS, Said, possible_verbs
from tests.data.plans.conftest import built, opened
from tests.data.plans.knowing import Known
from tests.data.plans.steps import Steps
from tests.geo.messy import messy_sources

TOWNS = ("demo", "messy")
NUMBER = itertools.count(1)
PEOPLE = st.sampled_from(["甲", "乙", "丙"])
DICE = st.integers(0, 2**32 - 1).map(np.random.default_rng)
PLACE = st.integers(0, 10**6)
OFTEN = st.sampled_from([True, False, False])
BACK = st.sampled_from([0, 0, 0, 1, 5])


class Planners(RuleBasedStateMachine):
    """Planners at work on a branch of a town, and on branches of that."""

    plans = Bundle("plans")

    def __init__(self, steps: Steps) -> None:
        super().__init__()
        self.steps = steps

    @initialize(target=plans, town=st.sampled_from(TOWNS))
    def begin(self, town: str) -> Known:
        return self.branched(self.steps.plans[town], 0, "甲")

    @rule(known=plans, verb=st.sampled_from(["undo", "undo", "redo"]), by=PEOPLE)
    def take_back(self, known: Known, verb: str, by: str) -> None:
        self.steps.take_back(known, verb, by=by)

    @rule(target=plans, known=plans, place=PLACE, by=PEOPLE)
    def branch(self, known: Known, place: int, by: str) -> Known:
        return self.branched(known, revision(known, place), by)

    @rule(known=plans, source=plans, by=PEOPLE)
    def merge_plan(self, known: Known, source: Known, by: str) -> None:
        if source is not known:
            self.steps.merge(known, source, by=by)

    @rule(known=plans, verb=st.sampled_from(VERBS), dice=DICE, by=PEOPLE)
    def review(self, known: Known, verb: str, dice: np.random.Generator, by: str) -> None:
        self.steps.move(known, "submit", by=by)
        self.steps.ask(known, drawn(known, verb, dice), by=by)
        self.steps.take_back(known, "undo", by=by)
        self.steps.move(known, "return", by=by)

    @rule(known=plans, place=PLACE)
    def look_back(self, known: Known, place: int) -> None:
        self.steps.look_back(known, revision(known, place))

    @rule(one=plans, place=PLACE, other=plans, other_place=PLACE)
    def compare(self, one: Known, place: int, other: Known, other_place: int) -> None:
        self.steps.compare(one, revision(one, place), other, revision(other, other_place))

    def branched(self, known: Known, at: int, by: str) -> Known:
        """Make a branch; examples share a database, so that its name is new in all of them."""
        return self.steps.branch(known, f"plan {next(NUMBER)}", at=at, by=by)


def asking(verb: str) -> Callable[..., None]:
    """Make the rule that somebody asks for an edit of a kind, at times on an old revision."""

    @rule(known=Planners.plans, dice=DICE, by=PEOPLE, back=BACK, dry=OFTEN, ledgers=OFTEN)
    def ask(
        self: Planners, known: Known, dice: np.random.Generator, by: str, back: int, dry: bool, ledgers: bool
    ) -> None:
        head = known.head
        self.steps.ask(known, drawn(known, verb, dice), by=by, back=back, first_dry=dry)
        if ledgers and known.head > head:
            self.steps.require_ledgers_drawn_up(known)

    ask.__name__ = verb
    return ask


for kind in VERBS:
    setattr(Planners, kind, asking(kind))


def drawn(known: Known, verb: str, dice: np.random.Generator) -> Said:
    """Draw an edit of a kind."""
    possible = [one for one in possible_verbs(known.now.codes, known.now.polygon, dice) if one["verb"] == verb]
    return possible[int(dice.integers(len(possible)))]


def revision(known: Known, place: int) -> int:
    """Choose a revision that a plan shows."""
    return list(known.digests)[place % len(known.digests)]


def town_builds(folder: Path) -> dict[str, Path]:
    """Build a tidy town with all of its tables, and one that is a mess."""
    built(write_demo(folder / "demo", communities=2), folder / "demo built")
    write_build(build(messy_sources(1, side=2, per_layer=6), Parameters()), folder / "messy.gpkg", facts={})
    return {"demo": folder / "demo built", "messy": folder / "messy.gpkg"}


def test_whatever_planners_do_a_plan_stays_one_grid(database: Access, tmp_path: Path):
    with opened(database) as engine:
        steps = Steps(engine)
        for name, out in town_builds(tmp_path).items():
            import_build(engine, out, name, by="importer")
            steps.begin(name)
        few = settings(
            max_examples=10, stateful_step_count=25, derandomize=True, suppress_health_check=list(HealthCheck)
        )
        run_state_machine_as_test(lambda: Planners(steps), settings=few)
    assert steps.done.total() > 5
