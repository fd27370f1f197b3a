"""Who waits for whom: edits of the same community, and edits of most of a plan."""

from __future__ import annotations

from collections.abc import Collection

from psycopg import errors
from sqlalchemy import Connection, Engine

from data.plans.ground import MANY, lock_communities
from data.plans.life import branch
from data.plans.plan import find_plan
from data.plans.rows import row

ALL = [f"{number:012}" for number in range(30_000)]
HELD = "SELECT count(*) AS held FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"


def locks(connection: Connection, communities: Collection[str], pairs: Collection[tuple[str, str]] = ()) -> int:
    """Lock communities without waiting long; return how many locks that took."""
    row(connection, "SELECT set_config('lock_timeout', '200', true)")
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
