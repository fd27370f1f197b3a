"""A published plan on any web server: one file and one page, without One Grid's own server."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from api.command_line import app
from api.ending import run
from api.planning import plans
from data.plans.plan import list_plans
from tests.web.app.static_server import static_server


@pytest.fixture(scope="module")
def name(town: Path) -> str:
    """Return the plan that is in force: another test may have put its own in the first one's place."""
    with plans(town) as store, store.reading() as connection:
        [found] = [plan.name for plan in list_plans(connection) if plan.status(date.today()) == "in_force"]
    return found


@pytest.fixture(scope="module")
def root(town: Path, name: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Publish the town, its page in a folder of a web site."""
    root = tmp_path_factory.mktemp("site")
    told = ["publish", f"plan:{name}", "-o", str(root / "town.pmtiles"), "--page", str(root / "grid"), "--by", "chen"]
    assert run(app, [*told, "--attribution", "五华区网格办", "--data-dir", str(town)]) == 0
    return root


@pytest.fixture
def published(root: Path, browser: Browser) -> Iterator[tuple[Page, str]]:
    """Open pages of the web site; what a console complains of, or what is asked of anybody else, is a failure."""
    with static_server(root) as url:
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        wrong: list[str] = []
        page.on("console", lambda said: wrong.append(said.text) if said.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("request", lambda asked: None if asked.url.startswith(url) else wrong.append(asked.url))
        yield page, url
        page.close()
    assert wrong == []


def test_a_published_plan_is_looked_at_from_any_web_server(published: tuple[Page, str], name: str):
    page, url = published
    page.goto(f"{url}/grid/")
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    expect(page.get_by_text("五华区网格办")).to_be_visible()
    expect(page.locator(".viewer .map[aria-busy=false]")).to_be_visible(timeout=60_000)
    nearer, keys = page.locator(".overlays .nearer"), page.locator(".viewer canvas")
    expect(nearer).to_have_count(0)
    keys.press("-")
    expect(nearer.first).to_have_text("放大后显示")
    keys.press("=")
    expect(nearer).to_have_count(0)
    page.locator(".viewer canvas").click(position={"x": 683, "y": 380})
    expect(page.locator(".told dl")).to_contain_text("户数")
    page.get_by_text("EN", exact=True).click()
    expect(page.locator(".told dl")).to_contain_text("Households")
    expect(page.locator(".legend h2")).to_have_text("Layers and legend")


def test_the_map_application_reads_a_published_file_in_place_of_a_server(published: tuple[Page, str], name: str):
    page, url = published
    page.goto(f"{url}/grid/?tiles=../town.pmtiles")
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    expect(page.locator(".viewer .map[aria-busy=false]")).to_be_visible(timeout=60_000)
