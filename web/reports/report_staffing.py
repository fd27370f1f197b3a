"""Posts: required, held and short of the whole, of streets and of communities, children adding up to their parent."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from geo.community_workers import COMMUNITY_WORKER
from geo.tables import POSTS
from web.reports.markup import Html, both, tag
from web.reports.plan_drawing import Plan
from web.reports.report_data import Findings
from web.reports.report_maps import shortage_map
from web.reports.report_tables import Cell, Notes, capped, heads, number, section, subhead, table, text
from web.reports.wording import count, decimal, word

DIVISIONS_LISTED = 30
COMMUNITIES_LISTED = 20
FIGURES = ["required", "held", "short", "over", "full_time_equivalent"]
TOTAL_WORDS = (
    r"缺 (\d+) 人 = 应配 (\d+) − 现有 (\d+)(?: \+ 个别网格多出 (\d+))?；(.*)",
    "{} short = {} required − {} held{}; {}",
)


def staff(findings: Findings, plan: Plan, notes: Notes) -> Html:
    """Return the posts by post, by street and by community."""
    if findings.staff.empty:
        return section("staff", tag("p", word("staff.no_standards"), class_="empty"))
    parts = [by_post(findings, notes)]
    if not findings.has_roster:
        return section("staff", tag("p", word("staff.no_roster"), class_="empty"), *parts)
    return section(
        "staff",
        shortage_map(findings, plan),
        *parts,
        *by_division(findings, notes),
        *by_community(findings),
    )


def whole_jurisdiction(findings: Findings) -> pd.DataFrame:
    """Return the staff of the whole jurisdiction, a row a post, in their order, of the layers as they are."""
    of_grids, own = findings.frames["staffing"], findings.frames["community_staffing"]
    rows = pd.concat([of_grids.assign(grids=1), own.assign(grids=0)] if len(own) else [of_grids.assign(grids=1)])
    rows = rows.assign(over=(rows["held"] - rows["required"]).clip(lower=0))
    table = rows.groupby("post")[[*FIGURES, "grids"]].sum(min_count=1)
    return table.reindex([post for post in (*POSTS, COMMUNITY_WORKER) if post in table.index])


def by_post(findings: Findings, notes: Notes) -> Html:
    """Return required, held, short of each post, in the whole jurisdiction."""
    figures = whole_jurisdiction(findings)
    grids = figures.drop(index=COMMUNITY_WORKER, errors="ignore")
    columns = [
        *heads(["post"], ["required", "held", "over", ("short", notes.mark("short"))]),
        *heads([], [("full_time", notes.mark("full_time")), "grids"]),
    ]
    rows = [post_row(post, row, notes) for post, row in figures.iterrows()]
    total = post_row(None, grids.sum(min_count=1), notes)
    return tag("div", subhead("by_post"), table(columns, rows, total=total))


def post_row(post: Any, row: pd.Series, notes: Notes) -> list[Cell]:
    """Return the figures of a post, with the arithmetic of the shortage."""
    title = word("report.total") if post is None else word(f"post.{post}")
    mark = notes.mark("community_worker") if post == COMMUNITY_WORKER else None
    return [
        text([title, mark], class_="aside" if mark else None),
        number(row["required"]),
        number(row["held"]),
        number(row["over"]),
        number(row["short"], tip=short_words(row), class_="n strong"),
        number(row["full_time_equivalent"], decimal(row["full_time_equivalent"])),
        number(row["grids"] or None if post is not None else None),
    ]


def short_words(row: pd.Series) -> Html | None:
    """Say how a shortage comes about."""
    if pd.isna(row["short"]):
        return None
    required, held, over, short = (count(row[name]) for name in ("required", "held", "over", "short"))
    return both(
        f"缺 {short} 人 = 应配 {required} − 现有 {held} + 个别网格多出 {over}",
        f"{short} short = {required} required − {held} held + {over} beyond in single grids",
    )


def by_division(findings: Findings, notes: Notes) -> Iterator[Html | None]:
    """Yield short, held and required of each post by county and street; those most short where they are many."""
    for level in findings.levels_shown:
        rows = findings.staff[findings.staff["level"] == level]
        codes = sorted(rows["code"].unique())
        shown = codes if len(codes) <= DIVISIONS_LISTED else most_short(rows).index[:DIVISIONS_LISTED].tolist()
        yield subhead(f"by_{level}", notes.mark("sums"))
        yield matrix(findings, rows, shown, level, total=True)
        if adds_up(findings, level):
            yield tag("p", word(f"sums.of_{level}", children=count(len(codes))), class_="check")
        yield capped(len(shown), len(codes))


def adds_up(findings: Findings, level: str) -> bool:
    """Tell whether the divisions of a level add up to the whole, in every post and figure."""
    parts = findings.staff[findings.staff["level"] == level].groupby("post")[FIGURES[:4]].sum(min_count=1)
    whole = whole_jurisdiction(findings)[FIGURES[:4]]
    return bool((parts.reindex(whole.index) == whole).all(axis=None))


def most_short(rows: pd.DataFrame) -> pd.Series:
    """Return how many people each division is short of, the most first; community workers left out."""
    posts = rows[rows["post"] != COMMUNITY_WORKER]
    return posts.groupby("code")["short"].sum().sort_values(ascending=False, kind="stable")


def by_community(findings: Findings) -> list[Html | None]:
    """Return the same of the communities that are most short."""
    rows = findings.staff[findings.staff["level"] == "community"]
    short = most_short(rows)
    codes = short.index[:COMMUNITIES_LISTED].tolist()
    drawn = matrix(findings, rows, codes, "community", total=False)
    return [subhead("of_communities"), drawn, capped(len(codes), len(short))]


def matrix(findings: Findings, rows: pd.DataFrame, codes: Sequence[str], title: str, *, total: bool) -> Html:
    """Return a table of divisions by posts: how many are short, and below it held / required."""
    posts = [post for post in POSTS if (rows["post"] == post).any()]
    by_place = dict(zip(zip(rows["code"], rows["post"], strict=True), rows.to_dict("records"), strict=True))
    columns = [*heads([title], []), *(post_head(post) for post in posts), *heads([], ["short"])]
    body = [[text(tag("b", findings.name(code)), tip=code), *places_row(by_place, code, posts)] for code in codes]
    top = None
    if total:
        whole = whole_jurisdiction(findings).to_dict("index")
        top = [text(word("report.total")), *places_row({("", post): whole[post] for post in posts}, "", posts)]
    return table(columns, body, total=top, class_="matrix")


def post_head(post: str) -> Html:
    """Return the heading of a post's column."""
    return tag("th", tag("span", word(f"post.{post}")), class_="n", scope="col")


