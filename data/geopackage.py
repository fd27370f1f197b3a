"""Layers in one GeoPackage, through GDAL's Arrow interface, with the styles QGIS shows them in."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyproj

from data import gdal, grid_overlays
from data.qml import style_qml
from data.sld import style_sld
from data.styles import Style, styles_of
from geo.errors import InputError

DATE = "2026-01-01T00:00:00.000Z"
"""The last change as the file tells it: one date for all, so that the same build gives the same bytes."""

OPTIONS = {
    "OGR_CURRENT_DATE": DATE,
    # the file is written beside its place and thrown away on any failure, so that it needs no journal
    "OGR_SQLITE_JOURNAL": "OFF",
    "OGR_SQLITE_SYNCHRONOUS": "OFF",
}
VERSION = "1.2"
"""Of the GeoPackage standard: older programs warn at what GDAL 3.12 writes unasked (1.4), and nothing here needs it."""
ROWS_A_BATCH = 65_536

# as QGIS makes it
STYLE_TABLE = """
CREATE TABLE layer_styles (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256), f_table_schema TEXT(256),
  f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT,
  useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30),
  update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')))
"""


def write(layers: Iterable[tuple[str, pd.DataFrame, str | None]], path: Path) -> None:
    """Write layers (name, frame, geometry type or None) to a GeoPackage, new or begun; all with an R-tree."""
    with gdal_options(OPTIONS):
        for name, frame, geometry in layers:
            append(path, name, frame, geometry)


def finish(path: Path, spatial: Sequence[str]) -> None:
    """Add the view of the grids with what serves them, and have QGIS show the layers with geometry in their styles."""
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode = OFF")
        database.execute("PRAGMA synchronous = OFF")
        there = [*spatial, grid_overlays.NAME] if grid_overlays.add_overlays(database, DATE) else spatial
        add_styles(database, [style for name in there for style in styles_of(name)])
        database.commit()


def append(path: Path, name: str, frame: pd.DataFrame, geometry: str | None) -> None:
    """Add one layer, in batches, so that the WKB of a large one is never held whole."""
    spatial: Mapping[str, object] = {}
    if isinstance(frame, gpd.GeoDataFrame):
        spatial = {"geometry_name": "geometry", "geometry_type": geometry, "crs": crs_text(frame.crs)}
        spatial = {**spatial, "GEOMETRY_NAME": "geometry"}
    if not path.exists():
        spatial = {**spatial, "dataset_options": {"VERSION": VERSION}}
    stream = pa.RecordBatchReader.from_batches(as_arrow(frame.iloc[:0]).schema, batches(frame))
    gdal.raw.write_arrow(stream, path, driver="GPKG", layer=name, append=path.exists(), **spatial)


def batches(frame: pd.DataFrame) -> Iterator[pa.RecordBatch]:
    """Yield a frame as Arrow, some rows at a time, of however many pieces its columns were put together."""
    for start in range(0, len(frame), ROWS_A_BATCH):
        pieces = [batch for batch in as_arrow(frame.iloc[start : start + ROWS_A_BATCH]).to_batches() if len(batch)]
        yield from pieces if len(pieces) == 1 else pa.Table.from_batches(pieces).combine_chunks().to_batches()


def as_arrow(frame: pd.DataFrame) -> pa.Table:
    """Return a frame as an Arrow table without its index."""
    if isinstance(frame, gpd.GeoDataFrame):
        return pa.table(frame.to_arrow(index=False, geometry_encoding="WKB"))
    return pa.Table.from_pandas(frame, preserve_index=False)


def crs_text(crs: pyproj.CRS) -> str:
    """Name a CRS for GDAL: by its code, else by its definition."""
    authority = crs.to_authority(min_confidence=100)
    return ":".join(authority) if authority else crs.to_wkt("WKT2_2019")


def add_styles(database: sqlite3.Connection, styles: Sequence[Style]) -> None:
    """Add the table of styles that QGIS looks for, and register it."""
    rows = [
        ("", "", s.layer, "geometry", s.name, style_qml(s), style_sld(s), s.default, s.description, "", None, DATE)
        for s in styles
    ]
    database.execute(STYLE_TABLE)
    database.executemany(f"INSERT INTO layer_styles VALUES (NULL{', ?' * 12})", rows)
    database.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, last_change, srs_id)"
        " VALUES ('layer_styles', 'attributes', 'layer_styles', ?, 0)",
        [DATE],
    )


def layer_columns(path: Path, wanted: Sequence[str]) -> dict[str, list[str]]:
    """List the columns of those wanted layers that the file has."""
    try:
        there = set(gdal.list_layers(path)[:, 0])
        infos = {name: gdal.read_info(path, layer=name) for name in wanted if name in there}
    except gdal.errors.DataSourceError as error:
        raise InputError(f"{path}: not a build of One Grid, as GDAL can't open it as a GeoPackage") from error
    return {name: [*info["fields"], *(["geometry"] if info["geometry_type"] else [])] for name, info in infos.items()}


def crs(path: Path, name: str) -> pyproj.CRS | None:
    """Return the CRS of a layer, if it says one."""
    said = gdal.read_info(path, layer=name)["crs"]
    return None if said is None else pyproj.CRS(said)


def read(path: Path, name: str, columns: Sequence[str]) -> pd.DataFrame:
    """Read columns of a layer; a GeoDataFrame when ``geometry`` is among them."""
    fields = [column for column in columns if column != "geometry"]
    return gdal.read_dataframe(path, layer=name, columns=fields, read_geometry="geometry" in columns, use_arrow=True)


def wkb(path: Path, name: str) -> pa.ChunkedArray:
    """Read the geometry of a layer as WKB."""
    about, table = gdal.raw.read_arrow(path, layer=name, columns=[])
    return table[about["geometry_name"] or "wkb_geometry"]


@contextmanager
def gdal_options(options: Mapping[str, str]) -> Iterator[None]:
    """Set options of GDAL, which are global, for the time of a block."""
    before = {name: gdal.get_gdal_config_option(name) for name in options}
    gdal.set_gdal_config_options(dict(options))
    try:
        yield
    finally:
        gdal.set_gdal_config_options(before)
