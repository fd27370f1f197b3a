"""Geometry on its way from a build to the database as bytes: nothing is computed with it, so nothing is read of it.

A build has well-known binary (OGC 06-103r4, 8.2) in little-endian order and two dimensions; PostGIS takes its own
extended form, which names the CRS.
"""

from __future__ import annotations

import struct

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from data.plans.packing import BYTES, Column
from geo.arrays import Geometries, Ints

LITTLE_ENDIAN, WITH_SRID = b"\x01", b"\x20"
COLLECTION = 7
END = 2**40
"""Beyond the end of any geometry; Arrow 26 counts wrongly where a slice has no end."""
ONE_POLYGON = struct.pack("<BII", 1, 6, 1)
"""How a multipolygon of one part begins; what follows is the polygon."""


def simple(wkb: Column) -> pa.LargeBinaryArray:
    """Return multipolygons of one part as polygons, as the engine has them."""
    whole = flat(wkb)
    alone = pc.equal(pc.binary_slice(whole, 0, len(ONE_POLYGON)), ONE_POLYGON)
    return pc.if_else(alone, pc.binary_slice(whole, len(ONE_POLYGON), END), whole)


def ewkb(wkb: Column, srid: int) -> pa.LargeBinaryArray:
    """Return geometries with their CRS, as PostGIS takes them; missing ones stay missing."""
    whole = flat(wkb)
    kind, rest = pc.binary_slice(whole, 1, 4), pc.binary_slice(whole, 5, END)
    return bytes_joined(LITTLE_ENDIAN, kind, WITH_SRID + struct.pack("<I", srid), rest)


def collections(wkb: Column, first: Ints, srid: int) -> pa.LargeBinaryArray:
    """Put geometries together, with their CRS.

    Parameters
    ----------
    wkb
        One collection's after the other's.
    first
        Where each collection's begin, and one more at the end.
    """
    parts = pa.LargeListArray.from_arrays(pa.array(first, pa.int64()), flat(wkb))
    kind = COLLECTION | WITH_SRID[0] << 24
    heads = np.empty(len(first) - 1, dtype=[("order", "u1"), ("kind", "<u4"), ("srid", "<u4"), ("count", "<u4")])
    heads["order"], heads["kind"], heads["srid"], heads["count"] = 1, kind, srid, np.diff(first)
    size = heads.dtype.itemsize
    head = pa.FixedSizeBinaryArray.from_buffers(pa.binary(size), len(heads), [None, pa.py_buffer(heads.tobytes())])
    return bytes_joined(head.cast(BYTES), pc.binary_join(parts, pa.scalar(b"", BYTES)))


def drawn(wkb: Column) -> Geometries:
    """Return geometries to compute with."""
    return np.asarray(shapely.from_wkb(simple(wkb).to_numpy(zero_copy_only=False)), dtype=object)


def written(geometries: Geometries) -> pa.LargeBinaryArray:
    """Return geometries that were computed, as a build has them; None is missing."""
    return pa.array(shapely.to_wkb(geometries), BYTES)


def flat(column: Column) -> pa.LargeBinaryArray:
    """Return bytes of any length in all, in one piece."""
    large = column.cast(BYTES)
    return large.combine_chunks() if isinstance(large, pa.ChunkedArray) else large


def bytes_joined(*parts: pa.Array | bytes) -> pa.LargeBinaryArray:
    """Join bytes row by row."""
    columns = [pa.scalar(one, BYTES) if isinstance(one, bytes) else one for one in parts]
    return pc.binary_join_element_wise(*columns, pa.scalar(b"", BYTES))
