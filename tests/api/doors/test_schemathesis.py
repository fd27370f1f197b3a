"""Whatever is sent to a server that has a plan, it answers as it says that it will; see `knocking` for a long run."""

from __future__ import annotations

from data.database.access import Access
from tests.api.doors.knocking import knock, opened_door
from tests.databases import database_like


def test_whatever_is_sent_alone_or_in_turn_is_answered_as_described(town_plan: Access):
    with database_like(town_plan) as access, opened_door(access) as door:
        knock(door, 240, 1)
    assert door.wrong == {}
    reached = {label for label, status in door.answers if status < 300}
    assert len(reached) >= 20, sorted(reached)
