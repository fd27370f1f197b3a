"""Layers as GeoParquet in a directory: one file a layer, or a file a county (`data.county_files`)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyproj

from data.county_files import file_name, files_of
from geo.errors import InputError


def write_file(frame: pd.DataFrame, path: Path) -> None:
    """Write one layer."""
    frame.to_parquet(path, index=False, compression="zstd")


def layer_columns(folder: Path, wanted: Sequence[str]) -> dict[str, list[str]]:
    """List the columns of those wanted layers that the directory has."""
    try:
        return {name: pq.read_schema(files[0]).names for name in wanted if (files := files_of(folder, name))}
    except (pa.ArrowInvalid, OSError) as error:
        raise InputError(f"{folder}: not a build of One Grid: {str(error).splitlines()[0]}") from error


def crs(folder: Path, name: str) -> pyproj.CRS | None:
    """Return the CRS of a layer, if it says one."""
    file = next(iter(files_of(folder, name)), folder / file_name(name))
    about = json.loads((pq.read_schema(file).metadata or {}).get(b"geo", b"{}"))
    said = about.get("columns", {}).get(about.get("primary_column"), {}).get("crs")
    return None if said is None else pyproj.CRS(said)


def read(folder: Path, name: str, columns: Sequence[str]) -> pd.DataFrame:
    """Read columns of a layer; a GeoDataFrame when ``geometry`` is among them."""
    read_one = gpd.read_parquet if "geometry" in columns else pd.read_parquet
    parts = [read_one(file, columns=list(columns)) for file in files_of(folder, name)]
    return parts[0] if len(parts) == 1 else pd.concat(parts, ignore_index=True)


def wkb(folder: Path, name: str) -> pa.ChunkedArray:
    """Read the geometry of a layer as WKB."""
    parts = [pq.read_table(file, columns=["geometry"])["geometry"] for file in files_of(folder, name)]
    return pa.chunked_array([chunk for part in parts for chunk in part.chunks], parts[0].type)
