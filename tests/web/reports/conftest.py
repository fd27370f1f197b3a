"""A headless browser for the reports, with the network off."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Playwright

from tests.web.reports.town import frames
from web.reports.map import write_map

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = [
    "--use-angle=swiftshader-webgl",
    "--enable-unsafe-swiftshader",
    "--disable-background-networking",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator:
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        pytest.skip("there is no Chromium on this machine")
    chromium = playwright.chromium.launch(executable_path=path, args=FLAGS, chromium_sandbox=False)
    yield chromium
    chromium.close()


@pytest.fixture(scope="session")
def map_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("map") / "map.html"
    write_map(frames(), file)
    return file


class Opened:
    """A page with the map in it, and what it asked for and complained about."""

    def __init__(self, page) -> None:
        self.page = page
        self.requests: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def open(self, file: Path, anchor: str = "") -> None:
        self.page.goto(f"{file.as_uri()}{anchor}")
        self.page.wait_for_selector("html.ready", state="attached")

    def text(self, selector: str) -> str:
        return self.page.locator(selector).inner_text()

    def click_at(self, x: float, y: float) -> None:
        """Click the map at a place in the working CRS; the place is found by other means than the page's own."""
        import pyproj

        from tests.web.reports.town import CRS

        lon, lat = pyproj.Transformer.from_crs(CRS, "EPSG:4326", always_xy=True).transform(x, y)
        place = "([lat, lon]) => { const p = map_onegrid.latLngToContainerPoint([lat, lon]); return [p.x, p.y]; }"
        across, down = self.page.evaluate(place, [lat, lon])
        box = self.page.locator("main").bounding_box()
        self.page.mouse.click(box["x"] + across, box["y"] + down)


@pytest.fixture
def opened(browser, map_file: Path) -> Iterator[Opened]:
    context = browser.new_context(viewport={"width": 1366, "height": 768}, offline=True)
    view = Opened(context.new_page())
    view.open(map_file)
    yield view
    context.close()


@pytest.fixture
def phone(browser, map_file: Path) -> Iterator[Opened]:
    context = browser.new_context(viewport={"width": 390, "height": 844}, offline=True, has_touch=True, is_mobile=True)
    view = Opened(context.new_page())
    view.open(map_file)
    yield view
    context.close()
