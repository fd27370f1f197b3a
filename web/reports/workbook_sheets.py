"""The sheets of the workbook: which rows and columns they have. Numbers are numbers and dates dates."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import pandas as pd

from geo.code_profiles import community_of
from geo.community_workers import COMMUNITY_WORKER
from geo.gaps.exceptions import OPEN
from geo.gaps.ledger import LEDGERS
from geo.settlements import CLASSES
from web.reports.report_data import Findings, about, detail_of
from web.reports.wording import HECTARE_M2, in_chinese, pair
from web.reports.workbook_words import LEVELS

Form = Literal["text", "code", "count", "decimal", "share", "date", "long"]

LONG = ("arithmetic", "reason", "rule", "remedy", "figure", "mostly", "why", "action", "about")
FORMS: Mapping[str, Form] = {
    **dict.fromkeys(LONG, "long"),
    **dict.fromkeys(("code", "gap_code", "gap_id", "source_id", "key"), "code"),
    **dict.fromkeys(("area_ha", "unclaimed_ha", "points_a_grid", "full_time_equivalent", "score"), "decimal"),
    **dict.fromkeys(("area_m2", "changed_m2"), "count"),
    **dict.fromkeys(("signed", "expires"), "date"),
    "reward_share": "share",
}
"""How a column is written, by its key; those that are not here hold what their values are."""


Row = Mapping[str, Any]


@dataclass(frozen=True)
class Sheet:
    """A sheet: its key, the keys of its columns, its rows by these keys, and how many of them stay on top as totals."""

    name: str
    columns: Sequence[str]
    rows: Iterator[Row]
    totals: int = 0


def sheets(findings: Findings) -> Iterator[Sheet]:
    """Yield the sheets in their order."""
    for make in (overview, communities, staffing, staffing_of_grids, party):
        yield make(findings)
    for name in LEDGERS:
        yield ledger(findings, name)
    for make in (stars, exceptions, not_evaluated, repairs, standards):
        yield make(findings)


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows by column; as plain values, since those of Arrow are slow one by one."""
    return frame.drop(columns="geometry", errors="ignore").astype(object).to_dict("records")


def tuples(frame: pd.DataFrame) -> Iterator[Any]:
    """Yield rows as named tuples, of plain values."""
    return frame.drop(columns="geometry", errors="ignore").astype(object).itertuples(index=False)


def zh(key: str) -> str:
    """Return the Chinese word of a key."""
    return pair(key)[0]


def said(text: Any) -> str | None:
    """Return a sentence of the engine in Chinese."""
    return None if text is None or pd.isna(text) else in_chinese(str(text))


def first_known(groups: Iterable[str], value: str) -> str:
    """Return the Chinese word of a value in the first group that has one, else the value."""
    return next((zh(f"{group}.{value}") for group in groups if zh(f"{group}.{value}") != value), value)


def where(findings: Findings, code: str) -> Row:
    """Return the code of a place, its name, and those of its community and street."""
    names = findings.names
    return {
        "code": code,
        "name": names.get(code),
        "community": names.get(community_of(code)) if len(code) > 9 else None,
        "street": names.get(community_of(code)[:9]),
    }


OF_DIVISIONS = (
    *("communities", "grids", "households", "population", "party_members", "area_ha", "unclaimed_grids"),
    *("unclaimed_ha", "required", "held", "short", "without_organisation", "unserved_grids", *LEDGERS),
    *("accepted", "points"),
)


def figures(findings: Findings, row: Row) -> dict[str, Any]:
    """Return the figures of a division, land in hectares."""
    land = {"area_ha": row["area_m2"] / HECTARE_M2, "unclaimed_ha": row["unclaimed_m2"] / HECTARE_M2}
    return {**row, **where(findings, row["code"]), **land, "points_a_grid": row["points"] / row["grids"]}


def overview(findings: Findings) -> Sheet:
    """List the whole, its counties and its streets."""
    levels = [findings.level(level) for level in ("all", "county", "street")]
    rows = (
        {**figures(findings, row), "level": LEVELS[row["level"]]} | ({} if row["code"] else {"name": findings.title})
        for level in levels
        for row in records(level)
    )
    return Sheet("overview", ["level", "code", "name", *OF_DIVISIONS, "points_a_grid"], rows, totals=1)


