"""The rows of a CSV or XLSX file as text, from the first line of the file on."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from data.layers_schema import TableFile
from data.reading.table_text import CsvText
from data.reading.text_encoding import GUESSES, superset
from data.whole import reason
from geo.errors import InputError

XLSX = (".xlsx", ".xlsm")
CSV = (".csv", ".tsv", ".txt")
DELIMITERS = ",;\t"
HEADER_WITHIN = 10
"""The header is among so many first rows: above it there may be a title."""
_ZIP, _OLD_OFFICE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_MARKS = {codecs.BOM_UTF8: "UTF-8-SIG", codecs.BOM_UTF16_LE: "UTF-16", codecs.BOM_UTF16_BE: "UTF-16"}
_UTF_8 = ("UTF-8", "UTF-8-SIG")
_HEAD, _LONGEST_CHARACTER = 100_000, 4
"""The header ends within so many characters, each of so many bytes at most."""


class Rows(NamedTuple):
    """What stands in a file: each row a list of texts, "" for a blank cell; rows may be of different lengths.

    ``first`` are the rows among which the header is, and ``rest`` is the text below them; a workbook has none.
    ``merged`` are cells merged downwards: column, first row, last row, by their positions.
    """

    first: list[list[str]]
    driver: str
    rest: CsvText | None = None
    sheet: str = ""
    guessed_encoding: str | None = None
    merged: tuple[tuple[int, int, int], ...] = ()

    def every(self) -> list[list[str]]:
        """Return all rows; the rest is read, once."""
        rows = self.first
        while self.rest:
            rows += self.rest.rows()
        return rows


def read_rows(path: Path, written: str, spec: TableFile, columns: Collection[str]) -> Rows:
    """Read the first rows of a file; ``columns`` are those that its header has to have, which tells its delimiter.

    Raises
    ------
    InputError
        No such file, neither CSV nor XLSX, text in an unknown encoding, quotation marks that do not match.
    """
    raw = _bytes(path, written)
    suffix = path.suffix.lower()
    if suffix in XLSX and raw.startswith(_ZIP):
        from data.reading.workbook import read_sheet  # noqa: PLC0415 (openpyxl is slow to import)

        return Rows(**read_sheet(raw, written, spec.sheet))
    if suffix not in CSV or raw.startswith((_ZIP, _OLD_OFFICE)):
        raise InputError(f"{written}: is neither CSV nor XLSX; {_remedy(raw)}")
    text, encoding = _decoded(raw, written, spec.encoding)
    rest, first = CsvText(text, _delimiter(text, columns), written), []
    while rest and len(first) < HEADER_WITHIN:
        first += rest.rows()
    return Rows(first, "CSV", rest, guessed_encoding=encoding)


def _bytes(path: Path, written: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{written}: can't be read: {reason(error)}") from None


def _remedy(raw: bytes) -> str:
    if raw.startswith(_OLD_OFFICE):
        return "it is an old or encrypted Excel file: save it as .xlsx without a password, or as CSV"
    if raw.startswith(_ZIP):
        return "it looks like an Excel file: name it .xlsx"
    return "save it as .xlsx or .csv"


def _decoded(raw: bytes, written: str, encoding: str | None) -> tuple[bytes, str | None]:
    """Decode text by its byte-order mark, else as said, else as UTF-8 or GB18030, which is then reported.

    Returns
    -------
    The text in UTF-8, and the encoding where it was guessed.
    """
    mark, marked = next(((mark, name) for mark, name in _MARKS.items() if raw.startswith(mark)), (b"", None))
    stated = marked or (encoding and superset(encoding))
    for name in [stated] if stated else GUESSES:
        try:
            text = raw.decode(name)
            utf_8 = raw[len(mark) :] if name in _UTF_8 else text.encode()
        except UnicodeError:
            continue
        return utf_8, None if stated or name == GUESSES[0] else name
    if stated:
        raise InputError(f"{written}: its text is not {marked or encoding}; correct encoding in layers.toml")
    raise InputError(f"{written}: its text is neither UTF-8 nor GBK; add encoding to its table")


def _delimiter(text: bytes, columns: Collection[str]) -> str:
    """Return the delimiter by which the first rows have most of the columns looked for, and then most cells."""
    head = text[: _LONGEST_CHARACTER * _HEAD].decode(errors="ignore")[:_HEAD]
    return max(DELIMITERS, key=lambda sign: _found(head, sign, columns))


def _found(head: str, delimiter: str, columns: Collection[str]) -> tuple[int, int]:
    """Count the columns looked for, and all cells, in the best of the first rows."""
    rows: Iterator[list[str]] = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter)
    try:
        return max((header_score(row, columns) for row in islice(rows, HEADER_WITHIN)), default=(0, 0))
    except csv.Error:
        return 0, 0


def header_score(row: Sequence[str], columns: Collection[str]) -> tuple[int, int]:
    """Count the columns looked for in a row, and its cells that are not blank."""
    names = header_names(row, columns)
    return len(set(columns) & set(names)), sum(bool(name.strip(DELIMITERS)) for name in names)


def header_names(row: Sequence[str], columns: Collection[str]) -> list[str]:
    """Return the names in a header; spaces and line breaks in those looked for make no difference.

    >>> header_names([" 工作\\n电话", "姓 名", "a b"], ["工作电话", "姓名"])
    ['工作电话', '姓名', 'a b']
    """
    same = {"".join(column.split()): column for column in columns}
    return [same.get("".join(cell.split()), " ".join(cell.split())) for cell in row]
