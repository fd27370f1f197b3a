"""What serves the grids: posts, party organisations, premises, rounds, ratings; places and counts, never a person.

Who holds a post stands on the duty board; here is whether somebody does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.standards import MANAGEMENT_TYPES, ROUNDS, Standard
from geo.standards_table import standards_from_table
from geo.themes import STAFF_TOTALS, themes
from web.reports import columns
from web.reports.encoding import MercatorFrame, integers

Frames = Mapping[str, pd.DataFrame]

THEMES = ("shortage", "form", "severity", "rating")
"""Fills whose classes `geo.themes` knows."""


def layer(frames: Frames, name: str, *needed: str) -> pd.DataFrame:
    """Return a layer of a build; without rows, but with the columns needed, where the build lacks it."""
    return frames[name] if name in frames else pd.DataFrame({column: pd.Series(dtype=object) for column in needed})


def classes(frames: Frames) -> dict[str, Any]:
    """Return each grid's classes by theme, and the people behind its class of shortage."""
    table = themes(frames)
    return {
        **{name: columns.words(table, name) for name in THEMES},
        **{name: columns.counts(table, name) for name in STAFF_TOTALS},
    }


def staffing(frames: Frames, frame: MercatorFrame) -> dict[str, Any]:
    """Return the posts of the grids, a row a grid and post."""
    posts = layer(frames, "staffing", "code")
    return {
        "grid": columns.row_numbers(posts["code"], frames["grids"]["code"]),
        "post": columns.words(posts, "post"),
        **{name: columns.counts(posts, name) for name in ("required", "held", "short")},
        "arithmetic": columns.sentences(posts, "arithmetic"),
    }


def party(frames: Frames, frame: MercatorFrame) -> dict[str, Any]:
    """Return which party organisation covers each grid, and what the rules propose; a row a grid."""
    codes = frames["grids"]["code"].to_numpy(dtype=object)
    rows = layer(frames, "assignments", "code").drop_duplicates("code").set_index("code").reindex(codes)
    organisations = layer(frames, "party_organisations", "organisation_id", "name").drop_duplicates("organisation_id")
    known = organisations.set_index("organisation_id")["name"]
    for column, organisation in (("name", "organisation_id"), ("proposed_name", "proposed_organisation_id")):
        rows[column] = known.reindex(columns.column(rows, organisation).to_numpy(dtype=object)).to_numpy(dtype=object)
    return {
        **{name: columns.words(rows, name) for name in ("form", "name", "proposed_form", "proposed_name")},
        "members": columns.counts(rows, "members"),
        "reason": columns.sentences(rows, "reason"),
    }


def ratings(frames: Frames, frame: MercatorFrame) -> dict[str, Any]:
    """Return the assessments of settlements, the latest last, and what each settlement is by its size."""
    rows = layer(frames, "ratings", "code", "period").sort_values(["code", "period"], kind="stable")
    codes = frames["grids"]["code"].to_numpy(dtype=object)
    size = layer(frames, "settlements", "code").drop_duplicates("code").set_index("code").reindex(codes)
    return {
        "grid": columns.row_numbers(rows["code"], frames["grids"]["code"]),
        "period": columns.words(rows, "period"),
        "score": columns.numbers(rows, "score", 6),
        "stars": columns.counts(rows, "stars"),
        "arithmetic": columns.sentences(rows, "arithmetic"),
        "settlement": {
            **{name: columns.words(size, name) for name in ("class", "self_management", "period")},
            "stars": columns.counts(size, "stars"),
        },
    }


def premises(frames: Frames, frame: MercatorFrame) -> dict[str, Any]:
    """Return the places that grids work from: on which grid, of which kind, and where."""
    rows = layer(frames, "premises", "code", "x", "y")
    known = rows[rows["x"].notna() & rows["y"].notna()]
    steps = frame.steps(known[["x", "y"]].to_numpy(np.float64))
    return {
        "grid": columns.row_numbers(known["code"], frames["grids"]["code"]),
        **{name: columns.words(known, name) for name in ("name", "kind")},
        "point": integers(np.diff(steps, axis=0, prepend=0).reshape(-1)),
    }


def rounds(frames: Frames, frame: MercatorFrame) -> dict[str, Any] | None:
    """Return the days from one round to the next by management type, and which of these sets holds for each grid."""
    table = layer(frames, "standards")
    standards = None if table.empty else standards_from_table(table)
    if standards is None:
        return None
    codes = frames["grids"]["community_code"].to_numpy(dtype=object)
    of_grid: NDArray[np.int64] = np.zeros(len(codes), dtype=np.int64)
    sets = []
    for place, (standard, rows) in enumerate(standards.groups(codes)):
        sets.append(days(standard))
        of_grid[rows] = place
    return {"sets": sets, "grid": integers(of_grid)}


def days(standard: Standard) -> dict[str, dict[str, Any]]:
    """Return days and source of each round by management type."""
    return {
        kind: {name: [standard.intervals[kind][name].number, standard.intervals[kind][name].source] for name in ROUNDS}
        for kind in MANAGEMENT_TYPES
    }
