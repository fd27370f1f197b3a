"""What a plan adds up to at a revision: grids, people, gaps, and how far it reaches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from sqlalchemy import Connection

from data.plans.accepted import PLACELESS, accepted_in
from data.plans.decisions import judged
from data.plans.differing import State
from data.plans.ground import Box
from data.plans.rows import row, rows
from data.plans.versions_sql import kept
from geo.gaps import LEDGERS
from geo.gaps.exceptions import ACCEPTED

MADE = """
SELECT r.revision, r.made_at FROM onegrid.ancestry AS a
JOIN onegrid.revision AS r ON r.plan_id = a.ancestor_id AND r.revision <= LEAST(a.upto, %(at)s)
WHERE a.plan_id = %(plan)s
"""
SCOPE = "SELECT length(coalesce(current_setting('onegrid.scope_from', true), '')) AS digits"
WHICH = {6: "v.county", 9: "length(v.division) = 9", 12: "length(v.division) = 12"}
"""The divisions that are added up for a scope of so many digits or less, which sees all or nothing of each."""
PARTS = "parts AS MATERIALIZED (SELECT v.* FROM {kept} WHERE a.plan_id = %(plan)s)"
"""The sums kept of them."""
BROUGHT = """
(SELECT coalesce(jsonb_agg(e), '[]') FROM parts CROSS JOIN LATERAL jsonb_array_elements(excepted) AS e)
""".strip()
ACCEPTED_OF = "coalesce((SELECT number FROM accepted WHERE ledger = '{}'), 0)"
WHOLE = f"""
WITH {{parts}},
accepted AS MATERIALIZED (
    SELECT ledger, sum(number)::bigint AS number
    FROM ({accepted_in(BROUGHT)}) AS v GROUP BY ledger)
SELECT coalesce(sum(grids), 0)::bigint AS grids, coalesce(sum(communities), 0)::bigint AS communities,
    sum(households)::bigint AS households, sum(population)::bigint AS population,
    sum(party_members)::bigint AS party_members, coalesce(sum(area_m2 ORDER BY division), 0) AS area_m2,
    min(west) AS west, min(south) AS south, max(east) AS east, max(north) AS north,
    {", ".join(f"coalesce(sum({name}), 0)::bigint - {ACCEPTED_OF.format(name)} AS {name}" for name in LEDGERS)},
    (SELECT coalesce(sum(number), 0)::bigint FROM accepted) AS accepted
FROM parts
"""
"""The parts added up, without the gaps that are accepted and those that are about no community (`PLACELESS`)."""
GRIDS = "WITH {parts} SELECT coalesce(sum(grids), 0)::bigint AS grids FROM parts"


@dataclass(frozen=True)
class Figures:
    """The sums of a plan: counts None where nobody knows them, ``area_m2`` in its working CRS.

    ``gaps`` are by ledger, without the ``accepted`` ones. ``bounds``: min x, min y, max x, max y in metres of the
    working CRS; None where the caller sees no grid.
    """

    grids: int
    communities: int
    households: int | None
    population: int | None
    party_members: int | None
    area_m2: float
    gaps: Mapping[str, int]
    accepted: int
    bounds: Box | None


def figures(connection: Connection, state: State, today: date) -> Figures:
    """Add a plan up.

    Parameters
    ----------
    today
        The day on which exceptions hold or have run out.
    """
    values = judged(state, today)
    found = row(connection, WHOLE.format(parts=parts_seen(connection)), values)
    placeless = rows(connection, PLACELESS, values)
    open_ = Counter(one.ledger for one in placeless if one.state != ACCEPTED)
    return Figures(
        grids=found.grids,
        communities=found.communities,
        households=found.households,
        population=found.population,
        party_members=found.party_members,
        area_m2=found.area_m2,
        gaps={ledger: getattr(found, ledger) + open_[ledger] for ledger in LEDGERS},
        accepted=found.accepted + len(placeless) - open_.total(),
        bounds=(found.west, found.south, found.east, found.north) if found.grids else None,
    )


def grids_in(connection: Connection, state: State) -> int:
    """Count the grids of a plan."""
    return int(row(connection, GRIDS.format(parts=parts_seen(connection)), state.values).grids)


def parts_seen(connection: Connection) -> str:
    """Return `PARTS` for the caller's scope."""
    digits = row(connection, SCOPE).digits
    which = next(which for most, which in WHICH.items() if digits <= most)
    return PARTS.format(kept=kept("drawn_sum", "division", which))


@dataclass(frozen=True)
class Step:
    """The gaps of a plan as it was at a revision, by ledger, without those that are accepted now."""

    revision: int
    made_at: datetime
    gaps: Mapping[str, int]


def trend(connection: Connection, state: State, today: date, most: int) -> list[Step]:
    """Return how the gaps of a plan went up to a revision, at evenly spaced ones, the first and the last among them."""
    made = dict(rows(connection, MADE, state.values))
    numbers = sorted(made)
    chosen = np.unique(np.linspace(0, len(numbers) - 1, min(most, len(numbers))).round().astype(int))
    return [
        Step(at, made[at], figures(connection, State(state.plan, at), today).gaps)
        for at in (numbers[place] for place in chosen.tolist())
    ]
