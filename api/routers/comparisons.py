"""What a plan adds up to by division, what differs between two plans, and what became of codes."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
import orjson
import pandas as pd
import pyproj
from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, Field

from api.asked import After, AsOf, Limit, PlanName, looking_at, page, state_at, today
from api.callers import Reader
from api.conditional import conditional
from api.described import ETAG, NOT_MODIFIED
from api.features import lonlat_box, lonlat_boxes
from api.outcomes import Features, land_moved
from api.problems import problems
from api.running import Works
from api.shapes import Box, ByLedger
from data.plans.comparing import compare, crosswalk
from data.plans.differing import State
from data.plans.figures import grids_in, trend
from data.plans.pages import drawn_counts
from data.plans.summing import BOX, Summed, summed, touched
from geo.plans.comparing import Compared
from geo.staffing_totals import LEVELS

router = APIRouter(tags=["comparisons"])


class Tally(BaseModel):
    """The sums of a division; null where nobody knows."""

    code: str = Field(examples=["530102001001"])
    name: str | None = Field(examples=["桂花社区"])
    communities: int
    grids: int
    area_m2: float
    households: int | None
    population: int | None
    party_members: int | None
    required: int | None
    held: int | None
    short: int | None
    unclaimed_m2: float
    covered: int | None = Field(description="Grids that a party organisation covers.")
    gaps: ByLedger
    accepted: int
    bounds: Box | None = Field(description="Of its land; null for the whole.")


SAID = tuple(name for name in Tally.model_fields if name not in ("covered", "gaps", "bounds"))
"""What `data.plans.summing` says as it is."""
Since = Annotated[int | None, Query(ge=0, le=2**31 - 2, description="A revision whose figures the caller has.")]
LEDGERS = tuple(ByLedger.model_fields)
NOTHING = dict.fromkeys(Tally.model_fields) | {
    "code": "", "communities": 0, "grids": 0, "area_m2": 0.0, "unclaimed_m2": 0.0, "accepted": 0,
    "gaps": dict.fromkeys(LEDGERS, 0),
}  # fmt: skip
"""The sums of no grid."""


class Summary(BaseModel):
    """The figures of a plan, within the caller's scope; children add up to their parent."""

    revision: int
    since: int | None = Field(description="Only divisions touched after this revision are told; null: all are.")
    total: Tally
    streets: list[Tally]
    communities: list[Tally]
    classes: dict[str, dict[str, int]] = Field(description="Grids by what they are, have and miss.")
    kinds: dict[str, int] = Field(description="Gaps by kind, accepted ones left out.")
    layers: dict[str, int] = Field(
        description="What a map draws of the sources: units by layer, premises, facilities.",
        examples=[{"compound": 16, "premises": 16}],
    )


class TrendStep(BaseModel):
    """The gaps of a plan as it was at a revision, those left out that are accepted now."""

    revision: int
    at: str = Field(examples=["2026-03-01T09:30:00+08:00"])
    gaps: ByLedger


class Trend(BaseModel):
    """How the gaps of a plan went, at evenly spaced revisions, the first and the last among them."""

    items: list[TrendStep]


class Difference(BaseModel):
    """What became of a grid that differs."""

    relation: str = Field(examples=["split"])
    before: str | None = Field(examples=["530102001001003"])
    after: str | None = Field(examples=["530102001001003"])
    name: str | None
    said: list[str] = Field(description="What it says otherwise.")
    area_m2: float = Field(description="Of the grid as it is now, else as it was.")
    households: int | None
    bounds: Box | None


class Differences(BaseModel):
    """What differs between two plans: from `other` to this one."""

    changes: list[Difference]
    moved: Features = Field(description="The land that changed hands.")
    area_m2: float = Field(description="That changed hands.")
    households: int = Field(description="That changed hands.")


class Passed(BaseModel):
    """What of an old grid's land and households a new one has."""

    old: str
    new: str
    area_share: float
    household_share: float | None
    area_m2: float
    households: int | None


class Lineage(BaseModel):
    """The crosswalk from the codes that a plan began with to those of today; who is not in it kept all."""

    items: list[Passed]
    next: str | None = None


@router.get(
    "/api/plans/{plan}/summary", response_model=Summary,
    responses={**problems(401, 403, 404), **NOT_MODIFIED, 200: {"headers": ETAG}},
)  # fmt: skip
def read_summary(
    plan: PlanName, request: Request, who: Reader, works: Works, as_of: AsOf = None, since: Since = None
) -> Response:
    """Return the figures of a plan by community and street.

    With `since`, only those of which something changed after that revision are told, or was decided on gaps; the rest
    counts the whole plan. After a new build was accepted all are told.
    """
    with looking_at(works, who, plan, as_of) as (connection, state):
        found = summed(connection, state, today()) if grids_in(connection, state) else None
        told = None if since is None or found is None else touched(connection, state, since)
        drawn = drawn_counts(connection, state.plan.source_id)
    if found is None:
        summary = {
            "revision": state.at, "since": None, "total": NOTHING, "streets": [], "communities": [], "classes": {},
            "kinds": {}, "layers": drawn,
        }  # fmt: skip
    else:
        summary = summary_of(found, state, drawn, told=told) | {"since": None if told is None else since}
    return conditional(request, orjson.dumps(summary))


