"""Edits in a browser: how soon what they come to is read, and what two hundred of them leave behind.

Everything is done by the page's own tools, on a draft of the plan in force: lines are drawn, neighbours clicked, keys
pressed.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from playwright.sync_api import CDPSession, Page

from tests.bench.map_pages import Pages
from tests.bench.map_panning import figure
from tests.bench.tiles import PLAN
from tests.web.app.desk import Desk, across, land

ZOOM, PAUSES, EVERY, BEYOND = 17, 24, 20, 1.5e-4
SHORTEST, LONGEST = 0.0004, 0.0028
"""In degrees, of a grid that can be worked on at that zoom without moving the map."""
FOLLOW = """
() => {
  window.moved = 0;
  window.asked = [];
  window.told = [];
  addEventListener("mousemove", event => { window.moved = event.timeStamp; }, { capture: true, passive: true });
  new PerformanceObserver(list => {
    for (const each of list.getEntries()) if (each.name.includes("dry_run=true")) window.asked.push(each);
  }).observe({ type: "resource" });
  let before = null;
  new MutationObserver(() => {
    const panel = document.querySelector(".consequences");
    const now = panel?.className ?? null;
    if (now !== before && panel?.classList.contains("ready")) {
      const told = { moved: window.moved, shown: performance.now() };
      window.told.push(told);
      requestAnimationFrame(() => requestAnimationFrame(() => { told.painted = performance.now(); }));
    }
    before = now;
  }).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["class"] });
}
"""
"""Writes down when the hand last moved, when the server was asked and answered, and when the panel had its figures."""
TOLD = """
async before => {
  for (const end = performance.now() + 10_000; performance.now() < end; ) {
    const told = window.told.findLast(one => one.painted && one.moved > before);
    const call = told && window.asked.findLast(one => one.startTime >= told.moved && one.responseEnd <= told.shown);
    if (call) return { ...told, asked: call.startTime, answered: call.responseEnd };
    await new Promise(done => setTimeout(done, 20));
  }
  return null;
}
"""
"""Waits until the panel has told of the hand's last place; returns when what happened, in ms, or null where a place
snaps to the one before, of which all is told."""


@contextmanager
def drafted(looked_at: Pages) -> Iterator[tuple[Page, Desk, dict[str, Any]]]:
    """Open a draft of its own above a home of plain shape in the middle of the plan."""
    name = f"bench {time.time_ns()}"
    west, south, east, north = looked_at.ask("POST", "/api/plans", data={"name": name, "from": PLAN})["extent"]
    x, y = (west + east) / 2, (south + north) / 2
    around = looked_at.ask("GET", f"/api/plans/{name}/grids?limit=500&bbox={x - 0.01},{y - 0.01},{x + 0.01},{y + 0.01}")
    grid = plain_home(around["features"])
    middle = land(grid).envelope.centroid
    with looked_at.opened(looked_at.address(f"{ZOOM}/{middle.y:.6f}/{middle.x:.6f}", plan=name)) as (page, _):
        desk = Desk(page, looked_at.origin)
        desk.settled()
        yield page, desk, grid


def plain_home(grids: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a grid where people live, of one part and plain shape, that a screen holds whole."""
    homes = [
        one for one in grids
        if one["properties"]["kind"] == "residential" and one["properties"]["parts"] == 1
        and land(one).area > 0.93 * land(one).convex_hull.area
        and max(extent(one)) < LONGEST and min(extent(one)) > SHORTEST
    ]  # fmt: skip
    return sorted(homes, key=lambda one: -one["properties"]["households"])[0]


def extent(grid: dict[str, Any]) -> tuple[float, float]:
    """Return how wide and high a grid is, in degrees."""
    west, south, east, north = land(grid).bounds
    return east - west, north - south


def consequences(looked_at: Pages) -> None:
    """Print how long after the hand pauses the panel has its figures, and what of that is whose."""
    with drafted(looked_at) as (page, desk, grid):
        told = paused(page, desk, grid)
    parts = {
        "until asked": [one["asked"] - one["moved"] for one in told],
        "the server": [one["answered"] - one["asked"] for one in told],
        "until shown": [one["shown"] - one["answered"] for one in told],
        "until painted": [one["painted"] - one["shown"] for one in told],
    }
    whole = [one["shown"] - one["moved"] for one in told]
    ninth = float(np.quantile(whole, 0.9))
    text = "; ".join(f"{name} {statistics.median(some):.0f}" for name, some in parts.items())
    spread = f"nine in ten {ninth:.0f} ms, of {len(whole)}"
    print(f"  consequences      {statistics.median(whole):9.0f} ms   {spread}; {text} ms")


