"""``/api/plans/{plan}/grids``: the grids of a plan, and all that is known of one."""

from __future__ import annotations

from math import isfinite
from typing import Annotated, Any

import numpy as np
import shapely
from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from api.asked import (
    After,
    AsOf,
    Box,
    Cql2,
    Division,
    GridCode,
    Key,
    Limit,
    PlanName,
    box_asked,
    looking_at,
    next_link,
    today,
)
from api.callers import Editor, Reader
from api.conditional import conditional, require_match
from api.described import FEATURES, GRID
from api.features import MEDIA_TYPE, as_text, collection, feature_texts, working_box
from api.grid_shown import entry_shown, gap_shown, properties_of
from api.language import Language
from api.outcomes import Outcome, edit_asked
from api.problems import problems
from api.running import Works
from api.shapes import ManagementType
from api.telling import Asked, gap_told, told_of
from data.plans.answers import is_answered
from data.plans.decisions import find_gaps
from data.plans.differing import State
from data.plans.dossiers import read_standards
from data.plans.exporting import on_duty
from data.plans.ledger import POST
from data.plans.life import log_of_grid
from data.plans.pages import page_of_grids, premises_on, units_around
from data.plans.verbs import Lock, Retag
from data.plans.versions import read_versions
from data.users.identity import Identity
from data.users.roles import Right
from geo.errors import InputError, UnknownGridError
from geo.standards import Standard

router = APIRouter(tags=["grids"])


class GridTags(BaseModel):
    """What of a grid may be changed without touching its land: name and type, or whether it is locked."""

    model_config = ConfigDict(extra="forbid")

    base_revision: int | None = Field(
        None, ge=0, le=2**31 - 2, examples=[12], description="The revision it was read at."
    )
    name: str | None = Field(None, max_length=200, examples=["桂花苑一网格"])
    management_type: ManagementType | None = Field(None, examples=["key_attention"])
    locked: bool | None = None

    def verb(self, code: str) -> Retag | Lock:
        """Return the edit that this asks for.

        Raises
        ------
        InputError
            It asks for nothing, or for two edits at once.
        """
        said = self.name is not None or self.management_type is not None
        if said == (self.locked is not None):
            raise InputError("give a name, a management_type or both; or locked by itself")
        if self.locked is not None:
            return Lock(code=code, locked=self.locked)
        return Retag(code=code, name=self.name, management_type=self.management_type)


@router.get("/api/plans/{plan}/grids", response_class=Response, responses={**problems(401, 403, 404), 200: FEATURES})
def list_grids(  # noqa: PLR0917 (parameters of the query)
    plan: PlanName, request: Request, who: Reader, works: Works, bbox: Box = None, community: Division = None,
    kind: Annotated[str | None, Query(max_length=40)] = None, management_type: ManagementType | None = None,
    q: Annotated[str | None, Query(max_length=100, description="A code's beginning, or part of a name.")] = None,
    filter: Cql2 = None, limit: Limit = 1000, after: After = None, as_of: AsOf = None,
) -> Response:  # fmt: skip
    """Return grids as a FeatureCollection, by code; `next` is the address of the next page.

    `bbox` chooses by the boxes around grids.
    """
    box = box_asked(bbox)
    chosen = {"community": community, "kind": kind, "management_type": management_type, "q": q, "after": after}
    with looking_at(works, who, plan, as_of) as (connection, state):
        crs = state.plan.crs
        found = page_of_grids(
            connection,
            state,
            chosen,
            box=None if box is None else working_box(box, crs),
            filter=filter,
            limit=limit + 1,
        )
        more, found = len(found) > limit, found[:limit]
        said = properties_of(connection, state, today(), found)
    land = shapely.from_wkb(np.array([one.polygon for one in found], dtype=object))
    texts = feature_texts(land, crs, said, [one.code for one in found])
    link = next_link(request, found[-1].code if more else None)
    headers = {"Link": f'<{link}>; rel="next"'} if link else {}
    return Response(collection(texts, revision=state.at, next=link), media_type=MEDIA_TYPE, headers=headers)


@router.get("/api/plans/{plan}/grids/{code}", response_class=Response, responses={**problems(401, 403, 404), 200: GRID})
def read_grid(
    plan: PlanName, code: GridCode, request: Request, who: Reader, works: Works, language: Asked, as_of: AsOf = None
) -> Response:
    """Return a grid with its faces, posts, duty-holders, party organisation, premises, gaps and history.

    Telephone numbers are shown to all but viewers.
    """
    with looking_at(works, who, plan, as_of) as (connection, state):
        body = shown(connection, state, code, who, language)
    return conditional(request, body, media_type=MEDIA_TYPE)


