"""Others were there first, each time that something was tried: the refusal names what stood in the way."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from psycopg import errors
from psycopg.types.json import Jsonb
from sqlalchemy import Connection, Engine

from data.database.engine import connected
from data.plans.carrying import Applied, Asked, carry_out, enter
from data.plans.door import tried
from data.plans.ground import meant_by_codes
from data.plans.life import branch
from data.plans.look import Look, look
from data.plans.plan import find_plan
from geo.edits.retag import retag_grid
from geo.errors import StaleRevisionError
from tests.data.plans.plans import across, ask, gaps_in, plan_of
from tests.data.plans.test_editing import largest, neighbours


def seen_once(engine: Engine, code: str, name: str = "town") -> Look:
    """Look at a grid, and keep nobody from changing it."""
    with connected(engine, place="") as connection:
        plan = find_plan(connection, name)
        return look(connection, plan, lambda plan: meant_by_codes(connection, plan, plan.head, [code]))


def renaming(seen: Look, code: str) -> Callable[[Connection], Applied]:
    """Rename a grid as it was when it was looked at."""
    asked = Asked("retag", {}, "p", seen.plan.head)
    return lambda connection: carry_out(connection, seen, retag_grid(code, name="晚"), asked)


def adding(engine: Engine, **changes: object) -> Callable[[Connection], int]:
    """Write a revision that changes no grid, but for what is given."""
    lists = {name: [] for name in ("ended", "polygons", "faces", "outlines", "ended_gaps", "lands", "grid_ids")}
    rest = {name: Jsonb([]) for name in ("versions", "gaps", "lineage", "changes")}
    plan = plan_of(engine)
    asked = Asked("retag", {}, "p", plan.head)
    return lambda connection: enter(connection, plan, asked, {**lists, **rest, "bounds": None, **changes})


@pytest.mark.parametrize("name", ["town", "branch"])
def test_a_grid_that_others_changed_each_time_is_named(planned: Engine, name: str):
    branch(planned, "branch", of="town", by="b")
    grid = largest(planned)
    seen = seen_once(planned, grid.code, name)
    ask(planned, "retag", plan=name, code=grid.code, name="早")
    said = f"others keep changing grid {grid.code} of plan {name}; try again"
    with pytest.raises(StaleRevisionError, match=said) as refused:
        tried(planned, name, renaming(seen, grid.code))
    assert refused.value.grids == (grid.code,)
    assert plan_of(planned, name).head == 1


def test_a_neighbour_that_others_changed_each_time_is_named(planned: Engine):
    one, other = neighbours(planned)
    seen = seen_once(planned, one.code)
    ask(planned, "retag", code=other.code, name="早")
    with pytest.raises(StaleRevisionError) as refused:
        tried(planned, "town", renaming(seen, one.code))
    assert refused.value.grids == (other.code,)
    assert plan_of(planned).head == 1


def test_the_grids_of_gaps_that_others_found_or_closed_each_time_are_named(planned: Engine):
    grid, before = largest(planned), gaps_in(planned)
    ask(planned, "split", code=grid.code, line=across(grid.polygon))
    now = gaps_in(planned)
    closed, still = (
        next(gap for key, gap in before.items() if gap.said["code"] and (key in now) is there)
        for there in (False, True)
    )
    for changes, gap in (
        ({"ended_gaps": [closed.version_id]}, closed),
        ({"gaps": Jsonb([still.written()]), "lands": [still.land]}, still),
    ):
        with pytest.raises(StaleRevisionError) as refused:
            tried(planned, "town", adding(planned, **changes))
        assert refused.value.grids == (gap.said["code"],)


def test_where_nobody_knows_what_stood_in_the_way_that_is_said(planned: Engine):
    def attempt(connection: Connection) -> None:
        raise errors.DeadlockDetected

    with pytest.raises(
        StaleRevisionError, match="changing plan town, nobody knows at which grids; try again"
    ) as refused:
        tried(planned, "town", attempt)
    assert refused.value.grids == ()
