"""Columns of a frame as plain arrays: a few rows of them cost nothing to take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from geo.arrays import Bools, Ints

Columns: TypeAlias = Mapping[str, NDArray[Any]]


def plain(frame: pd.DataFrame, names: Sequence[str]) -> dict[str, NDArray[Any]]:
    """Return columns as arrays: text as objects with None, numbers as floats with nan, flags as they are.

    >>> frame = pd.DataFrame({"name": ["a", None], "count": pd.array([3, None], dtype="Int64"), "rural": [True, False]})
    >>> [column.tolist() for column in plain(frame, ["name", "count", "rural"]).values()]
    [['a', None], [3.0, nan], [True, False]]
    """
    return {name: plain_column(frame[name]) for name in names}


def plain_column(column: pd.Series) -> NDArray[Any]:
    """Return one column as an array."""
    if pd.api.types.is_bool_dtype(column.dtype):
        return np.asarray(column.to_numpy(np.bool_))
    if pd.api.types.is_numeric_dtype(column.dtype):
        return np.asarray(column.to_numpy(np.float64, na_value=np.nan))
    text = column.to_numpy(dtype=object)
    return np.asarray(np.where(pd.isna(text), None, text), dtype=object)


def numbers_of(column: pd.Series, number: Mapping[str, int]) -> Ints:
    """Return the number that each text has; none may be missing, or have none.

    >>> numbers_of(pd.Series(["b", "a", "b"]), {"a": 0, "b": 1}).tolist()
    [1, 0, 1]
    """
    place, texts = pd.factorize(column, use_na_sentinel=False)
    return np.asarray(np.array([number[text] for text in texts], dtype=np.int64)[place])


def ranked(column: pd.Series) -> Ints:
    """Number the distinct values of a column in their order; what is missing comes last.

    >>> ranked(pd.Series(["b", None, "a", "b"])).tolist()
    [1, 2, 0, 1]
    """
    place, values = pd.factorize(column, sort=True)
    return np.where(place < 0, len(values), place)


def among(column: pd.Series, texts: Any) -> Bools:
    """Tell which texts of a column are among some; pandas' own `isin` looks at each of these in Python.

    >>> among(pd.Series(["b", None, "a"]), np.array(["b", "c"], dtype=object)).tolist()
    [True, False, False]
    """
    found = pc.is_in(pa.array(column, pa.large_string()), value_set=pa.array(texts, pa.large_string()))
    return np.asarray(found, dtype=np.bool_)


def as_texts(values: NDArray[np.object_]) -> pd.api.extensions.ExtensionArray:
    """Return texts as pandas has them; those that many rows have are copied, not looked at each.

    >>> as_texts(np.array(["b", None, "b"], dtype=object)).isna().tolist()
    [False, True, False]
    """
    place, texts = pd.factorize(values)
    return pd.array(texts, dtype="str").take(place, allow_fill=True)
