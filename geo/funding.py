"""Money of grids' branches and of communities in the latest year that the table has [S2]."""

from __future__ import annotations

from collections.abc import Mapping
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
    def of(
        cls,
        rows: pd.DataFrame,
        grids: int,
        communities: NDArray[np.object_],
        latest: Mapping[str, int | None],
    ) -> Money:
        """Add up the matched rows of the table (`geo.tables.Matched.of`); ``communities`` are all codes,
        ``latest`` is as of `latest_years`.

        A row without a year counts for the latest. Money of a community is that of its row, or of a row about one of
        its grids; money of a branch is about a grid, never about a community itself.
        """
        purpose = rows["purpose"].to_numpy(dtype=object)
        year = rows["year"].to_numpy(np.float64, na_value=np.nan)
        return cls.made(
            purpose=purpose,
            year=year,
            amount=rows["amount"].to_numpy(np.float64),
            grid=np.where(rows["whole"].to_numpy(np.bool_), -1, rows["grid"].to_numpy(np.int64)),
            community=pd.Index(communities).get_indexer(rows["community"].to_numpy(dtype=object)).astype(np.int64),
            latest=latest,
            sizes=(grids, len(communities)),
        )

    @classmethod
    def made(
        cls,
        *,
        purpose: NDArray[np.object_],
        year: Floats,
        amount: Floats,
        grid: Ints,
        community: Ints,
        latest: Mapping[str, int | None],
        sizes: tuple[int, int],
    ) -> Money:
        """Add up arrays, a row a sum of money; ``grid`` is -1 where it is about a community, ``sizes`` count both."""
        newest = np.array([latest.get(name) for name in purpose], dtype=np.float64)
        counts = np.isnan(year) | (year == newest)
        of_branch = counts & (purpose == BRANCH_PURPOSE) & (grid >= 0)
        by_purpose = [
            totals(community, amount, counts & (purpose == name) & (community >= 0), sizes[1])
            for name in COMMUNITY_PURPOSES
        ]
        return cls(totals(grid, amount, of_branch, sizes[0]), np.stack(by_purpose, axis=1), dict(latest))


def latest_years(purpose: NDArray[np.object_], year: Floats) -> dict[str, int | None]:
    """Return by purpose the latest year of the table, None where it says no year; nan is a missing year.

    >>> latest_years(np.array(["a", "b", "a"], dtype=object), np.array([2025.0, np.nan, 2026.0]))
    {'a': 2026, 'b': None}
    """
    latest: dict[str, int | None] = {}
    for name in np.unique(purpose.astype(str)):
        given = year[(purpose == name) & ~np.isnan(year)]
        latest[str(name)] = int(given.max()) if len(given) else None
    return latest


def totals(place: Ints, amount: Floats, chosen: Bools, size: int) -> Floats:
    """Add amounts up by place; nan where a place has none."""
    total = sums(amount[chosen], place[chosen], size)
    total[np.bincount(place[chosen], minlength=size) == 0] = np.nan
    return total
