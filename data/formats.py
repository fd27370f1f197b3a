"""The formats of an export: what each can hold, and its writer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import geopandas as gpd
import pandas as pd
import shapely

from data import geojson, geopackage, geoparquet, pmtiles, shapefile
from data.build_layers import LAYERS
from data.county_files import file_name
from data.output import Frame
from data.spreadsheet_text import guarded
from geo.datum import SHIFTED_DATUMS
from geo.errors import InputError

LON_LAT = "EPSG:4326"
AS_CSV: Mapping[str, Any] = {"index": False, "lineterminator": "\r\n"}


@dataclass(frozen=True)
class Format:
    """A file format and its limits."""

    name: str
    suffixes: tuple[str, ...]
    """Of the file that is opened, the usual one first."""
    write: Callable[[Mapping[str, Frame], Path, str | None], list[str]]
    """Write layers into a directory, told the datum where it is a shifted one; return notes."""
    tables: Literal["inside", "beside", "left out"] = "inside"
    """Where a layer without geometry goes."""
    several: bool = False
    """Whether one file holds several layers."""
    bound_to: str | None = None
    """The one CRS of the format."""
    datums: tuple[str, ...] = SHIFTED_DATUMS
    """The shifted datums it may be in."""
    side_suffixes: tuple[str, ...] = ()
    room: int = 1
    """How many times the size of the layers is needed while they are written."""


def write_geojson(frames: Mapping[str, Frame], folder: Path, datum: str | None) -> list[str]:
    """Write each layer as GeoJSON, each table as CSV."""
    for name, frame in frames.items():
        if isinstance(frame, gpd.GeoDataFrame):
            geojson.write(frame, folder / f"{name}.geojson", name=name, datum=datum)
        else:
            write_csv({name: frame}, folder, datum)
    return []


def write_gpkg(frames: Mapping[str, Frame], folder: Path, datum: str | None) -> list[str]:
    """Write all layers into one GeoPackage, with their styles."""
    typed = [(name, frame, geometry_of(name, frame)) for name, frame in frames.items()]
    geopackage.write(typed, folder / "layers.gpkg")
    geopackage.finish(folder / "layers.gpkg", [name for name, _, geometry in typed if geometry])
    return []


def geometry_of(name: str, frame: Frame) -> str | None:
    """Return the type of geometry that a layer holds; None: it has none."""
    if name in LAYERS:
        return LAYERS[name].geometry
    return "Unknown" if isinstance(frame, gpd.GeoDataFrame) else None


def write_geoparquet(frames: Mapping[str, Frame], folder: Path, datum: str | None) -> list[str]:
    """Write each layer as GeoParquet."""
    for name, frame in frames.items():
        geoparquet.write_file(frame, folder / file_name(name))
    return []


def write_csv(frames: Mapping[str, Frame], folder: Path, datum: str | None) -> list[str]:
    """Write each layer as CSV with a byte order mark, for Excel; no text in it is a formula."""
    for name, frame in frames.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8-sig", newline="") as file:
            guarded(table_with_wkt(frame)).to_csv(file, **AS_CSV)
    return []


def csv_text(frame: Frame, *, head: bool) -> str:
    """Return rows as CSV, under the names of their columns where they are the first."""
    text: str = guarded(table_with_wkt(frame)).to_csv(header=head, **AS_CSV)
    return text


def table_with_wkt(frame: Frame) -> pd.DataFrame:
    """Return a layer as a table, its geometry as WKT to the millimetre (9 decimals of a degree)."""
    if not isinstance(frame, gpd.GeoDataFrame):
        return frame
    digits = 9 if frame.crs.is_geographic else 3
    table = frame.drop(columns=frame.geometry.name)
    return table.assign(wkt=shapely.to_wkt(frame.geometry.array, rounding_precision=digits))


def write_pmtiles(frames: Mapping[str, Frame], folder: Path, datum: str | None) -> list[str]:
    """Write all layers into one archive of vector tiles."""
    empty = [name for name, frame in frames.items() if not pmtiles.has_land(frame)]
    if len(empty) == len(frames):
        raise InputError(f"layer {', '.join(empty)} is empty, so that there is no tile to write")
    pmtiles.write(frames, folder / "layers.pmtiles")
    return [f"{name} is empty and is left out" for name in empty]


def write_shp(frames: Mapping[str, Frame], folder: Path, datum: str | None) -> list[str]:
    """Write each layer as a Shapefile, each table as CSV."""
    notes = []
    for name, frame in frames.items():
        if isinstance(frame, gpd.GeoDataFrame):
            notes += shapefile.write(frame, folder, name=name)
        else:
            write_csv({name: frame}, folder, datum)
    return notes


FORMATS: Mapping[str, Format] = {
    "geojson": Format("GeoJSON", (".geojson", ".json"), write_geojson, tables="beside", bound_to=LON_LAT),
    "gpkg": Format("GeoPackage", (".gpkg",), write_gpkg, several=True),
    "geoparquet": Format("GeoParquet", (".parquet", ".geoparquet"), write_geoparquet),
    "csv": Format("CSV", (".csv",), write_csv),
    "pmtiles": Format(
        "PMTiles",
        (".pmtiles",),
        write_pmtiles,
        tables="left out",
        several=True,
        bound_to=pmtiles.WEB_MERCATOR,
        datums=("GCJ-02",),
        room=8,
    ),
    "shp": Format("Shapefile", (".shp",), write_shp, tables="beside", side_suffixes=shapefile.SIDE_SUFFIXES),
}
