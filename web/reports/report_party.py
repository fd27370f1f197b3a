"""Party coverage, today and as the rules propose it; and the star ratings of settlements."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from geo.code_profiles import community_of, number_of
from geo.settlements import CLASSES
from geo.themes import FORMS
from web.reports.markup import Html, tag
from web.reports.plan_drawing import Plan
from web.reports.report_data import Findings
from web.reports.report_maps import form_maps, rating_map
from web.reports.report_tables import Cell, Notes, capped, heads, number, section, subhead, table, text
from web.reports.wording import count, decimal, share, told, word

GRIDS_LISTED = 20
STREETS_LISTED = 30
JOINT_LISTED = 20
EACH_END = 3
STARS = (5, 4, 3, 0)


def party_coverage(findings: Findings, plan: Plan, notes: Notes) -> Html:
    """Return which party organisations cover the grids, and which should."""
    if findings.frames["assignments"].empty:
        return section("party_coverage", tag("p", word("party.no_table"), class_="empty"))
    parts = [form_maps(findings, plan), forms(findings, notes), *by_street(findings), *joint_branches(findings)]
    if not findings.has_party:
        return section("party_coverage", tag("p", word("party.no_table"), class_="empty"), *parts)
    return section("party_coverage", *parts, *without(findings))


def forms(findings: Findings, notes: Notes) -> Html:
    """Return how many grids have which form today, and which is proposed for them."""
    table_ = findings.frames["assignments"]
    cross = pd.crosstab(table_["form"], table_["proposed_form"])
    proposed = [form for form in FORMS if form in cross.columns]
    today = [form for form in FORMS if form in cross.index]
    columns = [
        *heads(["today"], [("grids", notes.mark("party"))]),
        *(tag("th", tag("span", word(f"form.{form}")), class_="n", scope="col") for form in proposed),
    ]
    every = len(table_)
    above = tag("tr", tag("th", colspan=2), tag("th", word("head.proposed"), colspan=len(proposed), class_="n span"))

    def row(title: Html, figures: pd.Series) -> list[Cell]:
        total = int(figures.sum())
        cells = [number(figures[form], tip=share(figures[form], total)) for form in proposed]
        return [text(title), number(total, tip=share(total, every), class_="n strong"), *cells]

    rows = [row(word(f"form.{form}"), cross.loc[form]) for form in today]
    return table(columns, rows, total=row(word("report.total"), cross.sum()), groups=above)


def by_street(findings: Findings) -> list[Html | None]:
    """Return the forms of today by street, and how many grids have none; where streets are many, the worst."""
    if len(findings.level("street")) < 2:
        return []
    frame = findings.frames["assignments"]
    street = frame["code"].map(community_of).str[:9]
    streets = pd.crosstab(street, frame["form"]).reindex(columns=list(FORMS), fill_value=0)
    streets = streets.loc[:, streets.sum() > 0]
    columns = [
        *heads(["street"], ["grids"]),
        *(tag("th", tag("span", word(f"form.{form}")), class_="n", scope="col") for form in streets),
    ]

    def row(title: Html | str, figures: pd.Series) -> list[Cell]:
        total = int(figures.sum())
        return [text(title), number(total), *(number(one, tip=share(one, total)) for one in figures)]

    shown = streets
    if len(streets) > STREETS_LISTED:
        share_without = streets.get("none", 0) / streets.sum(axis=1)
        shown = streets.loc[share_without.sort_values(ascending=False, kind="stable").index[:STREETS_LISTED]]
    rows = [row(findings.name(code), figures) for code, figures in shown.iterrows()]
    drawn = table(columns, rows, total=row(word("report.total"), streets.sum()))
    return [subhead("by_street"), drawn, capped(len(rows), len(streets))]


def without(findings: Findings) -> list[Html | None]:
    """List grids that no organisation covers, those with most members first, and what is proposed."""
    frame = findings.frames["assignments"]
    frame = frame[frame["form"] == "none"].sort_values(["members", "code"], ascending=[False, True], na_position="last")
    shown = frame.head(GRIDS_LISTED)
    columns = [*heads(["place"], ["member_count"]), *heads(["proposed", "reason"], [])]
    rows = [
        [
            text(place(findings, row["code"]), sort=row["code"]),
            number(row["members"]),
            text(word(f"form.{row['proposed_form']}")),
            text(told(row["reason"]), class_="wide"),
        ]
        for row in shown.to_dict("records")
    ]
    return [subhead("without"), table(columns, rows), capped(len(shown), len(frame))]


def joint_branches(findings: Findings) -> list[Html | None]:
    """List the joint branches that are proposed, and the branches that neighbours join: their grids and members."""
    frame = findings.frames["assignments"]
    proposed = frame.loc[frame["proposed_form"] == "joint_branch", "proposed_organisation_id"]
    if proposed.empty:
        return []
    joint = frame[frame["proposed_organisation_id"].isin(proposed)]
    groups = list(joint.groupby("proposed_organisation_id", sort=True))
    rows = []
    for _, members in groups[:JOINT_LISTED]:
        each = members["members"].fillna(0).astype(int).tolist()
        rows.append(
            [
                text(findings.name(community_of(members["code"].iloc[0]))),
                number(len(members)),
                number(sum(each), tip=f"{' + '.join(map(str, each))} = {sum(each)}"),
                text(grids_of(findings, members["code"].tolist()), class_="wide"),
            ]
        )
    columns = [*heads(["community"], ["grids", "member_count"]), *heads(["place"], [])]
    return [subhead("joint"), table(columns, rows), capped(len(rows), len(groups))]


def grids_of(findings: Findings, codes: Sequence[str]) -> list[Any]:
    """Name grids with their short numbers."""
    named = ([findings.names.get(code, ""), " ", tag("code", number_of(code))] for code in codes)
    return [piece for position, one in enumerate(named) for piece in (["、", *one] if position else one)]


def place(findings: Findings, code: str) -> list[Any]:
    """Name a grid with its community."""
    community = findings.name(community_of(code))
    return [findings.names.get(code), " ", tag("span", community, " ", tag("code", number_of(code)), class_="soft")]


def stars(findings: Findings, plan: Plan, notes: Notes) -> Html:
    """Return the settlements by class and stars, with the first and the last of each class."""
    frame = findings.frames["settlements"]
    rated = frame[frame["stars"].notna()] if len(frame) else frame
    if not len(rated):
        return section("stars", tag("p", word("stars.no_scores"), class_="empty"))
    best, last = (ends(findings, rated, first=first) for first in (True, False))
    drawn = rating_map(findings, plan), classes(frame, rated, notes)
    return section("stars", *drawn, subhead("best"), best, subhead("last"), last)


def classes(frame: pd.DataFrame, rated: pd.DataFrame, notes: Notes) -> Html:
    """Return how many settlements of each class have how many stars."""
    cross = pd.crosstab(rated["class"], rated["stars"])
    columns = [
        *heads(["class"], ["all", ("stars", notes.mark("stars"))]),
        *(tag("th", tag("span", word(f"rating.{WORDS_OF_STARS[one]}")), class_="n", scope="col") for one in STARS),
    ]

    def row(title: Html, every: int, figures: pd.Series) -> list[Cell]:
        total = int(figures.sum())
        cells = (number(figures.get(one, 0), tip=share(figures.get(one, 0), total)) for one in STARS)
        return [text(title), number(every), number(total), *cells]

    each = frame["class"].value_counts()
    rows = [
        row(word("rating.of_class", **{"class": kind}), each.get(kind, 0), cross.loc[kind])
        for kind in CLASSES[::-1]
        if kind in cross.index
    ]
    return table(columns, rows, total=row(word("report.total"), len(frame), cross.sum()))


WORDS_OF_STARS = {5: "five", 4: "four", 3: "three", 0: "no_star"}


def ends(findings: Findings, rated: pd.DataFrame, *, first: bool) -> Html:
    """List the first or last settlements of each class by their latest assessment."""
    ratings = findings.frames["ratings"][["code", "period", "rank", "of", "arithmetic"]]
    every = rated.merge(ratings, on=["code", "period"], how="left")
    order = every.sort_values(["score", "code"], ascending=[not first, True])
    chosen = [row for kind in CLASSES[::-1] for row in order[order["class"] == kind].head(EACH_END).to_dict("records")]
    columns = [*heads(["class", "settlement"], ["score", "stars", "rank_of"]), *heads(["period"], [])]
    rows = [
        [
            text(word("rating.of_class", **{"class": row["class"]})),
            text(place(findings, row["code"]), sort=row["code"]),
            number(row["score"], decimal(row["score"]).removesuffix(".0"), tip=told(row["arithmetic"])),
            number(row["stars"], "★" * int(row["stars"]) or "–", class_="n stars"),
            number(row["rank"], f"{count(row['rank'])} / {count(row['of'])}"),
            text(period(row["period"])),
        ]
        for row in chosen
    ]
    return table(columns, rows)


def period(text_: str) -> Html:
    """Say which quarter, half-year or year."""
    return word(f"period.{text_[4:] or 'year'}", year=text_[:4])
