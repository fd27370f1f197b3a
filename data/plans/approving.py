"""Approval: a plan in review comes into force on a day, and its grids' codes become theirs for good."""

from __future__ import annotations

from datetime import date

import numpy as np
from sqlalchemy import Connection, Engine

from data.plans.door import tried
from data.plans.look import source_of
from data.plans.numbers import next_code
from data.plans.plan import Plan, find_plan, plan_in_force
from data.plans.rows import row, rows
from geo.code_profiles import DIGITS
from geo.codes import prefixes
from geo.errors import NotADraftError, PlanOutdatedError

APPROVE = """
SELECT onegrid.approve_plan(
    %(plan)s, %(head)s, %(day)s::date, %(by)s, %(former)s, %(grids)s::bigint[], %(codes)s::text[]) AS revision
"""
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended('onegrid approve ' || %(jurisdiction)s, 0))"
DESCENDS = """
SELECT FROM onegrid.ancestry WHERE plan_id = %(plan)s AND ancestor_id = %(former)s AND upto >= %(head)s
"""
TAKEN = """
SELECT g.grid_id, g.code, g.community FROM onegrid.grids_at(%(plan)s, %(at)s) AS g
JOIN onegrid.code_register AS r ON r.code = g.code AND r.grid_id <> g.grid_id ORDER BY g.code
"""
LATER = """
SELECT name, lower(effective) AS day FROM onegrid.plan
WHERE jurisdiction = %(jurisdiction)s AND lower(effective) > %(day)s::date ORDER BY day DESC LIMIT 1
"""
CODES = """
SELECT v.code FROM onegrid.ancestry AS a JOIN onegrid.grid_version AS v ON v.plan_id = a.ancestor_id
WHERE a.plan_id = %(plan)s AND v.community = ANY(%(communities)s)
UNION SELECT code FROM onegrid.code_register
"""


def approve(engine: Engine, name: str, *, effective: date, by: str, replace: bool = False) -> Plan:
    """Put a plan in review in force from a day on; the one that is in force till then retires on it.

    The one that came into force on that same day was never in force; the log says when it was approved, and for what.
    Codes are official from now on, and never given to another grid. A grid whose provisional code became another
    grid's meanwhile gets a new one.

    Parameters
    ----------
    replace
        Whether the plan may take the place of one that it does not come from, as a new build does.

    Raises
    ------
    NotADraftError
        The plan is not in review.
    PlanOutdatedError
        Another plan came into force since this one left its parent; or one is to come into force later than this.
    NoCodeLeftError
        A grid needs a new code, and its community has none left.
    """

    def attempt(connection: Connection) -> Plan:
        plan = find_plan(connection, name)
        row(connection, ONE_AT_A_TIME, {"jurisdiction": plan.jurisdiction})
        plan = find_plan(connection, name)
        if plan.state != "in_review":
            remedy = {"draft": "submit it for review first", "approved": "make a branch of it to change it"}
            raise NotADraftError(f"plan {name} is {plan.said_state}; {remedy.get(plan.state, 'nothing comes of it')}")
        later = row(connection, LATER, {"jurisdiction": plan.jurisdiction, "day": effective})
        if later is not None:
            raise PlanOutdatedError(
                f"plan {later.name} comes into force on {later.day}; choose that day or a later one"
            )
        former = plan_in_force(connection, plan.jurisdiction, effective)
        if former is not None and not replace:
            require_descent(connection, plan, former)
        grids, codes = recoded(connection, plan)
        values = {"plan": plan.plan_id, "head": plan.head, "day": effective, "by": by, "grids": grids, "codes": codes}
        row(connection, APPROVE, {**values, "former": None if former is None else former.plan_id})
        return find_plan(connection, name)

    return tried(engine, name, attempt)


def require_descent(connection: Connection, plan: Plan, former: Plan) -> None:
    """Refuse a plan that does not hold all that the one in force does."""
    values = {"plan": plan.plan_id, "former": former.plan_id, "head": former.head}
    if row(connection, DESCENDS, values) is None:
        raise PlanOutdatedError(
            f"plan {plan.name} does not come from {former.name}, which is in force; branch off {former.name} and merge "
            f"{plan.name} into that, or approve it as one that replaces {former.name} as a whole"
        )


def recoded(connection: Connection, plan: Plan) -> tuple[list[int], list[str]]:
    """Return the grids whose codes belong to others, and the codes that they are to have."""
    taken = rows(connection, TAKEN, {"plan": plan.plan_id, "at": plan.head})
    if not taken:
        return [], []
    parameters = source_of(connection, plan.source_id).parameters
    communities = sorted({one.community for one in taken})
    used = {one.code for one in rows(connection, CODES, {"plan": plan.plan_id, "communities": communities})}
    codes: list[str] = []
    for one in taken:
        prefix = str(prefixes(np.array([one.community], dtype=object), parameters)[0])
        codes.append(next_code(prefix, used | set(codes), DIGITS[parameters.code_profile]))
    return [one.grid_id for one in taken], codes