def communities(findings: Findings) -> Sheet:
    """List the communities, worst first."""
    kinds = findings.kinds.groupby("community_code", sort=False)
    mostly = {code: mostly_words(rows.head(3)) for code, rows in kinds}
    rows = (
        {**figures(findings, row), "rank": rank, "mostly": mostly.get(row["code"])}
        for rank, row in enumerate(records(findings.worst), start=1)
    )
    return Sheet("communities", ["rank", "code", "name", "street", "points_a_grid", *OF_DIVISIONS[1:], "mostly"], rows)


def mostly_words(kinds: pd.DataFrame) -> str:
    """Say what a community mostly misses."""
    return "；".join(f"{zh(f'gap.{row.kind}')} {row.gaps} 处" for row in kinds.itertuples(index=False))


PEOPLE = ("required", "held", "over", "short", "full_time_equivalent")


def staffing(findings: Findings) -> Sheet:
    """List staff by county, street and community, and post."""
    order = {"county": 0, "street": 1, "community": 2}
    frame = findings.staff
    if len(frame):
        frame = frame.assign(rank=frame["level"].map(order)).sort_values(["rank", "code"], kind="stable")
    rows = (
        {
            **row,
            **where(findings, row["code"]),
            "level": LEVELS[row["level"]],
            "post": zh(f"post.{row['post']}"),
            "with_post": row["grids"] if row["post"] != COMMUNITY_WORKER else None,
        }
        for row in records(frame)
    )
    return Sheet("staffing", ["level", "code", "name", "post", *PEOPLE, "with_post", "arithmetic"], rows)


def staffing_of_grids(findings: Findings) -> Sheet:
    """List the posts of every grid, and those of communities beside their grids."""
    rows = (
        {**row, **where(findings, row["code"]), "post": zh(f"post.{row['post']}")}
        for name in ("staffing", "community_staffing")
        for row in records(findings.frames[name])
    )
    people = [name for name in PEOPLE if name != "over"]
    return Sheet("staffing_of_grids", ["code", "name", "community", "post", *people, "arithmetic"], rows)


def party(findings: Findings) -> Sheet:
    """List the party organisation of every grid, today and proposed."""
    there = findings.frames["party_organisations"]
    named = dict(zip(there["organisation_id"], there["name"], strict=True)) if len(there) else {}
    rows = (
        {
            **row,
            **where(findings, row["code"]),
            "form": zh(f"form.{row['form']}"),
            "organisation": named.get(row["organisation_id"], row["organisation_id"]),
            "proposed_form": zh(f"form.{row['proposed_form']}"),
            "proposed_organisation": named.get(row["proposed_organisation_id"], row["proposed_organisation_id"]),
        }
        for row in records(findings.frames["assignments"])
    )
    columns = ["code", "name", "community", "members", "form", "organisation", "proposed_form", "proposed_organisation"]
    return Sheet("party", [*columns, "reason"], rows)


OF_GAPS = ("severity", "kind", "about", "gap_code", "gap_name", "community", "area_m2", "touched")


def ledger(findings: Findings, name: str) -> Sheet:
    """List the gaps of one ledger, worst first."""
    gaps = findings.gaps[findings.gaps["ledger"] == name]
    columns = [*OF_GAPS, "figure", "arithmetic", "rule", "source", "remedy", "state", "gap_id"]
    return Sheet(name, columns, (gap_row(findings, gap) for gap in tuples(gaps)))


def gap_row(findings: Findings, gap: Any) -> Row:
    """Return a gap: how bad it is, what it is about and where, by which rule, and what became of it."""
    detail = detail_of(gap)
    one = about(detail)
    units = detail.get("units") or ([detail["unit"]] if detail.get("unit") else [])
    names = detail.get("names") or [None] * len(units)
    of_units = " × ".join(unit_words(str(unit), name) for unit, name in zip(units, names, strict=True))
    code = None if pd.isna(gap.code) else gap.code
    return {
        "severity": gap.severity,
        "kind": zh(f"gap.{gap.kind}"),
        "about": zh(f"{one[0]}.{one[1]}") if one else of_units or None,
        "gap_code": code,
        "gap_name": findings.names.get(code) if code else None,
        "community": None if pd.isna(gap.community_code) else findings.name(gap.community_code),
        "area_m2": gap.area_m2,
        "touched": gap.households,
        **{key: said(detail.get(key)) for key in ("figure", "arithmetic", "rule", "source")},
        "remedy": said(gap.remedy),
        "state": zh(f"state.{gap.state}"),
        "gap_id": gap.gap_id,
        "reason": gap.reason,
        "signer": detail.get("signer"),
        "signed": day(detail.get("signed")),
        "expires": day(gap.expires),
    }


