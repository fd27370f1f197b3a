"""Gaps accepted as exceptions: with a reason, a signer and an expiry date they stay in the ledger, marked.

An exception names a gap by its id, or a kind and a place:

- a grid, by its code or its unit: the gaps of this kind about the grid; an overlap or a straddle also by a unit of it;
- a community: all gaps of this kind in it;

and, where it says so, only those about one post or one kind of facility. An exception that has run out does not close
its gap again: the gap is marked ``expired``, so that somebody signs anew or acts.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
from numpy.typing import NDArray

from geo.arrays import Ints
from geo.sources import repair_rows
from geo.tables import Matched, at_or_none

OPEN, ACCEPTED, EXPIRED = "open", "accepted", "expired"

BY_UNIT = ("overlap", "straddle")
"""Kinds that are about units, whichever grid holds the land."""


def with_exceptions(
    gaps: gpd.GeoDataFrame,
    exceptions: pd.DataFrame,
    found: Matched,
    grids: pd.DataFrame,
    *,
    as_of: date | None,
    facility_names: Mapping[str, str] = MappingProxyType({}),
) -> tuple[gpd.GeoDataFrame, Ints]:
    """Mark the gaps that are accepted.

    Parameters
    ----------
    gaps
        The ledger; see `geo.gaps.ledger.COLUMNS`.
    exceptions, found
        The table (`geo.tables.Tables`), and which grid each of its rows is about.
    grids
        ``code``.
    as_of
        The day on which exceptions hold or have run out; None: none has.
    facility_names
        Every name of a kind of facility, in small letters, and the kind (`geo.standards.Standard.facility_names`).

    Returns
    -------
    tuple
        The ledger with ``state``, ``reason`` and ``expires``, and ``signer`` and ``signed`` in its ``detail``; and the
        positions of the exceptions that are about no gap. Where several are about one gap, the one that runs longest
        counts.
    """
    pairs = pd.DataFrame(
        [pair for part in (by_id, by_place, by_unit) for pair in part(gaps, exceptions, found, grids)],
        columns=["exception", "gap"],
        dtype=np.int64,
    ).drop_duplicates()
    pairs = pairs[about_the_same(gaps, exceptions, pairs, facility_names)]
    idle = np.setdiff1d(np.arange(len(exceptions)), pairs["exception"])
    pairs["expires"] = exceptions["expires"].array[pairs["exception"]]
    pairs = pairs.sort_values(["gap", "expires", "exception"], ascending=[True, False, True], na_position="first")
    pairs = pairs.drop_duplicates("gap")
    return marked(gaps, exceptions, pairs["gap"].to_numpy(), pairs["exception"].to_numpy(), as_of), idle


@dataclass(frozen=True, eq=False)
class Signed:
    """Exceptions with the places they are about, and what else it takes to mark gaps by them.

    Parameters
    ----------
    row
        (n,) where each exception stands in the whole table.
    table, found
        The exceptions and their places; see `of`.
    grids
        ``code`` of the grids that ``found`` points to.
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
        """Take the whole table; as `with_exceptions`."""
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
        there = (self.table["layer"] + ":" + self.table["source_id"]).isin(units).to_numpy(np.bool_, copy=True)
        there |= named_in(text_or_none(self.table["gap_id"]), {*communities, *grids}, set(units))
        there[self.found.row[np.isin(self.found.community, communities)]] = True
        rows, placed = np.flatnonzero(there), np.flatnonzero(there[self.found.row])
        grid = self.found.grid[placed]
        found = self.found._replace(
            row=np.searchsorted(rows, self.found.row[placed]),
            grid=np.where(grid < 0, grid, np.arange(len(grid))),
            community=self.found.community[placed],
            whole=self.found.whole[placed],
        )
        table, grids = (
            frame.iloc[here].reset_index(drop=True) for frame, here in ((self.table, rows), (self.grids, placed))
        )
        return replace(self, row=self.row[rows], table=table, found=found, grids=grids)

    def marked(self, gaps: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, Ints]:
        """Mark the gaps that are accepted; return also the positions here of the exceptions that are about one."""
        gaps, idle = with_exceptions(
            gaps, self.table, self.found, self.grids, as_of=self.as_of, facility_names=self.facility_names
        )
        return gaps, np.setdiff1d(np.arange(len(self.table)), idle)

    def said(self) -> tuple[Any, ...]:
        """Return all that the mark of a gap hangs on, wherever the exceptions stand in their table."""
        day = states(text_or_none(self.table["expires"]), self.as_of)
        found = self.found
        place = found.row, self.grids["code"].to_numpy(dtype=object), found.grid, found.community, found.whole
        return self.table.drop(columns=["file", "row"]), place, day, self.facility_names


def named_in(gap_id: NDArray[np.object_], places: Collection[str], units: Collection[str]) -> NDArray[np.bool_]:
    """Tell which ids may be those of gaps about some places, or of an overlap of some units; None is no id.

    An id is the kind and what the gap is about: the code of a grid or community, and more; of an overlap the two units.

    >>> named_in(np.array(["overlap:compound:a+compound:b", "unclaimed:530102:x", None]), {"530102"}, {"compound:b"})
    array([False,  True, False])
    """
    told = [("", "") if text is None else text.partition(":")[::2] for text in gap_id]
    pairs = [about.split("+") if kind == "overlap" else [] for kind, about in told]
    first = [["+".join(pair[:end]) for end in range(1, len(pair))] for pair in pairs]  # an id may have a + of its own
    return np.array(
        [
            about.partition(":")[0] in places or any(unit in units for unit in names)
            for (_, about), names in zip(told, first, strict=True)
        ],
        dtype=np.bool_,
    )


