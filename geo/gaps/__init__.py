"""Coverage gaps: one function a kind, each from the one grid to ledger rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import geopandas as gpd

from geo.gaps.contested import overlap, straddle
from geo.gaps.governed import no_property_party, no_self_government
from geo.gaps.held import Held, Links
from geo.gaps.ledger import KINDS, LEDGERS, Entries, ledger_rows
from geo.gaps.organised import no_branch
from geo.gaps.provided import no_premises, underfunded
from geo.gaps.reached import far_from_facility
from geo.gaps.staffed import no_grid_head, overloaded, understaffed
from geo.gaps.unheld import no_community, unclaimed
from geo.gaps.unserved import oversize, undersize, unpatrolled

__all__ = ["FINDERS", "KINDS", "LEDGERS", "Entries", "Held", "Links", "find_gaps"]

FINDERS: Mapping[str, Callable[[Held], Entries]] = {
    "unclaimed": unclaimed,
    "no_community": no_community,
    "overlap": overlap,
    "straddle": straddle,
    "unpatrolled": unpatrolled,
    "no_grid_head": no_grid_head,
    "understaffed": understaffed,
    "overloaded": overloaded,
    "no_branch": no_branch,
    "no_premises": no_premises,
    "underfunded": underfunded,
    "no_self_government": no_self_government,
    "no_property_party": no_property_party,
    "far_from_facility": far_from_facility,
    "oversize": oversize,
    "undersize": undersize,
}
"""A function a kind; each looks at the grids in ``held.rows`` alone."""


def find_gaps(held: Held) -> gpd.GeoDataFrame:
    """Find all gaps of the grids asked for, worst first; ids are unique.

    See `Held.only` for some grids alone. Kinds in ``held.not_evaluated`` are left out. One kind after the other: in
    two threads they take half as long again, for the rows are written by Python, which one thread does at a time.
    """
    found = [find(held) for kind, find in FINDERS.items() if kind not in held.not_evaluated]
    return ledger_rows(found, held.crs)
