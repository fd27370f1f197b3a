"""``/api/plans``: the plans there are, new branches, and a plan's way into force."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from api.asked import NewPlanName, PlanName, looking_at, next_link, place_of, today
from api.callers import Approver, Editor, Reader
from api.conditional import conditional
from api.described import ETAG, LOCATION, NOT_MODIFIED
from api.features import lonlat_box
from api.problems import problems
from api.running import Works
from api.shapes import Box, ByLedger, PlanStatus
from data.plans import approving, life
from data.plans.differing import State
from data.plans.figures import figures
from data.plans.plan import Plan, list_plans

router = APIRouter(tags=["plans"])


class Counts(BaseModel):
    """What a plan adds up to, within the caller's scope; null where nobody counted."""

    grids: int = Field(examples=[412])
    communities: int = Field(examples=[36])
    households: int | None = Field(examples=[61_200])
    population: int | None
    party_members: int | None
    area_m2: float
    gaps: ByLedger
    accepted: int = Field(description="Gaps that were accepted; they are not among the others.")


class PlanListed(BaseModel):
    """A plan: a partition with a life."""

    name: str = Field(examples=["2026"])
    title: str = Field(examples=["2026"])
    status: PlanStatus
    revision: int = Field(examples=[12])
    jurisdiction: str = Field(examples=["530102"])
    working_crs: str = Field(examples=["EPSG:4526"])
    parent: str | None
    parent_revision: int | None
    author: str = Field(examples=["li.na"])
    made_at: datetime
    changed_at: datetime
    effective_date: date | None
    effective_until: date | None
    note: str | None = Field(description="What was said when it was submitted or returned last.")


class PlanShown(PlanListed):
    """A plan with what it adds up to."""

    extent: Box | None = Field(examples=[[102.7, 25.0, 102.8, 25.1]])
    counts: Counts


class PlanPage(BaseModel):
    """A page of plans, the newest first."""

    items: list[PlanShown]
    next: str | None


class Branch(BaseModel):
    """A new draft that begins as another plan is."""

    model_config = ConfigDict(extra="forbid")

    name: NewPlanName
    of: str = Field(alias="from", min_length=1, max_length=120, examples=["2026"])
    revision: int | None = Field(None, ge=0, le=2**31 - 2, description="Of that plan; the latest.")


class Note(BaseModel):
    """What there is to say about it."""

    model_config = ConfigDict(extra="forbid")

    note: str | None = Field(None, max_length=2000, examples=["按街道意见修改"])


class Approval(BaseModel):
    """From which day on a plan is in force."""

    model_config = ConfigDict(extra="forbid")

    effective_date: date = Field(examples=["2026-07-01"])
    replace: bool = Field(False, description="Whether it may take the place of a plan that it does not come from.")


@router.get("/api/plans", responses=problems(401, 403))
def list_all_plans(
    request: Request, who: Reader, works: Works, limit: Annotated[int, Query(ge=1, le=200)] = 50,
    after: Annotated[int | None, Query(ge=0, le=2**31 - 2)] = None,
    status: Annotated[PlanStatus | None, Query(description="Only plans of this status.")] = None,
) -> PlanPage:  # fmt: skip
    """Return all plans, the newest first, each with what it adds up to."""
    with works.transactions.looking(who) as connection:
        every = [plan for plan in list_plans(connection) if status is None or plan.status(today()) == status]
        first = after or 0
        items = [shown(connection, plan) for plan in every[first : first + limit]]
    more = str(first + limit) if len(every) > first + limit else None
    return PlanPage(items=items, next=next_link(request, more))


@router.post("/api/plans", status_code=201, responses={**problems(401, 403, 404, 409), 201: {"headers": LOCATION}})
def branch_plan(given: Branch, request: Request, response: Response, who: Editor, works: Works) -> PlanShown:
    """Make a draft that begins as another plan is; no rows are copied."""
    engine = works.transactions.editing(who)
    life.branch(engine, given.name, of=given.of, by=who.name, at=given.revision)
    response.headers.update(place_of(request, given.name))
    return read(given.name, who, works)


@router.get(
    "/api/plans/{plan}", responses={**problems(401, 403, 404), **NOT_MODIFIED, 200: {"headers": ETAG}},
    response_model=PlanShown,
)  # fmt: skip
def read_plan(plan: PlanName, request: Request, who: Reader, works: Works) -> Response:
    """Return a plan: its status, its revision, what it adds up to, and how far it reaches."""
    return conditional(request, read(plan, who, works).model_dump_json().encode())


@router.post("/api/plans/{plan}/submit", responses=problems(401, 403, 404, 409))
def submit_plan(plan: PlanName, given: Note, who: Editor, works: Works) -> PlanShown:
    """Submit a draft for review. It takes a scope that covers all of the plan."""
    life.move(works.transactions.editing(who), plan, "submit", by=who.name, note=given.note)
    return read(plan, who, works)


@router.post("/api/plans/{plan}/return", responses=problems(401, 403, 404, 409))
def return_plan(plan: PlanName, given: Note, who: Approver, works: Works) -> PlanShown:
    """Return a plan in review to its planners. It takes a scope that covers all of the plan."""
    life.move(works.transactions.editing(who), plan, "return", by=who.name, note=given.note)
    return read(plan, who, works)


@router.post("/api/plans/{plan}/approve", responses=problems(401, 403, 404, 409))
def approve_plan(plan: PlanName, given: Approval, who: Approver, works: Works) -> PlanShown:
    """Put a plan in review in force from a day on; the one in force till then retires.

    It takes a scope that covers all of the plan. Codes become official.
    """
    engine = works.transactions.editing(who)
    approving.approve(engine, plan, effective=given.effective_date, by=who.name, replace=given.replace)
    return read(plan, who, works)


def read(name: str, who: Any, works: Any) -> PlanShown:
    """Return a plan as somebody sees it."""
    with looking_at(works, who, name) as (connection, state):
        return shown(connection, state.plan)


def shown(connection: Connection, plan: Plan) -> PlanShown:
    """Return a plan with what it adds up to."""
    found = figures(connection, State(plan, plan.head), today())
    last = life.latest(connection, plan, 1)[0]
    return PlanShown(
        name=plan.name,
        title=plan.name,
        status=plan.status(today()),
        revision=plan.head,
        jurisdiction=plan.jurisdiction,
        working_crs=f"EPSG:{plan.srid}",
        parent=plan.parent,
        parent_revision=plan.parent_revision,
        author=plan.made_by,
        made_at=plan.made_at,
        changed_at=last.made_at,
        effective_date=plan.effective_from,
        effective_until=plan.effective_until,
        note=last.arguments.get("note"),
        extent=lonlat_box(found.bounds, plan.crs),
        counts=Counts(**{name: getattr(found, name) for name in Counts.model_fields}),
    )