@router.get("/api/plans/{plan}/trend", responses=problems(401, 403, 404))
def read_trend(
    plan: PlanName, who: Reader, works: Works, as_of: AsOf = None,
    steps: Annotated[int, Query(ge=1, le=50, description="At how many revisions, at most.")] = 6,
) -> Trend:  # fmt: skip
    """Return how the gaps of a plan went over its revisions, within the caller's scope."""
    with looking_at(works, who, plan, as_of) as (connection, state):
        found = trend(connection, state, today(), steps)
    items = [
        TrendStep(revision=one.revision, at=one.made_at.isoformat(), gaps=ByLedger(**one.gaps)) for one in found
    ]  # fmt: skip
    return Trend(items=items)


def summary_of(
    found: Summed, state: State, drawn: dict[str, int], told: frozenset[str] | None = None
) -> dict[str, Any]:
    """Word a plan's sums as a `Summary`; of some communities, and their streets, alone where they are ``told``.

    A province has tens of thousands of communities: no model is made of each.
    """
    table = found.divisions
    if told is not None:
        streets = {code[: LEVELS["street"]] for code in told}
        table = table[table["code"].isin({*told, *streets, ""})]
    total, of_streets, of_communities = (
        tallies_of(table[table["level"] == level], state.plan.crs) for level in ("all", "street", "community")
    )
    return {
        "revision": state.at, "since": None, "total": total[0], "streets": of_streets, "communities": of_communities,
        "classes": found.classes, "kinds": found.kinds, "layers": drawn,
    }  # fmt: skip


def tallies_of(table: pd.DataFrame, crs: pyproj.CRS) -> list[dict[str, Any]]:
    """Return the sums of divisions, each as a `Tally`."""
    known = (table["covered"] + table["uncovered"]) > 0
    columns = {name: listed(table[name]) for name in SAID}
    columns["covered"] = listed((table["grids"] - table["uncovered"]).astype("Int64").where(known))
    ledgers = zip(*(listed(table[name]) for name in LEDGERS), strict=True)
    columns["gaps"] = [dict(zip(LEDGERS, each, strict=True)) for each in ledgers]
    columns["bounds"] = boxes_of(table, crs)
    names = list(columns)
    return [dict(zip(names, each, strict=True)) for each in zip(*columns.values(), strict=True)]


def listed(column: pd.Series) -> list[Any]:
    """Return the values of a column, None where one is missing."""
    return column.astype(object).where(column.notna(), None).tolist()


def boxes_of(table: pd.DataFrame, crs: pyproj.CRS) -> list[list[float] | None]:
    """Return the boxes of divisions in longitudes and latitudes, None where there is none."""
    boxes: list[list[float] | None] = [None] * len(table)
    placed = np.flatnonzero(table["west"].notna())
    there = lonlat_boxes(table[list(BOX)].to_numpy(np.float64)[placed], crs)
    for place, box in zip(placed.tolist(), there, strict=True):
        boxes[place] = box
    return boxes


@router.get("/api/plans/{plan}/compare/{other}", responses=problems(401, 403, 404, 409))
def compare_plans(
    plan: PlanName, other: str = Path(min_length=1, max_length=120), *, who: Reader, works: Works
) -> Differences:
    """Return what became of each grid from plan `other` to this one, and the land that changed hands."""
    with looking_at(works, who, plan) as (connection, state):
        old = state_at(connection, other, None)
        found = compare(connection, old, state)
    crs = state.plan.crs
    was = {one.old.grid_id: one.old for one in found.grids if one.old is not None}
    now = {one.new.grid_id: one.new for one in found.grids if one.new is not None}
    passed = [one for one in found.changed_hands if one.old_id in was and one.new_id in now]
    return Differences(
        changes=[difference(one, crs) for one in found.grids if one.fate != "same" or one.said],
        moved=Features(features=land_moved([(was[one.old_id], now[one.new_id]) for one in passed], crs)),
        area_m2=round(sum(one.area_m2 for one in passed), 3),
        households=sum(one.households or 0 for one in passed),
    )


def difference(one: Compared, crs: Any) -> Difference:
    """Return what became of a grid."""
    grid = one.new or one.old
    assert grid is not None
    return Difference(
        relation=one.fate,
        before=one.old.code if one.old else None,
        after=one.new.code if one.new else None,
        name=grid.name,
        said=list(one.said),
        area_m2=round(grid.polygon.area, 3),
        households=grid.households,
        bounds=lonlat_box(grid.polygon.bounds, crs),
    )


@router.get("/api/plans/{plan}/lineage", responses=problems(401, 403, 404))
def read_lineage(
    plan: PlanName, request: Request, who: Reader, works: Works, limit: Limit = 5000, after: After = None,
    as_of: AsOf = None,
) -> Lineage:  # fmt: skip
    """Return the crosswalk from the codes that the plan began with to its codes, for the grids that changed."""
    with looking_at(works, who, plan, as_of) as (connection, state):
        passed = [one for one in crosswalk(connection, state) if after is None or place_of(one) > after]
    more, passed = len(passed) > limit, passed[:limit]
    items = [{name: getattr(one, name) for name in Passed.model_fields} for one in passed]
    return Lineage.model_validate(page(request, items, place_of(passed[-1]) if more else None))


def place_of(one: Any) -> str:
    """Return where a row of the crosswalk stands in its order."""
    return f"{one.old}~{one.new}"
