"""Repair of input polygons, with a record of each repair.

An invalid polygon is repaired by GEOS's structure method: shells are kept, holes subtracted. Only polygonal parts are
kept. Nothing is changed without a row that says so.
"""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely

from geo.arrays import Bools, Geometries
from geo.sources import repair_rows

AREAL = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)


@dataclass(frozen=True, eq=False)
class Repaired:
    """Polygons one-to-one with the input; ``rejected`` rows are None, and ``repairs`` says why."""

    polygons: Geometries
    rejected: Bools
    repairs: gpd.GeoDataFrame


def repair(frame: gpd.GeoDataFrame, *, layer: str | None = None) -> Repaired:
    """Make every geometry of a layer a valid polygon or multipolygon, or reject it.

    Parameters
    ----------
    frame
        Has ``source_id``, geometry in a projected CRS, and ``layer`` unless ``layer`` is given.

    Returns
    -------
    Repaired
        Rejected are null and empty geometries, and those that have no area after repair.
    """
    before = np.asarray(frame.geometry.array, dtype=object)
    polygons = before.copy()
    missing = shapely.is_missing(before) | shapely.is_empty(before)
    problem = np.full(len(before), None, dtype=object)
    action = np.full(len(before), None, dtype=object)
    problem[missing] = np.where(shapely.is_missing(before[missing]), "null geometry", "empty geometry")

    mixed = ~missing & ~np.isin(shapely.get_type_id(before), AREAL)
    polygons[mixed] = polygonal_parts(before[mixed])
    problem[mixed] = "not only polygons"
    action[mixed] = "kept the polygonal parts"

    invalid = ~missing & ~shapely.is_valid(polygons)
    if invalid.any():
        problem[invalid] = reasons(polygons[invalid])
        action[invalid] = "repaired (make_valid, structure)"
        made = shapely.make_valid(polygons[invalid], method="structure", keep_collapsed=False)
        polygons[invalid] = polygonal_parts(made)

    rejected = missing | ~(shapely.area(polygons) > 0)
    polygons[rejected] = None
    problem[rejected & ~missing & (problem == None)] = "no area"  # noqa: E711 (elementwise)
    action[rejected] = "rejected"
    touched = np.flatnonzero(problem != None)  # noqa: E711 (elementwise)
    changed = np.abs(np.nan_to_num(shapely.area(polygons)) - np.nan_to_num(shapely.area(before)))
    where = np.where(rejected, before, polygons)
    layers = frame["layer"].to_numpy() if layer is None else np.full(len(frame), layer, dtype=object)
    repairs = repair_rows(
        where[touched],
        frame.crs,
        layer=layers[touched],
        source_id=frame["source_id"].to_numpy()[touched],
        problem=problem[touched],
        action=action[touched],
        changed_m2=changed[touched],
    )
    return Repaired(polygons, rejected, repairs)


def reasons(polygons: Geometries) -> Geometries:
    """Return why each polygon is invalid, in GEOS's words without the coordinates."""
    said = shapely.is_valid_reason(polygons)
    return np.array([text.split("[")[0].strip().lower() for text in said], dtype=object)


def polygonal_parts(geometries: Geometries) -> Geometries:
    """Keep the polygons of any geometries, one-to-one, as drawn (so maybe invalid); empty where there are none.

    >>> mixed = shapely.from_wkt("GEOMETRYCOLLECTION (POINT (5 5), POLYGON ((0 0, 1 0, 1 1, 0 0)))")
    >>> polygonal_parts(np.array([mixed])).tolist()
    [<MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)))>]
    """
    result = geometries.copy()
    kind = shapely.get_type_id(geometries)
    other = np.flatnonzero((kind != AREAL[0]) & (kind != AREAL[1]))
    for row in other:  # few, and nested collections flatten only one by one
        result[row] = shapely.multipolygons(flat_polygons(geometries[row]))
    return result


def flat_polygons(geometry: shapely.Geometry) -> list[shapely.Geometry]:
    """List the polygons in a geometry, however deeply nested."""
    if isinstance(geometry, shapely.Polygon):
        return [] if geometry.is_empty else [geometry]
    parts = getattr(geometry, "geoms", ())
    return [polygon for part in parts for polygon in flat_polygons(part)]
