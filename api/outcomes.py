"""Edits over HTTP: what is asked for, and what an edit came to."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pyproj
import shapely
from pydantic import BaseModel, Field
from sqlalchemy import Connection

from api.edit_answers import figures_of, said_of
from api.features import as_text, feature_texts, lonlat_box
from api.grid_shown import figures_beside
from api.running import Running
from api.shapes import Box, Ledger
from data.plans.answers import answered_once
from data.plans.carrying import Applied
from data.plans.door import edit_on, tried
from data.plans.plan import find_plan
from data.plans.verbs import AnyVerb, written_verb
from data.users.identity import Identity
from geo.code_profiles import lies_in
from geo.edits.ground import Grid
from geo.noding import GRID_M


class Features(BaseModel):
    """Features in WGS 84."""

    type: str = "FeatureCollection"
    features: list[dict[str, Any]]


class Figures(BaseModel):
    """What an edit may change in a grid; null where nobody knows."""

    households: int | None
    population: int | None
    party_members: int | None
    area_m2: float
    required: int | None
    held: int | None
    short: int | None
    form: str | None
    proposed_form: str | None


class GridChange(BaseModel):
    """The figures of a grid before and after; null where it is not there."""

    code: str
    name: str | None
    before: Figures | None
    after: Figures | None


class GapTold(BaseModel):
    """A gap that an edit opened or closed."""

    gap_id: str
    kind: str
    ledger: Ledger
    severity: int
    code: str | None
    community_code: str | None
    households: int | None
    area_m2: float


class GapsChanged(BaseModel):
    """Gaps that an edit opened and closed."""

    opened: list[GapTold]
    closed: list[GapTold]


class Outcome(BaseModel):
    """What an edit came to; the same from a dry run, whose revision is the one that it was tried on."""

    revision: int = Field(examples=[13])
    created: list[str] = Field(examples=[["530102001001014"]])
    modified: list[str] = Field(examples=[["530102001001003"]])
    retired: list[str] = Field(examples=[[]])
    metrics: list[GridChange]
    gaps: GapsChanged
    bounds: Box | None = Field(examples=[[102.7, 25.0, 102.71, 25.01]], description="Of what looks different.")
    moved: Features = Field(description="The land that changes hands: from which grid, to which.")


def edit_asked(
    works: Running, who: Identity, name: str, verb: AnyVerb, *, base: int | None, key: str | None,
    latest: int = 0, dry_run: bool = False,
) -> Outcome:  # fmt: skip
    """Apply an edit, or try it, as somebody; in a thread.

    ``base`` is the revision that the request names. Where it names none, the edit is drawn on ``latest``.
    """
    asked = as_text([name, base, verb.verb, written_verb(verb)])
    drawn_on = latest if base is None else base

    def attempt(connection: Connection) -> Mapping[str, Any]:
        def do() -> Mapping[str, Any]:
            done = edit_on(
                connection, name, verb, by=who.name, base=drawn_on, dry_run=dry_run, scope=who.scope
            )  # fmt: skip
            return outcome(connection, name, done, who.scope)

        return answered_once(connection, None if dry_run else key, who.name, asked, do)

    return Outcome.model_validate(done_for(works, who, name, attempt))


def done_for(works: Running, who: Identity, name: str, attempt: Callable[[Connection], Any]) -> Any:
    """Do something to a plan in transactions of somebody who edits."""
    return tried(works.transactions.editing(who), name, attempt)


def outcome(connection: Connection, name: str, done: Applied, scope: str) -> Mapping[str, Any]:
    """Return what an edit came to; gaps beyond a scope are left out."""
    plan = find_plan(connection, name)
    opened, closed = said_of(done.gaps.written, done.gaps.opened), said_of(done.gaps.ended, done.gaps.closed)
    return {
        "revision": plan.head if done.revision is None else done.revision,
        **{what: [grid.code for grid in getattr(done, what)] for what in ("created", "modified", "retired")},
        "metrics": metrics(done),
        "gaps": {"opened": within(opened, scope), "closed": within(closed, scope)},
        "bounds": lonlat_box(done.bounds, plan.crs),
        "moved": {"features": moved(done, plan.crs)},
    }


def within(gaps: list[dict[str, Any]], scope: str) -> list[dict[str, Any]]:
    """Return the gaps within a scope, their community named as in the list of gaps."""
    return [{**gap, "community_code": gap["community"]} for gap in gaps if lies_in(gap["community"] or "", scope)]


def metrics(done: Applied) -> list[dict[str, Any]]:
    """Return the figures of each grid before and after."""
    new: dict[str, Grid] = {grid.code: grid for grid in (*done.created, *done.modified)}
    names = {code: (new.get(code) or done.before[code].grid).name for code in {*new, *done.before}}
    return [
        {
            "code": code,
            "name": names[code],
            "before": figures(done.before[code].grid, done.before[code].ledger) if code in done.before else None,
            "after": figures(done.after[code].grid, done.after[code].ledger) if code in new else None,
        }
        for code in sorted(names)
    ]


def figures(grid: Grid, ledger: Mapping[str, Any]) -> dict[str, Any]:
    """Return the figures of a grid."""
    return {**(figures_of(grid) or {}), **figures_beside(ledger)}


def moved(done: Applied, crs: pyproj.CRS) -> list[dict[str, Any]]:
    """Return the land that changes hands, a feature a pair of grids."""
    was = {version.grid.grid_id: version.grid for version in done.before.values()}
    now = {grid.grid_id: grid for grid in (*done.created, *done.modified)}
    pairs = [
        (was[one.old_id], now[one.new_id])
        for one in done.lineage
        if one.old_id != one.new_id and one.old_id in was and one.new_id in now
    ]
    return land_moved(pairs, crs)


def land_moved(pairs: Sequence[tuple[Grid, Grid]], crs: pyproj.CRS) -> list[dict[str, Any]]:
    """Return the land that an old and a new grid have in common, a feature a pair."""
    if not pairs:
        return []
    old, new = (np.array([pair[side].polygon for pair in pairs], dtype=object) for side in (0, 1))
    land = shapely.intersection(old, new, grid_size=GRID_M)
    said = [{"from": one.code, "to": other.code} for one, other in pairs]
    return [json.loads(text) for text in feature_texts(land, crs, said)]
