"""The workbook: every list of the report in full, for those who work on with it in a spreadsheet."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from geo.errors import InputError
from web.reports.report_data import Findings
from web.reports.workbook_sheets import FORMS, Sheet, sheets
from web.reports.workbook_words import COLUMNS, SHEETS

HEADINGS = 2
"""Rows of headings: Chinese, then English."""
MOST_ROWS = 1_000_000
"""The most rows of a sheet; Excel's own limit lies little above."""
LONGEST = 32_000
"""The most characters of a cell."""
WIDEST, NARROWEST = 60, 7
SAMPLED = 300
"""Rows by which the width of a column is chosen."""

FONT = {"font_name": "Microsoft YaHei", "font_size": 10, "valign": "top"}
NUMBER_FORMATS = {"count": "#,##0", "decimal": "#,##0.0", "share": "0.0%", "date": "yyyy-mm-dd", "code": "@"}


def write_workbook(
    frames: Mapping[str, pd.DataFrame],
    file: Path,
    *,
    as_of: date,
    progress: Callable[[str], None] = lambda sheet: None,
) -> None:
    """Write the workbook of a build; the same build and day give the same bytes.

    Parameters
    ----------
    frames
        The layers of a build, as `web.reports.report.write_report` takes them, and ``standards``.
    file
        Where to write; replaced as a whole or not at all.
    as_of
        The day on which exceptions hold or have run out.
    progress
        Called with the name of each sheet before it is written.

    Raises
    ------
    InputError
        There are no grids, or they have no CRS; or the file can't be written.
    """
    findings = Findings.of(frames, as_of)
    part = file.with_name(f".{file.name}.part")
    try:
        fill(part, findings, progress)
        part.replace(file)
    except (OSError, xlsxwriter.exceptions.FileCreateError) as error:
        raise InputError(f"{file}: cannot be written: {getattr(error, 'strerror', None) or error}") from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def fill(path: Path, findings: Findings, progress: Callable[[str], None]) -> None:
    """Write all sheets."""
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), {**plain, "default_date_format": "yyyy-mm-dd"}) as book:
        day = datetime(findings.as_of.year, findings.as_of.month, findings.as_of.day)
        book.set_properties({"title": f"{findings.title} 多网合一", "created": day, "comments": "onegrid report"})
        formats = cell_formats(book)
        for sheet in sheets(findings):
            progress(sheet.name)
            write_sheet(book.add_worksheet(SHEETS[sheet.name][0]), sheet, formats, findings.title)


def cell_formats(book: xlsxwriter.Workbook) -> dict[str, Format]:
    """Make the formats of cells, those of totals ending in ``total``."""
    made = {
        "heading": {"bold": True, "bg_color": "#ECE7DA", "bottom": 0, "text_wrap": True},
        "heading_en": {"italic": True, "font_color": "#565D66", "bg_color": "#ECE7DA", "bottom": 1, "text_wrap": True},
        "text": {},
        "number": {},
        "long": {"text_wrap": True},
        **{name: {"num_format": form} for name, form in NUMBER_FORMATS.items()},
    }
    total = {f"{name} total": {**form, "bold": True, "bg_color": "#F6F3EC"} for name, form in made.items()}
    return {name: book.add_format({**FONT, **form}) for name, form in {**made, **total}.items()}


def write_sheet(page: Worksheet, sheet: Sheet, formats: Mapping[str, Format], title: str) -> None:
    """Write one sheet with its headings, filter and print settings."""
    for place, key in enumerate(sheet.columns):
        chinese, english = COLUMNS[key]
        page.write_string(0, place, chinese, formats["heading"])
        page.write_string(1, place, english, formats["heading_en"])
    widths = [max(wide(word) for word in COLUMNS[key]) for key in sheet.columns]
    forms = [FORMS.get(key, "") for key in sheet.columns]
    row = HEADINGS - 1
    for row, values in enumerate(islice(sheet.rows, MOST_ROWS), start=HEADINGS):
        ending = " total" if row - HEADINGS < sheet.totals else ""
        for place, key in enumerate(sheet.columns):
            value = values.get(key)
            write_cell(page, row, place, value, forms[place], formats, ending)
            if row < SAMPLED:
                widths[place] = max(widths[place], wide(value))
    if next(iter(sheet.rows), None) is not None:
        page.write_comment(0, 0, f"只列出前 {MOST_ROWS:,} 行 · only the first {MOST_ROWS:,} rows")
    for place, width in enumerate(widths):
        page.set_column(place, place, min(max(width + 2, NARROWEST), WIDEST))
    finish(page, sheet, row, title)


def write_cell(
    page: Worksheet, row: int, place: int, value: Any, form: str, formats: Mapping[str, Format], ending: str
) -> None:
    """Write one value: nothing where it is missing, a number as a number, a date as a date."""
    if value is None or value is pd.NA or value != value:  # noqa: PLR0124 (nan)
        if ending:
            page.write_blank(row, place, None, formats[f"text{ending}"])
    elif isinstance(value, date):
        page.write_datetime(row, place, datetime(value.year, value.month, value.day), formats[f"date{ending}"])
    elif isinstance(value, str):
        page.write_string(
            row, place, value[:LONGEST], formats[f"{form if form in ('long', 'code') else 'text'}{ending}"]
        )
    else:
        number = float(value)
        usual = form if form in NUMBER_FORMATS else "count" if number.is_integer() else "number"
        page.write_number(row, place, number, formats[f"{usual}{ending}"])


def wide(value: Any) -> int:
    """Return about how wide a value is, in Latin letters: a Chinese character counts two."""
    text = f"{value:,.1f}" if isinstance(value, float) else "" if value is None else str(value)
    return sum(2 if sign > "\u2e7f" else 1 for sign in text)


def finish(page: Worksheet, sheet: Sheet, last: int, title: str) -> None:
    """Freeze the headings, filter by them, and set the page up for A4."""
    columns = len(sheet.columns)
    page.freeze_panes(HEADINGS + sheet.totals, frozen_columns(sheet.columns))
    page.autofilter(HEADINGS - 1, 0, max(last, HEADINGS - 1), columns - 1)
    if last >= HEADINGS:
        page.ignore_errors({"number_stored_as_text": f"A1:{xlsxwriter.utility.xl_rowcol_to_cell(last, columns - 1)}"})
    for place, key in enumerate(sheet.columns):
        if key in ("severity", "points_a_grid") and last >= HEADINGS:
            bar = {"type": "data_bar", "bar_color": "#9DB2C8"}
            page.conditional_format(HEADINGS + sheet.totals, place, last, place, bar)
    page.set_landscape()
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)
    page.repeat_rows(0, HEADINGS - 1)
    page.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.6)
    page.set_header(f"&L{escaped(title)}&C{escaped(SHEETS[sheet.name][0])}")
    page.set_footer("&C&P / &N")


def escaped(text: str) -> str:
    """Return text for a page header, in which an ampersand begins a command; Excel takes at most 255 characters."""
    return text.replace("&", "&&")[:100]


def frozen_columns(columns: Sequence[str]) -> int:
    """Return how many columns stay in sight: up to the name of a place, if it is among the first."""
    return columns.index("name") + 1 if "name" in columns[:4] else 1