def places_row(by_place: dict[tuple[str, str], Any], code: str, posts: Sequence[str]) -> list[Cell]:
    """Return the cells of a division, and their total."""
    there = [by_place.get((code, post)) for post in posts]
    short = sum(int(row["short"]) for row in there if row is not None)
    added = " + ".join(str(row["short"]) for row in there if row is not None and row["short"])
    return [
        *(matrix_cell(row) for row in there),
        number(short, tip=f"{added} = {short}" if added else None, class_="n strong"),
    ]


def matrix_cell(row: Any) -> Cell:
    """Return a cell of the matrix: short above held / required; its arithmetic as a tip."""
    if row is None:
        return number(None, "")
    below = tag("small", f"{count(row['held'])}/{count(row['required'])}")
    short = int(row["short"])
    shown = [tag("b", count(short)) if short else "0", below]
    return number(
        short,
        shown,
        tip=total_words(row.get("arithmetic")) or short_words(pd.Series(row)),
        class_="n short" if short else "n",
    )


def total_words(arithmetic: str | None) -> Html | None:
    """Say the arithmetic of a total in both languages."""
    if not arithmetic:
        return None
    found = re.fullmatch(TOTAL_WORDS[0], arithmetic)
    if not found:
        return both(arithmetic, arithmetic)
    short, required, held, over, of = found.groups()
    grids = re.sub(r"(\d+) 个网格合计", r"\1 grids together", of).replace("社区本级", "of the community itself")
    beyond = f" + {over} beyond in single grids" if over else ""
    return both(arithmetic, TOTAL_WORDS[1].format(short, required, held, beyond, grids))
