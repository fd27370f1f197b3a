# ruff: noqa: D103
"""The application's flows in a real browser, on the built application and the stub server.

Run by name, after ``npm run build``: ``.venv/bin/pytest -n0 web/app/test/flows.py``. They stand in for flows on the
real server until it is there; the stub sends the Content-Security-Policy that the server will send. A console error, a
violation of that policy or a failed script fails each of them.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

APP = Path(__file__).parents[1]
CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
EXPECTED = ("status of 409", "ERR_INTERNET_DISCONNECTED")
"""What the browser itself writes to the console when the server refuses an edit, or is cut off."""

COMPOUND = "玉泉雅居"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def address() -> Iterator[str]:
    command = ["node", str(APP / "test" / "stub" / "server.js"), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        yield server.stdout.readline().strip()
        server.terminate()


@pytest.fixture
def open_page(browser: Browser, address: str) -> Iterator[Callable[..., Page]]:
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def open_one(path: str = "/", user: str = "planner", width: int = 1366, height: int = 768) -> Page:
        headers = {"X-Stub-User": user}
        context = browser.new_context(viewport={"width": width, "height": height}, extra_http_headers=headers)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)
        page.goto(path if path.startswith("http") else address + path)
        expect(page.locator(".scale")).to_be_visible(timeout=20_000)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert [error for error in errors if not any(known in error for known in EXPECTED)] == []


def draft(page: Page) -> None:
    page.get_by_role("button", name="起草", exact=True).click()
    expect(page.locator(".chip.status-draft").first).to_be_visible()


def go_to(page: Page, name: str = COMPOUND) -> tuple[float, float]:
    """Find a grid by search, and return the middle of the map, where it then is."""
    page.locator("#search").fill(name)
    expect(page.locator(".hits [role=option]").first).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator(".grid-head .number")).to_be_visible()
    page.wait_for_timeout(1_200)
    box = page.locator(".stage .map canvas").first.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def tool(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()
    expect(page.get_by_role("button", name=name, exact=True)).to_have_attribute("aria-pressed", "true")
    page.wait_for_timeout(900)


def line(page: Page, *places: tuple[float, float]) -> None:
    for x, y in places:
        page.mouse.move(x, y, steps=3)
        page.wait_for_timeout(120)
        page.mouse.click(x, y)


def draw_split(page: Page, x: float, y: float) -> None:
    tool(page, "拆分")
    line(page, (x - 250, y + 20), (x + 200, y))
    page.keyboard.press("Enter")
    expect(page.locator(".consequences.ready")).to_be_visible()


def grab(page: Page, x: float, y: float) -> float:
    """Move the pointer down over the map until a border can be grabbed; returns where."""
    canvas = page.locator(".stage .map canvas").first
    for at in range(int(y) - 30, int(y) + 40, 3):
        page.mouse.move(x, at)
        if canvas.evaluate("canvas => canvas.style.cursor") == "grab":
            return at
    raise AssertionError("no border can be grabbed")


def commit(page: Page) -> None:
    page.locator(".consequences.ready").get_by_role("button", name="提交").click()
    expect(page.locator(".notices")).to_contain_text("已提交")


def test_a_planner_splits_a_compound_reads_what_it_comes_to_and_takes_it_back(open_page: Callable[..., Page]) -> None:
    page = open_page()
    draft(page)
    draw_split(page, *go_to(page))
    changes = page.locator(".grid-change")
    expect(changes).to_have_count(2)
    expect(changes.first).to_contain_text("726")
    expect(page.locator(".gaps .closed")).to_contain_text("户数过多")
    page.keyboard.press("Enter")
    expect(page.locator(".notices")).to_contain_text("已提交：拆分 004，新增 019")
    page.keyboard.press("Control+z")
    expect(page.locator(".notices")).to_contain_text("已撤销：拆分 004")
    page.get_by_role("tab", name="历史").click()
    expect(page.locator(".log li")).to_have_count(2)


def test_a_split_needs_no_pointer(open_page: Callable[..., Page]) -> None:
    page = open_page()
    draft(page)
    go_to(page)
    page.locator(".stage .map canvas").first.focus()
    page.keyboard.press("s")
    page.wait_for_timeout(900)
    for key in ("ArrowLeft", "ArrowLeft", " ", *["ArrowRight"] * 5, " "):
        before = page.url
        page.keyboard.press(key)
        if key != " ":
            page.wait_for_url(lambda now, before=before: now != before)
    page.keyboard.press("Enter")
    expect(page.locator(".consequences.ready")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator(".notices")).to_contain_text("已提交：拆分 004")


def test_a_shared_border_is_pulled_and_numbers_run_along(open_page: Callable[..., Page]) -> None:
    page = open_page()
    draft(page)
    x, y = go_to(page)
    draw_split(page, x, y)
    commit(page)
    tool(page, "改界")
    grab(page, x, y)
    page.mouse.down()
    page.mouse.move(x, y - 40, steps=6)
    expect(page.locator(".consequences.ready")).to_be_visible()
    assert page.locator(".grid-change").count() == 2
    page.mouse.up()
    expect(page.locator(".consequences.ready")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator(".notices")).to_contain_text("的边界")


def test_a_merge_across_communities_is_refused_at_the_place(open_page: Callable[..., Page]) -> None:
    page = open_page()
    draft(page)
    x, y = go_to(page)
    tool(page, "合并")
    page.mouse.click(x - 200, y + 150)
    expect(page.locator(".callout")).to_contain_text("不在同一个社区")
    box = page.locator(".callout").bounding_box()
    assert box
    assert abs(box["x"] + box["width"] / 2 - (x - 200)) < 5
    assert 0 < y + 150 - (box["y"] + box["height"]) < 40


def test_neighbours_are_merged_by_clicks(open_page: Callable[..., Page]) -> None:
    page = open_page()
    draft(page)
    x, y = go_to(page)
    tool(page, "合并")
    page.mouse.click(x + 20, y + 92)
    expect(page.locator(".consequences.ready")).to_contain_text("合并")
    expect(page.locator(".grid-change.gone")).to_have_count(1)
    commit(page)


def test_a_piece_is_carved_out_and_named(open_page: Callable[..., Page]) -> None:
    page = open_page()
    draft(page)
    x, y = go_to(page)
    tool(page, "划出")
    line(page, (x - 60, y - 30), (x + 60, y - 30), (x + 60, y + 30), (x - 60, y + 30))
    page.keyboard.press("Enter")
    page.get_by_label("新网格名称").fill("东苑")
    page.get_by_label("新网格名称").press("Tab")
    expect(page.locator(".grid-change.new")).to_contain_text("东苑")
    commit(page)


def test_a_corner_is_dragged(open_page: Callable[..., Page]) -> None:
    page = open_page()
    draft(page)
    x, y = go_to(page)
    draw_split(page, x, y)
    commit(page)
    tool(page, "改界")
    grab(page, x, y)
    page.mouse.down()
    page.mouse.move(x, y - 30, steps=6)
    page.mouse.up()
    expect(page.locator(".consequences.ready")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator(".notices")).to_contain_text("的边界")
    tool(page, "移点")
    page.mouse.move(x, y - 30)
    page.mouse.down()
    page.mouse.move(x, y + 25, steps=6)
    page.mouse.up()
    expect(page.locator(".consequences.ready")).to_contain_text("移动界点")
    page.keyboard.press("Enter")
    expect(page.locator(".notices")).to_contain_text("移动界点")


def test_two_planners_on_one_grid_are_both_shown(open_page: Callable[..., Page]) -> None:
    mine = open_page(user="planner-a")
    draft(mine)
    x, y = go_to(mine)
    theirs = open_page(mine.url, user="planner-b")
    go_to(theirs)
    draw_split(mine, x, y - 30)
    draw_split(theirs, x, y + 20)
    theirs.keyboard.press("Enter")
    expect(theirs.locator(".notices")).to_contain_text("已提交")
    expect(mine.locator(".notices")).to_contain_text("planner-b", timeout=8_000)
    mine.keyboard.press("Enter")
    expect(mine.locator(".consequences.stale")).to_contain_text("planner-b")
    mine.get_by_role("button", name="在最新版本上重算").click()
    expect(mine.locator(".consequences.ready")).to_be_visible()


def test_an_edit_drawn_without_a_network_goes_through_when_it_is_back(open_page: Callable[..., Page]) -> None:
    page = open_page()
    draft(page)
    x, y = go_to(page)
    draw_split(page, x, y)
    page.context.set_offline(True)
    page.keyboard.press("Enter")
    expect(page.locator(".consequences.waiting")).to_be_visible()
    expect(page.locator(".notices .offline")).to_be_visible()
    page.context.set_offline(False)
    expect(page.locator(".notices")).to_contain_text("已提交", timeout=10_000)
    page.get_by_role("tab", name="历史").click()
    expect(page.locator(".log li")).to_have_count(1)


def test_a_supervisor_finds_the_worst_gap_and_signs_an_exception(open_page: Callable[..., Page]) -> None:
    page = open_page(user="supervisor")
    page.get_by_text("督查", exact=True).click()
    page.locator(".tile.unserved").click()
    before = int(page.locator(".tile.unserved b").inner_text())
    page.locator(".gap-table tbody button").first.click()
    page.get_by_role("button", name="列为例外").click()
    page.get_by_label("理由").fill("年底前补足")
    page.get_by_label("有效期至").fill("2026-12-31")
    page.get_by_role("button", name="签批").click()
    expect(page.locator(".exception")).to_contain_text("年底前补足")
    expect(page.locator(".tile.unserved b")).to_have_text(str(before - 1))


def test_a_draft_is_submitted_and_comes_into_force(open_page: Callable[..., Page]) -> None:
    page = open_page()
    draft(page)
    draw_split(page, *go_to(page))
    commit(page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="提交审核").click()
    page.get_by_label("说明改了什么、为什么").fill("726 户，拆为两个")
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.locator(".chip.status-in_review").first).to_be_visible()
    page.get_by_role("button", name="审批").click()
    page.get_by_role("button", name="批准生效").click()
    expect(page.locator(".chip.status-in_force").first).to_be_visible()


def test_a_link_restores_the_view(open_page: Callable[..., Page]) -> None:
    page = open_page()
    go_to(page)
    page.locator(".fill-choice select").select_option("form")
    page.wait_for_timeout(800)
    again = open_page(page.url)
    expect(again.locator(".grid-head h2")).to_have_text(COMPOUND)
    assert again.locator(".fill-choice select").input_value() == "form"


@pytest.mark.parametrize("width", [1366, 800])
def test_nothing_stands_in_the_way_of_a_screen_reader(browser: Browser, address: str, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, bypass_csp=True)
    page = context.new_page()
    page.goto(address)
    expect(page.locator(".scale")).to_be_visible(timeout=20_000)
    draft(page)
    go_to(page)
    page.evaluate((APP / "node_modules" / "axe-core" / "axe.min.js").read_text())
    found = page.evaluate(
        "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice']})"
    )
    assert [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]] == []
    context.close()
