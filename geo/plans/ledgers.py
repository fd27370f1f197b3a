"""The ledgers of some communities of a plan, exactly as the build computes them."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import geopandas as gpd
import numpy as np
import pyproj

from geo.arrays import Ints
from geo.columns import Columns
from geo.crew import crew_of
from geo.edits.ground import Ground
from geo.gaps import FINDERS
from geo.gaps.contested import rivals
from geo.gaps.held import Held
from geo.gaps.ledger import Entries, ledger_columns, ledger_frame
from geo.plans.dossier import Dossier
from geo.plans.piece import Piece, piece_of
from geo.plans.signed import Exceptions, with_exceptions
from geo.rating import PERIODS, stars_and_worth
from geo.settlements import self_management, settlement_class
from geo.staffing import arithmetic
from geo.standards import Standards
from geo.tables import POSTS

OF_COMPOUNDS = ("no_self_government", "no_property_party")
"""Kinds of gaps that a compound has once, wherever its grids are."""

ASSIGNED = ("form", "organisation_id", "proposed_form", "proposed_organisation_id", "reason")


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
        return ledger_frame(self.gaps, self.crs)


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
        The roads of the dossier do not reach far enough; it says how far they should.
    """
    piece = piece_of(ground, dossier)
    wanted = [row for row in piece.own.tolist() if codes is None or piece.grids[row].code in codes]
    rows = np.array(wanted, dtype=np.int64)
    held = piece.held.only(rows)
    gaps = ledger_columns(entries_of(piece, held))
    return Ledgers(
        crs=dossier.crs,
        gaps=with_exceptions(gaps, Exceptions.of(piece.grids, dossier), as_of),
        judged=judged(piece, held),
        grids=grid_ledgers(piece, held, "scores" in dossier.tables),
    )


def entries_of(piece: Piece, held: Held) -> list[Entries]:
    """Find the gaps of the grids asked for; holes of their own accord, and compounds also by their grids elsewhere."""
    wider = held if not len(piece.beyond) else piece.held.only(np.union1d(held.rows, piece.beyond))
    looked_at = {"no_community": piece.held, **dict.fromkeys(OF_COMPOUNDS, wider)}
    return [find(looked_at.get(kind, held)) for kind, find in FINDERS.items() if kind not in held.not_evaluated]


def judged(piece: Piece, held: Held) -> frozenset[str]:
    """Return the ids of the gaps that may be about other communities, there or not."""
    _, faces = held.links.faces_of_grid.members(held.rows)
    one, other = np.divmod(np.unique(rivals(held, faces)[1]), max(len(held.home), 1))
    label = held.unit["label"]
    overlaps = {f"overlap:{a}+{b}" for a, b in zip(label[one], label[other], strict=True)}
    return frozenset(overlaps | {f"{kind}:{piece.grids[row].code}" for kind in OF_COMPOUNDS for row in piece.beyond})


def grid_ledgers(piece: Piece, held: Held, rated: bool) -> dict[str, GridLedger]:
    """Return what stands beside each grid asked for."""
    rows = held.rows
    said: list[dict[str, Any]] = [{} for _ in rows]
    if held.standards is not None:
        for place, posts in enumerate(staff_of(held, held.standards)):
            said[place]["staffing"] = tuple(posts)
        settle(said, piece, held, held.standards, rated)
    if held.assignments is not None:
        for name in ASSIGNED:
            for beside, value in zip(said, held.assignments[name][rows].tolist(), strict=True):
                beside[name] = value
        for beside, count in zip(said, held.counts("party_members", rows).tolist(), strict=True):
            beside["members"] = None if math.isnan(count) else int(count)
    return {piece.grids[row].code: GridLedger(**beside) for row, beside in zip(rows.tolist(), said, strict=True)}


def staff_of(held: Held, standards: Standards) -> list[list[Post]]:
    """Return the posts of each grid asked for, as `geo.staffing.staffing` has them."""
    known = held.roster is not None
    crew = held.crew if known else crew_of(held.grid_facts, *nobody(len(held.rows)), standards)
    posts: list[list[Post]] = [[] for _ in held.rows]
    unknown = [None] * len(crew.place)
    filled = (crew.held, crew.short, crew.full_time_equivalent)
    figures = zip(
        *(column.tolist() for column in (crew.place, crew.post, crew.required)),
        *(column.tolist() if known else unknown for column in filled),
        arithmetic(crew, known=known),
        strict=True,
    )
    for place, post, *said in figures:
        posts[place].append(Post(POSTS[post], *said))
    return posts


def nobody(grids: int) -> tuple[Ints, Ints]:
    """Return that nobody holds a post in some grids, nor part-time."""
    nothing = np.zeros((grids, len(POSTS)), dtype=np.int64)
    return nothing, nothing


def settle(said: Sequence[dict[str, Any]], piece: Piece, held: Held, standards: Standards, rated: bool) -> None:
    """Say what each compound is by its size, and what its latest assessment gave."""
    rows = held.rows
    households, community = held.counts("households", rows), held.text("community_code", rows)
    some = np.flatnonzero((held.text("kind", rows) == "residential") & ~np.isnan(households))
    classes = settlement_class(households[some], community[some], standards)
    managers = self_management(households[some], community[some], standards)
    for place, kind, manager in zip(some.tolist(), classes, managers, strict=True):
        said[place].update(settlement=kind, self_management=manager)
    if rated:
        place_of = {row: place for place, row in enumerate(rows.tolist()) if "settlement" in said[place]}
        for row, latest in latest_stars(piece, standards):
            if row in place_of:
                said[place_of[row]].update(latest)


def latest_stars(piece: Piece, standards: Standards) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the rows of grids that were assessed, and what their latest assessment gave."""
    sheets = piece.records.sheets()
    community = piece.held.grid["community_code"][sheets.grid]
    stars, _ = stars_and_worth(sheets.score, community, standards)
    for row, part in zip(*sheets.latest(), strict=True):
        said = {"score": float(sheets.score[row, part]), "stars": int(stars[row, part])}
        yield int(sheets.grid[row]), {"period": f"{sheets.year[row]}{PERIODS[part]}", **said}
