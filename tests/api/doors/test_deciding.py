"""Decisions on gaps over HTTP: accepted in every plan until a day, told to others, signed by name."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from csv import DictReader
from datetime import datetime
from io import StringIO
from json import loads
from typing import Any

import psycopg
import pytest

from data.database.access import Access
from data.users.roles import Role
from tests.api.doors.test_plans import PLAN, SUPERVISOR, VIEWER
from tests.api.doors.world import NAME, OUTSIDE, World, peopled
from tests.databases import database_like


@pytest.fixture(scope="module")
def world(town_plan: Access) -> Iterator[World]:
    """Run a server on a plan with somebody of every role and scope."""
    with database_like(town_plan) as access, peopled(access) as world:
        yield world


def test_a_gap_that_was_accepted_is_accepted_in_every_plan_until_its_day(world: World):
    branch = f"/api/plans/{world.branched()}"
    path = f"gaps/{world.gap_id}"
    said = {"state": "accepted", "reason": "物业代管", "expires": "2999-12-31"}
    assert world.ask(SUPERVISOR, "PATCH", f"{PLAN}/{path}", json={"state": "accepted"}).status_code == 422
    assert world.ask(SUPERVISOR, "PATCH", f"{PLAN}/{path}", json=said).json()["state"] == "accepted"
    for plan in (PLAN, branch):
        assert world.ask(VIEWER, "GET", f"{plan}/{path}").json()["properties"]["reason"] == "物业代管"
    with psycopg.connect(world.access.administrator.libpq) as connection:
        connection.execute("UPDATE onegrid.gap_decision SET expires = '2020-01-01'")
    assert world.ask(VIEWER, "GET", f"{PLAN}/{path}").json()["properties"]["state"] == "expired"
    assert world.ask(SUPERVISOR, "PATCH", f"{PLAN}/{path}", json={"state": "open"}).json()["state"] == "open"


@pytest.mark.parametrize(
    "said", [{"reason": " \u3000\t"}, {"expires": "2020-01-01"}, {"reason": ""}, {"expires": None}], ids=str
)
def test_an_exception_without_a_reason_or_for_no_day_is_refused(world: World, said: dict):
    decision = {"state": "accepted", "reason": "物业代管", "expires": "2999-12-31"} | said
    refused = world.ask(SUPERVISOR, "PATCH", f"{PLAN}/gaps/{world.gap_id}", json=decision)
    assert (refused.status_code, refused.json()["code"]) == (422, "bad_input")


def test_an_exception_may_end_today_and_its_reason_has_no_blanks_around(world: World):
    decision = {"state": "accepted", "reason": " 物业代管 ", "expires": datetime.now().date().isoformat()}
    signed = world.ask(SUPERVISOR, "PATCH", f"{PLAN}/gaps/{world.gap_id}", json=decision).json()
    assert (signed["state"], signed["reason"]) == ("accepted", "物业代管")


def test_of_two_who_decide_on_what_both_have_read_one_is_told_that_it_changed(world: World):
    path = f"{PLAN}/gaps/{world.gap_id}"
    read = {"If-Match": world.ask(SUPERVISOR, "GET", path).headers["etag"]}
    decision = {"state": "accepted", "expires": "2999-12-31"}
    with ThreadPoolExecutor(2) as both:
        asked = [
            both.submit(world.ask, SUPERVISOR, "PATCH", path, json=decision | {"reason": why}, headers=read)
            for why in ("一", "二")
        ]
        assert sorted(one.result().status_code for one in asked) == [200, 412]


def test_a_decision_on_a_gap_is_told_to_others_within_their_scope(world: World):
    before = world.ask(VIEWER, "GET", "/api/changes").json()["latest"]
    decision = {"state": "accepted", "reason": "物业代管", "expires": "2999-12-31"}
    signed = world.ask(SUPERVISOR, "PATCH", f"{PLAN}/gaps/{world.gap_id}", json=decision).json()
    feed = world.ask(VIEWER, "GET", "/api/changes", params={"since": before}).json()
    [told] = feed["items"]
    jurisdiction = world.ask(VIEWER, "GET", PLAN).json()["jurisdiction"]
    assert told["decision"] == decision | {
        "gap_id": world.gap_id, "community_code": signed["community_code"], "jurisdiction": jurisdiction,
    }  # fmt: skip
    assert (told["plan"], told["by"], told["verb"]) == (NAME, "supervisor", "decide")
    assert feed["latest"] >= told["seq"] > before
    elsewhere = world.ask((Role.viewer, OUTSIDE), "GET", "/api/changes", params={"since": before}).json()
    assert elsewhere["items"] == []


def test_a_gap_names_who_signed_it_last_wherever_it_is_told(world: World):
    imported = world.ask(VIEWER, "GET", f"{PLAN}/gaps", params={"state": "accepted"}).json()["items"][-1]
    gap_id, signer, signed = imported["gap_id"], imported["detail"]["signer"], imported["detail"]["signed"]
    path, export = f"{PLAN}/gaps/{gap_id}", f"{PLAN}/export"
    said = {"state": "accepted", "reason": "物业代管", "expires": "2999-12-31"}
    day = datetime.now().astimezone().date().isoformat()

    def told() -> list[tuple[Any, Any]]:
        gap = world.ask(VIEWER, "GET", path).json()["properties"]
        csv = world.ask(SUPERVISOR, "GET", export, params={"format": "csv", "layer": "gaps"}).content.decode(
            "utf-8-sig"
        )
        row = next(one for one in DictReader(StringIO(csv)) if one["gap_id"] == gap_id)
        details = (gap["detail"], loads(row["detail"]))
        return [(gap["signed_by"], gap["signed_at"]), *((one.get("signer"), one.get("signed")) for one in details)]

    assert told() == 3 * [(signer, signed)]
    assert world.ask(SUPERVISOR, "PATCH", path, json=said).json()["signed_by"] == "supervisor"
    assert told() == 3 * [("supervisor", day)]
    assert world.ask(SUPERVISOR, "PATCH", path, json={"state": "open"}).json()["state"] == "open"
    assert told() == [("supervisor", day), (None, None), (None, None)]
