"""Cutting out of the one grid what the ledgers of some communities hang on, and nothing else.

What a rule finds in the piece is what it finds in the whole, so that a ledger is known by what its piece holds: as long
as that is the same, it need not be drawn up again, whatever changed elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from geo.arrays import Floats, Geometries, Ints, dense, group_first, placed
from geo.columns import Columns
from geo.funding import Money
from geo.gaps.contested import claimed_share, rival_claims
from geo.gaps.held import Held, Links
from geo.grouped import Grouped
from geo.roster import Roster
from geo.rules import NOBODY


@dataclass(frozen=True, eq=False)
class Piece:
    """Rows of the whole that make up a piece, each ascending; ``own`` are the grids, and ``asked`` the communities,
    whose ledgers are wanted; ``disputed`` are the faces of units that overlap here too."""

    own: Ints
    asked: Ints
    disputed: Ints
    grid: Ints
    face: Ints
    claim: Ints
    unit: Ints
    community: Ints

    @classmethod
    def of(cls, held: Held, communities: Ints) -> Piece:
        """Find what the ledgers of some communities hang on."""
        links, own = held.links, np.sort(held.links.grids_of_community.members(communities)[1])
        disputed = np.unique(rival_claims(held.only(own))[0])
        face = np.union1d(links.faces_of_grid.members(own)[1], disputed)
        held_by = own[(held.text("kind", own) == "residential") & (held.grid_unit[own] != NOBODY)]
        elsewhere = links.grids_of_unit.members(np.unique(held.grid_unit[held_by]))[1]
        grid = np.unique(np.concatenate([own, held.face_grid[disputed], elsewhere]))
        claim = np.sort(links.claims_of_face.members(face)[1])
        holder = held.grid_unit[grid]
        unit = np.union1d(held.claim_unit[claim], holder[holder != NOBODY])
        community = np.union1d(communities, held.grid_community[grid])
        return cls(own, communities, disputed, grid, face, claim, unit, community)


def cut(held: Held, communities: Ints) -> Held:
    """Cut out some communities with all that their ledgers hang on, and ask for the gaps of their grids.

    Beside their own grids and faces that is, of other communities: the faces of every pair of units that overlaps here
    too, with their grids, and all grids of the compounds that have one here. Rows keep their order. Of what is about
    others alone there is no shape. Holes between communities are left out, which belong to none. Buildings,
    premises and ways on foot are those of the whole.

    Parameters
    ----------
    communities
        Rows of ``held.community``, ascending.
    """
    piece = Piece.of(held, communities)
    grid, own = piece.grid, piece.own
    return replace(
        held,
        **numbered(held, piece),
        grid=rows_of(held.grid, grid),
        grid_polygon=shapes_of(held.grid_polygon, grid, own),
        face_polygon=held.face_polygon[piece.face],
        face_area_m2=held.face_area_m2[piece.face],
        unit=rows_of(held.unit, piece.unit),
        home=held.home[piece.unit],
        community=rows_of(held.community, piece.community),
        community_polygon=shapes_of(held.community_polygon, piece.community, communities),
        hole=held.hole[:0],
        hole_key=held.hole_key[:0],
        hole_community=held.hole_community[:0],
        roster=None if held.roster is None else roster_of(held.roster, piece),
        money=None if held.money is None else money_of(held.money, piece),
        own_branch=held.own_branch[grid],
        assignments=None if held.assignments is None else rows_of(held.assignments, grid),
        share=share_of(held, piece),
        asked=np.searchsorted(grid, own),
    )


def numbered(held: Held, piece: Piece) -> dict[str, Any]:
    """Return what points from rows to rows, with rows numbered as in the piece."""
    face_grid = np.searchsorted(piece.grid, held.face_grid[piece.face])
    claim_face = np.searchsorted(piece.face, held.claim_face[piece.claim])
    claim_unit = np.searchsorted(piece.unit, held.claim_unit[piece.claim])
    grid_unit = placed(held.grid_unit[piece.grid], piece.unit)
    grid_community = np.searchsorted(piece.community, held.grid_community[piece.grid])
    sizes = np.array([len(piece.community), len(piece.unit)])
    return {
        "face_grid": face_grid,
        "claim_face": claim_face,
        "claim_unit": claim_unit,
        "grid_unit": grid_unit,
        "grid_community": grid_community,
        "links": Links.of(face_grid, claim_face, claim_unit, grid_unit, grid_community, sizes),
    }


def share_of(held: Held, piece: Piece) -> Floats:
    """Return which part of a unit's land lies here, for its grids outside its home; no rule asks it of others."""
    owned = piece.own[held.grid_unit[piece.own] != NOBODY]
    away = owned[held.home[held.grid_unit[owned]] != held.text("community_code", owned)]
    share = np.zeros(len(piece.grid))
    share[np.searchsorted(piece.grid, away)] = claimed_share(held, away)
    return share


def rows_of(columns: Columns, rows: Ints) -> Columns:
    """Take some rows of columns."""
    return {name: values[rows] for name, values in columns.items()}


def shapes_of(shapes: Geometries, rows: Ints, wanted: Ints) -> Geometries:
    """Take some rows of shapes, None for those that are not wanted."""
    taken = np.full(len(rows), None, dtype=object)
    taken[np.searchsorted(rows, wanted)] = shapes[wanted]
    return taken


def distinct(*rows: Ints) -> Ints:
    """Put rows together, each once, ascending; numpy's ``union1d`` takes ten times as long."""
    every = np.sort(np.concatenate(rows))
    return every[group_first(every)]


def roster_of(roster: Roster, piece: Piece) -> Roster:
    """Take the posts held in the communities asked for, with rows numbered as in the piece."""
    row = distinct(roster.by_grid.members(piece.own)[1], roster.by_community.members(piece.asked)[1])
    grid, community = placed(roster.grid[row], piece.grid), placed(roster.community[row], piece.community)
    by = Grouped.of(grid, len(piece.grid)), Grouped.of(community, len(piece.community))
    person = dense(roster.person[row])[1]
    return Roster(roster.post[row], roster.part_time[row], roster.worker[row], person, grid, community, *by)


def money_of(money: Money, piece: Piece) -> Money:
    """Take the money of the grids and communities of a piece."""
    return Money(money.branch[piece.grid], money.community[piece.community], money.year)
