"""Gaps as a list: a table for people, CSV, JSON and GeoJSON for programs."""

from __future__ import annotations

import difflib
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import pandas as pd
from rich.console import Console
from rich.table import Table

from data import geojson
from data.output import read_build
from geo.errors import InputError
from geo.gaps import KINDS

SHOWN = {
    "severity": "right",
    "kind": "left",
    "code": "left",
    "area_m2": "right",
    "households": "right",
    "remedy": "left",
}


def chosen_gaps(out: Path, kinds: Sequence[str], ledger: str | None) -> gpd.GeoDataFrame:
    """Read the gaps of a build, some kinds or one ledger only, worst first."""
    for kind in kinds:
        if kind not in KINDS:
            near = difflib.get_close_matches(kind.lower(), KINDS, 1)
            remedy = f"did you mean {near[0]}?" if near else f"there are {', '.join(KINDS)}"
            raise InputError(f"there is no gap kind {kind}; {remedy}")
    gaps = read_build(out, ["gaps"])["gaps"]
    gaps = gaps[gaps["kind"].isin(kinds)] if kinds else gaps
    return gaps[gaps["ledger"] == ledger] if ledger else gaps


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
    """Print gaps as a table, and the totals of each kind under it."""
    if gaps.empty:
        print("no gaps")
        return
    console = Console(highlight=False, markup=False, width=None if sys.stdout.isatty() else 160)
    table = Table(box=None, pad_edge=False)
    for name, justify in SHOWN.items():
        table.add_column(name, justify=justify, overflow="fold")
    for row in gaps[list(SHOWN)].itertuples(index=False):
        households = "" if pd.isna(row.households) else f"{row.households:,}"
        code, remedy = ("" if pd.isna(text) else text for text in (row.code, row.remedy))
        table.add_row(str(row.severity), row.kind, code, area(row.area_m2), households, remedy)
    console.print(table)
    console.print()
    for (ledger, kind), rows in gaps.groupby(["ledger", "kind"]):
        console.print(f"{ledger:<10} {kind:<18} {len(rows):>7}  {area(rows['area_m2'].sum()):>12}")


def area(m2: float) -> str:
    """Write an area: square metres under a hectare, hectares with a decimal above."""
    return f"{m2:,.0f} m²" if m2 < 10_000 else f"{m2 / 10_000:,.1f} ha"
