"""A sheet of an XLSX workbook as rows of text."""

from __future__ import annotations

import io
import zipfile
import zlib
from datetime import date, datetime, time
from typing import Any
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from data.reading.workbook_size import require_readable_size
from geo.errors import InputError

LONGEST_NUMBER = 10**15
"""A spreadsheet keeps 15 digits of a number, and zeros for the rest."""
LOST_DIGITS = "#DIGITS"
"""Stands for a number of which digits were lost, like the spreadsheet's own errors."""
MOST_PLACES = 5_000_000
"""From the first cell of a sheet to its last, blank ones with them: each is looked at."""
_UNREADABLE = (
    *(zipfile.BadZipFile, zlib.error, InvalidFileException, ParseError),
    *(OSError, EOFError, KeyError, ValueError, TypeError, AttributeError, IndexError),
)
"""What openpyxl raises on a damaged or foreign file."""


def read_sheet(raw: bytes, written: str, sheet: str | None) -> dict[str, Any]:
    """Read one sheet of a workbook, formulas by the values that they had when it was saved.

    Returns
    -------
    The fields of `data.reading.table_rows.Rows`.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            require_readable_size(packed, written)
        book = load_workbook(io.BytesIO(raw), data_only=True)
    except InputError:
        raise
    except _UNREADABLE as error:
        raise InputError(f"{written}: can't be read as an XLSX file: {' '.join(str(error).split())}") from None
    chosen = _chosen(book, written, sheet)
    if chosen.max_row * chosen.max_column > MOST_PLACES:
        raise InputError(
            f"{written}: has cells far apart, up to {_last(chosen)}; remove those that are not of the table"
        )
    rows = [_texts(row) for row in chosen.iter_rows(values_only=True)]
    while rows and not rows[-1]:  # rows that were given a format, down to the millionth
        rows.pop()
    ranges = sorted(chosen.merged_cells.ranges, key=lambda cells: cells.coord)
    merged = tuple((one.min_col - 1, one.min_row - 1, one.max_row - 1) for one in ranges)
    return {"first": rows, "driver": "XLSX", "sheet": chosen.title, "merged": merged}


def _last(sheet: Worksheet) -> str:
    return f"{get_column_letter(sheet.max_column)}{sheet.max_row}"


def _chosen(book: Workbook, written: str, sheet: str | None) -> Worksheet:
    names = ", ".join(f'"{one.title}"' for one in book.worksheets)
    if sheet is not None:
        found = [one for one in book.worksheets if one.title == sheet]
        if not found:
            raise InputError(f'{written}: has no sheet "{sheet}"; its sheets are {names}')
        return found[0]
    visible = [one for one in book.worksheets if one.sheet_state == "visible"] or book.worksheets
    filled = [one for one in visible if one.max_row > 1 or one.max_column > 1] or visible
    if len(filled) != 1:
        raise InputError(f"{written}: holds several sheets, {names}; choose one with sheet = …")
    return filled[0]


def _texts(row: tuple[Any, ...]) -> list[str]:
    """Write a row as texts; a blank one has no cells."""
    return [_text(value) for value in row] if any(value is not None for value in row) else []


def _text(value: Any) -> str:
    """Write a cell as text: whole numbers without a point, dates as ISO dates.

    >>> [_text(value) for value in (None, 12.0, 0.5, True, datetime(2026, 3, 15), date(2026, 3, 15), " a ", 1e17)]
    ['', '12', '0.5', 'true', '2026-03-15', '2026-03-15', ' a ', '#DIGITS']
    """
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        if abs(value) >= LONGEST_NUMBER:
            return LOST_DIGITS
        return str(int(value)) if value == int(value) else str(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ", timespec="seconds")
    return value.isoformat() if isinstance(value, date) else str(value)
