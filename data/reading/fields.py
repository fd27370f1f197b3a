"""Columns of a file as the values that the engine takes: text, ids, codes, counts, flags and kinds.

Numbers that a format could only keep as floating point come back as the whole numbers they are. What can't be read as
what the mapping says is refused, with the feature; nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from data.reading.source_file import SourceFile
from geo.errors import InputError

LARGEST_COUNT = 10_000_000
"""More people or households than this in one unit is a mistake."""

_YES = ("1", "true", "yes", "y", "t", "是", "有", "村", "农村", "rural")
_NO = ("0", "false", "no", "n", "f", "否", "无", "社区", "城市", "城镇", "urban")
_EXACT_FLOAT = 2.0**53


def as_text(column: pa.Array) -> pa.StringArray:
    """Turn any column into text; blank text is missing, and 12.0 is "12".

    >>> as_text(pa.array([12.0, 0.5, None])).to_pylist()
    ['12', '0.5', None]
    """
    kind = column.type
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return _float_text(column.cast(pa.float64()))
    if pa.types.is_nested(kind) or pa.types.is_binary(kind):
        column = pa.array([None if value is None else str(value) for value in column.to_pylist()], pa.string())
    text = column.cast(pa.string())
    blank = pc.equal(pc.utf8_trim_whitespace(text), "")
    return pc.if_else(pc.fill_null(blank, False), pa.scalar(None, pa.string()), text)


def positions(first: int, count: int) -> pa.StringArray:
    """Return positions as ids, as text."""
    return pa.array(np.arange(first, first + count)).cast(pa.string())


def require_distinct(files: Sequence[SourceFile], what: str, values: Sequence[pa.StringArray]) -> None:
    """Refuse a value that two features of a layer share, naming the files."""
    joined = pa.chunked_array(values, pa.string()).to_pandas()
    again = joined.duplicated()
    if not again.any():
        return
    value = joined[again].iloc[0]
    rows = np.flatnonzero(joined == value)[:2]
    places = np.repeat(np.arange(len(files)), [len(file) for file in files])[rows]
    within = rows - np.cumsum([0, *(len(file) for file in files)])[places]
    at = [f"{files[place].written} row {row}" for place, row in zip(places, within, strict=True)]
    more = f" (and {int(again.sum()) - 1} more such features)" if again.sum() > 1 else ""
    raise InputError(
        f'{files[places[1]].written}: {what} "{value}" is given twice, at {at[0]} and {at[1]} (rows counted from 0)'
        f"{more}; make each {what} of [layers.{files[0].layer}] unique"
    )


def require_ids(ids: pa.StringArray, written: str, column: str) -> None:
    """Refuse a feature without an id."""
    missing = np.flatnonzero(ids.is_null())
    if len(missing):
        raise InputError(
            f'{written}: feature {missing[0]} (counted from 0) has no id in field "{column}"; '
            "give every feature one, or leave fields.id out"
        )


def as_codes(file: SourceFile) -> pa.StringArray:
    """Read division codes: 1 to 12 digits, padded on the left with zeros to 12."""
    column = file.features.columns["code"]
    text = column.cast(pa.string()) if pa.types.is_integer(column.type) else as_text(column)
    good = pc.fill_null(pc.match_substring_regex(text, "^[0-9]{1,12}$"), False)
    wrong = ~good.to_numpy(zero_copy_only=False)
    if name := file.first(wrong):
        value = text[int(np.flatnonzero(wrong)[0])].as_py()
        shown = "no code" if value is None else f'the code "{value}"'
        raise InputError(f"{file.written}: {name} has {shown}; a community code is 1 to 12 digits")
    return pc.utf8_lpad(text, 12, "0")


def as_counts(file: SourceFile, key: str) -> pd.arrays.IntegerArray:
    """Read whole numbers from 0 to 10 million; missing where the file has none, or no such column is mapped."""
    column = file.features.columns.get(key)
    if column is None:
        return pd.arrays.IntegerArray(np.zeros(len(file), dtype=np.int64), np.ones(len(file), dtype=bool))
    missing = column.is_null().to_numpy(zero_copy_only=False)
    if pa.types.is_boolean(column.type):
        raise InputError(f'{file.written}: field "{_column(file, key)}" (mapped as {key}) holds yes and no, not counts')
    if not (pa.types.is_integer(column.type) or pa.types.is_floating(column.type)):
        text = as_text(column)
        missing = text.is_null().to_numpy(zero_copy_only=False)
        column = _numbers(file, key, text)
    values = column.cast(pa.float64()).to_numpy(zero_copy_only=False)
    with np.errstate(invalid="ignore"):
        whole = (values == np.floor(values)) & (values >= 0) & (values <= LARGEST_COUNT)
    _refuse_value(file, key, ~whole & ~missing, values, f"a count is a whole number from 0 to {LARGEST_COUNT:,}")
    return pd.arrays.IntegerArray(np.where(missing, 0, values).astype(np.int64), missing)


def as_flags(file: SourceFile, key: str) -> np.ndarray:
    """Read yes or no; missing is no."""
    column = file.features.columns.get(key)
    if column is None:
        return np.zeros(len(file), dtype=bool)
    text = as_text(column)
    plain = pc.fill_null(pc.utf8_lower(pc.utf8_trim_whitespace(text)), _NO[0])
    yes = pc.is_in(plain, pa.array(_YES)).to_numpy(zero_copy_only=False)
    no = pc.is_in(plain, pa.array(_NO)).to_numpy(zero_copy_only=False)
    _refuse_value(file, key, ~yes & ~no, text, "write yes or no (true or false, 1 or 0, 是 or 否)")
    return yes


def as_one_of(file: SourceFile, key: str, words: Mapping[str, str]) -> pa.StringArray:
    """Read a word of a fixed list, in English or Chinese; ``words`` gives the English one for each."""
    column = file.features.columns.get(key)
    if column is None:
        return pa.nulls(len(file), pa.string())
    text = as_text(column)
    trimmed = pc.utf8_trim_whitespace(text)
    place = pc.index_in(trimmed, pa.array(list(words)))
    unknown = place.is_null().to_numpy(zero_copy_only=False) & text.is_valid().to_numpy(zero_copy_only=False)
    _refuse_value(file, key, unknown, text, f"write one of {', '.join(words)}")
    return pa.array(list(words.values())).take(place)


def optional_text(file: SourceFile, key: str) -> pa.StringArray:
    """Read text; missing where no such column is mapped."""
    column = file.features.columns.get(key)
    return pa.nulls(len(file), pa.string()) if column is None else as_text(column)


def _float_text(column: pa.Array) -> pa.StringArray:
    """Write whole numbers without a point, and others as Python does."""
    values = column.to_numpy(zero_copy_only=False)
    missing = column.is_null().to_numpy(zero_copy_only=False)
    whole = np.isfinite(values) & (values == np.floor(values)) & (np.abs(values) < _EXACT_FLOAT)
    text = np.where(whole, values, 0.0).astype(np.int64).astype(str).astype(object)
    text[~whole] = [str(value) for value in values[~whole].tolist()]
    text[missing] = None
    return pa.array(text, pa.string())


def _numbers(file: SourceFile, key: str, text: pa.StringArray) -> pa.Array:
    """Read decimal numbers written as text; missing stays missing."""
    trimmed = pc.utf8_trim_whitespace(text)
    number = pc.match_substring_regex(trimmed, r"^[+-]?[0-9]+(\.[0-9]*)?$")
    wrong = ~pc.fill_null(number, True).to_numpy(zero_copy_only=False)
    _refuse_value(file, key, wrong, text, "write the number alone")
    return pc.replace_substring_regex(trimmed, r"^\+", "").cast(pa.float64())


def _refuse_value(file: SourceFile, key: str, wrong: np.ndarray, values: np.ndarray | pa.Array, rule: str) -> None:
    name = file.first(wrong)
    if name is None:
        return
    value = values[int(np.flatnonzero(wrong)[0])]
    shown = f'"{value.as_py()}"' if isinstance(value, pa.Scalar) else f"{value:.15g}"
    raise InputError(f'{file.written}: {name} has {shown} in field "{_column(file, key)}" (mapped as {key}); {rule}')


def _column(file: SourceFile, key: str) -> str:
    return file.spec.fields.columns()[key]
