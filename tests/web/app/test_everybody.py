"""What holds for everybody: screen readers, signing in, English, and how much a browser has to fetch."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, expect

from api.web_application import BUILT
from tests.api.running import ROOT
from tests.web.app.conftest import PASSWORD, listen
from tests.web.app.desk import Desk
from tests.web.app.server import Server
from tests.web.app.test_planning import drawn_split, home

Open = Callable[..., Desk]
AXE = ROOT / "web" / "app" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
INITIAL_KB = 450


@pytest.mark.parametrize("width", [1366, 820])
def test_nothing_stands_in_the_way_of_a_screen_reader(desk: Open, width: int):
    desk = desk(width=width, height=900, bypass_csp=True)
    desk.draft()
    grid = home(desk)
    desk.go_to(grid["properties"]["code"])
    assert barriers(desk) == []
    if width == 1366:
        drawn_split(desk, grid)
        assert barriers(desk) == []
    desk.page.keyboard.press("Escape")
    desk.page.get_by_text("督查", exact=True).click()
    expect(desk.page.locator(".dashboard .figures")).to_be_attached()
    assert barriers(desk) == []


def barriers(desk: Desk) -> list[tuple[str, str]]:
    """Return what axe finds: the rule, and the first place."""
    if desk.page.evaluate("typeof axe") == "undefined":
        desk.page.evaluate(AXE.read_text("utf-8"))
    found = desk.page.evaluate("rules => axe.run(document, { runOnly: rules })", RULES)
    return [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]]


def test_one_signs_in_on_the_page_and_out_again(browser: Browser, server: Server):
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    page = context.new_page()
    wrong: list[str] = []
    listen(page, wrong)
    page.goto(server.url)
    page.get_by_label("用户名").fill("li.na")
    page.get_by_label("密码").fill("not this")
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("alert")).to_contain_text("用户名或密码不对")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page.locator(".scale")).to_be_visible()
    page.get_by_role("button", name="用户").click()
    expect(page.locator(".user-card")).to_contain_text("li.na")
    page.get_by_role("button", name="退出").click()
    expect(page.get_by_label("用户名")).to_be_visible()
    context.close()
    assert [said for said in wrong if "401" not in said] == []


def test_everything_is_there_in_english_too(desk: Open):
    desk = desk()
    grid = home(desk)
    desk.go_to(grid["properties"]["code"])
    desk.page.get_by_role("button", name="EN", exact=True).click()
    expect(desk.page.get_by_role("button", name="Split", exact=True)).to_be_visible()
    chrome = " ".join(desk.page.locator(".tool-strip, .legend, .sheet-tabs").all_inner_texts())
    assert not any("\u4e00" <= letter <= "\u9fff" for letter in chrome), chrome
    assert "lang=en" in desk.page.url or desk.page.evaluate("document.documentElement.lang") == "en"


def test_the_legend_says_what_is_shown_from_nearer_by_alone(desk: Open):
    desk = desk()
    row = desk.page.locator(".overlays li").filter(has_text="多头认领")
    expect(row.locator(".nearer")).to_have_text("放大后显示")
    desk.press(desk.page.get_by_role("button", name="放大", exact=True))
    desk.press(desk.page.get_by_role("button", name="放大", exact=True))
    expect(row.locator(".nearer")).to_have_count(0)


def test_what_a_browser_fetches_at_first_is_small(desk: Open):
    desk = desk()
    names = desk.page.evaluate("performance.getEntriesByType('resource').map(entry => entry.name)")
    fetched = {name.rpartition("/")[2] for name in names if "/assets/" in name}
    assert any(name.startswith("maplibre-gl-worker") for name in fetched) and any(
        name.endswith(".css") for name in fetched
    )
    sizes = {name: carried(name) for name in fetched if not name.startswith("terra-draw")}  # that comes afterwards
    assert sum(sizes.values()) <= INITIAL_KB * 1000, sizes


def carried(name: str) -> int:
    """Return how many bytes of an asset are sent."""
    plain = BUILT / "assets" / name
    packed = plain.with_name(f"{name}.br")
    return (packed if packed.exists() else plain).stat().st_size
