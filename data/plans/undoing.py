"""Undo and redo: a revision is taken back by another one, and nothing is ever taken out of the log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import shapely
from sqlalchemy import Connection, Engine

from data.plans.carrying import Applied, Asked, carry_out
from data.plans.door import looked_at, require_done_within, require_revision, tried
from data.plans.ground import Meant, meant_by_grids
from data.plans.look import Look
from data.plans.plan import Plan, find_plan, require_draft
from data.plans.rows import row, rows
from data.plans.stale import changed_since, stale
from data.plans.versions import Version, read_versions
from geo.edits.ground import Edit, Grid
from geo.edits.replacing import replace_grids
from geo.edits.weaving import require_seen
from geo.errors import NothingToReverseError

UNDO, REDO = "undo", "redo"
NO_EDITS = ("import", "branch", "renew", "accept", "submit", "return", "approve", "withdraw")
"""Entries of the log that nobody takes back."""

LOG = """
SELECT revision, verb, reverses FROM onegrid.revision
WHERE plan_id = %(plan)s AND made_by = %(by)s AND verb <> ALL(%(others)s) AND revision <= %(at)s
    AND (reverses IS NOT NULL OR EXISTS (SELECT FROM jsonb_each(changes) AS each (what, codes) WHERE codes <> '[]'))
ORDER BY revision
"""
TAKES_BACK = "SELECT reverses FROM onegrid.revision WHERE plan_id = %(plan)s AND revision = %(revision)s"
CHANGED_BY = "SELECT modified FROM onegrid.grids_at(%(plan)s, %(at)s) WHERE grid_id = %(grid)s"
REVISION = "SELECT grid_ids, changes FROM onegrid.revision WHERE plan_id = %(plan)s AND revision = %(revision)s"


def undo(engine: Engine, name: str, *, by: str, base: int) -> Applied:
    """Take back the caller's latest edit that still stands; what others did since stays.

    Parameters
    ----------
    base
        The revision that the caller looks at, on which the same edit was his latest.

    Raises
    ------
    NothingToReverseError
        There is none.
    StaleRevisionError
        Its grids have changed since, or it is not what he would take back on ``base``: another program did something
        in his name meanwhile.
    """
    return reversed_by(engine, name, UNDO, by=by, base=base)


def redo(engine: Engine, name: str, *, by: str, base: int) -> Applied:
    """Do again what the caller undid last, if he did nothing else since; raises as `undo`."""
    return reversed_by(engine, name, REDO, by=by, base=base)


def reversed_by(engine: Engine, name: str, verb: str, *, by: str, base: int) -> Applied:
    """Take back the revision whose turn it is."""
    return tried(engine, name, lambda connection: reverse_on(connection, name, verb, by=by, base=base))


def reverse_on(connection: Connection, name: str, verb: str, *, by: str, base: int, scope: str = "") -> Applied:
    """Take back the revision whose turn it is, in the connection's transaction; ``scope`` as for an edit."""
    plan = find_plan(connection, name)
    require_draft(plan)
    require_revision(plan, base)
    target = next_to_reverse(connection, plan, verb, by, at=plan.head)
    require_same_turn(connection, plan, turns(connection, plan, verb, by, at=base), target, base)
    was = Was.of(connection, plan, target)

    def attempt(seen: Look) -> Applied:
        if next_to_reverse(connection, seen.plan, verb, by, at=seen.plan.head) != target:
            raise stale(changed_since(connection, seen.plan, plan.head), base)
        # whoever takes something back means the state as it is: the revision's own grids tell whether he may
        asked = Asked(verb, {"revision": target}, by, seen.plan.head, reverses=target)
        return carry_out(connection, seen, taking_back(connection, seen, was), asked)

    done = looked_at(connection, plan, lambda _: was.meant, attempt)
    require_done_within(done, scope)
    return done


def next_to_reverse(connection: Connection, plan: Plan, verb: str, by: str, *, at: int) -> int:
    """Return the revision that an undo, or a redo, of a user takes back at a revision."""
    stack = turns(connection, plan, verb, by, at=at)
    if not stack:
        raise NothingToReverseError(f"there is nothing of {by} to {verb} in plan {plan.name}")
    return stack[-1]


def turns(connection: Connection, plan: Plan, verb: str, by: str, *, at: int) -> list[int]:
    """Return the revisions that undos, or redos, of a user take back at a revision, the next one last."""
    done: list[int] = []
    undone: list[int] = []
    for one in rows(connection, LOG, {"plan": plan.plan_id, "by": by, "others": list(NO_EDITS), "at": at}):
        if one.verb == UNDO:
            done.remove(one.reverses)
            undone.append(one.revision)
        elif one.verb == REDO:
            undone.remove(one.reverses)
            done.append(one.revision)
        else:
            done.append(one.revision)
            undone = []
    return done if verb == UNDO else undone


