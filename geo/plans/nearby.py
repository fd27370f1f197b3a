"""Doing edits one after the other in many places of a plan, each with no more land before it than it needs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from types import MappingProxyType
from typing import TypeVar

import numpy as np
import shapely

from geo.edits.ground import Buildings, Edit, Grid, Ground
from geo.edits.weaving import UnseenError
from geo.noding import REACH_M

Told = TypeVar("Told")


class Nearby:
    """The grids of a wide ground as edits change them; the ground itself stays as it is.

    An edit in some communities sees these and what lies within a centimetre of them, as `Ground` asks for.
    """

    def __init__(self, ground: Ground) -> None:
        self.start = ground
        self.grids = dict(ground.grids)
        self.codes = list(ground.grids)
        self.community = np.array([grid.community for grid in ground.grids.values()], dtype=object)
        self.polygon = np.array([grid.polygon for grid in ground.grids.values()], dtype=object)
        self.tree = shapely.STRtree(self.polygon)
        self.building_tree = shapely.STRtree(ground.buildings.point)

    @property
    def ground(self) -> Ground:
        """The whole ground as it is by now."""
        return Ground(MappingProxyType(dict(self.grids)), self.start.buildings, self.start.seen)

    def around(self, communities: Collection[str], lands: Iterable[shapely.Geometry] = ()) -> Ground:
        """Return the grids in and around some communities, and around some more lands, as they are by now."""
        places = np.array([*self.polygon[np.isin(self.community, list(communities))], *lands], dtype=object)
        _, row = self.tree.query(places, predicate="dwithin", distance=REACH_M)
        old = [self.codes[number] for number in np.unique(row).tolist()]
        made = [self.grids[code] for code in self.grids.keys() - self.start.grids.keys()]
        near = [self.grids[code] for code in old if code in self.grids]
        near += [grid for grid in made if shapely.dwithin(places, grid.polygon, REACH_M).any()]
        within = np.sort(self.building_tree.query(shapely.box(*shapely.total_bounds(places))))
        every = self.start.buildings
        return Ground.of(near, Buildings(every.point[within], every.counts[within]), places[self.start.sees(places)])

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
        self.grids.update(after.grids)

    def put(self, grid: Grid) -> None:
        """Take over what a grid says."""
        self.grids[grid.code] = grid
