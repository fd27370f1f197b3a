"""Points that carry a figure, with a tree to find those on a piece of land: buildings, premises."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from geo.arrays import Floats, Geometries, Ints, sums
from geo.noding import REACH_M


@dataclass(frozen=True, eq=False)
class Places:
    """Points on the map and what each counts."""

    point: Geometries
    figure: Floats
    tree: shapely.STRtree

    @classmethod
    def of(cls, drawn: Geometries, figure: Floats) -> Places:
        """Take points, or a point on each polygon; null and empty ones are on no land."""
        point = np.asarray(shapely.point_on_surface(drawn), dtype=object)
        return cls(point, figure, shapely.STRtree(point))

    def near(self, areas: Geometries) -> Ints:
        """Return the rows of the points in the boxes around some land, ascending."""
        return np.unique(self.tree.query(boxes_around(areas))[1]).astype(np.int64)

    def on(self, land: Geometries) -> tuple[Ints, Ints]:
        """List which points lie on which piece of land, its border included: rows of ``land``, rows of points."""
        piece, place = self.tree.query(land, predicate="intersects")
        return piece.astype(np.int64), place.astype(np.int64)

    def total_in(self, land: Geometries) -> Floats:
        """Add up the figures of the points on each piece of land."""
        piece, place = self.on(land)
        return sums(self.figure[place], piece, len(land))


def boxes_around(areas: Geometries) -> Geometries:
    """Return the boxes around some land, and as far out as noding may have bent its border."""
    boxes: Geometries = shapely.box(*(shapely.bounds(areas) + REACH_M * np.array([-1, -1, 1, 1])).T)
    return boxes
