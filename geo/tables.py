"""The tables beside the map: who holds which post, party organisations, money, scores, gaps accepted as exceptions.

A row says by its key which place it is about: by the code of a grid, or by a source unit, so that a table outlives a
new build. `matched` finds the grid. The words in the tables are those of DOMAIN.md, one spelling each: whoever reads
files maps the town's words to them (`data.reading`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, NamedTuple, TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyproj
from numpy.typing import NDArray

from geo.arrays import Bools, Ints, group_first
from geo.columns import as_texts
from geo.sources import REPAIR_COLUMNS, SOURCE_LAYERS

POSTS = (
    *("grid_head", "pioneer", "security_officer", "cleaner", "branch_secretary", "grid_worker"),
    *("building_head", "unit_head", "volunteer", "area_cadre"),
)
"""Posts of a grid; ``area_cadre`` is the 1 of the 1+X team [S2]."""

FORCES = ("cadre_sinks", "partner_adopts", "member_serves", "police_guards", "team", "other")
"""The four sinking forces, the 1+X team [S2], and everybody else."""

LEVELS = (
    *("street_committee", "town_committee", "community_organisation", "village_organisation", "grid_branch"),
    *("villager_group_branch", "joint_branch", "party_group", "service_station", "building_group"),
    *("centre_household", "contact_household"),
)
"""Levels of party organisations, urban and rural chain together, from the top [S0, S3]."""

PURPOSES = ("community_running", "community_service", "branch_activity")
"""What money is for [S2]."""

KEY_LAYERS = (*SOURCE_LAYERS, "community")
"""What a row may be about by layer and id."""

Texts: TypeAlias = NDArray[np.object_]

LARGE = pa.large_string()
"""Text of any length in all: a province's tables come to more than 2 GB."""

TEXT, COUNT, NUMBER, FLAG = "str", "Int64", "float64", "boolean"

KEY = {"grid_code": TEXT, "layer": TEXT, "source_id": TEXT, "community": TEXT}
ROW_NUMBER = "int64"
PLACE = {"file": TEXT, "row": ROW_NUMBER}

COLUMNS: Mapping[str, Mapping[str, str]] = {
    "roster": {
        **KEY,
        **dict.fromkeys(("post", "name", "phone"), TEXT),
        "full_time": FLAG,
        **dict.fromkeys(("force", "organisation"), TEXT),
        **PLACE,
    },
    "party": {
        **KEY,
        **dict.fromkeys(("organisation_id", "name", "level", "parent_id"), TEXT),
        "members": COUNT,
        "secretary": TEXT,
        **PLACE,
    },
    "funding": {**KEY, "year": COUNT, "purpose": TEXT, "amount": NUMBER, **PLACE},
    "scores": {**KEY, "period": TEXT, "item": TEXT, "points": NUMBER, **PLACE},
    "exceptions": {
        **KEY,
        **dict.fromkeys(("kind", "post", "facility", "gap_id", "reason", "signer", "signed", "expires"), TEXT),
        **PLACE,
    },
}
"""The columns of each table, and their types."""


@dataclass(frozen=True, eq=False)
class Tables:
    """The tables of a jurisdiction, those that are there; columns and types as in `COLUMNS`, each a fresh RangeIndex.

    Every table has the key: ``grid_code``; ``layer`` (one of `KEY_LAYERS`) and ``source_id``, the unit's id or the
    community's code; ``community`` (12 digits), the community of the unit's grid that is meant, or alone, the community
    itself. And where the row stands: ``file`` as the user wrote its path, ``row`` counted from 1, header included.
    A missing text is missing as pandas has it: ask `isna`, not ``is None``.

    Parameters
    ----------
    roster
        One row a person and post. ``post`` one of `POSTS`; ``name``, ``phone`` (the work contact), ``organisation``;
        ``full_time`` missing where the table does not say; ``force`` one of `FORCES`, or missing. A post that is
        listed, but that nobody holds, has no row here.
    party
        One row an organisation and grid: a joint branch has one for each grid that it covers. ``organisation_id``,
        ``name``, ``level`` (one of `LEVELS`), ``parent_id`` (missing at the top; else it is in the table, and there is
        no cycle), ``members`` (those of the whole organisation, on each of its rows), ``secretary``. The rows of one
        organisation agree in all of that.
    funding
        ``year``, ``purpose`` (one of `PURPOSES`), ``amount`` (CNY, 0 or more).
    scores
        ``period`` ("2026Q1", "2026H1" or "2026"), ``item``, ``points`` (signed: deductions are negative).
    exceptions
        ``kind`` (a kind of gap), ``post``, ``facility``, ``gap_id``, each may be missing, though not ``kind`` and
        ``gap_id`` both; ``reason``, ``signer``; ``signed`` and ``expires`` as ISO dates (``signed`` may be missing).
    """

    roster: pd.DataFrame | None = None
    party: pd.DataFrame | None = None
    funding: pd.DataFrame | None = None
    scores: pd.DataFrame | None = None
    exceptions: pd.DataFrame | None = None

    def present(self) -> Iterator[tuple[str, pd.DataFrame]]:
        """Yield the names and frames of the tables that are there."""
        for field in fields(self):
            table = getattr(self, field.name)
            if table is not None:
                yield field.name, table


