"""Coverage gaps: one function a kind, each from the one grid to ledger rows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

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
from geo.running import Run, in_order

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

SLOW = ("far_from_facility",)
"""Kinds that take longer than all others together; their gaps are each about one grid."""

GRIDS_A_TASK = 2048
"""Grids of a slow kind that are worked on at a time."""


def find_gaps(held: Held, *, kinds: Collection[str] = FINDERS, run: Run = in_order) -> gpd.GeoDataFrame:
    """Find the gaps of some kinds of the grids asked for, worst first; ids are unique.

    Parameters
    ----------
    held
        See `Held.only` for some grids alone. Kinds in ``held.not_evaluated`` are left out.
    run
        Kinds do not hang on each other, nor do grids in `SLOW`, so that it may share them out.
    """
    tasks = [(find, part) for kind, find in FINDERS.items() if kind in kinds for part in parts(held, kind)]
    return ledger_rows(run(lambda task: task[0](task[1]), tasks), held.crs)


def parts(held: Held, kind: str) -> list[Held]:
    """Cut what a kind looks at into pieces of work; none where the kind can't be evaluated."""
    if kind in held.not_evaluated:
        return []
    if kind not in SLOW or len(held.rows) <= GRIDS_A_TASK:
        return [held]
    return [held.only(held.rows[first : first + GRIDS_A_TASK]) for first in range(0, len(held.rows), GRIDS_A_TASK)]
