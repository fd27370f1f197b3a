"""What tools do not do, by keys alone: finding, naming, comparing, explaining, taking along."""

from __future__ import annotations

import json
from collections.abc import Callable

import shapely
from playwright.sync_api import Locator, expect

from tests.web.app.desk import Desk, land
from tests.web.app.test_planning import home

Open = Callable[..., Desk]


def search(desk: Desk, text: str, *, hit: str) -> None:
    """Find something: by slash, by writing, by arrows to the hit that says so; then the map has the keys."""
    desk.key("/", "Control+a")
    expect(desk.page.locator("#search")).to_be_focused()
    desk.page.keyboard.type(text)
    hits = desk.page.locator(".hits [role=option]")
    expect(hits.filter(has_text=hit).first).to_be_visible()
    chosen = desk.page.locator(".hits [role=option][aria-selected=true]")
    for _ in range(hits.count()):
        if hit in chosen.inner_text():
            break
        desk.key("ArrowDown")
    desk.key("Enter")
    expect(desk.canvas).to_be_focused()


def tab_to(desk: Desk, control: Locator, *, at_most: int = 12) -> None:
    """Go on to a control by the Tab key."""
    for _ in range(at_most):
        if control.evaluate("one => one === document.activeElement"):
            return
        desk.key("Tab")
    raise AssertionError(f"{control} is not reached by {at_most} tabs")


def test_a_grid_is_found_named_given_another_type_and_compared_without_a_pointer(desk: Open):
    desk = desk(hand="keyboard")
    page = desk.page
    desk.draft()
    grid = home(desk, 3)["properties"]
    search(desk, grid["code"], hit=grid["number"])
    expect(page.locator(".grid-head code")).to_have_text(grid["code"])
    name = page.get_by_label("改名")
    name.focus()
    page.keyboard.type("误改")
    desk.key("Escape")
    expect(name).to_have_value(grid["name"])
    name.focus()
    desk.key("Control+a")
    page.keyboard.type("新桂花苑")
    desk.key("Enter")
    desk.told("已保存：修改")
    kind = page.locator(".details .type select")
    expect(kind).to_have_value(grid["management_type"])
    tab_to(desk, kind)
    desk.key("ArrowDown" if grid["management_type"] == "routine" else "ArrowUp")
    desk.ready()
    desk.key("Enter")
    expect(page.locator(".consequences")).to_have_count(0)
    said = desk.grids()[grid["code"]]["properties"]
    assert said["name"] == "新桂花苑"
    assert said["management_type"] != grid["management_type"]
    desk.press(page.get_by_role("button", name="对比"))
    expect(page.get_by_role("tab", name="改动")).to_have_attribute("aria-selected", "true")
    expect(page.locator(".inspector")).to_contain_text("新桂花苑")
    swipe = page.get_by_role("slider", name="对比分界")
    swipe.focus()
    desk.key("ArrowLeft", "ArrowLeft")
    expect(swipe).to_have_attribute("aria-valuenow", "46")
    desk.key("Escape")
    expect(swipe).to_have_count(0)


def test_a_place_is_found_explained_and_taken_along_without_a_pointer(desk: Open):
    desk = desk(hand="keyboard")
    page = desk.page
    grid = home(desk)
    place = shapely.point_on_surface(land(grid))
    search(desk, f"{place.y:.7f}, {place.x:.7f}", hit="CGCS2000")
    desk.settled()
    desk.key(" ")
    expect(page.locator(".here")).to_contain_text(grid["properties"]["name"])
    expect(page.locator(".here")).to_contain_text("网格长")
    share = page.get_by_role("button", name="导出与分享")
    share.focus()
    desk.key("Enter", "Tab")
    form = page.locator(".exports .menu-panel")
    expect(form.locator("select").first).to_be_focused()
    desk.key("ArrowDown", "ArrowDown")
    expect(form.locator("select").first).to_have_value("gaps")
    take = form.get_by_role("link", name="导出", exact=True)
    tab_to(desk, take)
    with page.expect_download() as told:
        desk.key("Enter")
    exported = json.loads(told.value.path().read_text("utf-8"))
    assert {one["properties"]["gap_id"] for one in exported["features"]} == {
        one["gap_id"] for one in desk.ask("/gaps", limit=5000)["items"]
    }
    desk.key("Escape")
    expect(share).to_be_focused()
