"""The feed: everything that was done to any plan, in an order that no reader misses anything in.

So is what was decided on gaps, which makes no revision of a plan, but holds in all of its jurisdiction.

A revision takes its number before it is committed, so that a lower number may come to be seen after a higher one, and
so does a decision. Whoever takes a number says before, by a lock that he keeps until he has committed, above which
number his will be (``enter_feed`` of the migrations). A reader first reads the highest number given, then these locks,
then the rows: what lies at or below both is there, or never will be.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from data.plans.plan import READABLE
from data.plans.rows import row, rows

DECIDE = "decide"
LAST = "SELECT last_value AS last FROM onegrid.revision_sequence_seq"
GOING_ON = """
SELECT min(objid::bigint) AS first FROM pg_locks
WHERE locktype = 'advisory' AND classid = x'6f6e6766'::integer AND objsubid = 2
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
DONE = f"""
(SELECT r.sequence, p.name AS plan, r.revision, r.made_at, r.made_by, r.verb, r.changes, r.bounds, p.srid,
    NULL AS decision
FROM onegrid.revision AS r JOIN onegrid.plan AS p USING (plan_id)
WHERE r.sequence > %(since)s AND r.sequence <= %(upto)s AND p.state <> 'importing' AND {READABLE}
ORDER BY r.sequence LIMIT %(limit)s)
UNION ALL
(SELECT d.sequence, p.name, d.revision, d.signed_at, d.signed_by, '{DECIDE}', '{{}}'::jsonb, NULL, p.srid,
    jsonb_build_object('jurisdiction', d.jurisdiction, 'gap_id', d.gap_id, 'community_code', d.community,
        'state', d.state, 'reason', d.reason, 'expires', d.expires)
FROM onegrid.gap_decision AS d JOIN onegrid.plan AS p USING (plan_id)
WHERE d.sequence > %(since)s AND d.sequence <= %(upto)s AND {READABLE}
ORDER BY d.sequence LIMIT %(limit)s)
ORDER BY sequence LIMIT %(limit)s
"""
"""Revisions, and decisions on gaps, of which policies show those within the scope."""


def settled(connection: Connection) -> int:
    """Return the number up to which the feed is complete.

    Parameters
    ----------
    connection
        In READ COMMITTED: its next statement sees all that was committed when this one looked.
    """
    last = int(row(connection, LAST).last)
    first = row(connection, GOING_ON).first
    return last if first is None else min(last, int(first))


def feed(connection: Connection, since: int, limit: int) -> tuple[list[Any], int]:
    """Return what was done behind a number, and the number to ask behind next."""
    upto = settled(connection)
    found = rows(connection, DONE, {"since": since, "upto": upto, "limit": limit})
    return found, found[-1].sequence if len(found) == limit else upto
