"""The ledger of a large build on disk until it is written: a file a group of communities, then one layer out of all.

Each file is in the order of the whole ledger, so that the layer is made by going through all of them side by side, some
rows of each in memory at a time.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Sequence
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import IO, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyproj
import shapely
from pyarrow import feather

from data.build_layers import LAYERS
from data.kept_folder import link
from data.layer_types import of_one_type, typed
from geo.arrays import Geometries, Ints, numbered
from geo.drawing_up import Drawn, Group
from geo.gaps.ledger import no_gaps

LAYER = "gaps"
KEPT = ("gap_id", "kind", "ledger", "severity")
"""What stays in memory of each row: its place in the order, and what a build says of its gaps at the end."""

FILE = "shelved_in"
ROWS_AT_A_TIME = 512
ROWS_A_GROUP = 32_768
"""Rows of the layer that are put together at a time: a row group of the file."""


class LedgerShelf:
    """Puts the rows of a ledger into a folder, from any process, and makes the layer of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(self, group: Group) -> Drawn:
        """Have the ledger of a group on the disk; return `KEPT` of it, and the file that it is in."""
        self.folder.mkdir(exist_ok=True)
        drawn = group.drawn()
        handle, name = tempfile.mkstemp(suffix=".arrow", dir=self.folder)
        os.close(handle)
        write_rows(drawn.rows, name)
        return lying_in(Path(name), drawn)

    def link(self, piece: Path) -> None:
        """Take rows from where they lie, finished."""
        self.folder.mkdir(exist_ok=True)
        link(self.folder / piece.name, piece)

    def write(self, ledger: pd.DataFrame, path: Path) -> None:
        """Write the layer as GeoParquet; ``ledger`` is what was kept, in the order of the layer."""
        number, names = pd.factorize(ledger[FILE])
        files = [self.folder / name for name in names] or sorted(self.folder.iterdir())[:1]
        shelves = [Shelf(file) for file in files]
        schema = schema_of(shelves)
        with pq.ParquetWriter(path, schema, compression="zstd") as writer:
            for first in range(0, len(ledger), ROWS_A_GROUP):
                rows = interleaved(shelves, number[first : first + ROWS_A_GROUP])
                writer.write_table(rows.replace_schema_metadata(schema.metadata))


def lying_in(file: Path, drawn: Drawn) -> Drawn:
    """Return what stays in memory of a ledger that lies in a file: `KEPT`, and which file that is."""
    return drawn._replace(rows=pd.DataFrame({key: drawn.rows[key].array for key in KEPT} | {FILE: file.name}))


def write_rows(rows: gpd.GeoDataFrame, file: str | IO[bytes]) -> None:
    """Write rows, worst first, as the layer has them."""
    types = LAYERS[LAYER].columns
    wkb, about = in_wkb(np.asarray(rows.geometry.array, dtype=object))
    schema = described(layer_schema(rows.crs), about)
    texts_and_numbers = [rows[name].astype(kind).array for name, kind in types.items()]
    columns = [pa.array(values, schema.field(name).type) for name, values in zip(types, texts_and_numbers, strict=True)]
    table = pa.Table.from_arrays([*columns, wkb], schema=schema)
    feather.write_feather(table, file, compression="lz4", chunksize=ROWS_AT_A_TIME)


def in_wkb(shapes: Geometries) -> tuple[pa.Array, dict[str, Any]]:
    """Write shapes as the layer has them, one that several gaps have once; return also their extent and types."""
    first, number = numbered(np.fromiter(map(id, shapes), dtype=np.int64, count=len(shapes)))
    distinct = of_one_type(shapes[first], "MultiPolygon")
    there = distinct[~shapely.is_missing(distinct)]
    box = shapely.total_bounds(there) if len(there) else np.full(4, np.nan)
    about = {"geometry_types": ["MultiPolygon"] if len(there) else [], "bbox": box.tolist()}
    return pa.array(shapely.to_wkb(distinct, flavor="iso"), pa.binary()).take(pa.array(number)), about


@cache
def layer_schema(crs: pyproj.CRS) -> pa.Schema:
    """Return the schema of the layer as `GeoDataFrame.to_feather` writes it without rows."""
    file = BytesIO()
    typed(no_gaps(crs), LAYERS[LAYER]).to_feather(file, index=False)
    return pa.ipc.open_file(file).schema


def described(schema: pa.Schema, about: dict[str, Any]) -> pa.Schema:
    """Say in the GeoParquet metadata of a schema what is said of its geometries."""
    said = json.loads(schema.metadata[b"geo"])
    said["columns"]["geometry"] |= about
    return schema.with_metadata(schema.metadata | {b"geo": json.dumps(said).encode()})


class Shelf:
    """A file of rows, read from its beginning to its end.

    It is open only while something is read: a country has more files than a process may have open.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with pa.OSFile(str(path)) as raw:
            file = pa.ipc.open_file(raw)
            self.schema, self.batches = file.schema, iter(range(file.num_record_batches))
        self.rest = self.schema.empty_table()

    def next_batch(self) -> pa.RecordBatch:
        """Read the next rows that lie together."""
        with pa.OSFile(str(self.path)) as raw:
            return pa.ipc.open_file(raw).get_batch(next(self.batches))

    def take(self, rows: int) -> pa.Table:
        """Return the next so many rows."""
        while len(self.rest) < rows:
            self.rest = pa.concat_tables([self.rest, pa.Table.from_batches([self.next_batch()])])
        taken, self.rest = self.rest.slice(0, rows), self.rest.slice(rows)
        return taken


def interleaved(shelves: Sequence[Shelf], number: Ints) -> pa.Table:
    """Take the next rows of some files, as many of each as it is numbered, and put them in that order."""
    count = np.bincount(number, minlength=len(shelves))
    parts = pa.concat_tables([shelf.take(rows) for shelf, rows in zip(shelves, count.tolist(), strict=True)])
    place = np.empty(len(number), dtype=np.int64)
    place[np.argsort(number, kind="stable")] = np.arange(len(number))
    return parts.combine_chunks().take(place)


def schema_of(shelves: Sequence[Shelf]) -> pa.Schema:
    """Return the schema of all files, whose GeoParquet metadata tell the extent and the types of all rows."""
    about = [json.loads(shelf.schema.metadata[b"geo"])["columns"]["geometry"] for shelf in shelves]
    return described(shelves[0].schema, extent_and_types(about))


def extent_and_types(columns: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Join what the metadata of several files say of their geometries."""
    types = sorted({name for column in columns for name in column["geometry_types"]})
    boxes = np.array([column["bbox"] for column in columns if not np.isnan(column.get("bbox", np.nan)).any()])
    if not len(boxes):
        return {"geometry_types": types}
    return {"geometry_types": types, "bbox": [*boxes[:, :2].min(axis=0).tolist(), *boxes[:, 2:].max(axis=0).tolist()]}
