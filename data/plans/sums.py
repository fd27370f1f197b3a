"""What plans add up to, from the sums kept by community and revision (migration 0010); gaps accepted taken off.

What is kept counts every gap as if it were open. Those that are accepted are few: they are looked up by indexes, with
what was decided on them, and taken off; so are the gaps that are about no community added.
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
from data.plans.rows import row, rows
from data.plans.tiles_sql import JUDGED, versions
from geo.gaps import LEDGERS
from geo.gaps.exceptions import ACCEPTED

KEPT = """
onegrid.ancestry AS a CROSS JOIN LATERAL (
    SELECT * FROM onegrid.drawn_community AS v
    WHERE v.plan_id = a.ancestor_id
        AND v.from_revision <= LEAST(a.upto, %(at)s) AND v.to_revision > LEAST(a.upto, %(at)s)
        AND (a.depth = 0 OR NOT EXISTS (
            SELECT FROM onegrid.ancestry AS n JOIN onegrid.drawn_community AS o ON o.plan_id = n.ancestor_id
                AND o.community = v.community AND o.from_revision <= LEAST(n.upto, %(at)s)
                AND o.to_revision > LEAST(n.upto, %(at)s)
            WHERE n.plan_id = %(plan)s AND n.depth < a.depth)) OFFSET 0) AS c
WHERE a.plan_id = %(plan)s
"""
"""The sums of each community ``c``: its own of a plan, else those of the nearest parent that has some."""
WHOLE = f"""
SELECT coalesce(sum(grids), 0)::bigint AS grids, count(*) FILTER (WHERE grids > 0) AS communities,
    sum(households)::bigint AS households, sum(population)::bigint AS population,
    sum(party_members)::bigint AS party_members, coalesce(sum(area_m2), 0) AS area_m2, min(west) AS west,
    min(south) AS south, max(east) AS east, max(north) AS north,
    {", ".join(f"coalesce(sum({name}), 0)::bigint AS {name}" for name in LEDGERS)}
FROM {KEPT}
"""
GRIDS = f"SELECT coalesce(sum(grids), 0)::bigint AS grids FROM {KEPT}"
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


def whole_sums(connection: Connection, state: State) -> Any:
    """Return the only row of `WHOLE`."""
    return row(connection, WHOLE, values_of(state))


def values_of(state: State) -> dict[str, Any]:
    """Return the values of a query on a plan at a revision."""
    return {"plan": state.plan.plan_id, "at": state.at}


def severities_of(connection: Connection, state: State, today: date, codes: Iterable[str]) -> list[Any]:
    """Return, for each of some grids, its worst gap with those accepted, and without; None: it has none."""
    return rows(connection, WORST, {**judged(state, today), "codes": list(codes)})
