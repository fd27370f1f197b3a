"""Gaps as a list: a table for people, CSV, JSON and GeoJSON for programs."""

from __future__ import annotations

import codecs
import difflib
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import date

import geopandas as gpd
import pandas as pd
from rich.cells import cell_len

from api.gap_words import HEADINGS, Names, area, worded
from api.language import Language, language_of
from api.layers_of import Layers
from api.tables import console, print_rows
from data import geojson
from data.spreadsheet_text import guarded
from geo.errors import InputError
from geo.gaps import KINDS, LEDGERS
from geo.gaps.exceptions import restated
from web.reports.words import word

SHOWN = ("severity", "kind", "community", "grid", "code", "about", "area", "households", "state", "remedy", "gap_id")
"""The columns of the table, of `api.gap_words.HEADINGS`."""
IN_CSV = tuple(column for column in HEADINGS if column != "area")
RIGHT = ("severity", "area", "households")
FOLDED = ("grid", "about", "remedy", "gap_id")
"""Columns that take several lines on a narrow terminal."""


def chosen_gaps(
    read: Layers,
    *,
    kinds: Sequence[str] = (),
    ledger: str | None = None,
    community: str | None = None,
    states: Sequence[str] = (),
    as_of: date,
) -> gpd.GeoDataFrame:
    """Read the gaps of a build or a plan, worst first: of some kinds, one ledger, one division, some states.

    Exceptions are judged on the day ``as_of``, whichever day they were found.
    """
    kinds = [known_kind(kind) for kind in kinds]
    layers = read.read(["gaps", "communities"], columns={"communities": ["code"]})
    gaps = restated(layers["gaps"], as_of)
    chosen = pd.Series(True, index=gaps.index)
    if community:
        require_division(community, layers["communities"]["code"])
        chosen &= gaps["community_code"].fillna("").str.startswith(community)
    for column, wanted in (("kind", kinds), ("ledger", [ledger] if ledger else []), ("state", states)):
        if wanted:
            chosen &= gaps[column].isin([str(one) for one in wanted])
    return gaps[chosen]


def require_division(code: str, communities: pd.Series) -> None:
    """Refuse the code of a community or division that the build does not have."""
    if not communities.str.startswith(code).any():
        some = ", ".join(communities.iloc[:3])
        raise InputError(f"--community {code}: the build has no such community; its codes are like {some}")


def known_kind(written: str) -> str:
    """Return the gap kind that goes by a key or by its Chinese word; refuse any other, with a suggestion.

    >>> known_kind("重叠认领")
    'overlap'
    """
    by_word = {word(f"gap.{kind}", "zh"): kind for kind in KINDS}
    kind = by_word.get(written, written)
    if kind not in KINDS:
        near = difflib.get_close_matches(written.lower(), [*KINDS, *by_word], 1)
        remedy = f"did you mean {near[0]}?" if near else f"there are {', '.join(KINDS)}"
        raise InputError(f"there is no gap kind {written}; {remedy}")
    return kind


def print_gaps(gaps: gpd.GeoDataFrame, form: str, names: Callable[[], Names], language: Language | None) -> None:
    """Print gaps on stdout.

    Parameters
    ----------
    names
        Reads the names in the build.
    language
        Of the table (default: that of the locale), and of the CSV, which by default has the words of the data.
    """
    if language and form not in ("table", "csv"):
        raise InputError(f"--lang is for people, and {form} for programs: it has the words of the data; leave it out")
    table = gaps.drop(columns=gaps.geometry.name)
    if form == "csv":
        print_csv(worded_table(gaps, names(), language) if language else with_names(table, names()))
    elif form == "json":
        print(json.dumps([row_of(row) for row in records(table)], ensure_ascii=False, indent=1))
    elif form == "geojson":
        geojson.write_to(sys.stdout, gaps.to_crs("EPSG:4326"), name="gaps")
    else:
        print_table(gaps, names, language or language_of())


def worded_table(gaps: gpd.GeoDataFrame, names: Names, language: Language) -> pd.DataFrame:
    """Return gaps in the words of a language, under its headings."""
    rows = pd.DataFrame(worded(gaps, names, language), columns=list(HEADINGS))[list(IN_CSV)]
    return rows.rename(columns={column: heading(column, language) for column in IN_CSV})


