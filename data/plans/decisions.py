"""Gaps with what supervisors decided on them: in every plan of a jurisdiction, also in those that never change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from time import localtime
from typing import Any

from sqlalchemy import Connection

from data.plans.differing import State
from data.plans.plan import Plan
from data.plans.rows import Values, row, rows

STATE = "CASE WHEN j.state = 'open' THEN 'open' WHEN j.expires < %(today)s THEN 'expired' ELSE 'accepted' END"
JUDGING = f"""
SELECT g.version_id, g.gap_id, g.kind, g.ledger, g.severity, g.code, g.community, g.area_m2, g.households,
       CASE WHEN d.state IS NULL THEN g.detail
           WHEN d.state = 'open' THEN g.detail - 'signer' - 'signed'
           ELSE g.detail || jsonb_build_object('signer', d.signed_by, 'signed', d.day) END AS detail,
       g.remedy, g.land, j.reason, j.expires, coalesce(d.signed_by, g.detail->>'signer') AS signed_by,
       coalesce(d.day, g.detail->>'signed') AS signed_at, {STATE} AS state
FROM {{gaps}} AS g
LEFT JOIN LATERAL (
    SELECT state, reason, expires, signed_by,
           to_char(signed_at AT TIME ZONE make_interval(secs => %(offset)s), 'YYYY-MM-DD') AS day
    FROM onegrid.gap_decision
    WHERE jurisdiction = %(jurisdiction)s AND gap_id = g.gap_id ORDER BY decision_id DESC LIMIT 1) AS d ON true
CROSS JOIN LATERAL (
    SELECT coalesce(d.state, g.state) AS state,
           CASE WHEN d.state IS NULL THEN g.reason ELSE d.reason END AS reason,
           CASE WHEN d.state IS NULL THEN g.expires ELSE d.expires::text END AS expires) AS j
"""
"""Gaps with their ``state`` as of ``today``; which, is to be put in. Where a decision stands, it is what was signed,
not the exception that the build came with; ``signed_by`` opened a gap that is open again."""
JUDGED = JUDGING.format(gaps="onegrid.gaps_at(%(plan)s, %(at)s)")
"""All gaps of a plan at a revision."""

IN_PLAN = """
g.plan_id = a.ancestor_id AND g.from_revision <= LEAST(a.upto, %(at)s) AND g.to_revision > LEAST(a.upto, %(at)s)
    AND NOT EXISTS (
        SELECT FROM onegrid.ancestry AS n JOIN onegrid.shadow AS s ON s.plan_id = n.ancestor_id
        WHERE n.plan_id = %(plan)s AND n.depth < a.depth AND s.version_id = g.version_id
            AND s.from_revision <= LEAST(n.upto, %(at)s))
"""
"""That a version ``g`` is in a plan at a revision, as one of its ancestor ``a``."""
PAGE = f"""
SELECT v.version_id, v.gap_id, v.kind, v.ledger, v.severity, v.code, v.community, v.area_m2, v.households,
       v.detail::text, v.remedy, v.state, v.reason, v.expires, v.signed_by, v.signed_at, ST_AsBinary(v.land) AS land
FROM onegrid.ancestry AS a CROSS JOIN LATERAL (
    {JUDGING.format(gaps="onegrid.gap_version")} WHERE {IN_PLAN} {{where}} ORDER BY {{order}} LIMIT %(limit)s) AS v
