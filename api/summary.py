"""What a build came to, in plain words: what is there, what is missing, what was left out or could not be looked at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd

from data.output import read_facts
from geo.gaps import LEDGERS
from geo.result import OneGrid
from geo.tables import COLUMNS
from geo.unplaced import said_of_unplaced

LEDGER_WORDS = {
    "unheld": "nobody holds it",
    "contested": "more than one holds it",
    "unserved": "held, but not served",
}
UNUSED = ("barrier",)
"""Layers that are read and checked for what is to come: grids are not yet drawn or redrawn along barriers."""

_NOT_EVALUATED = "not_evaluated."


def summary(out: Path, grid: OneGrid) -> Iterator[str]:
    """Yield the lines that a build ends with."""
    found = grid.gaps["ledger"].value_counts()
    communities = grid.grids["community_code"].nunique()
    ledgers = ", ".join(f"{found.get(ledger, 0)} {ledger} ({LEDGER_WORDS[ledger]})" for ledger in LEDGERS)
    yield f"{out}: {len(grid.grids)} grids, {communities} communities, gaps: {ledgers}"
    unplaced = said_of_unplaced(grid.units)
    yield f"units not placed: {unplaced or 'none'}"
    yield from left_out(grid.repairs)
    facts = read_facts(out)
    for reason, kinds in not_evaluated(facts).items():
        yield f"not evaluated, {reason}: {', '.join(kinds)}"
    for layer in UNUSED:
        if any(key.startswith(f"input {layer}: ") for key in facts):
            yield f"read, but nothing uses it yet: {layer}"


def left_out(repairs: pd.DataFrame) -> Iterator[str]:
    """Say how many rows of the tables were left out, and why; the layer of repairs names them."""
    rows = repairs[repairs["layer"].isin(COLUMNS) & repairs["action"].fillna("").str.startswith("left out")]
    if len(rows):
        counts = rows.groupby(["layer", "problem"], sort=False).size()
        said = ", ".join(f"{count} of {table} ({problem})" for (table, problem), count in counts.items())
        yield f"table rows left out: {said}; the layer repairs names them"


def not_evaluated(facts: Mapping[str, str]) -> dict[str, list[str]]:
    """Return what was not evaluated, by the reason.

    >>> not_evaluated({"name": "x", "not_evaluated.no_branch": "there is no party table"})
    {'there is no party table': ['no_branch']}
    """
    kinds: dict[str, list[str]] = {}
    for key, reason in facts.items():
        if key.startswith(_NOT_EVALUATED):
            kinds.setdefault(reason, []).append(key.removeprefix(_NOT_EVALUATED))
    return kinds
