"""Doing edits one after the other in many places of a plan, each with no more land before it than it needs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from types import MappingProxyType
from typing import TypeVar

import numpy as np
import shapely

from geo.arrays import Ints
from geo.edges import Edges
from geo.edits.ground import Buildings, Edit, Grid, Ground
from geo.edits.land import among, outline_of
from geo.edits.weaving import UnseenError, as_lines
from geo.errors import PartitionError
from geo.noding import CELLS_PER_M, REACH_M
from geo.partition import Outline, Tiling

Told = TypeVar("Told")


class Nearby:
    """The grids of a wide ground as edits change them; the ground itself stays as it is.

    An edit in some communities sees these and what lies within a centimetre of them, as `Ground` asks for. ``changed``
    are the grids, by code, that edits made other ones of; the others lie where they lay.
    """

    def __init__(self, ground: Ground) -> None:
        self.start = ground
        self.grids = dict(ground.grids)
        self.changed: dict[str, Grid] = {}
        self.codes = list(ground.grids)
        self.community = np.array([grid.community for grid in ground.grids.values()], dtype=object)
        self.polygon = np.array([grid.polygon for grid in ground.grids.values()], dtype=object)
        self.sees = ground.sees(self.polygon)
        self.tree = shapely.STRtree(self.polygon)
        self.building_tree = shapely.STRtree(ground.buildings.point)

    def whole(self) -> Ground:
        """Return the whole ground as it is by now; raises as `require_whole`."""
        after = Ground(MappingProxyType(dict(self.grids)), self.start.buildings, self.start.seen)
        require_whole(self.start, after)
        return after

    def around(self, communities: Collection[str], lands: Iterable[shapely.Geometry] = ()) -> Ground:
        """Return the grids in and around some communities, and around some more lands, as they are by now."""
        home, more = np.isin(self.community, list(communities)), np.array([*lands], dtype=object)
        places = np.concatenate([self.polygon[home], more])
        _, row = self.tree.query(places, predicate="dwithin", distance=REACH_M)
        old = [self.codes[number] for number in np.unique(row).tolist()]
        near = [self.grids[code] for code in old if code in self.grids and code not in self.changed]
        changed = list(self.changed.values())
        polygons = np.array([grid.polygon for grid in changed], dtype=object)
        row, _ = shapely.STRtree(places).query(polygons, predicate="dwithin", distance=REACH_M)
        near += [changed[number] for number in np.unique(row).tolist()]
        within = np.sort(self.building_tree.query(shapely.box(*shapely.total_bounds(places))))
        every = self.start.buildings
        seen = places[np.concatenate([self.sees[home], self.start.sees(more)])]
        return Ground.of(near, Buildings(every.point[within], every.counts[within]), seen)

    def apply(self, edit: Edit, communities: Collection[str]) -> None:
        """Do an edit in some communities.

        Raises
        ------
        EditRefused
            It can't be done; all is as it was.
        UnseenError
            It bends borders beyond what the whole ground sees.
        """
        self.attempt(lambda before: (edit(before), None), communities)

    def attempt(
        self,
        work: Callable[[Ground], tuple[Ground, Told]],
        communities: Collection[str],
        lands: Iterable[shapely.Geometry] = (),
    ) -> Told:
        """Have the ground around some communities and lands changed, and return what is told of it; raises as `apply`.

        Where borders bend beyond that ground, again with more of it.
        """
        lands = list(lands)
        while True:
            before = self.around(communities, lands)
            try:
                after, told = work(before)
            except UnseenError as more:
                if not self.start.sees(more.boxes).all():
                    raise
                lands += more.boxes.tolist()
            else:
                self.take(before, after)
                return told

    def take(self, before: Ground, after: Ground) -> None:
        """Take over what an edit of a part of the ground made of it."""
        for code in before.grids.keys() - after.grids.keys():
            del self.grids[code]
            self.changed.pop(code, None)
        for code, grid in after.grids.items():
            if before.grids.get(code) is not grid:
                self.put(grid)

    def put(self, grid: Grid) -> None:
        """Take over a grid."""
        self.grids[grid.code] = self.changed[grid.code] = grid


def require_whole(start: Ground, after: Ground) -> None:
    """Require that grids tile what a ground was; the border of the whole may have bent where there is no land beyond,
    and land of nobody between two communities may have closed by that.

    Polygons that stay the same objects have the same borders before and after, so the others alone are looked at, and
    the whole only where its border bent.

    Raises
    ------
    PartitionError
        They do not.
    """
    gone, came = (
        [
            grid for code, grid in one.grids.items()
            if code not in other.grids or other.grids[code].polygon is not grid.polygon
        ]
        for one, other in ((start, after), (after, start))
    )  # fmt: skip
    Tiling.of(np.array([grid.polygon for grid in came], dtype=object))
    was, now = outline_of(gone), outline_of(came)
    rest = Edges.directed(np.concatenate([was, now[:, [2, 3, 0, 1]]])).left_over()
    if not len(rest):
        return
    old, new = was[rest[rest < len(was)]], now[rest[rest >= len(was)] - len(was)]
    outline = Outline.of(Edges.directed(outline_of(after.grids.values())))
    if (
        (outline.stray | outline.doubled).any()
        or not among(old, outline_of(start.grids.values())).all()
        or not start.sees(as_lines(old)).all()
        or not along(old, new)
        or not beside(new, old)
    ):
        x, y, *_ = np.concatenate([new, old])[0] / CELLS_PER_M
        raise PartitionError(f"borders bend on one side alone, {len(old)} of them, one at ({x:.3f}, {y:.3f})")


def along(old: Ints, new: Ints) -> bool:
    """Tell whether an outline still runs where it ran, or ran along itself: land of nobody closed, as thin as that."""
    rest = (np.concatenate([new, np.delete(old, row, axis=0)]) for row in range(len(old)))
    return all(beside(old[row : row + 1], others) for row, others in enumerate(rest))


def beside(edges: Ints, others: Ints) -> bool:
    """Tell whether edges, shape (n, 4), in cells, run along others, all within a centimetre."""
    near = shapely.union_all(shapely.buffer(as_lines(others), REACH_M))
    return bool(shapely.covers(near, as_lines(edges)).all())
