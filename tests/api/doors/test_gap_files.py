"""The gaps that a filter lets through, as a workbook and as GeoJSON, held against the list of gaps; and their words."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
import shapely
from openpyxl import load_workbook

from api.gap_words import HEADINGS
from api.routers import gap_files
from data.database.access import Access
from data.users.roles import Role
from tests.api.doors.world import INSIDE, NAME, World, peopled
from tests.databases import database_like

VIEWER = (Role.viewer, INSIDE)
PLAN = f"/api/plans/{NAME}"
CHOSEN = [{}, {"ledger": "unserved"}, {"ledger": "contested", "kind": "overlap"}, {"severity": 60}]


@pytest.fixture(scope="module")
def world(town_plan: Access) -> Iterator[World]:
    """Run a server on a plan with somebody of every role and scope."""
    with database_like(town_plan) as access, peopled(access) as world:
        yield world


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have several pages in a small town."""
    monkeypatch.setattr(gap_files, "AT_ONCE", 7)


def listed(world: World, headers: dict[str, str] | None = None, **params: Any) -> list[dict[str, Any]]:
    """Return the gaps as the list has them."""
    answer = world.ask(VIEWER, "GET", f"{PLAN}/gaps", params={"limit": 5000, **params}, headers=headers or {})
    assert answer.json()["next"] is None
    return answer.json()["items"]


def sheet(world: World, **params: Any) -> tuple[list[str], list[dict[str, Any]]]:
    """Return the heading of the workbook, and its rows by what they say."""
    answer = world.ask(VIEWER, "GET", f"{PLAN}/gaps.xlsx", params=params)
    assert answer.status_code == 200, answer.text
    head, *rows = load_workbook(io.BytesIO(answer.content), read_only=True).active.iter_rows(values_only=True)
    return list(head), [dict(zip(gap_files.SAID, row, strict=True)) for row in rows]


def features(world: World, **params: Any) -> list[dict[str, Any]]:
    """Return the features of the GeoJSON."""
    answer = world.ask(VIEWER, "GET", f"{PLAN}/gaps.geojson", params=params)
    assert answer.status_code == 200, answer.text
    return json.loads(answer.content)["features"]


@pytest.mark.parametrize("chosen", CHOSEN)
def test_the_workbook_has_the_gaps_that_the_list_has_in_its_order(world: World, chosen: dict[str, Any]):
    gaps = listed(world, **chosen)
    _, rows = sheet(world, **chosen)
    assert len(gaps) > 0
    assert [(row["gap_id"], row["severity"]) for row in rows] == [(gap["gap_id"], gap["severity"]) for gap in gaps]


@pytest.mark.parametrize("chosen", CHOSEN)
def test_the_features_are_the_gaps_of_the_list_with_their_land(world: World, chosen: dict[str, Any]):
    gaps = listed(world, geometry=True, **chosen)
    found = features(world, **chosen)
    assert [one["properties"]["gap_id"] for one in found] == [gap["gap_id"] for gap in gaps]
    assert [one["geometry"] for one in found] == [gap["geometry"] for gap in gaps]


def test_a_box_leaves_the_gaps_that_are_in_it(world: World):
    gaps = listed(world)
    west, south, east, north = next(gap["bounds"] for gap in gaps if gap["bounds"])
    within = shapely.box(west, south, east, north)
    expected = {gap["gap_id"] for gap in gaps if gap["bounds"] and within.intersects(shapely.box(*gap["bounds"]))}
    bbox = f"{west},{south},{east},{north}"
    assert {row["gap_id"] for row in sheet(world, bbox=bbox)[1]} == expected
    assert {one["properties"]["gap_id"] for one in features(world, bbox=bbox)} == expected
    assert 0 < len(expected) < len(gaps)


def test_what_is_no_box_is_refused(world: World):
    answer = world.ask(VIEWER, "GET", f"{PLAN}/gaps.xlsx", params={"bbox": "here"})
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_input")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_workbook_is_headed_in_the_language_asked_for(world: World, lang: str):
    head, _ = sheet(world, lang=lang, severity=60)
    assert head == [HEADINGS[name][lang == "en"] for name in gap_files.SAID]


def test_rules_and_remedies_are_told_in_the_language_of_the_request(world: World):
    english = listed(world, headers={"Accept-Language": "en"})
    as_kept = listed(world)
    assert not any(chinese(gap["detail"]["rule"] + (gap["remedy"] or "")) for gap in english)
    assert not any(chinese(gap["detail"].get("arithmetic", "")) for gap in english)
    assert all(chinese(gap["detail"]["rule"]) for gap in as_kept)
    assert listed(world, headers={"Accept-Language": "zh-CN"}) == as_kept


def chinese(text: str) -> bool:
    """Tell whether there is a Chinese character in a text."""
    return any("\u4e00" <= letter <= "\u9fff" for letter in text)


def test_more_gaps_than_a_sheet_holds_are_refused_and_none_is_left_out(world: World, monkeypatch: pytest.MonkeyPatch):
    count = len(listed(world))
    monkeypatch.setattr(gap_files, "MOST_ROWS", count)
    assert len(sheet(world)[1]) == count
    monkeypatch.setattr(gap_files, "MOST_ROWS", count - 1)
    refused = world.ask(VIEWER, "GET", f"{PLAN}/gaps.xlsx")
    assert (refused.status_code, refused.json()["code"]) == (422, "bad_input")
    assert "gaps.geojson" in refused.json()["detail"]


def test_who_keeps_an_answer_is_told_that_it_is_in_a_language(world: World):
    gap = listed(world)[0]["gap_id"]
    one, other = (
        world.ask(VIEWER, "GET", f"{PLAN}/gaps/{gap}", headers={"Accept-Language": language})
        for language in ("zh", "en")
    )
    assert one.headers["etag"] != other.headers["etag"]
    assert "Accept-Language" in one.headers["vary"]
