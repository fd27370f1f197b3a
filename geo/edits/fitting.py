"""Fitting grids into an outline that runs otherwise than theirs by millimetres: their borders are drawn anew inside it.

What `geo.edits.replacing` falls back on where bending an outline alone would run it over borders inside, so that land a
millimetre wide turns over or vanishes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import shapely

from geo.arrays import Geometries, Ints
from geo.edges import Adjacency
from geo.edits.ground import Face, Grid, Ground, borders
from geo.edits.land import Cells, cut, require_tiled, too_fine
from geo.edits.weaving import Chains, bent_segments
from geo.errors import WouldEmptyGridError

NOBODY = -1


def fitted(ground: Ground, old: Sequence[Grid], put: Sequence[Grid], bent: Chains) -> Ground:
    """Return a ground with some grids in the place of others, their borders drawn into the outline of those.

    Land between the two outlines goes to the grid inside with which it has most border in common.

    Parameters
    ----------
    old
        Grids of the ground; each community that ``put`` lies in has some.
    bent
        What is known of how ``put``'s outline has to bend.

    Raises
    ------
    TooFineError
        Borders inside run so near to the outline that nothing fits between.
    WouldEmptyGridError
        A grid is so thin that nothing of it is left.
    """
    homes = sorted({grid.community for grid in old})
    blanks = [blank([grid for grid in old if grid.community == name]) for name in homes]
    bare = ground.replace(blanks, drop={grid.code for grid in old} - {grid.code for grid in blanks})
    cells = cut(bare, blanks, bent_segments(borders(put), bent))
    faces = [face for grid in put for face in grid.faces]
    of_grid = np.repeat(np.arange(len(put)), [len(grid.faces) for grid in put])
    face = faces_at(cells, faces, np.array([homes.index(grid.community) for grid in put])[of_grid])
    land, pieces = cells.dissolved(of_grid[face], len(put)), cells.dissolved(face, len(faces))
    require_land(put, land)
    made = [
        replace(grid, polygon=land[row], faces=tuple(parts_of(faces, pieces, np.flatnonzero(of_grid == row))))
        for row, grid in enumerate(put)
    ]
    after = cells.ground.replace(made, drop={grid.code for grid in blanks} - {grid.code for grid in made})
    require_tiled(bare, after, cells.chains)
    return after


def blank(grids: Sequence[Grid]) -> Grid:
    """Return grids as one, without borders inside."""
    land = shapely.coverage_union_all([grid.polygon for grid in grids])
    faces = tuple(Face(part, (), "sole") for part in shapely.get_parts(land))
    return replace(grids[0], polygon=land, faces=faces)


def faces_at(cells: Cells, faces: Sequence[Face], home: Ints) -> Ints:
    """Return the row of the face that each cell is in; one that is in none goes with the neighbour.

    ``home`` is the community of each face, as the number of the cells' grid.
    """
    found = np.full(len(cells), NOBODY, dtype=np.int64)
    points = shapely.point_on_surface(cells.polygon)
    cell, face = shapely.STRtree([face.polygon for face in faces]).query(points, predicate="within")
    at_home = home[face] == cells.grid[cell]
    found[cell[at_home]] = face[at_home]
    beside = cells.pairs().inside(cells.grid).both_ways()
    while (found == NOBODY).any():
        wanting = beside.where((found[beside.left] == NOBODY) & (found[beside.right] != NOBODY))
        if not len(wanting.left):
            raise too_fine(cells.grids)
        border = Adjacency(wanting.left, found[wanting.right], wanting.length)
        cell, face = border.summed(max(len(cells), len(faces))).longest()
        found[cell] = face
    return found


def require_land(put: Sequence[Grid], land: Geometries) -> None:
    """Refuse to lose a grid that is too thin for its new outline."""
    for grid, polygon in zip(put, land, strict=True):
        if polygon is None:
            raise WouldEmptyGridError(f"grid {grid.code} would be left without land", [grid.code])


def parts_of(faces: Sequence[Face], pieces: Geometries, rows: Ints) -> Iterator[Face]:
    """Give faces of some rows their new land; one may fall into several, or to none."""
    for row in rows.tolist():
        if pieces[row] is not None:
            yield from (replace(faces[row], polygon=part) for part in shapely.get_parts(pieces[row]))
