"""The duty board that is asked for on the web says what the one that ``onegrid board plan:…`` writes says."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from api.asked import state_at
from data.database.access import Access
from data.database.engine import application_engine
from data.plans.exporting import read_plan
from data.users.roles import Role
from tests.api.doors.world import ALL, NAME, peopled
from tests.databases import database_like
from web.reports.board import READ, boards_page

SOME = 2
"""How many grids without, and with, a party organisation are looked at."""


@pytest.fixture(scope="module")
def layers(town_plan: Access) -> dict[str, Any]:
    """Read the whole plan, as the command does."""
    engine = application_engine(town_plan.application)
    with engine.connect() as connection:
        found = read_plan(connection, state_at(connection, NAME, None).plan, READ, today=date.today())
    engine.dispose()
    return found


def test_a_board_of_part_of_the_plan_is_that_of_the_whole_plan(town_plan: Access, layers: dict[str, Any]):
    covered = layers["assignments"].set_index("code")["form"]
    kinds = [covered.index[covered == form] for form in covered.unique()]
    codes = sorted({*layers["grids"]["code"][:SOME], *(code for kind in kinds for code in kind[:SOME])})
    forms = {covered[code] for code in codes}
    assert {"none"} < forms  # both those with an organisation and those without
    with database_like(town_plan) as access, peopled(access) as world:
        for code in codes:
            answer = world.ask(
                (Role.admin, ALL), "GET", f"/plans/{NAME}/board/{code}", headers={"Accept-Language": "zh"}
            )
            assert answer.text == boards_page(layers, [code]), code
            assert ("尚未建立" in answer.text) == (covered[code] == "none"), code
