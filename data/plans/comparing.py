"""Comparing two plans, or two revisions of one: what became of each grid that differs."""

from __future__ import annotations

from sqlalchemy import Connection

from data.plans.differing import State, differing
from data.plans.dossiers import read_folder
from data.plans.look import source_of
from geo.edits.ground import Buildings
from geo.errors import PlanError
from geo.plans.comparing import Comparison
from geo.plans.comparing import compare as compare_grids


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


def require_one_crs(one: State, other: State) -> None:
    """Refuse plans that can't be laid over each other."""
    if one.plan.srid != other.plan.srid:
        raise PlanError(
            f"plan {one.plan.name} is in EPSG:{one.plan.srid} and {other.plan.name} in EPSG:{other.plan.srid}; "
            "build one of them again with the other's working_crs"
        )
