"""Slivers: pieces of land too thin or too small to be held for themselves, and who gets them.

A piece is a connected set of faces of one owner in one community. It is *thin* when an inward buffer of half the
sliver width empties it, a *crumb* when it is under the least area and not its unit's largest piece at home. Such a
piece goes to the neighbour in the same community with which it shares most border; with no neighbour there it stays.
Smaller pieces go first, until none is left to move.

A unit's home is the community that holds most of its land. Elsewhere, its part is thin already below the straddle
width.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import shapely

from geo.arrays import Bools, Floats, Geometries, Ints, group_first, sums, unroll
from geo.edges import Adjacency, components
from geo.faces import Batch, Cut, Faces, dissolve
from geo.rules import NOBODY, SLIVER
from geo.sources import Parameters

NOWHERE = -2
"""The home of land that nobody claims; unlike -1, no community."""


@dataclass(frozen=True, eq=False)
class Land:
    """Faces with what the sliver rules need to know of them."""

    polygon: Geometries
    community: Ints
    area_m2: Floats
    perimeter_m: Floats
    owner: Ints
    rule: Ints
    straddles: Bools
    """The face is in a part of its owner that lies outside the owner's home and is thin there."""
    next_to: Adjacency
    """One row a pair of neighbouring faces of one community."""


