"""The maps of the report: which class each area of the plan has by theme, and legends that hold what is on the map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import shapely

from geo.gaps.exceptions import ACCEPTED
from geo.themes import severity_class
from web.reports.markup import Content, Html, tag
from web.reports.palette import LEDGERS
from web.reports.plan_drawing import Plan, paint, swatch
from web.reports.report_data import Findings
from web.reports.wording import UNKNOWN, count, decimal, pair, word

UNCOVERED = (0.0, 0.1, 0.3, 0.6)
"""From which share of grids without an organisation each class but the first reaches."""
MEAN_SHORT = (1.0, 2.0)


def theme_map(
    findings: Findings,
    plan: Plan,
    theme: str,
    classes: Sequence[Any],
    titles: Sequence[str],
    *,
    name: str,
    words: str | None = None,
    over: Sequence[Html] = (),
    legend_over: Sequence[Html] = (),
) -> Html:
    """Return a map of one theme with its legend; ``over`` is drawn above the fills, below the borders."""
    palette = {"uncovered": "severity", "mean": "shortage"}.get(theme, theme)
    layers = (plan.fills(palette, classes, titles), *over, plan.lines(), plan.labels(findings.names))
    drawn = plan.sheet(*layers, title=word(f"map.{name}"))
    return figure(name, drawn, legend(palette, words or theme, classes), legend_over)


def figure(name: str, drawn: Html, *legends: Content) -> Html:
    """Return a map under its title, its legend below."""
    return tag("figure", tag("figcaption", word(f"map.{name}")), drawn, tag("ul", *legends, class_="legend"))


def legend(theme: str, words: str, classes: Sequence[Any]) -> list[Html]:
    """List the classes that are on the map, in their order, with how many areas each has."""
    present = pd.Series(["" if kind is None else kind for kind in classes]).value_counts()
    order = [
        *(kind for kind in ORDER.get(theme, ()) if kind in present),
        *(k for k in present.index if k not in ORDER.get(theme, ())),
    ]
    return [
        entry(
            paint(theme, kind) if kind else "none", word(f"{words}.{kind}" if kind else "legend.unknown"), present[kind]
        )
        for kind in order
    ]


def entry(fill: str, said: Content, number: Any = None, line: str | None = None) -> Html:
    """Return a line of a legend."""
    tally = None if number is None else tag("b", count(number))
    return tag("li", swatch(fill, line=line), tag("span", said), tally)


def ledger_entry(ledger: str, number: Any) -> Html:
    """Return the line of a legend for the land of a ledger's gaps."""
    return entry(f"url(#ledger-{ledger})", word(f"legend.{ledger}"), number, LEDGERS[ledger])


ORDER: Mapping[str, Sequence[str]] = {
    "severity": ("highest", "high", "medium", "low", "none"),
    "shortage": ("short_3", "short_2", "short_1", "as_required", "over_1", "over_3"),
    "form": ("none", "service_station", "party_group", "joint_branch", "branch"),
    "rating": ("five", "four", "three", "no_star", "unrated"),
    "management_type": ("routine", "general_prevention", "key_attention", "concentrated_rectification"),
}
"""Classes in the order of a legend."""


def by_area(findings: Findings, plan: Plan, column: pd.Series) -> pd.Series:
    """Return the mean of a figure of grids for each area of the plan."""
    community = findings.grids["community_code"].to_numpy(dtype=object)
    return column.astype("Float64").groupby(community).mean().reindex(plan.code)


def severity_map(findings: Findings, plan: Plan, worst: Sequence[str]) -> Html:
    """Return the map of the first page: how bad it is where, unheld land hatched, the worst communities numbered."""
    points = findings.themes["worst"]
    if plan.by_grid:
        name, classes, values = "map", findings.themes["severity"].to_numpy(), points
    else:
        values = by_area(findings, plan, points.fillna(0))
        name, classes = "map_of_communities", severity_class(values.round().astype("Int64").replace(0, pd.NA))
    markers, taken = plan.markers(worst)
    unheld = land_of(findings, "unheld")
    layers = (
        plan.fills("severity", classes, titles(findings, plan, values, "分", "points")),
        plan.gaps("unheld", unheld) if len(unheld) else None,
        plan.lines(),
        plan.labels(findings.names, taken),
        markers,
    )
    told = word(f"answer.{name}")
    above = [ledger_entry("unheld", len(unheld))] if len(unheld) else []
    marked = tag("li", tag("i", "1", class_="marker"), tag("span", word("legend.marker")))
    items = [*legend("severity", "severity.with_limits", classes), *above, marked]
    drawn = plan.sheet(*layers, title=told)
    return tag("figure", tag("figcaption", told), drawn, tag("ul", *items, class_="legend"))


