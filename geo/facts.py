"""What a build says of itself, as rows of the table `build`, and how a plan reads it back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import date
from typing import Any

import pandas as pd

from geo.divisions import division_facts
from geo.gaps.evaluated import not_evaluated
from geo.sources import COUNTS, Parameters, Sources
from geo.tables import COLUMNS

MERGE, NOT_EVALUATED, TABLES = "merge.", "not_evaluated.", "tables"
BUILDINGS = "buildings"
"""How many buildings there are; no such fact where there is no such layer."""


def facts(
    sources: Sources,
    parameters: Parameters,
    grids: pd.DataFrame,
    units: pd.DataFrame,
    gaps: pd.DataFrame,
    as_of: date | None,
) -> dict[str, str]:
    """Say what was built, by which parameters, and what could not be evaluated."""
    totals = {"name": sources.name, "working_crs": sources.crs.to_string()}
    settings = {f"{MERGE}{name}": str(value) for name, value in asdict(parameters).items()}
    sizes = {"communities": len(sources.communities), "grids": len(grids), "units": len(units), "gaps": len(gaps)}
    sizes |= {name: int(grids[name].sum()) for name in COUNTS}
    if sources.buildings is not None:
        sizes[BUILDINGS] = len(sources.buildings)
    if as_of and sources.tables and sources.tables.exceptions is not None:
        totals["as_of"] = as_of.isoformat()
    return {
        **totals,
        **division_facts(sources.communities),
        **settings,
        f"{MERGE}precedence": ", ".join(parameters.precedence),
        **{name: str(size) for name, size in sizes.items()},
        TABLES: ", ".join(name for name, _ in sources.tables.present()) if sources.tables else "",
        **{f"{NOT_EVALUATED}{kind}": reason for kind, reason in not_evaluated(sources).items()},
    }


def parameters_of(facts: Mapping[str, str]) -> Parameters:
    """Return the parameters that a build was merged by.

    >>> parameters_of({"merge.precedence": "compound, courtyard", "merge.min_area": "25.0"}).precedence
    ('compound', 'courtyard')
    """
    said: dict[str, Any] = {}
    for field in fields(Parameters):
        text = facts.get(f"{MERGE}{field.name}")
        if text is not None:
            said[field.name] = float(text) if isinstance(field.default, float) else text
    if "precedence" in said:
        said["precedence"] = tuple(said["precedence"].split(", "))
    return Parameters(**said)


def not_evaluated_of(facts: Mapping[str, str]) -> dict[str, str]:
    """Return the kinds, or parts of a kind, that a build could not evaluate, and why."""
    return {key.removeprefix(NOT_EVALUATED): why for key, why in facts.items() if key.startswith(NOT_EVALUATED)}


def tables_of(facts: Mapping[str, str]) -> frozenset[str] | None:
    """Return the names of the tables that a build had; None of a build from before that was said."""
    if TABLES not in facts:
        return None
    return frozenset(name for name in COLUMNS if name in facts[TABLES].split(", "))
