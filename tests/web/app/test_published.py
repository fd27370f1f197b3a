"""A published plan on any web server: one file and one page, without One Grid's own server."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect
from pmtiles.reader import MmapSource, Reader

from api.command_line import app
from api.ending import run
from api.planning import plans
from data.plans.plan import list_plans
from tests.web.app.static_server import static_server

COLOURED = """
async ([picture, colour]) => {
  const image = new Image();
  image.src = `data:image/png;base64,${picture}`;
  await image.decode();
  const sheet = new OffscreenCanvas(image.width, image.height).getContext("2d");
  sheet.drawImage(image, 0, 0);
  const { data } = sheet.getImageData(0, 0, image.width, image.height);
  const wanted = colour.match(/\\d+/g).map(Number);
  let found = 0;
  for (let at = 0; at < data.length; at += 4) if (wanted.every((part, of) => part === data[at + of])) found += 1;
  return found;
}
"""
"""How many pixels of a picture have a colour."""


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
        page.on("console", lambda said: wrong.append(said.text) if complains(said) else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("request", lambda asked: None if asked.url.startswith(url) else wrong.append(asked.url))
        yield page, url
        page.close()
    assert wrong == []


def complains(said: ConsoleMessage) -> bool:
    """Tell whether it is a complaint: of how fast software draws, a browser says so itself."""
    return said.type in {"error", "warning"} and "GL Driver Message" not in said.text


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


def test_far_out_divisions_are_shaded_by_what_the_file_says_of_the_whole_plan(published: tuple[Page, str], root: Path):
    page, url = published
    with (root / "town.pmtiles").open("rb") as file:
        header = Reader(MmapSource(file)).header()
    page.goto(f"{url}/grid/#at=11.9/{header['center_lat_e7'] / 1e7}/{header['center_lon_e7'] / 1e7}")
    expect(page.locator(".legend .far")).to_have_text(re.compile("平均每个网格的缺口"))
    for overlay in ("社区与街道界线", "注记"):
        page.get_by_role("checkbox", name=overlay).uncheck()
    shades = page.locator(".legend .classes .swatch")
    expect(shades).not_to_have_count(0)
    darkest = shades.last.evaluate("one => getComputedStyle(one).backgroundColor")
    expect(page.locator(".viewer .map[aria-busy=false]")).to_be_visible(timeout=60_000)
    picture = page.locator(".viewer canvas").screenshot(mask=[page.locator(".legend")])
    assert page.evaluate(COLOURED, [base64.b64encode(picture).decode(), darkest]) > 20
    page.get_by_role("combobox").select_option("plain")
    expect(page.locator(".legend .far")).to_have_text("放大后看网格")


def test_the_map_application_reads_a_published_file_in_place_of_a_server(published: tuple[Page, str], name: str):
    page, url = published
    page.goto(f"{url}/grid/?tiles=../town.pmtiles")
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    expect(page.locator(".viewer .map[aria-busy=false]")).to_be_visible(timeout=60_000)
