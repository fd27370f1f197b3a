"""The ledgers of a build, drawn up by groups of communities: on however many workers, with a group in memory at a time.

A gap stands in the ledger of one community. What it hangs on may lie in others, as far as its units reach, and
`Held.only` finds that wherever it lies: a group looks at all of the one grid and answers for its own communities alone.
So how communities are grouped changes nothing. Holes between communities are nobody's, and are looked at together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial, reduce
from typing import TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.arrays import Bools, Ints
from geo.gaps import FINDERS, Held, find_gaps
from geo.gaps.exceptions import with_exceptions
from geo.gaps.ledger import worst_first
from geo.running import Run, in_order
from geo.sources import Sources
from geo.tables import Matched

COMMUNITIES_A_GROUP = 256
"""So many that their ledgers take some hundred megabytes while they are drawn up."""

BETWEEN_COMMUNITIES = "no_community"
"""The kind that is about holes, which belong to no community."""

Keep: TypeAlias = Callable[[gpd.GeoDataFrame], pd.DataFrame]
"""Takes rows of the ledger, worst first, and returns what is to stay in memory: ``gap_id`` and ``severity`` at
least. It is called where the group is worked on, maybe in another process."""


def as_they_are(rows: gpd.GeoDataFrame) -> pd.DataFrame:
    """Keep rows of the ledger in memory."""
    return rows


def draw_up(
    held: Held,
    sources: Sources,
    matches: Mapping[str, Matched],
    grids: pd.DataFrame,
    as_of: date | None,
    *,
    run: Run = in_order,
    keep: Keep = as_they_are,
    size: int = COMMUNITIES_A_GROUP,
) -> tuple[pd.DataFrame, Ints]:
    """Draw up the ledgers of the one grid, with the exceptions that accept gaps.

    Parameters
    ----------
    matches
        Which grid each row of the tables is about; of use is that of ``exceptions``.
    grids
        ``code``.
    as_of
        The day on which exceptions hold or have run out; None: none has.
    run, size
        How groups of about ``size`` communities are worked on; neither changes the result.
    keep
        What stays of each group's ledger.

    Returns
    -------
    tuple
        What was kept, worst first, ids unique; and the positions of the exceptions that are about no gap.
    """
    table = sources.tables.exceptions if sources.tables else None
    names = sources.standards.general.facility_names if sources.standards else {}

    def draw(find: Callable[[], gpd.GeoDataFrame]) -> tuple[pd.DataFrame, Ints]:
        gaps, idle = find(), np.empty(0, dtype=np.int64)
        if table is not None:
            found = matches["exceptions"]
            gaps, idle = with_exceptions(gaps, table, found, grids, as_of=as_of, facility_names=names)
        return keep(gaps), idle

    groups = [partial(ledger_of, held, first, size) for first in range(0, len(held.community_polygon), size)]
    drawn = run(draw, [*groups, partial(find_gaps, held, kinds={BETWEEN_COMMUNITIES})])
    return together([rows for rows, _ in drawn]), reduce(np.intersect1d, [idle for _, idle in drawn])


def ledger_of(held: Held, first: int, size: int) -> gpd.GeoDataFrame:
    """Find the gaps of some communities, numbered from ``first`` on."""
    own = held.only(np.flatnonzero(within(held.grid_community, first, size)))
    gaps = find_gaps(own, kinds=FINDERS.keys() - {BETWEEN_COMMUNITIES})
    return gaps[gaps["community_code"].isin(held.community["code"][first : first + size])].reset_index(drop=True)


def within(community: Ints, first: int, size: int) -> Bools:
    """Tell which numbers belong to a group."""
    return (community >= first) & (community < first + size)


def together(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Put ledgers together, worst first."""
    there = [rows for rows in parts if len(rows)]
    if not there:
        return parts[0]
    rows = pd.concat(there, ignore_index=True)
    return rows.iloc[worst_first(rows["gap_id"], rows["severity"])].reset_index(drop=True)