def land_of(found: Cut, owner: Ints, rule: Ints) -> Land:
    """Measure faces and list which are neighbours."""
    count = len(found)
    half = np.flatnonzero(found.left >= 0)
    return Land(
        polygon=found.polygon,
        community=found.community,
        area_m2=shapely.area(found.polygon),
        perimeter_m=sums(found.net.length_m[half // 2], found.left[half], count),
        owner=owner,
        rule=rule,
        straddles=np.zeros(count, dtype=np.bool_),
        next_to=found.pairs().lower_first().summed(count),
    )


@dataclass(frozen=True, eq=False)
class Extent:
    """What pieces measure: area, length of all borders, and a bound on the number of holes; one row a piece."""

    area_m2: Floats
    perimeter_m: Floats
    holes: Floats

    @classmethod
    def of(cls, land: Land, face: Ints, piece: Ints, inner: Adjacency, count: int) -> Extent:
        """Add faces up to pieces; ``inner`` pairs the neighbouring rows of ``face`` inside one piece.

        A hole is one of a face, or closed by a ring of faces, which takes one more pair than a tree of them.
        """
        rings = shapely.get_num_interior_rings(land.polygon[face]).astype(np.float64)
        between = piece[inner.left]
        return cls(
            area_m2=sums(land.area_m2[face], piece, count),
            perimeter_m=sums(land.perimeter_m[face], piece, count) - 2 * sums(inner.length, between, count),
            holes=sums(rings, piece, count) + np.bincount(between, minlength=count),
        )

    def __getitem__(self, pieces: Bools) -> Extent:
        return Extent(self.area_m2[pieces], self.perimeter_m[pieces], self.holes[pieces])


def is_thin(polygon: Geometries, piece: Ints, extent: Extent, width_m: float) -> Bools:
    """Tell which pieces an inward buffer of half a width empties.

    All of a thin piece lies within half the width of its border, so its area can't exceed that strip's. Most pieces do,
    which spares them the buffer.

    Parameters
    ----------
    polygon, piece
        Faces, and the piece that each belongs to.
    extent
        One row a piece.
    """
    radius = width_m / 2
    strip = radius * extent.perimeter_m + np.pi * radius**2 * extent.holes
    suspect = np.flatnonzero((extent.area_m2 <= strip) & (radius > 0))
    thin = np.zeros(len(strip), dtype=np.bool_)
    if len(suspect):
        place = np.full(len(strip), -1)
        place[suspect] = np.arange(len(suspect))
        member = place[piece] >= 0
        whole = dissolve(polygon[member], place[piece[member]], len(suspect))
        thin[suspect] = shapely.is_empty(shapely.buffer(whole, -radius))
    return thin


def mark_straddlers(land: Land, faces: Faces, batch: Batch, width_m: float) -> Land:
    """Mark the faces whose owner only strays over the community border there: a part thinner than ``width_m``."""
    home = batch.home[faces.claim_unit]
    foreign = np.flatnonzero(home != faces.community[faces.claim_face])
    face, unit = faces.claim_face[foreign], faces.claim_unit[foreign]
    pairs = claims_side_by_side(face, unit, land.next_to)
    count, part = components(len(face), pairs)
    thin = is_thin(land.polygon[face], part, Extent.of(land, face, part, pairs, count), width_m)
    strays = thin[part] & (land.owner[face] == unit)
    marked = np.zeros(len(faces), dtype=np.bool_)
    marked[face[strays]] = True
    return replace(land, straddles=marked)


def claims_side_by_side(face: Ints, unit: Ints, next_to: Adjacency) -> Adjacency:
    """Pair the claims of one unit on neighbouring faces; claims are sorted by face."""
    faces = int(max(next_to.left.max(initial=-1), next_to.right.max(initial=-1), face.max(initial=-1))) + 1
    count = np.bincount(face, minlength=faces)
    first = np.cumsum(count) - count
    both = np.flatnonzero((count[next_to.left] > 0) & (count[next_to.right] > 0))
    pair, claim = unroll(next_to.left[both], count, first)
    units = int(unit.max(initial=-1)) + 1
    key = face * units + unit
    wanted = next_to.right[both][pair] * units + unit[claim]
    order = np.argsort(key, kind="stable")
    place = np.minimum(np.searchsorted(key[order], wanted), max(len(key) - 1, 0))
    hit = np.flatnonzero(key[order][place] == wanted) if len(key) else place
    return Adjacency(claim[hit], order[place[hit]].astype(np.int64), next_to.length[both][pair[hit]])


def give_away(land: Land, home: Ints, rank: Ints, parameters: Parameters, *, spare_main: bool = False) -> Land:
    """Give every sliver to its neighbour, smaller ones first, until none is left to move.

    ``home`` and ``rank`` have one row a unit: the community that holds most of it, and who wins where units meet. With
    ``spare_main`` a unit keeps its largest piece at home even where that is thin.
    """
    count = len(land.owner)
    land = replace(land, owner=land.owner.copy(), rule=land.rule.copy(), straddles=land.straddles.copy())
    thin, changed = np.zeros(count, dtype=np.bool_), np.ones(count, dtype=np.bool_)
    live = np.arange(count)
    while len(live):
        pieces = Pieces.of(land, live)
        narrow = pieces.are_thin(land, thin, changed, parameters.sliver_width)
        thin[live] = narrow[pieces.label]
        main = pieces.are_main(land, home)
        crumbs = (pieces.extent.area_m2 < parameters.min_area) & ~main
        sliver = (narrow & ~main if spare_main else narrow) | crumbs
        moving, target = pieces.moves(land, rank, sliver)
        leaves = moving[pieces.label]
        faces = live[leaves]
        land.owner[faces] = target[pieces.label[leaves]]
        land.rule[faces] = SLIVER
        land.straddles[faces] = False
        changed[live] = leaves
        live = live[np.isin(land.community[live], np.unique(land.community[faces]))]
    return land


@dataclass(frozen=True, eq=False)
class Pieces:
    """The connected pieces of the ``live`` faces; ``label`` gives each such face's piece."""

    live: Ints
    label: Ints
    first: Ints
    """The first face of each piece."""
    extent: Extent
    beside: Adjacency
    """Neighbouring pieces, both ways, lengths added up."""

    @classmethod
    def of(cls, land: Land, live: Ints) -> Pieces:
        """Connect neighbouring faces of one owner."""
        local = np.full(len(land.owner), -1, dtype=np.int64)
        local[live] = np.arange(len(live))
        pairs = land.next_to.where(local[land.next_to.left] >= 0).named(local)
        inner = pairs.inside(land.owner[live])
        count, label = components(len(live), inner)
        _, first = np.unique(label, return_index=True)
        extent = Extent.of(land, live, label, inner, count)
        return cls(live, label, live[first], extent, pairs.both_ways().among(label, count))

    def __len__(self) -> int:
        return len(self.first)

    def have(self, faces: Bools) -> Bools:
        """Tell which pieces have any of the marked faces."""
        return np.asarray(np.bincount(self.label, weights=faces[self.live], minlength=len(self)) > 0, dtype=np.bool_)

    def are_thin(self, land: Land, before: Bools, changed: Bools, width_m: float) -> Bools:
        """Tell which pieces are thin, or stray over their community's border; only changed ones are judged anew."""
        fresh = self.have(changed)
        thin = before[self.first] & ~fresh
        faces = fresh[self.label]
        number = np.cumsum(fresh) - 1
        thin[fresh] = is_thin(land.polygon[self.live[faces]], number[self.label[faces]], self.extent[fresh], width_m)
        return thin | ~self.have(~land.straddles)

    def are_main(self, land: Land, home: Ints) -> Bools:
        """Tell which pieces are their unit's largest in the unit's home."""
        holder = land.owner[self.first]
        at_home = np.append(home, NOWHERE)[holder] == land.community[self.first]
        order = np.lexsort([self.first, -self.extent.area_m2, holder])
        order = order[at_home[order]]
        main = np.zeros(len(self), dtype=np.bool_)
        main[order[group_first(holder[order])]] = True
        return main

    def moves(self, land: Land, rank: Ints, sliver: Bools) -> tuple[Bools, Ints]:
        """Choose the slivers that move now, and the new owner of each.

        A sliver moves when no sliver beside it is smaller; so no two that touch move at once. It goes to the owner with
        which it shares most border; where two share alike, to the one that wins where they meet.
        """
        count = len(self)
        size = np.empty(count, dtype=np.int64)
        size[np.lexsort([self.first, self.extent.area_m2])] = np.arange(count)
        left, right = self.beside.left, self.beside.right
        moving = sliver & (np.bincount(left, minlength=count) > 0)
        moving[left[sliver[left] & sliver[right] & (size[right] < size[left])]] = False
        holders = np.append(np.argsort(rank), NOBODY)  # a seat a holder, winners first, the community last
        seat_of = np.append(rank, len(rank))  # indexed by holder; NOBODY = -1 finds the last seat
        chosen = moving[left]
        border = Adjacency(left[chosen], seat_of[land.owner[self.first[right[chosen]]]], self.beside.length[chosen])
        given, seat = border.summed(max(count, len(holders))).longest()
        target = np.full(count, NOBODY, dtype=np.int64)
        target[given] = holders[seat]
        return moving, target
