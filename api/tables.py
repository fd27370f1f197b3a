"""Lists for people: in columns that stay aligned where there are Chinese names."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Sequence

from rich.console import Console
from rich.table import Table

WIDEST = 10_000
"""Where nobody looks at it as it is printed, every row has a line to itself."""


def console() -> Console:
    """Return what prints on stdout, as wide as the terminal."""
    return Console(highlight=False, markup=False, width=None if sys.stdout.isatty() else WIDEST)


def print_rows(
    headings: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    right: Collection[str] = (),
    folded: Collection[str] = (),
) -> None:
    """Print rows under headings; what is None stays blank.

    Parameters
    ----------
    right
        The headings whose columns are set to the right, such as figures.
    folded
        Those that take several lines on a narrow terminal.
    """
    table = Table(box=None, pad_edge=False)
    for heading in headings:
        justify = "right" if heading in right else "left"
        table.add_column(heading, justify=justify, overflow="fold", no_wrap=heading not in folded)
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    console().print(table)
