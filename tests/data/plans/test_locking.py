"""Who waits for whom: edits of the same community, and edits of most of a plan."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

import numpy as np
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import errors
from sqlalchemy import Connection, Engine

from data.plans.carrying import Applied
from data.plans.door import edit_on
from data.plans.ground import MANY, lock_communities
from data.plans.life import branch
from data.plans.plan import Plan, find_plan
from data.plans.rows import row
from data.plans.verbs import read_verb
from data.plans.versions import Version
from geo.errors import EditRefused
from tests.data.plans.asking import Said, possible_verbs
from tests.data.plans.plans import grids_of, plan_of

ALL = [f"{number:012}" for number in range(30_000)]
BY_PLACE = ("move_vertex", "delete_vertex", "carve")
INWARD_M = 0.1
ASIDE_M = np.array([0.3, 0.2])
HELD = "SELECT count(*) AS held FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"


def locks(connection: Connection, communities: Collection[str], pairs: Collection[tuple[str, str]] = ()) -> int:
    """Lock communities without waiting long; return how many locks that took."""
    row(connection, "SELECT set_config('lock_timeout', '50', true)")
    lock_communities(connection, find_plan(connection, "town"), communities, pairs)
    return int(row(connection, HELD).held)


def waits(engine: Engine, communities: Collection[str], pairs: Collection[tuple[str, str]] = ()) -> bool:
    """Tell whether somebody would wait."""
    with engine.connect() as other:
        try:
            locks(other, communities, pairs)
        except errors.LockNotAvailable:
            return True
    return False


def test_who_edits_other_communities_waits_for_nobody(planned: Engine):
    with planned.connect() as one:
        assert locks(one, ["a", "b"], [("b", "c")]) == 4
        assert waits(planned, ["b"])
        assert waits(planned, ["c"], [("b", "c")])
        assert not waits(planned, ["c", "d"], [("c", "d")])
    assert not waits(planned, ["b"])


def test_who_edits_most_of_a_plan_takes_one_lock_and_everybody_waits(planned: Engine):
    with planned.connect() as one:
        assert locks(one, ALL) == 1
        assert waits(planned, ["d"])
        assert waits(planned, ALL)
    with planned.connect() as one:
        assert locks(one, ["d"]) == 2
        assert waits(planned, ALL[: MANY + 1])
        assert not waits(planned, ALL[:MANY])


def test_a_plan_that_is_wholly_locked_keeps_nobody_from_another(planned: Engine):
    branch(planned, "draft", of="town", by="b")
    with planned.connect() as one:
        lock_communities(one, find_plan(one, "draft"), ALL)
        assert not waits(planned, ["d"])


def edited(connection: Connection, plan: Plan, said: Said) -> Applied:
    """Edit within a transaction that is not at its end."""
    asked = {"by": "li", "base": plan.head, "crs": f"EPSG:{plan.srid}"}
    return edit_on(connection, plan.name, read_verb(said), **asked)


def homes_of(applied: Applied) -> set[str]:
    """Return the communities whose grids an edit changed."""
    return {grid.community for grid in (*applied.created, *applied.modified, *applied.retired)}


def nearest_corners(every: Mapping[str, Version]) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """Yield communities, a place just within a grid of each, and the vertex next to it of the grids around, where that
    belongs to other communities alone."""
    grids = [version.grid for version in every.values()]
    polygons = np.array([grid.polygon for grid in grids], dtype=object)
    for grid in grids:
        around = np.flatnonzero(shapely.dwithin(polygons, grid.polygon, 0.01))
        corners = np.unique(shapely.get_coordinates(polygons[around]), axis=0)
        for corner in corners[shapely.distance(shapely.points(corners), grid.polygon) > 0.7]:
            holders = np.flatnonzero(shapely.dwithin(polygons, shapely.Point(corner), 0.0005))
            if len(holders) < 2 or grid.community in {grids[row].community for row in holders.tolist()}:
                continue
            edge = shapely.get_coordinates(shapely.shortest_line(grid.polygon, shapely.Point(corner)))[0]
            place = edge + (edge - corner) / np.hypot(*(edge - corner)) * INWARD_M
            if (
                grid.polygon.contains(shapely.Point(place))
                and (corners[np.hypot(*(corners - place).T).argmin()] == corner).all()
            ):
                yield grid.community, place, corner


def test_who_draws_to_a_vertex_of_another_community_has_its_lock(planned: Engine):
    plan, seen = plan_of(planned), 0
    for home, place, corner in nearest_corners(grids_of(planned)):
        said = {"verb": "move_vertex", "from": place.tolist(), "to": (corner + ASIDE_M).tolist(), "snap_m": 50}
        with planned.connect() as connection:
            try:
                changed = homes_of(edited(connection, plan, said))
            except EditRefused:
                continue
            assert home not in changed
            assert all(waits(planned, [community]) for community in changed)
        seen += 1
        if seen == 3:
            return
    assert seen


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**32 - 1).map(np.random.default_rng))
def test_whatever_is_drawn_the_communities_that_it_changes_are_locked(planned: Engine, dice: np.random.Generator):
    plan, every = plan_of(planned), grids_of(planned)
    polygons = np.array([version.grid.polygon for version in every.values()], dtype=object)
    drawn = [said for said in possible_verbs(list(every), polygons, dice) if said["verb"] in BY_PLACE]
    for said in drawn:
        with planned.connect() as connection:
            try:
                changed = homes_of(edited(connection, plan, said))
            except EditRefused:
                continue
            assert all(waits(planned, [community]) for community in changed), said
