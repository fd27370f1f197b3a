"""Identities for new grids: a number of the whole database, and a code of the community.

A code in a draft is provisional; the register says at approval whether it stays. It is never one that the plan or its
parents had, nor one that was ever in force, so that nothing is mistaken for something else.
"""

from __future__ import annotations

import numpy as np
from sqlalchemy import Connection

from data.plans.plan import Plan
from data.plans.rows import row, rows
from geo.code_profiles import DIGITS
from geo.codes import prefixes
from geo.edits.ground import Fresh
from geo.errors import NoCodeLeftError
from geo.sources import Parameters

USED = """
SELECT v.code FROM onegrid.ancestry AS a JOIN onegrid.grid_version AS v ON v.plan_id = a.ancestor_id
WHERE a.plan_id = %(plan)s AND v.community = %(community)s
UNION SELECT code FROM onegrid.code_register WHERE code >= %(prefix)s AND code < %(prefix)s || 'x'
"""
GIVEN = """
WITH RECURSIVE line AS (
    SELECT plan_id, parent_id FROM onegrid.plan WHERE plan_id = %(plan)s
    UNION SELECT p.plan_id, p.parent_id FROM line JOIN onegrid.plan AS p ON p.plan_id = line.parent_id
)
SELECT v.code FROM line JOIN onegrid.grid_version AS v USING (plan_id)
UNION SELECT code FROM onegrid.code_register
UNION SELECT unnest(ARRAY[attributes->>'old_code', attributes->>'new_code']) FROM onegrid.source_row
WHERE layer = 'lineage' AND source_id IN (SELECT source_id FROM line JOIN onegrid.revision USING (plan_id))
"""


def fresh_numbers(connection: Connection, plan: Plan, parameters: Parameters) -> Fresh:
    """Return what gives new grids of a plan their grid_id and code."""
    given: list[str] = []

    def give(community: str) -> tuple[str, str]:
        prefix = str(prefixes(np.array([community], dtype=object), parameters)[0])
        used = rows(connection, USED, {"plan": plan.plan_id, "community": community, "prefix": prefix})
        code = next_code(prefix, {one.code for one in used} | set(given), DIGITS[parameters.code_profile])
        given.append(code)
        return str(row(connection, "SELECT nextval('onegrid.grid_number') AS number").number), code

    return give


def codes_given(connection: Connection, plan: Plan) -> frozenset[str]:
    """Return all codes that a plan, those that it came from and their builds ever gave out, or that were in force."""
    found = rows(connection, GIVEN, {"plan": plan.plan_id})
    return frozenset(one.code for one in found if one.code is not None)


def next_code(prefix: str, used: set[str], digits: int) -> str:
    """Return the lowest code of a community above all that are used, else the lowest that is free.

    Raises
    ------
    NoCodeLeftError
        There is none.

    >>> next_code("530102001001", {"530102001001007", "530102001001002"}, 3)
    '530102001001008'
    """
    numbers = {int(code[len(prefix) :]) for code in used if code.startswith(prefix) and code[len(prefix) :].isdigit()}
    most = 10**digits - 1
    after = max(numbers, default=0) + 1
    free = after if after <= most else next((n for n in range(1, most + 1) if n not in numbers), None)
    if free is None:
        community = prefix[-12:]
        raise NoCodeLeftError(f"community {community} has used all of its {most} numbers; merge grids, or ask for more")
    return f"{prefix}{free:0{digits}d}"
