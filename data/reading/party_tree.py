"""The party organisations of a table as one tree: rows that agree, parents that are there, no circle."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from data.reading.source_file import Repair, counted
from geo.arrays import Ints
from geo.errors import InputError
from geo.tables import with_zeros

ABOUT = ("name", "level", "parent_id", "members", "secretary")
"""What is said of an organisation as a whole, on each of its rows."""

TOP_LEVELS = ("street_committee", "town_committee")
"""Levels whose parent, the county's committee, lies outside of a town's table."""

SHOWN = 5


def one_tree(table: pd.DataFrame) -> tuple[pd.DataFrame, list[Repair]]:
    """Return the table with what is said of an organisation on all of its rows, and what was changed.

    Raises
    ------
    InputError
        Rows of one organisation contradict each other; a parent is not in the table; organisations stand in a circle.
    """
    _require_agreement(table)
    by_id = table.groupby("organisation_id", sort=False)
    table = table.assign(**{key: by_id[key].transform("first").astype(table[key].dtype) for key in ABOUT})
    table["parent_id"] = pd.Series(_restored(table), dtype="str")
    table, repairs = _without_outer_parents(table)
    _require_parents(table)
    _require_no_circle(table.drop_duplicates("organisation_id", ignore_index=True))
    return table, repairs


def _require_agreement(table: pd.DataFrame) -> None:
    """Refuse rows of one organisation that say different things; a blank cell says nothing."""
    for key in ABOUT:
        said = table[table[key].notna()]
        other = (said[key] != said.groupby("organisation_id")[key].transform("first")).to_numpy(np.bool_)
        if other.any():
            row = said[other].iloc[0]
            first = said[said["organisation_id"] == row["organisation_id"]].iloc[0]
            raise InputError(
                f'{row["file"]}: row {row["row"]} gives organisation "{row["organisation_id"]}" the {key} '
                f'"{row[key]}", but {_place(first, row)} the {key} "{first[key]}"; make them agree, '
                "or give each organisation an id of its own"
            )


def _place(row: pd.Series, beside: pd.Series) -> str:
    return f"row {row['row']}" if row["file"] == beside["file"] else f"{row['file']} row {row['row']}"


def _restored(table: pd.DataFrame) -> np.ndarray:
    """Give parents the leading zeros back that a spreadsheet took."""
    parent = table["parent_id"].fillna("").to_numpy(dtype=object)
    known = table[["organisation_id"]].drop_duplicates().set_axis(["source_id"], axis=1).assign(layer="party")
    found, _ = with_zeros(np.full(len(table), "party", dtype=object), parent, known)
    return np.where(found == "", None, found)


def _without_outer_parents(table: pd.DataFrame) -> tuple[pd.DataFrame, list[Repair]]:
    """Take committees of streets and towns as the top where their parent is not in the table."""
    outer = _orphans(table) & table["level"].isin(TOP_LEVELS).to_numpy(np.bool_)
    at = table[outer]
    places = at["file"].astype("str") + ":" + at["row"].astype("str")
    repairs = [Repair("party", place, "its parent is not in the table", "taken as the top") for place in places]
    return table.assign(parent_id=table["parent_id"].mask(outer)), repairs


def _orphans(table: pd.DataFrame) -> np.ndarray:
    parent, known = pa.array(table["parent_id"]), pa.array(table["organisation_id"])
    found = pc.or_(pc.is_in(parent, value_set=known), parent.is_null())
    return ~found.to_numpy(zero_copy_only=False)


def _require_parents(table: pd.DataFrame) -> None:
    orphans = _orphans(table)
    if orphans.any():
        row, others = table[orphans].iloc[0], int(orphans.sum()) - 1
        raise InputError(
            f"{row['file']}: row {row['row']}{f' (and {others} more)' if others else ''} names the parent "
            f'"{row["parent_id"]}", which is no organisation of the table; add it, or correct the id'
        )


def _require_no_circle(organisations: pd.DataFrame) -> None:
    """Refuse organisations that are above themselves; a row an organisation."""
    parent = pd.Index(organisations["organisation_id"]).get_indexer(organisations["parent_id"])
    above = np.append(parent, -1).astype(np.int64)  # the top is above the top
    for _ in range(max(len(organisations), 2).bit_length()):
        above = above[above]
    if (above[:-1] < 0).all():
        return
    circle = _circle(parent, int(above[above >= 0][0]))
    row = organisations.iloc[circle[0]]
    names = [f'"{organisations["organisation_id"][place]}"' for place in [*circle, circle[0]]]
    shown = names if len(names) <= SHOWN + 1 else [*names[:SHOWN], "…", names[-1]]
    raise InputError(
        f"{row['file']}: row {row['row']} stands in a circle of {counted(len(circle), 'organisation')}, each the "
        f"parent of the one before: {' → '.join(shown)}; correct a parent"
    )


def _circle(parent: Ints, start: int) -> list[int]:
    """Walk from an organisation in a circle back to itself; return the circle from its first row on."""
    circle = [start]
    while parent[circle[-1]] != start:
        circle.append(int(parent[circle[-1]]))
    first = circle.index(min(circle))
    return circle[first:] + circle[:first]
