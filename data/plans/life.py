"""A plan's life: branches, review, approval; and the log of all that happened to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine

from data.plans.door import tried
from data.plans.naming import naming
from data.plans.plan import Plan, find_plan
from data.plans.rows import row, rows
from geo.errors import InputError, NotADraftError

DEEPEST = 8
"""A branch that would have more ancestors gets rows of its own."""

MOVES = {
    "submit": ("draft", "in_review"),
    "return": ("in_review", "draft"),
    "withdraw": ("draft", "withdrawn"),
}
"""What becomes of a plan: from which state to which."""

ONLY = {
    "submit": "only a draft can be submitted",
    "return": "only a plan in review can be returned",
    "withdraw": "only a draft can be withdrawn",
}

BRANCH = "SELECT onegrid.branch_plan(%(name)s, %(parent)s, %(at)s, %(by)s, %(deepest)s)"
MOVE = "SELECT onegrid.move_plan(%(plan)s, %(was)s, %(becomes)s, %(by)s, %(verb)s, %(note)s) AS revision"
LOG = """
SELECT p.name AS plan, r.revision, r.sequence, r.made_at, r.made_by, r.verb, r.arguments, r.base, r.reverses,
       r.changes, r.lineage, r.bounds
FROM onegrid.ancestry AS a JOIN onegrid.plan AS p ON p.plan_id = a.ancestor_id
JOIN onegrid.revision AS r ON r.plan_id = a.ancestor_id AND r.revision <= a.upto
WHERE a.plan_id = %(plan)s
"""


@dataclass(frozen=True)
class Entry:
    """An entry of the log: what was done to a plan, or to the one it came from, by whom and when."""

    plan: str
    revision: int
    sequence: int
    made_at: datetime
    made_by: str
    verb: str
    arguments: Mapping[str, Any]
    base: int | None
    reverses: int | None
    changes: Mapping[str, list[str]]
    lineage: list[Mapping[str, Any]]
    bounds: list[float] | None


def branch(engine: Engine, name: str, *, of: str, by: str, at: int | None = None) -> Plan:
    """Make a draft that begins as another plan is, or was at a revision; no rows are copied.

    Raises
    ------
    UnknownPlanError, PlanNameTakenError
        There is no such plan; there is one of the new name already.
    InputError
        The plan has no such revision.
    """

    def attempt(connection: Connection) -> Plan:
        parent = find_plan(connection, of)
        revision = parent.head if at is None else at
        first = row(connection, f"SELECT min(revision) AS first FROM ({LOG}) AS log", {"plan": parent.plan_id}).first
        if not first <= revision <= parent.head:
            raise InputError(f"plan {of} has no revision {revision}; it has {first} to {parent.head}")
        values = {"name": name, "parent": parent.plan_id, "at": revision, "by": by, "deepest": DEEPEST}
        naming(connection, BRANCH, values, name)
        return find_plan(connection, name)

    return tried(engine, name, attempt)


def move(engine: Engine, name: str, what: str, *, by: str, note: str | None = None) -> Plan:
    """Submit a draft for review, return it, or withdraw it for good; ``what`` is one of `MOVES`.

    Raises
    ------
    NotADraftError
        The plan is not in the state that this takes.
    """
    was, becomes = MOVES[what]

    def attempt(connection: Connection) -> Plan:
        plan = find_plan(connection, name)
        if plan.state != was:
            raise NotADraftError(f"plan {name} is {plan.said_state}; {ONLY[what]}")
        values = {"plan": plan.plan_id, "was": was, "becomes": becomes, "by": by, "verb": what, "note": note}
        row(connection, MOVE, values)
        return find_plan(connection, name)

    return tried(engine, name, attempt)


def log(connection: Connection, plan: Plan, *, after: int = -1, limit: int | None = None) -> list[Entry]:
    """Return what was done to a plan, and to those it came from until it left them, in order."""
    found = rows(
        connection,
        f"{LOG} AND r.revision > %(after)s ORDER BY r.revision LIMIT %(limit)s",
        {"plan": plan.plan_id, "after": after, "limit": limit},
    )
    return [Entry(*one) for one in found]


def log_of_grid(connection: Connection, plan: Plan, grid_id: int, *, upto: int) -> list[Entry]:
    """Return what was done to a grid up to a revision, in order."""
    found = rows(
        connection,
        f"{LOG} AND r.grid_ids @> ARRAY[%(grid)s]::bigint[] AND r.revision <= %(upto)s ORDER BY r.revision",
        {"plan": plan.plan_id, "grid": grid_id, "upto": upto},
    )
    return [Entry(*one) for one in found]


def latest(connection: Connection, plan: Plan, limit: int) -> list[Entry]:
    """Return the latest entries of the log of a plan, in order."""
    values = {"plan": plan.plan_id, "limit": limit}
    found = rows(connection, f"{LOG} ORDER BY r.revision DESC LIMIT %(limit)s", values)
    return [Entry(*one) for one in reversed(found)]
