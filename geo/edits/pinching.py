"""Grids that come to touch themselves where the land ends.

A hole of a grid may touch its outer border at a point. Where that point is on the border of the land, and another
grid's border goes on from there, GEOS (to 3.14) looks at the hole alone and takes that border for one inside the grid:
`shapely.coverage_is_valid` says no to a sound partition. What others can't read is no one grid, so such an edit is
refused; some width between the hole and the border is all that it takes.

Each such place is judged by itself, with all grids around it: elsewhere, what was loaded may end where the land does
not, and look as if it could not be read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TypeAlias

import numpy as np
import shapely

from geo.arrays import Ints
from geo.edges import Edges
from geo.edits.ground import Grid, Ground
from geo.edits.weaving import require_seen
from geo.errors import WouldPinchError
from geo.noding import CELLS_PER_M

Place: TypeAlias = tuple[int, int]
"""A vertex, in cells."""


def require_unpinched(before: Ground, after: Ground) -> None:
    """Refuse a change by which a grid touches itself where the land ends, if it can't be read as a coverage there.

    Raises
    ------
    WouldPinchError
        It can't, and could before.
    UnseenError
        Whether the land ends there is not known.
    """
    gone, made = (
        [grid for code, grid in one.grids.items() if other.grids.get(code) is not grid]
        for one, other in ((before, after), (after, before))
    )
    pinched = {place: grid for grid in made for place in map(tuple, touching(grid).tolist())}
    if not pinched:
        return
    edges = Edges.of(polygons(after.grids.values()))
    ends = set(map(tuple, edges.ends(edges.left_over()).reshape(-1, 2).tolist()))
    places = pinched.keys() & ends
    if not places:
        return
    had, has = (corners(grids, places) for grids in (gone, made))
    here = [place for place in has if has[place] != had[place]]
    if not here:
        return
    require_seen(before, np.asarray(shapely.points(np.array(here) / CELLS_PER_M), dtype=object))
    worse = unreadable(after, here) - unreadable(before, here)
    if not worse:
        return
    place = min(worse)
    x, y = np.array(place) / CELLS_PER_M
    grid = pinched[place]
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


def corners(grids: Sequence[Grid], places: Collection[Place]) -> dict[Place, set[tuple[str, Place, Place]]]:
    """Return what of the borders of grids meets at each of some places: code, start and end of each edge."""
    edges = Edges.of(polygons(grids))
    ends = edges.ends(np.arange(len(edges.start))).tolist()
    found: dict[Place, set[tuple[str, Place, Place]]] = {place: set() for place in places}
    for row, (x, y, to_x, to_y) in zip(edges.polygon.tolist(), ends, strict=True):
        start, end = (x, y), (to_x, to_y)
        for place in {start, end} & found.keys():
            found[place].add((grids[row].code, start, end))
    return found


def unreadable(ground: Ground, places: Iterable[Place]) -> set[Place]:
    """Return those of some places at which other programs do not take the grids for a coverage."""
    wrong = shapely.coverage_invalid_edges(polygons(ground.grids.values()))
    ends = np.rint(shapely.get_coordinates(wrong) * CELLS_PER_M).astype(np.int64)
    return set(places) & set(map(tuple, ends.tolist()))


def polygons(grids: Iterable[Grid]) -> np.ndarray:
    """Return the land of grids."""
    return np.array([grid.polygon for grid in grids], dtype=object)
