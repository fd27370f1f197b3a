"""Tables of the report: sortable, with repeated headings on paper, every computed figure with its arithmetic."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from web.reports.markup import Content, Html, tag
from web.reports.wording import count, known, word

Cell = Html
"""A ``td`` or ``th``."""


@dataclass
class Notes:
    """The footnotes of a report, numbered in the order in which they are first called for."""

    keys: list[str] = field(default_factory=list)

    def mark(self, key: str) -> Html:
        """Return a small number that leads to the note, and shows it to a pointer that rests on it."""
        if key not in self.keys:
            self.keys.append(key)
        number = self.keys.index(key) + 1
        link = tag("a", number, href=f"#note-{number}")
        return tag("sup", link, tag("span", word(f"note.{key}"), class_="tip"), class_="why")

    def listed(self) -> Html:
        """List the notes that were called for."""
        items = (tag("li", word(f"note.{key}"), id=f"note-{number}") for number, key in enumerate(self.keys, start=1))
        return tag("ol", *items, class_="notes")


def text(content: Content, *, tip: Content = None, class_: str | None = None, sort: Any = None) -> Cell:
    """Return a cell of text."""
    return tag("td", with_tip(content, tip), class_=class_, data_sort=sort)


def number(value: Any, shown: Content | None = None, *, tip: Content = None, class_: str = "n") -> Cell:
    """Return a cell with a number, sorted by its value; ``shown`` where it is not a plain count."""
    sort = f"{float(value):.10g}" if known(value) else ""
    return tag("td", with_tip(count(value) if shown is None else shown, tip), class_=class_, data_sort=sort)


def with_tip(content: Content, tip: Content) -> Content:
    """Let content show its arithmetic to a pointer that rests on it, or to the keyboard."""
    if not tip:
        return content
    return tag("span", content, tag("span", tip, class_="tip"), class_="why", tabindex=0)


def head(key: str, *marks: Html, numeric: bool = False) -> Html:
    """Return a heading by its word; a click sorts the table by it."""
    return tag("th", tag("span", word(f"head.{key}")), *marks, class_="n" if numeric else None, scope="col")


def heads(texts: Sequence[str], numbers: Sequence[str | tuple[str, Html]]) -> list[Html]:
    """Return headings: of text first, then of numbers, some of these with the mark of a note."""
    marked = [(one, ()) if isinstance(one, str) else (one[0], one[1:]) for one in numbers]
    return [*(head(key) for key in texts), *(head(key, *marks, numeric=True) for key, marks in marked)]


def table(
    columns: Iterable[Content],
    rows: Iterable[Sequence[Cell]],
    *,
    total: Sequence[Cell] | None = None,
    groups: Content = None,
    class_: str = "",
) -> Html:
    """Return a table; ``total`` stays on top however it is sorted, ``groups`` is a row above the headings."""
    body = [tag("tr", *cells) for cells in rows]
    if not body and total is None:
        return nothing()
    first = tag("tbody", tag("tr", *total), class_="total") if total is not None else None
    inside = (tag("thead", groups, tag("tr", *columns)), first, tag("tbody", *body, class_="rows"))
    return tag("div", tag("table", *inside, class_=class_ or None), class_="scroll")


def nothing() -> Html:
    """Say that there is nothing to list."""
    return tag("p", word("report.nothing"), class_="empty")


def capped(shown: int, every: int) -> Html | None:
    """Say how many of how many are listed, if not all."""
    if shown >= every:
        return None
    return tag("p", word("report.shown", shown=count(shown), count=count(every)), class_="capped")


def section(name: str, *content: Content, class_: str | None = None) -> Html:
    """Return a section of the report, which its list of contents leads to."""
    return tag("section", tag("h2", word(f"section.{name}")), *content, id=name, class_=class_)


def subhead(key: str, *marks: Html, **slots: Content) -> Html:
    """Return a heading inside a section."""
    return tag("h3", word(f"section.{key}", **slots), *marks)


def bar(value: Any, most: float, ink: str) -> Html | None:
    """Draw how large a figure is beside the largest."""
    if not known(value) or most <= 0:
        return None
    width = round(1000 * min(float(value) / most, 1))
    return tag(
        "svg",
        tag("rect", x=0, y=0, width=width, height=60, fill=ink),
        viewBox="0 0 1000 60",
        preserveAspectRatio="none",
        class_="bar",
        aria_hidden="true",
    )
