"""Decisions on gaps: committed in the order of their numbers, in the feed in the order of all."""

from __future__ import annotations

from datetime import date

import pytest
from psycopg.errors import LockNotAvailable
from sqlalchemy import Connection, Engine, text

from data.plans.decisions import find_gaps, sign_gap
from data.plans.differing import State
from data.plans.feed import DECIDE, feed, settled
from data.plans.plan import find_plan
from data.plans.tiles import LOOK, Drawable

TODAY = date(2026, 3, 1)


def accept(connection: Connection, which: int) -> str:
    """Accept one of the gaps of the town."""
    plan = find_plan(connection, "town")
    gap = find_gaps(connection, State(plan, plan.head), TODAY, {})[which].gap_id
    sign_gap(connection, plan, gap, state="accepted", reason="已知", expires=date(2999, 1, 1), by="supervisor")
    return str(gap)


def version(connection: Connection) -> str:
    """Return what the tiles of the town are known by, as far as decisions go."""
    driver = connection.connection.driver_connection
    assert driver is not None
    row = driver.execute(LOOK, {"name": "town", "today": TODAY}).fetchone()
    return Drawable(*row).version


def test_who_decides_waits_for_another_so_that_no_version_of_tiles_stands_for_two_ledgers(planned: Engine):
    with planned.connect() as slow, planned.connect() as quick:
        begun = slow.begin()
        accept(slow, 0)
        with pytest.raises(LockNotAvailable), quick.begin():
            quick.execute(text("SET LOCAL lock_timeout = '300ms'"))
            accept(quick, 1)
        begun.commit()
        with quick.begin():
            before = version(quick)
            accept(quick, 1)
            assert version(quick) != before


def test_the_feed_waits_for_a_decision_that_is_not_committed_and_tells_all_of_them(planned: Engine):
    with planned.connect() as slow, planned.connect() as reader:
        with reader.begin():
            since = settled(reader)
        begun = slow.begin()
        gap = accept(slow, 0)
        with reader.begin():
            assert feed(reader, since, 10) == ([], since)
        begun.commit()
        with reader.begin():
            [told], latest = feed(reader, since, 10)
    assert (told.verb, told.plan, told.made_by, told.decision["gap_id"]) == (DECIDE, "town", "supervisor", gap)
    assert latest == told.sequence > since
