"""Panning: frames under a hand that pulls the map at zoom 14, beside an empty map under the same hand."""

from __future__ import annotations

import statistics
from dataclasses import dataclass

from playwright.sync_api import CDPSession, Page

from tests.bench.map_pages import Pages
from tests.bench.tiles import PLAN

ZOOM, SECONDS, STROKES = 14, 6, 6
PAN = """
async ({ seconds, strokes }) => {
  const canvas = document.querySelector(".stage .map canvas, #map canvas");
  const { left, top, width, height } = canvas.getBoundingClientRect();
  const reach = width * 0.6;
  const send = (kind, on, x) => on.dispatchEvent(new MouseEvent(kind, {
    bubbles: true, cancelable: true, view: window, button: 0, buttons: kind === "mouseup" ? 0 : 1,
    clientX: left + x, clientY: top + height / 2,
  }));
  const ms = (seconds * 1000) / strokes;
  const frame = () => new Promise(requestAnimationFrame);
  let began = await frame();
  const intervals = [];
  for (let stroke = 0, last = began; stroke < strokes; stroke += 1) {
    const [from, way] = stroke < strokes / 2 ? [width * 0.8, -1] : [width * 0.2, 1];
    send("mousedown", canvas, from);
    for (let share = 0; share < 1; ) {
      const now = await frame();
      intervals.push(now - last);
      last = now;
      share = Math.min(1, (now - began - stroke * ms) / ms);
      send("mousemove", window, from + way * reach * share);
    }
    send("mouseup", window, from + way * reach);
  }
  return intervals;
}
"""
"""A hand that pulls the map over and over, half of the time back: one move before each frame, as browsers give them."""


@dataclass(frozen=True)
class Panned:
    """What was drawn under a hand."""

    frames: int
    longest_ms: float
    script_ms: float
    """The page's own thread a frame: what is left on a machine that has a graphics processor."""


def panning(looked_at: Pages, runs: int) -> None:
    """Print how many frames a pan at zoom 14 has, beside an empty map."""
    west, south, east, north = looked_at.ask("GET", f"/api/plans/{PLAN}")["extent"]
    at = f"{ZOOM}/{(south + north) / 2:.6f}/{(west + east) / 2:.6f}"
    pairs = [
        (panned(looked_at, looked_at.address(at)), panned(looked_at, f"{looked_at.empty}#{at}")) for _ in range(runs)
    ]
    ours, empty = (median([pair[side] for pair in pairs]) for side in (0, 1))
    dropped = 1 - ours.frames / empty.frames
    beside = f"{ours.frames} frames beside an empty map's {empty.frames} in {SECONDS} s"
    print(f"  panning           {dropped * 100:9.1f} %    dropped: {beside}")
    print(f"    longest frame   {ours.longest_ms:9.0f} ms   empty map {empty.longest_ms:.0f} ms")
    print(f"    page's thread   {ours.script_ms:9.1f} ms   a frame; empty map {empty.script_ms:.1f} ms")


def median(some: list[Panned]) -> Panned:
    """Return the median of each figure."""
    frames, longest, script = ([getattr(one, name) for one in some] for name in ("frames", "longest_ms", "script_ms"))
    return Panned(int(statistics.median(frames)), statistics.median(longest), statistics.median(script))


def panned(looked_at: Pages, address: str) -> Panned:
    """Pull the map of a page about for some seconds."""
    with looked_at.opened(address) as (page, _):
        session = page.context.new_cdp_session(page)
        session.send("Performance.enable", {"timeDomain": "threadTicks"})
        before = task_seconds(session)
        intervals = pulled(page)
        busy = task_seconds(session) - before
    return Panned(len(intervals), max(intervals), busy / len(intervals) * 1000)


def pulled(page: Page) -> list[float]:
    """Return how long each frame took, in ms."""
    page.wait_for_timeout(1_500)  # what a page does after its first map is no part of a pan
    return page.evaluate(PAN, {"seconds": SECONDS, "strokes": STROKES})


def task_seconds(session: CDPSession) -> float:
    """Return how long the page's thread has had a processor so far."""
    return figure(session, "TaskDuration")


def figure(session: CDPSession, name: str) -> float:
    """Return one of the browser's figures of a page."""
    return next(one["value"] for one in session.send("Performance.getMetrics")["metrics"] if one["name"] == name)