WHERE a.plan_id = %(plan)s ORDER BY {{order_of_all}} LIMIT %(limit)s
"""
IN_ORDER = """
SELECT set_config('enable_sort', %(may)s, true) AS sort, set_config('enable_seqscan', %(may)s, true) AS seqscan
"""
"""Whether a plan may be sorted: its index gives the first gaps at once, and PostgreSQL, which takes a revision and a
scope to leave next to no rows, would go through a million of them instead."""
WORST = "g.severity DESC, g.version_id"
LANDS = """
SELECT code, ST_AsBinary(polygon) AS land FROM onegrid.grids_named(%(plan)s, %(at)s, %(codes)s)
"""
SIGN = """
SELECT onegrid.sign_gap(%(plan)s, %(gap)s, %(state)s, %(reason)s, %(expires)s::date, %(by)s) AS decision
"""
LOCK = "SELECT onegrid.lock_decisions(%(jurisdiction)s) IS NULL AS locked"
FILTERS = {
    "kind": "g.kind = %(kind)s",
    "ledger": "g.ledger = %(ledger)s",
    "community": "g.community >= %(community)s AND g.community < %(community)s || 'a'",
    "state": f"{STATE} = %(state)s",
    "severity": "g.severity >= %(severity)s",
    "gap_id": "g.gap_id = %(gap_id)s",
    "code": "g.code = %(code)s",
}
"""What gaps may be chosen by."""
NARROW = ("community", "gap_id")
"""What leaves so few that they are sorted."""


ALL = 2**63 - 1
"""Up to which decisions count where all do."""


@dataclass(frozen=True)
class Place:
    """Where a page of gaps begins: behind this severity and version, the worst first."""

    severity: int
    version_id: int


def judged(state: State, today: date) -> dict[str, Any]:
    """Return the values of `JUDGED`, and of `data.plans.versions_sql.JUDGED`."""
    named = {**state.values, "jurisdiction": state.plan.jurisdiction}
    return {**named, "today": today.isoformat(), "offset": localtime().tm_gmtoff, "decision": ALL}


def find_gaps(
    connection: Connection,
    state: State,
    today: date,
    chosen: Mapping[str, Any],
    *,
    limit: int | None = None,
    after: Place | None = None,
) -> list[Any]:
    """Return gaps as rows of `PAGE`, the worst first.

    Parameters
    ----------
    chosen
        Values by the names of `FILTERS`; None: any. ``severity`` is the least.
    """
    given = {name: value for name, value in chosen.items() if value is not None}
    where = "".join(f" AND {FILTERS[name]}" for name in given)
    values: Values = {**given, "limit": limit}
    if after is not None:
        where += " AND (-g.severity, g.version_id) > (%(behind)s, %(last)s) AND g.severity <= -%(behind)s"
        values = {**values, "behind": -after.severity, "last": after.version_id}
    in_order = limit is not None and not any(name in given for name in NARROW)
    return page_of_gaps(connection, state, today, where, values, order=WORST, in_order=in_order)


def page_of_gaps(
    connection: Connection, state: State, today: date, where: str, values: Values, *, order: str, in_order: bool
) -> list[Any]:
    """Return gaps as rows of `PAGE`, those without land of their own with that of their grid.

    Parameters
    ----------
    where
        Conditions on a version ``g``, each behind an AND.
    order
        Columns of ``g``.
    in_order
        Whether an index gives that order.
    """
    sql = PAGE.format(where=where, order=order, order_of_all=order.replace("g.", "v."))
    named = {**judged(state, today), **values}
    if in_order:
        row(connection, IN_ORDER, {"may": "off"})
    found = rows(connection, sql, named)
    if in_order:
        row(connection, IN_ORDER, {"may": "on"})
    codes = sorted({one.code for one in found if one.land is None and one.code is not None})
    held = rows(connection, LANDS, {**named, "codes": codes}) if codes else []
    lands = {one.code: one.land for one in held}
    return [one._replace(land=one.land or lands.get(one.code)) for one in found]


def lock_decisions(connection: Connection, plan: Plan) -> None:
    """Let nobody else decide on gaps of the plan's jurisdiction until the end of the transaction."""
    row(connection, LOCK, {"jurisdiction": plan.jurisdiction})


def sign_gap(
    connection: Connection, plan: Plan, gap_id: str, *, state: str, reason: str | None, expires: date | None, by: str
) -> None:
    """Accept a gap with a reason until a day, or open it again, in all plans of the jurisdiction."""
    values = {"plan": plan.plan_id, "gap": gap_id, "state": state, "reason": reason, "expires": expires, "by": by}
    row(connection, SIGN, values)
