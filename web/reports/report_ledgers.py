"""The three ledgers: what each kind comes to, its rule and remedy, and the worst entries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from geo.code_profiles import number_of
from geo.gaps.exceptions import ACCEPTED, EXPIRED, OPEN
from geo.gaps.ledger import KINDS, LEDGERS
from web.reports.markup import Content, Html, tag
from web.reports.palette import LEDGERS as INKS
from web.reports.plan_drawing import Plan, swatch
from web.reports.report_data import Findings, about, detail_of, kinds_of
from web.reports.report_maps import land_map
from web.reports.report_tables import Cell, Notes, capped, heads, number, section, subhead, table, text
from web.reports.wording import area, count, told, word

GAPS_LISTED = 20


def three_ledgers(findings: Findings, plan: Plan, notes: Notes) -> Html:
    """Return all three ledgers with a map of the land in the first two."""
    return section("three_ledgers", land_map(findings, plan), *(ledger(findings, name, notes) for name in LEDGERS))


def ledger(findings: Findings, name: str, notes: Notes) -> Html:
    """Return one ledger."""
    gaps = findings.gaps[findings.gaps["ledger"] == name]
    title = tag(
        "h3",
        swatch(f"url(#ledger-{name})", line=INKS[name]),
        word(f"ledger.{name}"),
        tag("b", count(int((gaps["state"] != ACCEPTED).sum())), style=f"color:{INKS[name]}"),
    )
    if gaps.empty:
        return tag(
            "div", title, tag("p", word("ledger.empty"), class_="empty"), unknown_kinds(findings, name), class_="ledger"
        )
    listed = gaps[gaps["state"] != ACCEPTED].head(GAPS_LISTED)
    return tag(
        "div",
        title,
        by_kind(gaps, name, notes),
        unknown_kinds(findings, name),
        subhead("worst_gaps", notes.mark("severity"), count=count(len(listed))),
        table(gap_heads(notes), [gap_row(findings, gap) for gap in listed.itertuples(index=False)], class_="gaps"),
        capped(len(listed), int((gaps["state"] != ACCEPTED).sum())),
        class_="ledger",
    )


def by_kind(gaps: pd.DataFrame, ledger: str, notes: Notes) -> Html:
    """Return what each kind of a ledger comes to."""
    rows = []
    for kind in kinds_of(ledger):
        those = gaps[gaps["kind"] == kind]
        if those.empty:
            continue
        states = those["state"].value_counts()
        land = those.drop_duplicates(["code", "community_code", "area_m2"])["area_m2"].sum()
        law = KINDS[kind]
        rows.append(
            [
                text(tag("b", word(f"gap.{kind}"))),
                *(number(states.get(state, 0)) for state in (OPEN, ACCEPTED, EXPIRED)),
                number(land, area(land)),
                text([told(law.rule), " ", tag("span", told(law.source), class_="source")], class_="wide"),
                text(told(law.remedy), class_="wide"),
            ]
        )
    columns = heads(["kind"], ["open", "accepted", "expired", ("area_ha", notes.mark("land"))])
    return table([*columns, *heads(["rule", "remedy"], [])], rows)


def unknown_kinds(findings: Findings, ledger: str) -> Html | None:
    """Say which kinds of a ledger were not evaluated."""
    kinds = [kind for kind in kinds_of(ledger) if kind in findings.not_evaluated]
    if not kinds:
        return None
    said = (
        tag("li", word("page.not_evaluated", kind=word(f"gap.{kind}"), reason=told(findings.not_evaluated[kind])))
        for kind in kinds
    )
    return tag("ul", *said, class_="unknown")


def gap_heads(notes: Notes) -> list[Html]:
    """Return the headings of a list of gaps."""
    severity = heads([], ["severity"])
    figures = heads([], ["area_ha", ("touched", notes.mark("touched"))])
    return [*severity, *heads(["kind", "place"], []), *figures, *heads(["remedy"], [])]


def gap_row(findings: Findings, gap: Any) -> list[Cell]:
    """Return a gap as cells."""
    detail = detail_of(gap)
    said: list[Content] = [tag("b", word(f"gap.{gap.kind}")), subject(findings, detail)]
    found = detail.get("figure")
    if found:
        said.append(tag("span", told(str(found)), class_="found"))
    if gap.state == EXPIRED:
        said.append(tag("span", word("state.expired"), class_="expired"))
    return [
        number(gap.severity, tip=told(str(detail.get("arithmetic", "")))),
        text(said, class_="wide"),
        text(place(findings, gap), sort=gap.code if pd.notna(gap.code) else gap.community_code),
        number(gap.area_m2, area(gap.area_m2)),
        number(gap.households),
        text(told(gap.remedy), class_="wide"),
    ]


def subject(findings: Findings, detail: Mapping[str, Any]) -> Content:
    """Say what a gap is about beside its place: a post, a kind of facility, units that overlap."""
    one = about(detail)
    if one:
        return [" · ", word(f"{one[0]}.{one[1]}")]
    units = detail.get("units")
    if isinstance(units, list):
        names = detail.get("names") or [None] * len(units)
        first, *others = (unit_name(str(unit), name) for unit, name in zip(units, names, strict=True))
        return [" · ", first, *((" × ", other) for other in others)]
    return None


def unit_name(label: str, name: object) -> Content:
    """Name a source unit ("layer:id"), by its number where it has no name."""
    layer, _, number = label.partition(":")
    return str(name) if name else word("say.by_id", layer=word(f"layer.{layer}"), id=number)


def place(findings: Findings, gap: Any) -> Content:
    """Say where a gap is: its grid with the number, and the community."""
    community = findings.name(gap.community_code) if pd.notna(gap.community_code) else word("place.unknown")
    if pd.isna(gap.code):
        return tag("span", community, class_="soft")
    return [
        findings.names.get(gap.code),
        " ",
        tag("span", community, " ", tag("code", number_of(str(gap.code))), class_="soft"),
    ]
