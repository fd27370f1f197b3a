"""A plan as small static maps: its areas are drawn once and used by every map of a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from geo.staffing_totals import LEVELS
from web.reports.markup import Content, Html, tag
from web.reports.palette import FILLS, LEDGERS
from web.reports.paper import (
    UNITS_A_PX,
    Geometries,
    Paper,
    both_texts,
    dissolved,
    north_arrow,
    path,
    scale_bar,
    simplified,
)

GRIDS_DRAWN = 3_000
"""The most grids that a map of some 600 pixels shows one by one; above it the areas are communities."""
LABELS = 60
"""The most communities that are named; above it streets are."""
TEXT_PX = 11
SMALLEST_PX = 5
"""Land that would be smaller is marked by a dot."""


@dataclass(frozen=True, eq=False)
class Plan:
    """The areas of a plan on paper: grids, or communities where there are too many grids."""

    paper: Paper
    by_grid: bool
    code: NDArray[np.object_]
    community: NDArray[np.object_]
    area: Geometries
    communities: Geometries
    community_code: NDArray[np.object_]
    borders: Mapping[str, str]

    @classmethod
    def of(cls, grids: gpd.GeoDataFrame, *, width_px: float = 640, height_px: float = 520) -> Plan:
        """Simplify the grids of a build (``code``, ``community_code``, projected) for a map of this size."""
        polygons = np.asarray(grids.geometry.array, dtype=object)
        paper = Paper.clear(polygons, width_px=width_px, height_px=height_px)
        code, community = (grids[name].to_numpy(dtype=object) for name in ("code", "community_code"))
        by_grid = len(grids) <= GRIDS_DRAWN
        if not by_grid:
            polygons, code = dissolved(polygons, community)
            community = code
        area = paper.drawn(simplified(polygons, paper))
        whole, whole_code = dissolved(area, community) if by_grid else (area, code)
        streets, _ = dissolved(whole, np.array([one[: LEVELS["street"]] for one in whole_code], dtype=object))
        borders = {"street": lines(streets)}
        borders = {"community": lines(whole), **borders} if len(whole) > 1 else borders
        return cls(paper, by_grid, code, community, area, whole, whole_code, borders)

    def shapes(self) -> Html:
        """Draw the areas for `fills` to use; to be put into the page once."""
        drawn = (tag("path", id=f"a{number}", d=path(shape)) for number, shape in enumerate(self.area))
        return tag("svg", tag("defs", *drawn, *patterns()), class_="shapes", width=0, height=0, aria_hidden="true")

    def fills(self, theme: str, classes: Sequence[str | None], titles: Sequence[str]) -> Html:
        """Fill every area by its class; a pointer that rests on one reads its title."""
        kinds = np.array(["" if one is None else one for one in classes], dtype=object)
        groups = []
        for kind in dict.fromkeys(kinds):
            uses = (tag("use", tag("title", titles[row]), href=f"#a{row}") for row in np.flatnonzero(kinds == kind))
            groups.append(tag("g", *uses, fill=paint(theme, kind)))
        return tag("g", *groups, class_="areas" if self.by_grid else "areas wide")

    def gaps(self, ledger: str, land: Geometries) -> Html:
        """Hatch the land of a ledger's gaps; what is too small to be seen gets a dot."""
        drawn = self.paper.drawn(shapely.simplify(land, TOLERANCE_OF_GAPS * self.paper.metres_a_px))
        west, south, east, north = shapely.bounds(drawn).T if len(drawn) else np.zeros((4, 0))
        small = np.maximum(east - west, north - south) < SMALLEST_PX * UNITS_A_PX
        spots = np.column_stack([(west + east) / 2, (south + north) / 2])[small]
        dots = (tag("circle", cx=round(x), cy=round(y), r=25) for x, y in spots.tolist() if np.isfinite([x, y]).all())
        whole = "".join(path(shape) for shape in drawn[~small])
        hatch = tag("path", d=whole, fill=f"url(#ledger-{ledger})", stroke=LEDGERS[ledger])
        return tag("g", hatch, tag("g", *dots, fill=LEDGERS[ledger]), class_="gaps")

    def lines(self) -> Html:
        """Draw the borders of communities and streets, each over a casing that keeps it readable on any fill."""
        drawn = [
            tag("path", d=d, class_=f"{name} {kind}") for name, d in self.borders.items() for kind in ("casing", "line")
        ]
        return tag("g", *drawn, class_="borders" if self.by_grid else "borders wide")

    def labels(self, names: Mapping[str, str], taken: Sequence[shapely.Geometry] = ()) -> Html:
        """Name the communities, or the streets where these are too many, the largest first, as far as there is room."""
        digits = LEVELS["community" if len(self.communities) <= LABELS else "street"]
        land, code = dissolved(self.communities, np.array([one[:digits] for one in self.community_code], dtype=object))
        order = np.argsort(-shapely.area(land), kind="stable")
        boxes, texts = list(taken), []
        for row in order:
            name = names.get(str(code[row]))
            if name is None:
                continue
            x, y = shapely.get_coordinates(shapely.point_on_surface(land[row]))[0]
            half = TEXT_PX * UNITS_A_PX * len(name) / 2
            box = shapely.box(x - half, y - TEXT_PX * UNITS_A_PX, x + half, y + 30)
            if not shapely.intersects(boxes, box).any():
                boxes.append(box)
                texts.append(tag("text", name, x=round(x), y=round(y)))
        return tag("g", *texts, class_="labels")

    def markers(self, codes: Sequence[str]) -> tuple[Html, list[shapely.Geometry]]:
        """Number some communities from 1; return the markers, and where they are."""
        place = {code: row for row, code in enumerate(self.community_code)}
        found = [place[code] for code in codes]
        spots = shapely.get_coordinates(shapely.point_on_surface(self.communities[found])).round().astype(int)
        drawn = (
            tag("g", tag("circle", r=95), tag("text", number, y=40), transform=f"translate({x} {y})")
            for number, (x, y) in enumerate(spots.tolist(), start=1)
        )
        boxes = [shapely.box(x - 110, y - 110, x + 110, y + 110) for x, y in spots.tolist()]
        return tag("g", *drawn, class_="markers"), boxes

    def sheet(self, *layers: Content, title: Content) -> Html:
        """Put layers into one map with a scale bar and a north arrow."""
        inside = (*layers, scale_bar(self.paper), north_arrow(self.paper))
        return tag(
            "svg", both_texts(title, class_="unseen"), *inside, viewBox=self.paper.view, role="img", class_="plan"
        )


