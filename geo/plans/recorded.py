"""What the records of some grids and communities come to: who holds which post, money, party organisations, scores."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from geo.arrays import Bools, Floats, Ints
from geo.edits.ground import Grid, Record
from geo.funding import Money
from geo.gathering import OWN_BRANCH
from geo.party import forms_of
from geo.plans.dossier import Dossier
from geo.rating import Sheets
from geo.roster import POST, Roster
from geo.rules import NOBODY
from geo.tables import Texts

SECRETARY = "branch_secretary"


@dataclass(frozen=True)
class Said:
    """A record and what it is about: rows of the grid and the community.

    A record about a community itself is ``whole``, and its grid the community's unclaimed one, `NOBODY` if it has none.
    """

    grid: int
    community: int
    whole: bool
    values: Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Records:
    """The records of the communities of a dossier and of their grids, by table; grids and communities by row."""

    by_table: Mapping[str, Sequence[Said]]
    grids: int
    communities: int

    @classmethod
    def of(cls, grids: Sequence[Grid], grid_community: Ints, code: Texts, dossier: Dossier) -> Records:
        """Take the records of grids and communities; ``code`` are those of the communities by row."""
        wanted = {one.code: one.records for one in dossier.communities}
        by_table: dict[str, list[Said]] = {table: [] for table in dossier.tables}
        refuge = unclaimed_grids(grids)
        for row, (grid, place) in enumerate(zip(grids, grid_community.tolist(), strict=True)):
            if grid.community in wanted:
                share_out(grid.records, by_table, row, place, whole=False)
        for place, name in enumerate(code.tolist()):
            share_out(wanted.get(name, ()), by_table, refuge.get(name, NOBODY), place, whole=True)
        return cls(by_table, len(grids), len(code))

    def rows(self, table: str) -> Sequence[Said]:
        """Return the records of a table."""
        return self.by_table.get(table, ())

    def roster(self) -> Roster | None:
        """Return who holds which post, secretaries that the party table alone names included; None without a roster."""
        if "roster" not in self.by_table:
            return None
        rows = [*self.rows("roster"), *self.secretaries()]
        said = [one.values for one in rows]
        return Roster.made(
            post=np.array([POST[one["post"]] for one in said], dtype=np.int64),
            part_time=np.array([not one.get("full_time", True) for one in said], dtype=np.bool_),
            cadre=np.array([one.get("force") == "cadre_sinks" for one in said], dtype=np.bool_),
            person=people(rows),
            grid=np.array([one.grid for one in rows], dtype=np.int64),
            community=np.array([one.community for one in rows], dtype=np.int64),
            sizes=(self.grids, self.communities),
        )

    def secretaries(self) -> Iterator[Said]:
        """Yield a post for each grid whose branch secretary the party table alone names."""
        listed = {one.grid for one in self.rows("roster") if one.values["post"] == SECRETARY}
        for one in self.branches():
            if "secretary" in one.values and one.grid not in listed:
                listed.add(one.grid)
                yield Said(one.grid, one.community, False, {"post": SECRETARY, "name": one.values["secretary"]})

    def branches(self) -> Iterator[Said]:
        """Yield the records that put a branch of its own on a grid."""
        for one in self.rows("party"):
            if one.values["level"] in OWN_BRANCH and not one.whole:
                yield one

    def own_branch(self) -> Bools:
        """Tell which grids have a party branch of their own."""
        has = np.zeros(self.grids, dtype=np.bool_)
        has[[one.grid for one in self.branches()]] = True
        return has

    def forms(self) -> tuple[Ints, Texts]:
        """Return the form in which each grid is covered today, and the organisation (`geo.party.forms_of`)."""
        rows = [one for one in self.rows("party") if one.grid != NOBODY]
        return forms_of(
            np.array([one.grid for one in rows], dtype=np.int64),
            np.array([one.values["level"] for one in rows], dtype=object),
            np.array([one.values["organisation_id"] for one in rows], dtype=object),
            np.array([one.values.get("members", 0) for one in rows], dtype=np.float64),
            self.grids,
        )

    def money(self, years: Mapping[str, int | None]) -> Money | None:
        """Return how much money there is; None without such a table."""
        if "funding" not in self.by_table:
            return None
        rows = self.rows("funding")
        return Money.made(
            purpose=np.array([one.values["purpose"] for one in rows], dtype=object),
            year=numbers(rows, "year"),
            amount=numbers(rows, "amount"),
            grid=np.array([NOBODY if one.whole else one.grid for one in rows], dtype=np.int64),
            community=np.array([one.community for one in rows], dtype=np.int64),
            latest=years,
            sizes=(self.grids, self.communities),
        )

    def sheets(self) -> Sheets:
        """Return the score sheets of grids."""
        rows = [one for one in self.rows("scores") if not one.whole]
        return Sheets.of(
            np.array([one.grid for one in rows], dtype=np.int64),
            np.array([one.values["period"] for one in rows], dtype=object),
            numbers(rows, "points"),
        )


def unclaimed_grids(grids: Sequence[Grid]) -> dict[str, int]:
    """Return the row of each community's unclaimed grid, the largest where it has several."""
    largest: dict[str, tuple[float, int]] = {}
    for row, grid in enumerate(grids):
        if grid.kind == "unclaimed":
            largest[grid.community] = min(largest.get(grid.community, (0.0, row)), (-grid.polygon.area, row))
    return {community: row for community, (_, row) in largest.items()}


def share_out(
    records: Sequence[Record], by_table: Mapping[str, list[Said]], grid: int, place: int, *, whole: bool
) -> None:
    """Put records into the lists of their tables."""
    for record in records:
        by_table[record.table].append(Said(grid, place, whole, dict(record.values)))


def people(rows: Sequence[Said]) -> Ints:
    """Number people: one name and work contact in one community is one; a row without a name is one."""
    numbers: dict[tuple[object, ...], int] = {}
    keys = [
        (one.community, one.values["name"], one.values.get("phone", "")) if "name" in one.values else (place,)
        for place, one in enumerate(rows)
    ]
    return np.array([numbers.setdefault(key, len(numbers)) for key in keys], dtype=np.int64)


def numbers(rows: Sequence[Said], name: str) -> Floats:
    """Return a figure of records, nan where it is missing."""
    return np.array([one.values.get(name, np.nan) for one in rows], dtype=np.float64)
