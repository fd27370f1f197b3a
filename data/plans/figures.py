"""What a plan adds up to at a revision: grids, people, gaps, and how far it reaches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from sqlalchemy import Connection

from data.plans.differing import State
from data.plans.ground import Box
from data.plans.rows import row, rows
from data.plans.sums import GRIDS, accepted_gaps, values_of, whole_sums
from geo.gaps import LEDGERS

MADE = """
SELECT r.revision, r.made_at FROM onegrid.ancestry AS a
JOIN onegrid.revision AS r ON r.plan_id = a.ancestor_id AND r.revision <= LEAST(a.upto, %(at)s)
WHERE a.plan_id = %(plan)s
"""


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
    found = whole_sums(connection, state)
    accepted = accepted_gaps(connection, state, today)
    open_ = accepted.off("ledger", {ledger: getattr(found, ledger) for ledger in LEDGERS})
    return Figures(
        grids=found.grids,
        communities=found.communities,
        households=found.households,
        population=found.population,
        party_members=found.party_members,
        area_m2=found.area_m2,
        gaps={ledger: open_[ledger] for ledger in LEDGERS},
        accepted=accepted.number,
        bounds=(found.west, found.south, found.east, found.north) if found.grids else None,
    )


def grids_in(connection: Connection, state: State) -> int:
    """Count the grids of a plan."""
    return int(row(connection, GRIDS, values_of(state)).grids)


@dataclass(frozen=True)
class Step:
    """The gaps of a plan as it was at a revision, by ledger, without those that are accepted now."""

    revision: int
    made_at: datetime
    gaps: Mapping[str, int]


def trend(connection: Connection, state: State, today: date, most: int) -> list[Step]:
    """Return how the gaps of a plan went up to a revision, at evenly spaced ones, the first and the last among them."""
    made = dict(rows(connection, MADE, values_of(state)))
    numbers = sorted(made)
    chosen = np.unique(np.linspace(0, len(numbers) - 1, min(most, len(numbers))).round().astype(int))
    return [
        Step(at, made[at], figures(connection, State(state.plan, at), today).gaps)
        for at in (numbers[place] for place in chosen.tolist())
    ]
