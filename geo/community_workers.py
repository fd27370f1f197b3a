"""Community workers (社区工作者): so many for 10,000 residents of an urban community, and how many there are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.arrays import Bools, Floats, Ints
from geo.roster import Roster
from geo.standards import Standards

COMMUNITY_WORKER = "community_worker"
"""A post of communities, not of grids."""


@dataclass(frozen=True, eq=False)
class CommunityWorkers:
    """Required and held, a row an urban community whose population is known; ``held`` is None without a roster.

    ``place`` points to the communities asked for.
    """

    place: Ints
    required: Ints
    held: Ints | None
    arithmetic: NDArray[np.object_]

    @property
    def short(self) -> Ints | None:
        """How many are missing."""
        return None if self.held is None else np.asarray(np.maximum(self.required - self.held, 0), dtype=np.int64)


def community_workers(
    number: Ints,
    code: NDArray[np.object_],
    rural: Bools,
    population: Floats,
    roster: Roster | None,
    standards: Standards,
) -> CommunityWorkers:
    """Hold the community workers of some communities against their residents [S1].

    Held are those who work full-time, each person once: grid workers, area cadres, and community cadres who went down
    to a grid, whatever post they hold there [C].

    Parameters
    ----------
    number, code, rural, population
        One row a community: what the roster numbers it, and so on; ``population`` is nan where unknown.
    """
    place = np.flatnonzero(~rural & ~np.isnan(population))
    people = population[place]
    rate = np.array([standards.at(str(one)).workers.urban_per_10000.number for one in code[place]], dtype=np.float64)
    required = np.ceil(np.round(people * rate / 10_000, 9)).astype(np.int64)
    held = None if roster is None else full_time_workers(roster, number[place])
    words = np.array(
        [
            f"{need} 人 = {some:.0f} 人 × {each:g} ÷ 10,000，进一"
            for need, some, each in zip(required, people, rate, strict=True)
        ],
        dtype=object,
    )
    if held is not None:
        words = words + np.array([held_words(*pair) for pair in zip(required, held, strict=True)], dtype=object)
    return CommunityWorkers(place, required, held, words)


def held_words(required: int, held: int) -> str:
    """Say how many work full-time, and how many are missing."""
    return f"；现有全职 {held} 人" + (f"，缺 {required - held} 人" if held < required else "")


def full_time_workers(roster: Roster, community: Ints) -> Ints:
    """Count the people who are full-time community workers in some communities."""
    place, row = roster.by_community.members(community)
    chosen = roster.worker[row] & ~roster.part_time[row]
    people = int(roster.person.max(initial=0)) + 1
    once = np.unique(place[chosen] * people + roster.person[row[chosen]]) // people
    return np.bincount(once, minlength=len(community)).astype(np.int64)
