"""Steps that people take with plans, one after the other; after each, the plan is read back and judged.

What is expected comes from a model (`knowing`) and from the state before the step, never from the code that takes it.
"""

from __future__ import annotations

import json
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine

from data.database.engine import connected
from data.plans.carrying import Applied
from data.plans.comparing import compare
from data.plans.differing import State
from data.plans.door import edit
from data.plans.life import branch, log, move
from data.plans.merging import Merged, merge_plans
from data.plans.plan import find_plan
from data.plans.undoing import redo, undo
from data.plans.verbs import read_verb
from geo.errors import EditRefused, NotADraftError
from tests.data.plans.asking import Said
from tests.data.plans.holding import require_invariant
from tests.data.plans.judging_steps import (
    SHARE,
    by_identity,
    listed,
    require_as_said,
    require_fresh_enough,
    require_lineage,
    require_merged,
    require_rightly_refused,
    require_same_grids,
    require_taken_back,
)
from tests.data.plans.knowing import Known, counted
from tests.data.plans.plans import assert_ledgers_true
from tests.data.plans.snapshots import Snapshot

REMEMBERED = 12


class Steps:
    """The plans of a database, as they must be, and the steps that are taken with them.

    ``done`` counts the revisions that edits made, by verb, ``refused`` the refusals by code, ``looked`` all else;
    ``took_s`` is how long each edit took, ``asked`` what was asked for last.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.plans: dict[str, Known] = {}
        self.done, self.refused, self.looked = Counter[str](), Counter[str](), Counter[str]()
        self.took_s: list[float] = []
        self.asked: deque[str] = deque(maxlen=REMEMBERED)
        self.refusal: str | None = None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Look at the database, aside from the steps."""
        with connected(self.engine, place="here") as connection:
            yield connection

    def snapshot(self, plan_id: int, at: int) -> Snapshot:
        """Read all of a plan at a revision."""
        with self.reading() as connection:
            return Snapshot.of(connection, plan_id, at)

    def begin(self, name: str) -> Known:
        """Take a plan that was just imported."""
        with self.reading() as connection:
            plan = find_plan(connection, name)
        self.plans[name] = Known.begun(plan, self.snapshot(plan.plan_id, 0))
        require_invariant(self.plans[name].now, self.plans[name].outset)
        return self.plans[name]

    # edits

    def ask(self, known: Known, said: Said, *, by: str, back: int = 0, first_dry: bool = False) -> None:
        """Ask for an edit, drawn on the head or ``back`` revisions before it; ``first_dry``: have it foretold."""
        base = max(known.head - back, known.first)
        self.note(known, by=by, base=base, **said)

        def attempt(*, dry_run: bool = False) -> Applied:
            crs = f"EPSG:{known.srid}"
            return edit(self.engine, known.name, read_verb(said), by=by, base=base, crs=crs, dry_run=dry_run)

        foretold = self.heard(known, lambda: attempt(dry_run=True), base) if first_dry else None
        applied = self.timed(known, attempt, base)
        assert not first_dry or (foretold is None) == (applied is None)
        if applied is None:
            return
        if foretold is not None:
            assert foretold.revision is None
            assert listed(foretold) == listed(applied)
        require_fresh_enough(known.changed_since(base), listed(applied), known.now)
        self.arrives(known, said["verb"], by, applied)

    def take_back(self, known: Known, verb: str, *, by: str) -> None:
        """Undo, or redo, what a user did last."""
        self.note(known, by=by, verb=verb)
        target, then, head = known.turns[by].next(verb), known.now, known.head
        turn = undo if verb == "undo" else redo
        since = 0 if target is None else target
        applied = self.timed(known, lambda: turn(self.engine, known.name, by=by, base=head), since)
        if applied is None:
            self.require_no_turn_missed(known, target)
            return
        assert target is not None
        assert applied.revision is not None
        known.reverses[applied.revision] = target
        self.arrives(known, verb, by, applied, reverses=target)
        before = self.look_back(known, target - 1)
        require_taken_back(known.changes[target], before, then, known.now)
        if target == head:
            self.looked[
                "taken back at once, " + ("to the bit" if known.now.drawn == before.drawn else "but for vertices")
            ] += 1

    def require_no_turn_missed(self, known: Known, target: int | None) -> None:
        """An undo was refused because there is nothing to undo, others went over it, or the plan is in review."""
        if self.refusal != "not_a_draft":
            assert (self.refusal == "nothing_to_reverse") == (target is None)
            assert self.refusal in ("nothing_to_reverse", "stale_revision", "land_changed")
        if self.refusal == "stale_revision":
            assert target is not None
            changes = known.changes[target]
            codes = {*counted(changes)} or {*changes["woven"]}
            assert any(known.maker(code, known.head) != known.maker(code, target) for code in codes)

    def merge(self, known: Known, source: Known, *, by: str) -> None:
        """Bring what another plan did since both were one."""
        self.note(known, by=by, verb="merge_plan", source=source.name)
        ours, head = known.now, known.head
        found: list[Merged] = []

        def attempt() -> Applied | None:
            found.append(merge_plans(self.engine, known.name, source=source.name, by=by, base=head))
            return found[-1].applied

        applied = self.heard(known, attempt, head)
        if not found:
            assert self.refusal == "codes_exhausted", self.refusal
            return
        self.looked["merges with conflicts"] += bool(found[0].combination.conflicts)
        if applied is not None:
            self.arrives(known, "merge_plan", by, applied)
        parted = self.parted(known, source)
        require_merged(found[0].combination, parted, ours, source.now, known.now)
        if parted.drawn == ours.drawn:
            assert not found[0].combination.conflicts
            require_same_grids(known.now, source.now)

    def parted(self, known: Known, source: Known) -> Snapshot:
        """Return the latest state that two plans have in common."""
        chains = [self.chain(known), self.chain(source)]
        common = next(plan_id for plan_id in chains[0] if plan_id in chains[1])
        return self.snapshot(common, min(each[common] for each in chains))

    def chain(self, known: Known) -> dict[int, int]:
        """Return the plans that one comes from, itself first, and up to which revision of each."""
        found, upto = {}, known.head
        while True:
            found[known.plan_id] = upto
            if known.parent is None:
                return found
            upto, known = min(upto, known.left), self.plans[known.parent]

    # what becomes of a step

    def timed(self, known: Known, attempt: Callable[[], Applied | None], base: int) -> Applied | None:
        """Hear what becomes of an edit, and note how long it took where it was done."""
        begun = time.perf_counter()
        applied = self.heard(known, attempt, base)
        if applied is not None and applied.revision is not None:
            self.took_s.append(time.perf_counter() - begun)
        return applied

    def heard(self, known: Known, attempt: Callable[[], Applied | None], base: int) -> Applied | None:
        """Hear what becomes of an edit; None where it was refused, rightly."""
        self.refusal = None
        try:
            applied = attempt()
        except EditRefused as refused:
            self.refusal = refused.code
            require_rightly_refused(known, refused.code, refused.grids, base)
        except NotADraftError as refused:
            assert known.state != "draft"
            self.refusal = refused.code
        else:
            assert known.state == "draft"
            return applied
        self.refused[self.refusal] += 1
        return None

    def arrives(self, known: Known, verb: str, by: str, applied: Applied, *, reverses: int | None = None) -> None:
        """Judge what an edit made of a plan, and take it as known."""
        changes, before = listed(applied), known.now
        if applied.revision is None:
            assert not any(changes.values())
            self.looked["edits that change nothing"] += 1
            return
        after = self.snapshot(known.plan_id, applied.revision)
        known.reaches(applied.revision, after, changes)
        known.turns[by].took(verb, applied.revision)
        require_as_said(verb, applied.revision, changes, before, after)
        require_lineage(applied.lineage, changes, before, after)
        require_invariant(after, known.outset)
        self.require_in_the_log(known, verb, by, applied, reverses)
        self.done[verb] += 1

    def require_in_the_log(self, known: Known, verb: str, by: str, applied: Applied, reverses: int | None) -> None:
        """The log says of the latest edit what its caller was told."""
        with self.reading() as connection:
            plan = find_plan(connection, known.name)
            [entry] = log(connection, plan, after=known.head - 1)
        assert (plan.head, entry.revision) == (known.head, known.head)
        assert (entry.plan, entry.verb, entry.made_by, entry.reverses) == (known.name, verb, by, reverses)
        assert {what: sorted(codes) for what, codes in entry.changes.items()} == listed(applied)
        assert entry.lineage == [vars(row) for row in applied.lineage]

    # a plan's life

    def branch(self, known: Known, name: str, *, at: int, by: str) -> Known:
        """Make a branch that leaves a plan at a revision; it shows what the plan showed, then and before."""
        self.note(known, by=by, verb="branch", name=name, at=at)
        made = branch(self.engine, name, of=known.name, by=by, at=at)
        assert (made.head, made.parent_revision, made.state) == (at, at, "draft")
        now = self.snapshot(made.plan_id, at)
        assert now.digest == known.digests[at]
        self.plans[name] = known.branch(name, made.plan_id, at, now)
        self.looked["branches"] += 1
        return self.plans[name]

    def move(self, known: Known, what: str, *, by: str) -> None:
        """Submit a plan, or return it; that changes no grid."""
        self.note(known, by=by, verb=what)
        nothing = {"created": [], "modified": [], "retired": [], "woven": []}
        try:
            known.state = move(self.engine, known.name, what, by=by).state
        except NotADraftError:
            assert (known.state == "draft") == (what == "return")
            return
        before = known.now.digest
        known.reaches(known.head + 1, self.snapshot(known.plan_id, known.head + 1), nothing)
        assert known.now.digest == before
        self.looked[what] += 1

    # looking

    def look_back(self, known: Known, at: int) -> Snapshot:
        """Read an old revision: it is what it was."""
        found = self.snapshot(known.plan_id, at)
        assert found.digest == known.digests[at]
        self.looked["old revisions read"] += 1
        return found

    def compare(self, known: Known, at: int, other: Known, other_at: int) -> None:
        """Compare two states: whatever differs is told, and the shares of each grid that was add up to one."""
        with self.reading() as connection:
            states = [State(find_plan(connection, one.name), rev) for one, rev in ((known, at), (other, other_at))]
            found = compare(connection, *states)
        was, now = (by_identity(self.look_back(one, rev)) for one, rev in ((known, at), (other, other_at)))
        shares = Counter[str]()
        for row in found.crosswalk:
            shares[row.old_id] += row.area_share
        assert all(abs(share - 1) < SHARE for share in shares.values())
        told = {each.grid_id for each in found.grids}
        assert {each.grid_id for each in found.grids if each.new is None} == set(map(str, was.keys() - now.keys()))
        assert {each.grid_id for each in found.grids if each.old is None} == set(map(str, now.keys() - was.keys()))
        differing = {key for key in was.keys() & now.keys() if was[key].words != now[key].words}
        assert told >= set(map(str, differing))
        self.looked["comparisons"] += 1

    def require_ledgers_drawn_up(self, known: Known) -> None:
        """What is kept of the ledgers and gaps where the latest edit was done is what they are when drawn up again.

        Where it only put vertices into a border, that is no news to a ledger.
        """
        codes = counted(known.changes[known.head])
        communities = {known.now.grids[code].community for code in codes if code in known.now.grids}
        assert_ledgers_true(self.engine, known.name, communities)
        self.looked["ledgers drawn up again"] += 1

    def note(self, known: Known, **said: Any) -> None:
        """Remember what is asked for."""
        self.asked.append(json.dumps({"plan": known.name, "head": known.head, **said}, ensure_ascii=False))