def land_of(findings: Findings, ledger: str) -> np.ndarray:
    """Return the land of a ledger's gaps that are no accepted exceptions."""
    gaps = findings.gaps
    chosen = gaps[(gaps["ledger"] == ledger) & (gaps["state"] != ACCEPTED)]
    land = np.asarray(chosen.geometry.array, dtype=object)
    return land[~(shapely.is_missing(land) | shapely.is_empty(land))]


def land_map(findings: Findings, plan: Plan) -> Html:
    """Return the map of the land that nobody holds, and that several hold."""
    layers, items = [], []
    for ledger in ("contested", "unheld"):
        land = land_of(findings, ledger)
        if len(land):
            layers.append(plan.gaps(ledger, land))
            items.append(ledger_entry(ledger, len(land)))
    plain = plan.fills("plain", ["grid"] * len(plan.code), titles(findings, plan, None, "", ""))
    drawn = plan.sheet(plain, *layers, plan.lines(), plan.labels(findings.names), title=word("map.unheld"))
    return figure("unheld", drawn, items)


def shortage_map(findings: Findings, plan: Plan) -> Html:
    """Return the map of staffing: short, as required, beyond."""
    short = findings.themes["short"]
    if plan.by_grid:
        classes = findings.themes["shortage"].to_numpy()
        said = titles(findings, plan, short, "人缺编", "short")
        return theme_map(findings, plan, "shortage", classes, said, name="shortage")
    mean = by_area(findings, plan, short)
    steps = np.array(["short_1", "short_2", "short_3"], dtype=object)
    lack = steps[np.searchsorted(MEAN_SHORT, mean.fillna(0).to_numpy(float), side="right")]
    classes = np.where(mean.isna(), None, np.where(mean.fillna(0) > 0, lack, "as_required"))
    said = titles(findings, plan, mean, "人", "people")
    return theme_map(findings, plan, "mean", classes, said, name="shortage_of_communities")


def form_maps(findings: Findings, plan: Plan) -> Html:
    """Return two maps: the party organisation of each grid today, and as the rules propose it."""
    table = findings.frames["assignments"].set_index("code").reindex(findings.grids["code"])
    shown = (("form", "form", "uncovered"), ("proposed_form", "proposed", "uncovered_proposed"))
    maps = []
    for column, name, name_of_communities in shown:
        form = table[column]
        if plan.by_grid:
            said = [
                f"{title}：{' / '.join(pair(f'form.{kind}'))}"
                for title, kind in zip(places(findings, plan), form, strict=True)
            ]
            maps.append(theme_map(findings, plan, "form", form.to_numpy(dtype=object), said, name=name))
            continue
        share = by_area(findings, plan, (form == "none").reset_index(drop=True))
        steps = np.array(["low", "medium", "high", "highest"], dtype=object)
        some = steps[np.searchsorted(UNCOVERED[1:], share.to_numpy(float), side="right")]
        classes = np.where(share.to_numpy(float) > 0, some, "none")
        said = titles(findings, plan, share * 100, "%", "%")
        maps.append(theme_map(findings, plan, "uncovered", classes, said, name=name_of_communities))
    return tag("div", *maps, class_="pair")


def rating_map(findings: Findings, plan: Plan) -> Html | None:
    """Return the map of stars, where grids are drawn one by one."""
    if not plan.by_grid:
        return None
    rated = findings.themes["rating"]
    settled = (findings.grids["kind"] == "residential").to_numpy()
    classes = np.where(rated.notna(), rated, np.where(settled, "unrated", "none"))
    said = titles(findings, plan, findings.themes["stars"], "星", "stars")
    colours = plan.fills("rating", np.where(classes == "none", None, classes), said)
    drawn = plan.sheet(colours, plan.lines(), plan.labels(findings.names), title=word("map.rating"))
    return figure("rating", drawn, legend("rating", "rating", [kind for kind in classes if kind != "none"]))


def places(findings: Findings, plan: Plan) -> list[str]:
    """Name the areas of a plan."""
    return [f"{findings.names[code]} {code}" if code in findings.names else str(code) for code in plan.code]


def titles(findings: Findings, plan: Plan, values: Any, zh: str, en: str) -> list[str]:
    """Name the areas of a plan with a figure each."""
    named = places(findings, plan)
    if values is None:
        return named
    figures = [UNKNOWN if pd.isna(value) else decimal(value).removesuffix(".0") for value in values]
    return [
        f"{name}：{figure} {zh}" + (f" / {en}" if en != zh else "") for name, figure in zip(named, figures, strict=True)
    ]
