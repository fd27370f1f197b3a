"""Search: by code, by name, by what lies there, and by a coordinate in any datum."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import shapely
from playwright.sync_api import expect

from tests.web.app.desk import Desk, land
from tests.web.app.test_planning import NEAR, home

Open = Callable[..., Desk]
AGAIN_MS = 1000
"""In more than this a second search for the same text would have had its answer."""


def test_who_is_quicker_than_the_search_is_taken_to_what_it_finds_and_asks_once(desk: Open):
    desk = desk()
    one, other = (home(desk, number)["properties"]["code"] for number in (0, 1))
    asked: list[str] = []
    desk.page.on("request", lambda request: asked.append(request.url))
    search = desk.page.locator("#search")
    for code in (one, other):
        search.fill(code)
        search.press("Enter")
        expect(desk.page.locator(".grid-head code")).to_have_text(code)
        desk.breathe(AGAIN_MS)
        expect(desk.page.locator(".hits")).to_have_count(0)
        expect(search).to_have_attribute("aria-busy", "false")
        assert len([address for address in asked if f"q={code}" in address]) == 1


def test_a_facility_is_found_by_its_name(desk: Open):
    desk = desk()
    facilities = desk.ask("/export", layer="facilities")["features"]
    wanted = facilities[len(facilities) // 2]
    desk.page.locator("#search").fill(wanted["properties"]["name"])
    desk.page.locator(".hits [role=option]", has_text="服务设施").first.click()
    desk.told(wanted["properties"]["name"])
    expect(desk.page.get_by_role("checkbox", name="服务设施", exact=True)).to_be_checked()
    desk.settled()
    zoom, lon, lat = desk.view()
    assert zoom >= 17
    same = [one["geometry"]["coordinates"] for one in facilities
            if one["properties"]["name"] == wanted["properties"]["name"]]  # fmt: skip
    assert min(abs(lon - x) + abs(lat - y) for x, y in same) < NEAR


@pytest.mark.parametrize("datum", ["CGCS2000", "GCJ-02"])
def test_a_place_is_found_by_its_coordinate_in_any_datum(desk: Open, datum: str):
    desk = desk()
    grid = home(desk)
    x, y = shapely.point_on_surface(land(grid)).coords[0]
    given = (x, y) if datum == "CGCS2000" else shifted(desk, grid, (x, y))
    desk.page.locator("#search").fill(f"{given[1]:.7f}, {given[0]:.7f}")
    desk.page.locator(".hits [role=option]", has_text=datum).click()
    desk.settled()
    px, py = desk.pixel((x, y))
    box = desk.canvas.bounding_box()
    assert box
    assert abs(px - box["x"] - box["width"] / 2) < 4
    assert abs(py - box["y"] - box["height"] / 2) < 4


def shifted(desk: Desk, grid: dict, at: tuple[float, float]) -> tuple[float, float]:
    """Return a place in GCJ-02, as One Grid itself exports it: by what the first vertex of the grid is moved."""
    code = grid["properties"]["code"]
    answer = desk.page.context.request.get(f"{desk.server}/api/plans/{desk.plan}/export?layer=grids&crs=GCJ-02")
    there = next(one for one in answer.json()["features"] if one["properties"]["code"] == code)
    was, now = (land(one).centroid for one in (grid, there))
    return at[0] + now.x - was.x, at[1] + now.y - was.y
