"""Planners' decisions on a new build: each is kept, has become moot, or contradicts what the sources say now.

A decision on land is kept where the sources give the land to the same unit as when it was made, and moot where they
give it to the grid that planners chose. Where the new build draws a border of the land elsewhere by less than the
sliver width, the new border counts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import shapely

from geo.arrays import Bools, Geometries, Ints, dense
from geo.edits.applying import restoring
from geo.edits.emptying import with_records
from geo.edits.ground import Edit, Fresh, Grid, Ground
from geo.edits.land import Cells, cut, regrid
from geo.errors import TooFineError
from geo.plans.combining import Recoded, passing_over
from geo.plans.deciding import Decision, Given, Said, unit_of
from geo.plans.following import NO_LAND, are_thin, laid, outlines
from geo.plans.nearby import Nearby

KEPT, MOOT, CONFLICT = "kept", "moot", "conflict"
SOURCES_CHANGED, GRID_GONE, LEFT_COMMUNITY, TOO_FINE = "sources_changed", "grid_gone", "left_community", "too_fine"


@dataclass(frozen=True)
class Outcome:
    """What became of a decision, on one grid of the new build.

    ``outcome`` is ``kept``, ``moot`` or ``conflict``; a conflict is because (``why``) the sources give the land to
    another unit than before, or say something else (``sources_changed``), the grid that planners chose is gone
    (``grid_gone``), land or grid are another community's now (``left_community``), or a border runs so near to that of
    the land that nothing fits between (``too_fine``). ``holder`` is the code of the grid that the sources give the land
    to, None where nobody has it. ``polygon`` is the land, None for words.
    """

    decision: Decision
    outcome: str
    why: str | None
    holder: str | None
    polygon: shapely.Geometry | None = None

    @property
    def area_m2(self) -> float:
        """The area of the land; 0 for words."""
        return 0.0 if self.polygon is None else float(self.polygon.area)


@dataclass(frozen=True, eq=False)
class Replayed:
    """A new build with planners' decisions: the ``edit`` that brings them, the ``ground`` after it, what became of
    each, and grids made by planners whose code the new build gave to another."""

    ground: Ground
    edit: Edit
    outcomes: tuple[Outcome, ...]
    recoded: tuple[Recoded, ...]


def replay(new: Ground, decided: Sequence[Decision], *, sliver_width: float, fresh: Fresh) -> Replayed:
    """Bring planners' decisions to a new build.

    Parameters
    ----------
    new
        The new build: whole communities.
    decided
        See `geo.plans.deciding.decisions`.
    sliver_width
        Metres; `geo.sources.Parameters.sliver_width`. Land thinner than that between a border of the old build and one
        of the new follows the new one; land that planners gave as thin as that does not.
    fresh
        Gives a code to a grid made by planners whose code the new build gave to another.

    Returns
    -------
    Replayed
        ``outcomes`` has a row a decision and grid of the new build, in the order of ``decided``.
    """
    given = [each for each in decided if isinstance(each, Given)]
    recoded = recode(given, new, fresh)
    codes = {each.grid_id: each.code for each in recoded}
    holders, nearby = Holders.of(new), Nearby(new)
    outcomes = []
    for home in sorted({each.grid.community for each in given}):
        here = [each for each in given if each.grid.community == home]
        again = partial(given_again, given=here, holders=holders, codes=codes, sliver_width=sliver_width)
        outcomes += nearby.attempt(again, [home], lands(here))
    outcomes += [said_again(nearby, each, holders) for each in decided if isinstance(each, Said)]
    heard = {id(outcome.decision) for outcome in outcomes}
    lost = [each for each in given if id(each) not in heard]  # all of it lies between borders drawn anew
    outcomes += [Outcome(each, CONFLICT, SOURCES_CHANGED, None, each.polygon) for each in lost]
    place = {id(each): number for number, each in enumerate(decided)}
    outcomes.sort(key=lambda outcome: place[id(outcome.decision)])
    ground = nearby.whole()
    return Replayed(ground, restoring(ground, new), tuple(outcomes), recoded)


def recode(given: Iterable[Given], new: Ground, fresh: Fresh) -> tuple[Recoded, ...]:
    """Give codes to grids made by planners whose code another grid has."""
    made = {each.grid.grid_id: each.grid for each in given if each.made}
    fresh = passing_over(fresh, {grid.code for grid in made.values()})
    clashing = [grid for grid in made.values() if grid.code in new.grids]
    return tuple(Recoded(grid.grid_id, grid.code, fresh(grid.community)[1]) for grid in clashing)


@dataclass(frozen=True)
class Holders:
    """The code of each unit's grid in each community, and the units there are."""

    code: Mapping[tuple[str, str], str]
    units: Collection[str]

    @classmethod
    def of(cls, new: Ground) -> Holders:
        """List the grids of a build."""
        code = {(grid.community, unit_of(grid)): grid.code for grid in new.grids.values()}
        return cls(code, {unit for _, unit in code})

    def of_grid(self, grid: Grid) -> str | None:
        """Return the code of the grid that a grid of the plan is in the new build, None where it is gone."""
        return self.code.get((grid.community, unit_of(grid)))

    def why_gone(self, grid: Grid) -> str:
        """Say why a grid is not there: its unit is in other communities now, or nowhere."""
        return LEFT_COMMUNITY if unit_of(grid) in self.units else GRID_GONE


