"""Columns of a table as compact JSON values: repeated words once, missing values as null."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import pandas as pd

from web.reports.encoding import integers

FIGURE = "\x01"
"""Stands in a pattern for a run of digits; no text of a build holds this character."""

RUN = 9
"""The most digits that are written as one whole number."""


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


def counts(frame: pd.DataFrame, name: str) -> str:
    """Return a column of whole numbers from 0 on as `integers`, -1 where one is missing."""
    values = pd.to_numeric(column(frame, name), errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    return integers(np.nan_to_num(np.rint(values), nan=-1).astype(np.int64))


def areas(frame: pd.DataFrame, name: str) -> list[float | None]:
    """Return a column of areas, cut off after three decimals; null where it holds none.

    Cut, not rounded: the page rounds for its readers, and must find each area on the side of a half where it lies.
    """
    values = pd.to_numeric(column(frame, name), errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    return numbers(pd.DataFrame({name: np.floor(values * 1000) / 1000}), name, 3)


def sentences(frame: pd.DataFrame, name: str) -> dict[str, Any]:
    """Return a column of texts that differ in their figures more than in their words: the figures apart.

    Each distinct text is a pattern with `FIGURE` for each run of digits, and the runs; a run is written as the number
    that it makes with a 1 before it, so that 007 stays 007. Rows number the texts as in `words`.
    """
    rows, texts = pd.factorize(column(frame, name), sort=False)
    joined = "\n".join(str(text).replace(FIGURE, " ").replace("\n", " ") for text in texts)
    runs = [int("1" + run) for run in re.findall(rf"\d{{1,{RUN}}}", joined, re.ASCII)]
    drawn = re.sub(rf"\d{{1,{RUN}}}", FIGURE, joined, flags=re.ASCII).split("\n") if len(texts) else []
    pattern, patterns = pd.factorize(np.array(drawn, dtype=object))
    return {
        "patterns": patterns.tolist(),
        "pattern": integers(pattern),
        "figures": integers(np.array(runs, dtype=np.int64)),
        "rows": integers(rows),
    }


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
