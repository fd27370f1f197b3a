"""What planners decided against the sources of a plan: land given to other grids, and what grids say otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import shapely

from geo.edits.ground import Grid
from geo.edits.replacing import DRIFT_M

BY_HAND = ("name", "kind", "management_type", "locked")
"""What planners say of grids."""


@dataclass(frozen=True)
class Given:
    """Land that planners gave to a grid.

    ``grid`` is the grid as the plan has it, ``made`` whether planners made it, so that no source unit is its own.
    ``polygon`` is the land, ``was`` the unit ("layer:id", see `unit_of`) whose grid held it by the sources.
    """

    grid: Grid
    made: bool
    polygon: shapely.Geometry
    was: str


@dataclass(frozen=True)
class Said:
    """What planners made a grid say: ``field`` of ``grid``, which by the sources was ``was``."""

    grid: Grid
    field: str
    was: object


Decision: TypeAlias = Given | Said


def unit_of(grid: Grid) -> str:
    """Return the source unit that a grid is of, "layer:id"; "community:code" where nobody claims the land.

    In a build, a community has one grid a unit.
    """
    return f"{grid.source_layer}:{grid.source_id}"


def decisions(built: Sequence[Grid], now: Sequence[Grid]) -> tuple[Decision, ...]:
    """List what planners decided: what differs between a build and the plan that came of it.

    Whatever the edits were: what was split, carved, merged, moved over a border or reassigned is land that another grid
    holds than the sources say.

    Parameters
    ----------
    built
        Grids as the build had them.
    now
        Grids as the plan has them, the same ``grid_id`` where they are the same grids. What is the same in both may be
        left out of both.

    Returns
    -------
    tuple
        Land first, by ``now``, then by ``built``.
    """
    was = {grid.grid_id: grid for grid in built}
    changed = [grid for grid in now if grid.grid_id not in was or grid.polygon is not was[grid.grid_id].polygon]
    holder, piece = held_by_others(changed, built)
    given: list[Decision] = [
        Given(changed[row], changed[row].grid_id not in was, piece[row, other], unit_of(built[other]))
        for row, other in holder
    ]
    said = [
        Said(grid, field, getattr(was[grid.grid_id], field))
        for grid in now
        if grid.grid_id in was
        for field in BY_HAND
        if getattr(grid, field) != getattr(was[grid.grid_id], field)
    ]
    return (*given, *said)


def held_by_others(
    now: Sequence[Grid], built: Sequence[Grid]
) -> tuple[list[tuple[int, int]], dict[tuple[int, int], shapely.Geometry]]:
    """Return the land that each grid has of each other one of a build, without what borders moved by bending."""
    lands, owned = (np.array([grid.polygon for grid in grids], dtype=object) for grids in (now, built))
    row, other = shapely.STRtree(owned).query(lands, predicate="intersects")
    foreign = np.array([now[a].grid_id != built[b].grid_id for a, b in zip(row, other, strict=True)], dtype=np.bool_)
    row, other = row[foreign], other[foreign]
    parts, pair = shapely.get_parts(shapely.intersection(lands[row], owned[other]), return_index=True)
    wide = shapely.area(parts) > DRIFT_M * shapely.length(parts) / 2
    found = {}
    for number in np.unique(pair[wide]).tolist():
        found[int(row[number]), int(other[number])] = shapely.multipolygons(parts[wide & (pair == number)])
    return sorted(found), found
