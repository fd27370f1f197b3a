"""Sections: runs of communities whose layers are made together, each with all around it that these hang on.

After the merge, what is said of a community hangs on its own land, and on that of other communities only as far as the
units that meet it reach. So a section loads its communities and those around it, and writes the rows of its own alone.
How communities are put into sections changes nothing but the memory that this takes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import numpy as np
import pandas as pd

from geo.arrays import Ints
from geo.divisions import groups_in_counties
from geo.drawing_up import COMMUNITIES_A_GROUP, Drawn, Group
from geo.grouped import Grouped
from geo.lineage import Earlier
from geo.merge import Mosaic
from geo.parts import AnyPart, Part

COMMUNITIES_A_SECTION = 1_024
"""So many that few are loaded twice, as what is around others, and so few that a section takes little memory."""

Made = TypeVar("Made")


class Shelf(Protocol):
    """Where is put what need not stay in memory of a section that is worked on, maybe in another process."""

    def part(self, part: Part, /) -> AnyPart:
        """Keep a part of the merge."""
        ...

    def rows(self, layer: str, section: int, rows: pd.DataFrame, /) -> pd.DataFrame | None:
        """Keep a section's rows of a layer; return what is to stay in memory, None for nothing."""
        ...

    def ledger(self, group: Group, /) -> Drawn:
        """Have the ledger of a group drawn up; see `geo.drawing_up.Keep`."""
        ...


class Store(Shelf, Protocol):
    """Where a build has what it need not hold in memory."""

    def once(
        self, make: Callable[[Shelf], Made], name: str, section: int, hangs_on: Callable[[], tuple[Any, ...]], /
    ) -> Made:
        """Make something of a section, unless it is there from a build in which all that it hangs on was the same.

        Parameters
        ----------
        make
            Makes it, and puts on a shelf what need not stay in memory.
        hangs_on
            Returns all that the result hangs on, and what is put on the shelf.
        """
        ...

    def forget_rows(self) -> None:
        """Forget the rows of all layers, which come again in other sections."""
        ...


class Memory:
    """The store that holds everything in memory."""

    def part(self, part: Part, /) -> AnyPart:
        """Keep a part as it is."""
        return part

    def rows(self, layer: str, section: int, rows: pd.DataFrame, /) -> pd.DataFrame | None:
        """Keep rows as they are."""
        return rows

    def ledger(self, group: Group, /) -> Drawn:
        """Keep rows of the ledger as they are."""
        return group.drawn()

    def once(
        self, make: Callable[[Shelf], Made], name: str, section: int, hangs_on: Callable[[], tuple[Any, ...]], /
    ) -> Made:
        """Make it."""
        return make(self)

    def forget_rows(self) -> None:
        """Do nothing: they are with whoever put them here."""


@dataclass(frozen=True, eq=False)
class Section:
    """Communities that follow each other in the order of their codes.

    Parameters
    ----------
    number
        Its place among the sections.
    own
        The rows of its communities, ascending.
    around
        Those, and the rows of all communities that their layers hang on, ascending.
    groups
        The rows of its communities by the groups whose ledgers are drawn up together.
    unit
        The rows of the units whose home is here; those without one are the first section's.
    """

    number: int
    own: Ints
    around: Ints
    groups: list[Ints]
    unit: Ints

    def within(self, units: Ints) -> Section:
        """Return the section with rows of what is around it, and of some units, in place of rows of the whole."""
        own, groups = np.searchsorted(self.around, self.own), [np.searchsorted(self.around, one) for one in self.groups]
        return Section(0, own, np.arange(len(self.around)), groups, np.searchsorted(units, self.unit))


def sections_of(mosaic: Mosaic, size: int, earlier: Earlier | None) -> list[Section]:
    """Cut a jurisdiction into sections of about so many communities.

    Around a section are the communities that a unit meets which meets one of its own, and those that an old grid
    reaches which reaches one of its own.

    Known limits
    ------------
    A unit that meets every community, such as a patrol zone drawn as the outline of a county, makes all of these
    communities stand around each other: memory is then that of a county.
    """
    code, met = mosaic.communities["code"].to_numpy(dtype=object), mosaic.met
    groups = groups_in_counties(code, min(size, COMMUNITIES_A_GROUP))
    label = np.array([group[0] // size for group in groups])
    cut = np.flatnonzero(label[1:] != label[:-1]) + 1
    reach = [reached(met.community, met.unit, len(code))]
    if earlier is not None:
        reach.append(reached(earlier.community, earlier.grid, len(code)))
    home = np.maximum(met.home, 0)
    sections = []
    for number, run in enumerate(np.split(np.arange(len(groups)), cut)):
        own = np.concatenate([groups[place] for place in run])
        around = np.unique(np.concatenate([own, *(of(own) for of in reach)]))
        unit = np.flatnonzero((home >= own[0]) & (home <= own[-1]))
        sections.append(Section(number, own, around, [groups[place] for place in run], unit))
    return sections


def reached(community: Ints, thing: Ints, communities: int) -> Callable[[Ints], Ints]:
    """Return what finds the communities that something reaches which reaches some communities."""
    things = Grouped.of(community, communities)
    places = Grouped.of(thing, int(thing.max(initial=-1)) + 1)

    def around(own: Ints) -> Ints:
        there = np.unique(thing[things.members(own)[1]])
        return community[places.members(there)[1]]

    return around
