"""Combining branches: what two branches of a plan did since they parted, three ways over the partition.

The clean part of theirs is put on ours by `geo.edits.replacing.replace_grids`, region by region, each proven to fit
before it is offered. What both sides changed in different ways is listed, and never combined blindly.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TypeAlias

import shapely

from geo.edits.ground import Buildings, Edit, Fresh, Grid, Ground
from geo.edits.replacing import DRIFT_M, replace_grids
from geo.errors import EditRefused
from geo.noding import REACH_M
from geo.plans.comparing import SAID, Compared
from geo.plans.nearby import Nearby
from geo.plans.sides import Side, counts

BOTH_CHANGED, DOES_NOT_FIT = "both_changed", "does_not_fit"


@dataclass(frozen=True)
class Recoded:
    """A grid of theirs whose code another grid has on ours, and the code that it gets."""

    grid_id: str
    theirs: str
    code: str


@dataclass(frozen=True)
class Conflict:
    """Land that both sides changed in different ways (``why`` = ``both_changed``), or that has no room for theirs on
    ours (``does_not_fit``).

    ``ours`` and ``theirs`` say what each side did there, a row a grid. ``bounds`` are min x, min y, max x, max y in
    metres. To have theirs instead of ours: ``replace_grids(put, drop)``.
    """

    why: str
    ours: tuple[Compared, ...]
    theirs: tuple[Compared, ...]
    bounds: tuple[float, float, float, float]
    put: tuple[Grid, ...]
    drop: tuple[str, ...]


@dataclass(frozen=True)
class Region:
    """Grids of theirs that come together, instead of grids of ours with their codes and those dropped."""

    grid_ids: frozenset[str]
    put: tuple[Grid, ...]
    drop: tuple[str, ...]

    @property
    def communities(self) -> frozenset[str]:
        """The communities that they lie in."""
        return frozenset(grid.community for grid in self.put)


Offered: TypeAlias = tuple[frozenset[str], list[Grid]]
"""A region of theirs: its grid_ids, and the grids as they are to be on ours."""
Fitting: TypeAlias = tuple[list[Region], list[frozenset[str]]]
"""The regions that fit on ours, and the grid_ids of those that do not."""


@dataclass(frozen=True)
class Combination:
    """What of theirs comes to ours, and what is left for people to decide."""

    regions: tuple[Region, ...]
    conflicts: tuple[Conflict, ...]
    recoded: tuple[Recoded, ...]

    @property
    def put(self) -> tuple[Grid, ...]:
        """The grids of theirs that come."""
        return tuple(grid for region in self.regions for grid in region.put)

    @property
    def drop(self) -> tuple[str, ...]:
        """The codes of the grids of ours that go."""
        return tuple(code for region in self.regions for code in region.drop)

    @property
    def edit(self) -> Edit:
        """The edit of ours that brings the clean part of theirs."""

        def edit(ground: Ground) -> Ground:
            nearby = Nearby(ground)
            for region in self.regions:
                nearby.apply(replace_grids(region.put, region.drop), region.communities)
            return nearby.whole()

        return edit


def combine(
    base: Sequence[Grid],
    ours: Sequence[Grid],
    theirs: Sequence[Grid],
    ground: Ground,
    fresh: Fresh,
    owners: Mapping[str, Collection[str]] = MappingProxyType({}),
) -> Combination:
    """Combine what two branches did since they parted.

    A grid changed on one side alone goes as that side has it. Where one side gave a grid other land, and the other
    changed what it says, both come; where both say the same, nothing is to do. Land goes by regions (`Side`). Who
    locks a grid wants it to stay as it is: that contradicts whatever the other side did to it.

    Parameters
    ----------
    base
        The grids that changed on either side, as they were where the branches part.
    ours, theirs
        What each side has in place of all of them: also those that only the other side changed.
    ground
        Ours: the grids of ``ours`` and those around.
    fresh
        Gives a code to a grid made on their side whose code another grid has on ours.
    owners
        The grids that had a code on ours at any time, by code; those that have one now need not be among them.
    """
    held = {code: set(ids) for code, ids in owners.items()}
    for grid in (*ground.grids.values(), *ours):
        held.setdefault(grid.code, set()).add(grid.grid_id)
    theirs, recoded = recode(base, theirs, held, {grid.grid_id: grid.code for grid in ours}, fresh)
    mine, yours = Side.of(base, ours), Side.of(base, theirs)
    offered = [(keys, wanted(keys, mine, yours)) for keys in yours.regions]
    clashing = [keys for keys, grids in offered if grids is None]
    taken, unfit = fitting([(keys, grids) for keys, grids in offered if grids is not None], mine, yours, ground)
    conflicts = [conflict(BOTH_CHANGED, keys, mine, yours, ground.buildings) for keys in together(clashing, mine)]
    conflicts += [conflict(DOES_NOT_FIT, keys, mine, yours, ground.buildings) for keys in unfit]
    coming = {grid.grid_id for some in (taken, conflicts) for each in some for grid in each.put}
    return Combination(tuple(taken), tuple(conflicts), tuple(each for each in recoded if each.grid_id in coming))


def fitting(offered: Sequence[Offered], ours: Side, theirs: Side, ground: Ground) -> Fitting:
    """Put regions of theirs on ours, and return those that fit and those that do not.

    Where borders run so near to one another that what is around a region can't be bent to fit, it may fit together with
    the regions around it, as it does on their side.
    """
    taken, unfit = one_by_one(offered, ours, ground)
    while unfit:
        wider = joined(offered, unfit, theirs)
        if len(wider) == len(offered):
            break
        more, left = one_by_one(wider, ours, ground)
        if len(frozenset().union(*left)) >= len(frozenset().union(*unfit)):
            break
        offered, taken, unfit = wider, more, left
    return taken, unfit


def one_by_one(offered: Sequence[Offered], ours: Side, ground: Ground) -> Fitting:
    """Put regions of theirs on ours one after the other, and return those that fit and those that do not."""
    taken, unfit, nearby = [], [], Nearby(ground)
    for keys, grids in offered:
        new = tuple(grid for grid in grids if grid != ours.now.get(grid.grid_id))
        region = Region(keys, new, dropped(keys, ours, grids))
        if not new and not region.drop:
            continue
        if not new:  # what has the land on their side has it on ours too, and it can't be had twice
            unfit.append(keys)
            continue
        try:
            nearby.apply(replace_grids(region.put, region.drop), region.communities)
            taken.append(region)
        except EditRefused:
            unfit.append(keys)
    return taken, unfit


def joined(offered: Sequence[Offered], unfit: Sequence[frozenset[str]], theirs: Side) -> list[Offered]:
    """Join regions of theirs with those around them."""
    rest = list(offered)
    for keys in unfit:
        lands = land_of(keys, theirs)
        near = [one for one in rest if one[0] & keys or shapely.dwithin(land_of(one[0], theirs), lands, REACH_M)]
        rest = [one for one in rest if one not in near]
        rest.append((frozenset().union(*(one[0] for one in near)), [grid for one in near for grid in one[1]]))
    return rest


def land_of(keys: frozenset[str], side: Side) -> shapely.Geometry:
    """Return what some grids hold or held, as one geometry that may overlap itself."""
    return shapely.GeometryCollection(
        [grids[key].polygon for grids in (side.base, side.now) for key in keys & grids.keys()]
    )


def recode(
    base: Sequence[Grid],
    theirs: Sequence[Grid],
    held: Mapping[str, Collection[str]],
    codes: Mapping[str, str],
    fresh: Fresh,
) -> tuple[list[Grid], list[Recoded]]:
    """Give grids made on their side codes that no other grid has.

    ``held`` says whose each code is, or was, on ours; ``codes`` what the grids that came before are called there.
    """
    old = {grid.grid_id for grid in base}
    fresh = passing_over(fresh, {grid.code for grid in theirs})
    kept: list[Grid] = []
    recoded = []
    for grid in theirs:
        code = grid.code
        if grid.grid_id not in old and grid.grid_id in codes:
            code = codes[grid.grid_id]
        elif grid.grid_id not in old and set(held.get(code, ())) - {grid.grid_id}:
            code = fresh(grid.community)[1]
            recoded.append(Recoded(grid.grid_id, grid.code, code))
        kept.append(grid if code == grid.code else replace(grid, code=code))
    return kept, recoded


def passing_over(fresh: Fresh, codes: Collection[str]) -> Fresh:
    """Return what gives new grids their identity as ``fresh`` does, but none of some codes."""

    def give(community: str) -> tuple[str, str]:
        while True:
            grid_id, code = fresh(community)
            if code not in codes:
                return grid_id, code

    return give


def wanted(keys: frozenset[str], ours: Side, theirs: Side) -> list[Grid] | None:
    """Return the grids of a region of theirs as they are to be on ours; None where the two contradict each other."""
    if any(against_lock(key, ours, theirs) or against_lock(key, theirs, ours) for key in keys):
        return None
    if keys & ours.moved and keys & theirs.moved:
        return same_change(keys, ours, theirs)
    land, words = (theirs, ours) if keys & theirs.moved else (ours, theirs)
    if any(words.said.get(key) and key not in land.now for key in keys):
        return None
    return all_or_none([saying(key, land, words) for key in sorted(keys & land.now.keys())])


def against_lock(key: str, one: Side, other: Side) -> bool:
    """Tell whether one side changed a grid that the other locked; land that both moved is compared elsewhere."""
    if not other.locked(key):
        return False
    return key in one.moved - other.moved or bool({*one.said.get(key, ())} - {"locked"})


def all_or_none(grids: Sequence[Grid | None]) -> list[Grid] | None:
    """Return grids where none is missing."""
    found = [grid for grid in grids if grid is not None]
    return found if len(found) == len(grids) else None


def saying(key: str, land: Side, words: Side) -> Grid | None:
    """Return a grid with the land that it has on one side, and what either side says otherwise than before.

    None where both say something else of one thing.
    """
    grid = land.now[key]
    said = {name: getattr(words.now[key], name) for name in words.said.get(key, ())}
    if any(name in land.said[key] and getattr(grid, name) != value for name, value in said.items()):
        return None
    return replace(grid, **said)


def same_change(keys: frozenset[str], ours: Side, theirs: Side) -> list[Grid] | None:
    """Return the grids of a region, as they are on ours and with what theirs says, if both gave it the same land and
    people."""
    mine = frozenset(key for region in ours.regions_at(keys) for key in region)
    old = keys & ours.base.keys()
    if mine & ours.base.keys() != old or len(mine) != len(keys):
        return None
    made = [[side.now[key] for key in sorted(some - old)] for side, some in ((ours, mine), (theirs, keys))]
    if any(not any(twins(one, other) for other in made[1]) for one in made[0]):
        return None
    living = sorted(old & ours.now.keys())
    if living != sorted(old & theirs.now.keys()):
        return None
    if not all(close(ours.now[key], theirs.now[key]) for key in living):
        return None
    if any(counts(ours.now[key]) != counts(theirs.now[key]) for key in living):
        return None
    return all_or_none([*(saying(key, ours, theirs) for key in living), *made[0]])


def twins(one: Grid, other: Grid) -> bool:
    """Tell whether two grids made on two sides hold the same land and say the same."""
    return all(getattr(one, name) == getattr(other, name) for name in SAID if name != "code") and close(one, other)


def close(one: Grid, other: Grid) -> bool:
    """Tell whether two grids hold the same land, up to how far borders bend."""
    borders = [shapely.boundary(grid.polygon) for grid in (one, other)]
    return bool(shapely.hausdorff_distance(*borders) < DRIFT_M)


def dropped(keys: frozenset[str], ours: Side, put: Sequence[Grid]) -> tuple[str, ...]:
    """Return the codes on ours of the grids of a region that others take the place of, those put again left out."""
    codes = {grid.code for grid in put}
    gone = [ours.now[key].code for key in sorted(keys & ours.now.keys())]
    return tuple(code for code in gone if code not in codes)


def together(clashing: Sequence[frozenset[str]], ours: Side) -> list[frozenset[str]]:
    """Join regions of theirs that clash with one region of ours, and add that one."""
    groups: list[frozenset[str]] = []
    for keys in clashing:
        whole = keys.union(*ours.regions_at(keys))
        apart = [group for group in groups if not group & whole]
        groups = [*apart, whole.union(*(group for group in groups if group & whole))]
    return groups


def conflict(why: str, keys: frozenset[str], ours: Side, theirs: Side, buildings: Buildings) -> Conflict:
    """Say what both sides did to some grids."""
    put = [theirs.now[key] for key in sorted(keys & theirs.now.keys())]
    land = [grids[key].polygon for grids in (ours.base, ours.now, theirs.now) for key in keys if key in grids]
    return Conflict(
        why=why,
        ours=ours.compared(keys, buildings),
        theirs=theirs.compared(keys, buildings),
        bounds=tuple(shapely.total_bounds(land).tolist()),
        put=tuple(put),
        drop=dropped(keys, ours, put),
    )
