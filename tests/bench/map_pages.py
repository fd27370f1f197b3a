"""What the benchmarks of the map look at: a real server, somebody signed in, Chromium, and an empty map as the peer.

The peer is a page of the same MapLibre with a style of one colour, served as plain files; it asks for no tiles at all.
"""

from __future__ import annotations

import re
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import quote

from playwright.sync_api import Browser, Page, Request, expect, sync_playwright

from data.database.access import Access
from data.users.accounts import add_account
from data.users.roles import Role
from data.users.transactions import Transactions
from tests.bench.tiles import PLAN, serving
from tests.bench.whole_process import ROOT

FLAGS = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
VIEW = {"width": 1366, "height": 768}
PASSWORD = "correct horse battery"
DIGIT = re.compile("[0-9]")
"""What the legend counts, which comes last: the figures of a province are long to add up."""
PATIENCE_MS = 240_000
"""A busy machine makes figures that are worth nothing, and no failure."""
LIBRARY = ROOT / "web" / "app" / "node_modules" / "maplibre-gl" / "dist"
EMPTY_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>An empty map</title>
<style>html, body, #map { margin: 0; height: 100%; }</style>
<div id="map"></div>
<script type="module">
import { MapLibreMap, setWorkerUrl } from "./maplibre-gl.mjs";
setWorkerUrl("./maplibre-gl-worker.mjs");
const container = document.getElementById("map");
const [zoom, latitude, longitude] = location.hash.slice(1).split("/").map(Number);
const map = new MapLibreMap({
  container,
  style: { version: 8, sources: {}, layers: [{ id: "paper", type: "background" }] },
  center: [longitude || 0, latitude || 0],
  zoom: zoom || 0,
  attributionControl: false,
});
map.on("idle", () => container.setAttribute("aria-busy", "false"));
</script>
</html>
"""
WATCH = """
window.rested = new Promise(done => {
  new MutationObserver((changes, observer) => {
    const map = document.querySelector(".stage .map, #map");
    if (map?.getAttribute("aria-busy") !== "false") return;
    done(performance.now());
    observer.disconnect();
  }).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["aria-busy"] });
});
"""
"""Tells when the map first stood still with all tiles of the view drawn, in ms after navigation began."""


@dataclass(frozen=True)
class Pages:
    """Where the pages are that are compared, and how a browser comes to them."""

    browser: Browser
    origin: str
    empty: str
    signed_in: Any

    def address(self, at: str = "", plan: str = PLAN) -> str:
        """Return the application's address, at ``zoom/latitude/longitude``; empty: as it opens."""
        return f"{self.origin}/#plan={quote(plan)}" + (f"&at={at}" if at else "")

    @contextmanager
    def opened(self, address: str) -> Iterator[tuple[Page, list[Request]]]:
        """Open an address in a browser that has nothing in its cache, until it is drawn and counted.

        Yields
        ------
        page, finished
            The page, and the requests that were answered, those of the map's worker too.
        """
        context = self.browser.new_context(viewport=VIEW, storage_state=self.signed_in, reduced_motion="reduce")
        context.set_default_timeout(PATIENCE_MS)
        context.add_init_script(WATCH)
        page, finished = context.new_page(), []
        page.on("requestfinished", lambda request: finished.append(request))  # noqa: PLW0108, as Playwright marks it
        page.goto(address)
        page.evaluate("window.rested")
        if not address.startswith(self.empty):
            page.locator(".overlays output").first.filter(has_text=DIGIT).wait_for(state="attached")
        try:
            yield page, finished
        finally:
            context.close()

    def ask(self, method: str, path: str, **more: Any) -> Any:
        """Ask the server beside the pages."""
        context = self.browser.new_context(storage_state=self.signed_in)
        try:
            answer = context.request.fetch(f"{self.origin}{path}", method=method, **more)
            assert answer.ok, answer.text()
            return answer.json()
        finally:
            context.close()


@contextmanager
def pages(folder: Path, data_dir: Path, access: Access) -> Iterator[Pages]:
    """Serve the plan in force and the empty map, and start a browser in which a planner is signed in."""
    path = shutil.which("chromium")
    assert path, "there is no Chromium on this machine"
    expect.set_options(timeout=PATIENCE_MS)
    with ExitStack() as held:
        origin = held.enter_context(serving(data_dir, "")).origin
        empty = held.enter_context(empty_map(folder / "empty"))
        chromium = held.enter_context(sync_playwright()).chromium
        browser = chromium.launch(executable_path=path, args=FLAGS)
        held.callback(browser.close)
        yield Pages(browser, origin, empty, signed_in(browser, origin, planner(access)))


def planner(access: Access) -> str:
    """Make a planner for all jurisdictions; return the name."""
    name = f"planner {time.time_ns()}"
    transactions = Transactions(access.application)
    with transactions.working(None) as connection:
        add_account(connection, name, Role.planner, "", password=PASSWORD)
    transactions.in_threads.dispose()
    return name


def signed_in(browser: Browser, origin: str, name: str) -> Any:
    """Sign in; return what a browser keeps of it."""
    context = browser.new_context()
    answer = context.request.post(f"{origin}/api/session", data={"name": name, "password": PASSWORD})
    assert answer.ok, answer.text()
    kept = context.storage_state()
    context.close()
    return kept


class Quiet(SimpleHTTPRequestHandler):
    """Hands out files, and says nothing."""

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def empty_map(folder: Path) -> Iterator[str]:
    """Serve a page with an empty map; return its address."""
    folder.mkdir()
    (folder / "index.html").write_text(EMPTY_PAGE)
    for name in ("maplibre-gl.mjs", "maplibre-gl-worker.mjs"):
        shutil.copy(LIBRARY / name, folder / name)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


def say(line: str) -> None:
    """Print a line at once."""
    print(line, file=sys.stdout, flush=True)
