"""Gaps with what supervisors decided on them: in every plan of a jurisdiction, also in those that never change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection

from data.plans.differing import State
from data.plans.plan import Plan
from data.plans.rows import Values, row, rows

JUDGING = """
SELECT g.version_id, g.gap_id, g.kind, g.ledger, g.severity, g.code, g.community, g.area_m2, g.households, g.detail,
       g.remedy, g.land, j.reason, j.expires,
       CASE WHEN j.state = 'open' THEN 'open' WHEN j.expires < %(today)s THEN 'expired' ELSE 'accepted' END AS state
FROM {gaps} AS g
LEFT JOIN LATERAL (
    SELECT state, reason, expires FROM onegrid.gap_decision
    WHERE jurisdiction = %(jurisdiction)s AND gap_id = g.gap_id ORDER BY decision_id DESC LIMIT 1) AS d ON true
CROSS JOIN LATERAL (
    SELECT coalesce(d.state, g.state) AS state,
           CASE WHEN d.state IS NULL THEN g.reason ELSE d.reason END AS reason,
           CASE WHEN d.state IS NULL THEN g.expires ELSE d.expires::text END AS expires) AS j
"""
"""Gaps with their ``state`` as of ``today``; which, is to be put in."""
JUDGED = JUDGING.format(gaps="onegrid.gaps_at(%(plan)s, %(at)s)")
"""All gaps of a plan at a revision."""

FINDING = """
SELECT v.version_id, v.gap_id, v.kind, v.ledger, v.severity, v.code, v.community, v.area_m2, v.households,
       v.detail::text, v.remedy, v.state, v.reason, v.expires, ST_AsBinary(coalesce(v.land, h.polygon)) AS land
FROM ({judged}) AS v
LEFT JOIN onegrid.grids_at(%(plan)s, %(at)s) AS h ON v.land IS NULL AND h.code = v.code
"""
FOUND = FINDING.format(judged=JUDGED)
SIGN = """
SELECT onegrid.sign_gap(%(plan)s, %(gap)s, %(state)s, %(reason)s, %(expires)s::date, %(by)s) AS decision
"""
FILTERS = {
    "kind": "v.kind = %(kind)s",
    "ledger": "v.ledger = %(ledger)s",
    "community": "starts_with(v.community, %(community)s)",
    "state": "v.state = %(state)s",
    "severity": "v.severity >= %(severity)s",
    "gap_id": "v.gap_id = %(gap_id)s",
    "code": "v.code = %(code)s",
}
"""What gaps may be chosen by."""


@dataclass(frozen=True)
class Place:
    """Where a page of gaps begins: behind this severity and id, the worst first."""

    severity: int
    gap_id: str


def judged(state: State, today: date) -> dict[str, Any]:
    """Return the values of `JUDGED`."""
    plan = state.plan
    named = {"plan": plan.plan_id, "at": state.at, "jurisdiction": plan.jurisdiction}
    return {**named, "today": today.isoformat()}


def find_gaps(
    connection: Connection,
    state: State,
    today: date,
    chosen: Mapping[str, Any],
    *,
    limit: int | None = None,
    after: Place | None = None,
) -> list[Any]:
    """Return gaps as rows of `FOUND`, the worst first.

    Parameters
    ----------
    chosen
        Values by the names of `FILTERS`; None: any. ``severity`` is the least.
    """
    given = {name: value for name, value in chosen.items() if value is not None}
    where = [FILTERS[name] for name in given]
    values: Values = {**judged(state, today), **given, "limit": limit}
    if after is not None:
        where.append("(-v.severity, v.gap_id) > (%(behind)s, %(last)s)")
        values = {**values, "behind": -after.severity, "last": after.gap_id}
    said = f"WHERE {' AND '.join(where)}" if where else ""
    return rows(connection, f"{FOUND} {said} ORDER BY -v.severity, v.gap_id LIMIT %(limit)s", values)


def sign_gap(
    connection: Connection, plan: Plan, gap_id: str, *, state: str, reason: str | None, expires: date | None, by: str
) -> None:
    """Accept a gap with a reason until a day, or open it again, in all plans of the jurisdiction."""
    values = {"plan": plan.plan_id, "gap": gap_id, "state": state, "reason": reason, "expires": expires, "by": by}
    row(connection, SIGN, values)
