"""What one branch of a plan did since it parted from another: grids that changed, and which of them hang together."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
import shapely

from geo.arrays import sums
from geo.edges import Adjacency, components
from geo.edits.applying import BENT_M, only_bent
from geo.edits.ground import Buildings, Grid
from geo.edits.passing import largest, passed_on
from geo.edits.replacing import DRIFT_M
from geo.plans.comparing import Compared, compare, differing
from geo.sources import COUNTS

Piece: TypeAlias = tuple[str, shapely.Geometry]
"""A piece of land, and the grid_id of whose it is."""


@dataclass(frozen=True)
class Side:
    """What a branch did to the grids that it began with.

    Attributes
    ----------
    base, now
        Grids by grid_id, as they were where branches part and as they are; both cover the same land.
    moved
        The grids whose land, or who lives there, is another: those gone and those made among them, and who has, or had,
        most of the land of each. A border that got vertices, or lost them again, moves nobody.
    said
        For each grid there was and is, the fields of `geo.plans.comparing.SAID` that it says otherwise.
    regions
        The grids that changed, in groups that hang together: land or people passed between those of one region, and
        none between regions. So a region can be taken or left, but no part of it.
    """

    base: Mapping[str, Grid]
    now: Mapping[str, Grid]
    moved: frozenset[str]
    said: Mapping[str, tuple[str, ...]]
    regions: tuple[frozenset[str], ...]

    @classmethod
    def of(cls, base: Sequence[Grid], now: Sequence[Grid]) -> Side:
        """Find out what a branch did."""
        was, has = ({grid.grid_id: grid for grid in grids} for grids in (base, now))
        living = was.keys() & has.keys()
        gone, made = ([(key, grids[key].polygon) for key in grids.keys() - living] for grids in (was, has))
        other = {key for key in living if holds_other_land(was[key], has[key]) or counts(was[key]) != counts(has[key])}
        gave = counterparts([*gone, *strips(other, was, has)], now)
        took = counterparts([*made, *strips(other, has, was)], base)
        links = gave | took
        moved = frozenset({*other, *(was.keys() ^ has.keys()), *(key for pair in links for key in pair)})
        said = {key: differing(was[key], has[key], land=False) for key in was if key in living}
        alone = tuple(frozenset([key]) for key, names in said.items() if names and key not in moved)
        return cls(was, has, moved, said, (*evened(connected(was, has, moved, links), was, has), *alone))

    def regions_at(self, keys: frozenset[str]) -> Iterator[frozenset[str]]:
        """Return the regions that some grids are in."""
        return (region for region in self.regions if region & keys)

    def locked(self, key: str) -> bool:
        """Tell whether the branch locked a grid that it began with."""
        return "locked" in self.said.get(key, ()) and self.now[key].locked

    def compared(self, keys: frozenset[str], buildings: Buildings) -> tuple[Compared, ...]:
        """Say what the branch did to some grids; those that it left alone are left out."""
        old, new = ([grids[key] for key in sorted(keys) if key in grids] for grids in (self.base, self.now))
        rows = compare(old, new, buildings).grids
        fine = {"same", "retagged"}
        told = (replace(row, fate="moved") if row.fate in fine and row.grid_id in self.moved else row for row in rows)
        return tuple(row for row in told if row.fate != "same")


def holds_other_land(old: Grid, new: Grid) -> bool:
    """Tell whether a grid's land is another, and its border did not just get vertices or lose them again."""
    was, now = old.polygon, new.polygon
    return was is not now and not only_bent(was, now, DRIFT_M)


def strips(keys: Collection[str], one: Mapping[str, Grid], other: Mapping[str, Grid]) -> Iterator[Piece]:
    """Return the land that grids have on one side, not on the other, where it reaches farther than borders bend."""
    for key in sorted(keys):
        rest = shapely.get_parts(shapely.difference(one[key].polygon, other[key].polygon))
        for land in rest[shapely.area(rest) > 0]:
            if shapely.distance(shapely.points(shapely.get_coordinates(land)), other[key].polygon).max() > DRIFT_M:
                yield key, land


def counterparts(pieces: Iterable[Piece], others: Sequence[Grid]) -> set[tuple[str, str]]:
    """Pair whose some pieces of land are on one side with who has most of each on the other.

    The land passed between the two, also where it is as thin as borders bend, so that the other looks as if it only got
    vertices. Where it was bent away altogether, most of its border tells.
    """
    keys, lands = list(zip(*pieces, strict=True)) or ((), ())
    land, polygons = np.array(lands, dtype=object), np.array([grid.polygon for grid in others], dtype=object)
    one, other = shapely.STRtree(polygons).query(land, predicate="intersects")
    common = shapely.intersection(land[one], polygons[other])
    area = shapely.area(common)
    off = sums(area, one, len(land))[one] == 0
    most = largest(one, np.where(off, shapely.length(common), area))
    return {(keys[a], others[b].grid_id) for a, b in zip(one[most].tolist(), other[most].tolist(), strict=True)}


def connected(
    base: Mapping[str, Grid], now: Mapping[str, Grid], moved: frozenset[str], links: Collection[tuple[str, str]]
) -> list[frozenset[str]]:
    """Group the grids between which land passed; ``links`` are pairs that it did between, however thin it is."""
    old, new = ([grid for key, grid in grids.items() if key in moved] for grids in (base, now))
    place = {grid.grid_id: number for number, grid in reversed(list(enumerate([*old, *new])))}
    bent_m = np.where([grid.grid_id in base for grid in new], BENT_M, 0.0)
    passed = passed_on(old, new, Buildings.none(), bent_m)
    both = [*((row.old_id, row.new_id) for row in passed), *links]
    pairs = np.array([(place[one], place[other]) for one, other in both], dtype=np.int64).reshape(-1, 2)
    _, label = components(len(old) + len(new), Adjacency(pairs[:, 0], pairs[:, 1], np.zeros(len(pairs))))
    groups: dict[int, set[str]] = {}
    for key, number in place.items():
        groups.setdefault(int(label[number]), set()).add(key)
    return [frozenset(groups[number]) for number in sorted(groups)]


def evened(
    regions: Iterable[frozenset[str]], base: Mapping[str, Grid], now: Mapping[str, Grid]
) -> list[frozenset[str]]:
    """Join the regions of a community between which people passed: land that went and came back may leave some behind.

    Shares of people are rounded to whole ones at each step.
    """
    even: list[frozenset[str]] = []
    uneven: list[tuple[frozenset[str], set[str]]] = []
    for keys in regions:
        had, has = ([grids[key] for key in keys if key in grids] for grids in (base, now))
        if total(had) == total(has):
            even.append(keys)
            continue
        homes = {grid.community for grid in (*had, *has)}
        met = [one for one in uneven if one[1] & homes]
        uneven = [one for one in uneven if not one[1] & homes]
        uneven.append((keys.union(*(one[0] for one in met)), homes.union(*(one[1] for one in met))))
    return [*even, *(keys for keys, _ in uneven)]


def total(grids: Iterable[Grid]) -> tuple[int, ...]:
    """Add up who lives in some grids, as far as it is known: `COUNTS`."""
    return tuple(map(sum, zip(*map(counts, grids), strict=True))) or (0,) * len(COUNTS)


def counts(grid: Grid) -> tuple[int, ...]:
    """Return who lives in a grid, `COUNTS`, as far as it is known."""
    return tuple(getattr(grid, name) or 0 for name in COUNTS)
