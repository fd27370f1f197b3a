"""The versions that a plan has at a revision, its own and its parents', as parts of statements.

Each takes ``%(plan)s`` and ``%(at)s``, and stands behind FROM before ``WHERE a.plan_id = %(plan)s``.
"""

from __future__ import annotations


def versions(table: str, where: str, columns: str = "v.*") -> str:
    """Return SQL for the versions ``v`` that a plan has at a revision, its own and its parents', each by an index."""
    return f"""
onegrid.ancestry AS a CROSS JOIN LATERAL (
    SELECT {columns} FROM onegrid.{table} AS v
    WHERE v.plan_id = a.ancestor_id AND {where}
        AND v.from_revision <= LEAST(a.upto, %(at)s) AND v.to_revision > LEAST(a.upto, %(at)s)
        AND (a.depth = 0 OR NOT EXISTS (
            SELECT FROM onegrid.ancestry AS n JOIN onegrid.shadow AS s ON s.plan_id = n.ancestor_id
            WHERE n.plan_id = %(plan)s AND n.depth < a.depth AND s.version_id = v.version_id
                AND s.from_revision <= LEAST(n.upto, %(at)s)))
    OFFSET 0) AS v
"""


def kept(table: str, key: str, which: str = "true") -> str:
    """Return SQL for the sums ``v`` kept in a table: a plan's own, else those of the nearest parent that has some.

    Parameters
    ----------
    key
        The column that says of what they are.
    which
        A condition on ``v``.
    """
    return f"""
onegrid.ancestry AS a CROSS JOIN LATERAL (
    SELECT * FROM onegrid.{table} AS v
    WHERE v.plan_id = a.ancestor_id AND {which}
        AND v.from_revision <= LEAST(a.upto, %(at)s) AND v.to_revision > LEAST(a.upto, %(at)s)
        AND (a.depth = 0 OR NOT EXISTS (
            SELECT FROM onegrid.ancestry AS n JOIN onegrid.{table} AS o ON o.plan_id = n.ancestor_id
                AND o.{key} = v.{key} AND o.from_revision <= LEAST(n.upto, %(at)s)
                AND o.to_revision > LEAST(n.upto, %(at)s)
            WHERE n.plan_id = %(plan)s AND n.depth < a.depth)) OFFSET 0) AS v
"""


JUDGED = """
LEFT JOIN LATERAL (
    SELECT state, expires FROM onegrid.gap_decision
    WHERE jurisdiction = %(jurisdiction)s AND gap_id = v.gap_id AND decision_id <= %(decision)s
    ORDER BY decision_id DESC LIMIT 1) AS d ON true
CROSS JOIN LATERAL (
    SELECT CASE WHEN coalesce(d.state, v.state) = 'open' THEN 'open'
        WHEN CASE WHEN d.state IS NULL THEN v.expires ELSE d.expires::text END < %(today)s THEN 'expired'
        ELSE 'accepted' END AS state) AS j
"""
"""The state of a gap ``v`` on a day by what was decided up to ``decision``, as `data.plans.decisions.JUDGED` has it."""
