"""What is known of a plan without asking the database: a model that the database must agree with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from data.plans.life import DEEPEST
from data.plans.plan import Plan
from tests.data.plans.holding import Outset
from tests.data.plans.snapshots import Snapshot

Changes = Mapping[str, list[str]]


@dataclass(eq=False)
class Turns:
    """What a user did in a plan that could be undone, or redone: revisions, the latest last."""

    done: list[int] = field(default_factory=list)
    undone: list[int] = field(default_factory=list)

    def took(self, verb: str, revision: int) -> None:
        """Note a revision."""
        if verb == "undo":
            self.done.pop()
            self.undone.append(revision)
        elif verb == "redo":
            self.undone.pop()
            self.done.append(revision)
        else:
            self.done.append(revision)
            self.undone = []

    def next(self, verb: str) -> int | None:
        """Return the revision that an undo, or a redo, is to take back."""
        stack = self.done if verb == "undo" else self.undone
        return stack[-1] if stack else None


@dataclass(eq=False)
class Known:
    """A plan as it must be.

    ``first`` is the earliest revision that it shows, ``left`` the one at which it left its parent. ``digests`` has the
    mark of each revision, ``changes`` the codes that it changed, ``reverses`` the one that it took back, ``owner`` the
    grid that each code was given to.
    """

    name: str
    plan_id: int
    srid: int
    outset: Outset
    now: Snapshot
    head: int
    first: int = 0
    left: int = 0
    depth: int = 0
    parent: str | None = None
    state: str = "draft"
    digests: dict[int, bytes] = field(default_factory=dict)
    changes: dict[int, Changes] = field(default_factory=dict)
    reverses: dict[int, int] = field(default_factory=dict)
    owner: dict[str, int] = field(default_factory=dict)
    turns: dict[str, Turns] = field(default_factory=lambda: defaultdict(Turns))

    @classmethod
    def begun(cls, plan: Plan, now: Snapshot) -> Known:
        """Take a plan that was just imported."""
        owner = {code: one.grid_id for code, one in now.grids.items()}
        begun = {0: now.digest}
        return cls(plan.name, plan.plan_id, plan.srid, Outset.of(now), now, head=0, digests=begun, owner=owner)

    def branch(self, name: str, plan_id: int, at: int, now: Snapshot) -> Known:
        """Return a plan that leaves this one at a revision."""
        flat = self.depth + 1 > DEEPEST
        first = at if flat else self.first
        return Known(
            name, plan_id, self.srid, self.outset, now, head=at, first=first, left=at, parent=self.name,
            depth=0 if flat else self.depth + 1,
            digests={number: mark for number, mark in self.digests.items() if first <= number <= at},
            changes={number: some for number, some in self.changes.items() if number <= at},
            owner={code: one.grid_id for code, one in now.grids.items()},
        )  # fmt: skip

    def reaches(self, revision: int, now: Snapshot, changes: Changes) -> None:
        """Note the next revision, and that no code passes from one grid to another."""
        assert revision == self.head + 1
        self.head, self.now = revision, now
        self.digests[revision], self.changes[revision] = now.digest, changes
        for code, one in now.grids.items():
            assert self.owner.setdefault(code, one.grid_id) == one.grid_id, f"{code} was another grid's"

    def changed_since(self, revision: int) -> set[str]:
        """Return the grids that changed after a revision, by more than vertices."""
        return {code for number, changes in self.changes.items() if number > revision for code in counted(changes)}

    def maker(self, code: str, at: int) -> int:
        """Return the revision that made a grid what it is at another; what is taken back is as it was before."""
        own = (number for number in range(at, self.left, -1) if code in counted(self.changes[number]))
        made = next(own, self.left)
        back = self.reverses.get(made)
        return made if back is None or code not in counted(self.changes[back]) else self.maker(code, back - 1)


def counted(changes: Changes) -> Iterator[str]:
    """Yield the grids whose change counts."""
    return (code for what in ("created", "modified", "retired") for code in changes[what])
