"""From the ground to paper: polygons simplified to what a small map can show, as paths of an SVG drawing.

One unit of a drawing is a tenth of a CSS pixel, so that coordinates are short whole numbers and lines stay crisp.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray

from web.reports.markup import Content, Html, both, tag

UNITS_A_PX = 10
TOLERANCE_PX = 0.6
"""How far a simplified border may lie from the true one."""
MARGIN_PX = 10
FOOT_PX = 58
"""A margin below the land that the scale bar and the north arrow fit into."""
NICE = (1, 2, 5)

Geometries: TypeAlias = NDArray[np.object_]


@dataclass(frozen=True)
class Paper:
    """A sheet with the north up: where its corner lies (metres), and how much ground a pixel shows."""

    west: float
    north: float
    metres_a_px: float
    width_px: float
    height_px: float

    @classmethod
    def around(cls, bounds: Sequence[float], *, width_px: float, height_px: float, foot_px: float = MARGIN_PX) -> Paper:
        """Fit bounds (west, south, east, north in metres) into a sheet so wide, and at most so high."""
        west, south, east, north = bounds
        margins = MARGIN_PX + foot_px
        inner = width_px - 2 * MARGIN_PX, height_px - margins
        scale = max((east - west) / inner[0], (north - south) / inner[1], 0.01)
        tall = (north - south) / scale + margins
        aside = (width_px * scale - (east - west)) / 2
        return cls(west - aside, north + MARGIN_PX * scale, scale, width_px, min(tall, height_px))

    @classmethod
    def clear(cls, land: Geometries, *, width_px: float, height_px: float) -> Paper:
        """Fit land into a sheet whose scale bar and north arrow stand beside it, else below it."""
        bounds = shapely.total_bounds(land)
        paper = cls.around(bounds, width_px=width_px, height_px=height_px)
        if shapely.intersects(land, paper.corners()).any():
            return cls.around(bounds, width_px=width_px, height_px=height_px, foot_px=FOOT_PX)
        return paper

    def corners(self) -> shapely.Geometry:
        """Return the ground under the scale bar and the north arrow, in metres."""
        left, below = self.west, self.north - self.height_px * self.metres_a_px
        right, above = left + self.width_px * self.metres_a_px, below + FOOT_PX * self.metres_a_px
        bar, arrow = (self.width_px / 5 + 24) * self.metres_a_px, 36 * self.metres_a_px
        boxes = shapely.box([left, right - arrow], below, [left + bar, right], above)
        return shapely.multipolygons(boxes)

    def drawn(self, geometries: Geometries) -> Geometries:
        """Return geometries in units of the drawing, y downwards."""
        corner, scale = np.array([self.west, self.north]), UNITS_A_PX / self.metres_a_px
        return np.asarray(shapely.transform(geometries, lambda xy: (xy - corner) * (scale, -scale)), dtype=object)

    @property
    def view(self) -> str:
        """The viewBox."""
        return f"0 0 {round(self.width_px * UNITS_A_PX)} {round(self.height_px * UNITS_A_PX)}"


def simplified(polygons: Geometries, paper: Paper) -> Geometries:
    """Simplify a partition to what the paper shows; common borders stay common."""
    # GEOS measures by triangles: a vertex goes whose triangle is smaller than the tolerance squared
    return np.asarray(shapely.coverage_simplify(polygons, TOLERANCE_PX * paper.metres_a_px * 2), dtype=object)


def dissolved(polygons: Geometries, group: NDArray[Any]) -> tuple[Geometries, NDArray[Any]]:
    """Join the polygons of each group of a partition; return them, and the groups, sorted."""
    groups, number = np.unique(group.astype(str), return_inverse=True)
    order = np.argsort(number, kind="stable")
    ends = np.cumsum(np.bincount(number))[:-1]
    parts = np.split(polygons[order], ends)
    return np.array([shapely.coverage_union_all(part) for part in parts], dtype=object), groups.astype(object)


def path(geometry: shapely.Geometry | None) -> str:
    """Write the rings of a polygon, or lines, in units of the drawing as the data of an SVG path.

    >>> path(shapely.box(0, 0, 20, 10.4))
    'M20 0v10h-20v-10z'
    """
    if geometry is None or shapely.is_empty(geometry):
        return ""
    parts = shapely.get_parts(geometry)
    closed = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    lines = [*shapely.get_rings(parts[closed]), *parts[~closed]]
    return "".join(line_text(shapely.get_coordinates(line), closed=bool(closed.any())) for line in lines)


def line_text(xy: NDArray[np.float64], *, closed: bool) -> str:
    """Write one line by relative steps; one that shrank to nothing is left out."""
    steps = np.rint(xy).astype(np.int64)
    if closed:
        steps = steps[:-1]
    moved = np.append(True, (np.diff(steps, axis=0) != 0).any(axis=1))
    steps = steps[moved]
    if len(steps) < (3 if closed else 2):
        return ""
    text = [f"M{steps[0, 0]} {steps[0, 1]}"]
    for dx, dy in np.diff(steps, axis=0).tolist():
        text.append(f"h{dx}" if dy == 0 else f"v{dy}" if dx == 0 else f"l{dx} {dy}".replace(" -", "-"))
    return "".join(text) + ("z" if closed else "")


def scale_bar(paper: Paper) -> Html:
    """Draw a bar of a round length, at most a fifth of the sheet, in the lower left corner."""
    longest = paper.width_px * paper.metres_a_px / 5
    power = 10 ** np.floor(np.log10(longest))
    metres = float(power * max(step for step in NICE if step * power <= longest))
    length = round(metres / paper.metres_a_px * UNITS_A_PX)
    left, bottom = 120, round(paper.height_px * UNITS_A_PX) - 120
    said = f"{metres / 1000:g} km" if metres >= 1000 else f"{metres:g} m"
    return tag(
        "g",
        tag("path", d=f"M{left} {bottom - 60}v60h{length}v-60"),
        tag("text", said, x=left + length // 2, y=bottom - 40),
        class_="scale",
    )


def north_arrow(paper: Paper) -> Html:
    """Draw which way is north, in the lower right corner."""
    right, bottom = round(paper.width_px * UNITS_A_PX) - 160, round(paper.height_px * UNITS_A_PX) - 120
    return tag(
        "g",
        tag("path", d=f"M{right} {bottom - 230}l70 230l-70-50l-70 50z"),
        both_texts(both("北", "N"), x=right, y=bottom - 260),
        class_="north",
    )


def both_texts(content: Content, **attributes: Any) -> Html:
    """Write a text of an SVG drawing; what is in two languages becomes tspans."""
    inside = Html(str(content).replace("<span", "<tspan").replace("</span", "</tspan"))
    return tag("text", inside, **attributes)
