"""The report: a build told to a leader in five minutes, as one HTML file that works offline and prints on A4."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import pandas as pd

from geo.errors import InputError
from web.reports.markup import Html, both, page, tag
from web.reports.plan_drawing import Plan
from web.reports.report_data import Findings
from web.reports.report_front import front
from web.reports.report_ledgers import three_ledgers
from web.reports.report_party import party_coverage, stars
from web.reports.report_places import totals, worst_communities
from web.reports.report_record import exceptions, explained, files, not_evaluated, repairs
from web.reports.report_staffing import staff
from web.reports.report_tables import Notes
from web.reports.wording import pair, word
from web.reports.words import LANGUAGES, Language

STATIC = Path(__file__).parent / "static"

SECTIONS = (
    *("totals", "worst", "three_ledgers", "staff", "party_coverage", "stars", "exceptions", "not_evaluated"),
    *("repairs", "notes", "files"),
)
"""In the order of the page."""

READ = (
    *("grids", "gaps", "communities", "repairs", "build", "staffing", "community_staffing", "assignments"),
    *("party_organisations", "ratings", "settlements"),
)
"""Layers that a report is made of."""


def write_report(
    frames: Mapping[str, pd.DataFrame],
    file: Path,
    *,
    as_of: date,
    language: Language = "zh",
    progress: Callable[[str], None] = lambda stage: None,
) -> None:
    """Write the report of a build.

    Parameters
    ----------
    frames
        The layers of a build, `READ`; columns as in docs/architecture.md ("Output"), geometry in the working CRS.
    file
        Where to write; replaced as a whole or not at all.
    as_of
        The day on which exceptions hold or have run out.
    language
        The language that the page opens in; the reader may switch.
    progress
        Called with the name of each section before it is written.

    Raises
    ------
    InputError
        There are no grids, or they have no CRS; or the file can't be written.
    """
    findings = Findings.of(frames, as_of)
    write_whole(file, report_page(findings, language, progress))


def report_page(findings: Findings, language: Language, progress: Callable[[str], None]) -> str:
    """Return the page of a report."""
    notes = Notes()
    progress("plan")
    plan = Plan.of(findings.grids)
    parts = {
        "answer": lambda: front(findings, plan, notes),
        "totals": lambda: totals(findings, notes),
        "worst": lambda: worst_communities(findings, notes),
        "three_ledgers": lambda: three_ledgers(findings, plan, notes),
        "staff": lambda: staff(findings, plan, notes),
        "party_coverage": lambda: party_coverage(findings, plan, notes),
        "stars": lambda: stars(findings, plan, notes),
        "exceptions": lambda: exceptions(findings),
        "not_evaluated": lambda: not_evaluated(findings),
        "repairs": lambda: repairs(findings),
        "notes": lambda: explained(findings, notes),
        "files": lambda: files(findings),
    }
    written = []
    for name, write in parts.items():
        progress(name)
        written.append(write())
    title = pair("report.title")[LANGUAGES.index(language)].format(name=findings.title)
    return page(
        title,
        language,
        style=(STATIC / "report.css").read_text("utf-8"),
        script=(STATIC / "report.js").read_text("utf-8"),
        body=[plan.shapes(), bar(findings), tag("main", *written)],
    )


def bar(findings: Findings) -> Html:
    """Return what stands above the page on a screen: contents, language, print."""
    links = (tag("a", word(f"nav.{name}"), href=f"#{name}") for name in ("answer", *SECTIONS))
    other = both("English", "中文")
    buttons = (
        tag("button", other, type="button", id="language"),
        tag("button", word("report.print"), type="button", id="print"),
    )
    return tag("div", tag("nav", *links), tag("div", *buttons, class_="buttons"), class_="top screen")


def write_whole(file: Path, text: str) -> None:
    """Write beside the file and move it there, so that no reader sees half of it."""
    part = file.with_name(f".{file.name}.part")
    try:
        part.write_text(text, "utf-8")
        part.replace(file)
    except OSError as error:
        raise InputError(f"{file}: cannot be written: {error.strerror}") from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
