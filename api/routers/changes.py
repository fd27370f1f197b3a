"""``/api/changes``: the feed for other systems, which misses nothing."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from api.asked import Limit
from api.callers import Reader
from api.features import lonlat_box
from api.problems import problems
from api.running import Works
from api.shapes import Box
from data.plans.feed import feed
from data.plans.plan import crs_of

router = APIRouter(tags=["changes"])


class DecisionTold(BaseModel):
    """What was decided on a gap."""

    jurisdiction: str = Field(examples=["530102"], description="It holds in all plans of this division.")
    gap_id: str = Field(examples=["no_branch:530102001001003"])
    community_code: str | None = Field(examples=["530102001001"])
    state: Literal["open", "accepted"]
    reason: str | None
    expires: str | None = Field(examples=["2026-12-31"])


class FeedEvent(BaseModel):
    """Something that was done to a plan, or decided on a gap of it."""

    seq: int = Field(examples=[4711])
    plan: str = Field(examples=["2026"])
    revision: int = Field(examples=[13])
    at: str = Field(examples=["2026-03-01T09:30:00+08:00"])
    by: str = Field(examples=["li.na"])
    verb: str = Field(examples=["split"], description="`decide`: on a gap; the revision stays as it was.")
    created: list[str]
    modified: list[str]
    retired: list[str]
    bounds: Box | None
    decision: DecisionTold | None = Field(None, description="Where the verb is `decide`.")


class FeedPage(BaseModel):
    """A page of the feed; ask again with ``since`` = ``latest``."""

    items: list[FeedEvent]
    latest: int = Field(examples=[4711], description="The cursor: everything up to it has been told.")
    next: str | None = Field(description="The address of more, where there is more already.")


@router.get("/api/changes", responses=problems(401, 403))
def list_changes(
    who: Reader, works: Works, since: Annotated[int | None, Query(ge=0, le=2**62)] = None, limit: Limit = 1000
) -> FeedPage:
    """Return what was done to all plans, and decided on gaps, behind a cursor, in order, within the caller's scope.

    Without `since` nothing is told but the cursor to begin with.
    """
    with works.transactions.working(who) as connection:
        found, latest = feed(connection, 2**62 if since is None else since, limit)
    if since is None:
        return FeedPage(items=[], latest=latest, next=None)
    events = []
    for one in found:
        codes = {
            what: [code for code in one.changes.get(what, ()) if who.covers(code)]
            for what in ("created", "modified", "retired")
        }
        told = any(codes.values()) or not any(one.changes.values())
        if told or not who.scope:
            events.append(
                FeedEvent(
                    seq=one.sequence, plan=one.plan, revision=one.revision, at=one.made_at.isoformat(), by=one.made_by,
                    verb=one.verb, **codes, bounds=lonlat_box(one.bounds, crs_of(one.srid)),
                    decision=one.decision,
                )
            )  # fmt: skip
    more = f"/api/changes?since={latest}&limit={limit}" if len(found) == limit else None
    return FeedPage(items=events, latest=latest, next=more)
