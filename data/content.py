"""What something holds, as a hash: the same for the same, whichever build it was made in."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyproj
import shapely

from geo.standards import Standards

if TYPE_CHECKING:
    from hashlib import _Hash


def content_of(*things: Any) -> str:
    """Return a hash of some things and of the programs that work on them."""
    digest = hashlib.sha256()
    add(digest, (programs(), things))
    return digest.hexdigest()


LIBRARIES = ("numpy", "pandas", "geopandas", "pyarrow", "pyproj", "scipy", "shapely", "openpyxl")
OURS = ("geo", "data")
"""The folders of this program that a build is made by."""


Programs: TypeAlias = tuple[str, ...]

OTHER_PROGRAMS = (
    "a worker has another version of One Grid, or of its libraries, than this machine; install the same on both"
)


@cache
def programs() -> Programs:
    """Return what says which programs results hang on: versions of libraries, and of this one a hash of its code.

    A version of ours alone would not do: who updates by git has other code under the same.
    """
    return (*map(version, LIBRARIES), shapely.geos_version_string, pyproj.proj_version_str, code_of_ours())


def code_of_ours() -> str:
    """Return a hash of the code that builds are made by."""
    digest = hashlib.sha256()
    for name in OURS:
        folder = Path(str(files(name)))
        for path in sorted(folder.rglob("*.py")):
            digest.update(f"{name}/{path.relative_to(folder).as_posix()}\n".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def add(digest: _Hash, thing: Any) -> None:
    """Add what something holds to a hash, with its type, so that two things never pass for each other.

    Raises
    ------
    TypeError
        Nobody said what such a thing holds.
    """
    digest.update(f"{type(thing).__qualname__}(".encode())
    if isinstance(thing, np.ndarray):
        add_array(digest, thing)
    elif isinstance(thing, Standards) or thing is None or isinstance(thing, (str, bytes, bool, int, float)):
        digest.update(repr(thing).encode())
    elif isinstance(thing, pyproj.CRS):
        digest.update(thing.to_wkt().encode())
    elif isinstance(thing, pd.DataFrame):
        add_frame(digest, thing)
    elif isinstance(thing, Mapping):
        add(digest, tuple(thing.items()))
    elif isinstance(thing, (tuple, list)):
        for one in thing:
            add(digest, one)
    elif is_dataclass(thing):
        for field in fields(thing):
            add(digest, getattr(thing, field.name))
    elif type(thing).__name__ == "KDTree":  # whose module is slow to import
        add_array(digest, np.asarray(thing.data))
    else:
        raise TypeError(f"what does a {type(thing).__qualname__} hold?")
    digest.update(b")")


def add_array(digest: _Hash, array: np.ndarray) -> None:
    """Add the values of an array: shapes as WKB, other objects as they are written."""
    digest.update(f"{array.dtype} {array.shape}".encode())
    if array.dtype != object:
        digest.update(np.ascontiguousarray(array))
    elif shapely.is_geometry(array).any():
        shapes = [shape or b"" for shape in shapely.to_wkb(array)]
        digest.update(repr([len(shape) for shape in shapes]).encode())
        digest.update(b"".join(shapes))
    else:
        digest.update(repr(array.tolist()).encode())


def add_frame(digest: _Hash, frame: pd.DataFrame) -> None:
    """Add the columns of a frame: numbers as floats, texts end to end, whichever way they lie in memory."""
    if isinstance(frame, gpd.GeoDataFrame):
        add(digest, frame.crs)
    for name, column in frame.items():
        digest.update(f"{name} {column.dtype} {len(column)}".encode())
        if isinstance(column.dtype, gpd.array.GeometryDtype):
            add_array(digest, np.asarray(column.array, dtype=object))
        elif pd.api.types.is_numeric_dtype(column.dtype):
            digest.update(np.ascontiguousarray(column.to_numpy(np.float64, na_value=np.nan)))
        else:
            add_texts(digest, column)


def add_texts(digest: _Hash, column: pd.Series) -> None:
    """Add a column of texts, None or nan where there is none; of other objects what they are written as."""
    try:
        texts = pa.chunked_array([pa.array(column, pa.large_string(), from_pandas=True)]).combine_chunks()
    except pa.ArrowException:
        add_array(digest, column.to_numpy(dtype=object))
        return
    digest.update(texts.is_null().to_numpy(zero_copy_only=False))
    _, ends, data = texts.buffers()
    first = np.frombuffer(ends, np.int64)[texts.offset :][: len(texts) + 1]
    digest.update(np.diff(first))
    if data is not None:
        digest.update(data.slice(int(first[0]), int(first[-1] - first[0])))
