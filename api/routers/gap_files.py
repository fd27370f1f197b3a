"""``/api/plans/{plan}/gaps.xlsx`` and ``gaps.geojson``: the gaps that a filter lets through, as a file."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import shapely
from anyio import to_thread
from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import FileResponse
from starlette.background import BackgroundTask
from xlsxwriter import Workbook

from api.asked import AsOf, Box, Division, PlanName, box_asked, looking_at, today
from api.callers import Reader
from api.features import feature_texts
from api.file_names import attachment
from api.gap_words import HEADINGS
from api.grid_shown import gap_shown
from api.language import Language
from api.problems import problems
from api.routers.exports import note
from api.running import Running, Works
from api.shapes import GapState, Ledger
from api.streaming import Stream
from api.telling import gap_told
from data.plans.decisions import Place, find_gaps
from data.plans.differing import State
from data.plans.pages import community_names
from data.users.identity import Identity
from geo.errors import InputError
from web.reports.words import word

router = APIRouter(tags=["gaps"])
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
GEOJSON = "application/geo+json"
AT_ONCE = 1000
"""Gaps that are read in one transaction."""
MOST_ROWS = 1_048_575
"""Of a sheet, beside its heading."""
SAID = (
    "severity", "ledger", "kind", "community", "code", "households", "area_m2", "figure", "arithmetic", "rule",
    "source", "remedy", "state", "reason", "expires", "signed_by", "signed_at", "gap_id",
)  # fmt: skip
"""The columns of the sheet, by the keys of `api.gap_words.HEADINGS`."""
WIDE = {"figure": 40, "arithmetic": 44, "rule": 40, "remedy": 36, "gap_id": 34, "code": 18}
FILE = {"type": "string", "format": "binary"}
Corners = tuple[float, float, float, float]


def corners(bbox: Box = None) -> Corners | None:
    """Read a box; None: everywhere.

    Raises
    ------
    InputError
        It is no box.
    """
    box = box_asked(bbox)
    return None if box is None else (box[0], box[1], box[2], box[3])


@dataclass(frozen=True)
class Wanted:
    """Which gaps of which plan are asked for, by whom, in which language."""

    works: Running
    who: Identity
    plan: str
    as_of: int | None
    chosen: Mapping[str, Any]
    within: Corners | None
    language: Language

    def pages(self) -> Iterator[tuple[State, list[Any], list[dict[str, Any]], Mapping[str, str | None]]]:
        """Yield the gaps, worst first, as they stand and as they are told, each page read by itself."""
        after: Place | None = None
        at = self.as_of
        while True:
            with looking_at(self.works, self.who, self.plan, at) as (connection, state):
                found = find_gaps(connection, state, today(), self.chosen, limit=AT_ONCE, after=after)
                names = community_names(connection, state.plan.source_id)
            at = state.at  # later pages are of the same revision
            said = [gap_told(gap_shown(one, state), self.language) for one in found]
            here = [(one, told) for one, told in zip(found, said, strict=True) if meets(told["bounds"], self.within)]
            yield state, [one for one, _ in here], [told for _, told in here], names
            if len(found) < AT_ONCE:
                return
            after = Place(found[-1].severity, found[-1].version_id)


def meets(bounds: Sequence[float] | None, within: Corners | None) -> bool:
    """Tell whether the box round a gap meets another; a gap without land lies nowhere.

    >>> meets([0, 0, 1, 1], (1, 1, 2, 2)), meets([0, 0, 1, 1], (1.1, 0, 2, 2)), meets(None, None)
    (True, False, True)
    """
    if within is None:
        return True
    if bounds is None:
        return False
    return bounds[0] <= within[2] and within[0] <= bounds[2] and bounds[1] <= within[3] and within[1] <= bounds[3]


def wanted(  # noqa: PLR0917 (parameters of the query)
    plan: PlanName, who: Reader, works: Works, within: Annotated[Corners | None, Depends(corners)],
    kind: Annotated[str | None, Query(max_length=60)] = None,
    ledger: Ledger | None = None, community: Division = None, state: GapState | None = None,
    severity: Annotated[int | None, Query(ge=0, le=100, description="The least.")] = None,
    lang: Annotated[Language, Query(description="Of headings and sentences.")] = Language.zh,
    as_of: AsOf = None,
) -> Wanted:  # fmt: skip
    """Read what is asked for, as the list of gaps is asked."""
    chosen = {"kind": kind, "ledger": ledger, "community": community, "state": state, "severity": severity}
    return Wanted(works, who, plan, as_of, chosen, within, lang)


Asked = Annotated[Wanted, Depends(wanted)]


def described(kind: str) -> dict[int | str, Any]:
    """Return the answers of a door to a file."""
    return {**problems(401, 403, 404), 200: {"description": "The file.", "content": {kind: {"schema": FILE}}}}


@router.get("/api/plans/{plan}/gaps.xlsx", response_class=Response, responses=described(XLSX))
def gaps_as_sheet(asked: Asked, request: Request) -> Response:
    """Return gaps as a workbook, worst first, in the words of the office; filtered as the list of gaps is."""
    folder = tempfile.TemporaryDirectory(prefix="onegrid-gaps-")
    file = Path(folder.name) / "gaps.xlsx"
    try:
        write_sheet(asked, file)
        recorded(asked, request, "xlsx")
    except BaseException:
        folder.cleanup()
        raise
    return FileResponse(
        file, media_type=XLSX, headers=attachment(asked.plan, "-gaps.xlsx"), background=BackgroundTask(folder.cleanup)
    )


@router.get("/api/plans/{plan}/gaps.geojson", response_class=Response, responses=described(GEOJSON))
async def gaps_as_features(asked: Asked, request: Request) -> Response:
    """Return gaps with their land, worst first, sent while they are read; filtered as the list of gaps is."""
    pages = asked.pages()
    first = await to_thread.run_sync(lambda: next(pages))
    await to_thread.run_sync(recorded, asked, request, "geojson")
    return Stream(feature_pieces(first, pages), media_type=GEOJSON, headers=attachment(asked.plan, "-gaps.geojson"))


def recorded(asked: Wanted, request: Request, form: str) -> None:
    """Record the export, as all are."""
    chosen = {name: value for name, value in asked.chosen.items() if value is not None}
    note(asked.works, asked.who, request, {"plan": asked.plan, "format": form, "layer": "gaps", **chosen})


async def feature_pieces(first: Any, pages: Iterator[Any]) -> AsyncGenerator[bytes, None]:
    """Yield a FeatureCollection, page by page."""
    yield b'{"type":"FeatureCollection","features":['
    before = "\n"
    async with aclosing(all_pages(first, pages)) as found:
        async for page in found:
            if texts := await to_thread.run_sync(features_of, page):
                yield (before + ",\n".join(texts)).encode()
                before = ",\n"
    yield b"\n]}\n"


async def all_pages(first: Any, pages: Iterator[Any]) -> AsyncGenerator[Any, None]:
    """Yield the first page and those behind it, each read when it is taken."""
    page = first
    while page is not None:
        yield page
        page = await to_thread.run_sync(lambda: next(pages, None))


def features_of(page: Any) -> list[str]:
    """Return the gaps of a page as GeoJSON features."""
    state, found, said, _ = page
    lands = np.array([None if one.land is None else shapely.from_wkb(one.land) for one in found], dtype=object)
    return feature_texts(lands, state.plan.crs, said, [one.gap_id for one in found]) if found else []


def write_sheet(asked: Wanted, file: Path) -> None:
    """Write a workbook of gaps, row by row.

    Raises
    ------
    InputError
        There are more than a sheet holds.
    """
    english = asked.language == Language.en
    with Workbook(file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet("Gaps" if english else "缺口")
        for place, name in enumerate(SAID):
            sheet.set_column(place, place, WIDE.get(name, 12))
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, [HEADINGS[name][english] for name in SAID], book.add_format({"bold": True}))
        for place, cells in enumerate(rows_of(asked), 1):
            if place > MOST_ROWS:
                raise InputError(f"a sheet holds {MOST_ROWS:,} gaps; narrow them down, or take gaps.geojson")
            sheet.write_row(place, 0, cells)


def rows_of(asked: Wanted) -> Iterator[list[Any]]:
    """Yield the gaps as rows of the sheet."""
    language = asked.language
    for _, _, said, names in asked.pages():
        for gap in said:
            detail = gap["detail"]
            code = gap["community_code"]
            row = {
                **gap,
                **{name: detail.get(name) for name in ("figure", "arithmetic", "rule", "source")},
                "ledger": word(f"ledger.{gap['ledger']}", language),
                "kind": word(f"gap.{gap['kind']}", language),
                "state": word(f"state.{gap['state']}", language),
                "community": names.get(code) or code,
                "area_m2": round(gap["area_m2"]),
            }
            yield [row[name] for name in SAID]
