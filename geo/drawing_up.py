"""The ledgers of a build, drawn up by groups of communities: on however many workers, with a group in memory at a time.

A gap stands in the ledger of one community. What it hangs on may lie in others, as far as its units reach: a group is
cut out of the one grid with all of that, and answers for its own communities alone. So how communities are grouped
changes nothing, and a ledger hangs on what its group holds alone. Holes between communities are nobody's, and are
looked at together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.arrays import Ints
from geo.columns import among
from geo.gaps import FINDERS, Held, find_gaps
from geo.gaps.cutting import cut
from geo.gaps.exceptions import Signed
from geo.gaps.ledger import worst_first
from geo.sources import Sources
from geo.tables import Matched

COMMUNITIES_A_GROUP = 128
"""So few that a change is drawn up again for few of them, and that their ledgers take little memory meanwhile."""

BETWEEN_COMMUNITIES = "no_community"
"""The kind that is about holes, which belong to no community."""


@dataclass(frozen=True, eq=False)
class Group:
    """Communities whose ledgers are drawn up together, with all that these hang on (`geo.gaps.cutting`).

    ``codes`` are those of the communities; None for what lies between communities, which is looked at in the whole.
    """

    held: Held
    codes: NDArray[np.object_] | None
    signed: Signed | None

    def drawn(self) -> Drawn:
        """Draw up the ledger."""
        kinds = {BETWEEN_COMMUNITIES}
        gaps = find_gaps(self.held, kinds=kinds if self.codes is None else FINDERS.keys() - kinds)
        if self.codes is not None:
            gaps = gaps[among(gaps["community_code"], self.codes)].reset_index(drop=True)
        return Drawn(gaps, np.empty(0, dtype=np.int64)) if self.signed is None else Drawn(*self.signed.marked(gaps))


class Drawn(NamedTuple):
    """A ledger, worst first, or what stays of it, and the exceptions of its group that are about a gap in it."""

    rows: pd.DataFrame
    used: Ints


Keep: TypeAlias = Callable[[Group], Drawn]
"""Has the ledger of a group drawn up, and returns what is to stay in memory: ``gap_id`` and ``severity`` at least. It
is called where the group is worked on, maybe in another process."""


def as_they_are(group: Group) -> Drawn:
    """Keep rows of the ledger in memory."""
    return group.drawn()


def draw_up(held: Held, signed: Signed | None, groups: Sequence[Ints], keep: Keep = as_they_are) -> list[Drawn]:
    """Draw up the ledgers of some communities, with the exceptions that accept gaps.

    Parameters
    ----------
    held
        The one grid, with all that the ledgers hang on.
    groups
        Rows of communities; how they are grouped changes no ledger.
    keep
        What stays of each group's ledger.

    Returns
    -------
    list
        What was kept of each group, and the rows of the exceptions that are about a gap in it.
    """
    return [drawn(group_of(held, signed, communities), keep) for communities in groups]


def draw_up_between(held: Held, signed: Signed | None, keep: Keep = as_they_are) -> Drawn:
    """Draw up the ledger of the holes between communities, as `draw_up` does that of communities."""
    return drawn(Group(held, None, signed), keep)


def drawn(group: Group, keep: Keep) -> Drawn:
    """Have a ledger drawn up; of exceptions it tells where they stand in their table."""
    rows, used = keep(group)
    return Drawn(rows, used if group.signed is None else group.signed.row[used])


def exceptions_of(
    sources: Sources, matches: Mapping[str, Matched], grids: pd.DataFrame, as_of: date | None
) -> Signed | None:
    """Return the exceptions of a jurisdiction; None where it has no such table."""
    table = sources.tables.exceptions if sources.tables else None
    if table is None:
        return None
    names = sources.standards.general.facility_names if sources.standards else {}
    return Signed.of(table, matches["exceptions"], grids, as_of, names)


def group_of(held: Held, signed: Signed | None, communities: Ints) -> Group:
    """Take some communities, by their rows."""
    piece, codes = cut(held, communities), held.community["code"][communities]
    grids, units = piece.text("code", piece.rows), piece.unit["label"]
    return Group(piece, codes, None if signed is None else signed.concerning(codes, grids, units))


def together(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Put ledgers together, worst first."""
    there = [rows for rows in parts if len(rows)]
    if not there:
        return parts[0]
    rows = pd.concat(there, ignore_index=True)
    return rows.iloc[worst_first(rows["gap_id"], rows["severity"])].reset_index(drop=True)
