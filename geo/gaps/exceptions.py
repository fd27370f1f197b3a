"""Gaps accepted as exceptions: with a reason, a signer and an expiry date they stay in the ledger, marked.

An exception names a gap by its id, or a kind and a place:

- a grid, by its code or its unit: the gaps of this kind about the grid; an overlap or a straddle also by a unit of it;
- a community: all gaps of this kind in it;

and, where it says so, only those about one post or one kind of facility. An exception that has run out does not close
its gap again: the gap is marked ``expired``, so that somebody signs anew or acts.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any, TypeVar

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyproj
from numpy.typing import NDArray

from geo.arrays import Ints
from geo.gaps.ledger import as_arrow, as_text
from geo.sources import repair_rows
from geo.tables import Matched, at_or_none

OPEN, ACCEPTED, EXPIRED = "open", "accepted", "expired"

BY_UNIT = ("overlap", "straddle")
"""Kinds that are about units, whichever grid holds the land."""

PLACES = ("code", "community_code")
"""Columns of a gap that an exception may name."""

WORDS = ("gap_id", "kind", "layer", "source_id", "post", "facility", "reason", "signer", "signed", "expires")
"""Columns of an exception that say which gaps it is about, and what is written into them."""


@dataclass(frozen=True, eq=False)
class Signed:
    """Exceptions with the places they are about, and what else it takes to mark gaps by them.

    Parameters
    ----------
    row
        (n,) where each exception stands in the whole table.
    table, found
        The exceptions (`geo.tables.Tables`) and their places; see `of`.
    grids
        ``code`` of the grids that ``found`` points to.
    as_of
        The day on which exceptions hold or have run out; None: none has.
    facility_names
        Every name of a kind of facility, in small letters, and the kind (`geo.standards.Standard.facility_names`).
    """

    row: Ints
    table: pd.DataFrame
    found: Matched
    grids: pd.DataFrame
    as_of: date | None
    facility_names: Mapping[str, str]

    @classmethod
    def of(
        cls, table: pd.DataFrame, found: Matched, grids: pd.DataFrame, as_of: date | None, names: Mapping[str, str]
    ) -> Signed:
        """Take the whole table, which grid each of its rows is about, and ``code`` of all grids."""
        code = pd.DataFrame({"code": at_or_none(grids["code"], found.grid)})
        grid = np.where(found.grid < 0, found.grid, np.arange(len(found.grid)))
        return cls(np.arange(len(table)), table, found._replace(grid=grid), code, as_of, names)

    def concerning(
        self, communities: NDArray[np.object_], grids: NDArray[np.object_], units: NDArray[np.object_]
    ) -> Signed:
        """Take those that may be about a gap of some communities.

        Parameters
        ----------
        communities, grids
            The codes of the communities, and of their grids.
        units
            "layer:id" of the units that claim land there.
        """
        by_place, by_unit = self.reach
        named = [by_place[one] for one in by_place.keys() & {*communities, *grids}]
        named += [by_unit[one] for one in by_unit.keys() & set(units)]
        rows = np.array(sorted({row for some in named for row in some}), dtype=np.int64)
        placed = np.flatnonzero(np.isin(self.found.row, rows))
        grid = self.found.grid[placed]
        found = self.found._replace(
            row=np.searchsorted(rows, self.found.row[placed]),
            grid=np.where(grid < 0, grid, np.arange(len(grid))),
            community=self.found.community[placed],
            whole=self.found.whole[placed],
        )
        table, own = (
            frame.iloc[here].reset_index(drop=True) for frame, here in ((self.table, rows), (self.grids, placed))
        )
        return replace(self, row=self.row[rows], table=table, found=found, grids=own)

    def alone(self) -> Signed:
        """Return the same as if they were the whole table."""
        return replace(self, row=np.arange(len(self.row)))

    @cached_property
    def reach(self) -> tuple[Mapping[str, Sequence[int]], Mapping[str, Sequence[int]]]:
        """The positions of the exceptions by the codes of the places that they may be about, and by the units."""
        gap_id = self.words["gap_id"]
        by_place = list(zip(self.found.community.tolist(), self.found.row.tolist(), strict=True))
        by_unit = [(unit, row) for row, unit in enumerate(self.units) if unit is not None]
        for row, told in enumerate(gap_id):
            place, names = told_by(told or "")
            by_place.append((place, row))
            by_unit += [(name, row) for name in names]
        return listed(by_place), listed(by_unit)

    @cached_property
    def words(self) -> Mapping[str, NDArray[np.object_]]:
        """What the exceptions say, by column; None where they say nothing."""
        return {name: text_or_none(self.table[name]) for name in WORDS}

    @property
    def units(self) -> list[str | None]:
        """The unit that each exception names, as "layer:id"; None where it names none."""
        named = zip(self.words["layer"], self.words["source_id"], strict=True)
        return [None if layer is None or unit is None else f"{layer}:{unit}" for layer, unit in named]

    @cached_property
    def about(self) -> Mapping[tuple[str, ...], Sequence[int]]:
        """The positions of the exceptions by what they name: the id of a gap; a kind, and "code", "community_code" or
        "unit" with the place."""
        gap_id, kind, units = self.words["gap_id"], self.words["kind"], self.units
        named: list[tuple[tuple[str, ...], int]] = [((one,), row) for row, one in enumerate(gap_id) if one is not None]
        code = at_or_none(self.grids["code"], self.found.grid)
        places = zip(self.found.row.tolist(), code, self.found.community, self.found.whole.tolist(), strict=True)
        for row, grid, community, whole in places:
            if gap_id[row] is None and kind[row] is not None:
                place = ("community_code", community) if whole else ("code", grid)
                named += [((kind[row], *place), row)] if place[1] is not None else []
                if kind[row] in BY_UNIT and not whole and units[row] is not None:
                    named.append(((kind[row], "unit", str(units[row])), row))
        return listed(named)

    def marked(self, gaps: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, Ints]:
        """Mark the gaps of a ledger that are accepted; see `geo.gaps.ledger.COLUMNS`.

        Returns
        -------
        tuple
            The ledger with ``state``, ``reason`` and ``expires``, and ``signer`` and ``signed`` in its ``detail``; and
            the positions here of the exceptions that are about a gap. Where several are about one gap, the one that
            runs longest counts, and of these the first.
        """
        pairs = self.pairs(gaps) if len(gaps) and len(self.table) else {}
        used = np.unique(np.array([one for found in pairs.values() for one in found], dtype=np.int64))
        expires = self.words["expires"]
        longest = {
            row: max(found, key=lambda one: (expires[one] is None, expires[one] or "", -one))
            for row, found in pairs.items()
        }
        return self.written(gaps, longest) if longest else gaps, used

    def pairs(self, gaps: gpd.GeoDataFrame) -> dict[int, list[int]]:
        """Return the gaps that exceptions are about, by their rows, and the exceptions of each."""
        column = {name: as_arrow(gaps[name]) for name in ("gap_id", "kind", *PLACES, "detail")}
        rows = self.candidates(column)
        chosen = {name: values.take(pa.array(rows)).to_pylist() for name, values in column.items()}
        found: dict[int, list[int]] = {}
        for row, *values in zip(rows.tolist(), *chosen.values(), strict=True):
            gap = dict(zip(chosen, values, strict=True))
            detail = json.loads(gap["detail"])
            names = [(gap["gap_id"],), *((gap["kind"], name, gap[name]) for name in PLACES)]
            names += [(gap["kind"], "unit", unit) for unit in units_of(detail)]
            named = {one for name in names for one in self.about.get(name, ())}
            agreed = [one for one in sorted(named) if self.agrees(one, gap["kind"], detail)]
            if agreed:
                found[row] = agreed
        return found

    def candidates(self, column: Mapping[str, pa.Array]) -> Ints:
        """Return the rows of the gaps that an exception may be about, as one in its table names them or their place."""
        by_place = [name for name in self.about if len(name) > 1]
        there = one_of(column["kind"], [name[0] for name in by_place if name[1] == "unit"])
        for place in PLACES:
            there |= one_of(column[place], [name[2] for name in by_place if name[1] == place])
        there &= one_of(column["kind"], [name[0] for name in by_place])
        there |= one_of(column["gap_id"], [name[0] for name in self.about if len(name) == 1])
        return np.flatnonzero(there)

    def agrees(self, row: int, kind: str, detail: Mapping[str, Any]) -> bool:
        """Tell whether an exception and a gap agree in kind, post and facility, as far as the exception says them."""
        asked, post, facility = (self.words[name][row] for name in ("kind", "post", "facility"))
        known = facility and self.facility_names.get(facility.strip().lower(), facility)
        agree = (asked, kind), (post, detail.get("post")), (known, detail.get("facility"))
        return all(one is None or one == other for one, other in agree)

    def written(self, gaps: gpd.GeoDataFrame, longest: Mapping[int, int]) -> gpd.GeoDataFrame:
        """Write exceptions into the gaps that they are about, given by their rows."""
        rows = sorted(longest)
        said = {name: values[[longest[row] for row in rows]] for name, values in self.words.items()}
        detail = as_arrow(gaps["detail"]).take(pa.array(rows)).to_pylist()
        values = {
            "state": states(said["expires"], self.as_of),
            "reason": said["reason"],
            "expires": said["expires"],
            "detail": list(map(signed_detail, detail, said["signer"], said["signed"])),
        }
        here = np.zeros(len(gaps), dtype=np.bool_)
        here[rows] = True
        marked = {name: pc.replace_with_mask(as_arrow(gaps[name]), here, as_arrow(new)) for name, new in values.items()}
        return gaps.assign(**{name: as_text(column) for name, column in marked.items()})

    def said(self) -> tuple[Any, ...]:
        """Return all that the mark of a gap hangs on, wherever the exceptions stand in their table."""
        day = states(self.words["expires"], self.as_of)
        found = self.found
        place = found.row, self.grids["code"].to_numpy(dtype=object), found.grid, found.community, found.whole
        return self.table.drop(columns=["file", "row"]), place, day, self.facility_names


Name = TypeVar("Name")


def listed(named: Iterable[tuple[Name, int]]) -> dict[Name, list[int]]:
    """List numbers by what each is named by."""
    lists: dict[Name, list[int]] = {}
    for name, number in named:
        lists.setdefault(name, []).append(number)
    return lists


def one_of(values: pa.Array, some: Sequence[str]) -> NDArray[np.bool_]:
    """Tell which values are one of some."""
    return np.array(pc.is_in(values, value_set=pa.array(some, pa.large_string())), dtype=np.bool_)


def told_by(gap_id: str) -> tuple[str, list[str]]:
    """Return the place that the id of a gap tells, and what may be the first of the units of an overlap.

    An id is the kind and what the gap is about: the code of a grid or community, and more; of an overlap the two units,
    in which a + may stand too.

    >>> told_by("unclaimed:530102:x"), told_by("overlap:compound:a+compound:b")
    (('530102', []), ('compound', ['compound:a']))
    """
    kind, _, about = gap_id.partition(":")
    pair = about.split("+") if kind == "overlap" else []
    return about.partition(":")[0], ["+".join(pair[:end]) for end in range(1, len(pair))]


def units_of(detail: Mapping[str, Any]) -> list[str]:
    """Return the units that a gap is about, as "layer:id"."""
    units = detail.get("units", [detail.get("unit")])
    return [str(unit) for unit in units if unit is not None] if isinstance(units, list) else []


def signed_detail(detail: str, signer: str | None, signed: str | None) -> str:
    """Add to the detail of a gap, a JSON object, who signed the exception, and when.

    >>> signed_detail('{"share": 1}', "甲", None)
    '{"share": 1, "signer": "甲", "signed": null}'
    """
    return f"{detail[:-1]}, {json.dumps({'signer': signer, 'signed': signed}, ensure_ascii=False)[1:]}"


def states(expires: NDArray[np.object_], as_of: date | None) -> list[str]:
    """Tell which exceptions hold on a day: up to and on the day on which they run out.

    >>> states(np.array(["2026-12-31", "2026-12-30", None]), date(2026, 12, 31))
    ['accepted', 'expired', 'accepted']
    """
    if as_of is None:
        return [ACCEPTED] * len(expires)
    today = as_of.isoformat()
    return [EXPIRED if day is not None and day < today else ACCEPTED for day in expires]


def restated(gaps: gpd.GeoDataFrame, as_of: date) -> gpd.GeoDataFrame:
    """Judge the exceptions of a ledger anew on another day."""
    state = gaps["state"].to_numpy(dtype=object).copy()
    rows = np.flatnonzero(np.isin(state, (ACCEPTED, EXPIRED)))
    state[rows] = states(text_or_none(gaps["expires"].iloc[rows]), as_of)
    return gaps.assign(state=state)


def text_or_none(column: pd.Series) -> NDArray[np.object_]:
    """Return text, None where it is missing."""
    return np.array([None if pd.isna(value) else str(value) for value in column], dtype=object)


def idle_exceptions(exceptions: pd.DataFrame, idle: Ints, found: Matched, crs: pyproj.CRS) -> gpd.GeoDataFrame:
    """List exceptions that are about no gap as rows of `repairs`; those about no grid are listed already."""
    rows = np.setdiff1d(idle, found.unmatched)
    at = exceptions.iloc[rows]
    place = at["file"].astype("str") + ":" + at["row"].astype("str")
    return repair_rows(
        np.full(len(rows), None, dtype=object),
        crs,
        layer="exceptions",
        source_id=place.to_numpy(dtype=object),
        problem="matches no gap",
        action="left out",
        changed_m2=0.0,
    )
