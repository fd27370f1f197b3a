"""Somebody at the application: where things are on the map, and what hands do there."""

from __future__ import annotations

import math
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import shapely
from playwright.sync_api import Locator, Page, expect

Place = tuple[float, float]
TILE_PX = 512


class Desk:
    """A page of the application."""

    def __init__(self, page: Page, server: str) -> None:
        self.page = page
        self.server = server

    @property
    def canvas(self) -> Locator:
        """The map."""
        return self.page.locator(".stage .map canvas").first

    @property
    def plan(self) -> str:
        """The plan that is open."""
        return parse_qs(urlsplit(self.page.url).fragment)["plan"][0]

    def ask(self, path: str, **query: Any) -> Any:
        """Ask the server for something of the plan, beside the page."""
        given = {name: str(value) for name, value in query.items()}
        answer = self.page.context.request.get(f"{self.server}/api/plans/{self.plan}{path}", params=given)
        assert answer.ok, answer.text()
        return answer.json()

    def grids(self) -> dict[str, dict[str, Any]]:
        """Return all grids of the plan by code."""
        return {one["properties"]["code"]: one for one in self.ask("/grids", limit=500)["features"]}

    def draft(self) -> None:
        """Branch a draft of the plan in force."""
        before = self.page.url
        self.page.get_by_role("button", name="起草", exact=True).click()
        expect(self.page.locator(".chip.status-draft").first).to_be_visible()
        self.page.wait_for_url(lambda now: plan_in(now) != plan_in(before))

    def go_to(self, code: str) -> None:
        """Find a grid by the search, and wait until the map stands still."""
        self.page.locator("#search").fill(code)
        expect(self.page.locator(".hits [role=option]").first).to_be_visible()
        self.page.keyboard.press("Enter")
        expect(self.page.locator(".grid-head code")).to_have_text(code)
        self.settled()

    def breathe(self, ms: int) -> None:
        """Wait by the page's own clock, which a busy machine slows with all else on the page."""
        self.page.evaluate("ms => new Promise(done => setTimeout(done, ms))", ms)

    def settled(self) -> None:
        """Wait until the map rests and the address says where."""
        for _ in range(20):
            before = self.page.url
            self.breathe(400)
            if self.page.url == before:
                return
        raise AssertionError("the map does not come to rest")

    def pixel(self, place: Any) -> Place:
        """Return where a place is on the page; by the formula of web maps, not by the page's own."""
        lon, lat = (place.x, place.y) if isinstance(place, shapely.Point) else place[:2]
        at = re.search(r"at=([\d.]+)/([-\d.]+)/([-\d.]+)", self.page.url)
        assert at, self.page.url
        world = TILE_PX * 2 ** float(at[1])
        x, y = mercator(lon, lat, world)
        middle_x, middle_y = mercator(float(at[3]), float(at[2]), world)
        box = self.canvas.bounding_box()
        assert box
        return box["x"] + box["width"] / 2 + x - middle_x, box["y"] + box["height"] / 2 + y - middle_y

    def tool(self, name: str) -> None:
        """Take a tool, and wait until the land around is there to snap to."""
        button = self.page.get_by_role("button", name=name, exact=True)
        with self.page.expect_response(lambda answer: "/grids?" in answer.url):
            button.click()
        expect(button).to_have_attribute("aria-pressed", "true")
        self.breathe(350)

    def click(self, *places: Any) -> None:
        """Click places one after the other."""
        for place in places:
            x, y = self.pixel(place)
            self.page.mouse.move(x, y, steps=2)
            self.breathe(80)
            self.page.mouse.click(x, y)

    def drag(self, start: Any, *, by: Place) -> None:
        """Take hold of something, and pull it; the button stays down."""
        x, y = self.pixel(start)
        self.page.mouse.move(x - 4, y - 4)
        self.page.mouse.move(x, y, steps=3)
        self.breathe(80)
        self.page.mouse.down()
        self.page.mouse.move(x + by[0], y + by[1], steps=6)

    def ready(self) -> Locator:
        """Wait for the consequences of what was drawn."""
        bar = self.page.locator(".consequences.ready")
        expect(bar).to_be_visible()
        return bar

    def commit(self) -> None:
        """Make the edit whose consequences are shown."""
        self.ready().get_by_role("button", name="提交").click()
        expect(self.page.locator(".consequences")).to_have_count(0)
        self.told("已提交")

    def told(self, text: str) -> None:
        """Wait for a notice."""
        expect(self.page.locator(".notices")).to_contain_text(text)

    def key(self, *keys: str) -> None:
        """Press keys one after the other."""
        for key in keys:
            self.page.keyboard.press(key)


def mercator(lon: float, lat: float, world: float) -> Place:
    """Return where a place is on a square web map of some size, from its north-west."""
    return (lon + 180) / 360 * world, (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * world


def plan_in(url: str) -> str | None:
    """Return the plan that an address names."""
    return parse_qs(urlsplit(url).fragment).get("plan", [None])[0]


def land(grid: dict[str, Any]) -> Any:
    """Return the land of a grid in degrees."""
    return shapely.geometry.shape(grid["geometry"])


def across(grid: dict[str, Any], *, share: float = 0.5, beyond: float = 5e-5) -> list[Place]:
    """Return the ends of a line across a grid from west to east, at some share of its height."""
    shape = land(grid)
    west, south, east, north = shape.bounds
    y = south + share * (north - south)
    row = shapely.intersection(shape, shapely.LineString([(west - 1, y), (east + 1, y)]))
    ends = row.bounds
    return [(ends[0] - beyond, y), (ends[2] + beyond, y)]


def common_border(one: dict[str, Any], other: dict[str, Any]) -> Any:
    """Return the longest common border of two grids."""
    shared = shapely.line_merge(shapely.intersection(land(one), land(other)))
    lines = [part for part in shapely.get_parts(shared) if part.geom_type == "LineString"]
    return max(lines, key=lambda line: line.length, default=shapely.LineString())
