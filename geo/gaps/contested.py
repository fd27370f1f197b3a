"""More than one holds it: units that overlap, units that cross a community border."""

from __future__ import annotations

import numpy as np

from geo.arrays import Geometries, Ints, dense, group_first, sums
from geo.gaps.held import Held
from geo.gaps.land import wide_land
from geo.gaps.ledger import Entries, entries
from geo.rules import NOBODY

TERRITORIAL = ("compound", "courtyard")
"""Layers whose units may not lie over each other; patrol zones are meant to lie over both."""


def overlap(held: Held) -> Entries:
    """Find the pairs of units that claim the same land: two of one layer, or a compound and a courtyard.

    Common land that the sliver rules take for imprecise drawing is no gap (`geo.gaps.land`).
    """
    pairs, land, face, pair = wide_land(held, *rival_claims(held))
    grid = main_grid(held, face, pair)
    one, other = np.divmod(pairs, len(held.home))
    label, name = held.unit["label"], held.unit["name"]
    labels = list(zip(label[one], label[other], strict=True))
    facts = {"units": labels, "names": list(zip(name[one], name[other], strict=True))}
    return entries(
        "overlap",
        about=[f"{a}+{b}" for a, b in labels],
        code=held.text("code", grid),
        community=held.text("community_code", grid),
        land=land,
        households=held.households_in(land, face, pair),
        facts=facts,
    )


def rival_claims(held: Held) -> tuple[Ints, Ints]:
    """Return the faces with rival claims, once for each pair of claimants, and the pair: lower row × units + higher.

    For some grids alone: all faces of each pair that is rival in one of them, wherever they lie.
    """
    _, faces = held.links.faces_of_grid.members(held.rows)
    face, key = rivals(held, faces)
    if held.asked is None:
        return face, key
    wanted = np.unique(key)
    _, claims = held.links.claims_of_unit.members(np.unique(wanted // max(len(held.home), 1)))
    face, key = rivals(held, np.unique(held.claim_face[claims]))
    pairs_wanted = np.isin(key, wanted)
    return face[pairs_wanted], key[pairs_wanted]


def rivals(held: Held, faces: Ints) -> tuple[Ints, Ints]:
    """Return those of some faces that have rival claims, as `rival_claims` does."""
    shared = faces[held.links.claims_of_face.count(faces) > 1]
    _, claim = held.links.claims_of_face.members(shared)
    place, partner = held.links.claims_of_face.members(held.claim_face[claim])
    face, one, other = held.claim_face[partner], held.claim_unit[claim[place]], held.claim_unit[partner]
    first, second = held.unit["layer"][one], held.unit["layer"][other]
    rival = (first == second) | (np.isin(first, TERRITORIAL) & np.isin(second, TERRITORIAL))
    rival &= one < other
    return face[rival], one[rival] * len(held.home) + other[rival]


def main_grid(held: Held, face: Ints, group: Ints) -> Ints:
    """Return the grid that holds most of each group's land."""
    both, row = dense(group * len(held.grid_polygon) + held.face_grid[face])
    area = sums(held.face_area_m2[face], row, len(both))
    group, grid = np.divmod(both, len(held.grid_polygon))
    order = np.lexsort([grid, -area, group])
    return np.asarray(grid[order][group_first(group[order])], dtype=np.int64)


def straddle(held: Held) -> Entries:
    """Find the grids that a unit has outside its home, the community that holds most of it."""
    rows = held.rows[held.grid_unit[held.rows] != NOBODY]
    away = rows[held.home[held.grid_unit[rows]] != held.text("community_code", rows)]
    owner = held.grid_unit[away]
    land: Geometries = held.grid_polygon[away]
    patrol = held.unit["layer"][owner] == "patrol_zone"
    facts = {
        "unit": held.unit["label"][owner],
        "home": held.home[owner],
        "share": [round(part, 4) for part in claimed_share(held, away).tolist()],
    }
    return entries(
        "straddle",
        about=list(held.text("code", away)),
        code=held.text("code", away),
        community=held.text("community_code", away),
        land=land,
        households=held.counts("households", away),
        facts=facts,
        factor=np.where(patrol, 0.2, 1.0),  # a patrol zone serves several communities by nature
    )


def claimed_share(held: Held, grid: Ints) -> np.ndarray:
    """Return which part of the land that each grid's unit claims lies in the grid's community.

    By what is claimed, not by what was granted: so it hangs on no other grid's border.
    """
    if held.share is not None:
        return held.share[grid]
    place, claim = held.links.claims_of_unit.members(held.grid_unit[grid])
    face = held.claim_face[claim]
    area = held.face_area_m2[face]
    here = held.grid_community[held.face_grid[face]] == held.grid_community[grid][place]
    whole = sums(area, place, len(grid))
    return np.asarray(sums(np.where(here, area, 0.0), place, len(grid)) / np.where(whole > 0, whole, 1.0))
