"""Comparing two plans, or two revisions of one: what became of each grid that differs."""

from __future__ import annotations

import pandas as pd
from sqlalchemy import Connection

from data.plans.differing import State, begun_as, differing
from data.plans.dossiers import read_folder
from data.plans.look import source_of
from geo.edits.ground import Buildings
from geo.edits.passing import Passed
from geo.errors import PlanError
from geo.plans.comparing import Comparison
from geo.plans.comparing import compare as compare_grids

COLUMNS = {
    "old": "str", "new": "str", "area_share": "float64", "household_share": "Float64", "area_m2": "float64",
    "households": "Int64",
}  # fmt: skip
"""Of the crosswalk: codes, shares of the old grid, square metres of the working CRS, and households."""


def compare(connection: Connection, old: State, new: State) -> Comparison:
    """Compare two states; only what differs is looked at.

    Raises
    ------
    PlanError
        They are of different working CRSs.
    """
    require_one_crs(old, new)
    were, are = differing(connection, old, new)
    communities = {grid.community for grid in (*were, *are)}
    buildings = Buildings.none()
    if communities:
        buildings = read_folder(connection, source_of(connection, new.plan.source_id), communities).buildings()
    return compare_grids(were, are, buildings)


def crosswalk(connection: Connection, state: State) -> list[Passed]:
    """Return what of the land and households of each grid that a plan began with every grid has now.

    By old and new code; who is not in it kept all that it had.
    """
    found = compare(connection, begun_as(connection, state.plan), state)
    kept = {one.grid_id for one in found.grids if one.fate in {"same", "retagged"}}
    passed = [one for one in found.crosswalk if one.old_id != one.new_id or one.old_id not in kept]
    return sorted(passed, key=lambda one: (one.old or "", one.new or ""))


def crosswalk_table(connection: Connection, state: State) -> pd.DataFrame:
    """Return the crosswalk as a table: `COLUMNS`."""
    found = crosswalk(connection, state)
    return pd.DataFrame(
        {name: pd.array([getattr(one, name) for one in found], dtype=dtype) for name, dtype in COLUMNS.items()}
    )


def require_one_crs(one: State, other: State) -> None:
    """Refuse plans that can't be laid over each other."""
    if one.plan.srid != other.plan.srid:
        raise PlanError(
            f"plan {one.plan.name} is in EPSG:{one.plan.srid} and {other.plan.name} in EPSG:{other.plan.srid}; "
            "build one of them again with the other's working_crs"
        )
