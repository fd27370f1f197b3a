"""Where the households of a grid live, as points that carry shares of them.

By the buildings on it that have households; where it has none, evenly over its land.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from geo.arrays import Bools, Floats, Geometries, Ints, dense, group_first, place_in_run, sums, unroll
from geo.faces import dissolve
from geo.noding import on_grid
from geo.places import Places
from geo.repair import polygonal_parts

SPACING_M, MOST_POINTS = 50.0, 16
"""Points over a grid's land are at least so far apart, and about so many at most."""

SAME_M = 0.01
"""Buildings nearer than that to each other are one place."""

SHAKEN_M, PLASTIC = 0.1, np.array([0.7548776662466927, 0.5698402909980532])
"""How far places are moved apart, and the steps that spread them evenly: 1/p and 1/p² of the plastic number p."""

FAR, TRIANGLE = 10.0, np.array([[0.0, 1.0], [-0.87, -0.5], [0.87, -0.5]])
"""How far around a grid there are more places, in diagonals of it, and where."""


@dataclass(frozen=True, eq=False)
class Dwellings:
    """Places where households live, in the order of their grids: ``grid`` (k,), ``xy`` (k, 2) metres, and ``share``
    (k,), which adds up to 1 for each grid."""

    grid: Ints
    xy: Floats
    share: Floats

    @classmethod
    def of(cls, polygon: Geometries, buildings: Places | None) -> Dwellings:
        """Place the households of grids; every grid has a place."""
        grid, xy, weight = np.empty(0, dtype=np.int64), np.empty((0, 2)), np.empty(0)
        if buildings is not None:
            grid, place = buildings.on(polygon)
            lived_in = buildings.figure[place] > 0
            grid, place = grid[lived_in], place[lived_in]
            xy, weight = shapely.get_coordinates(buildings.point[place]), buildings.figure[place]
        rest = np.setdiff1d(np.arange(len(polygon)), grid)
        row, spread = points_over(polygon[rest])
        grid, xy = np.concatenate([grid, rest[row]]), np.concatenate([xy, spread])
        weight = np.concatenate([weight, np.ones(len(row))])
        cell = np.rint(xy / SAME_M)
        order = np.lexsort([xy[:, 1], xy[:, 0], cell[:, 1], cell[:, 0], grid])
        grid, xy, weight, cell = grid[order], xy[order], weight[order], cell[order]
        new = group_first(grid) | group_first(cell[:, 0]) | group_first(cell[:, 1])
        share = sums(weight, np.cumsum(new) - 1, int(new.sum()))
        return cls(grid[new], xy[new], share / sums(weight, grid, len(polygon))[grid[new]])

    def land(self, polygon: Geometries, chosen: Bools) -> tuple[Ints, Ints, Geometries]:
        """Return the land of some places: what is nearer to one of them than to any other place of the same grid.

        Parameters
        ----------
        polygon
            The grids, as given to `of`.
        chosen
            (k, n) places chosen for n purposes.

        Returns
        -------
        tuple
            Grid and purpose, for each that has a chosen place, in that order, and that part of the grid; all of it
            where all its places are chosen.
        """
        purposes = chosen.shape[1]
        count = np.stack([np.bincount(self.grid[column], minlength=len(polygon)) for column in chosen.T], axis=1)
        grid, purpose = np.nonzero(count)
        land = polygon[grid]
        part = np.flatnonzero(count[grid, purpose] < np.bincount(self.grid, minlength=len(polygon))[grid])
        if len(part):
            place, cell = self.cells(polygon, np.unique(grid[part]))
            row, column = np.nonzero(chosen[place])
            key = self.grid[place[row]] * purposes + column
            alike = self.first_alike(chosen)[grid[part], purpose[part]]
            wanted, same = dense(grid[part] * purposes + alike)
            number = np.minimum(np.searchsorted(wanted, key), len(wanted) - 1)
            there = wanted[number] == key
            nearer = dissolve(cell[row[there]], number[there], len(wanted))
            land[part] = on_the_grid(shapely.intersection(nearer, polygon[wanted // purposes]))[same]
        return grid, purpose, land

    def first_alike(self, chosen: Bools) -> Ints:
        """Return for each grid and purpose the first purpose that the same places of the grid are chosen for.

        Shape (grids, purposes); see `land`.
        """
        grids, purposes = int(self.grid.max(initial=-1)) + 1, chosen.shape[1]
        alike = np.tile(np.arange(purposes), (grids, 1))
        for one in reversed(range(purposes)):
            for other in range(one + 1, purposes):
                differ = np.bincount(self.grid, weights=chosen[:, one] != chosen[:, other], minlength=grids) > 0
                alike[~differ, other] = one
        return alike

    def cells(self, polygon: Geometries, grids: Ints) -> tuple[Ints, Geometries]:
        """Return the places of some grids, and on each grid the land nearer to each place than to the others, and more.

        GEOS tears cells where four places lie on one circle, as on a lattice, so that each is moved by up to
        `SHAKEN_M` first; it is most exact near the origin; and it spends most time on cells without an end, so that
        there are three more places far around each grid.
        """
        chosen = np.zeros(len(polygon), dtype=np.bool_)
        chosen[grids] = True
        place = np.flatnonzero(chosen[self.grid])
        local = np.searchsorted(grids, self.grid[place])
        first = np.flatnonzero(group_first(local))
        shaken = ((place_in_run(local)[:, None] + 1) * PLASTIC % 1 - 0.5) * SHAKEN_M
        origin = np.rint(self.xy[place][first])
        bounds = shapely.bounds(polygon[grids])
        around = FAR * np.hypot(*(bounds[:, 2:] - bounds[:, :2]).T)[:, None, None] * TRIANGLE
        xy = np.concatenate([self.xy[place] - origin[local] + shaken, around.reshape(-1, 2)])
        group = np.concatenate([local, np.repeat(np.arange(len(grids)), len(TRIANGLE))])
        order = np.argsort(group, kind="stable")
        cells = shapely.voronoi_polygons(shapely.linestrings(xy[order], indices=group[order]), ordered=True)
        cell = polygonal_parts(shapely.get_parts(cells)[order < len(place)])
        corner, vertex = shapely.get_coordinates(cell, return_index=True)
        return place, shapely.set_coordinates(cell, corner + origin[local][vertex])


def on_the_grid(drawn: Geometries) -> Geometries:
    """Round polygons to whole millimetres; where that breaks one, it is mended."""
    rounded = on_grid(polygonal_parts(drawn))
    broken = ~shapely.is_valid(rounded)
    rounded[broken] = polygonal_parts(shapely.make_valid(rounded[broken], method="structure"))
    return np.asarray(rounded, dtype=object)


def points_over(polygon: Geometries) -> tuple[Ints, Floats]:
    """Spread points evenly over polygons; return the row of each point's polygon, and the points.

    A polygon that is missed by all, because it is small or thin, has one point inside.
    """
    area = shapely.area(polygon)
    spacing = np.maximum(SPACING_M, np.sqrt(area / MOST_POINTS))
    west, south, east, north = shapely.bounds(polygon).T
    columns = np.ceil((east - west) / spacing).astype(np.int64)
    row, number = unroll(
        np.arange(len(polygon)), columns * np.ceil((north - south) / spacing).astype(np.int64), np.zeros_like(columns)
    )
    place = np.stack(np.divmod(number, columns[row])[::-1], axis=1) + 0.5
    xy = np.stack([west, south], axis=1)[row] + place * spacing[row, None]
    shapely.prepare(polygon)
    inside = shapely.contains_xy(polygon[row], xy[:, 0], xy[:, 1])
    missed = np.setdiff1d(np.arange(len(polygon)), row[inside])
    points = shapely.get_coordinates(shapely.point_on_surface(polygon[missed]))
    return np.concatenate([row[inside], missed]), np.concatenate([xy[inside], points])
