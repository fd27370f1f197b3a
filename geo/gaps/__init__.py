"""Coverage gaps: one function a kind, each from the one grid to ledger rows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

import geopandas as gpd

from geo.gaps.contested import overlap, straddle
from geo.gaps.held import Held, Links
from geo.gaps.ledger import KINDS, LEDGERS, Entries, ledger_rows
from geo.gaps.unheld import no_community, unclaimed
from geo.gaps.unserved import oversize, undersize, unpatrolled
from geo.running import Run, in_order

__all__ = ["FINDERS", "KINDS", "LEDGERS", "Entries", "Held", "Links", "find_gaps"]

FINDERS: Mapping[str, Callable[[Held], Entries]] = {
    "unclaimed": unclaimed,
    "no_community": no_community,
    "overlap": overlap,
    "straddle": straddle,
    "unpatrolled": unpatrolled,
    "oversize": oversize,
    "undersize": undersize,
}
"""A function a kind; each looks at the grids in ``held.rows`` alone."""


def find_gaps(held: Held, *, skip: Collection[str] = (), run: Run = in_order) -> gpd.GeoDataFrame:
    """Find all gaps of the grids asked for, worst first; ids are unique.

    Parameters
    ----------
    held
        See `Held.only` for some grids alone.
    skip
        Kinds that can't be evaluated: what they hang on is not there.
    run
        Kinds do not hang on each other, so it may share them out.
    """
    finders = [find for kind, find in FINDERS.items() if kind not in skip]
    return ledger_rows(run(lambda find: find(held), finders), held.crs)
