"""Reassign: faces, or all of a source unit, go to another grid of the community."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np
import shapely

from geo.arrays import Bools, Geometries
from geo.edits.emptying import regrid_held
from geo.edits.ground import Edit, Face, Ground
from geo.edits.land import cut
from geo.edits.merge import require_same_community, require_together
from geo.edits.reshape import require_no_more_parts
from geo.errors import LineMissesGridError

Choice: TypeAlias = Callable[[Geometries, Sequence[tuple[str, ...]]], Bools]
"""Tells from the polygons of some faces, and who claims each, which are meant."""


def reassign_faces(points: Geometries, *, to: str) -> Edit:
    """Give the faces that some points are in to a grid beside them.

    What goes to an unclaimed grid is held by the community alone from then on, and a gap; its claimants stay noted.

    Raises
    ------
    LineMissesGridError
        No point is in a face of another grid.
    NotAdjacentError, CrossesCommunityError, GridLockedError, WouldEmptyGridError, WouldDisconnectError
        See `geo.errors`.
    """
    return reassigned(lambda polygon, claims: found(polygon, points), to=to)


def reassign_unit(unit: str, *, to: str) -> Edit:
    """Give all faces that a source unit ("layer:id") claims in ``to``'s community to that grid.

    Raises
    ------
    LineMissesGridError
        The unit claims no face of another grid there.
    NotAdjacentError, GridLockedError, WouldEmptyGridError, WouldDisconnectError
        See `geo.errors`.
    """
    return reassigned(lambda polygon, claims: np.array([unit in each for each in claims], dtype=np.bool_), to=to)


def found(polygon: Geometries, points: Geometries) -> Bools:
    """Tell which polygons hold one of the points."""
    _, row = shapely.STRtree(polygon).query(points, predicate="intersects")
    return np.isin(np.arange(len(polygon)), row)


def reassigned(chosen: Choice, *, to: str) -> Edit:
    """Give the chosen faces to a grid; ``chosen`` tells from the polygons and claimants of faces which they are."""

    def edit(ground: Ground) -> Ground:
        taker = ground.grid(to)
        givers = [
            grid.code
            for grid in ground.grids.values()
            if grid.community == taker.community and grid.code != to and any_chosen(chosen, grid.faces)
        ]
        if not givers:
            raise LineMissesGridError(f"nothing that was chosen is another grid's of {to}'s community", [to])
        grids = ground.open_grids([to, *givers])
        require_same_community(grids)
        cells = cut(ground, grids)
        require_together(cells)
        faces = [cells.grids[grid].faces[face] for grid, face in zip(cells.grid, cells.face, strict=True)]
        moves = chosen(cells.polygon, [face.claimants for face in faces])
        owner = np.where(moves, 0, cells.grid)
        require_no_more_parts(cells, owner)
        return regrid_held(cells, owner, cells.grids, {0: "override"})

    return edit


def any_chosen(chosen: Choice, faces: Sequence[Face]) -> bool:
    """Tell whether a choice has any of some faces."""
    return bool(chosen(np.array([face.polygon for face in faces]), [face.claimants for face in faces]).any())
