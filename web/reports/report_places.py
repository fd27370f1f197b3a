"""Totals by street and county, and the communities that miss most."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from geo.standards import MANAGEMENT_TYPES
from web.reports.markup import Content, Html, tag
from web.reports.palette import INK
from web.reports.report_data import Findings
from web.reports.report_front import joined, reasons
from web.reports.report_tables import Cell, Notes, bar, capped, head, heads, number, section, table, text
from web.reports.wording import area, count, decimal, hectares, known, share, word

DIVISIONS_LISTED = 30
COMMUNITIES_LISTED = 30
KINDS = ("residential", "institutional", "patrol", "unclaimed")


def totals(findings: Findings, notes: Notes) -> Html:
    """Return what there is, by street, and by kind of grid and management type."""
    marks = {
        "unserved_grids": notes.mark("unserved_grids"),
        "short": notes.mark("short"),
        "points": notes.mark("points"),
    }
    columns = ("communities", "grids", "households", "population", "party_members", "area_ha", "unclaimed_ha")
    columns += ("unheld", "contested", "unserved", "unserved_grids", "short", "without", "points")
    titles = heads(["division"], [(name, marks[name]) if name in marks else name for name in columns])
    whole = place_row(findings, findings.whole, name=word("report.total"))
    parts = []
    for level in findings.levels_shown:
        divisions = findings.level(level)
        rows = [place_row(findings, row) for row in listed(divisions).to_dict("records")]
        hold = word(f"sums.of_{level}", children=count(len(divisions)))
        check = tag("p", hold, class_="check") if adds_up(findings, level) else None
        parts += [table(titles, rows, total=whole), check, capped(len(rows), len(divisions))]
    return section("totals", *parts, tag("div", *kinds(findings), class_="pair"))


def listed(divisions: pd.DataFrame) -> pd.DataFrame:
    """Return the divisions to list: all by code, or where they are too many, those with most points a grid."""
    if len(divisions) <= DIVISIONS_LISTED:
        return divisions.sort_values("code")
    worst = (divisions["points"] / divisions["grids"]).sort_values(ascending=False, kind="stable")
    return divisions.loc[worst.index[:DIVISIONS_LISTED]]


def place_row(findings: Findings, row: Mapping[str, Any], name: Content = None) -> list[Cell]:
    """Return the figures of a division."""
    said = findings.name(row["code"]) if name is None else name
    counts = ("communities", "grids", "households", "population", "party_members")
    gap_counts = ("unheld", "contested", "unserved", "unserved_grids")
    per_grid = row["points"] / row["grids"]
    how = f"{count(row['points'])} ÷ {count(row['grids'])} = {decimal(per_grid)}"
    return [
        text(said, tip=row["code"] or None),
        *(number(row[column]) for column in counts),
        number(row["area_m2"], hectares(row["area_m2"])),
        number(row["unclaimed_m2"], hectares(row["unclaimed_m2"]), tip=share(row["unclaimed_m2"], row["area_m2"])),
        *(number(row[column]) for column in gap_counts),
        number(row["short"], tip=short_tip(row)),
        number(row["without_organisation"] if findings.has_party else None),
        number(per_grid, decimal(per_grid, 0), tip=how),
    ]


def short_tip(row: Mapping[str, Any]) -> Content:
    """Say how the shortage of a division comes about."""
    if not known(row["short"]):
        return None
    over = row["short"] - row["required"] + row["held"]
    zh, en = (
        "缺 {} 人 = 应配 {} − 现有 {} + 个别网格多出 {}",
        "{} short = {} required − {} held + {} beyond in single grids",
    )
    figures = [count(one) for one in (row["short"], row["required"], row["held"], over)]
    return [tag("span", zh.format(*figures), lang="zh"), tag("span", en.format(*figures), lang="en")]


def adds_up(findings: Findings, level: str) -> bool:
    """Tell whether the divisions of a level add up to the whole in every count."""
    columns = ["grids", "households", "population", "party_members", "unheld", "contested", "unserved", "short"]
    parts, whole = (findings.level(one)[columns].astype("Float64").sum(min_count=1) for one in (level, "all"))
    return bool(((parts == whole) | (parts.isna() & whole.isna())).all())


def kinds(findings: Findings) -> list[Html]:
    """Return grids by kind, and by management type."""
    grids = findings.grids
    found = []
    for column, group, order, title in (
        ("kind", "kind", KINDS, "grid_kind"),
        ("management_type", "management_type", MANAGEMENT_TYPES, "management_type"),
    ):
        by = grids.groupby(column)
        figures = by[["households", "area_m2"]].sum(min_count=1).assign(grids=by.size())
        rows = [
            [
                text(word(f"{group}.{name}")),
                number(row["grids"], tip=share(row["grids"], len(grids))),
                number(row["households"]),
                number(row["area_m2"], hectares(row["area_m2"]), tip=share(row["area_m2"], grids["area_m2"].sum())),
            ]
            for name, row in figures.reindex([name for name in order if name in figures.index]).iterrows()
        ]
        found.append(table(heads([title], ["grids", "households", "area_ha"]), rows))
    return found


def worst_communities(findings: Findings, notes: Notes) -> Html:
    """Return the communities with most points a grid, and what they mostly miss."""
    worst = findings.worst
    shown = worst.head(COMMUNITIES_LISTED)
    most = float(shown["points_a_grid"].max())
    columns = [
        head("rank", numeric=True),
        head("community"),
        head("points", notes.mark("points"), numeric=True),
        tag("th", class_="bar-head"),
        *heads([], ["grids", "unheld", "contested", "unserved", ("short", notes.mark("short")), "without"]),
        head("worst_kinds"),
    ]
    rows = []
    for rank, row in enumerate(shown.to_dict("records"), start=1):
        how = f"{count(row['points'])} ÷ {count(row['grids'])}"
        street = findings.names.get(row["code"][:9])
        rows.append(
            [
                number(rank),
                text(
                    [tag("b", findings.name(row["code"])), " ", tag("span", street, class_="soft") if street else None],
                    tip=row["code"],
                ),
                number(row["points_a_grid"], decimal(row["points_a_grid"], 0), tip=how),
                tag("td", bar(row["points_a_grid"], most, INK), class_="bar-cell"),
                number(row["grids"]),
                number(row["unheld"], tip=area(row["unclaimed_m2"])),
                number(row["contested"]),
                number(row["unserved"]),
                number(row["short"], tip=short_tip(row)),
                number(row["without_organisation"] if findings.has_party else None),
                text(joined(reasons(findings, row)), class_="wide"),
            ]
        )
    return section("worst", table(columns, rows), capped(len(shown), len(worst)))
