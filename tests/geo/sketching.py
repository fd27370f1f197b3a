"""Small pictures as input: a letter is a polygon, a character a square of 100 m, a dot nothing; the top is north."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from data.standards_file import read_standards
from geo.build import build
from geo.result import OneGrid
from geo.sources import COUNTS, UNIT_COLUMNS, Parameters, Sources

CRS = "EPSG:4526"
CELL_M = 100.0
WEST, SOUTH = 38_500_000.0, 3_400_000.0
STANDARDS = read_standards()


def sketch(picture: str) -> dict[str, shapely.Geometry]:
    """Draw one polygon a letter."""
    lines = [line.strip() for line in picture.strip().splitlines()]
    cells: dict[str, list[shapely.Geometry]] = {}
    for row, line in enumerate(reversed(lines)):
        for column, letter in enumerate(line):
            if letter != ".":
                x, y = WEST + column * CELL_M, SOUTH + row * CELL_M
                cells.setdefault(letter, []).append(shapely.box(x, y, x + CELL_M, y + CELL_M))
    return {letter: shapely.union_all(squares) for letter, squares in sorted(cells.items())}


def square(column: float, row: float, width: float = 1, height: float = 1) -> shapely.Geometry:
    """Draw a rectangle by cells from the south-west corner."""
    x, y = WEST + column * CELL_M, SOUTH + row * CELL_M
    return shapely.box(x, y, x + width * CELL_M, y + height * CELL_M)


def communities(shapes: dict[str, shapely.Geometry]) -> gpd.GeoDataFrame:
    """Make a community layer: codes …001, …002 in the order of the letters."""
    number = range(1, len(shapes) + 1)
    table = {
        "source_id": list(shapes),
        "code": [f"530102001{place:03d}" for place in number],
        "name": [f"{letter}社区" for letter in shapes],
        "street": None,
        "rural": False,
    }
    return gpd.GeoDataFrame(table, geometry=list(shapes.values()), crs=CRS)


def units(**layers: dict[str, Any]) -> gpd.GeoDataFrame:
    """Make the unit layers; a value is a polygon, or (polygon, {column: value})."""
    rows = []
    for layer, shapes in layers.items():
        for source_id, drawn in shapes.items():
            polygon, columns = drawn if isinstance(drawn, tuple) else (drawn, {})
            rows.append({"layer": layer, "source_id": source_id, "name": source_id, "geometry": polygon, **columns})
    frame = gpd.GeoDataFrame(rows, columns=[*UNIT_COLUMNS, "geometry"], geometry="geometry", crs=CRS)
    return frame.astype(dict.fromkeys(COUNTS, "Int64"))


def sources(community: str | dict[str, Any], buildings: Any = None, **layers: Any) -> Sources:
    """Draw the layers of a jurisdiction, under the shipped standards; each is a picture, or a dict of polygons."""
    drawn = {name: sketch(picture) if isinstance(picture, str) else picture for name, picture in layers.items()}
    area = sketch(community) if isinstance(community, str) else community
    frame = communities(area)
    return Sources(
        name="test", crs=frame.crs, communities=frame, units=units(**drawn), buildings=buildings, standards=STANDARDS
    )


def one_grid(community: str | dict[str, Any], parameters: Parameters | None = None, **layers: Any) -> OneGrid:
    """Build the one grid of some drawn layers."""
    return build(sources(community, **layers), parameters or Parameters())


def holders(grid: OneGrid) -> dict[str, float]:
    """Return hectares by "community/layer:id", the community by its last digit."""
    names = grid.grids["community_code"].str[-1] + "/" + grid.grids["source_layer"] + ":" + grid.grids["source_id"]
    names = names.where(grid.grids["kind"] != "unclaimed", grid.grids["community_code"].str[-1] + "/nobody")
    return dict(zip(names, (shapely.area(grid.grids.geometry) / 1e4).round(4), strict=True))


def buildings(*places: tuple[float, float, int]) -> gpd.GeoDataFrame:
    """Put households at points given in cells."""
    points = shapely.points([[WEST + x * CELL_M, SOUTH + y * CELL_M] for x, y, _ in places])
    return gpd.GeoDataFrame({"households": pd.array([n for *_, n in places], dtype="Int64")}, geometry=points, crs=CRS)


def assert_partition(grid: OneGrid, jurisdiction: shapely.Geometry | None = None) -> None:
    """Judge by other means than the engine's proof: GEOS's coverage test and areas."""
    polygons = np.asarray(grid.grids.geometry)
    assert shapely.is_valid(polygons).all()
    assert not shapely.is_empty(polygons).any()
    assert shapely.coverage_is_valid(polygons)
    if jurisdiction is not None:
        assert shapely.symmetric_difference(shapely.union_all(polygons), jurisdiction).area < 1e-6 * jurisdiction.area