def by_id(
    gaps: pd.DataFrame, exceptions: pd.DataFrame, found: Matched, grids: pd.DataFrame
) -> Iterator[tuple[int, int]]:
    """Yield the exceptions that name the id of a gap, and the gap."""
    place = pd.Index(gaps["gap_id"]).get_indexer(exceptions["gap_id"])
    rows = np.flatnonzero(place >= 0)
    yield from zip(rows.tolist(), place[rows].tolist(), strict=True)


def by_place(
    gaps: pd.DataFrame, exceptions: pd.DataFrame, found: Matched, grids: pd.DataFrame
) -> Iterator[tuple[int, int]]:
    """Yield the exceptions that name a grid or a community, and the gaps of their kind there."""
    named = keyed(exceptions, found)
    code = at_or_none(grids["code"], named["grid"].to_numpy(np.int64))
    rows = np.flatnonzero(gaps["kind"].isin(named["kind"].unique()))
    for column, place, chosen in (
        ("code", code, ~named["whole"].to_numpy(np.bool_)),
        ("community_code", named["community"].to_numpy(dtype=object), named["whole"].to_numpy(np.bool_)),
    ):
        here = pd.DataFrame({"exception": named["exception"], "kind": named["kind"], "place": place})[chosen]
        there = pd.DataFrame(
            {"gap": rows, **{key: gaps[name].array[rows] for key, name in (("kind", "kind"), ("place", column))}}
        )
        both = here.dropna().merge(there.dropna(), on=["kind", "place"])
        yield from zip(both["exception"], both["gap"], strict=True)


def by_unit(
    gaps: pd.DataFrame, exceptions: pd.DataFrame, found: Matched, grids: pd.DataFrame
) -> Iterator[tuple[int, int]]:
    """Yield the exceptions that name a unit, and the overlaps and straddles that it is in."""
    named = keyed(exceptions, found)
    named = named[named["kind"].isin(BY_UNIT) & ~named["whole"] & named["source_id"].notna()]
    if named.empty:
        return
    rows = np.flatnonzero(gaps["kind"].isin(BY_UNIT))
    if not len(rows):
        return
    detail = [json.loads(text) for text in gaps["detail"].array[rows]]
    units = [(int(row), label) for row, one in zip(rows, detail, strict=True) for label in units_of(one)]
    there = pd.DataFrame(units, columns=["gap", "label"]).assign(kind=lambda frame: gaps["kind"].array[frame["gap"]])
    here = named.assign(label=named["layer"] + ":" + named["source_id"])
    both = here.merge(there, on=["kind", "label"])
    yield from zip(both["exception"], both["gap"], strict=True)


def units_of(detail: Mapping[str, Any]) -> list[str]:
    """Return the units that a gap is about, as "layer:id"."""
    units = detail.get("units", [detail.get("unit")])
    return [str(unit) for unit in units if unit is not None] if isinstance(units, list) else []


def keyed(exceptions: pd.DataFrame, found: Matched) -> pd.DataFrame:
    """Return the exceptions that are about a place and name no single gap: their position beside what they name."""
    table = found.of(exceptions).assign(exception=found.row)
    return table[table["gap_id"].isna()]


def about_the_same(
    gaps: pd.DataFrame, exceptions: pd.DataFrame, pairs: pd.DataFrame, facility_names: Mapping[str, str]
) -> NDArray[np.bool_]:
    """Tell which pairs agree in kind, post and facility, as far as the exception says them."""
    row, gap = pairs["exception"].to_numpy(), pairs["gap"].to_numpy()
    kind, post, facility = (text_or_none(exceptions[name].iloc[row]) for name in ("kind", "post", "facility"))
    facility = np.array([name and facility_names.get(name.strip().lower(), name) for name in facility], dtype=object)
    agree = (kind == None) | (kind == gaps["kind"].to_numpy(dtype=object)[gap])  # noqa: E711 (elementwise)
    for name, said in (("post", post), ("facility", facility)):
        chosen = np.flatnonzero(agree & (said != None))  # noqa: E711 (elementwise)
        detail = gaps["detail"].array[gap[chosen]]
        agree[chosen] = [json.loads(text).get(name) == one for text, one in zip(detail, said[chosen], strict=True)]
    return np.asarray(agree, dtype=np.bool_)


def marked(
    gaps: gpd.GeoDataFrame, exceptions: pd.DataFrame, rows: Ints, exception: Ints, as_of: date | None
) -> gpd.GeoDataFrame:
    """Write exceptions into the gaps that they are about."""
    columns = {name: gaps[name].to_numpy(dtype=object).copy() for name in ("state", "reason", "expires", "detail")}
    signed_for = exceptions.iloc[exception]
    for name in ("reason", "expires"):
        columns[name][rows] = text_or_none(signed_for[name])
    columns["state"][rows] = states(columns["expires"][rows], as_of)
    signed = zip(text_or_none(signed_for["signer"]), text_or_none(signed_for["signed"]), strict=True)
    columns["detail"][rows] = [
        signed_detail(detail, signer, day)
        for detail, (signer, day) in zip(columns["detail"][rows], signed, strict=True)
    ]
    return gaps.assign(**columns)


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
