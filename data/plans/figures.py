"""What a plan adds up to at a revision: grids, people, gaps, and how far it reaches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from data.plans.decisions import JUDGED, judged
from data.plans.differing import State
from data.plans.ground import Box
from data.plans.rows import row, rows
from geo.gaps import LEDGERS

FIGURES = """
SELECT count(*) AS grids, count(DISTINCT community) AS communities, sum(households) AS households,
       sum(population) AS population, sum(party_members) AS party_members, sum(ST_Area(polygon)) AS area_m2,
       min(ST_XMin(polygon)) AS west, min(ST_YMin(polygon)) AS south, max(ST_XMax(polygon)) AS east,
       max(ST_YMax(polygon)) AS north
FROM onegrid.grids_at(%(plan)s, %(at)s)
"""
GAPS = f"""
SELECT ledger, count(*) AS number, count(*) FILTER (WHERE state = 'accepted') AS accepted
FROM ({JUDGED}) AS judged GROUP BY ledger
"""
NUMBER = "SELECT count(*) AS grids FROM onegrid.grids_at(%(plan)s, %(at)s)"


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
    found = row(connection, FIGURES, values)._asdict()
    gaps = rows(connection, GAPS, values)
    open_ = {one.ledger: one.number - one.accepted for one in gaps}
    bounds = (found.pop("west"), found.pop("south"), found.pop("east"), found.pop("north"))
    known = bounds if found["grids"] else None
    return Figures(
        **{**found, "area_m2": found["area_m2"] or 0.0},
        gaps={ledger: open_.get(ledger, 0) for ledger in LEDGERS},
        accepted=sum(one.accepted for one in gaps),
        bounds=known,
    )


def grids_in(connection: Connection, state: State) -> int:
    """Count the grids of a plan."""
    return int(row(connection, NUMBER, {"plan": state.plan.plan_id, "at": state.at}).grids)
