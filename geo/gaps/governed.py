"""Held, but not served: compounds without self-government, property companies without a party organisation (rule 9)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.arrays import Bools, Ints
from geo.gaps.about import about_grids
from geo.gaps.held import Held
from geo.gaps.ledger import Entries

ABSENT = r"\s*(?:|无|没有|否|未成立|未组建|未建立|暂无|不详|-+|/|0|no|none|n|false|null)\s*"
"""What offices write where there is none."""

MANAGEMENT = r"物管会|物业管理委员会|物业管理会"
INSTRUCTOR = r"指导员|联络员|instructor"


def no_self_government(held: Held) -> Entries:
    """Find the urban compounds that should have an owners' committee, or one that does instead, and have none."""
    rows, unit = compounds(held)
    village = held.grids["rural"].to_numpy(np.bool_)[rows]
    rows, unit = rows[~village], unit[~village]
    standards = held.standard_of(rows)
    asked = np.array([one.self_government.owners_committee.required.answer for one in standards], dtype=np.bool_)
    least = np.array([one.self_government.owners_committee.least_households.number for one in standards])
    instead = np.array([one.self_government.management_committee_counts.answer for one in standards], dtype=np.bool_)
    written = said(held, "owners_committee", unit)
    has = present(written) & (instead | ~matching(written, MANAGEMENT))
    few = held.counts("households", rows) < least  # unknown households are not few
    lack = np.flatnonzero(asked & ~has & ~few)
    return about_grids(
        held,
        "no_self_government",
        rows[lack],
        facts=[{"unit": label, "figure": "业委会、物管会均未成立"} for label in held.labels(unit[lack])],
        source=[standards[row].self_government.owners_committee.required.source for row in lack],
    )


def no_property_party(held: Held) -> Entries:
    """Find the compounds whose property company has neither a party organisation nor an instructor sent to it."""
    rows, unit = compounds(held)
    company = said(held, "property_company", unit)
    served = present(company)
    rows, unit, company = rows[served], unit[served], company[served]
    standards = held.standard_of(rows)
    asked = np.array([one.property_party.required.answer for one in standards], dtype=np.bool_)
    instead = np.array([one.property_party.instructor_counts.answer for one in standards], dtype=np.bool_)
    written = said(held, "property_party", unit)
    has = present(written) & (instead | ~matching(written, INSTRUCTOR))
    lack = np.flatnonzero(asked & ~has)
    return about_grids(
        held,
        "no_property_party",
        rows[lack],
        facts=[
            {"unit": label, "company": str(name), "figure": "物业企业没有党组织，也没有派驻党建指导员"}
            for label, name in zip(held.labels(unit[lack]), company.iloc[lack], strict=True)
        ],
        source=[standards[row].property_party.required.source for row in lack],
    )


def compounds(held: Held) -> tuple[Ints, Ints]:
    """Return the asked grids that are the main one of a compound, and the compounds: each is judged once."""
    rows = held.rows[held.text("kind", held.rows) == "residential"]
    unit = held.grid_unit[rows]
    main = held.main_grid_of(unit) == rows
    return rows[main], unit[main]


def said(held: Held, column: str, unit: Ints) -> pd.Series:
    """Return what a layer says of some units, in text."""
    return pd.Series(held.units[column].array[unit], dtype="str")


def present(written: pd.Series) -> Bools:
    """Tell where something is named, and not that there is none."""
    return np.asarray(written.notna() & ~matching(written, ABSENT, whole=True), dtype=np.bool_)


def matching(written: pd.Series, pattern: str, *, whole: bool = False) -> NDArray[np.bool_]:
    """Tell where text has a pattern, or is one; missing text never does."""
    text = written.fillna("").str
    found = text.fullmatch(pattern, case=False) if whole else text.contains(pattern, case=False, regex=True)
    return np.asarray(found & written.notna(), dtype=np.bool_)
