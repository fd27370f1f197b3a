"""What a file is called against what it will hold: ``-o out.shp`` must not make a folder of GeoParquet."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from geo.errors import InputError

KNOWN = frozenset(
    {
        *(
            ".gpkg",
            ".shp",
            ".dbf",
            ".shx",
            ".prj",
            ".geojson",
            ".geojsonl",
            ".json",
            ".topojson",
            ".kml",
            ".kmz",
            ".gml",
        ),
        *(".fgb", ".gdb", ".mdb", ".tab", ".mif", ".dxf", ".dwg", ".parquet", ".geoparquet", ".pmtiles", ".mbtiles"),
        *(".sqlite", ".db", ".csv", ".tsv", ".txt", ".xls", ".xlsx", ".doc", ".docx", ".pdf", ".html", ".htm", ".xml"),
        *(
            ".zip",
            ".rar",
            ".7z",
            ".gz",
            ".tar",
            ".png",
            ".jpg",
            ".jpeg",
            ".svg",
            ".tif",
            ".tiff",
            ".toml",
            ".qgz",
            ".qgs",
        ),
    }
)
"""Suffixes that promise a format. Any other ending, such as that of ``grid.2026``, promises nothing."""


def require_suffix(out: Path, holds: str, own: Collection[str], remedy: str) -> None:
    """Refuse a name that promises another format than is written.

    Parameters
    ----------
    holds
        What will be written.
    own
        The suffixes it may have.
    remedy
        What to do instead.

    Raises
    ------
    InputError
        One line.
    """
    ending = out.suffix.lower()
    if ending in KNOWN and ending not in own:
        raise InputError(f"cannot write {out}: it ends in {ending}, but {holds}; {remedy}")
