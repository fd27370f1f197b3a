"""The grids that differ between two states of plans, found by the log, without looking at the rest."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from data.plans.plan import Plan, plan_of
from data.plans.rows import rows
from data.plans.versions import read_versions
from geo.edits.ground import Grid

CHAIN = """
WITH RECURSIVE chain (plan_id, upto, parent_id, parent_revision, depth) AS (
    SELECT plan_id, %(at)s::integer, parent_id, parent_revision, 0 FROM onegrid.plan WHERE plan_id = %(plan)s
    UNION ALL SELECT p.plan_id, LEAST(c.upto, c.parent_revision), p.parent_id, p.parent_revision, c.depth + 1
    FROM chain AS c JOIN onegrid.plan AS p ON p.plan_id = c.parent_id)
SELECT plan_id, upto FROM chain ORDER BY depth
"""
TOUCHED = """
SELECT DISTINCT unnest(grid_ids) AS grid_id FROM onegrid.revision
WHERE plan_id = %(plan)s AND revision > %(after)s AND revision <= %(upto)s
"""
WORDS = """
SELECT grid_id, md5(ROW(code, community, kind, name, source_layer, source_unit, patrol_zone_id, management_type,
    households, population, party_members, locked, ST_AsBinary(polygon))::text) AS words
"""
BY_WORDS = f"""
SELECT coalesce(a.grid_id, b.grid_id) AS grid_id
FROM ({WORDS} FROM onegrid.grids_at(%(one)s, %(one_at)s)) AS a
FULL JOIN ({WORDS} FROM onegrid.grids_at(%(other)s, %(other_at)s)) AS b USING (grid_id)
WHERE a.words IS DISTINCT FROM b.words
"""


@dataclass(frozen=True)
class State:
    """A plan at a revision."""

    plan: Plan
    at: int

    @property
    def values(self) -> dict[str, Any]:
        """Values of a query on it: ``plan``, ``at``."""
        return {"plan": self.plan.plan_id, "at": self.at}


def differing_grids(connection: Connection, plan: Plan, at: int) -> tuple[list[Grid], list[Grid]]:
    """Return the grids that differ between a plan at a revision and the build that it began with: then, and now."""
    return differing(connection, begun_as(connection, plan), State(plan, at))


def begun_as(connection: Connection, plan: Plan) -> State:
    """Return the build that a plan began with, or the plan began with that it comes from."""
    *_, root = chain(connection, State(plan, plan.head))
    return State(plan_of(connection, root), 0)


def differing(connection: Connection, one: State, other: State) -> tuple[list[Grid], list[Grid]]:
    """Return the grids that differ between two states, as they are in the one and in the other.

    States that come from one plan are told apart by what was done since they parted, whatever their size.
    """
    ids = touched_since_parting(connection, one, other)
    return grids_of(connection, one, ids), grids_of(connection, other, ids)


def grids_of(connection: Connection, state: State, ids: Collection[int]) -> list[Grid]:
    """Return some grids of a state, those that are there."""
    found = read_versions(connection, state.plan.plan_id, state.at, "grid_id = ANY(%(ids)s)", {"ids": list(ids)})
    return [version.grid for version in found]


def touched_since_parting(connection: Connection, one: State, other: State) -> list[int]:
    """Return the grids that either state touched since both were one."""
    parted = parting(connection, one, other)
    if parted is None:
        values = {"one": one.plan.plan_id, "one_at": one.at, "other": other.plan.plan_id, "other_at": other.at}
        return [found.grid_id for found in rows(connection, BY_WORDS, values)]
    common = chain(connection, parted)  # may be from before the plan that both come from left its own parent
    touched: set[int] = set()
    for state in (one, other):
        for plan_id, upto in chain(connection, state).items():
            values = {"plan": plan_id, "after": common.get(plan_id, -1), "upto": upto}
            touched |= {found.grid_id for found in rows(connection, TOUCHED, values)}
    return sorted(touched)


def parting(connection: Connection, one: State, other: State) -> State | None:
    """Return the latest state that two have in common; None where they have none."""
    chains = [chain(connection, state) for state in (one, other)]
    common = next((plan_id for plan_id in chains[0] if plan_id in chains[1]), None)
    if common is None:
        return None
    return State(plan_of(connection, common), min(each[common] for each in chains))


def chain(connection: Connection, state: State) -> dict[int, int]:
    """Return the plans that a state comes from, itself first, and up to which revision of each.

    All of them: also those whose rows a branch does not share any more, because it has copies of its own.
    """
    found = rows(connection, CHAIN, state.values)
    return {each.plan_id: each.upto for each in found}
