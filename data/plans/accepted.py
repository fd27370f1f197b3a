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
from data.plans.tiles_sql import JUDGED, versions
from geo.gaps.exceptions import ACCEPTED

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