def said_again(nearby: Nearby, said: Said, holders: Holders) -> Outcome:
    """Make a grid say what planners said, unless the sources changed it too."""
    code = holders.of_grid(said.grid)
    if code is None or code not in nearby.grids:
        return Outcome(said, CONFLICT, holders.why_gone(said.grid), None)
    grid, wanted = nearby.grids[code], getattr(said.grid, said.field)
    if getattr(grid, said.field) == wanted:
        return Outcome(said, MOOT, None, code)
    if getattr(grid, said.field) != said.was:
        return Outcome(said, CONFLICT, SOURCES_CHANGED, code)
    nearby.put(replace(grid, **{said.field: wanted}))
    return Outcome(said, KEPT, None, code)


def given_again(
    ground: Ground, given: Sequence[Given], holders: Holders, codes: Mapping[str, str], sliver_width: float
) -> tuple[Ground, list[Outcome]]:
    """Give land of one community to whom planners gave it, where the sources still say what they said."""
    home = [grid for grid in ground.grids.values() if grid.community == given[0].grid.community]
    outcomes = [row for each in given for row in gone_from(home, ground, each, sliver_width)]
    land = shapely.union_all([each.polygon for each in given])
    takers = {holders.of_grid(each.grid) for each in given if not each.made}
    grids = [grid for grid in home if grid.code in takers or shapely.relate_pattern(grid.polygon, land, "T********")]
    if not grids:
        return ground, outcomes
    cells, of_land, fine = laid_where_fitting(ground, grids, given, sliver_width)
    fit = {id(each) for each in fine}
    outcomes += [Outcome(each, CONFLICT, TOO_FINE, None, each.polygon) for each in given if id(each) not in fit]
    judged, kept = judge(cells, of_land, fine, holders)
    return (handed_over(cells, of_land, fine, kept, holders, codes) if kept.any() else ground), outcomes + judged


def lands(given: Sequence[Given]) -> Geometries:
    """Return the land of decisions."""
    return np.array([each.polygon for each in given], dtype=object)


def gone_from(home: Sequence[Grid], ground: Ground, given: Given, sliver_width: float) -> list[Outcome]:
    """List the land of a decision that its community has no more."""
    rest = shapely.get_parts(shapely.difference(given.polygon, shapely.union_all([grid.polygon for grid in home])))
    rest = rest[~are_thin(rest, sliver_width)]
    tree = shapely.STRtree([grid.polygon for grid in ground.grids.values()])
    codes = list(ground.grids)
    found = [tree.query(point, predicate="intersects").tolist() for point in shapely.point_on_surface(rest)]
    return [
        Outcome(given, CONFLICT, LEFT_COMMUNITY, codes[rows[0]] if rows else None, part)
        for part, rows in zip(rest, found, strict=True)
    ]


def laid_where_fitting(
    ground: Ground, grids: Sequence[Grid], given: Sequence[Given], sliver_width: float
) -> tuple[Cells, Ints, list[Given]]:
    """Lay the land of decisions onto grids, of those alone along whose land the grids can be cut; see `laid`."""
    try:
        return *laid(ground, grids, lands(given), sliver_width), list(given)
    except TooFineError:
        fine = [each for each in given if fits(ground, grids, [each])]
        fine = fine if fits(ground, grids, fine) else []
        return *laid(ground, grids, lands(fine), sliver_width), fine


def fits(ground: Ground, grids: Sequence[Grid], given: Sequence[Given]) -> bool:
    """Tell whether grids can be cut along the land of some decisions."""
    try:
        cut(ground, grids, outlines(lands(given)))
    except TooFineError:
        return False
    return True


def judge(cells: Cells, of_land: Ints, given: Sequence[Given], holders: Holders) -> tuple[list[Outcome], Bools]:
    """Tell what becomes of each decision on each grid that the new build has there, and which cells it is kept on."""
    outcomes, kept = [], np.zeros(len(cells), dtype=np.bool_)
    keys, group = dense(np.where(of_land == NO_LAND, -1, of_land * len(cells.grids) + cells.grid))
    polygons = cells.dissolved(group, len(keys))
    for number, key in enumerate(keys.tolist()):
        if key < 0:
            continue
        decision, grid = given[key // len(cells.grids)], cells.grids[key % len(cells.grids)]
        outcome, why = judged(decision, grid, holders)
        outcomes.append(Outcome(decision, outcome, why, grid.code, polygons[number]))
        kept[group == number] = outcome == KEPT
    return outcomes, kept


def judged(given: Given, holder: Grid, holders: Holders) -> tuple[str, str | None]:
    """Tell what becomes of a decision on land that the sources give to ``holder``, and why."""
    if not given.made:
        code = holders.of_grid(given.grid)
        if code is None:
            return CONFLICT, holders.why_gone(given.grid)
        if code == holder.code:
            return MOOT, None
    return (KEPT, None) if unit_of(holder) == given.was else (CONFLICT, SOURCES_CHANGED)


def handed_over(
    cells: Cells,
    of_land: Ints,
    given: Sequence[Given],
    kept: Bools,
    holders: Holders,
    codes: Mapping[str, str],
) -> Ground:
    """Give cells to the grids that planners chose; a grid left without any is gone."""
    grids = list(cells.grids)
    row_of = {grid.code: row for row, grid in enumerate(grids)}
    taker = np.full(len(given), NO_LAND, dtype=np.int64)
    for number in np.unique(of_land[kept]).tolist():
        grid = given[number].grid
        code = (None if given[number].made else holders.of_grid(grid)) or codes.get(grid.grid_id, grid.code)
        if code not in row_of:
            row_of[code] = len(grids)
            grids.append(replace(grid, code=code))
        taker[number] = row_of[code]
    owner = np.where(kept, taker[of_land], cells.grid)
    left, number = dense(owner)
    heirs = with_records(cells, owner, grids, set(np.setdiff1d(cells.grid, owner).tolist()))
    return regrid(cells, number, [heirs[row] for row in left], dict.fromkeys(range(len(left)), "override"))
