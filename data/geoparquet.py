"""Layers as GeoParquet, one file a layer in a directory."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyproj

from geo.errors import InputError


def write(layers: Iterable[tuple[str, pd.DataFrame, str | None]], folder: Path) -> None:
    """Write layers (name, frame, geometry type or None) into a directory, new or begun."""
    folder.mkdir(exist_ok=True)
    for name, frame, _ in layers:
        write_file(frame, folder / file_name(name))


def finish(folder: Path, spatial: Sequence[str]) -> None:
    """Add nothing: GeoParquet has no styles."""


def write_file(frame: pd.DataFrame, path: Path) -> None:
    """Write one layer."""
    frame.to_parquet(path, index=False, compression="zstd")


def file_name(name: str) -> str:
    """Return the file of a layer.

    >>> file_name("grids")
    'grids.parquet'
    """
    return f"{name}.parquet"


def layer_columns(folder: Path, wanted: Sequence[str]) -> dict[str, list[str]]:
    """List the columns of those wanted layers that the directory has."""
    paths = {name: folder / file_name(name) for name in wanted}
    try:
        return {name: pq.read_schema(path).names for name, path in paths.items() if path.is_file()}
    except (pa.ArrowInvalid, OSError) as error:
        raise InputError(f"{folder}: not a build of One Grid: {str(error).splitlines()[0]}") from error


def crs(folder: Path, name: str) -> pyproj.CRS | None:
    """Return the CRS of a layer, if it says one."""
    about = json.loads((pq.read_schema(folder / file_name(name)).metadata or {}).get(b"geo", b"{}"))
    said = about.get("columns", {}).get(about.get("primary_column"), {}).get("crs")
    return None if said is None else pyproj.CRS(said)


def read(folder: Path, name: str, columns: Sequence[str]) -> pd.DataFrame:
    """Read columns of a layer; a GeoDataFrame when ``geometry`` is among them."""
    path = folder / file_name(name)
    if "geometry" not in columns:
        return pd.read_parquet(path, columns=list(columns))
    return gpd.read_parquet(path, columns=list(columns))


def wkb(folder: Path, name: str) -> pa.ChunkedArray:
    """Read the geometry of a layer as WKB."""
    return pq.read_table(folder / file_name(name), columns=["geometry"])["geometry"]
