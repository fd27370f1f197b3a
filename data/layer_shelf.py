"""Layers of a large build on disk until they are written: a file a section, then one layer out of all.

Sections follow each other in the order of the layer, so that a layer is made by reading one file after the other.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from data.build_layers import LAYERS
from data.county_files import BY_COUNTY, counties_of, file_name
from data.kept_folder import link
from data.layer_types import typed
from data.ledger_shelf import ROWS_A_GROUP, described, extent_and_types

ROWS_AT_A_TIME = 8_192

GEO = b"geo"


class LayerShelf:
    """Puts the rows of layers into a folder, from any process, and makes the layers of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, layer: str, section: int, rows: pd.DataFrame) -> None:
        """Keep the rows of a section."""
        path = self.place(layer, section)
        half = path.with_suffix(".part")
        with half.open("wb") as file:
            write_rows(layer, rows, file)
        half.replace(path)  # so that none is half of one, whose worker was killed

    def link(self, layer: str, section: int, piece: Path) -> None:
        """Take the rows of a section from where they lie, finished."""
        link(self.place(layer, section), piece)

    def place(self, layer: str, section: int) -> Path:
        """Return where the rows of a section lie."""
        self.folder.mkdir(exist_ok=True)
        return self.folder / f"{layer}.{section:06}.arrow"

    def clear(self) -> None:
        """Forget all rows."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def pieces(self, layer: str) -> list[Path]:
        """List the files of a layer, in the order of its rows; none where nothing was put here."""
        return sorted(self.folder.glob(f"{layer}.*.arrow")) if self.folder.is_dir() else []

    def write(self, layer: str, folder: Path, *, by_county: bool) -> int:
        """Write a layer as GeoParquet into a directory: one file, or a file a county; return how many rows it has."""
        pieces = self.pieces(layer)
        counties = counties_of(map(codes_of, pieces)) if by_county and layer in BY_COUNTY else None
        if counties is None:
            return write_table(schema_of(pieces), rows_of(pieces), folder / file_name(layer))
        (folder / layer).mkdir(exist_ok=True)  # it may be there of a worker that was killed
        schema, rows = schema_of(pieces), Rows(rows_of(pieces))
        return sum(
            write_table(schema, rows.take(size), folder / layer / file_name(county)) for county, size in counties
        )


def write_rows(layer: str, rows: pd.DataFrame, file: IO[bytes]) -> None:
    """Write rows of a layer, as it has them."""
    plain = typed(rows, LAYERS[layer])
    if isinstance(plain, gpd.GeoDataFrame):
        plain.to_feather(file, index=False, compression="lz4", chunksize=ROWS_AT_A_TIME)
    else:
        table = pa.Table.from_pandas(plain, preserve_index=False)
        pa.feather.write_feather(table, file, compression="lz4", chunksize=ROWS_AT_A_TIME)


def schema_of(pieces: Sequence[Path]) -> pa.Schema:
    """Return the schema of all pieces, whose GeoParquet metadata tell the extent and the types of all rows."""
    schemas = []
    for path in pieces:
        with pa.OSFile(str(path)) as raw:
            schemas.append(pa.ipc.open_file(raw).schema)
    if GEO not in (schemas[0].metadata or {}):
        return schemas[0]
    about = [json.loads(schema.metadata[GEO])["columns"]["geometry"] for schema in schemas]
    return described(schemas[0], extent_and_types(about))


def rows_of(pieces: Iterable[Path]) -> Iterator[pa.RecordBatch]:
    """Read the rows of pieces, some at a time."""
    for path in pieces:
        with pa.OSFile(str(path)) as raw:
            file = pa.ipc.open_file(raw)
            for number in range(file.num_record_batches):
                yield file.get_batch(number)


def codes_of(piece: Path) -> list[str | None]:
    """Read the codes of a piece."""
    codes: list[str | None] = pa.feather.read_table(piece, columns=["code"], memory_map=False)["code"].to_pylist()
    return codes


class Rows:
    """Rows that come in batches, taken as many at a time as are wanted."""

    def __init__(self, batches: Iterator[pa.RecordBatch]) -> None:
        self.batches = batches
        self.rest: pa.RecordBatch | None = None

    def take(self, rows: int) -> Iterator[pa.RecordBatch]:
        """Yield the next so many rows."""
        while rows:
            batch = self.rest or next(self.batches)
            yield batch.slice(0, rows)
            self.rest = batch.slice(rows) if len(batch) > rows else None
            rows -= min(len(batch), rows)


def write_table(schema: pa.Schema, batches: Iterator[pa.RecordBatch], path: Path) -> int:
    """Write rows as one file, in row groups that hang on their number alone; return how many there are."""
    waiting: list[pa.RecordBatch] = []
    count = written = 0
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for batch in batches:
            waiting.append(batch)
            count, written = count + len(batch), written + len(batch)
            while count >= ROWS_A_GROUP:
                table = pa.Table.from_batches(waiting)
                writer.write_table(grouped(table.slice(0, ROWS_A_GROUP), schema), ROWS_A_GROUP)
                waiting, count = table.slice(ROWS_A_GROUP).to_batches(), count - ROWS_A_GROUP
        if waiting:
            writer.write_table(grouped(pa.Table.from_batches(waiting), schema), ROWS_A_GROUP)
    return written


def grouped(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """Return rows in one piece, so that nothing tells from how many they came."""
    return table.combine_chunks().replace_schema_metadata(schema.metadata)
