"""The rows of CSV text, a piece at a time: plain pieces as columns, the others row by row.

A piece is plain where it has no quotation mark and no apostrophe, and every row as many cells as the header. Arrow
reads it as Python does, in a fraction of the time, and each distinct text of it once.
"""

from __future__ import annotations

import csv
import io
from codecs import BOM_UTF8
from collections import deque
from collections.abc import Iterator, Sequence

import pyarrow as pa
from pyarrow import csv as arrow_csv

from data.spreadsheet_text import GUARD, unguarded
from geo.errors import InputError

LONGEST_CELL = 1_000_000
PIECE = 1_000_000
"""Bytes of text that are read together, no more than a cell may have; where a line ends, so does a piece."""

TEXTS = pa.dictionary(pa.int32(), pa.string())
"""The type of a column: each row's place among the distinct texts."""

Part = list[list[str]] | pa.Table
"""Some rows, one after the other: each as its cells, or all in columns."""


class CsvText:
    """CSV text that is read piece by piece, from the top; it is true while there is more of it.

    Parameters
    ----------
    text
        In UTF-8, and known to be.
    delimiter
        What stands between two cells.
    written
        The file's path as the user wrote it.
    """

    def __init__(self, text: bytes, delimiter: str, written: str) -> None:
        self._text, self._delimiter, self._written = text, delimiter, written
        self._guarded = GUARD.encode() in text
        self._at = self._rows = self._lines_in_columns = 0
        self._lines: deque[str] = deque()
        csv.field_size_limit(LONGEST_CELL)
        self._reader = csv.reader(self._each_line(), delimiter=delimiter, strict=True)

    def __bool__(self) -> bool:
        """Tell whether there is more."""
        return self._at < len(self._text)

    def rows(self) -> list[list[str]]:
        """Read a piece, and what a cell at its end has beyond it, row by row: the cells of each.

        Raises
        ------
        InputError
            Quotation marks do not match, or a cell is too long.
        """
        rows: list[list[str]] = []
        self._take()
        try:
            while self._lines:
                rows.append(next(self._reader))
        except csv.Error as error:
            row, line = self._rows + len(rows) + 1, self._reader.line_num + self._lines_in_columns
            raise InputError(
                f"{self._written}: row {row} (line {line}) can't be read as CSV: {error}; "
                "put a cell that holds a separator, a quotation mark or a line break in quotation marks"
            ) from None
        self._rows += len(rows)
        return list(map(unguarded, rows)) if self._guarded else rows

    def parts(self, width: int, at: Sequence[int]) -> Iterator[Part]:
        """Read what is left; of plain pieces, whose rows have ``width`` cells, the columns at some positions."""
        while self:
            columns = self._columns(width, at)
            yield self.rows() if columns is None else columns

    def _columns(self, width: int, at: Sequence[int]) -> pa.Table | None:
        """Read a piece as columns; None, and nothing is read, where it is not plain."""
        end = self._end()
        marked = any(self._text.find(mark, self._at, end) >= 0 for mark in (b'"', GUARD.encode()))
        if marked or self._text.startswith(BOM_UTF8, self._at) or end - self._at > PIECE:
            return None  # Arrow drops a byte-order mark where it begins, and has no longest cell
        piece = pa.py_buffer(self._text).slice(self._at, end - self._at)
        names = list(map(str, range(width)))
        wanted = [names[place] for place in at]
        try:
            table = arrow_csv.read_csv(
                pa.BufferReader(piece),
                arrow_csv.ReadOptions(use_threads=False, block_size=PIECE + 1, column_names=names),
                arrow_csv.ParseOptions(delimiter=self._delimiter, quote_char=False, ignore_empty_lines=False),
                arrow_csv.ConvertOptions(
                    check_utf8=False, column_types=dict.fromkeys(wanted, TEXTS), include_columns=wanted
                ),
            )
        except pa.ArrowInvalid:  # a row of another length
            return None
        self._at, self._rows = end, self._rows + len(table)
        self._lines_in_columns += len(table)
        return table

    def _each_line(self) -> Iterator[str]:
        while self._lines or self._take():
            yield self._lines.popleft()

    def _take(self) -> bool:
        """Take the lines of the next piece; tell whether there were any."""
        end = self._end()
        piece, self._at = self._text[self._at : end], end
        self._lines.extend(io.StringIO(piece.decode(), newline=""))
        return bool(self._lines)

    def _end(self) -> int:
        """Return where the piece that begins here ends: behind its last line break, or the next one there is."""
        if self._at + PIECE >= len(self._text):
            return len(self._text)
        within = self._text.rfind(b"\n", self._at, self._at + PIECE) + 1
        return within or self._text.find(b"\n", self._at + PIECE) + 1 or len(self._text)