def as_table(name: str, columns: Mapping[str, Any], *, file: str = "") -> pd.DataFrame:
    """Return a table with all its columns and types; columns that are not given are missing throughout.

    >>> table = as_table("roster", {"grid_code": ["110108001001001"], "post": ["grid_head"]}, file="a.csv")
    >>> table[["post", "file", "row"]].to_records(index=False).tolist(), int(table["name"].isna().sum())
    ([('grid_head', 'a.csv', 2)], 1)
    """
    size = max((len(values) for values in columns.values()), default=0)
    places = {"file": np.full(size, file, dtype=object), "row": np.arange(2, size + 2)}
    given = {**places, **columns}
    nothing = np.full(size, None, dtype=object)
    types = COLUMNS[name]
    return pd.DataFrame({key: pd.Series(given.get(key, nothing), dtype=dtype) for key, dtype in types.items()})


class Matched(NamedTuple):
    """Which grid each row of a table is about. ``row``, ``grid``, ``community`` and ``whole`` go together.

    Parameters
    ----------
    row
        (m,) positions in the table, ascending: the rows that are about a place.
    grid
        (m,) rows of the grids; -1 where a row is about a community that has no unclaimed grid.
    community
        (m,) the code of the community that the grid lies in, or that the row is about.
    whole
        (m,) whether the row is about the community itself; its ``grid`` is then the unclaimed grid of the community.
    unmatched
        Positions of the rows whose key fits no grid and no community.
    keyless
        Positions of the rows that have no key at all.
    restored
        Positions of the rows whose id had lost its leading zeros, as Excel does with numbers.
    """

    row: Ints
    grid: Ints
    community: Texts
    whole: Bools
    unmatched: Ints
    keyless: Ints
    restored: Ints

    def of(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return the matched rows of the table with ``grid``, ``community`` (never missing) and ``whole`` filled in."""
        rows = table.iloc[self.row].reset_index(drop=True)
        return rows.assign(community=as_texts(self.community), grid=self.grid, whole=self.whole)


def matched(table: pd.DataFrame, grids: pd.DataFrame, homes: pd.DataFrame) -> Matched:
    """Find the grid that each row of a table is about.

    By the code of a grid; where there is none, or no such grid, by layer and id. Of a unit's grids in several
    communities it is the one in the community named; where none is named, the one in the unit's home, else the largest.
    Digits that lost their leading zeros find what they meant where only one thing fits.

    Parameters
    ----------
    table
        With the key columns (`KEY`).
    grids
        ``code``, ``community_code``, ``source_layer``, ``source_id``, ``area_m2``: the grids of a build.
    homes
        ``layer``, ``source_id``, ``home``: every source unit, and the code of the community that holds most of it.
    """
    return all_matched([table], grids, homes)[0]


def all_matched(tables: Sequence[pd.DataFrame], grids: pd.DataFrame, homes: pd.DataFrame) -> list[Matched]:
    """Do what `matched` does for several tables; a key that many rows have is looked for once."""
    keys = pd.concat([table[list(KEY)] for table in tables], ignore_index=True)
    number, distinct = pd.factorize(pd.array(joined(*(keys[name] for name in KEY)), dtype="str"))
    first = np.empty(len(distinct), dtype=np.int64)
    first[number[::-1]] = np.arange(len(keys))[::-1]
    found = Found.of(keys.iloc[first], grids, homes)
    ends = np.cumsum([len(table) for table in tables])
    return [found.of_rows(rows) for rows in np.split(number, ends[:-1])]


class Found(NamedTuple):
    """What keys are about, the names as in `Matched`: the grid and community of each, and which are what."""

    grid: Ints
    community: Texts
    whole: Bools
    keyless: Bools
    restored: Bools

    @classmethod
    def of(cls, keys: pd.DataFrame, grids: pd.DataFrame, homes: pd.DataFrame) -> Found:
        """Find the grid that each key is about; see `matched`."""
        code, layer, unit, community = (keys[name].to_numpy(dtype=object, na_value="").copy() for name in KEY)
        grid = by_code(code, grids["code"].to_numpy(dtype=object))
        alone = (code == "") & (layer == "") & (unit == "")
        asks_community = (grid < 0) & ((layer == "community") | (alone & (community != "")))
        asks_unit = np.flatnonzero((grid < 0) & ~asks_community & (layer != "") & (unit != ""))
        restored = np.zeros(len(keys), dtype=np.bool_)
        unit[asks_unit], restored[asks_unit] = with_zeros(layer[asks_unit], unit[asks_unit], homes)
        units = Units.of(grids, homes)
        grid[asks_unit] = units.grid_of(layer[asks_unit], unit[asks_unit], community[asks_unit])
        named = np.where(unit == "", community, unit)
        whole = asks_community & ((community == "") | (community == named))
        whole[whole] = pd.Series(named[whole]).isin(grids["community_code"].unique()).to_numpy(np.bool_)
        grid[whole] = units.grid_of(np.full(int(whole.sum()), "community", object), named[whole], named[whole])
        where = at_or_none(grids["community_code"], grid)
        where[whole] = named[whole]
        return cls(grid, where, whole, alone & (community == ""), restored)

    def of_rows(self, key: Ints) -> Matched:
        """Return what rows are about; ``key`` is the number of each row's."""
        found = (self.grid >= 0) | self.whole
        there, keyless = found[key], self.keyless[key]
        row = np.flatnonzero(there)
        return Matched(
            row=row,
            grid=self.grid[key[row]],
            community=self.community[key[row]],
            whole=self.whole[key[row]],
            unmatched=np.flatnonzero(~there & ~keyless),
            keyless=np.flatnonzero(keyless),
            restored=np.flatnonzero((self.restored & found)[key]),
        )


def by_code(code: Texts, codes: Texts) -> Ints:
    """Return the row of each code among those of the grids, -1 for none; a code without its leading zeros gets them.

    Grids may have codes of two profiles, which differ in length.

    >>> by_code(np.array(["53", "0201", "9"], dtype=object), np.array(["000201", "0053"], dtype=object)).tolist()
    [1, 0, -1]
    """
    place = np.full(len(code), -1, dtype=np.int64)
    for width in sorted(set(map(len, codes.tolist()))):
        left = np.flatnonzero((place < 0) & (code != ""))
        if len(left):
            place[left] = looked_up(joined([text.zfill(width) for text in code[left]]), joined(codes))
    return place


class Units(NamedTuple):
    """The units that have grids.

    Parameters
    ----------
    every
        (n,) the unit of each grid, and its community, as one key.
    unit, usual
        Each unit as a key, and its usual grid: the one in its home, else its largest.
    """

    every: pa.LargeStringArray
    unit: pa.LargeStringArray
    usual: Ints

    @classmethod
    def of(cls, grids: pd.DataFrame, homes: pd.DataFrame) -> Units:
        """Take the grids of a build, and the homes of all units; see `matched`."""
        unit = joined(grids["source_layer"], grids["source_id"])
        home = at_or_none(homes["home"], looked_up(unit, joined(homes["layer"], homes["source_id"])))
        away = home != grids["community_code"].to_numpy(dtype=object)
        number = pd.factorize(pd.array(unit, dtype="str"))[0]
        order = np.lexsort([-grids["area_m2"].to_numpy(np.float64), away, number])
        usual = order[group_first(number[order])]
        return cls(joined(unit, grids["community_code"]), unit.take(pa.array(usual)), usual)

    def grid_of(self, layer: Texts, unit: Texts, community: Texts) -> Ints:
        """Return the grid of each unit in the community named, where none is named its usual one; -1 for none."""
        key = joined(layer, unit)
        exact, usual = looked_up(joined(key, community), self.every), looked_up(key, self.unit, self.usual)
        return np.where(community != "", exact, usual)


def with_zeros(layer: Texts, unit: Texts, homes: pd.DataFrame) -> tuple[Texts, Bools]:
    """Give digits that name no unit back the leading zeros that they may have lost; return ids, and which changed."""
    known = pd.DataFrame({name: homes[name].to_numpy(dtype=object) for name in ("layer", "source_id")})
    unknown = np.flatnonzero(looked_up(joined(layer, unit), joined(known["layer"], known["source_id"])) < 0)
    found, changed = unit.copy(), np.zeros(len(unit), dtype=np.bool_)
    if not len(unknown):
        return found, changed
    known = known[known["source_id"].str.fullmatch(r"[0-9]+")]
    known["bare"] = known["source_id"].str.lstrip("0")
    known = known.drop_duplicates(["layer", "bare"], keep=False)
    bare = [text.lstrip("0") for text in unit[unknown]]
    place = looked_up(joined(layer[unknown], bare), joined(known["layer"], known["bare"]))
    some = (place >= 0) & (unit[unknown] != "")
    found[unknown[some]] = at_or_none(known["source_id"], place[some])
    changed[unknown[some]] = True
    return found, changed


def joined(*parts: Any) -> pa.LargeStringArray:
    """Join texts row by row into one key; what is missing counts as empty."""
    texts = [pc.fill_null(pa.array(part, LARGE, from_pandas=True), "") for part in parts]
    return pc.binary_join_element_wise(*texts, pa.scalar("\x1f", LARGE))


def looked_up(keys: pa.LargeStringArray, known: pa.LargeStringArray, values: Ints | None = None) -> Ints:
    """Return the value (by default the position) of each key among the known ones, which are unique; -1 for none."""
    place = pc.fill_null(pc.index_in(keys, value_set=known), -1).to_numpy()
    values = np.arange(len(known)) if values is None else values
    return np.asarray(np.append(values, -1)[place], dtype=np.int64)


def at_or_none(column: pd.Series, place: Ints) -> Texts:
    """Return the values of a column at positions, None at -1."""
    nothing = np.full(1, None, dtype=object)
    return np.asarray(np.concatenate([column.to_numpy(dtype=object), nothing])[place], dtype=object)


def place_codes(code: pd.Series, grid: Ints, whole: Bools, community: Any) -> pd.api.extensions.ExtensionArray:
    """Return the code of what rows are about: of the grid, or of the community itself where the row is about that.

    Parameters
    ----------
    code
        The codes of the grids.
    grid, whole, community
        As in `Matched`.
    """
    codes = pd.array(code, dtype="str").take(np.where(whole, -1, grid), allow_fill=True)
    codes[whole] = community[whole]
    return codes


def match_tables(tables: Tables | None, grids: pd.DataFrame, homes: pd.DataFrame) -> dict[str, Matched]:
    """Match every table that is there."""
    present = {} if tables is None else dict(tables.present())
    if not present:
        return {}
    return dict(zip(present, all_matched(list(present.values()), grids, homes), strict=True))


def table_repairs(tables: Tables | None, matches: Mapping[str, Matched], crs: pyproj.CRS) -> gpd.GeoDataFrame:
    """List the rows that are about no grid, as rows of `repairs`, and those whose id got its leading zeros back.

    An organisation, or an exception of one gap by its id, may be about no grid at all.
    """
    parts = []
    for name, table in tables.present() if tables else ():
        found = matches[name]
        parts.append(_repairs(name, table, found.unmatched, "matches no grid", "left out"))
        parts.append(_repairs(name, table, found.restored, "id without its leading zeros", "taken with them"))
        if name not in ("party", "exceptions"):
            parts.append(_repairs(name, table, found.keyless, "names no grid", "left out"))
    rows = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(REPAIR_COLUMNS))
    return gpd.GeoDataFrame(rows, geometry=np.full(len(rows), None, dtype=object), crs=crs)


def _repairs(name: str, table: pd.DataFrame, rows: Ints, problem: str, action: str) -> pd.DataFrame:
    """Return rows of `repairs`; the action repeats the key, by which the row may be found and corrected."""
    at = table.iloc[rows]
    place = at["file"].astype("str") + ":" + at["row"].astype("str")
    keys = at[list(KEY)].astype(object).where(at[list(KEY)].notna(), "").to_numpy()
    said = [" ".join(filter(None, key)) for key in keys]
    values = (name, place.to_numpy(dtype=object), problem, [f"{action}: {key}" if key else action for key in said], 0.0)
    return pd.DataFrame(dict(zip(REPAIR_COLUMNS, values, strict=True)), index=np.arange(len(rows)))
