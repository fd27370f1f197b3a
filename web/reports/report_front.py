"""The first page: the answer. Three numbers, one map, the five worst communities with what they miss."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from web.reports.markup import Content, Html, tag
from web.reports.palette import LEDGERS
from web.reports.plan_drawing import Plan, swatch
from web.reports.report_data import Findings
from web.reports.report_maps import severity_map
from web.reports.report_tables import Notes
from web.reports.wording import area, count, decimal, hectares, known, share, word

WORST = 5
REASONS = 3


def front(findings: Findings, plan: Plan, notes: Notes) -> Html:
    """Return the first page."""
    worst = findings.worst.head(WORST)
    return tag(
        "section",
        masthead(findings),
        tag("div", *answers(findings, notes), class_="answers"),
        tag(
            "div",
            severity_map(findings, plan, worst["code"].tolist()),
            tag(
                "div",
                tag("h2", word("answer.worst", count=len(worst)), notes.mark("points")),
                worst_list(findings),
                class_="worst",
            ),
            class_="answer-body",
        ),
        class_="front",
        id="answer",
    )


def masthead(findings: Findings) -> Html:
    """Return the title, what it is about, and of which day."""
    whole = findings.whole
    sizes = {name: count(whole[name]) for name in ("communities", "grids", "households")}
    said = [word("report.of", **sizes), " ", word("report.as_of", day=findings.as_of.isoformat())]
    return tag("header", tag("h1", word("report.title", name=findings.title)), tag("p", *said), class_="masthead")


def answers(findings: Findings, notes: Notes) -> list[Html]:
    """Return the three numbers, one a ledger."""
    whole, kinds = findings.whole, findings.counted_gaps["kind"].value_counts()
    land = whole["unclaimed_m2"]
    unheld = word("answer.unheld_more", gaps=count(whole["unheld"]), share=share(land, whole["area_m2"]))
    contested = word(
        "answer.contested_more", overlaps=count(kinds.get("overlap", 0)), straddles=count(kinds.get("straddle", 0))
    )
    unserved = word("answer.unserved_more", grids=count(whole["grids"]), gaps=count(whole["unserved"]))
    return [
        answer("unheld", hectares(land), notes.mark("unclaimed"), unheld),
        answer("contested", count(whole["contested"]), None, contested),
        answer(
            "unserved", count(whole["unserved_grids"]), notes.mark("unserved_grids"), unserved, lacks(findings, notes)
        ),
    ]


def lacks(findings: Findings, notes: Notes) -> list[Content]:
    """Say how many people and organisations are missing, where anybody knows."""
    whole = findings.whole
    said: list[Content] = []
    if known(whole["short"]):
        said += [tag("b", word("answer.short", count=count(whole["short"]))), notes.mark("short"), " "]
    if findings.has_party and known(whole["without_organisation"]):
        said += [tag("b", word("answer.none", count=count(whole["without_organisation"])))]
    return said


def answer(ledger: str, figure: str, mark: Content, *more: Content) -> Html:
    """Return one of the three numbers, in the ink and hatch of its ledger."""
    sign = swatch(f"url(#ledger-{ledger})", line=LEDGERS[ledger])
    return tag(
        "div",
        tag("p", sign, tag("b", figure, style=f"color:{LEDGERS[ledger]}"), tag("span", word(f"answer.{ledger}"), mark)),
        *(tag("p", one, class_="more") for one in more if one),
        class_=f"answer {ledger}",
    )


def worst_list(findings: Findings) -> Html:
    """List the worst communities with what they mostly miss."""
    items = []
    for row in findings.worst.head(WORST).to_dict("records"):
        street = findings.names.get(row["code"][:9])
        items.append(
            tag(
                "li",
                tag(
                    "p", tag("b", findings.name(row["code"])), tag("span", street, class_="street") if street else None
                ),
                tag("p", word("answer.points", points=decimal(row["points_a_grid"], 0)), class_="points"),
                tag("p", *joined(reasons(findings, row)), class_="reasons"),
            )
        )
    return tag("ol", *items)


def reasons(findings: Findings, row: Mapping[str, Any], most: int = REASONS) -> Iterator[Html]:
    """Say what a community mostly misses: the kinds with most points, people and land as amounts."""
    kinds = findings.kinds[findings.kinds["community_code"] == row["code"]].head(most)
    for kind in kinds.to_dict("records"):
        if kind["kind"] == "understaffed" and known(row["short"]):
            yield word("answer.reason_short", count=count(row["short"]))
        elif kind["kind"] == "unclaimed":
            yield word("answer.reason_land", area=area(row["unclaimed_m2"]))
        else:
            yield word("answer.reason", kind=word(f"gap.{kind['kind']}"), count=count(kind["gaps"]))


def joined(parts: Iterator[Html]) -> list[Content]:
    """Put parts behind each other with a dot between them."""
    every = list(parts)
    return [piece for place, part in enumerate(every) for piece in ((" · ", part) if place else (part,))]
