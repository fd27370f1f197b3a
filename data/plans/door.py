"""The one door through which plans change: an edit is asked for, judged, and written in one transaction, or refused.

What an edit sees is the latest state of the communities that it touches, which nobody else edits meanwhile; it is
applied there although it may have been drawn on an older revision, unless its grids or their neighbours have changed
since. New vertices on a neighbour's border are no change of the neighbour. Should anything happen to a neighbour in
another community at the same moment, the whole is tried again.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import TypeVar

import numpy as np
import psycopg
import shapely
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from data.database.engine import connected
from data.plans.carrying import Applied, Asked, carry_out
from data.plans.ground import Box, Meant, box_of, meant_by_codes, meant_by_community, meant_by_place
from data.plans.look import Look, look
from data.plans.numbers import fresh_numbers
from data.plans.plan import Plan, find_plan, require_draft
from data.plans.reach import require_reached
from data.plans.refused import grids_of, said, state_of
from data.plans.rows import overlapping
from data.plans.stale import BeyondMeantError, OvertakenError, changed_since, kept_changing, stale
from data.plans.verbs import (
    AnyVerb,
    Reassign,
    Scene,
    codes_meant,
    edit_of,
    into,
    positions_drawn,
    positions_meant,
    snapped_within,
    written_verb,
)
from data.users.errors import NotAllowed
from geo.arrays import Floats
from geo.code_profiles import lies_in
from geo.crs import parse_crs
from geo.edits.weaving import UnseenError
from geo.errors import (
    EditRefused,
    InputError,
    LineMissesGridError,
    StaleRevisionError,
    UnknownGridError,
)

ATTEMPTS = 8
"""How often an edit is tried again when others changed its neighbours meanwhile."""

AGAIN = ("OG001", "40001", "40P01")
"""A version has ended since it was read; and what PostgreSQL says of transactions that stood in each other's way."""

Done = TypeVar("Done")


def edit(
    engine: Engine, name: str, verb: AnyVerb, *, by: str, base: int, crs: str = "EPSG:4326", dry_run: bool = False
) -> Applied:
    """Apply an edit to a draft.

    Parameters
    ----------
    engine
        The application's (`data.database.engine.application_engine`).
    name
        The plan.
    by
        Who asks for it.
    base
        The revision that it was drawn on.
    crs
        What the positions of ``verb`` are in.
    dry_run
        Find out what it would do, and write nothing.

    Raises
    ------
    UnknownPlanError, NotADraftError
        There is no such plan, or it is not edited any more.
    StaleRevisionError
        The grids that it touches, or their neighbours, have changed since ``base``.
    EditRefused
        It can't be done; see `geo.errors`.
    InputError
        The plan has no revision ``base``; its positions can't be meant (`require_reached`); or, as `tried`, the
        database could not do it.
    """
    return tried(
        engine, name, lambda connection: edit_on(connection, name, verb, by=by, base=base, crs=crs, dry_run=dry_run)
    )


def edit_on(
    connection: Connection,
    name: str,
    verb: AnyVerb,
    *,
    by: str,
    base: int,
    crs: str = "EPSG:4326",
    dry_run: bool = False,
    scope: str = "",
) -> Applied:
    """Apply an edit as `edit` does, in the connection's transaction, which `tried` repeats.

    Parameters
    ----------
    scope
        The beginning of the division codes in which the caller may change something; a grid beyond it is not there for
        an edit, also where the transaction sees it.

    Raises
    ------
    NotAllowed
        The edit would change a grid beyond the scope; its neighbours there may get vertices.
    """
    asked = Asked(verb.verb, {**written_verb(verb), "crs": crs}, by, base)
    plan = find_plan(connection, name)
    require_draft(plan)
    require_revision(plan, base)
    require_named_within(plan, verb, scope)
    given = parse_crs(crs)
    require_reached(positions_drawn(verb), given, plan.crs)
    to_working = into(plan.crs, given)

    def find(plan: Plan) -> Meant:
        meant = meant_by(connection, plan, verb, to_working)
        if not any(lies_in(community, scope) for community in meant.communities):
            raise LineMissesGridError("there is no grid where this is drawn")
        return meant

    def attempt(seen: Look) -> Applied:
        fresh = fresh_numbers(connection, seen.plan, seen.source.parameters)
        made = edit_of(verb, Scene(seen.ground, to_working, fresh))
        return carry_out(connection, seen, made, asked, dry_run=dry_run)

    try:
        with overlapping(connection):
            done = looked_at(connection, plan, find, attempt)
    except StaleRevisionError:
        raise
    except EditRefused as refused:
        # by what was asked early and is not needed any more, or with the server: nothing was done
        with suppress(psycopg.errors.InFailedSqlTransaction, psycopg.OperationalError):
            if changed := changed_since(connection, plan, base) & {*codes_meant(verb), *refused.grids}:
                raise stale(changed, base) from refused
        raise
    require_done_within(done, scope)
    return done


