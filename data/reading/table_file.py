"""One file of a table while it is read: the mapped columns as text, and how to name a row in a message."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from data.layers_schema import TableFile as TableSpec
from data.reading.source_file import Repair
from data.reading.table_column import Column
from geo.arrays import Bools, Ints
from geo.errors import InputError


@dataclass(frozen=True, eq=False)
class TableFile:
    """A file of a table with the columns that the mapping names.

    Parameters
    ----------
    table, spec
        The table's name in layers.toml and what is said of it there.
    written
        The file's path as the user wrote it.
    rows
        (n,) where each row stands, counted from 1 with the header.
    columns
        By what they hold, (n,) of trimmed text.
    """

    table: str
    spec: TableSpec
    written: str
    rows: Ints
    columns: Mapping[str, Column]

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.rows)

    def texts(self, key: str) -> Column:
        """Return a column; nothing but blank cells where none is mapped."""
        return self.columns[key] if key in self.columns else Column.blanks(len(self))

    def values(self, key: str, read: Callable[[str], Any], rule: str) -> Column:
        """Read a column, each distinct text once.

        Raises
        ------
        InputError
            ``read`` returns None for a text; ``rule`` says what to write instead.
        """
        texts = self.texts(key)
        values = texts.mapped(read)
        wrong = values.where(lambda value: value is None)
        if wrong.any():
            self.refuse(wrong, f'has "{texts.first(wrong)}" in {self.field(key)}; {rule}')
        return values

    def require(self, key: str) -> None:
        """Refuse a blank cell in a column that has to be filled in."""
        blank = self.texts(key).blank
        if blank.any():
            self.refuse(blank, f"has nothing in {self.field(key)}; fill it in, or remove the row")

    def refuse(self, wrong: Bools, sentence: str) -> NoReturn:
        """Refuse the file for the rows that are marked, naming the first."""
        rows = self.rows[wrong]
        more = f" (and {len(rows) - 1} more)" if len(rows) > 1 else ""
        raise InputError(f"{self.written}: row {rows[0]}{more} {sentence}")

    def field(self, key: str) -> str:
        """Name a mapped column."""
        return f'field "{self.spec.fields.columns()[key]}" (mapped as {key})'

    def repair(self, problem: str, action: str, row: int | None = None) -> Repair:
        """Record a change to a row, by its position, or to the file as a whole."""
        if row is None:
            return Repair(self.table, None, problem, f"{self.written}: {action}")
        return Repair(self.table, f"{self.written}:{self.rows[row]}", problem, action)
