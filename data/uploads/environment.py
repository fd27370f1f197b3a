"""Which files may be brought, and what a process may do that opens them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache

from data import gdal
from data.settings import IN_FILE, PREFIX

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
    return ",".join(sorted(set(gdal.list_drivers()) - DRIVERS))


def reading_environment(told: Mapping[str, str], *, reaches: bool) -> dict[str, str]:
    """Return the environment of a process that opens files of strangers.

    Parameters
    ----------
    told
        How the database is reached, by name. A secret stands in place of the name of its file: both would be refused.
    reaches
        Whether it is told that; else it has no setting of ours at all.
    """
    if not reaches:
        own = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
        return {**own, "GDAL_SKIP": skipped_drivers()}
    own = {name: value for name, value in os.environ.items() if name.removesuffix(IN_FILE) not in told}
    return {**own, **told, "GDAL_SKIP": skipped_drivers()}
