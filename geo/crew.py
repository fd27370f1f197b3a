"""The staff of grids as arrays: which posts each must have, and which are held.

Required (rules 1 to 3):

- Every grid that a unit holds has the posts of its management type, public space between compounds too: the committee
  sets a type for an area, streets included.
- Grid workers: as many as the type asks for, or one for each so many households, rounded up, whichever is more; in a
  village by the upper end of the range, which gives the least number of workers.
- Unclaimed land has a grid head, and nobody else: the community holds it only until somebody does (rule 11). That it
  is held by nobody is a gap of its own, and a full staff would count the same want again.
- A branch secretary comes with the branch (rule 5), where the party table shows one of the grid's own.

Held are people, not hours: who cleans a grid part-time is its cleaner. Hours stand beside, as full-time equivalents.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.arrays import Bools, Floats, Ints, known_or_zero
from geo.roster import POST
from geo.standards import MANAGEMENT_TYPES, Standards
from geo.tables import POSTS

NOTHING, TYPE, HOUSEHOLDS, LEADER, FALLBACK, BRANCH = range(6)
"""Why a post is required: not at all, by the type, by the households, as the villagers' leader, as a fallback, with a
branch."""

TYPE_NUMBER = {name: number for number, name in enumerate(MANAGEMENT_TYPES)}

WORKER, HEAD, SECRETARY = POST["grid_worker"], POST["grid_head"], POST["branch_secretary"]


@dataclass(frozen=True, eq=False)
class GridFacts:
    """What the staff of some grids hangs on, a row a grid; ``households`` is nan where unknown."""

    kind: NDArray[np.object_]
    management_type: NDArray[np.object_]
    households: Floats
    rural: Bools
    community: NDArray[np.object_]
    own_branch: Bools

    @classmethod
    def of(cls, grids: pd.DataFrame, own_branch: Bools) -> GridFacts:
        """Take the layer ``grids`` with ``rural``, or some rows of it, and which have a party branch of their own."""
        kind, management_type, community = (
            grids[name].to_numpy(dtype=object) for name in ("kind", "management_type", "community_code")
        )
        households = grids["households"].to_numpy(np.float64, na_value=np.nan)
        return cls(kind, management_type, households, grids["rural"].to_numpy(np.bool_), community, own_branch)


@dataclass(frozen=True, eq=False)
class Needs:
    """What some grids must have; shape (n,), or (n, posts).

    ``norm`` and ``most`` are the households for which one grid worker is required, and with more than which one is
    overloaded; ``by_households`` how many workers the households ask for, 0 where they are unknown.
    """

    required: Ints
    ground: Ints
    type_number: Ints
    norm: Ints
    most: Ints
    low: Ints
    part_time_share: Floats
    by_households: Ints


@dataclass(frozen=True, eq=False)
class Crew:
    """The posts of some grids, a row a post that is required or held.

    ``place`` points to the grids asked for, ``post`` to `geo.tables.POSTS`; ``held`` and ``part_time`` count people.
    """

    place: Ints
    post: Ints
    required: Ints
    held: Ints
    part_time: Ints
    ground: Ints
    needs: Needs
    households: Floats

    def part(self, rows: Ints) -> Crew:
        """Return some of the rows."""
        chosen = {name: getattr(self, name)[rows] for name in ROW_FIELDS}
        return replace(self, **chosen)

    @property
    def short(self) -> Ints:
        """How many are missing."""
        return np.asarray(np.maximum(self.required - self.held, 0), dtype=np.int64)

    @property
    def full_time_equivalent(self) -> Floats:
        """How many full-time workers those who hold a post come to."""
        return self.held - self.part_time * (1 - self.needs.part_time_share[self.place])


ROW_FIELDS = ("place", "post", "required", "held", "part_time", "ground")
"""What a `Crew` holds by row; the rest is by grid."""


def crew_of(facts: GridFacts, held: Ints, part_time: Ints, standards: Standards) -> Crew:
    """Hold what some grids have against what they must have.

    Parameters
    ----------
    facts
        One row a grid.
    held, part_time
        (n, posts): people who hold each post, and those of them who do it part-time; see `geo.roster.Roster.counts`.
    """
    needs = needs_of(facts, standards)
    place, post = np.nonzero((needs.required > 0) | (held > 0))
    return Crew(
        place=place.astype(np.int64),
        post=post.astype(np.int64),
        required=needs.required[place, post],
        held=held[place, post],
        part_time=part_time[place, post],
        ground=needs.ground[place, post],
        needs=needs,
        households=facts.households,
    )


def needs_of(facts: GridFacts, standards: Standards) -> Needs:
    """Say what each grid must have, by the standard of its place."""
    count = len(facts.kind)
    type_number = np.array([TYPE_NUMBER.get(name, -1) for name in facts.management_type], dtype=np.int64)
    required = np.zeros((count, len(POSTS)), dtype=np.int64)
    limits = np.zeros((count, 3), dtype=np.int64)
    share = np.zeros(count)
    leads = np.zeros(count, dtype=np.bool_)
    for standard, rows in standards.groups(facts.community):
        required[rows] = standard.posts_by_type[type_number[rows]]
        limits[rows] = standard.worker_limits[facts.rural[rows].astype(np.int64)]
        share[rows] = standard.workers.part_time_share.number
        leads[rows] = standard.workers.rural_group_leader_heads.answer
    norm, most, low = limits.T
    by_households = workers_for(facts.households, norm)
    ground = np.where(required > 0, TYPE, NOTHING)
    by_type = required[:, WORKER].copy()
    required[:, WORKER] = np.maximum(by_type, by_households)
    ground[(by_households > 0) & (by_households >= by_type), WORKER] = HOUSEHOLDS
    ground[leads & facts.rural & (facts.kind == "residential") & (required[:, HEAD] == 1), HEAD] = LEADER
    branch = facts.own_branch & (required[:, SECRETARY] < 1)
    required[branch, SECRETARY], ground[branch, SECRETARY] = 1, BRANCH
    nobody = facts.kind == "unclaimed"
    required[nobody], ground[nobody] = 0, NOTHING
    required[nobody, HEAD], ground[nobody, HEAD] = 1, FALLBACK
    return Needs(required, ground, type_number, norm, most, low, share, by_households)


def workers_for(households: Floats, norm: Ints) -> Ints:
    """Return how many grid workers some households ask for: one for ``norm`` of them, rounded up; 0 where unknown.

    >>> workers_for(np.array([0.0, 300.0, 301.0, np.nan]), np.array([300, 300, 300, 300])).tolist()
    [0, 1, 2, 0]
    """
    known = known_or_zero(households).astype(np.int64)
    return np.asarray(-(-known // norm), dtype=np.int64)
