"""Which files may be brought, and what a process may do that opens them."""

from __future__ import annotations

import os
from functools import cache

import pyogrio

DRIVERS = frozenset(
    {
        "ESRI Shapefile", "GPKG", "GeoJSON", "ESRIJSON", "TopoJSON", "FlatGeobuf", "KML", "LIBKML", "MapInfo File",
        "OpenFileGDB", "MEM",
    }
)  # fmt: skip
"""The drivers of GDAL that open files of strangers. Others can be made to read what lies elsewhere, such as VRT: a file
of any suffix is opened by whichever driver knows its content."""
LEADERS = (
    ".shp", ".gpkg", ".geojson", ".json", ".fgb", ".parquet", ".geoparquet", ".kml", ".tab", ".mif", ".csv", ".tsv",
    ".txt", ".xlsx", ".xlsm",
)  # fmt: skip
"""Suffixes of files that are read; a FileGDB is a folder in a ZIP."""
COMPANIONS = (".shx", ".dbf", ".prj", ".cpg", ".sbn", ".sbx", ".qix", ".dat", ".map", ".id", ".ind", ".mid")
"""Suffixes of files that belong to another."""
GEODATABASE = ".gdb"


@cache
def skipped_drivers() -> str:
    """Return the drivers that GDAL is to do without, as it wants them listed."""
    return ",".join(sorted(set(pyogrio.list_drivers()) - DRIVERS))


def reading_environment() -> dict[str, str]:
    """Return the environment of a process that opens files of strangers."""
    return {**os.environ, "GDAL_SKIP": skipped_drivers()}
