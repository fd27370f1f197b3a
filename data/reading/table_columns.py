"""The columns of each table as `geo.tables` has them: typed, in the engine's words; what can't be read is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
import pandas as pd

from data.reading import cells
from data.reading.source_file import Repair, counted
from data.reading.table_column import Column
from data.reading.table_file import TableFile
from data.reading.vocabulary import known_words, word_of
from geo.arrays import Bools
from geo.tables import COLUMNS

Columns = dict[str, Column]

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
    columns = {**_key(file), **columns, "file": Column.same(file.written, len(file))}
    rows = slice(None) if keep.all() else np.flatnonzero(keep)
    types = {name: dtype for name, dtype in COLUMNS[file.table].items() if name in columns}
    frame = {name: columns[name].rows(rows).series(dtype) for name, dtype in types.items()}
    return pd.DataFrame({**frame, "row": file.rows[rows]}), repairs


def _key(file: TableFile) -> Columns:
    """Read the columns that say which place a row is about."""
    layer = _word(file, "layer")
    unit = _id(file, "source_id")
    code = file.values("community", cells.as_community_code, "a community code is 1 to 12 digits")
    of_community = layer.where(lambda word: word == "community")
    unit = unit.mapped_in(of_community, lambda text: cells.as_community_code(text) or text)
    grid = file.values("grid_code", cells.as_grid_code, _NO_CODE)
    return {"grid_code": grid, "layer": layer, "source_id": unit, "community": code}


def _roster(file: TableFile) -> tuple[Columns, list[Repair], Bools]:
    name, phone = file.texts("name"), _id(file, "phone")
    full_time, written = _word(file, "full_time").mapped(lambda word: word == "yes"), file.texts("post")
    for start, says in (("专职", True), ("兼职", False)):
        said = written.where(lambda text, start=start: text.startswith(start))
        full_time = full_time.filled(said & full_time.blank, says)
    nobody = name.where(lambda text: text in NOBODY)
    if not name.blank.all():
        nobody |= name.blank & phone.blank
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


def _party(file: TableFile) -> tuple[Columns, list[Repair], Bools]:
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


def _funding(file: TableFile) -> tuple[Columns, list[Repair], Bools]:
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


def _scores(file: TableFile) -> tuple[Columns, list[Repair], Bools]:
    return _whole(
        file,
        {
            "period": file.values("period", cells.as_period, "write 2026Q1, 2026年第一季度, 2026H1 or 2026"),
            "item": file.texts("item"),
            "points": file.values("points", cells.as_points, "write the number alone"),
        },
    )


def _exceptions(file: TableFile) -> tuple[Columns, list[Repair], Bools]:
    rule = "write a date as 2026-03-15, 2026/3/15 or 2026年3月15日"
    columns = {
        "kind": _word(file, "kind"),
        "post": _word(file, "post"),
        **{key: file.texts(key) for key in ("facility", "gap_id", "reason", "signer")},
        **{key: file.values(key, cells.as_date, rule) for key in ("signed", "expires")},
    }
    nameless = columns["kind"].blank & columns["gap_id"].blank
    if nameless.any():
        file.refuse(nameless, "names no gap; fill in the kind of gap, or its gap_id")
    signed, expires = (columns[key].series("str") for key in ("signed", "expires"))
    early = (signed > expires).to_numpy(np.bool_)
    if early.any():
        file.refuse(early, f"expires before it was signed; correct {file.field('signed')} or {file.field('expires')}")
    return _whole(file, columns)


def _whole(file: TableFile, columns: Columns) -> tuple[Columns, list[Repair], Bools]:
    """Keep all rows as they are."""
    return columns, [], np.ones(len(file), dtype=np.bool_)


_NO_CODE = "a spreadsheet cut its digits off: make the column text, and fill it in again"


def _id(file: TableFile, key: str) -> Column:
    return file.values(key, cells.as_id, _NO_CODE)


def _word(file: TableFile, key: str) -> Column:
    return file.values(key, partial(word_of, key), f"write one of {known_words(key)}" if key in file.columns else "")


_READERS: Mapping[str, Callable[[TableFile], tuple[Columns, list[Repair], Bools]]] = {
    "roster": _roster,
    "party": _party,
    "funding": _funding,
    "scores": _scores,
    "exceptions": _exceptions,
}
