"""Shapefiles within their limits: field names of 10 bytes, texts of 254 bytes, each cut told."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from data import gdal
from data.geopackage import DATE, as_arrow, crs_text

NAME_BYTES, TEXT_BYTES = 10, 254
SIDE_SUFFIXES = (".shx", ".dbf", ".prj", ".cpg", ".fields.csv")


def write(frame: gpd.GeoDataFrame, folder: Path, *, name: str) -> list[str]:
    """Write one layer in UTF-8 as ``name`` + ``.shp`` and `SIDE_SUFFIXES`; return what was cut.

    ``.fields.csv`` says which field holds which column.
    """
    short = short_names(frame.columns.drop("geometry"))
    cut, notes = cut_texts(frame, name)
    table = as_arrow(cut.rename(columns=short))
    gdal.raw.write_arrow(
        table,
        folder / f"{name}.shp",
        driver="ESRI Shapefile",
        geometry_name="geometry",
        geometry_type=kind_of(frame),
        crs=crs_text(frame.crs),
        layer_options={"ENCODING": "UTF-8", "DBF_DATE_LAST_UPDATE": DATE[:10], "2GB_LIMIT": "YES"},
    )
    with (folder / f"{name}.fields.csv").open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([("field", "column"), *((field, column) for column, field in short.items())])
    return notes


def kind_of(frame: gpd.GeoDataFrame) -> str:
    """Name the one kind of geometry that a Shapefile may hold: that of the layer's first feature, else polygons."""
    there = frame.geometry.geom_type.dropna()
    return "Polygon" if there.empty else there.iloc[0].removeprefix("Multi")


def short_names(columns: Iterable[str]) -> dict[str, str]:
    """Cut names to 10 bytes of UTF-8 and keep them apart, whatever their case.

    >>> short_names(["management_type", "management_area", "网格网格名称"])
    {'management_type': 'management', 'management_area': 'manageme_1', '网格网格名称': '网格网'}
    """
    taken: set[str] = set()
    short = {}
    for column in columns:
        name, number = cut_bytes(column, NAME_BYTES), 0
        while name.lower() in taken:
            number += 1
            name = f"{cut_bytes(column, NAME_BYTES - 1 - len(str(number)))}_{number}"
        taken.add(name.lower())
        short[column] = name
    return short


def cut_bytes(text: str, size: int) -> str:
    """Return the longest beginning of a text that takes at most ``size`` bytes of UTF-8."""
    return text.encode()[:size].decode(errors="ignore")


def cut_texts(frame: pd.DataFrame, name: str) -> tuple[pd.DataFrame, list[str]]:
    """Cut texts to 254 bytes of UTF-8; return the frame and a note a column that had longer ones."""
    notes, cut = [], {}
    for column in frame.columns[frame.dtypes == "str"]:
        length = pc.binary_length(pa.array(frame[column]).cast(pa.large_binary()))
        long = pc.greater(length, TEXT_BYTES).fill_null(False).to_numpy(zero_copy_only=False)
        if long.any():
            cut[column] = frame[column].mask(long, frame.loc[long, column].map(lambda x: cut_bytes(x, TEXT_BYTES)))
            notes.append(f"{name}.{column}: {long.sum()} values cut to {TEXT_BYTES} bytes, the limit of a Shapefile")
    return frame.assign(**cut), notes
