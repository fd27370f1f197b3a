"""How much an XLSX workbook unpacks to, told before it is read: a few kilobytes may hold millions of cells."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from typing import IO

from openpyxl.utils.cell import range_boundaries

from geo.errors import InputError

MOST_BYTES = 256_000_000
"""Of a workbook, unpacked."""
MOST_CELLS = 1_000_000
"""Of all sheets, with those that are only formatted or merged: read, they take 500 bytes each."""
PIECE = 1 << 20
CELL = re.compile(rb"<(?:\w+:)?c[\s/>]")
MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref=[\"']([A-Z]{1,3}[0-9]{1,7}:[A-Z]{1,3}[0-9]{1,7})[\"']")


def require_readable_size(book: zipfile.ZipFile, written: str) -> None:
    """Refuse a workbook that would take all memory once it is read.

    Raises
    ------
    InputError
        It unpacks to more than `MOST_BYTES`, or has more than `MOST_CELLS`.
    """
    if sum(member.file_size for member in book.infolist()) > MOST_BYTES:
        refuse(written, f"unpacks to more than {MOST_BYTES // 1_000_000} MB")
    cells = 0
    for member in book.infolist():
        if member.filename.lower().endswith(".xml"):
            with book.open(member) as file:
                for count in cells_in(file):
                    cells += count
                    if cells > MOST_CELLS:
                        refuse(written, f"has more than {MOST_CELLS:,} cells, with those that are formatted or merged")


def refuse(written: str, why: str) -> None:
    """Say what to do instead."""
    raise InputError(f"{written}: {why}; save its sheet as CSV, which may be larger")


def cells_in(file: IO[bytes]) -> Iterator[int]:
    """Count the cells of a part of a workbook, piece by piece; a tag that two share with the later."""
    rest = b""
    while piece := file.read(PIECE):
        text = rest + piece
        cut = text.rfind(b"<")
        text, rest = (text[:cut], text[cut:]) if cut > 0 else (text, b"")
        yield counted(text)
    yield counted(rest)


def counted(text: bytes) -> int:
    """Count cells, and those of merged ranges.

    >>> counted(b'<row><c r="A1"/><c><v>1</v></c></row><cols/><mergeCell ref="A1:B3"/>')
    8
    """
    return len(CELL.findall(text)) + sum(map(area, MERGED.findall(text)))


def area(merged: bytes) -> int:
    """Count the cells of a range.

    >>> area(b"A1:B3")
    6
    """
    west, north, east, south = range_boundaries(merged.decode())
    return (abs(east - west) + 1) * (abs(south - north) + 1)
