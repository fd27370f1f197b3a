"""``/api/plans/{plan}/gaps``: coverage gaps, and what supervisors decide on them."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Annotated, Any, Literal

import numpy as np
import shapely
from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy import Connection
from starlette.exceptions import HTTPException

from api.asked import After, AsOf, Division, Limit, PlanName, looking_at, page, state_at, today
from api.callers import GapSigner, Reader
from api.conditional import conditional, require_match
from api.described import FEATURE_SCHEMA, GEOJSON, LAND, answered
from api.features import feature_texts, geometry_texts
from api.grid_shown import gap_shown
from api.language import Language
from api.outcomes import done_for
from api.problems import problems
from api.running import Works
from api.shapes import Box, GapState, Ledger
from api.telling import Asked, gap_told
from data.plans.decisions import Place, find_gaps, lock_decisions, sign_gap
from data.plans.differing import State
from data.users.identity import as_identity
from geo.errors import InputError

router = APIRouter(tags=["gaps"])
AFTER = re.compile(r"[0-9]{1,4}~[0-9]{1,18}")
GapId = Annotated[str, Path(alias="gap_id", min_length=1, max_length=300, examples=["no_branch:530102001001003"])]


class Gap(BaseModel):
    """A coverage gap, without its land."""

    gap_id: str = Field(examples=["no_branch:530102001001003"])
    kind: str = Field(examples=["no_branch"])
    ledger: Ledger
    severity: int = Field(examples=[50])
    code: str | None = Field(examples=["530102001001003"])
    community_code: str | None = Field(examples=["530102001001"])
    area_m2: float
    households: int | None
    detail: dict[str, Any]
    remedy: str | None
    state: GapState
    reason: str | None
    expires: str | None
    signed_by: str | None = Field(description="Who decided last: accepted it, or opened it again; null: nobody did.")
    signed_at: str | None = Field(examples=["2026-03-15"], description="The day of that.")
    bounds: Box | None
    geometry: dict[str, Any] | None = Field(None, description="Only where it was asked for.")


class GapPage(BaseModel):
    """A page of gaps, the worst first."""

    items: list[Gap]
    next: str | None


Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]


class Decision(BaseModel):
    """What a supervisor decides: a gap is accepted with a reason until a day, or open again."""

    model_config = ConfigDict(extra="forbid")

    state: Literal["open", "accepted"] = Field(examples=["accepted"])
    reason: Reason | None = Field(None, examples=["物业代管，年底前成立支部"])
    expires: date | None = Field(None, examples=["2026-12-31"], description="Today or later.")


@router.get("/api/plans/{plan}/gaps", responses=problems(401, 403, 404))
def list_gaps(  # noqa: PLR0917 (parameters of the query)
    plan: PlanName, request: Request, who: Reader, works: Works,
    kind: Annotated[str | None, Query(max_length=60)] = None,
    ledger: Ledger | None = None,
    community: Division = None, state: GapState | None = None,
    severity: Annotated[int | None, Query(ge=0, le=100, description="The least.")] = None,
    limit: Limit = 1000, after: After = None, as_of: AsOf = None,
    geometry: Annotated[bool, Query(description="Whether each gap comes with its land.")] = False,
    *, language: Asked,
) -> GapPage:  # fmt: skip
    """Return gaps, the worst first; `next` is the address of the next page.

    Their sentences come in the language that `Accept-Language` asks for.
    """
    chosen = {"kind": kind, "ledger": ledger, "community": community, "state": state, "severity": severity}
    with looking_at(works, who, plan, as_of) as (connection, at):
        found = find_gaps(connection, at, today(), chosen, limit=limit + 1, after=place_of(after))
    more, found = len(found) > limit, found[:limit]
    lands = [{"geometry": land_of(one, at)} if geometry else {} for one in found]
    items = [gap_told(gap_shown(one, at), language) | land for one, land in zip(found, lands, strict=True)]
    last = f"{found[-1].severity}~{found[-1].version_id}" if more else None
    return GapPage.model_validate(page(request, items, last))


@router.get(
    "/api/plans/{plan}/gaps/{gap_id:path}", response_class=Response,
    responses={**problems(401, 403, 404), 200: answered(
        GEOJSON, FEATURE_SCHEMA, {"type": "Feature", "properties": {"gap_id": "no_branch:530102001001003"},
        "geometry": LAND}, "The gap and its land.")},
)  # fmt: skip
def read_gap(
    plan: PlanName, gap_id: GapId, request: Request, who: Reader, works: Works, language: Asked, as_of: AsOf = None
) -> Response:
    """Return a gap and its land."""
    with looking_at(works, who, plan, as_of) as (connection, state):
        body = shown(connection, state, gap_id, language)
    return conditional(request, body, media_type=GEOJSON)


@router.patch("/api/plans/{plan}/gaps/{gap_id:path}", responses=problems(401, 403, 404, 412))
def decide_gap(
    plan: PlanName, gap_id: GapId, given: Decision, request: Request, who: GapSigner, works: Works, language: Asked
) -> Gap:
    """Accept a gap with a reason until a day, or open it again: in all plans of the jurisdiction, also those in force.

    Every decision is kept with who signed it; the last one holds.
    """
    require_sound(given)

    def attempt(connection: Connection) -> dict[str, Any]:
        as_identity(connection, who)  # who decides sees no further than the scope
        state = state_at(connection, plan, None)
        lock_decisions(connection, state.plan)
        gap_of(connection, state, gap_id)
        require_match(request, lambda told: shown(connection, state, gap_id, told), language)
        sign_gap(connection, state.plan, gap_id, **given.model_dump(), by=who.name)
        return gap_shown(gap_of(connection, state, gap_id), state)

    return Gap.model_validate(gap_told(done_for(works, who, plan, attempt), language))


def require_sound(given: Decision) -> None:
    """Refuse to accept a gap without a reason, or not for a day yet.

    Raises
    ------
    InputError
        As it says.
    """
    if given.state == "accepted":
        if given.reason is None or given.expires is None:
            raise InputError("an accepted gap needs a reason, and the day on which that expires")
        if given.expires < today():
            raise InputError(f"{given.expires} is past; an exception expires today at the earliest")


def gap_of(connection: Connection, state: State, gap_id: str) -> Any:
    """Find a gap.

    Raises
    ------
    HTTPException
        404: there is none, or the caller does not see it.
    """
    found = find_gaps(connection, state, today(), {"gap_id": gap_id}, limit=1)
    if not found:
        raise HTTPException(404, f"plan {state.plan.name} has no gap {gap_id}")
    return found[0]


def shown(connection: Connection, state: State, gap_id: str, language: Language | None) -> bytes:
    """Return a gap as a feature, its sentences in a language."""
    one = gap_of(connection, state, gap_id)
    land = np.array([None if one.land is None else shapely.from_wkb(one.land)], dtype=object)
    said = gap_told(gap_shown(one, state), language)
    return feature_texts(land, state.plan.crs, [said], [one.gap_id])[0].encode()


def land_of(one: Any, state: State) -> Any:
    """Return the land of a gap as GeoJSON."""
    land = np.array([None if one.land is None else shapely.from_wkb(one.land)], dtype=object)
    return json.loads(geometry_texts(land, state.plan.crs)[0])


def place_of(after: str | None) -> Place | None:
    """Read where a page begins.

    Raises
    ------
    InputError
        It is no place that a page named.
    """
    if after is None:
        return None
    severity, _, version = after.partition("~")
    if not AFTER.fullmatch(after):
        raise InputError("after is what the page before says in `next`")
    return Place(int(severity), int(version))
