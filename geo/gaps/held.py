"""What the gap rules look at: the one grid with its faces and claims, in arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TypeVar

import numpy as np
import pyproj
from numpy.typing import NDArray

from geo.arrays import Bools, Floats, Geometries, Ints, group_first, sums
from geo.columns import Columns
from geo.crew import Crew, GridFacts, crew_of
from geo.funding import Money
from geo.grouped import Grouped
from geo.places import Places
from geo.roster import Roster
from geo.sources import Parameters
from geo.standards import Standard, Standards
from geo.walking import Walks

Thing = TypeVar("Thing")

GRID_COLUMNS = (
    *("code", "kind", "community_code", "management_type", "households", "population", "party_members", "area_m2"),
    "rural",
)
UNIT_COLUMNS = (
    *("layer", "source_id", "name", "households", "owners_committee", "property_company", "property_party"),
    "label",
)
COMMUNITY_COLUMNS = ("code", "rural")


def needed(thing: Thing | None) -> Thing:
    """Return what a rule can't do without; kinds whose table or layer is absent are not evaluated."""
    if thing is None:
        raise LookupError("a kind of gap was evaluated without what it hangs on")
    return thing


@dataclass(frozen=True, eq=False)
class Links:
    """Which rows belong to which: found at once for a few grids, without looking at all."""

    faces_of_grid: Grouped
    claims_of_face: Grouped
    claims_of_unit: Grouped
    grids_of_unit: Grouped
    grids_of_community: Grouped

    @classmethod
    def of(
        cls, face_grid: Ints, claim_face: Ints, claim_unit: Ints, grid_unit: Ints, grid_community: Ints, sizes: Ints
    ) -> Links:
        """Link rows; ``sizes`` counts communities and units."""
        return cls(
            Grouped.of(face_grid, len(grid_unit)),
            Grouped.of(claim_face, len(face_grid)),
            Grouped.of(claim_unit, int(sizes[1])),
            Grouped.of(grid_unit, int(sizes[1])),
            Grouped.of(grid_community, int(sizes[0])),
        )