def with_names(table: pd.DataFrame, names: Names) -> pd.DataFrame:
    """Return gaps as they stand in the data, and beside them the names of their communities, grids and parties."""
    parties = [names.parties(units_of(text), Language.zh) for text in table["detail"]]
    return table.assign(
        community_name=table["community_code"].map(names.communities),
        grid_name=[names.grid("" if pd.isna(code) else code, Language.zh) for code in table["code"]],
        parties=parties,
    )


def units_of(detail: str) -> list[str]:
    """Return the units that a gap's detail names."""
    known = json.loads(detail)
    return known.get("units") or ([known["unit"]] if "unit" in known else [])


def print_csv(table: pd.DataFrame) -> None:
    """Print CSV for a spreadsheet: with the mark by which Excel knows UTF-8, unless a terminal would show it."""
    if not sys.stdout.isatty() and codecs.lookup(sys.stdout.encoding).name == "utf-8":
        sys.stdout.write("\ufeff")
    guarded(table).to_csv(sys.stdout, index=False)


def records(table: gpd.GeoDataFrame) -> list[dict[str, object]]:
    """Return rows as dicts, None where something is missing."""
    return table.astype(object).where(table.notna(), None).to_dict("records")


def row_of(row: dict[str, object]) -> dict[str, object]:
    """Return a gap as JSON values; its detail is an object, not text."""
    return {**row, "detail": json.loads(str(row["detail"]))}


def heading(column: str, language: Language) -> str:
    """Return the heading of a column."""
    return HEADINGS[column][list(Language).index(language)]


def print_table(gaps: gpd.GeoDataFrame, names: Callable[[], Names], language: Language) -> None:
    """Print gaps as a table, and the totals of each kind and ledger under it."""
    if gaps.empty:
        print("没有缺口" if language == "zh" else "no gaps")
        return
    headed = {column: heading(column, language) for column in SHOWN}
    right, folded = ([headed[column] for column in some] for some in (RIGHT, FOLDED))
    print_rows(list(headed.values()), shown_rows(gaps, names(), language), right=right, folded=folded)
    printed = console()
    printed.print()
    for line in totals(gaps, language):
        printed.print(line)


def shown_rows(gaps: gpd.GeoDataFrame, names: Names, language: Language) -> Iterator[list[str]]:
    """Yield gaps as the rows of the table; in English kinds and states stand as they are typed."""
    as_typed = zip(gaps["kind"], gaps["state"], strict=True)
    for row, (kind, state) in zip(worded(gaps, names, language), as_typed, strict=True):
        row["households"] = f"{row['households']:,}" if row["households"] != "" else ""
        if language == "en":
            row |= {"kind": kind, "state": state}
        yield [str(row[column]) for column in SHOWN]


def totals(gaps: gpd.GeoDataFrame, language: Language) -> Iterator[str]:
    """Add gaps up by kind and ledger, and by what became of them.

    Land is added up within a kind only: several kinds, and several posts of one, are about the same land and homes.
    """
    for ledger in LEDGERS:
        rows = gaps[gaps["ledger"] == ledger]
        first = named("ledger", ledger, language, 12)
        for kind, those in rows.groupby("kind"):
            land = those.drop_duplicates(["kind", "code", "community_code", "area_m2"])["area_m2"].sum()
            words = named("gap", str(kind), language, 22)
            yield f"{first} {words} {len(those):>7}  {area(land, language):>12}"
        if rows["kind"].nunique() > 1:
            yield f"{first} {padded('合计' if language == 'zh' else 'all', 22)} {len(rows):>7}"
    states = gaps["state"].value_counts()
    if set(states.index) != {"open"}:
        counts = [f"{count} {named('state', str(state), language, 0)}" for state, count in states.items()]
        yield f"{padded('状态' if language == 'zh' else 'state', 12)} " + ", ".join(counts)


def named(group: str, value: str, language: Language, width: int) -> str:
    """Word a value in Chinese; in English it stands as it is typed at the command line."""
    return padded(word(f"{group}.{value}", language) if language == "zh" else value, width)


def padded(text: str, width: int) -> str:
    """Fill a cell up; a Chinese character is as wide as two others."""
    return text + " " * max(0, width - cell_len(text))
