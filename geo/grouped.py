"""Rows by the group that they belong to, so that the rows of a few groups are found without looking at all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geo.arrays import Ints, unroll


@dataclass(frozen=True, eq=False)
class Grouped:
    """Rows listed group by group: those of group g are ``row[first[g] : first[g + 1]]``, ascending."""

    row: Ints
    first: Ints

    @classmethod
    def of(cls, group: Ints, groups: int) -> Grouped:
        """List rows by group; rows whose group is negative are left out.

        >>> Grouped.of(np.array([1, 0, 1, -1]), 3).row.tolist()
        [1, 0, 2]
        """
        order = np.argsort(group, kind="stable")
        first = np.searchsorted(group[order], np.arange(groups + 1))
        return cls(order[first[0] :], first - first[0])

    def members(self, group: Ints) -> tuple[Ints, Ints]:
        """List the rows of some groups, repeats allowed, one group after the other.

        Returns
        -------
        tuple
            For each row listed, the place in ``group`` that it is listed for, and the row.

        Examples
        --------
        >>> [column.tolist() for column in Grouped.of(np.array([1, 0, 1]), 2).members(np.array([1]))]
        [[0, 0], [0, 2]]
        """
        start, end = self.first[group], self.first[group + 1]
        place, listed = unroll(np.arange(len(group)), end - start, start)
        return place, self.row[listed]

    def count(self, group: Ints) -> Ints:
        """Return how many rows each group has."""
        return self.first[group + 1] - self.first[group]
