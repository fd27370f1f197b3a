"""What a page does when its server refuses, answers late or not at all, or no longer knows who is there."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote, urlsplit

from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.web.app.conftest import PASSWORD, REFUSED, listen
from tests.web.app.desk import Desk
from tests.web.app.server import Server
from tests.web.app.test_planning import drawn_split, home
from tests.web.app.test_together import heard

Open = Callable[..., Desk]


def test_a_grid_that_cannot_be_read_is_not_shown_as_the_one_before(desk: Open):
    desk = desk()
    first, second = sorted(desk.grids())[:2]
    desk.go_to(first)
    cut = f"**/grids/{second}*"
    desk.page.route(cut, lambda route: route.abort("internetdisconnected"))
    desk.page.locator("#search").fill(second)
    expect(desk.page.locator(".hits [role=option]").first).to_be_visible()
    desk.page.keyboard.press("Enter")
    expect(desk.page.locator(".inspector")).to_contain_text("没有读到这个网格")
    expect(desk.page.locator(".grid-head")).to_have_count(0)
    desk.page.unroute(cut)
    expect(desk.page.locator(".grid-head code")).to_have_text(second)  # asked for again by itself


def test_two_planners_draft_on_one_day(desk: Open):
    mine, theirs = desk(), desk("wang.qiang")
    for one in (mine, theirs):
        one.draft()
    assert mine.plan != theirs.plan


def test_the_map_is_that_of_the_plan_which_is_open_whatever_comes_late(desk: Open):
    desk = desk()
    before = desk.plan
    desk.draft()
    draft = desk.plan
    late: list[Route] = []

    def hold(route: Route) -> None:
        late.append(route)

    desk.page.route(lambda url: urlsplit(url).path == f"/tiles/{quote(before)}.json", hold)
    choose(desk, before)
    choose(desk, draft)
    desk.settled()
    asked = heard(desk)
    assert len(late) == 1
    late[0].continue_()
    desk.breathe(1_000)
    assert [address for address in asked if f"/tiles/{quote(before)}/" in address] == []


def choose(desk: Desk, name: str) -> None:
    """Open another plan."""
    desk.page.locator(".plans button").first.click()
    desk.page.locator(".plans .places").get_by_text(name, exact=True).click()
    expect(desk.page.locator(".plan-title")).to_have_text(name)


def test_a_session_that_ends_takes_nothing_away(browser: Browser, server: Server):
    context = browser.new_context(viewport={"width": 1366, "height": 768}, reduced_motion="reduce")
    page = context.new_page()
    wrong: list[str] = []
    listen(page, wrong)
    page.goto(server.url)
    sign_in(page)
    expect(page.locator(".scale")).to_be_visible()
    desk = Desk(page, server.url)
    desk.draft()
    grid = home(desk)
    desk.go_to(grid["properties"]["code"])
    drawn_split(desk, grid)
    desk.ready()
    before = desk.ask("")["revision"]
    context.clear_cookies()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("登录已过期")
    asked = heard(desk)
    desk.breathe(4_000)
    assert [address for address in asked if "/api/changes" in address] == []
    sign_in(dialog)
    expect(dialog).to_have_count(0)
    desk.told("已保存")
    assert desk.ask("")["revision"] == before + 1
    context.close()
    assert [said for said in wrong if not any(known in said for known in REFUSED)] == []


def sign_in(where: Page | Locator) -> None:
    """Fill in who signs in, and with what."""
    where.get_by_label("用户名").fill("li.na")
    where.get_by_label("密码").fill(PASSWORD)
    where.get_by_role("button", name="登录", exact=True).click()


def test_the_way_to_the_identity_provider_is_shown_where_there_is_one(browser: Browser, server: Server):
    context = browser.new_context()
    page = context.new_page()
    ways = {"password": True, "openid": "/api/session/openid", "provider": "login.city.gov.cn"}
    page.route("**/api/session/ways", lambda route: route.fulfill(json=ways))
    page.goto(server.url)
    expect(page.get_by_role("link", name="login.city.gov.cn")).to_have_attribute("href", "/api/session/openid")
    context.close()
