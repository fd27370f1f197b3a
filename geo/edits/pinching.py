"""Grids that come to touch themselves where the land ends.

A hole of a grid may touch its outer border at a point. Where that point is on the border of the land, and another
grid's border goes on from there, GEOS (to 3.14) looks at the hole alone and takes that border for one inside the grid:
`shapely.coverage_is_valid` says no to a sound partition. What others can't read is no one grid, so such an edit is
refused; some width between the hole and the border is all that it takes.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import shapely

from geo.arrays import Ints
from geo.edges import Edges
from geo.edits.ground import Grid, Ground
from geo.errors import WouldPinchError
from geo.noding import CELLS_PER_M


def require_unpinched(before: Ground, after: Ground) -> None:
    """Refuse a change by which a grid touches itself where the land ends, if it can't be read as a coverage then.

    Raises
    ------
    WouldPinchError
        It can't, and could before.
    """
    made = [grid for code, grid in after.grids.items() if before.grids.get(code) is not grid]
    pinched = {place: grid for grid in made for place in map(tuple, touching(grid).tolist())}
    if not pinched:
        return
    edges = Edges.of(polygons(after.grids.values()))
    ends = set(map(tuple, edges.ends(edges.left_over()).reshape(-1, 2).tolist()))
    here = [place for place in pinched if place in ends]
    if not here or readable(after) or not readable(before):
        return
    x, y = np.array(here[0]) / CELLS_PER_M
    grid = pinched[here[0]]
    words = f"grid {grid.code} would touch itself on the border of the land, at ({x:.3f}, {y:.3f}); leave it some width"
    raise WouldPinchError(words, [grid.code])


def touching(grid: Grid) -> Ints:
    """Return the vertices, in cells, at which the borders of a grid with holes touch; shape (n, 2)."""
    if not shapely.get_num_interior_rings(shapely.get_parts(grid.polygon)).any():
        return np.empty((0, 2), dtype=np.int64)
    xy, ring = shapely.get_coordinates(shapely.get_rings(shapely.get_parts(grid.polygon)), return_index=True)
    inner = xy[:-1][ring[1:] == ring[:-1]]  # the last vertex of a ring is its first
    once, count = np.unique(inner.view(np.complex128), return_counts=True)
    twice = once[count > 1].reshape(-1, 1).view(np.float64)
    return np.rint(twice * CELLS_PER_M).astype(np.int64)


def readable(ground: Ground) -> bool:
    """Tell whether other programs take the grids for a coverage."""
    return bool(shapely.coverage_is_valid(polygons(ground.grids.values())))


def polygons(grids: Iterable[Grid]) -> np.ndarray:
    """Return the land of grids."""
    return np.array([grid.polygon for grid in grids], dtype=object)
