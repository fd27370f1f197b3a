"""The land that an edit looks at: grids with their faces, and how a new one of them takes shape."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import shapely

from geo.arrays import Bools, Geometries, Ints
from geo.edges import Edges
from geo.errors import GridLockedError, UnknownGridError
from geo.noding import CELLS_PER_M, REACH_M

BESIDE_M = 2 / CELLS_PER_M
"""More than a border moves that gets a vertex: its own bend, and that of what lies beside it."""
SEEN_M = REACH_M - BESIDE_M
"""So far from what was seen all is known that a border there may bend over."""


@dataclass(frozen=True)
class Face:
    """An atomic polygon of a grid: who claims it ("layer:id" each), and by which rule the grid holds it."""

    polygon: shapely.Polygon
    claimants: tuple[str, ...]
    rule: str


class Record(NamedTuple):
    """A row of a table beside the map that is about a grid: `geo.tables.COLUMNS` without the key, as (name, value)."""

    table: str
    values: tuple[tuple[str, object], ...]


@dataclass(frozen=True)
class Grid:
    """A grid as it stands in a plan.

    ``polygon`` is a Polygon or MultiPolygon in the working CRS, vertices on the 1 mm grid; ``faces`` make it up.
    ``grid_id`` never changes, ``code`` may be provisional. Counts are None where nobody knows them. ``records`` go
    with the grid, whatever becomes of its land.
    """

    grid_id: str
    code: str
    community: str
    polygon: shapely.Geometry
    faces: tuple[Face, ...]
    kind: str = "residential"
    name: str | None = None
    source_layer: str = "compound"
    source_id: str = ""
    patrol_zone_id: str | None = None
    management_type: str = "routine"
    households: int | None = None
    population: int | None = None
    party_members: int | None = None
    locked: bool = False
    records: tuple[Record, ...] = ()


@dataclass(frozen=True, eq=False)
class Buildings:
    """What is counted where: a point each, and `geo.sources.COUNTS` as whole numbers, shape (n, 3)."""

    point: Geometries
    counts: Ints

    @classmethod
    def none(cls) -> Buildings:
        """Return no buildings."""
        return cls(np.empty(0, dtype=object), np.empty((0, 3), dtype=np.int64))


@dataclass(frozen=True, eq=False)
class Ground:
    """The grids that an edit touches and all grids around them, by code; and the buildings on them.

    "Around" is whatever lies within a centimetre. What an edit does to the borders of those around may reach farther:
    ``seen`` are lands around which all grids of the plan are here, None where there are no more.
    """

    grids: Mapping[str, Grid]
    buildings: Buildings = field(default_factory=Buildings.none)
    seen: Geometries | None = None

    @classmethod
    def of(cls, grids: Iterable[Grid], buildings: Buildings | None = None, seen: Geometries | None = None) -> Ground:
        """Take grids; their codes are distinct."""
        by_code = {grid.code: grid for grid in grids}
        return cls(MappingProxyType(by_code), Buildings.none() if buildings is None else buildings, seen)

    @cached_property
    def borders(self) -> Ints:
        """The segments of all `borders`, in grid cells, shape (n, 4)."""
        return borders(self.grids.values())

    def grid(self, code: str) -> Grid:
        """Return the grid of a code.

        Raises
        ------
        UnknownGridError
            There is none.
        """
        if code not in self.grids:
            raise UnknownGridError(f"there is no grid {code} here", [code])
        return self.grids[code]

    def open_grids(self, codes: Iterable[str]) -> list[Grid]:
        """Return grids that may change.

        Raises
        ------
        GridLockedError
            One of them is locked.
        """
        grids = [self.grid(code) for code in dict.fromkeys(codes)]
        locked = [grid.code for grid in grids if grid.locked]
        if locked:
            raise GridLockedError(f"grid {', '.join(locked)} is locked; unlock it first", locked)
        return grids

    def replace(self, put: Iterable[Grid], drop: Collection[str] = ()) -> Ground:
        """Return the ground with some grids instead of those of the same code, and some gone."""
        kept = {code: grid for code, grid in self.grids.items() if code not in drop}
        return Ground(MappingProxyType(kept | {grid.code: grid for grid in put}), self.buildings, self.seen)

    def sees(self, lands: Geometries) -> Bools:
        """Tell for each of some lands whether all grids around it are here."""
        if self.seen is None:
            return np.ones(len(lands), dtype=np.bool_)
        tree = shapely.STRtree(self.seen)
        sees = np.isin(np.arange(len(lands)), tree.query(lands, predicate="covered_by")[0])
        for row in np.flatnonzero(~sees):
            near = self.seen[tree.query(lands[row], predicate="dwithin", distance=SEEN_M)]
            sees[row] = shapely.union_all(shapely.buffer(near, SEEN_M)).covers(lands[row])
        return sees


def borders(grids: Iterable[Grid]) -> Ints:
    """Return the segments of the borders of grids and their faces, each once, its lower end first, shape (n, 4)."""
    edges = Edges.of(np.array([face.polygon for grid in grids for face in grid.faces], dtype=object))
    pair = np.unique(edges.keys())  # numbers of vertices are in the order of their places
    return np.concatenate([edges.cells[end] for end in np.divmod(pair, max(len(edges.cells), 1))], axis=1)


Edit = Callable[[Ground], Ground]
"""An edit: the ground after from the ground before. It refuses by raising `geo.errors.EditRefused`."""

Fresh = Callable[[str], tuple[str, str]]
"""Gives the next grid_id and code in a community; where they come from is not the edit's business."""
