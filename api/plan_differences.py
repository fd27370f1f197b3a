"""What differs between two plans, and what came from one into another, as people and programs read it."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd
from sqlalchemy import Connection

from api.edit_answers import answer
from api.gap_words import area
from api.plan_words import LON_LAT, count, lonlat, print_json, some
from api.tables import print_rows
from data import geojson
from data.plans.comparing import compare
from data.plans.differing import State
from data.plans.figures import grids_in
from data.plans.merging import Merged
from data.plans.plan import Plan
from geo.crs import parse_crs
from geo.edits.ground import Grid
from geo.edits.passing import Passed
from geo.plans.combining import Conflict
from geo.plans.comparing import FATES, Comparison
from geo.plans.comparing import Compared as Fate

WHY = {"both_changed": "changed on both sides, in different ways", "does_not_fit": "does not fit the land here"}
"""Why something did not come."""


@dataclass(frozen=True)
class Compared:
    """Two states of plans, and what differs between them; ``fates`` counts the grids of every fate."""

    old: State
    new: State
    found: Comparison
    fates: Mapping[str, int]

    @classmethod
    def of(cls, connection: Connection, old: State, new: State) -> Compared:
        """Compare two states."""
        return cls.counted(connection, old, new, compare(connection, old, new))

    @classmethod
    def counted(cls, connection: Connection, old: State, new: State, found: Comparison) -> Compared:
        """Take two states that were compared."""
        fates = Counter(one.fate for one in found.grids)
        differing = sum(one.old is not None and one.fate != "same" for one in found.grids)
        fates["same"] = grids_in(connection, old) - differing
        return cls(old, new, found, {fate: fates[fate] for fate in FATES})

    @property
    def differing(self) -> list[Fate]:
        """The grids that are not the same."""
        return [one for one in self.found.grids if one.fate != "same"]

    @property
    def crosswalk(self) -> list[Passed]:
        """What passed from which grid to which, but for grids that are the same."""
        same = {one.grid_id for one in self.found.grids if one.fate == "same"}
        return [one for one in self.found.crosswalk if one.old_id != one.new_id or one.old_id not in same]


def print_comparison(compared: Compared, form: str) -> None:
    """Print what differs between two states of plans."""
    if form == "json":
        print_json(comparison_said(compared))
    elif form == "geojson":
        geojson.write_to(sys.stdout, drawn(compared).to_crs(LON_LAT), name="changes")
    else:
        print_comparison_table(compared)


def comparison_said(compared: Compared) -> dict[str, Any]:
    """Return a comparison for programs."""
    return {
        "old": {"plan": compared.old.plan.name, "revision": compared.old.at},
        "new": {"plan": compared.new.plan.name, "revision": compared.new.at},
        "fates": compared.fates,
        "grids": [fate_said(one) for one in compared.differing],
        "changed_hands": [passed_said(one) for one in compared.found.changed_hands],
        "crosswalk": [passed_said(one) for one in compared.crosswalk],
    }


def fate_said(one: Fate) -> dict[str, Any]:
    """Return what became of a grid."""
    return {
        "grid_id": one.grid_id,
        "fate": one.fate,
        "old_code": code_of(one.old),
        "new_code": code_of(one.new),
        "community": latest(one).community,
        "name": latest(one).name,
        "said_otherwise": list(one.said),
        "old_households": None if one.old is None else one.old.households,
        "new_households": None if one.new is None else one.new.households,
        "old_m2": None if one.old is None else round(one.old.polygon.area, 3),
        "new_m2": None if one.new is None else round(one.new.polygon.area, 3),
    }


def latest(one: Fate) -> Grid:
    """Return a grid as it is, or as it was where it is gone."""
    grid = one.new or one.old
    assert grid is not None
    return grid


def code_of(grid: Grid | None) -> str | None:
    """Return the code of a grid that is there."""
    return None if grid is None else grid.code


def passed_said(one: Passed) -> dict[str, Any]:
    """Return what of an old grid a new one has."""
    names = ("area_share", "household_share", "households")
    return {
        "old_code": one.old,
        "new_code": one.new,
        "area_m2": round(one.area_m2, 3),
        **{name: getattr(one, name) for name in names},
    }


def drawn(compared: Compared) -> gpd.GeoDataFrame:
    """Return the grids that differ, as they are; those that are gone as they were."""
    differing = compared.differing
    table = pd.DataFrame([fate_said(one) for one in differing])
    return gpd.GeoDataFrame(table, geometry=[latest(one).polygon for one in differing], crs=compared.new.plan.crs)


def print_comparison_table(compared: Compared) -> None:
    """Print a comparison for people: how many grids of which fate, which, and what passed from whom to whom."""
    print(fates_line(compared))
    if not compared.differing:
        return
    print()
    print_rows(
        ("fate", "was", "is", "name", "households", "area", "says otherwise"),
        [row_of_fate(one) for one in compared.differing],
        right=("households", "area"),
        folded=("name", "says otherwise"),
    )
    hands = compared.found.changed_hands
    if not hands:
        print("\nno land changes hands")
        return
    print()
    print_rows(
        ("crosswalk: from", "to", "households", "area", "of households", "of land"),
        [row_of_passed(one) for one in compared.crosswalk],
        right=("households", "area", "of households", "of land"),
    )
    households = sum(one.households or 0 for one in hands)
    print(f"\n{area(sum(one.area_m2 for one in hands))} and {count(households)} households change hands")


def fates_line(compared: Compared) -> str:
    """Say how many grids have which fate."""
    told = ", ".join(f"{number:,} {fate}" for fate, number in compared.fates.items() if number)
    old, new = compared.old, compared.new
    return f"{old.plan.name}@{old.at} → {new.plan.name}@{new.at}: {told}"


def row_of_fate(one: Fate) -> list[object]:
    """Return what became of a grid as a row of the table."""
    both = (one.old, one.new)
    households = [count(grid.households) for grid in both if grid is not None]
    land = [area(grid.polygon.area) for grid in both if grid is not None]
    return [
        one.fate,
        code_of(one.old),
        code_of(one.new),
        latest(one).name,
        " → ".join(dict.fromkeys(households)),
        " → ".join(dict.fromkeys(land)),
        ", ".join(one.said),
    ]


def row_of_passed(one: Passed) -> list[object]:
    """Return what of an old grid a new one has as a row of the table."""
    share = None if one.household_share is None else f"{one.household_share:.1%}"
    households = None if one.households is None else f"{one.households:,}"
    return [one.old, one.new, households, area(one.area_m2), share, f"{one.area_share:.1%}"]


def print_merged(merged: Merged, source: str, into: Plan, form: str) -> None:
    """Print what came from one plan into another, and what is left for people to decide."""
    if form == "json":
        print_json(merged_said(merged, into))
        return
    print(f"{source} → {into.name}: {came_said(merged)}")
    for recoded in merged.combination.recoded:
        print(f"grid {recoded.theirs} of {source} has the code {recoded.code} here, where {recoded.theirs} is another")
    if merged.combination.conflicts:
        print(f"\n{len(merged.combination.conflicts)} to decide; here they stay as they are:\n")
        print_rows(
            ("why", f"in {into.name}", f"in {source}", "where (longitude, latitude)"),
            [row_of_conflict(one, into) for one in merged.combination.conflicts],
            folded=(f"in {into.name}", f"in {source}"),
        )


def came_said(merged: Merged) -> str:
    """Say in one line what came."""
    if merged.applied is None:
        return "nothing came" if merged.combination.conflicts else "nothing to bring"
    done = merged.applied
    parts = [f"{what} {some([grid.code for grid in grids])}" for what, grids in changes_of(merged).items() if grids]
    at = "nothing written" if done.revision is None else f"revision {done.revision}"
    return f"{at}; {'; '.join(parts) or 'no grid changes'}"


def changes_of(merged: Merged) -> Mapping[str, Sequence[Grid]]:
    """Return the grids that a merge changed."""
    done = merged.applied
    return {} if done is None else {"created": done.created, "modified": done.modified, "retired": done.retired}


def merged_said(merged: Merged, into: Plan) -> dict[str, Any]:
    """Return what came for programs: the answer of an edit (None where nothing came), and the conflicts."""
    done = merged.applied
    return {
        "came": None if done is None else answer(done, into.crs, parse_crs(LON_LAT)),
        "recoded": [vars(one) for one in merged.combination.recoded],
        "conflicts": [
            {
                "why": one.why,
                "ours": [fate_said(each) for each in one.ours],
                "theirs": [fate_said(each) for each in one.theirs],
                "bounds": lonlat(one.bounds, into.crs),
            }
            for one in merged.combination.conflicts
        ],
    }


def row_of_conflict(one: Conflict, into: Plan) -> list[object]:
    """Return a conflict as a row of the table."""
    west, south, east, north = lonlat(one.bounds, into.crs)
    return [WHY[one.why], fates_said(one.ours), fates_said(one.theirs), f"{west} {south} to {east} {north}"]


def fates_said(fates: Sequence[Fate]) -> str:
    """Say what became of some grids."""
    return ", ".join(f"{latest(one).code} {one.fate}" for one in fates)
