"""The frames of a layer as a file holds them: the columns in order, with their types, and one type of geometry."""

from __future__ import annotations

from typing import TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from data.build_layers import Layer

Frame: TypeAlias = pd.DataFrame | gpd.GeoDataFrame

SKETCH_WIDTH_M = 0.5
"""What has no area (a line, a point among the repairs) is drawn this wide, as a layer holds polygons only."""


def typed(frame: Frame, layer: Layer) -> Frame:
    """Give a frame the columns of a layer, in their order, with their types and one type of geometry."""
    table = pd.DataFrame({name: frame[name].astype(dtype) for name, dtype in layer.columns.items()})
    table = table.reset_index(drop=True)
    if layer.geometry is None:
        return table
    geometry = np.asarray(frame.geometry.array, dtype=object)
    return gpd.GeoDataFrame(table, geometry=of_one_type(geometry, layer.geometry), crs=frame.crs)


def no_rows(layer: Layer, crs: pyproj.CRS | None) -> Frame:
    """Return a layer that has no rows."""
    table = pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in layer.columns.items()})
    return gpd.GeoDataFrame(table, geometry=[], crs=crs) if layer.geometry else table


def of_one_type(geometries: np.ndarray, geometry: str) -> np.ndarray:
    """Return geometries as the type that a layer holds; points stay as they are."""
    if geometry == "Point":
        return geometries
    if geometry == "MultiLineString":
        flat = geometries.copy()
        single = shapely.get_type_id(flat) == shapely.GeometryType.LINESTRING
        flat[single] = shapely.multilinestrings(flat[single, np.newaxis]) if single.any() else None
        return flat
    return areal(geometries, multi=geometry == "MultiPolygon")


def areal(geometries: np.ndarray, *, multi: bool) -> np.ndarray:
    """Return plane polygons (or multipolygons) one-to-one; null for empty ones, an outline for what has no area."""
    flat = np.where(shapely.is_empty(geometries), None, geometries)
    deep = shapely.has_z(flat)
    flat[deep] = shapely.force_2d(flat[deep])
    kind = shapely.get_type_id(flat)
    thin = ~np.isin(kind, (-1, shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON))
    flat[thin] = shapely.buffer(flat[thin], SKETCH_WIDTH_M / 2)
    single = shapely.get_type_id(flat) == shapely.GeometryType.POLYGON
    if multi:
        flat[single] = shapely.multipolygons(flat[single, np.newaxis]) if single.any() else None
    return flat
