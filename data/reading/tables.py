"""Reading the tables of a layers.toml: CSV and XLSX files as `geo.tables.Tables`.

A column that the mapping does not name is let go of at once, and named in the record; what looks like residents' data
is refused (`data.reading.identity_numbers`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import chain
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from data.layers_file import Settings
from data.layers_schema import TableFile as TableSpec
from data.reading.fingerprint import sha256_of
from data.reading.identity_numbers import refuse_identity_numbers
from data.reading.input_files import require_columns
from data.reading.party_tree import one_tree
from data.reading.record import InputFile
from data.reading.source_file import Repair, counted
from data.reading.table_column import Column
from data.reading.table_columns import NOT_FILLED_DOWN, columns_of_table
from data.reading.table_file import TableFile
from data.reading.table_rows import HEADER_WITHIN, XLSX, Rows, header_names, header_score, read_rows
from geo.errors import InputError
from geo.running import Once, each_time
from geo.tables import Tables

Warn = Callable[[str], None]

_ERRORS = ("#N/A", "#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#NUM!", "#NULL!", "#DIGITS")
"""What stands in a cell of a spreadsheet that could not make its value; the last is ours (`data.reading.workbook`)."""


class ReadTables(NamedTuple):
    """The tables of a layers.toml (None when it names none), what was changed to read them, and the files."""

    tables: Tables | None
    repairs: list[Repair]
    inputs: list[InputFile]


class TableRead(NamedTuple):
    """One table, and what its files gave beside it: what was changed, the record, what the user is to look at."""

    table: pd.DataFrame
    repairs: list[Repair]
    inputs: list[InputFile]
    warnings: list[str]


def read_tables(settings: Settings, warn: Warn, once: Once = each_time) -> ReadTables:
    """Read every table that a layers.toml names.

    Raises
    ------
    InputError
        One line that names file, row, column, reason and remedy.
    """
    read = {}
    for name, spec in settings.tables.items():
        files = [sha256_of(path) if (path := settings.located(written)).is_file() else "" for written in spec.path]
        work = partial(_read_table, settings, name, spec, files)
        read[name] = once(work, "table", name, spec.model_dump_json(), files)
        for line in read[name].warnings:
            warn(line)
    tables = Tables(**{name: one.table for name, one in read.items()}) if read else None
    parts = read.values()
    return ReadTables(
        tables, [row for one in parts for row in one.repairs], [file for one in parts for file in one.inputs]
    )


def _read_table(settings: Settings, name: str, spec: TableSpec, hashes: Sequence[str]) -> TableRead:
    """Read the files of one table, in order, into one frame; ``hashes`` tell what was in them before."""
    if spec.sheet is not None and not any(path.lower().endswith(XLSX) for path in spec.path):
        raise InputError(f"{settings.path.name}: [tables.{name}] has a sheet, but no XLSX file; remove sheet")
    frames, read = [], TableRead(pd.DataFrame(), [], [], [])
    for written, before in zip(spec.path, hashes, strict=True):
        path = settings.located(written)
        rows = read_rows(path, written, spec, spec.fields.columns().values())
        file, dropped, filled_down = _mapped(name, spec, written, rows)
        frame, repairs = columns_of_table(file)
        frames.append(frame)
        read.repairs.extend([*_reading_repairs(file, rows, filled_down, read.warnings.append), *repairs])
        if sha256_of(path) != before:
            raise InputError(f"{written}: changed while it was read; build again when nobody writes to it")
        mapped = tuple(spec.fields.columns().values())
        read.inputs.append(InputFile(name, written, rows.sheet, rows.driver, "", len(file), mapped, dropped, before))
    table = frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)
    if name == "party":
        table, repairs = one_tree(table)
        read.repairs.extend(repairs)
    return read._replace(table=table)


def _mapped(name: str, spec: TableSpec, written: str, rows: Rows) -> tuple[TableFile, tuple[str, ...], int]:
    """Find the header, keep the mapped columns of the rows below it, and name the others.

    Rows that are blank in all mapped columns are no rows. The last value counts the cells that merged cells filled.
    """
    mapped = spec.fields.columns()
    try:
        header, names, dropped = _header(written, mapped, rows.first)
    except InputError:
        rows.every()  # what is no CSV is to be put right first
        raise
    place = {key: names.index(column) for key, column in mapped.items()}
    texts = dict(zip(place, _columns(written, rows, header, len(names), list(place.values())), strict=True))
    below = [(at, first - header - 1, last - header) for at, first, last in rows.merged if first > header]
    filled_down = _fill_down(texts, place, below)
    filled = np.flatnonzero(~np.all([column.blank for column in texts.values()], axis=0))
    columns = {key: column.rows(filled) for key, column in texts.items()}
    file = TableFile(name, spec, written, filled + header + 2, columns)
    _refuse_unfit(file)
    return file, dropped, filled_down


def _header(
    written: str, mapped: Mapping[str, str], rows: Sequence[Sequence[str]]
) -> tuple[int, list[str], tuple[str, ...]]:
    """Find the header, the first row that has most of the mapped columns: its position, all names, those not mapped."""
    scores = [header_score(row, mapped.values()) for row in rows[:HEADER_WITHIN]]
    found, cells = max(scores, default=(0, 0))
    if not cells:
        raise InputError(f"{written}: holds no rows; give the right file")
    header = scores.index((found, cells))
    if not found:  # a title has one cell; what stands below the header is nobody's business here
        header = next(row for row, (_, count) in enumerate(scores) if count >= min(cells, 2))
    names = header_names(rows[header], mapped.values())
    dropped = require_columns(written, mapped, [name for name in names if name])
    for key, column in mapped.items():
        if names.count(column) > 1:
            raise InputError(f'{written}: has several fields "{column}" (mapped as {key}); rename the others')
    return header, names, dropped


def _columns(written: str, rows: Rows, header: int, width: int, at: Sequence[int]) -> list[Column]:
    """Return the columns at some positions of the header, of all rows below it.

    A row with more cells than the header has is refused: its values stand in the wrong columns.
    """
    parts: list[list[pa.DictionaryArray]] = []
    before, wide = header + 1, None
    for part in chain([rows.first[header + 1 :]], rows.rest.parts(width, at) if rows.rest else ()):
        if isinstance(part, pa.Table):
            parts.append([column.combine_chunks() for column in part.columns])
        else:
            wide = wide or _wide(part, width, before)
            parts.append([_encoded(part, place) for place in at])
        before += len(part)
    if wide:
        raise InputError(
            f"{written}: row {wide[0]} has {wide[1]} cells, and the header {width}; "
            "put a cell that holds a separator in quotation marks"
        )
    return [Column.of_texts(column) for column in zip(*parts, strict=True)]


def _wide(rows: Sequence[Sequence[str]], width: int, before: int) -> tuple[int, int] | None:
    """Return the number of the first row that has more cells than the header, and how many; ``before`` stand above."""
    for number, row in enumerate(rows, start=before + 1):
        if len(row) > width and any(cell.strip() for cell in row[width:]):
            return number, len(row)
    return None


def _encoded(rows: Sequence[Sequence[str]], at: int) -> pa.DictionaryArray:
    """Return one column of some rows; it is blank where a row is not so long."""
    return pa.array([row[at] if at < len(row) else "" for row in rows], pa.string()).dictionary_encode()


def _fill_down(columns: Mapping[str, Column], place: Mapping[str, int], merged: Sequence[tuple[int, int, int]]) -> int:
    """Give each row that a merged cell covers its value; return how many cells got one."""
    count = 0
    for key, column in place.items():
        for _, first, end in (cells for cells in merged if cells[0] == column and key not in NOT_FILLED_DOWN):
            columns[key].place[first:end] = columns[key].place[first]
            count += end - first - 1
    return count


def _refuse_unfit(file: TableFile) -> None:
    """Refuse columns that look like identity-card numbers, and cells that hold an error of a spreadsheet."""
    texts = {key: column.arrow() for key, column in file.columns.items()}
    refuse_identity_numbers(file.written, texts, file.spec.fields.columns(), codes=("grid_code",), by_hand=True)
    for key, column in file.columns.items():
        wrong = column.where(_ERRORS.__contains__)
        if not wrong.any():
            continue
        if column.first(wrong) == _ERRORS[-1]:
            file.refuse(
                wrong,
                f"has a number of more than 15 digits in {file.field(key)}, of which a spreadsheet keeps 15; "
                "make the column text, and fill it in again",
            )
        file.refuse(wrong, f"has {column.first(wrong)} in {file.field(key)}; correct the formula")


def _reading_repairs(file: TableFile, rows: Rows, filled_down: int, warn: Warn) -> list[Repair]:
    """Say what was guessed or filled in while the file was read."""
    repairs = []
    if rows.guessed_encoding:
        repairs.append(file.repair("text encoding not stated", f"read as {rows.guessed_encoding}"))
        warn(
            f"{file.written}: does not say how its text is encoded; read as {rows.guessed_encoding}; "
            f'add encoding = "{rows.guessed_encoding}" to [tables.{file.table}] to settle it'
        )
    if filled_down:
        repairs.append(file.repair("merged cells", f"{counted(filled_down, 'cell')} taken as filled in"))
    return repairs