def require_same_turn(connection: Connection, plan: Plan, then: Sequence[int], target: int, base: int) -> None:
    """Refuse to take back what was not the latest of ``then``, those that stood on the revision ``base``.

    Raises
    ------
    StaleRevisionError
        Names the grids of what was done since, or of what was the latest then and was taken back since.
    """
    if target not in then[-1:]:
        raise stale(Was.of(connection, plan, target if target > base else then[-1]).changed, base)


@dataclass(frozen=True, eq=False)
class Was:
    """What a revision did: the grids before and after it, by code, and which of them it changed.

    One that only inserted vertices changed the borders that got them.
    """

    revision: int
    before: Mapping[str, Version]
    after: Mapping[str, Version]
    changed: frozenset[str]

    @classmethod
    def of(cls, connection: Connection, plan: Plan, revision: int) -> Was:
        """Read a revision of a plan."""
        found = row(connection, REVISION, {"plan": plan.plan_id, "revision": revision})
        before, after = (
            {
                version.grid.code: version
                for version in read_versions(
                    connection, plan.plan_id, at, "grid_id = ANY(%(ids)s)", {"ids": found.grid_ids}
                )
            }
            for at in (revision - 1, revision)
        )
        named = [code for what in ("created", "modified", "retired") for code in found.changes[what]]
        return cls(revision, before, after, frozenset(named or found.changes["woven"]))

    @property
    def meant(self) -> Meant:
        """The grids that it changed, and where they lie."""
        grids = [version.grid for code in self.changed for version in self.versions(code)]
        return replace(meant_by_grids(grids), codes=self.changed)

    def versions(self, code: str) -> list[Version]:
        """Return a grid before and after."""
        return [states[code] for states in (self.before, self.after) if code in states]


def taking_back(connection: Connection, seen: Look, was: Was) -> Edit:
    """Return the edit that puts a revision's grids back as they were before it.

    Raises
    ------
    StaleRevisionError
        One of them has changed since, and that was not taken back.
    UnseenError
        One that only got vertices lies farther away than was looked.
    """
    moved = [
        code for code in was.changed
        if not stands(connection, seen.plan, now=seen.versions.get(code), then=was.after.get(code))
    ]  # fmt: skip
    if moved:
        raise stale(moved, was.revision)
    back = [version.grid for code, version in was.before.items() if code in was.changed]
    redrawn = {code for code, then in was.after.items() if not is_same(was.before.get(code), then)}
    require_before_us(seen, [was.after[code].grid for code in redrawn - was.changed])
    if all(is_same(seen.versions.get(code), was.after[code]) for code in redrawn):  # nobody even wove a vertex in
        back += [
            unwoven(seen.versions[code].grid, version.grid)
            for code, version in was.before.items() if code in redrawn - was.changed
        ]  # fmt: skip
    return replace_grids(back, [code for code in was.after if code in was.changed and code not in was.before])


def require_before_us(seen: Look, woven: Sequence[Grid]) -> None:
    """Require that grids that got vertices are before us, or are no more.

    Raises
    ------
    UnseenError
        They may lie where nobody looked.
    """
    away = [grid.polygon for grid in woven if grid.code not in seen.ground.grids]
    if away:
        require_seen(seen.ground, shapely.box(*shapely.bounds(away).T))


def unwoven(now: Grid, then: Grid) -> Grid:
    """Return a neighbour of what is put back, its border as it was drawn then; whatever else it says stays."""
    return replace(now, polygon=then.polygon, faces=then.faces)


def stands(connection: Connection, plan: Plan, *, now: Version | None, then: Version | None) -> bool:
    """Tell whether a grid is as it was then: nothing that counts was done to it since, or all of that taken back."""
    if now is None or then is None:
        return now is then
    return now.modified == then.modified or origin(connection, plan, now) == origin(connection, plan, then)


def origin(connection: Connection, plan: Plan, version: Version) -> int:
    """Return the revision that first made a grid what it is: what takes another one back makes nothing new.

    That holds of the grids that the other one had changed; whatever else happened to one beside them is new.
    """
    revision, grid = version.modified, int(version.grid.grid_id)
    while (took := row(connection, TAKES_BACK, {"plan": plan.plan_id, "revision": revision})) and took.reverses:
        before, after = (changed_at(connection, plan, at, grid) for at in (took.reverses - 1, took.reverses))
        if before is None or after not in (None, took.reverses):
            break
        revision = before
    return revision


def changed_at(connection: Connection, plan: Plan, at: int, grid: int) -> int | None:
    """Return the revision that had last changed a grid at a revision; None: it was not there."""
    found = row(connection, CHANGED_BY, {"plan": plan.plan_id, "at": at, "grid": grid})
    return None if found is None else int(found.modified)


def is_same(now: Version | None, then: Version) -> bool:
    """Tell whether a grid's land is drawn as it was."""
    return now is not None and now.grid.faces == then.grid.faces and now.grid.polygon.equals_exact(then.grid.polygon, 0)
