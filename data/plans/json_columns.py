"""Columns of a build as JSON, made by Arrow: a value a row each, as ``jsonb`` takes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from geo.arrays import Ints
from geo.kept import LARGE, joined, present, quoted

NOTHING = pa.scalar("null", LARGE)


def column(values: pd.Series) -> pa.Array:
    """Return a column of a frame as Arrow has it, in one piece."""
    made = pa.array(values, from_pandas=True)
    made = made.combine_chunks() if isinstance(made, pa.ChunkedArray) else made
    return made.cast(LARGE) if pa.types.is_string(made.type) or pa.types.is_null(made.type) else made


def values_of(series: pd.Series) -> pa.Array:
    """Write values as JSON, null where they are missing."""
    made = column(series)
    return quoted(made) if pa.types.is_large_string(made.type) else made.cast(LARGE)


def members(texts: Mapping[str, pa.Array]) -> pa.Array:
    """Write the members of objects, by their names, leaving out what is missing.

    >>> members({"a": pa.array(["1", None], LARGE), "b": pa.array(["2", "[]"], LARGE)}).to_pylist()
    ['"a":1,"b":2', '"b":[]']
    """
    return present([joined(f'"{name}":', text, "") for name, text in texts.items()], ",")


def objects(frame: pd.DataFrame, names: Sequence[str]) -> pa.Array:
    """Write the rows of a frame as objects, without what is missing."""
    return joined("{", members({name: values_of(frame[name]) for name in names}), "}", "")


def lists(frame: pd.DataFrame, names: Sequence[str]) -> pa.Array:
    """Write the rows of a frame as lists."""
    inside = joined(*(pc.fill_null(values_of(frame[name]), NOTHING) for name in names), ",")
    return joined("[", inside, "]", "")


def groups(keys: pa.Array, wanted: pa.Array) -> tuple[Ints, Ints]:
    """Sort rows by which wanted key they have; return the rows, and where each key's begin (one more at the end)."""
    place = places(keys, wanted)
    rows = np.flatnonzero(place >= 0)
    rows = rows[np.argsort(place[rows], kind="stable")]
    return rows, np.searchsorted(place[rows], np.arange(len(wanted) + 1))


def places(keys: pa.Array, wanted: pa.Array) -> Ints:
    """Return which of the wanted keys each is, -1 for none."""
    found = pc.index_in(keys, value_set=wanted, skip_nulls=True)
    return np.asarray(found.fill_null(-1).to_numpy(zero_copy_only=False), dtype=np.int64)


def listed(texts: pa.Array, keys: pa.Array, wanted: pa.Array) -> pa.Array:
    """Return the texts of each wanted key as one list."""
    rows, first = groups(keys, wanted)
    return in_lists(texts.take(pa.array(rows)), first)


def in_lists(texts: pa.Array, first: Ints) -> pa.Array:
    """Write texts as lists; ``first`` says where each list's begin, and one more at the end."""
    grouped = pa.LargeListArray.from_arrays(pa.array(first, pa.int64()), texts)
    return joined("[", pc.binary_join(grouped, pa.scalar(",", LARGE)), "]", "")