@router.patch("/api/plans/{plan}/grids/{code}", responses=problems(401, 403, 404, 409, 412))
def change_grid(
    plan: PlanName, code: GridCode, given: GridTags, request: Request, who: Editor, works: Works, language: Asked,
    *, key: Key = None,
) -> Outcome:  # fmt: skip
    """Change a grid's name and management type, or lock it; the land stays as it is. `If-Match` is kept to."""
    verb = given.verb(code)
    with looking_at(works, who, plan) as (connection, state):
        if not is_answered(connection, key, who.name):
            require_match(request, lambda told: shown(connection, state, code, who, told), language)
    return edit_asked(works, who, plan, verb, base=given.base_revision, latest=state.at, key=key)


def shown(connection: Connection, state: State, code: str, who: Identity, language: Language | None) -> bytes:
    """Return all that is known of a grid as a feature with foreign members, sentences in a language.

    Raises
    ------
    UnknownGridError
        The plan has none of this code, or the caller does not see it.
    """
    found = page_of_grids(connection, state, {"code": code}, limit=1)
    if not found:
        raise UnknownGridError(f"plan {state.plan.name} has no grid {code}", [code])
    [version] = read_versions(connection, state.plan.plan_id, state.at, "code = %(code)s", {"code": code})
    grid, ledger = version.grid, version.ledger
    [said] = properties_of(connection, state, today(), found)
    [text] = feature_texts(np.array([grid.polygon]), state.plan.crs, [said], [code])
    faces = faces_of(grid, state.plan.crs)
    about = {"code": code, "community": grid.community}
    held = on_duty([(one.table, dict(one.values)) for one in grid.records])
    standards = read_standards(connection, state.plan.source_id)
    claiming = {one for face in grid.faces for one in face.claimants}
    beside = {
        "revision": state.at,
        "units": {
            one: name for one, name in units_around(connection, state.plan, grid.polygon).items() if one in claiming
        },
        "rounds": {} if standards is None else rounds_of(standards.at(code), grid.management_type),
        "posts": [
            told_of(dict(zip(POST, post, strict=True)), ["arithmetic"], language) for post in ledger.get("staffing", ())
        ],
        "duty": [duty_holder(one, phones=who.may(Right.contacts)) for one in held],
        "branch": told_of(branch_of(ledger, grid.records) or {}, ["reason"], language) or None,
        "premises": premises_on(connection, state.plan.source_id, grid.polygon),
        "gaps": [gap_told(gap_shown(gap, state), language) for gap in find_gaps(connection, state, today(), about)],
        "history": [
            entry_shown(one, state, who.scope)
            for one in log_of_grid(connection, state.plan, int(grid.grid_id), upto=state.at)
        ],
    }
    return f'{text[:-1]},"faces":{collection(faces).decode()},{as_text(beside)[1:]}'.encode()


def faces_of(grid: Any, crs: Any) -> list[str]:
    """Return the faces of a grid as features."""
    said = [
        {
            "face_id": f"{grid.code}-{place}",
            "claimants": list(face.claimants),
            "rule": face.rule,
            "area_m2": round(face.polygon.area, 3),
        }
        for place, face in enumerate(grid.faces, 1)
    ]
    return feature_texts(np.array([face.polygon for face in grid.faces], dtype=object), crs, said)


def rounds_of(standard: Standard, management_type: str | None) -> dict[str, float]:
    """Return the most days from one round to the next by what is done: patrols, visits, inspections."""
    intervals = standard.intervals.get(management_type or "", {})
    return {name: value.number for name, value in intervals.items() if isfinite(value.number)}


def duty_holder(said: Any, *, phones: bool) -> dict[str, Any]:
    """Return who holds a post."""
    told = {name: said.get(name) for name in ("post", "name", "phone", "organisation")}
    return told if phones else told | {"phone": None}


def branch_of(ledger: Any, records: Any) -> dict[str, Any] | None:
    """Return the party organisation of a grid; None where nobody knows."""
    if "form" not in ledger:
        return None
    said = ("form", "organisation_id", "members", "proposed_form", "reason")
    rows = [dict(one.values) for one in records if one.table == "party"]
    own = [one["name"] for one in rows if one["organisation_id"] == ledger.get("organisation_id")]
    return {**{name: ledger.get(name) for name in said}, "organisation_name": own[0] if own else None}
