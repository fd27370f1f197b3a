"""What a batch of communities became, and how such parts are put end to end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Protocol, Self

import numpy as np
import shapely

from geo.arrays import Bools, Floats, Geometries, Ints
from geo.partition import Tiling
from geo.rules import NOBODY

POLYGONS = ("grid_polygon", "face_polygon")


@dataclass(frozen=True, eq=False)
class Part:
    """What a batch of communities became. ``grid_*``: one row a grid; ``face_*``: a face; ``claim_*``: a claim.

    Communities and units are numbered over the whole jurisdiction; ``grid_unit`` is `NOBODY` for unclaimed land.
    ``face_grid``, ``claim_face`` and ``beside_*`` number rows of this part. ``border`` holds the outer edges of each
    community, in grid cells, shape (n, 4), and ``border_community`` whose they are.
    """

    grid_polygon: Geometries
    grid_community: Ints
    grid_unit: Ints
    face_polygon: Geometries
    face_grid: Ints
    face_rule: Ints
    face_area_m2: Floats
    claim_face: Ints
    claim_unit: Ints
    beside_left: Ints
    beside_right: Ints
    beside_m: Floats
    """Pairs of grids of one community, the lower row first, and how long their common border is."""
    border: Ints
    border_community: Ints
    exact: Ints
    """The communities that were noded by snap rounding."""

    def __getstate__(self) -> dict[str, Any]:
        """Return what travels from a worker: polygons as WKB."""
        return vars(self) | {name: shapely.to_wkb(getattr(self, name)) for name in POLYGONS}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take what has travelled."""
        vars(self).update(state | {name: shapely.from_wkb(state[name]) for name in POLYGONS})

    def proven(self) -> Part:
        """Return the part, of which it is proven that the grids tile the communities.

        Raises
        ------
        PartitionError
            They do not.
        """
        Tiling(self.grid_polygon, self.border)
        return self

    def load(self, communities: Ints | None = None) -> Part:
        """Return the part, or some communities of it; see `AnyPart`."""
        return self if communities is None else self.only(communities)

    def numbered(self, community: Ints, unit: Ints) -> Part:
        """Return the part, whose communities and units are numbered otherwise, as rows of something else."""
        units = np.append(unit, NOBODY)
        return replace(
            self,
            grid_community=community[self.grid_community],
            grid_unit=units[np.where(self.grid_unit == NOBODY, -1, self.grid_unit)],
            claim_unit=unit[self.claim_unit],
            border_community=community[self.border_community],
            exact=community[self.exact],
        )

    def claiming(self) -> Ints:
        """Return the rows of the units that claim land, ascending."""
        return np.unique(np.concatenate([self.grid_unit[self.grid_unit != NOBODY], self.claim_unit]))

    def said(self, communities: Ints, units: Ints) -> tuple[Any, ...]:
        """Return what the part is of some communities and units; see `AnyPart`."""
        return self.only(communities), communities, units

    def without(self, communities: Ints) -> Self:
        """Return the part without some communities; what is left is not proven."""
        return self.taken(~np.isin(self.grid_community, communities), ~np.isin(self.border_community, communities))

    def only(self, communities: Ints) -> Self:
        """Return the part with some communities alone; what is left is not proven."""
        return self.taken(np.isin(self.grid_community, communities), np.isin(self.border_community, communities))

    def taken(self, grid: Bools, border: Bools) -> Self:
        """Return the part with some grids, all of a community or none, and the edges of the borders of these."""
        face = grid[self.face_grid]
        claim = face[self.claim_face]
        pair = grid[self.beside_left]
        gone = np.setdiff1d(self.grid_community, self.grid_community[grid])
        return replace(
            self,
            grid_polygon=self.grid_polygon[grid],
            grid_community=self.grid_community[grid],
            grid_unit=self.grid_unit[grid],
            face_polygon=self.face_polygon[face],
            face_grid=(np.cumsum(grid) - 1)[self.face_grid[face]],
            face_rule=self.face_rule[face],
            face_area_m2=self.face_area_m2[face],
            claim_face=(np.cumsum(face) - 1)[self.claim_face[claim]],
            claim_unit=self.claim_unit[claim],
            beside_left=(np.cumsum(grid) - 1)[self.beside_left[pair]],
            beside_right=(np.cumsum(grid) - 1)[self.beside_right[pair]],
            beside_m=self.beside_m[pair],
            border=self.border[border],
            border_community=self.border_community[border],
            exact=np.setdiff1d(self.exact, gone),
        )


class AnyPart(Protocol):
    """A part, here or where it is kept: its borders are here, by which it is held against the others."""

    @property
    def border(self) -> Ints:
        """As in `Part`."""
        ...

    @property
    def border_community(self) -> Ints:
        """As in `Part`."""
        ...

    @property
    def exact(self) -> Ints:
        """As in `Part`."""
        ...

    def load(self, communities: Ints | None = None, /) -> Part:
        """Return the part itself, proven; or some communities of it, which were proven with the others."""
        ...

    def without(self, communities: Ints) -> AnyPart:
        """Return the part without some communities."""
        ...

    def proven(self) -> AnyPart:
        """Prove the part, here or when it is loaded."""
        ...

    def numbered(self, community: Ints, unit: Ints) -> AnyPart:
        """Return the part with its communities and units numbered as rows of something else; it is numbered from 0."""
        ...

    def said(self, communities: Ints, units: Ints) -> tuple[Any, ...]:
        """Return all that the part says of some communities, and of units among some, whatever rows these are."""
        ...


def join(parts: Sequence[Part]) -> Part:
    """Put parts end to end and renumber the rows that point to others."""
    grids = np.cumsum([0, *(len(part.grid_polygon) for part in parts)])
    faces = np.cumsum([0, *(len(part.face_polygon) for part in parts)])
    moved = [
        replace(
            part,
            face_grid=part.face_grid + grid,
            claim_face=part.claim_face + face,
            beside_left=part.beside_left + grid,
            beside_right=part.beside_right + grid,
        )
        for part, grid, face in zip(parts, grids, faces, strict=False)
    ]
    return Part(**{field.name: np.concatenate([getattr(part, field.name) for part in moved]) for field in fields(Part)})
