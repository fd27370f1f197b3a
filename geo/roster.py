"""Who holds which post, as arrays: a row a person and post of the roster that is about a place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.arrays import Bools, Ints
from geo.columns import numbers_of
from geo.grouped import Grouped
from geo.tables import POSTS

POST = {post: number for number, post in enumerate(POSTS)}
"""The number of each post."""

COMMUNITY_WORKERS = (POST["grid_worker"], POST["area_cadre"])
"""Posts whose holders are community workers (社区工作者); so are community cadres who went down to a grid [S1, C]."""


@dataclass(frozen=True, eq=False)
class Roster:
    """Posts held. ``grid`` is -1 for a row about a community that has no unclaimed grid.

    ``post`` numbers `geo.tables.POSTS`; ``part_time`` is false where the table does not say; ``person`` numbers people,
    told apart by name and work contact, within a community; ``worker`` tells who is a community worker.
    """

    post: Ints
    part_time: Bools
    worker: Bools
    person: Ints
    grid: Ints
    community: Ints
    by_grid: Grouped
    by_community: Grouped

    @classmethod
    def of(cls, rows: pd.DataFrame, grids: int, communities: NDArray[np.object_]) -> Roster:
        """Take the matched rows of a roster (`geo.tables.Matched.of`); ``communities`` are all codes."""
        community = numbers_of(rows["community"], {code: number for number, code in enumerate(communities)})
        return cls.made(
            post=numbers_of(rows["post"], POST),
            part_time=~rows["full_time"].fillna(True).to_numpy(np.bool_),
            cadre=(rows["force"] == "cadre_sinks").fillna(False).to_numpy(np.bool_),
            person=people(rows, community),
            grid=rows["grid"].to_numpy(np.int64),
            community=community,
            sizes=(grids, len(communities)),
        )

    @classmethod
    def made(
        cls,
        *,
        post: Ints,
        part_time: Bools,
        cadre: Bools,
        person: Ints,
        grid: Ints,
        community: Ints,
        sizes: tuple[int, int],
    ) -> Roster:
        """Take arrays, a row a person and post; ``cadre`` are those who sink, ``sizes`` count grids and communities."""
        worker = cadre | np.isin(post, COMMUNITY_WORKERS)
        by = Grouped.of(grid, sizes[0]), Grouped.of(community, sizes[1])
        return cls(post, part_time, worker, person, grid, community, *by)

    def counts(self, grid: Ints) -> tuple[Ints, Ints]:
        """Return how many hold each post of some grids, and how many of these part-time; shape (n, posts)."""
        place, row = self.by_grid.members(grid)
        return tallied(place, row, len(grid), self)

    def counts_of_communities(self, community: Ints) -> tuple[Ints, Ints]:
        """Return the same of the communities themselves: what their tables name that is about no grid."""
        place, row = self.by_community.members(community)
        own = self.grid[row] < 0
        return tallied(place[own], row[own], len(community), self)


def tallied(place: Ints, row: Ints, size: int, roster: Roster) -> tuple[Ints, Ints]:
    """Count rows of the roster by place and post, and those part-time."""
    key = place * len(POSTS) + roster.post[row]
    shape = (size, len(POSTS))
    every = np.bincount(key, minlength=size * len(POSTS)).reshape(shape)
    part = np.bincount(key[roster.part_time[row]], minlength=size * len(POSTS)).reshape(shape)
    return every.astype(np.int64), part.astype(np.int64)


def people(rows: pd.DataFrame, community: Ints) -> Ints:
    """Number the people of a roster: one name and work contact in one community is one; a row without a name is one."""
    known = rows["name"].notna().to_numpy(np.bool_)
    named = pd.DataFrame({"community": community, "name": rows["name"], "phone": rows["phone"].fillna("")})
    number = named.groupby(["community", "name", "phone"], dropna=False).ngroup().to_numpy(np.int64)
    alone = np.arange(len(rows)) + len(rows)
    return np.asarray(np.where(known, number, alone), dtype=np.int64)


def with_secretaries(rows: pd.DataFrame, branches: pd.DataFrame) -> pd.DataFrame:
    """Add the secretaries of grid branches that the roster leaves to the party table, a row for each grid.

    Parameters
    ----------
    rows
        The matched rows of the roster.
    branches
        Those of the party table that are about a grid's own branch.
    """
    listed = rows["grid"][rows["post"] == "branch_secretary"]
    alone = branches[branches["secretary"].notna() & ~branches["grid"].isin(listed)].drop_duplicates("grid")
    added = alone[["grid", "community", "whole"]].assign(post="branch_secretary", name=alone["secretary"])
    if not len(added):
        return rows
    wanted = ["post", "name", "phone", "full_time", "force", "organisation", "grid", "community", "whole"]
    parts = [frame.reindex(columns=wanted).astype({"full_time": "boolean"}) for frame in (rows, added)]
    return pd.concat(parts, ignore_index=True)
