"""MapLibre, in a real browser, draws a plan from its TileJSON and nothing else."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Playwright, Route

from data.database.access import Access
from tests.api.doors.test_plans import PLANNER
from tests.api.doors.world import NAME, ORIGIN, World, peopled
from tests.databases import database_like

MAPLIBRE = Path(__file__).parents[3] / "web" / "app" / "node_modules" / "maplibre-gl" / "dist"
FLAGS = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
PAGE = """<!doctype html><style>html, body, #map {margin: 0; height: 100%}</style><div id="map"></div>
<script type="module">
import {Map, setWorkerUrl} from "/maplibre/maplibre-gl.mjs";
setWorkerUrl("/maplibre/maplibre-gl-worker.mjs");
const tilejson = await (await fetch("/tiles/PLAN.json")).json();
const map = new Map({
    container: "map", fadeDuration: 0, bounds: tilejson.bounds, attributionControl: false,
    style: {version: 8, sources: {plan: {type: "vector", url: "/tiles/PLAN.json"}}, layers: [
        {id: "paper", type: "background", paint: {"background-color": "#ffffff"}},
        {id: "grids", type: "fill", source: "plan", "source-layer": "grids",
         paint: {"fill-color": "#204080", "fill-antialias": false}}]}
});
map.on("error", (event) => { document.title = "error " + event.error.message; });
map.on("idle", () => {
    const found = map.queryRenderedFeatures({layers: ["grids"]}).map((one) => one.properties.code);
    document.title = JSON.stringify([...new Set(found)].sort());
});
</script>"""


@pytest.fixture(scope="module")
def world(town_plan: Access) -> Iterator[World]:
    """Run a server on a plan with somebody of every role and scope."""
    with database_like(town_plan) as access, peopled(access) as world:
        yield world


@pytest.mark.skipif(shutil.which("chromium") is None or not MAPLIBRE.is_dir(), reason="no chromium, or no MapLibre")
def test_maplibre_draws_every_grid_of_the_plan(world: World, playwright: Playwright):
    codes = {one["id"] for one in world.ask(PLANNER, "GET", f"/api/plans/{NAME}/grids").json()["features"]}

    def answer(route: Route) -> None:
        path = urlsplit(route.request.url).path
        if path == "/":
            route.fulfill(body=PAGE.replace("PLAN", NAME), content_type="text/html; charset=utf-8")
        elif path.startswith("/maplibre/"):
            route.fulfill(path=MAPLIBRE / path.removeprefix("/maplibre/"), content_type="text/javascript")
        else:
            got = world.ask(PLANNER, "GET", route.request.url)
            route.fulfill(status=got.status_code, body=got.content, content_type=got.headers["content-type"])

    browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
    page = browser.new_page(viewport={"width": 900, "height": 900})
    page.route(f"{ORIGIN}/**", answer)
    page.goto(f"{ORIGIN}/")
    page.wait_for_function("document.title.startsWith('[\"') || document.title.startsWith('error')", timeout=60_000)
    title = page.title()
    picture = page.screenshot()
    browser.close()
    assert set(json.loads(title)) == codes
    assert len(picture) > 5000
