"""Merging branches: what another plan did since both were one comes to this one, as one revision, where it fits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Engine

from data.plans.carrying import Applied, Asked, carry_out
from data.plans.comparing import require_one_crs
from data.plans.differing import State, grids_of, parting, touched_since_parting
from data.plans.door import looked_at, require_revision, tried
from data.plans.ground import Meant, meant_by_grids
from data.plans.look import Look
from data.plans.numbers import fresh_numbers
from data.plans.plan import Plan, find_plan, require_draft
from data.plans.rows import rows
from geo.edits.ground import Grid
from geo.errors import PlanError
from geo.plans.combining import Combination, combine

OWNERS = """
SELECT v.code, array_agg(DISTINCT v.grid_id) AS grids
FROM onegrid.ancestry AS a JOIN onegrid.grid_version AS v ON v.plan_id = a.ancestor_id
WHERE a.plan_id = %(plan)s AND v.code = ANY(%(codes)s) GROUP BY v.code
"""


@dataclass(frozen=True, eq=False)
class Merged:
    """What came from another plan, and what is left for people to decide; ``applied`` is None where nothing came."""

    combination: Combination
    applied: Applied | None


def merge_plans(engine: Engine, name: str, *, source: str, by: str, base: int, dry_run: bool = False) -> Merged:
    """Bring into a draft what another plan did since they parted.

    Grids that both changed in different ways, and land where the two would not fit together, stay as they are here and
    are listed: nothing is combined blindly.

    Parameters
    ----------
    name
        The draft.
    source
        The other plan.
    base
        The revision of the draft that the caller looked at.
    dry_run
        Find out, and write nothing.

    Raises
    ------
    UnknownPlanError, NotADraftError
        There is no such plan, or it is not edited any more.
    PlanError
        The two do not come from one plan, or stand on different builds.
    """

    def attempt(connection: Connection) -> Merged:
        ours, theirs = (State(plan, plan.head) for plan in (find_plan(connection, one) for one in (name, source)))
        require_draft(ours.plan)
        require_revision(ours.plan, base)
        touched = touched_by(connection, ours, theirs)
        if not touched.ids:
            return Merged(Combination((), (), ()), None)

        def find(plan: Plan) -> Meant:
            nonlocal touched
            if plan.head != touched.at:  # others were there before their communities were locked
                touched = touched_by(connection, State(plan, plan.head), theirs)
            return meant_by_grids([*touched.was, *touched.ours, *touched.theirs])

        def combined(seen: Look) -> Merged:
            fresh = fresh_numbers(connection, seen.plan, seen.source.parameters)
            had = owners(connection, seen.plan, touched.theirs)
            found = combine(touched.was, touched.ours, touched.theirs, seen.ground, fresh, had)
            if not found.regions:
                return Merged(found, None)
            asked = Asked("merge_plan", {"plan": source, "revision": theirs.at}, by, seen.plan.head)
            return Merged(found, carry_out(connection, seen, found.edit, asked, dry_run=dry_run))

        return looked_at(connection, ours.plan, find, combined)

    return tried(engine, name, attempt)


@dataclass(frozen=True, eq=False)
class Touched:
    """The grids that either plan touched since both were one: as they were then, and as both have them.

    ``at`` is the revision of ours.
    """

    at: int
    ids: Sequence[int]
    was: Sequence[Grid]
    ours: Sequence[Grid]
    theirs: Sequence[Grid]


def touched_by(connection: Connection, ours: State, theirs: State) -> Touched:
    """Find the grids that either plan touched since both were one.

    Raises
    ------
    PlanError
        The two do not come from one plan, or stand on different builds.
    """
    require_one_crs(ours, theirs)
    parted = parting(connection, ours, theirs)
    if parted is None or ours.plan.source_id != theirs.plan.source_id:
        both = f"plans {ours.plan.name} and {theirs.plan.name}"
        raise PlanError(f"{both} do not come from one build; accept the newer build first")
    ids = touched_since_parting(connection, ours, theirs)
    return Touched(ours.at, ids, *(grids_of(connection, state, ids) for state in (parted, ours, theirs)))


def owners(connection: Connection, plan: Plan, grids: Sequence[Grid]) -> dict[str, set[str]]:
    """Return the grids that had the codes of some others in a plan, or those that it comes from, at any time."""
    found = rows(connection, OWNERS, {"plan": plan.plan_id, "codes": [grid.code for grid in grids]})
    return {one.code: {str(grid_id) for grid_id in one.grids} for one in found}
