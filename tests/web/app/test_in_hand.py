"""Fingers in the place of a mouse, keys after a control was clicked, links and files as they are handed on."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urljoin

import pytest
from playwright.sync_api import CDPSession, expect

from tests.web.app.desk import Desk, common_border
from tests.web.app.test_planning import divided, home

Open = Callable[..., Desk]


def fingers(desk: Desk) -> CDPSession:
    """Return what puts fingers on a page."""
    return desk.page.context.new_cdp_session(desk.page)


def drawn_by_finger(desk: Desk, places: list[tuple[float, float]]) -> None:
    """Put a finger down, draw it over the page, and take it away."""
    session = fingers(desk)
    for number, (x, y) in enumerate(places):
        kind = "touchMove" if number else "touchStart"
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
        desk.drawn()
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_a_border_is_pulled_and_a_box_is_drawn_by_finger(desk: Open):
    desk = desk(has_touch=True, width=1024, height=768)
    code, made, border = divided(desk)
    desk.tool("改界")
    middle = border.interpolate(0.5, normalized=True)
    x, y = desk.pixel(middle)
    drawn_by_finger(desk, [(x, y), (x, y - 6), (x, y - 15), (x, y - 30)])
    desk.commit()
    grids = desk.grids()
    assert common_border(grids[code], grids[made]).distance(middle) > 1e-5
    desk.tool("框选")
    before = desk.view()
    drawn_by_finger(desk, [(x - 60, y - 60), (x, y), (x + 60, y + 60)])
    boxed = desk.page.locator(".box-sums").locator("xpath=..")
    expect(boxed).to_contain_text(grids[code]["properties"]["name"])
    desk.settled()
    assert desk.view() == before  # the map stood still under the finger


def test_keys_are_heard_after_a_control_was_clicked(desk: Open):
    desk = desk()
    desk.draft()
    desk.go_to(home(desk)["properties"]["code"])
    desk.tool("划归")
    desk.page.get_by_text("整个来源单元").click()
    desk.key("Escape")
    expect(desk.page.get_by_role("button", name="划归", exact=True)).to_have_attribute("aria-pressed", "false")
    desk.page.get_by_label("注记", exact=True).click()
    desk.key("s")
    split = desk.page.get_by_role("button", name="拆分", exact=True)
    expect(split).to_have_attribute("aria-pressed", "true")
    desk.key("Escape", "?")
    switch = desk.page.get_by_role("checkbox", name="按字母键")
    switch.click()
    desk.key("s")
    desk.key("Escape")
    desk.canvas.focus()
    desk.key("s")
    desk.drawn()
    expect(split).to_have_attribute("aria-pressed", "false")


def test_a_link_opens_on_the_ledger_that_it_names_and_works_in_an_open_page(desk: Open):
    desk = desk(path="/#ledger=unserved&kind=no_branch")
    shown = desk.page.locator(".gap-list li")
    expect(shown.first).to_contain_text("没有党组织")
    expect(desk.page.get_by_role("tab", selected=True).filter(has=desk.page.locator(".unserved"))).to_have_count(1)
    link = desk.page.url.replace("ledger=unserved", "ledger=contested").replace("kind=no_branch", "kind=overlap")
    desk.page.evaluate("link => { window.location.href = link; }", link)
    expect(desk.page.get_by_role("tab", selected=True).filter(has=desk.page.locator(".contested"))).to_have_count(1)
    expect(shown.first).to_contain_text("重叠")


@pytest.mark.parametrize("layer", ["grids", "all"])
def test_whatever_the_export_menu_offers_can_be_had(desk: Open, layer: str):
    desk = desk()
    desk.page.get_by_role("button", name="导出与分享").click()
    form = desk.page.locator(".exports")
    form.get_by_label("图层").select_option(layer)
    offered = [one.get_attribute("value") for one in form.get_by_label("格式").locator("option").all()]
    for kind in offered:
        form.get_by_label("格式").select_option(kind)
        systems = [one.get_attribute("value") for one in form.get_by_label("坐标系").locator("option").all()]
        for system in systems:
            form.get_by_label("坐标系").select_option(system)
            address = form.locator("a[download]").get_attribute("href")
            answer = desk.page.context.request.get(urljoin(desk.server, address or ""))
            assert answer.ok, f"{kind} {system}: {answer.text()}"
