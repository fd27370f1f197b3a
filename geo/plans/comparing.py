"""Comparing two states of a plan: what became of each grid, and which land and households changed hands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import shapely

from geo.edits.ground import Buildings, Grid
from geo.edits.passing import Passed, passed_on
from geo.edits.replacing import DRIFT_M
from geo.lineage import LEAST_SHARE
from geo.sources import COUNTS

SAID = (
    "code",
    "community",
    "kind",
    "name",
    "source_layer",
    "source_id",
    "patrol_zone_id",
    "management_type",
    "locked",
    "records",
)
"""What a grid says, as against the land that it holds and who lives there."""

Kin: TypeAlias = dict[str, set[str]]

FATES = ("same", "retagged", "moved", "split", "merged", "new", "retired")


@dataclass(frozen=True)
class Compared:
    """What became of a grid; ``old`` is None where it was made, ``new`` where it is gone.

    ``fate`` is one of `FATES`. ``same``, ``split``, ``merged``, ``new`` and ``retired`` are those of `geo.lineage`;
    ``moved`` has other land and still is the same grid, and ``retagged`` the same land and says something else.
    ``said`` names what it says otherwise: fields of `SAID`, and `geo.sources.COUNTS` where the land is the same.
    """

    old: Grid | None
    new: Grid | None
    fate: str
    said: tuple[str, ...]

    @property
    def grid_id(self) -> str:
        """The identity of the grid."""
        grid = self.old or self.new
        return grid.grid_id if grid else ""


@dataclass(frozen=True)
class Comparison:
    """What differs between two states of a plan.

    ``grids`` has a row a grid, by what it was, then those made since. ``crosswalk`` has a row a pair of an old and a
    new grid; the shares of an old grid add up to one, unless it is ``retired``.
    """

    grids: tuple[Compared, ...]
    crosswalk: tuple[Passed, ...]

    @property
    def changed_hands(self) -> tuple[Passed, ...]:
        """The rows of the crosswalk from one grid to another."""
        return tuple(row for row in self.crosswalk if row.old_id != row.new_id)


def compare(old: Sequence[Grid], new: Sequence[Grid], buildings: Buildings) -> Comparison:
    """Compare two states of a plan.

    Parameters
    ----------
    old, new
        The grids that differ, as they were and as they are; they cover the same land, up to how far borders bend.
        What both states have may be left out, or stand in both.
    buildings
        Those on the land.
    """
    before, after = ({grid.grid_id: grid for grid in grids} for grids in (old, new))
    staying = same_land(before, after)
    were = [grid for key, grid in before.items() if key not in staying]
    are = [grid for key, grid in after.items() if key not in staying]
    bent_m = np.where([grid.grid_id in before for grid in are], DRIFT_M, 0.0)
    crosswalk = [all_of(before[key], after[key]) for key in staying] + list(passed_on(were, are, buildings, bent_m))
    place = {key: number for number, key in enumerate(dict.fromkeys([*before, *after]))}
    crosswalk.sort(key=lambda row: (place[row.old_id], place[row.new_id]))
    heirs, parents = relatives(crosswalk, before, after)
    said = {key: differing(before[key], after[key], key in staying) for key in before.keys() & after.keys()}
    fates = {key: "retagged" if said[key] else "same" for key in staying}
    fates |= {key: fate_of_changed(key, heirs, parents) for key in said.keys() - staying}
    fates |= {key: fate_of_gone(heirs[key], parents) for key in before.keys() - after.keys()}
    fates |= {key: fate_of_made(parents[key], heirs) for key in after.keys() - before.keys()}
    return Comparison(
        tuple(Compared(before.get(key), after.get(key), fates[key], said.get(key, ())) for key in place),
        tuple(crosswalk),
    )


def same_land(before: Mapping[str, Grid], after: Mapping[str, Grid]) -> set[str]:
    """Return the grids that hold the same land in both states, up to how far borders bend."""
    keys = list(before.keys() & after.keys())
    was, now = (np.array([grids[key].polygon for key in keys], dtype=object) for grids in (before, after))
    grown = np.abs(shapely.area(now) - shapely.area(was))
    close = np.flatnonzero(grown <= DRIFT_M * shapely.length(was))
    bent = shapely.hausdorff_distance(shapely.boundary(was[close]), shapely.boundary(now[close]))
    return {keys[row] for row in close[bent < DRIFT_M]}


def all_of(old: Grid, new: Grid) -> Passed:
    """Return the row of a grid that keeps its land."""
    known = old.households is not None
    return Passed(
        old=old.code,
        new=new.code,
        area_share=1.0,
        household_share=1.0 if known else None,
        area_m2=float(old.polygon.area),
        households=old.households,
        old_id=old.grid_id,
        new_id=new.grid_id,
    )


def differing(old: Grid, new: Grid, land: bool) -> tuple[str, ...]:
    """Name what a grid says otherwise; who lives there goes with its land, and counts where that is the same."""
    names = (*SAID, *COUNTS) if land else SAID
    return tuple(name for name in names if getattr(old, name) != getattr(new, name))


def relatives(crosswalk: Sequence[Passed], before: Mapping[str, Grid], after: Mapping[str, Grid]) -> tuple[Kin, Kin]:
    """Return the heirs of each old grid and the parents of each new one; scraps make nobody either."""
    heirs: Kin = {key: set() for key in before}
    parents: Kin = {key: set() for key in after}
    for row in crosswalk:
        lesser = min(before[row.old_id].polygon.area, after[row.new_id].polygon.area)
        if row.area_m2 >= LEAST_SHARE * lesser:
            heirs[row.old_id].add(row.new_id)
            parents[row.new_id].add(row.old_id)
    return heirs, parents


def fate_of_changed(key: str, heirs: Kin, parents: Kin) -> str:
    """Return the fate of a grid that lives on with other land; one both cut and joined counts as split."""
    if any(heir not in heirs for heir in heirs[key]):
        return "split"
    return "merged" if any(parent not in parents for parent in parents[key]) else "moved"


def fate_of_gone(mine: set[str], parents: Kin) -> str:
    """Return the fate of a grid that is gone, from its heirs."""
    if len(mine) != 1:
        return "split" if mine else "retired"
    [heir] = mine
    return "merged" if len(parents[heir]) > 1 else "same"


def fate_of_made(mine: set[str], heirs: Kin) -> str:
    """Return the fate of a grid that was made, from its parents."""
    if any(len(heirs[parent]) > 1 for parent in mine):
        return "split"
    return ("new", "same", "merged")[min(len(mine), 2)]
