"""``/plans/{plan}/board/{code}``: the duty board of a grid, to print."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

import shapely
from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from api.asked import AsOf, GridCode, PlanName, looking_at, today
from api.callers import Reader
from api.language import Language, language_asked
from api.problems import problems
from api.running import Works
from data.masking import without_contacts
from data.plans.exporting import Part, read_plan
from data.plans.pages import communities_around, page_of_grids
from data.users.roles import Right
from geo.errors import UnknownGridError

router = APIRouter(tags=["grids"])
POLICY = re.compile(r'http-equiv="Content-Security-Policy" content="([^"]+)"')


@router.get(
    "/plans/{plan}/board/{code}", response_class=HTMLResponse, responses={**problems(401, 403, 404), 200: {
        "description": "The page.", "content": {"text/html": {"schema": {"type": "string"}}},
    }},
)  # fmt: skip
def read_board(
    plan: PlanName, code: GridCode, request: Request, who: Reader, works: Works, as_of: AsOf = None,
    lang: Annotated[Language | None, Query(description="By default the one that the request prefers.")] = None,
) -> HTMLResponse:  # fmt: skip
    """Return the duty board of a grid: who is on duty, with work contacts, map and rounds; one page, to print.

    It opens in ``lang``, and the reader may switch; for viewers, names and telephone numbers are masked.
    """
    from web.reports.board import READ, boards_page  # noqa: PLC0415 (not held in memory until a board is asked for)
    from web.reports.board_map import sheet_of  # noqa: PLC0415

    with looking_at(works, who, plan, as_of) as (connection, state):
        found = page_of_grids(connection, state, {"code": code}, limit=1)
        if not found:
            raise UnknownGridError(f"plan {plan} has no grid {code}", [code])
        _, window = sheet_of(shapely.from_wkb(found[0].polygon))
        part = Part(tuple(communities_around(connection, state, window.bounds)))
        layers: Any = read_plan(connection, state.plan, READ, at=state.at, today=today(), part=part)
    if not who.may(Right.contacts):
        layers, _ = without_contacts(layers)
    asked = request.headers.get("accept-language", "")
    text = boards_page(layers, [code], language=lang.value if lang else preferred(asked))
    said = POLICY.search(text)
    assert said is not None
    policy = f"{said[1].replace('&#39;', chr(39)).replace('&#x27;', chr(39))}; base-uri 'none'; frame-ancestors 'none'"
    return HTMLResponse(text, headers={"Content-Security-Policy": policy, "Content-Language": language_said(text)})


def preferred(header: str) -> Literal["en", "zh"]:
    """Return the language that a request prefers; Chinese where it prefers none of ours.

    >>> preferred("en-GB,en;q=0.9,zh;q=0.8"), preferred("zh-CN"), preferred("de, en;q=0.5"), preferred("")
    ('en', 'zh', 'en', 'zh')
    """
    return "en" if language_asked(header) == Language.en else "zh"


def language_said(text: str) -> str:
    """Return the language that a page says it is in."""
    return "zh-CN" if '<html lang="zh-CN"' in text else "en"
