"""Gaps as a list: a table for people, CSV, JSON and GeoJSON for programs."""

from __future__ import annotations

import difflib
import json
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import geopandas as gpd
import pandas as pd
from rich.console import Console
from rich.table import Table

from data import geojson
from data.output import read_build
from geo.errors import InputError
from geo.gaps import KINDS, LEDGERS
from geo.gaps.exceptions import restated

SHOWN = {
    "severity": "right",
    "kind": "left",
    "code": "left",
    "about": "left",
    "area_m2": "right",
    "households": "right",
    "state": "left",
    "remedy": "left",
}


def chosen_gaps(
    out: Path,
    *,
    kinds: Sequence[str] = (),
    ledger: str | None = None,
    community: str | None = None,
    states: Sequence[str] = (),
    as_of: date,
) -> gpd.GeoDataFrame:
    """Read the gaps of a build, worst first: of some kinds, one ledger, one community or division, some states.

    Exceptions are judged on the day ``as_of``, whichever day the build was made.
    """
    for kind in kinds:
        if kind not in KINDS:
            near = difflib.get_close_matches(kind.lower(), KINDS, 1)
            remedy = f"did you mean {near[0]}?" if near else f"there are {', '.join(KINDS)}"
            raise InputError(f"there is no gap kind {kind}; {remedy}")
    layers = read_build(out, ["gaps", "communities"], columns={"communities": ["code"]})
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


def print_gaps(gaps: gpd.GeoDataFrame, form: str) -> None:
    """Print gaps on stdout."""
    table = gaps.drop(columns=gaps.geometry.name)
    if form == "csv":
        table.to_csv(sys.stdout, index=False)
    elif form == "json":
        print(json.dumps([row_of(row) for row in records(table)], ensure_ascii=False, indent=1))
    elif form == "geojson":
        geojson.write_to(sys.stdout, gaps.to_crs("EPSG:4326"), name="gaps")
    else:
        print_table(gaps)


def records(table: gpd.GeoDataFrame) -> list[dict[str, object]]:
    """Return rows as dicts, None where something is missing."""
    return table.astype(object).where(table.notna(), None).to_dict("records")


def row_of(row: dict[str, object]) -> dict[str, object]:
    """Return a gap as JSON values; its detail is an object, not text."""
    return {**row, "detail": json.loads(str(row["detail"]))}


def print_table(gaps: gpd.GeoDataFrame) -> None:
    """Print gaps as a table, and the totals of each kind and ledger under it."""
    if gaps.empty:
        print("no gaps")
        return
    console = Console(highlight=False, markup=False, width=None if sys.stdout.isatty() else 160)
    table = Table(box=None, pad_edge=False)
    for name, justify in SHOWN.items():
        table.add_column(name, justify=justify, overflow="fold")
    for row in gaps.assign(about=about(gaps)).itertuples(index=False):
        households = "" if pd.isna(row.households) else f"{row.households:,}"
        code, remedy = (
            "" if pd.isna(text) else text
            for text in (row.community_code if pd.isna(row.code) else row.code, row.remedy)
        )
        shown = (code, row.about, area(row.area_m2), households, row.state, remedy)
        table.add_row(str(row.severity), row.kind, *shown)
    console.print(table)
    console.print()
    for line in totals(gaps):
        console.print(line)


def about(gaps: gpd.GeoDataFrame) -> list[str]:
    """Say what each gap is about beside its grid: a post, a kind of facility, a purpose of money."""
    detail = (json.loads(text) for text in gaps["detail"])
    return [next((str(one[key]) for key in ("post", "facility", "purpose") if one.get(key)), "") for one in detail]


def totals(gaps: gpd.GeoDataFrame) -> Iterator[str]:
    """Add gaps up by kind and ledger, and by what became of them.

    Land is added up within a kind only: several kinds, and several posts of one, are about the same land and homes.
    """
    for ledger in LEDGERS:
        rows = gaps[gaps["ledger"] == ledger]
        for kind, those in rows.groupby("kind"):
            land = those.drop_duplicates(["kind", "code", "community_code", "area_m2"])["area_m2"].sum()
            yield f"{ledger:<10} {kind:<18} {len(those):>7}  {area(land):>12}"
        if rows["kind"].nunique() > 1:
            yield f"{ledger:<10} {'all':<18} {len(rows):>7}"
    states = gaps["state"].value_counts()
    if set(states.index) != {"open"}:
        yield f"{'state':<10} " + ", ".join(f"{count} {state}" for state, count in states.items())


def area(m2: float) -> str:
    """Write an area: square metres under a hectare, hectares with a decimal above."""
    return f"{m2:,.0f} m²" if m2 < 10_000 else f"{m2 / 10_000:,.1f} ha"
