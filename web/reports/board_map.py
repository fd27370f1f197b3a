"""The small map of a duty board: the grid, its neighbours with their numbers, the borders of communities."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.code_profiles import number_of
from web.reports.markup import Html, tag
from web.reports.paper import UNITS_A_PX, Geometries, Paper, north_arrow, path, scale_bar
from web.reports.wording import word

WIDTH_PX, HEIGHT_PX = 400, 380
AROUND = 0.3
"""How much of the neighbours is shown, in shares of the grid's own extent."""
LEAST_M = 60.0
TOLERANCE_PX = 0.4
LEAST_ROOM_PX = 29
"""How large a neighbour must be drawn to be numbered."""
CLOSE = 200
"""How near to its premises a grid's number would cover them, in units of the drawing."""


@dataclass(frozen=True, eq=False)
class Surroundings:
    """All grids of a build with a tree, to find what lies around one of them."""

    code: NDArray[np.object_]
    community: NDArray[np.object_]
    land: Geometries
    tree: shapely.STRtree
    premises: pd.DataFrame

    @classmethod
    def of(cls, grids: gpd.GeoDataFrame, premises: pd.DataFrame) -> Surroundings:
        """Take the layers ``grids`` and ``premises`` of a build."""
        land = np.asarray(grids.geometry.array, dtype=object)
        code, community = (grids[name].to_numpy(dtype=object) for name in ("code", "community_code"))
        return cls(code, community, land, shapely.STRtree(land), premises)

    def drawn(self, row: int) -> Html:
        """Draw the grid of a row and what lies around it."""
        paper, window = sheet_of(self.land[row])
        near = np.sort(self.tree.query(window, predicate="intersects"))
        shapes = paper.drawn(shapely.intersection(self.land[near], window))
        own = int(np.flatnonzero(near == row)[0])
        shapes = shapely.simplify(shapes, TOLERANCE_PX * UNITS_A_PX)
        houses = self.houses(row, paper)
        others = [place for place in range(len(near)) if place != own]
        return tag(
            "svg",
            tag("g", *(tag("path", d=path(shapes[place])) for place in others), class_="others"),
            tag("path", d=self.community_lines(near, window, paper), class_="communities"),
            tag("path", d=path(shapes[own]), class_="own"),
            tag("g", *self.labels(near, shapes, own, houses), class_="labels"),
            tag("g", *(house(x, y) for x, y in houses), class_="premises") if houses else None,
            scale_bar(paper),
            north_arrow(paper),
            viewBox=paper.view,
            role="img",
            class_="plan",
        )

    def community_lines(self, near: NDArray[np.int64], window: shapely.Geometry, paper: Paper) -> str:
        """Write the borders between communities that run through the window."""
        groups = pd.Series(near).groupby(self.community[near])
        whole = np.array([shapely.union_all(self.land[rows.to_numpy()]) for _, rows in groups], dtype=object)
        lines = shapely.intersection(shapely.boundary(whole), window)
        return "".join(path(line) for line in paper.drawn(shapely.line_merge(lines)))

    def labels(
        self, near: NDArray[np.int64], shapes: Geometries, own: int, houses: list[tuple[int, int]]
    ) -> Iterator[Html]:
        """Number the grid, above its premises if these are in the way, and the neighbours where there is room."""
        spots = shapely.get_coordinates(shapely.point_on_surface(shapes))
        spots[own] = shapely.get_coordinates(shapely.maximum_inscribed_circle(shapes[own], tolerance=UNITS_A_PX))[0]
        room = np.sqrt(shapely.area(shapes)) > LEAST_ROOM_PX * UNITS_A_PX
        room &= spots[:, 1] < (HEIGHT_PX - 45) * UNITS_A_PX  # scale bar and north arrow stand below
        for place in np.flatnonzero(room | (np.arange(len(near)) == own)).tolist():
            x, y = spots[place].round().astype(int).tolist()
            if place == own and any(abs(x - a) < CLOSE and abs(y - b) < CLOSE for a, b in houses):
                y -= CLOSE
            number = number_of(self.code[near[place]])
            yield tag("text", number, x=x, y=y + 40, class_="own" if place == own else None)

    def houses(self, row: int, paper: Paper) -> list[tuple[int, int]]:
        """Return where the grid's premises stand on paper."""
        if not len(self.premises):
            return []
        here = self.premises[self.premises["code"] == self.code[row]]
        drawn = paper.drawn(shapely.points(here[["x", "y"]].to_numpy(np.float64)))
        return [(round(x), round(y)) for x, y in shapely.get_coordinates(drawn).tolist()]


def sheet_of(land: shapely.Geometry) -> tuple[Paper, shapely.Geometry]:
    """Return a sheet around a grid, and the ground that it shows."""
    west, south, east, north = shapely.bounds(land)
    margin = max(east - west, north - south, LEAST_M) * AROUND
    width, height = east - west + 2 * margin, north - south + 2 * margin
    more = max(width, height * WIDTH_PX / HEIGHT_PX) - width
    taller = max(height, width * HEIGHT_PX / WIDTH_PX) - height
    bounds = (
        west - margin - more / 2,
        south - margin - taller / 2,
        east + margin + more / 2,
        north + margin + taller / 2,
    )
    paper = Paper(bounds[0], bounds[3], (bounds[2] - bounds[0]) / WIDTH_PX, WIDTH_PX, HEIGHT_PX)
    return paper, shapely.box(*bounds)


def house(x: int, y: int) -> Html:
    """Draw a house, with what it means for a pointer that rests on it."""
    return tag("path", tag("title", word("board.premises")), d=f"M{x - 60} {y + 50}v-60l60-55 60 55v60z")
