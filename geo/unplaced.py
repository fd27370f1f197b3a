"""Source units that are in no grid, and whose households therefore nobody has: outside the communities, or rejected."""

from __future__ import annotations

import pandas as pd

NOT_COUNTED = ("outside", "rejected")
"""What becomes of a unit that is in no grid: it touches no community, or has no usable polygon."""

SHOWN = 5


def unplaced(units: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the layer ``units`` that are in no grid, those with most households first."""
    rows = units[units["status"].isin(NOT_COUNTED)]
    order = rows["households"].fillna(0).sort_values(ascending=False, kind="stable").index
    return rows.loc[order]


def said_of_unplaced(units: pd.DataFrame) -> str:
    """Name the units that are in no grid, and say how many households that is; empty when there are none.

    >>> columns = ["layer", "source_id", "name", "status", "households"]
    >>> rows = [["compound", "7", "云栖", "outside", 920], ["compound", "8", None, "kept", 3]]
    >>> said_of_unplaced(pd.DataFrame(rows, columns=columns).astype({"households": "Int64"}))
    '1 unit, 920 households: compound 7 云栖 (outside)'
    """
    rows = unplaced(units)
    if rows.empty:
        return ""
    named = [
        " ".join(filter(None, [one.layer, one.source_id, None if pd.isna(one.name_) else one.name_]))
        + f" ({one.status})"
        for one in rows.head(SHOWN).rename(columns={"name": "name_"}).itertuples()
    ]
    more = f" and {len(rows) - SHOWN:,} more" if len(rows) > SHOWN else ""
    count = int(rows["households"].sum())
    return f"{len(rows):,} unit{'s' * (len(rows) != 1)}, {count:,} households: {', '.join(named)}{more}"
