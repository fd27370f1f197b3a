"""Reading the tables of a layers.toml: CSV and XLSX files as `geo.tables.Tables`.

A column that the mapping does not name is let go of at once, and named in the record; what looks like residents' data
is refused (`data.reading.identity_numbers`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import islice, zip_longest
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from data.layers_file import Settings
from data.layers_schema import TableFile as TableSpec
from data.reading.fingerprint import sha256_of
from data.reading.identity_numbers import refuse_identity_numbers
from data.reading.input_files import require_columns
from data.reading.party_tree import one_tree
from data.reading.record import InputFile
from data.reading.source_file import Repair, counted
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
    table = pd.concat(frames, ignore_index=True)
    if name == "party":
        table, repairs = one_tree(table)
        read.repairs.extend(repairs)
    return read._replace(table=table)


def _mapped(name: str, spec: TableSpec, written: str, rows: Rows) -> tuple[TableFile, tuple[str, ...], int]:
    """Find the header, keep the mapped columns of the rows below it, and name the others.

    Rows that are blank in all mapped columns are no rows. The last value counts the cells that merged cells filled.
    """
    mapped = spec.fields.columns()
    header, body = _header(written, mapped, rows.rows)
    names = header_names(rows.rows[header], mapped.values())
    dropped = require_columns(written, mapped, [name for name in names if name])
    for key, column in mapped.items():
        if names.count(column) > 1:
            raise InputError(f'{written}: has several fields "{column}" (mapped as {key}); rename the others')
    _require_width(written, body, len(names), header)
    place = {key: names.index(column) for key, column in mapped.items()}
    across = list(islice(zip_longest(*body, fillvalue=""), max(place.values()) + 1))
    texts = {key: _column(across, at, len(body)) for key, at in place.items()}
    below = [(at, first - header - 1, last - header) for at, first, last in rows.merged if first > header]
    filled_down = _fill_down(texts, place, below)
    columns = {key: np.array([text or None for text in column], dtype=object) for key, column in texts.items()}
    places = np.flatnonzero(np.any([np.not_equal(column, None) for column in columns.values()], axis=0))
    file = TableFile(name, spec, written, places + header + 2, {key: columns[key][places] for key in columns})
    _refuse_unfit(file)
    return file, dropped, filled_down


def _column(across: Sequence[Sequence[str]], at: int, count: int) -> list[str]:
    """Return one column of the rows, trimmed; it is blank where none of them is so long."""
    return [cell.strip() for cell in across[at]] if at < len(across) else [""] * count


def _fill_down(texts: dict[str, list[str]], place: Mapping[str, int], merged: Sequence[tuple[int, int, int]]) -> int:
    """Give each row that a merged cell covers its value; return how many cells got one."""
    count = 0
    for key, column in place.items():
        for _, first, end in (cells for cells in merged if cells[0] == column and key not in NOT_FILLED_DOWN):
            texts[key][first:end] = [texts[key][first]] * (end - first)
            count += end - first - 1
    return count


def _header(written: str, mapped: Mapping[str, str], rows: list[list[str]]) -> tuple[int, list[list[str]]]:
    """Return the position of the header, the first row that has most of the mapped columns, and the rows below it."""
    scores = [header_score(row, mapped.values()) for row in rows[:HEADER_WITHIN]]
    found, cells = max(scores, default=(0, 0))
    if not cells:
        raise InputError(f"{written}: holds no rows; give the right file")
    header = scores.index((found, cells))
    if not found:  # a title has one cell; what stands below the header is nobody's business here
        header = next(row for row, (_, count) in enumerate(scores) if count >= min(cells, 2))
    return header, rows[header + 1 :]


def _require_width(written: str, body: Sequence[Sequence[str]], width: int, header: int) -> None:
    """Refuse a row with more cells than the header has: its values stand in the wrong columns."""
    for number, row in enumerate(body, start=header + 2):
        if len(row) > width and any(cell.strip() for cell in row[width:]):
            raise InputError(
                f"{written}: row {number} has {len(row)} cells, and the header {width}; "
                "put a cell that holds a separator in quotation marks"
            )


def _refuse_unfit(file: TableFile) -> None:
    """Refuse columns that look like identity-card numbers, and cells that hold an error of a spreadsheet."""
    texts = {key: pa.array(column, pa.string()) for key, column in file.columns.items()}
    refuse_identity_numbers(file.written, texts, file.spec.fields.columns(), codes=("grid_code",), by_hand=True)
    for key, text in texts.items():
        column, wrong = file.columns[key], pc.is_in(text, pa.array(_ERRORS)).to_numpy(zero_copy_only=False)
        if not wrong.any():
            continue
        if column[np.argmax(wrong)] == _ERRORS[-1]:
            file.refuse(
                wrong,
                f"has a number of more than 15 digits in {file.field(key)}, of which a spreadsheet keeps 15; "
                "make the column text, and fill it in again",
            )
        file.refuse(wrong, f"has {column[np.argmax(wrong)]} in {file.field(key)}; correct the formula")


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
