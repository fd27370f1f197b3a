"""Workbooks of a few kilobytes that would take all memory: refused before they are read."""

from __future__ import annotations

import io
import time
import zipfile

import openpyxl
import pytest

from data.reading.workbook import read_sheet
from geo.errors import InputError


def workbook(sheet: bytes) -> bytes:
    """Write a workbook whose one sheet is that."""
    plain, made = io.BytesIO(), io.BytesIO()
    openpyxl.Workbook().save(plain)
    head = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as new:
        for name in old.namelist():
            new.writestr(name, head + sheet + b"</worksheet>" if name.endswith("sheet1.xml") else old.read(name))
    return made.getvalue()


def filled(rows: int) -> bytes:
    """Write rows of a hundred cells."""
    return b"<sheetData>" + rows * (b"<row>" + 100 * b"<c><v>1</v></c>" + b"</row>") + b"</sheetData>"


@pytest.mark.parametrize(
    ("sheet", "why"),
    [
        (filled(10_001), "has more than 1,000,000 cells"),
        (b"<sheetData>" + b" " * 256_000_001 + b"</sheetData>", "unpacks to more than 256 MB"),
        (
            b'<sheetData/><mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>',
            "has more than 1,000,000 cells",
        ),
        (
            b'<sheetData><row r="1"><c r="A1"><v>1</v></c></row>'
            b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>',
            "has cells far apart, up to XFD1048576",
        ),
    ],
    ids=["cells", "bytes", "merged", "far apart"],
)
def test_a_workbook_that_swells_is_refused_before_it_takes_memory(sheet: bytes, why: str) -> None:
    raw = workbook(sheet)
    assert len(raw) < 300_000
    began = time.process_time()
    with pytest.raises(InputError, match=f"^a.xlsx: {why}"):
        read_sheet(raw, "a.xlsx", None)
    assert time.process_time() - began < 5


def test_a_workbook_as_offices_keep_them_is_read() -> None:
    assert len(read_sheet(workbook(filled(50)), "a.xlsx", None)["first"]) == 50
