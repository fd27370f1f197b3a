"""Coverage gaps: one function a kind, each from the one grid to ledger rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import geopandas as gpd
import pandas as pd

from geo.gaps.contested import overlap, straddle
from geo.gaps.held import Held
from geo.gaps.ledger import KINDS, LEDGERS, no_gaps
from geo.gaps.unheld import no_community, unclaimed
from geo.gaps.unserved import oversize, undersize, unpatrolled
from geo.running import Run, in_order

__all__ = ["FINDERS", "KINDS", "LEDGERS", "Held", "find_gaps"]

FINDERS: Mapping[str, Callable[[Held], gpd.GeoDataFrame]] = {
    "unclaimed": unclaimed,
    "no_community": no_community,
    "overlap": overlap,
    "straddle": straddle,
    "unpatrolled": unpatrolled,
    "oversize": oversize,
    "undersize": undersize,
}


def find_gaps(held: Held, *, run: Run = in_order) -> gpd.GeoDataFrame:
    """Find all gaps, worst first; ids are unique. Kinds do not hang on each other, so ``run`` may share them out."""
    found = [table for table in run(lambda find: find(held), FINDERS.values()) if len(table)]
    if not found:
        return no_gaps(held.crs)
    table = pd.concat(found, ignore_index=True)
    return table.sort_values(["severity", "gap_id"], ascending=[False, True], ignore_index=True)
