"""Gaps that are accepted on a day, to be taken off sums, which count every gap as if it were open.

They are few beside the others: they are looked up by indexes, with what was decided on them. Gaps that are about no
community stand in no sum, and are added.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection

from data.plans.decisions import judged
from data.plans.differing import State
from data.plans.rows import rows
from data.plans.versions_sql import JUDGED, versions
from geo.gaps.exceptions import ACCEPTED

DECIDED = "v.gap_id = c.gap_id AND v.community IS NOT NULL"
OWN_DAY = "(v.expires < %(today)s) IS NOT TRUE"


def accepted_in(excepted: str, decided: str = "true") -> str:
    """Return SQL for how many gaps are accepted on a day: ``ledger``, ``number``, in parts that are to be added up.

    Parameters
    ----------
    excepted
        Column or query that gives a row's count of what its build brought as accepted.
    decided
        Which decisions ``v`` may count: those on gaps that are about a community do.
    """
    return f"""
SELECT v.ledger, v.number
FROM jsonb_array_elements({excepted}) AS k
CROSS JOIN LATERAL (SELECT k->>0 AS ledger, k->>1 AS expires, (k->>2)::integer AS number) AS v WHERE {OWN_DAY}
UNION ALL
SELECT v.ledger, (j.state = 'accepted')::integer - (v.state <> 'open' AND {OWN_DAY})::integer
FROM (
    SELECT DISTINCT gap_id FROM onegrid.gap_decision AS v WHERE v.jurisdiction = %(jurisdiction)s AND {decided}) AS c
CROSS JOIN {versions("gap_version", DECIDED, "v.gap_id, v.ledger, v.state, v.expires")}
{JUDGED}
WHERE a.plan_id = %(plan)s
"""


GAP = "v.gap_id, v.kind, v.ledger, v.code, v.community, v.state, v.expires"
EXCEPTED = f"""
SELECT v.kind, v.ledger, v.code, v.community
FROM (
    SELECT v.* FROM {versions("gap_version", "v.state <> 'open' AND v.community IS NOT NULL", GAP)}
    WHERE a.plan_id = %(plan)s
    UNION ALL
    SELECT v.* FROM (SELECT DISTINCT gap_id FROM onegrid.gap_decision WHERE jurisdiction = %(jurisdiction)s) AS d
    CROSS JOIN {versions("gap_version", "v.gap_id = d.gap_id AND v.state = 'open' AND v.community IS NOT NULL", GAP)}
    WHERE a.plan_id = %(plan)s) AS v
{JUDGED}
WHERE j.state = 'accepted'
"""
PLACELESS = f"""
SELECT v.kind, v.ledger, j.state FROM {versions("gap_version", "v.community IS NULL", GAP)}
{JUDGED}
WHERE a.plan_id = %(plan)s
"""
WORST = f"""
SELECT max(v.severity) AS every, max(v.severity) FILTER (WHERE j.state <> 'accepted') AS there
FROM unnest(%(codes)s::text[]) AS g (code)
CROSS JOIN {versions("gap_version", "v.code = g.code", f"{GAP}, v.severity")}
{JUDGED}
WHERE a.plan_id = %(plan)s GROUP BY g.code
"""


@dataclass(frozen=True)
class Accepted:
    """Gaps that count for nothing in the sums kept, or for nothing any more: rows of `EXCEPTED`, and of `PLACELESS`."""

    excepted: list[Any]
    placeless: list[Any]

    @property
    def placeless_open(self) -> list[Any]:
        """Gaps about no community that are not accepted."""
        return [one for one in self.placeless if one.state != ACCEPTED]

    @property
    def number(self) -> int:
        """How many gaps are accepted."""
        return len(self.excepted) + len(self.placeless) - len(self.placeless_open)

    def off(self, column: str, counts: Any) -> Counter[str]:
        """Take what is accepted off counts by a column, and add what is about no community."""
        found = Counter[str](counts)
        found.update(getattr(one, column) for one in self.placeless_open)
        found.subtract(getattr(one, column) for one in self.excepted)
        return found


def accepted_gaps(connection: Connection, state: State, today: date) -> Accepted:
    """Find the gaps that are accepted on a day, and those about no community."""
    values = judged(state, today)
    return Accepted(rows(connection, EXCEPTED, values), rows(connection, PLACELESS, values))


def severities_of(connection: Connection, state: State, today: date, codes: Iterable[str]) -> list[Any]:
    """Return, for each of some grids, its worst gap with those accepted, and without; None: it has none."""
    return rows(connection, WORST, {**judged(state, today), "codes": list(codes)})
