"""The features of a layer as the frame that `geo.sources.Sources` holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyproj
from shapely import GeometryType

from data.reading.fields import as_codes, as_counts, as_flags, as_one_of, optional_text
from data.reading.geometries import LINES, POINTS, POLYGONS
from data.reading.source_file import Repair, SourceFile, counted
from geo.arrays import Geometries
from geo.sources import COUNTS, REPAIR_COLUMNS, SOURCE_LAYERS, UNIT_COLUMNS, no_repairs

Columns = dict[str, Any]

KINDS: Mapping[str, Sequence[GeometryType]] = {
    "community": POLYGONS,
    **dict.fromkeys(SOURCE_LAYERS, POLYGONS),
    "management_area": POLYGONS,
    "building": POINTS + POLYGONS,
    "premises": POINTS,
    "facility": POINTS,
    "road": LINES,
    "barrier": LINES,
}
"""What each layer is drawn with."""

MANAGEMENT_TYPES = {
    "routine": "routine",
    "general_prevention": "general_prevention",
    "key_attention": "key_attention",
    "concentrated_rectification": "concentrated_rectification",
    "日常管理型": "routine",
    "一般防范型": "general_prevention",
    "重点关注型": "key_attention",
    "集中整治型": "concentrated_rectification",
}
PREMISES_KINDS = {
    "new_built": "new_built",
    "bought": "bought",
    "leased": "leased",
    "developer_provided": "developer_provided",
    "新建": "new_built",
    "购买": "bought",
    "租赁": "leased",
    "开发商提供": "developer_provided",
}


def columns_of(file: SourceFile) -> tuple[Columns, list[Repair]]:
    """Return the columns of a file's features beside geometry, and what was changed to read them."""
    columns, repairs = _COLUMNS_OF[file.layer](file)
    return {"source_id": file.ids, **columns}, repairs


def join(columns: Sequence[Columns], geometries: Sequence[Geometries], crs: pyproj.CRS) -> gpd.GeoDataFrame:
    """Join the files of a layer, in order, into one frame with a fresh index."""
    frames = [pd.DataFrame({name: _series(values) for name, values in one.items()}) for one in columns]
    table = frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)
    return gpd.GeoDataFrame(table.reset_index(drop=True), geometry=np.concatenate(geometries), crs=crs)


def join_units(frames: Mapping[str, gpd.GeoDataFrame], crs: pyproj.CRS) -> gpd.GeoDataFrame:
    """Join the source layers into one frame of units."""
    tables = [frame.assign(layer=layer) for layer, frame in frames.items()]
    units = pd.concat(tables, ignore_index=True)
    return gpd.GeoDataFrame(units[[*UNIT_COLUMNS, "geometry"]], geometry="geometry", crs=crs)


def repairs_frame(repairs: Sequence[Repair], crs: pyproj.CRS) -> gpd.GeoDataFrame:
    """Return the table of repairs; reading moves no land, so ``changed_m2`` is 0."""
    if not repairs:
        return no_repairs(crs)
    table = pd.DataFrame([[*repair, 0.0] for repair in repairs], columns=list(REPAIR_COLUMNS))
    return gpd.GeoDataFrame(table, geometry=np.full(len(repairs), None, dtype=object), crs=crs)


def _community(file: SourceFile) -> tuple[Columns, list[Repair]]:
    texts = {key: optional_text(file, key) for key in ("name", "street", "phone", "street_name", "county_name")}
    return {"code": as_codes(file), **texts, "rural": as_flags(file, "rural")}, []


def _unit(file: SourceFile) -> tuple[Columns, list[Repair]]:
    texts = ("owners_committee", "property_company", "property_party")
    return {
        "name": optional_text(file, "name"),
        **{key: as_counts(file, key) for key in COUNTS},
        **{key: optional_text(file, key) for key in texts},
    }, []


def _management_area(file: SourceFile) -> tuple[Columns, list[Repair]]:
    kinds = as_one_of(file, "type", MANAGEMENT_TYPES)
    columns = {"name": optional_text(file, "name"), "type": pc.fill_null(kinds, "routine")}
    if not kinds.null_count:
        return columns, []
    return columns, [file.repair("no management type", f"{counted(kinds.null_count, 'area')} taken as routine")]


def _building(file: SourceFile) -> tuple[Columns, list[Repair]]:
    return {"name": optional_text(file, "name"), **{key: as_counts(file, key) for key in COUNTS}}, []


def _premises(file: SourceFile) -> tuple[Columns, list[Repair]]:
    return {"kind": as_one_of(file, "kind", PREMISES_KINDS), "name": optional_text(file, "name")}, []


def _facility(file: SourceFile) -> tuple[Columns, list[Repair]]:
    return {key: optional_text(file, key) for key in ("kind", "name")}, []


def _line(file: SourceFile) -> tuple[Columns, list[Repair]]:
    return {"name": optional_text(file, "name")}, []


_COLUMNS_OF: Mapping[str, Callable[[SourceFile], tuple[Columns, list[Repair]]]] = {
    "community": _community,
    **dict.fromkeys(SOURCE_LAYERS, _unit),
    "management_area": _management_area,
    "building": _building,
    "premises": _premises,
    "facility": _facility,
    "road": _line,
    "barrier": _line,
}


def _series(values: Any) -> pd.Series:
    return values.to_pandas() if isinstance(values, pa.Array) else pd.Series(values)