def looked_at(
    connection: Connection, plan: Plan, find: Callable[[Plan], Meant], attempt: Callable[[Look], Done]
) -> Done:
    """Do an edit on what it means; again with more communities, where it was drawn to grids of others and changes them.

    Few do, so that an edit beside a border keeps nobody on its other side waiting. And again with more land, where it
    bends a border that leads far away.
    """
    beyond: set[str] = set()
    boxes: list[Box] = []

    def wider(plan: Plan) -> Meant:
        meant = find(plan)
        communities = tuple(sorted({*meant.communities, *beyond}))
        return replace(meant, communities=communities, boxes=(*meant.boxes, *boxes))

    while True:
        try:
            return attempt(look(connection, plan, wider))
        except BeyondMeantError as more:
            beyond.update(more.communities)
        except UnseenError as more:
            boxes += map(box_of, more.boxes)


def meant_by(connection: Connection, plan: Plan, verb: AnyVerb, to_working: Callable[[Floats], Floats]) -> Meant:
    """Find what an edit means in a plan."""
    if isinstance(verb, Reassign):  # what it gives away may lie anywhere in the community
        return meant_by_community(connection, plan, plan.head, verb.to)
    if codes := codes_meant(verb):
        return meant_by_codes(connection, plan, plan.head, codes)
    places = to_working(np.array(positions_meant(verb), dtype=np.float64))
    drawn = shapely.multipoints(places).convex_hull
    return meant_by_place(connection, plan, plan.head, drawn, within_m=snapped_within(verb))


def require_named_within(plan: Plan, verb: AnyVerb, scope: str) -> None:
    """Refuse an edit that names a grid beyond a scope, as if there were none."""
    beyond = sorted({code for code in codes_meant(verb) if not lies_in(code, scope)})
    if beyond:
        raise UnknownGridError(f"plan {plan.name} has no grid {', '.join(beyond)}", beyond)


def require_done_within(done: Applied, scope: str) -> None:
    """Refuse what changed a grid beyond a scope; vertices alone are no change."""
    if not all(lies_in(grid.community, scope) for grid in (*done.created, *done.modified, *done.retired)):
        raise NotAllowed("this would change a grid outside of your scope")


def require_revision(plan: Plan, base: int) -> None:
    """Refuse a revision that the plan has not reached."""
    if not 0 <= base <= plan.head:
        raise InputError(f"plan {plan.name} has no revision {base}; the latest is {plan.head}")


def tried(engine: Engine, name: str, attempt: Callable[[Connection], Done]) -> Done:
    """Do something to a plan in one transaction; again, where others did something that stood in its way.

    Raises
    ------
    StaleRevisionError
        They did so each time; names the grids, where that is known.
    NotADraftError, PartitionError, InputError
        The database refused it.
    DatabaseUnavailableError
        The database can't be reached, or can't write; nothing was done.
    DatabaseLostError
        The connection broke: it was done, or it was not.
    """
    in_the_way: set[str] = set()
    for _ in range(ATTEMPTS):
        try:
            with connected(engine, place=engine.url.render_as_string()) as connection:
                return attempt(connection)
        except OvertakenError as overtaken:
            in_the_way |= overtaken.grids
        except (psycopg.Error, DBAPIError) as error:
            if state_of(error) not in AGAIN:
                raise said(error, name) from error
            in_the_way |= grids_of(error)
    raise kept_changing(name, in_the_way)
