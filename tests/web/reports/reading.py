"""Reading a report as a browser's parser does: its tables by section, its words by language, where it points."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Cell:
    """A cell: its text in Chinese, the arithmetic behind it, and what it is sorted by."""

    text: str = ""
    tip: str = ""
    sort: str | None = None

    @property
    def number(self) -> float | None:
        """The number that it is sorted by."""
        return float(self.sort) if self.sort else None


@dataclass
class Table:
    """A table: headings, the row of totals, the others."""

    heads: list[str] = field(default_factory=list)
    total: list[Cell] = field(default_factory=list)
    rows: list[list[Cell]] = field(default_factory=list)

    def column(self, head: str) -> list[float | None]:
        """Return the numbers under a heading."""
        place = self.heads.index(head)
        return [row[place].number for row in self.rows]


class Reader(HTMLParser):
    """Collects tables by section, tags with attributes, the page's own script, and text by language."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.tables: dict[str, list[Table]] = {}
        self.sections: list[str] = []
        self.script = ""
        self.said: dict[str | None, list[str]] = {None: [], "zh": [], "en": []}
        self._open: list[tuple[str, dict[str, str | None]]] = []
        self._cell: Cell | None = None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.tags.append((tag, attributes))
        if tag in ("meta", "link", "br", "col", "input"):
            return
        self._open.append((tag, attributes))
        if tag == "section":
            self.sections.append(attributes.get("id") or "")
        if tag == "table":
            self.tables.setdefault(self.sections[-1] if self.sections else "", []).append(Table())
        if tag == "td":
            self._cell = Cell(sort=attributes.get("data-sort"))

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        while self._open and self._open[-1][0] != tag:
            self._open.pop()
        if self._open:
            self._open.pop()
        if tag == "td" and self._cell is not None:
            table = self.tables[self.sections[-1] if self.sections else ""][-1]
            total = any(a.get("class") == "total" for name, a in self._open if name == "tbody")
            (table.total if total else table.rows[-1]).append(self._cell)
            self._cell = None

    def handle_data(self, data):
        inside = [name for name, _ in self._open]
        if "script" in inside:
            self.script += data
            return
        if "style" in inside or not data.strip():
            return
        language = next((a.get("lang") for name, a in reversed(self._open) if a.get("lang") in ("zh", "en")), None)
        self.said[language].append(data)
        if language == "en":
            return
        tip = any(a.get("class") == "tip" for _, a in self._open)
        if self._cell is not None:
            if tip:
                self._cell.tip += data
            else:
                self._cell.text += data
        elif "th" in inside and not tip and "sup" not in inside:
            self._headings(data)

    def _headings(self, data):
        table = self.tables[self.sections[-1] if self.sections else ""][-1]
        table.heads.append(data)


def read(text: str) -> Reader:
    """Read a page; rows are begun here, since a parser tells of cells only."""
    reader = _RowReader(text)
    for tables in reader.tables.values():
        for table in tables:
            table.rows = [row for row in table.rows if row]
    return reader


class _RowReader(Reader):
    def handle_starttag(self, tag, attrs):
        super().handle_starttag(tag, attrs)
        if tag == "tr" and self.tables:
            tables = self.tables.get(self.sections[-1] if self.sections else "")
            if tables:
                tables[-1].rows.append([])


def integer(text: str) -> int:
    """Return a number that was written with thin spaces."""
    return int(re.sub(r"[^\d-]", "", text.replace("−", "-")))
