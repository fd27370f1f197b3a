"""``/api/plans/{plan}/edits``: changing a draft, taking that back, and the log of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Body, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from api.asked import Key, Limit, PlanName, looking_at, page
from api.callers import Editor, Reader
from api.edit_requests import EditRequest, Revision, verb_of
from api.features import as_text
from api.grid_shown import entry_shown
from api.outcomes import Outcome, done_for, edit_asked, outcome
from api.problems import problems
from api.running import Works
from api.shapes import Box
from data.plans.answers import answered_once
from data.plans.life import latest, log
from data.plans.plan import find_plan
from data.plans.undoing import REDO, UNDO, reverse_on
from data.users.identity import Identity

router = APIRouter(tags=["edits"])

TAKEN_BACK = {UNDO: "undone", REDO: "redone"}
"""Under which name an answer has the entry of the log that was taken back."""


class Base(BaseModel):
    """The revision that somebody looks at."""

    model_config = ConfigDict(extra="forbid")

    base_revision: Revision


class LogEntry(BaseModel):
    """Something that was done to a plan."""

    revision: int = Field(examples=[13])
    at: str = Field(examples=["2026-03-01T09:30:00+08:00"])
    by: str = Field(examples=["li.na"])
    verb: str = Field(examples=["split"])
    codes: list[str] = Field(description="The grids that it created, modified and retired, within the caller's scope.")
    created: list[str]
    retired: list[str]
    bounds: Box | None
    undoes: int | None = Field(description="The revision that it took back.")
    note: str | None = Field(description="What was said when the plan was submitted or returned.")


class LogPage(BaseModel):
    """A page of the log."""

    items: list[LogEntry]
    next: str | None


class Reversed(Outcome):
    """What an undo came to, and which entry of the log it took back."""

    undone: LogEntry


class Redone(Outcome):
    """What a redo came to, and which undo it took back."""

    redone: LogEntry


@router.post("/api/plans/{plan}/edits", responses=problems(401, 403, 404, 409))
def edit_plan(
    plan: PlanName, asked: Annotated[EditRequest, Body()], who: Editor, works: Works, dry_run: bool = False,
    key: Key = None,
) -> Outcome:  # fmt: skip
    """Apply an edit to a draft, or with `dry_run` find out what it would come to, without writing.

    An edit on an older revision is applied where its grids and their neighbours have not changed since.
    """
    return edit_asked(works, who, plan, verb_of(asked), base=asked.base_revision, key=key, dry_run=dry_run)


@router.get("/api/plans/{plan}/edits", responses=problems(401, 403, 404))
def list_edits(
    plan: PlanName, request: Request, who: Reader, works: Works,
    since: Annotated[int | None, Query(ge=0, le=2**31 - 2, description="Only what was done after it.")] = None,
    limit: Limit = 200, after: Annotated[int | None, Query(ge=0, le=2**31 - 2)] = None,
) -> LogPage:  # fmt: skip
    """Return what was done to a plan, and to those it came from until it left them, in order.

    Where `since` and `after` are left out, the page has the latest entries.
    """
    behind = max((one for one in (since, after) if one is not None), default=None)
    with looking_at(works, who, plan) as (connection, state):
        if behind is None:
            found, more = latest(connection, state.plan, limit), False
        else:
            found = log(connection, state.plan, after=behind, limit=limit + 1)
            more, found = len(found) > limit, found[:limit]
        items = [entry_shown(one, state, who.scope) for one in found]
    return LogPage.model_validate(page(request, items, str(found[-1].revision) if more else None))


@router.post("/api/plans/{plan}/undo", responses=problems(401, 403, 404, 409))
def undo_edit(plan: PlanName, given: Base, who: Editor, works: Works, key: Key = None) -> Reversed:
    """Take back the caller's latest edit in this draft, as a new revision.

    It is the one that was the latest on `base_revision`: where another program of the caller did something, or took
    it back, since then, that is stale.
    """
    return Reversed.model_validate(reversed_for(plan, UNDO, given, who, works, key))


@router.post("/api/plans/{plan}/redo", responses=problems(401, 403, 404, 409))
def redo_edit(plan: PlanName, given: Base, who: Editor, works: Works, key: Key = None) -> Redone:
    """Do again what the caller undid last, on `base_revision` as for an undo."""
    return Redone.model_validate(reversed_for(plan, REDO, given, who, works, key))


def reversed_for(name: str, verb: str, given: Base, who: Identity, works: Works, key: str | None) -> Mapping[str, Any]:
    """Undo or redo, and say which entry of the log that took back."""
    base = given.base_revision

    def attempt(connection: Connection) -> Mapping[str, Any]:
        def do() -> Mapping[str, Any]:
            done = reverse_on(connection, name, verb, by=who.name, base=base, scope=who.scope)
            return outcome(connection, name, done, who.scope)

        return answered_once(connection, key, who.name, as_text([name, base, verb]), do)

    answer: Mapping[str, Any] = done_for(works, who, name, attempt)
    with looking_at(works, who, name) as (connection, state):
        [made] = log(connection, find_plan(connection, name), after=answer["revision"] - 1, limit=1)
        [taken] = log(connection, state.plan, after=(made.reverses or 0) - 1, limit=1)
        return {**answer, TAKEN_BACK[verb]: entry_shown(taken, state, who.scope)}
