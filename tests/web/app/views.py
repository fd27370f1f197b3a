"""The main views of the page in both languages, as pictures to be compared by eye.

`python -m pytest -n0 tests/web/app/views.py` draws docs/views anew; the suite does not. Whoever changes what a view
shows draws them, makes them small (`pngquant --ext .png --force docs/views/*.png`), compares each
with the one before, and commits them.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.web.app.desk import Desk, across
from tests.web.app.test_bringing import LONG_MS, archive  # noqa: F401 (a fixture)
from tests.web.app.test_planning import home
from tests.web.app.test_supervising import supervise

Open = Callable[..., Desk]
VIEWS = Path(__file__).parents[3] / "docs" / "views"


@pytest.fixture(scope="session")
def scale() -> float:
    """Return how many pixels are drawn for each of a page: as people see it."""
    return 1


def kept(desk: Desk, name: str) -> None:
    """Keep what the page shows in Chinese, then in English."""
    for language, button in (("zh-CN", None), ("en", "EN")):
        if button:
            desk.page.get_by_role("button", name=button, exact=True).click()
        rested(desk.page)
        desk.page.screenshot(path=VIEWS / f"{name}.{language}.png")


def rested(page: Page) -> None:
    """Wait until the map rests and nothing is said that passes."""
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    page.evaluate("() => new Promise(done => setTimeout(done, 500))")


def test_map(desk: Open):
    kept(desk(), "map")


@pytest.mark.parametrize("width", [1366, 820])
def test_split(desk: Open, width: int):
    opened = desk(width=width, height=1180 if width < 900 else 768)
    opened.draft()
    grid = home(opened)
    opened.go_to(grid["properties"]["code"])
    opened.tool("拆分")
    opened.click(*across(grid))
    opened.ready()
    kept(opened, "split" if width > 900 else "split-tablet")


def test_compare(desk: Open):
    opened = desk()
    opened.draft()
    grid = home(opened, 1)
    opened.go_to(grid["properties"]["code"])
    opened.tool("拆分")
    opened.click(*across(grid))
    opened.commit()
    opened.key("Escape")
    opened.page.get_by_role("button", name="对比").click()
    expect(opened.page.get_by_role("slider", name="对比分界")).to_be_visible()
    kept(opened, "compare")


def test_desk_of_a_supervisor(desk: Open):
    opened = desk("zhao.min")
    supervise(opened)
    kept(opened, "inspect")


def test_gap(desk: Open):
    opened = desk("zhao.min")
    supervise(opened)
    opened.press(opened.page.locator(".gap-table tbody tr").first.get_by_role("button"))
    expect(opened.page.locator(".gap-details")).to_be_visible()
    kept(opened, "gap")


def test_bringing(desk: Open, archive: Path):  # noqa: F811
    opened = desk()
    opened.page.locator(".menu.plans > button").click()
    opened.page.get_by_role("button", name="从文件新建方案…").click()
    place = opened.page.get_by_role("region", name="从文件新建方案")
    place.locator("input[type=file]").set_input_files(archive)
    expect(place.locator(".brought li").filter(has_text="communities.gpkg")).to_contain_text("面 2", timeout=LONG_MS)
    place.get_by_role("button", name="下一步：对应图层").click()
    expect(place.locator("fieldset").first).to_be_visible()
    kept(opened, "bringing")