TOLERANCE_OF_GAPS = 0.5


def lines(polygons: Geometries) -> str:
    """Write the borders of polygons as one path."""
    return "".join(path(shape) for shape in polygons)


def paint(theme: str, kind: str) -> str:
    """Return the fill of a class, blank for a class that the theme does not have."""
    colour = FILLS[theme].get(kind, "none")
    return f"url(#fill-{theme}-{kind})" if "hatch" in colour else colour


def patterns() -> list[Html]:
    """Draw the hatches, one a ledger, and those of the fills: what is missing is seen in grey print too."""
    made = [
        pattern(f"ledger-{ledger}", hatch, ink) for (ledger, ink), hatch in zip(LEDGERS.items(), HATCHES, strict=True)
    ]
    for theme, classes in FILLS.items():
        for kind, colour in classes.items():
            if "hatch" in colour:
                made.append(pattern(f"fill-{theme}-{kind}", HATCHES[0], "#5b4a33", colour.replace("hatch", "").strip()))
    return made


HATCHES = (
    "M-10 70L70 -10M-50 30L30 -50M30 110L110 30",
    "M-10 70L70 -10M-50 30L30 -50M30 110L110 30M-10 -10L70 70M30 -50L110 30M-50 30L30 110",
    "M12 22a10 10 0 1 0 20 0a10 10 0 1 0 -20 0M42 52a10 10 0 1 0 20 0a10 10 0 1 0 -20 0",
)
"""Lines, crossed lines and dots, for what nobody holds, several hold, nobody serves; a tile of 80 units."""


def pattern(name: str, hatch: str, ink: str, ground: str = "") -> Html:
    """Draw a hatch, on a ground or on nothing."""
    dots = hatch == HATCHES[2]
    ink_of = {"fill": ink} if dots else {"stroke": ink, "stroke_width": 11, "fill": "none"}
    below = tag("rect", width=80, height=80, fill=ground or "#fffefb")
    return tag(
        "pattern",
        below if ground or name.startswith("fill") else None,
        tag("path", d=hatch, **ink_of),
        id=name,
        width=80,
        height=80,
        patternUnits="userSpaceOnUse",
    )


def swatch(fill: str, *, line: str | None = None) -> Html:
    """Draw a sample for a legend."""
    return tag(
        "svg",
        tag("rect", x=5, y=5, width=230, height=150, rx=20, fill=fill, stroke=line or "#8a8577", stroke_width=8),
        viewBox="0 0 240 160",
        class_="swatch",
        aria_hidden="true",
    )