def unit_words(label: str, name: Any) -> str:
    """Name a source unit ("layer:id"), by its number where it has no name."""
    layer, _, number = label.partition(":")
    return str(name) if name else zh("say.by_id").format(layer=zh(f"layer.{layer}"), id=number)


def day(text: Any) -> date | str | None:
    """Return a date of an ISO text; what is none stays text."""
    if text is None or pd.isna(text):
        return None
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        return str(text)


def stars(findings: Findings) -> Sheet:
    """List every rating: of quarters, half-years and years."""
    frame, settled = findings.frames["ratings"], findings.frames["settlements"]
    managed = dict(zip(settled["code"], settled["self_management"], strict=True)) if len(settled) else {}
    homes = dict(zip(findings.grids["code"], findings.grids["households"], strict=True))
    if len(frame):
        order = {kind: -number for number, kind in enumerate(CLASSES)}
        frame = frame.assign(place=frame["class"].map(order)).sort_values(["period", "place", "rank", "code"])
    rows = (
        {
            **row,
            **where(findings, row["code"]),
            "rank_in_class": row["rank"],
            "households": homes.get(row["code"]),
            "self_management": manager(managed.get(row["code"])),
        }
        for row in records(frame)
    )
    columns = ["period", "class", "rank_in_class", "of", "code", "name", "community", "households", "self_management"]
    return Sheet("stars", [*columns, "score", "stars", "reward_share", "arithmetic"], rows)


def manager(value: Any) -> str | None:
    """Say who manages a settlement."""
    return None if value is None or pd.isna(value) else zh(f"self_management.{value}")


def exceptions(findings: Findings) -> Sheet:
    """List the gaps that were accepted, those that run out first on top."""
    gaps = findings.gaps[findings.gaps["state"] != OPEN].sort_values(["expires", "gap_id"], na_position="last")
    columns = ["state", "expires", "signed", "signer", "reason", *OF_GAPS, "gap_id"]
    return Sheet("exceptions", columns, (gap_row(findings, gap) for gap in tuples(gaps)))


def not_evaluated(findings: Findings) -> Sheet:
    """List what was not evaluated, and why."""
    rows = (
        {"what": kind_words(kind), "why": said(why), "add": remedy(why)}
        for kind, why in sorted(findings.not_evaluated.items())
    )
    return Sheet("not_evaluated", ["what", "why", "add"], rows)


def kind_words(kind: str) -> str:
    """Name a kind of gap, or a part of one."""
    whole, _, part = kind.partition(".")
    named = first_known(("gap", "not_evaluated"), whole)
    return f"{named} · {first_known(('facility', 'post', 'purpose'), part)}" if part else named


def remedy(why: str) -> str:
    """Say what to add."""
    told = first_known(("add",), why)
    return told if told != why else zh("add.standards")


def repairs(findings: Findings) -> Sheet:
    """List every repair."""
    frame = findings.frames["repairs"]
    rows = (
        {
            **row,
            "layer": None if pd.isna(row["layer"]) else first_known(("layer", "table"), row["layer"]),
            "problem": said(row["problem"]),
            "action": said(row["action"]),
        }
        for row in records(frame)
    )
    return Sheet("repairs", ["layer", "source_id", "problem", "action", "changed_m2"], rows)


def standards(findings: Findings) -> Sheet:
    """List every value that held, with its unit and source."""
    rows = (
        {**row, "place": place_words(findings, row["place"]), "value": plain(row["value"])}
        for row in records(findings.frames["standards"])
    )
    return Sheet("standards", ["place", "key", "value", "unit", "source"], rows)


def place_words(findings: Findings, place: Any) -> str:
    """Name the place where a standard holds."""
    if place is None or pd.isna(place) or not place:
        return "通用"
    return f"{findings.names[place]} {place}" if place in findings.names else str(place)


def plain(value: str) -> Any:
    """Return a value of the standards as a number, a word, or words."""
    read = json.loads(value)
    if isinstance(read, bool):
        return "是" if read else "否"
    return "、".join(map(str, read)) if isinstance(read, list) else read
