"""Laying land that was drawn on one build onto another: where borders differ by a sliver, the new one counts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely

from geo.arrays import Bools, Geometries, Ints
from geo.edges import Adjacency, components
from geo.edits.ground import Grid, Ground
from geo.edits.land import NO_LINE, Cells, cut, on_ground

NO_LAND = -1
"""The land that a cell is of, where it is of none."""


def laid(ground: Ground, grids: Sequence[Grid], lands: Geometries, sliver_width: float) -> tuple[Cells, Ints]:
    """Cut grids along the borders of some lands, and say which land each cell is of.

    Lands do not overlap. Within a grid, a piece that is thinner than ``sliver_width`` and is left over between a border
    of a land and one of the grid goes with what lies beside it; so the land ends where the grid does. Land or grids
    that are as thin as that themselves are taken as they are.

    Returns
    -------
    tuple
        The cells, and for each a row of ``lands``, or `NO_LAND`.

    Raises
    ------
    TooFineError
        A border of a land runs so near to one of the grids that nothing fits between.
    """
    cells = cut(ground, grids, outlines(lands))
    of_land = np.full(len(cells), NO_LAND, dtype=np.int64)
    cell, land = shapely.STRtree(lands).query(shapely.point_on_surface(cells.polygon), predicate="within")
    of_land[cell] = land
    thin = np.append(are_thin(lands, sliver_width), False)
    thin_grid = are_thin(np.array([grid.polygon for grid in grids], dtype=object), sliver_width)
    while True:
        piece, count, beside = pieces(cells, of_land)
        place = np.unique(piece, return_index=True)[1]
        spared = np.where(of_land[place] == NO_LAND, thin_grid[cells.grid[place]], thin[of_land[place]])
        polygon = cells.dissolved(piece, count)
        given, to = moves(are_thin(polygon, sliver_width) & ~spared, shapely.area(polygon), beside)
        if not len(given):
            return cells, of_land
        taker = np.arange(count)
        taker[given] = to
        of_land = of_land[place][taker[piece]]


def outlines(lands: Geometries) -> Ints:
    """Return the borders of lands as segments in cells, shape (n, 4)."""
    rings = shapely.get_rings(shapely.get_parts(lands))
    return np.concatenate([NO_LINE, *(on_ground(shapely.get_coordinates(ring)) for ring in rings)])


def pieces(cells: Cells, of_land: Ints) -> tuple[Ints, int, Adjacency]:
    """Number the connected pieces of one grid and land; return each cell's, how many, and which lie side by side."""
    pairs = cells.pairs().inside(cells.grid)
    count, piece = components(len(cells), pairs.inside(of_land))
    return piece, count, pairs.both_ways().among(piece, count)


def moves(sliver: Bools, area_m2: np.ndarray, beside: Adjacency) -> tuple[Ints, Ints]:
    """Return the slivers that have no smaller one beside them, and with what piece each has most border in common."""
    size = np.empty(len(sliver), dtype=np.int64)
    size[np.argsort(area_m2, kind="stable")] = np.arange(len(sliver))
    left, right = beside.left, beside.right
    moving = sliver.copy()
    moving[left[sliver[left] & sliver[right] & (size[right] < size[left])]] = False
    return beside.where(moving[left]).longest()


def are_thin(polygon: Geometries, width_m: float) -> Bools:
    """Tell which polygons an inward buffer of half a width empties."""
    return np.asarray(shapely.is_empty(shapely.buffer(polygon, -width_m / 2)), dtype=np.bool_)
