"""The columns of each table as `geo.tables` has them: typed, in the engine's words; what can't be read is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from data.reading import cells
from data.reading.source_file import Repair, counted
from data.reading.table_file import TableFile
from data.reading.vocabulary import known_words, word_of
from geo.tables import COLUMNS

Columns = dict[str, Any]

REQUIRED = {
    "roster": ("post",),
    "party": ("organisation_id", "name", "level"),
    "funding": ("year", "purpose", "amount"),
    "scores": ("period", "points"),
    "exceptions": ("reason", "signer", "expires"),
}
"""Columns in which no cell may be blank."""

NOBODY = ("空缺", "暂缺", "缺", "待定", "待聘", "无", "/", "-", "—", "vacant")
"""What stands in place of a name where nobody holds a post."""

NOT_FILLED_DOWN = ("amount", "points")
"""A merged cell of these holds for its rows together, not for each."""

WAN_CNY = 10_000


def columns_of_table(file: TableFile) -> tuple[pd.DataFrame, list[Repair]]:
    """Return the rows of a file with the columns and types of its table, and what was changed to read them."""
    for key in REQUIRED[file.table]:
        file.require(key)
    columns, repairs, keep = _READERS[file.table](file)
    columns = {**_key(file), **columns, "file": np.full(len(file), file.written, dtype=object), "row": file.rows}
    types = COLUMNS[file.table]
    frame = pd.DataFrame({name: pd.Series(columns[name], dtype=dtype) for name, dtype in types.items()})
    return frame[keep].reset_index(drop=True), repairs


def _key(file: TableFile) -> Columns:
    """Read the columns that say which place a row is about."""
    layer = _word(file, "layer")
    of_community = np.equal(layer, "community")
    unit = _id(file, "source_id")
    code = file.values("community", cells.as_community_code, "a community code is 1 to 12 digits")
    filled = ~np.equal(unit, None)
    unit[of_community & filled] = [cells.as_community_code(text) or text for text in unit[of_community & filled]]
    grid = file.values("grid_code", cells.as_grid_code, _NO_CODE)
    return {"grid_code": grid, "layer": layer, "source_id": unit, "community": code}


def _roster(file: TableFile) -> tuple[Columns, list[Repair], np.ndarray]:
    name, phone = file.texts("name"), _id(file, "phone")
    full_time = _flag(file, "full_time")
    written = pd.Series(file.texts("post"), dtype="str")
    for start, says in (("专职", True), ("兼职", False)):
        full_time[written.str.startswith(start).to_numpy() & full_time.isna()] = says
    nobody = np.isin(np.where(np.equal(name, None), "", name).astype(str), NOBODY)
    if "name" in file.columns and not np.equal(name, None).all():
        nobody |= np.equal(name, None) & np.equal(phone, None)
    repairs = [file.repair("nobody holds the post", "left out", row) for row in np.flatnonzero(nobody)]
    columns = {
        "post": _word(file, "post"),
        "name": name,
        "phone": phone,
        "full_time": full_time,
        "force": _word(file, "force"),
        "organisation": file.texts("organisation"),
    }
    return columns, repairs, ~nobody


def _party(file: TableFile) -> tuple[Columns, list[Repair], np.ndarray]:
    rule = f"a count is a whole number from 0 to {cells.LARGEST_COUNT:,}"
    return _whole(
        file,
        {
            **{key: _id(file, key) for key in ("organisation_id", "parent_id")},
            **{key: file.texts(key) for key in ("name", "secretary")},
            "level": _word(file, "level"),
            "members": file.values("members", cells.as_count, rule),
        },
    )


def _funding(file: TableFile) -> tuple[Columns, list[Repair], np.ndarray]:
    """Read money; a column whose name says so counts in 10,000 CNY."""
    in_wan = "万" in file.spec.fields.columns()["amount"]
    read = partial(cells.as_money, unit=WAN_CNY if in_wan else 1)
    columns = {
        "year": file.values("year", cells.as_year, f"write a year from {cells.EARLIEST_YEAR} to {cells.LATEST_YEAR}"),
        "purpose": _word(file, "purpose"),
        "amount": file.values("amount", read, "write an amount of 0 or more, as a number alone"),
    }
    note = file.repair(f"{file.field('amount')} is in 万元", f"{counted(len(file), 'amount')} taken times 10,000")
    return columns, [note] if in_wan else [], np.ones(len(file), dtype=np.bool_)


def _scores(file: TableFile) -> tuple[Columns, list[Repair], np.ndarray]:
    return _whole(
        file,
        {
            "period": file.values("period", cells.as_period, "write 2026Q1, 2026年第一季度, 2026H1 or 2026"),
            "item": file.texts("item"),
            "points": file.values("points", cells.as_points, "write the number alone"),
        },
    )


def _exceptions(file: TableFile) -> tuple[Columns, list[Repair], np.ndarray]:
    rule = "write a date as 2026-03-15, 2026/3/15 or 2026年3月15日"
    columns = {
        "kind": _word(file, "kind"),
        "post": _word(file, "post"),
        **{key: file.texts(key) for key in ("facility", "gap_id", "reason", "signer")},
        **{key: file.values(key, cells.as_date, rule) for key in ("signed", "expires")},
    }
    nameless = np.equal(columns["kind"], None) & np.equal(columns["gap_id"], None)
    if nameless.any():
        file.refuse(nameless, "names no gap; fill in the kind of gap, or its gap_id")
    signed = pd.Series(columns["signed"], dtype="str")
    early = (signed > pd.Series(columns["expires"], dtype="str")).to_numpy(np.bool_)
    if early.any():
        file.refuse(early, f"expires before it was signed; correct {file.field('signed')} or {file.field('expires')}")
    return _whole(file, columns)


def _whole(file: TableFile, columns: Columns) -> tuple[Columns, list[Repair], np.ndarray]:
    """Keep all rows as they are."""
    return columns, [], np.ones(len(file), dtype=np.bool_)


_NO_CODE = "a spreadsheet cut its digits off: make the column text, and fill it in again"


def _id(file: TableFile, key: str) -> np.ndarray:
    return file.values(key, cells.as_id, _NO_CODE)


def _word(file: TableFile, key: str) -> np.ndarray:
    return file.values(key, partial(word_of, key), f"write one of {known_words(key)}" if key in file.columns else "")


def _flag(file: TableFile, key: str) -> pd.arrays.BooleanArray:
    words = _word(file, key)
    return pd.arrays.BooleanArray(np.equal(words, "yes"), np.equal(words, None))


_READERS: Mapping[str, Callable[[TableFile], tuple[Columns, list[Repair], np.ndarray]]] = {
    "roster": _roster,
    "party": _party,
    "funding": _funding,
    "scores": _scores,
    "exceptions": _exceptions,
}
