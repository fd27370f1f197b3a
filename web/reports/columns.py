"""Columns of a table as compact JSON values: repeated words once, missing values as null."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd

from web.reports.encoding import integers


def column(frame: pd.DataFrame, name: str) -> pd.Series:
    """Return a column, all missing where the table lacks it."""
    if name in frame:
        return frame[name]
    return pd.Series([None] * len(frame), index=frame.index, dtype="object")


def words(frame: pd.DataFrame, name: str) -> dict[str, Any]:
    """Return a column of words as its distinct values and a number a row; -1 stands for a missing value."""
    numbers, values = pd.factorize(column(frame, name), sort=False)
    return {"values": [str(value) for value in values], "rows": integers(numbers)}


def numbers(frame: pd.DataFrame, name: str, digits: int = 0) -> list[float | int | None]:
    """Return a column of numbers, rounded; null where it holds none."""
    values = pd.to_numeric(column(frame, name), errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    rounded = np.round(values, digits)
    known = np.isfinite(rounded)
    exact = rounded.astype(np.int64, copy=True) if digits == 0 and known.all() else rounded.astype(object)
    return np.where(known, exact, None).tolist()


def json_objects(frame: pd.DataFrame, name: str) -> list[dict[str, Any]]:
    """Return a column of JSON objects as values; what is no object becomes an empty one."""
    return [_object(text) for text in column(frame, name)]


def json_lists(frame: pd.DataFrame, name: str) -> dict[str, Any]:
    """Return a column of JSON lists of words as the distinct words, a length a row, and the words' numbers in order."""
    lists = [_list(text) for text in column(frame, name)]
    numbers, values = pd.factorize(np.array([word for row in lists for word in row], dtype=object))
    return {
        "values": [str(value) for value in values],
        "lengths": integers(np.array([len(row) for row in lists], dtype=np.int64)),
        "rows": integers(numbers),
    }


def row_numbers(values: pd.Series, keys: pd.Series) -> str:
    """Return, for each value, the row of ``keys`` that holds it first, as `integers`; -1 where none does."""
    rows = pd.Series(np.arange(len(keys)), index=keys.astype("object").to_numpy())
    rows = rows[~rows.index.duplicated()]
    found = rows.reindex(values.astype("object").to_numpy(), fill_value=-1)
    return integers(found.to_numpy())


def _object(text: Any) -> dict[str, Any]:
    value = _parsed(text)
    return value if isinstance(value, dict) else {}


def _list(text: Any) -> list[str]:
    value = _parsed(text)
    return [str(word) for word in value] if isinstance(value, list) else []


def _parsed(text: Any) -> Any:
    if not isinstance(text, str):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return None