@dataclass(frozen=True, eq=False)
class Held:
    """Grids and what they are made of. ``face_grid`` points to grids, ``claim_face`` to faces, ``claim_unit`` to units.

    Parameters
    ----------
    grid, unit, community
        Columns of grids, units and communities as plain arrays (`geo.columns`): `GRID_COLUMNS`, `UNIT_COLUMNS` with
        ``label`` ("layer:id"), `COMMUNITY_COLUMNS`.
    grid_unit, grid_community
        Each grid's unit (`geo.rules.NOBODY`: unclaimed, or public space that planners carved out of unclaimed land) and
        the row of its community.
    home
        The code of the community that holds most of each unit, None if none does.
    hole, hole_key, hole_community
        The `no_community` holes, a name for each, and the code of the community that each has most border with.
    buildings
        Points that count households, where there are any.
    premises
        Points that grids work from.
    standards, roster, money
        What should be there, who holds which post, and how much money there is; None where nobody says.
    own_branch
        Which grids have a party branch of their own today.
    assignments
        The party organisation of each grid (`geo.party.assignments`), in the order of ``grids``, as plain arrays.
    walks
        The ways on foot to facilities.
    not_evaluated
        Kinds that can't be evaluated, and why; also parts of a kind, as "kind.part".
    share
        (grids,) the part of the land that each grid's unit claims which lies in the grid's community, where that is
        known beforehand, and not all faces are here.
    asked
        The rows of the grids whose gaps are wanted, ascending; None: all. See `only`.
    """

    crs: pyproj.CRS
    parameters: Parameters
    grid: Columns
    grid_polygon: Geometries
    grid_unit: Ints
    grid_community: Ints
    face_polygon: Geometries
    face_grid: Ints
    face_area_m2: Floats
    claim_face: Ints
    claim_unit: Ints
    unit: Columns
    home: NDArray[np.object_]
    community: Columns
    community_polygon: Geometries
    hole: Geometries
    hole_key: NDArray[np.object_]
    hole_community: NDArray[np.object_]
    links: Links
    buildings: Places | None = None
    premises: Places | None = None
    standards: Standards | None = None
    roster: Roster | None = None
    money: Money | None = None
    own_branch: Bools = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))
    assignments: Columns | None = None
    walks: Walks | None = None
    not_evaluated: Mapping[str, str] = field(default_factory=dict)
    share: Floats | None = None
    asked: Ints | None = None

    def only(self, rows: Sequence[int] | Ints) -> Held:
        """Ask for the gaps of some grids alone; nothing is copied, since every rule finds what it needs by `links`.

        `geo.gaps.find_gaps` then gives the gaps that touch these grids, as it would among all: those about one of
        them, about two units that overlap in one of them, about a hole beside one of them, and about their
        communities. After an edit, ask for the grids that it touched: other gaps do not hang on them.
        """
        return replace(self, asked=np.unique(np.asarray(rows, dtype=np.int64)))

    @property
    def rows(self) -> Ints:
        """The rows of the grids that are asked for."""
        return np.arange(len(self.grid_polygon)) if self.asked is None else self.asked

    @property
    def asked_communities(self) -> Ints:
        """The rows of the communities that the grids asked for lie in."""
        return (
            np.arange(len(self.community_polygon)) if self.asked is None else np.unique(self.grid_community[self.asked])
        )

    @cached_property
    def crew(self) -> Crew:
        """The posts of the grids asked for, required and held; its places point to `rows`."""
        return crew_of(self.grid_facts, *needed(self.roster).counts(self.rows), needed(self.standards))

    @property
    def grid_facts(self) -> GridFacts:
        """What the staff of the grids asked for hangs on."""
        rows = self.rows
        return GridFacts(
            kind=self.text("kind", rows),
            management_type=self.text("management_type", rows),
            households=self.counts("households", rows),
            rural=self.grid["rural"][rows],
            community=self.text("community_code", rows),
            own_branch=self.own_branch[rows],
        )

    def standard_of(self, rows: Ints) -> list[Standard]:
        """Return the standard that holds at each of some grids."""
        return self.standards_at(self.text("community_code", rows))

    def standard_of_communities(self, rows: Ints) -> list[Standard]:
        """Return the standard that holds at each of some communities."""
        return self.standards_at(self.community["code"][rows])

    def standards_at(self, codes: NDArray[np.object_]) -> list[Standard]:
        """Return the standard that holds in each of some communities, by their codes."""
        standards = needed(self.standards)
        holds = {code: standards.at(str(code)) for code in set(codes)}
        return [holds[code] for code in codes]

    def main_grid_of(self, unit: Ints) -> Ints:
        """Return the grid that speaks for each unit: the first in its home community, else the first there is."""
        place, grid = self.links.grids_of_unit.members(unit)
        away = self.home[unit[place]] != self.text("community_code", grid)
        order = np.lexsort([grid, away, place])
        return np.asarray(grid[order][group_first(place[order])], dtype=np.int64)

    def counts(self, column: str, rows: Ints) -> Floats:
        """Return a count of some grids, nan where unknown."""
        return np.asarray(self.grid[column][rows])

    def community_counts(self, column: str, rows: Ints) -> Floats:
        """Add a count up over the grids of some communities; nan where no grid's is known."""
        return self.added(column, *self.links.grids_of_community.members(rows), len(rows))

    def unit_counts(self, column: str, unit: Ints) -> Floats:
        """Add a count up over the grids of some units; nan where no grid's is known."""
        return self.added(column, *self.links.grids_of_unit.members(unit), len(unit))

    def added(self, column: str, place: Ints, grid: Ints, size: int) -> Floats:
        """Add a count of grids up by place; nan where no grid's is known."""
        count = self.counts(column, grid)
        known = ~np.isnan(count)
        total = sums(np.where(known, count, 0.0), place, size)
        total[np.bincount(place[known], minlength=size) == 0] = np.nan
        return total

    def text(self, column: str, rows: Ints) -> NDArray[np.object_]:
        """Return a column of text of some grids."""
        return np.asarray(self.grid[column][rows])

    def households_in(self, land: Geometries, face: Ints, group: Ints) -> Floats:
        """Return the households that pieces of land touch; nan where nobody knows.

        By the buildings on it where there are any; else each grid's households by the share of its area. ``face`` and
        ``group`` list the faces that each piece is made of.
        """
        if not len(land):
            return np.zeros(0)
        if self.buildings is not None:
            return np.rint(self.buildings.total_in(land))
        grid = self.face_grid[face]
        density = self.counts("households", grid) / self.counts("area_m2", grid)
        known = ~np.isnan(density)
        share = np.rint(sums(np.where(known, density, 0.0) * self.face_area_m2[face], group, len(land)))
        share[sums(known.astype(np.float64), group, len(land)) == 0] = np.nan
        return share
