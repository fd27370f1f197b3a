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


class Pieces:
    """Text piece by piece, each of which ends where a line does; it is let go of when all is read.

    ``lines`` are those of the pieces taken that nobody has read yet.
    """

    def __init__(self, text: bytes) -> None:
        self.lines: deque[str] = deque()
        self._text, self._at = text, 0

    def __bool__(self) -> bool:
        """Tell whether there is a piece that was not taken."""
        return bool(self._text)

    def ahead(self) -> bytes:
        """Return the next piece: as much as may be, or one line where that is longer."""
        text, last = self._text, self._at + PIECE
        if last >= len(text):
            return text[self._at :]
        end = text.rfind(b"\n", self._at, last) + 1 or text.find(b"\n", last) + 1 or len(text)
        return text[self._at : end]

    def go_on(self, size: int) -> None:
        """Leave so many bytes behind."""
        self._at += size
        if self._at >= len(self._text):
            self._text = b""

    def take_lines(self) -> bool:
        """Take the lines of the next piece; tell whether there are any."""
        piece = self.ahead()
        self.go_on(len(piece))
        self.lines.extend(io.StringIO(piece.decode(), newline=""))
        return bool(self.lines)

    def each_line(self) -> Iterator[str]:
        """Yield lines, taking pieces as they are needed."""
        while self.lines or self.take_lines():
            yield self.lines.popleft()


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
        self._pieces, self._delimiter, self._written = Pieces(text), delimiter, written
        self._guarded = GUARD.encode() in text
        self._rows = self._lines_in_columns = 0
        csv.field_size_limit(LONGEST_CELL)
        self._reader = csv.reader(self._pieces.each_line(), delimiter=delimiter, strict=True)

    def __bool__(self) -> bool:
        """Tell whether there is more."""
        return bool(self._pieces)

    def rows(self) -> list[list[str]]:
        """Read a piece, and what a cell at its end has beyond it, row by row: the cells of each.

        Raises
        ------
        InputError
            Quotation marks do not match, or a cell is too long.
        """
        rows: list[list[str]] = []
        self._pieces.take_lines()
        try:
            while self._pieces.lines:
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
        piece = self._pieces.ahead()
        if len(piece) > PIECE or piece.startswith(BOM_UTF8) or any(mark in piece for mark in (b'"', GUARD.encode())):
            return None  # Arrow has no longest cell, and drops a byte-order mark where it begins
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
        self._pieces.go_on(len(piece))
        self._rows += len(table)
        self._lines_in_columns += len(table)
        return table
