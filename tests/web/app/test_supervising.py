"""What supervisors do: find the worst gaps, read why they are, and sign an exception."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.web.app.desk import Desk, Hand

Open = Callable[..., Desk]
LEDGERS = {"unheld": "无人认领", "contested": "多头认领", "unserved": "有人无服务"}
by_hand = pytest.mark.parametrize("hand", ["mouse", "keyboard"])


@by_hand
def test_the_worst_gap_is_found_read_and_signed_as_an_exception(desk: Open, hand: Hand):
    desk = desk("zhao.min", hand=hand)
    page = desk.page
    supervise(desk)
    ranked = [one for one in desk.ask("/gaps", limit=500)["items"] if one["state"] != "accepted"]
    rows = page.locator(".gap-table tbody tr")
    expect(page.locator(".gap-table h2 output")).to_have_text(str(len(ranked)))
    for row, gap in zip(rows.all()[:5], ranked[:5], strict=True):
        expect(row).to_contain_text(str(gap["severity"]))
        expect(row).to_contain_text(LEDGERS[gap["ledger"]])
    desk.press(page.locator(".tile.unserved"))
    before = int(page.locator(".tile.unserved b").inner_text())
    open_ = [one for one in desk.ask("/gaps", ledger="unserved", limit=500)["items"] if one["state"] != "accepted"]
    worst = open_[0]
    assert before == len(open_)
    first = page.locator(".gap-table tbody tr").first
    expect(first).to_contain_text(str(worst["severity"]))
    desk.press(first.get_by_role("button"))
    details = page.locator(".gap-details")
    expect(details).to_contain_text(worst["detail"]["arithmetic"])
    expect(details).to_contain_text(worst["detail"]["rule"])
    expect(details).to_contain_text(worst["remedy"])
    desk.press(page.get_by_role("button", name="列为例外"))
    page.get_by_label("理由").fill("年底前补足")
    page.get_by_label("有效期至").fill("2099-12-31")
    desk.press(page.get_by_role("button", name="签批"))
    expect(page.locator(".exception")).to_contain_text("年底前补足")
    expect(page.locator(".tile.unserved b")).to_have_text(str(before - 1))
    desk.press(page.get_by_role("button", name="另有例外"))
    expect(rows.filter(has_text="年底前补足").first).to_contain_text("2099-12-31zhao.min")
    signed = next(one for one in desk.ask("/gaps", limit=500)["items"] if one["gap_id"] == worst["gap_id"])
    assert (signed["state"], signed["reason"], signed["expires"]) == ("accepted", "年底前补足", "2099-12-31")


def supervise(desk: Desk) -> None:
    """Change to the supervisor's half page; by keyboard as in any group of radio buttons."""
    choice = desk.page.get_by_role("radio", name="督查", exact=True)
    if desk.hand == "mouse":
        desk.page.get_by_text("督查", exact=True).click()
    else:
        desk.page.get_by_role("radio", name="规划", exact=True).focus()
        desk.key("ArrowRight")
    expect(choice).to_be_checked()


@by_hand
def test_a_community_chosen_in_the_chart_filters_the_ledger_and_moves_the_map(desk: Open, hand: Hand):
    desk = desk("zhao.min", hand=hand)
    page = desk.page
    supervise(desk)
    desk.press(page.locator(".tile.unserved"))
    desk.settled()
    before = page.url
    chart = page.locator(".multiples li button")
    expect(chart).to_have_count(3)
    name = chart.nth(1).locator("b").inner_text()
    desk.press(chart.nth(1))
    rows = page.locator(".gap-table tbody tr")
    community = next(one for one in desk.ask("/summary")["communities"] if one["name"] == name)
    expect(rows.first).to_contain_text(name)
    assert all(name in row for row in rows.all_inner_texts())
    assert rows.count() <= community["gaps"]["unserved"] + community["accepted"]
    page.wait_for_url(lambda now: now != before)


@by_hand
def test_a_gap_is_opened_in_a_draft_with_the_tool_that_closes_it(desk: Open, hand: Hand):
    desk = desk(hand=hand)
    page = desk.page
    desk.press(page.get_by_role("tab", name="有人无服务"))
    page.get_by_label("缺口种类").select_option(label="户数过多")
    desk.press(page.locator(".gap-list button").first)
    expect(page.locator(".gap-details h2")).to_have_text("户数过多")
    desk.press(page.get_by_role("button", name="起草并用“拆分”处理"))
    expect(page.locator(".chip.status-draft").first).to_be_visible()
    expect(page.get_by_role("button", name="拆分", exact=True)).to_have_attribute("aria-pressed", "true")


def test_the_land_of_a_gap_is_seen_beside_what_is_said_of_it_on_a_tablet(desk: Open):
    desk = desk("zhao.min", width=1024, height=768)
    page = desk.page
    supervise(desk)
    desk.settled()
    gaps = desk.ask("/gaps", ledger="unserved", limit=100)["items"]
    worst = next(gap for gap in gaps if gap["state"] != "accepted")
    page.locator(".tile.unserved").click()
    page.locator(".gap-table tbody tr button").first.click()
    expect(page.locator(".gap-details")).to_be_visible()
    desk.settled()
    west, south, east, north = worst["bounds"]
    said = page.locator(".inspector").bounding_box()
    assert said
    for corner in ((west, south), (west, north), (east, south), (east, north)):
        x, y = desk.pixel(corner)
        assert x < said["x"] or y > said["y"] + said["height"]
