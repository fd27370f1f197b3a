"""The ledgers of some communities of a plan, exactly as the build computes them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

import geopandas as gpd
import pyproj

from geo.columns import Columns
from geo.edits.ground import Ground
from geo.plans.dossier import Dossier


@dataclass(frozen=True)
class Post:
    """A row of the layer ``staffing``: people; ``held`` and ``short`` are None where there is no roster."""

    post: str
    required: int
    held: int | None
    short: int | None
    full_time_equivalent: float | None
    arithmetic: str


@dataclass(frozen=True)
class GridLedger:
    """What stands beside a grid: its posts, and its rows of the layers ``assignments`` and ``settlements``.

    ``form`` and what follows are None where nobody says anything of party members; ``settlement`` and
    ``self_management`` where it is no settlement, or its households are unknown; ``period``, ``score`` and ``stars``
    where it was never assessed.
    """

    staffing: tuple[Post, ...] = ()
    form: str | None = None
    organisation_id: str | None = None
    members: int | None = None
    proposed_form: str | None = None
    proposed_organisation_id: str | None = None
    reason: str | None = None
    settlement: str | None = None
    self_management: str | None = None
    period: str | None = None
    score: float | None = None
    stars: int | None = None


@dataclass(frozen=True, eq=False)
class Ledgers:
    """The ledgers of some communities.

    Parameters
    ----------
    gaps
        By the names of `geo.gaps.ledger.COLUMNS` and ``geometry``, (n,) each, worst first: numbers as int64 and
        float64, ``households`` float64 with nan, texts as objects with None. All gaps about the communities and their
        grids; and of those about other communities the ones that hang on these grids: overlaps that lie here too,
        and compounds that have grids here too.
    judged
        The ids of all gaps about other communities that were looked at, there or not.
    grids
        By code, what stands beside each grid asked for.

    Notes
    -----
    To bring a plan's ledger up to date: retire the gaps whose ``community_code`` is one of the communities, or whose id
    is in ``judged``, unless they stand in ``gaps`` as they are; and write the rest of ``gaps``.
    """

    crs: pyproj.CRS
    gaps: Columns
    judged: frozenset[str]
    grids: Mapping[str, GridLedger]

    def frame(self) -> gpd.GeoDataFrame:
        """Return the gaps as the build's layer has them."""
        raise NotImplementedError


def ledgers(
    ground: Ground, dossier: Dossier, *, codes: Collection[str] | None = None, as_of: date | None = None
) -> Ledgers:
    """Draw up the ledgers of the communities of a dossier.

    Parameters
    ----------
    ground
        All their grids, and what `geo.plans.dossier` lists; other grids do no harm.
    codes
        The grids whose gaps and rows are wanted, and the gaps of their communities; None: all of the communities.
    as_of
        The day on which exceptions hold or have run out; None: none has.

    Raises
    ------
    NotInReachError
        The roads or facilities of the dossier do not reach far enough; it says how far they should.
    """
    raise NotImplementedError
