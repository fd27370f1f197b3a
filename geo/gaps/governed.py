"""Held, but not served: compounds without self-government, property companies without a party organisation (rule 9)."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from geo.arrays import Bools, Ints
from geo.gaps.about import about_grids
from geo.gaps.held import Held
from geo.gaps.ledger import Entries
from geo.rules import NOBODY

ABSENT = re.compile(r"\s*(?:|无|没有|否|未成立|未组建|未建立|暂无|不详|-+|/|0|no|none|n|false|null)\s*", re.IGNORECASE)
"""What offices write where there is none."""

MANAGEMENT = re.compile(r"物管会|物业管理委员会|物业管理会")
INSTRUCTOR = re.compile(r"指导员|联络员|instructor", re.IGNORECASE)


def no_self_government(held: Held) -> Entries:
    """Find the urban compounds that should have an owners' committee, or one that does instead, and have none."""
    rows, unit = compounds(held)
    town = ~held.grid["rural"][rows]
    rows, unit = rows[town], unit[town]
    standards = held.standard_of(rows)
    asked = np.array([one.self_government.owners_committee.required.answer for one in standards], dtype=np.bool_)
    least = np.array([one.self_government.owners_committee.least_households.number for one in standards])
    instead = np.array([one.self_government.management_committee_counts.answer for one in standards], dtype=np.bool_)
    written = held.unit["owners_committee"][unit]
    has = present(written) & (instead | ~matching(written, MANAGEMENT))
    few = held.unit_counts("households", unit) < least  # in all communities it lies in; unknown households are not few
    lack = np.flatnonzero(asked & ~has & ~few)
    return about_grids(
        held,
        "no_self_government",
        rows[lack],
        facts={"unit": held.unit["label"][unit[lack]], "figure": ["业委会、物管会均未成立"] * len(lack)},
        source=[standards[row].self_government.owners_committee.required.source for row in lack],
    )


def no_property_party(held: Held) -> Entries:
    """Find the compounds whose property company has neither a party organisation nor an instructor sent to it."""
    rows, unit = compounds(held)
    company = held.unit["property_company"][unit]
    served = present(company)
    rows, unit, company = rows[served], unit[served], company[served]
    standards = held.standard_of(rows)
    asked = np.array([one.property_party.required.answer for one in standards], dtype=np.bool_)
    instead = np.array([one.property_party.instructor_counts.answer for one in standards], dtype=np.bool_)
    written = held.unit["property_party"][unit]
    has = present(written) & (instead | ~matching(written, INSTRUCTOR))
    lack = np.flatnonzero(asked & ~has)
    return about_grids(
        held,
        "no_property_party",
        rows[lack],
        facts={
            "unit": held.unit["label"][unit[lack]],
            "company": list(map(str, company[lack])),
            "figure": ["物业企业没有党组织，也没有派驻党建指导员"] * len(lack),
        },
        source=[standards[row].property_party.required.source for row in lack],
    )


def compounds(held: Held) -> tuple[Ints, Ints]:
    """Return the asked grids that are the main one of a compound, and the compounds: each is judged once."""
    rows = held.rows[(held.text("kind", held.rows) == "residential") & (held.grid_unit[held.rows] != NOBODY)]
    unit = held.grid_unit[rows]
    main = held.main_grid_of(unit) == rows
    return rows[main], unit[main]


def present(written: NDArray[np.object_]) -> Bools:
    """Tell where something is named, and not that there is none."""
    return np.array([text is not None and not ABSENT.fullmatch(text) for text in written], dtype=np.bool_)


def matching(written: NDArray[np.object_], pattern: re.Pattern[str]) -> Bools:
    """Tell where text has a pattern; missing text never does."""
    return np.array([text is not None and pattern.search(text) is not None for text in written], dtype=np.bool_)
