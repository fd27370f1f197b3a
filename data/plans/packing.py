"""Columns as PostgreSQL's binary arrays, made by Arrow: a million values take as long as a thousand made one by one.

The format is that of ``array_send`` (src/backend/utils/adt/arrayfuncs.c): a header, then each element's length and
bytes in network order; a missing one has the length -1.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from psycopg import pq
from psycopg.adapt import Buffer, Dumper

Column: TypeAlias = "pa.Array | pa.ChunkedArray"

OIDS = {"text": 25, "jsonb": 3802, "bytea": 17, "integer": 23, "bigint": 20, "double precision": 701}
"""Of types of elements (src/include/catalog/pg_type.dat)."""
WHOLE = {"integer": ">i4", "bigint": ">i8", "double precision": ">f8"}
"""How those of one size are written."""
MISSING = -1
JSONB_VERSION = 1
BYTES = pa.large_binary()


class Packed(bytes):
    """A column as a binary array."""


class PackedDumper(Dumper):
    """Hands a column to the server as it is; the command says of which type."""

    format = pq.Format.BINARY

    def dump(self, obj: Packed) -> Buffer | None:
        """Return the bytes."""
        return obj


def packed(column: Column | Sequence[object] | np.ndarray, kind: str) -> Packed:
    """Write a column as an array of a type of PostgreSQL.

    Parameters
    ----------
    column
        Texts or bytes of any Arrow type, or numbers; missing ones are NULL. At least one.
    kind
        One of `OIDS`.

    Examples
    --------
    >>> packed(pa.array(["a", None]), "text")[20:]
    b'\\x00\\x00\\x00\\x01a\\xff\\xff\\xff\\xff'
    """
    values = column if isinstance(column, pa.Array | pa.ChunkedArray) else pa.array(column)
    values = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    elements = numbers(values, WHOLE[kind]) if kind in WHOLE else texts(values, kind)
    header = struct.pack(">iiIii", 1, int(values.null_count > 0), OIDS[kind], len(values), 1)
    return Packed(b"".join([header, elements]))


def numbers(values: pa.Array, form: str) -> bytes:
    """Write numbers, each with its length before it."""
    plain = np.dtype(form)
    rows = np.empty(len(values), dtype=[("size", ">i4"), ("value", plain)])
    rows["size"] = plain.itemsize
    rows["value"] = values.cast(pa.from_numpy_dtype(plain.newbyteorder("="))).fill_null(0).to_numpy()
    if not values.null_count:
        return rows.tobytes()
    return without_missing(rows, values)[0]


def texts(values: pa.Array, kind: str) -> memoryview:
    """Write texts or bytes, each with its length before it."""
    body = values.cast(pa.large_string() if pa.types.is_string(values.type) else values.type).cast(BYTES)
    version = [("version", "u1")] if kind == "jsonb" else []
    rows = np.empty(len(values), dtype=[("size", ">i4"), *version])
    rows["size"] = pc.binary_length(body).fill_null(0).to_numpy() + len(version)
    if version:
        rows["version"] = JSONB_VERSION
    begin, ends = without_missing(rows, values)
    offsets = pa.py_buffer(np.concatenate([[0], ends]).astype(np.int64))
    before = pa.Array.from_buffers(BYTES, len(rows), [None, offsets, pa.py_buffer(begin)])
    made = pc.binary_join_element_wise(before, body.fill_null(b""), pa.scalar(b"", BYTES))
    first, last = np.frombuffer(made.buffers()[1], dtype=np.int64)[[made.offset, made.offset + len(made)]]
    return memoryview(made.buffers()[2])[first:last]


def without_missing(rows: np.ndarray, values: pa.Array) -> tuple[bytes, np.ndarray]:
    """Write what comes before elements, of missing ones the length alone; return the bytes, and where each ends."""
    missing = values.is_null().to_numpy(zero_copy_only=False)
    rows["size"][missing] = MISSING
    each = rows.view(np.uint8).reshape(len(rows), rows.dtype.itemsize)
    kept = np.ones(each.shape, dtype=np.bool_)
    kept[missing, 4:] = False
    return each[kept].tobytes(), kept.sum(axis=1).cumsum()
