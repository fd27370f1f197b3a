"""The partition: grids that cover the jurisdiction once, in a type that can't be built broken.

The proof needs no tolerance. All vertices lie on the grid, so borders are lists of whole numbers. Add up the directed
borders of all grids and of the known holes between communities: where two of them meet edge to edge, they cancel. If
what is left is the border of a valid multipolygon without holes, counter-clockwise, then every point in it is covered
exactly once, for the sum of all indicator functions has the same border as its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.arrays import Geometries, Ints
from geo.edges import Edges
from geo.errors import PartitionError
from geo.noding import CELLS_PER_M

OFF_GRID_CELLS = 1e-3
"""A coordinate may differ from the grid by its own floating-point error, not more."""


@dataclass(frozen=True, eq=False)
class Partition:
    """Grids that cover a jurisdiction once; building one from anything else raises `PartitionError`.

    Parameters
    ----------
    code, community
        Each grid's code and its community's code, shape (n,).
    polygon
        The grids, polygons or multipolygons in a projected CRS in metres, vertices on the 1 mm grid.
    hole
        The holes between communities that belong to no grid (`no_community` gaps).

    Known limits
    ------------
    That grids nest in communities is read from ``community``; the communities' own borders are not kept here.
    """

    code: NDArray[np.object_]
    community: NDArray[np.object_]
    polygon: Geometries
    hole: Geometries

    def __post_init__(self) -> None:
        failed = {name: value for name, value in self.figures().items() if value}
        if failed:
            raise PartitionError("these grids are no partition: " + "; ".join(f"{k} {v}" for k, v in failed.items()))

    def figures(self) -> Mapping[str, str]:
        """Measure the invariant; see `figures_of`."""
        return figures_of(self.code, self.polygon, self.hole)

    def __len__(self) -> int:
        return len(self.code)


def figures_of(code: NDArray[np.object_], polygon: Geometries, hole: Geometries) -> dict[str, str]:
    """Measure how far grids are from a partition; every value is empty when they are one.

    Returns
    -------
    dict
        ``repeated codes``, ``empty``, ``invalid``, ``off the grid`` name grids; ``uncancelled borders`` says how many
        edges overlap another grid or border a hole, and where the first one is.
    """
    names = code.astype(str)
    repeated = np.unique(names, return_counts=True)
    figures = {
        "repeated codes": some(repeated[0][repeated[1] > 1]),
        "empty": some(names[shapely.is_empty(polygon) | shapely.is_missing(polygon)]),
        "invalid": some(names[~shapely.is_valid(polygon)]),
        "off the grid": some(names[off_grid(polygon)]),
    }
    return {**figures, "uncancelled borders": "" if any(figures.values()) else uncancelled(polygon, hole)}


def some(names: NDArray[np.str_]) -> str:
    """Name the first few of some grids and count the rest."""
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(names[:5]) + more


def off_grid(polygon: Geometries) -> Ints:
    """Return the rows of polygons with a vertex off the 1 mm grid."""
    xy, row = shapely.get_coordinates(polygon, return_index=True)
    cells = xy * CELLS_PER_M
    away = (np.abs(cells - np.rint(cells)) > OFF_GRID_CELLS).any(axis=1)
    return np.unique(row[away]).astype(np.int64)


def uncancelled(polygon: Geometries, hole: Geometries) -> str:
    """Say where borders neither cancel nor bound the whole, if anywhere."""
    edges = Edges.of(np.concatenate([polygon, hole]))
    left = edges.left_over()
    shells = outlines(edges, left)
    outer = Edges.of(shells)
    stray = strays(edges, left, outer)
    if len(stray):
        x, y = edges.cells[edges.start[left[stray[0]]]] / CELLS_PER_M
        return f"{len(stray)} edges, the first at ({x:.3f}, {y:.3f})"
    enclosed = shells[shapely.get_num_interior_rings(shells) > 0]
    whole = shapely.multipolygons(shells)
    if not enclosed.size and not shapely.is_valid(whole):
        return f"borders that meet unmatched, {shapely.is_valid_reason(whole)}"
    if len(enclosed):
        place = shapely.get_coordinates(shapely.get_interior_ring(enclosed[0], 0))[0]
        return f"{len(enclosed)} outlines with unknown holes, the first at ({place[0]:.3f}, {place[1]:.3f})"
    return ""


def outlines(edges: Edges, left: Ints) -> Geometries:
    """Return the polygons that the edges left over enclose."""
    return np.asarray(shapely.get_parts(shapely.polygonize(edges.lines(left))), dtype=object)


def strays(edges: Edges, left: Ints, outer: Edges) -> Ints:
    """Return which of the edges left over do not stand exactly once, in their direction, in the outlines' borders."""
    both = np.concatenate([edges.ends(left), outer.ends(np.arange(len(outer.start)))])
    _, number = np.unique(both, axis=0, return_inverse=True)
    here, there = np.split(number.reshape(-1), [len(left)])
    once = (np.bincount(here, minlength=len(number)) == 1) & (np.bincount(there, minlength=len(number)) == 1)
    return np.flatnonzero(~once[here]).astype(np.int64)


def holes_of(border: Ints, polygon: Geometries) -> Geometries:
    """Return the holes that grids leave between them, as polygons, from west to east.

    ``border`` holds the edges of the grids that may be on the outside, in grid cells, shape (n, 4); those that cancel
    are not.
    """
    edges = Edges.directed(border)
    enclosed = outlines(edges, edges.left_over())
    if not shapely.get_num_interior_rings(enclosed).any():
        return np.empty(0, dtype=object)
    point = shapely.point_on_surface(enclosed)
    covered, _ = shapely.STRtree(polygon).query(point, predicate="intersects")
    holes = np.delete(enclosed, covered)
    return np.asarray(holes[np.argsort(shapely.bounds(holes)[:, 0], kind="stable")], dtype=object)
