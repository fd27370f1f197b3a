"""Money of grids' branches and of communities in the latest year that the table has [S2]."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.arrays import Bools, Floats, Ints, sums

COMMUNITY_PURPOSES = ("community_running", "community_service")
BRANCH_PURPOSE = "branch_activity"


@dataclass(frozen=True, eq=False)
class Money:
    """CNY in the latest year of each purpose; nan where the table has no row for it.

    Parameters
    ----------
    branch
        (grids,) of the branch of each grid.
    community
        (communities, 2) by `COMMUNITY_PURPOSES`.
    year
        By purpose, the year taken; purposes that the table does not have at all are not there. None where it says no
        year.
    """

    branch: Floats
    community: Floats
    year: dict[str, int | None]

    @classmethod
    def of(cls, rows: pd.DataFrame, grids: int, communities: NDArray[np.object_]) -> Money:
        """Add up the matched rows of the table (`geo.tables.Matched.of`); ``communities`` are all codes.

        A row without a year counts for the latest. Money of a community is that of its row, or of a row about one of
        its grids; money of a branch is about a grid, never about a community itself.
        """
        grid = rows["grid"].to_numpy(np.int64)
        home = pd.Index(communities).get_indexer(rows["community"].to_numpy(dtype=object)).astype(np.int64)
        amount = rows["amount"].to_numpy(np.float64)
        purpose = rows["purpose"].to_numpy(dtype=object)
        year: dict[str, int | None] = {}
        latest = np.zeros(len(rows), dtype=np.bool_)
        for name in np.unique(purpose.astype(str)):
            chosen = purpose == name
            given = rows["year"][chosen].dropna()
            year[str(name)] = int(given.max()) if len(given) else None
            latest |= chosen & (rows["year"].isna() | (rows["year"] == year[str(name)])).fillna(True).to_numpy(np.bool_)
        of_branch = latest & (purpose == BRANCH_PURPOSE) & (grid >= 0) & ~rows["whole"].to_numpy(np.bool_)
        by_purpose = [
            totals(home, amount, latest & (purpose == name) & (home >= 0), len(communities))
            for name in COMMUNITY_PURPOSES
        ]
        return cls(totals(grid, amount, of_branch, grids), np.stack(by_purpose, axis=1), year)


def totals(place: Ints, amount: Floats, chosen: Bools, size: int) -> Floats:
    """Add amounts up by place; nan where a place has none."""
    total = sums(amount[chosen], place[chosen], size)
    total[np.bincount(place[chosen], minlength=size) == 0] = np.nan
    return total