def paused(page: Page, desk: Desk, grid: dict[str, Any]) -> list[dict[str, float]]:
    """Draw a line across a grid, pausing at other ends of it; return when what happened at each pause."""
    page.evaluate(FOLLOW)
    told: list[dict[str, float] | None] = []
    desk.tool("拆分")
    desk.click(across(grid, share=0.5)[0])
    for share in np.random.default_rng(3).permutation(np.linspace(0.3, 0.7, PAUSES)):
        x, y = desk.pixel(across(grid, share=float(share), beyond=BEYOND)[1])
        before = page.evaluate("performance.now()")
        page.mouse.move(x, y)
        told.append(page.evaluate(TOLD, before))
    desk.key("Escape", "Escape")
    known = [one for one in told if one]
    assert known, "nothing was said of what is drawn: it is not where the page shows the grid"
    return known


@dataclass(frozen=True)
class Kept:
    """What a page holds on to after its garbage was collected."""

    edits: int
    heap_mb: float
    nodes: int
    listeners: int


def memory(looked_at: Pages, edits: int) -> None:
    """Print what a page holds on to over edits, and how that grows."""
    with drafted(looked_at) as (page, desk, grid):
        session = page.context.new_cdp_session(page)
        session.send("Performance.enable")
        began = time.perf_counter()
        kept = list(edited(page, desk, grid, session, edits))
        each = (time.perf_counter() - began) / edits
    for one in kept:
        print(f"    {one.edits:3d} edits       {one.heap_mb:9.2f} MB   {one.nodes} nodes, {one.listeners} listeners")
    warm = kept[len(kept) // 4 :]
    slope = np.polyfit([one.edits for one in warm], [one.heap_mb * 1000 for one in warm], 1)[0]
    nodes = np.polyfit([one.edits for one in warm], [one.nodes for one in warm], 1)[0]
    print(f"  memory            {slope:9.2f} kB   and {nodes:.2f} nodes an edit more, once warm; {each:.1f} s an edit")


def edited(page: Page, desk: Desk, grid: dict[str, Any], session: CDPSession, edits: int) -> Iterator[Kept]:
    """Split a grid, take that back, make it again, and merge the halves, over and over; what is held now and then."""
    line = across(grid)
    halves = [part.representative_point() for part in shapely.ops.split(land(grid), shapely.LineString(line)).geoms]
    steps: list[Callable[[], None]] = [
        lambda: drawn(page, desk, line), lambda: pressed(page, "Control+z"), lambda: pressed(page, "Control+y"),
        lambda: merged(page, desk, halves),
    ]  # fmt: skip
    for number in range(edits):
        if number % EVERY == 0:
            yield held(page, session, number)
        steps[number % len(steps)]()
    yield held(page, session, edits)


def held(page: Page, session: CDPSession, edits: int) -> Kept:
    """Collect the page's garbage, and read what is left."""
    page.wait_for_timeout(500)
    for _ in range(2):
        session.send("HeapProfiler.collectGarbage")
    named = {name: figure(session, name) for name in ("JSHeapUsedSize", "Nodes", "JSEventListeners")}
    return Kept(edits, named["JSHeapUsedSize"] / 1e6, int(named["Nodes"]), int(named["JSEventListeners"]))


def drawn(page: Page, desk: Desk, line: list[tuple[float, float]]) -> None:
    """Split a grid along a line."""
    with page.expect_response(lambda answer: "/grids?" in answer.url):
        page.keyboard.press("s")
    desk.breathe(100)
    desk.click(*line)
    page.keyboard.press("Enter")
    committed(page)


def merged(page: Page, desk: Desk, places: list[Any]) -> None:
    """Merge the grids at places."""
    page.keyboard.press("Escape")
    page.keyboard.press("m")
    desk.click(*places)
    committed(page)


def committed(page: Page) -> None:
    """Make the edit whose consequences are shown, and wait until the map shows it; put the tool away."""
    page.wait_for_selector(".consequences.ready")
    pressed(page, "Enter")
    page.keyboard.press("Escape")


def pressed(page: Page, key: str) -> None:
    """Press a key that makes an edit, and wait until the map shows what became of it."""
    with page.expect_response(lambda answer: answer.request.method == "POST" and "dry_run" not in answer.url) as made:
        page.keyboard.press(key)
    assert made.value.ok, made.value.text()
    page.wait_for_timeout(100)
    page.wait_for_selector('.stage .map[aria-busy="false"]')
    page.wait_for_selector(".consequences", state="detached")
