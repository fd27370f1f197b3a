"""What stands behind the figures: exceptions, what was not evaluated, repairs, notes, and the files."""

from __future__ import annotations

import pandas as pd

from geo.gaps.exceptions import EXPIRED, OPEN
from web.reports.markup import Content, Html, tag
from web.reports.report_data import Findings, detail_of
from web.reports.report_ledgers import place, subject
from web.reports.report_tables import Notes, capped, heads, number, section, table, text
from web.reports.wording import area, count, pair, told, word

EXCEPTIONS_LISTED = 40
REPAIRS_LISTED = 30


def exceptions(findings: Findings) -> Html:
    """Return the gaps that were accepted: by whom, why, until when; those that have run out first."""
    gaps = findings.gaps[findings.gaps["state"] != OPEN]
    if gaps.empty:
        return section("exceptions", tag("p", word("exceptions.none"), class_="empty"))
    gaps = gaps.sort_values(["expires", "gap_id"], na_position="last")
    expired = int((gaps["state"] == EXPIRED).sum())
    warning = tag("p", word("expired.warning", count=count(expired)), class_="expired") if expired else None
    shown = gaps.head(EXCEPTIONS_LISTED)
    rows = []
    for gap in shown.itertuples(index=False):
        detail = detail_of(gap)
        state = "expired" if gap.state == EXPIRED else "state"
        rows.append(
            [
                text([tag("b", word(f"gap.{gap.kind}")), subject(findings, detail)]),
                text(place(findings, gap)),
                text(gap.reason, class_="wide"),
                text(detail.get("signer")),
                text(detail.get("signed"), class_="date"),
                text(gap.expires, class_="date"),
                text(tag("span", word(f"state.{gap.state}"), class_=state)),
            ]
        )
    columns = heads(["kind", "place", "reason", "signer", "signed", "expires", "state"], [])
    return section("exceptions", warning, table(columns, rows), capped(len(shown), len(gaps)))


def not_evaluated(findings: Findings) -> Html:
    """Return what was not evaluated, and why."""
    rows = [
        [text(tag("b", what(kind))), text(told(reason), class_="wide"), text(remedy(reason), class_="wide")]
        for kind, reason in sorted(findings.not_evaluated.items())
    ]
    if not rows:
        return section("not_evaluated", tag("p", word("evaluated.all"), class_="empty"))
    return section("not_evaluated", table(heads(["what", "why", "add"], []), rows))


def what(kind: str) -> Content:
    """Name a kind, or a part of one."""
    whole, _, part = kind.partition(".")
    named = word(f"gap.{whole}") if pair(f"gap.{whole}") != (whole, whole) else word(f"not_evaluated.{whole}")
    if not part:
        return named
    groups = ("facility", "post", "purpose")
    said = next((word(f"{group}.{part}") for group in groups if pair(f"{group}.{part}") != (part, part)), part)
    return [named, " · ", said]


def remedy(reason: str) -> Html:
    """Say what to add so that it can be evaluated."""
    return word(f"add.{reason}") if pair(f"add.{reason}")[0] != reason else word("add.standards")


def repairs(findings: Findings) -> Html:
    """Return what was changed or left out, added up."""
    frame = findings.frames["repairs"]
    if frame.empty:
        return section("repairs", tag("p", word("repairs.none"), class_="empty"))
    general = frame["action"].str.replace(r"\d[\d.,]*", "…", regex=True).str.replace(r":.*$", "", regex=True)
    grouped = frame.assign(general=general).groupby(["layer", "problem"], sort=True, dropna=False)
    totals = grouped.agg(
        times=("layer", "size"),
        changed=("changed_m2", "sum"),
        action=("action", "first"),
        several=("general", "nunique"),
    )
    totals = totals.reset_index().sort_values(["changed", "times"], ascending=False, kind="stable")
    shown = totals.head(REPAIRS_LISTED)
    rows = [
        [
            text(layer_word(row["layer"])),
            text(told(row["problem"]), class_="wide"),
            text(told(row["action"]) if row["times"] == 1 else [told(row["action"]), " …"], class_="wide"),
            number(row["times"]),
            number(row["changed"], area(row["changed"])),
        ]
        for row in shown.to_dict("records")
    ]
    columns = heads(["layer", "problem", "action"], ["times", "changed"])
    return section("repairs", table(columns, rows), capped(len(shown), len(totals)))


def layer_word(name: object) -> Html:
    """Name a layer or a table."""
    if name is None or pd.isna(name):
        return Html("")
    return word(f"layer.{name}") if pair(f"layer.{name}")[0] != name else word(f"table.{name}")


def explained(findings: Findings, notes: Notes) -> Html:
    """Return the notes that were called for, and what the sources stand for."""
    return section("notes", notes.listed(), tag("p", word("note.sources"), class_="soft"))


def files(findings: Findings) -> Html:
    """Return the files that the build was made of, and with which program."""
    rows = [
        [
            text(word_of_input(key)),
            text(tag("code", digest_of(value)), class_="digest"),
            text(rest_of(value), class_="wide"),
        ]
        for key, value in findings.facts.items()
        if key.startswith("input ")
    ]
    program = tag(
        "p",
        word("report.program"),
        " ",
        findings.facts.get("program"),
        "，",
        findings.facts.get("working_crs"),
        class_="soft",
    )
    return section("files", table(heads(["file", "digest", "what_is_in_it"], []), rows), program)


def word_of_input(key: str) -> list[Content]:
    """Name an input file: its layer, and its path."""
    layer, _, path = key.removeprefix("input ").partition(": ")
    return [layer_word(layer), " ", tag("code", path)]


def digest_of(value: str) -> str:
    """Return the beginning of a SHA-256, enough to tell files apart."""
    return value.removeprefix("sha256 ").partition(",")[0][:12]


def rest_of(value: str) -> str:
    """Return what the record says beside the SHA-256."""
    return value.partition(", ")[2]
