"""Reading GeoParquet, the one format that our GDAL has no driver for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from data.reading.input_files import Features, require_columns
from geo.arrays import Geometries
from geo.errors import InputError


def read_geoparquet(path: Path, written: str, mapped: Mapping[str, str]) -> Features:
    """Read the mapped columns and the geometries of a GeoParquet file.

    Raises
    ------
    InputError
        The file is no GeoParquet, or a mapped column is not there.
    """
    schema = pq.read_schema(path)
    about = json.loads((schema.metadata or {}).get(b"geo", b"null"))
    if about is None:
        raise InputError(f"{written}: is Parquet without a geometry column; write it as GeoParquet")
    primary = about["primary_column"]
    names = [name for name in schema.names if name not in about["columns"] and not name.startswith("__index_level_")]
    dropped = require_columns(written, mapped, names)
    table = pq.read_table(path, columns=list(mapped.values()))
    return Features(
        sublayer=path.stem,
        driver="GeoParquet",
        crs=_crs(about["columns"][primary]),
        columns={key: _array(table.column(column)) for key, column in mapped.items()},
        dropped=dropped,
        wkb=_wkb(path, primary, about["columns"][primary]["encoding"]),
    )


def _crs(column: dict[str, Any]) -> str | None:
    """Return the CRS as PROJJSON; without the key it is OGC:CRS84 by the specification, with null nobody says."""
    crs = column.get("crs", "OGC:CRS84")
    return crs if crs is None or isinstance(crs, str) else json.dumps(crs)


def _wkb(path: Path, column: str, encoding: str) -> Geometries:
    if encoding == "WKB":
        wkb: Geometries = pq.read_table(path, columns=[column]).column(column).to_numpy()
        return wkb
    geometries = np.asarray(gpd.read_parquet(path, columns=[column]).geometry.array, dtype=object)
    return np.asarray(shapely.to_wkb(geometries), dtype=object)


def _array(column: pa.ChunkedArray) -> pa.Array:
    array = column.combine_chunks()
    array = pa.concat_arrays(array.chunks) if isinstance(array, pa.ChunkedArray) else array
    return array.dictionary_decode() if pa.types.is_dictionary(array.type) else array
