"""Somebody at the application: where things are on the map, and what hands do there."""

from __future__ import annotations

import itertools
import math
import re
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

import shapely
from playwright.sync_api import FloatRect, Locator, Page, expect

Place = tuple[float, float]
Hand = Literal["mouse", "keyboard"]
TILE_PX = 512
PAN_PX = 100
"""By how much an arrow key moves the map."""
CLOSER = 4
"""How many zooms closer a place is aimed at by keys."""
KEYS = {"拆分": "s", "合并": "m", "改界": "r", "移点": "v", "划出": "c", "划归": "a"}
"""By which keys tools are taken."""
DRAWING = ("拆分", "改界", "划出")
WAIT_MS = 60_000
"""On a busy machine a page takes long; nothing waits this long on another."""


class Desk:
    """A page of the application, and whether somebody works there by mouse or by keyboard."""

    def __init__(self, page: Page, server: str, hand: Hand = "mouse") -> None:
        self.page = page
        self.server = server
        self.hand = hand

    @property
    def canvas(self) -> Locator:
        """The map."""
        return self.page.locator(".stage .map canvas").first

    @property
    def plan(self) -> str:
        """The plan that is open; the address has it soon after the page."""
        self.page.wait_for_url(lambda now: plan_in(now) is not None)
        return parse_qs(urlsplit(self.page.url).fragment)["plan"][0]

    def ask(self, path: str, **query: Any) -> Any:
        """Ask the server for something of the plan, beside the page."""
        given = {name: str(value) for name, value in query.items()}
        answer = self.page.context.request.get(f"{self.server}/api/plans/{self.plan}{path}", params=given)
        assert answer.ok, answer.text()
        return answer.json()

    def would_go(self, **edit: Any) -> bool:
        """Tell whether the server would take an edit, beside the page."""
        address = f"{self.server}/api/plans/{self.plan}/edits?dry_run=true"
        base = self.ask("")["revision"]
        return self.page.context.request.post(address, data={"base_revision": base, **edit}).ok

    def renamed_beside(self, code: str, name: str) -> None:
        """Rename a grid, beside the page."""
        address = f"{self.server}/api/plans/{self.plan}/grids/{code}"
        said = {"base_revision": self.ask("")["revision"], "name": name}
        answer = self.page.context.request.patch(address, data=said)
        assert answer.ok, answer.text()

    def grids(self) -> dict[str, dict[str, Any]]:
        """Return all grids of the plan by code."""
        return {one["properties"]["code"]: one for one in self.ask("/grids", limit=500)["features"]}

    def draft(self) -> None:
        """Branch a draft of the plan in force."""
        before = self.page.url
        self.press(self.page.get_by_role("button", name="起草", exact=True))
        expect(self.page.locator(".chip.status-draft").first).to_be_visible()
        self.page.wait_for_url(lambda now: plan_in(now) != plan_in(before))

    def go_to(self, code: str) -> None:
        """Find a grid by the search, and wait until the map stands still."""
        if self.hand == "keyboard":
            self.key("/")
            expect(self.page.locator("#search")).to_be_focused()
        self.page.locator("#search").fill(code)
        expect(self.page.locator(".hits [role=option]").first).to_be_visible()
        self.page.keyboard.press("Enter")
        expect(self.page.locator(".grid-head code")).to_have_text(code)
        self.settled()

    def press(self, control: Locator) -> None:
        """Press a button or what else is pressed."""
        if self.hand == "mouse":
            control.click()
            return
        control.focus()
        expect(control).to_be_focused()
        self.key("Enter")

    def breathe(self, ms: int) -> None:
        """Wait by the page's own clock, as somebody would who looks before going on; benchmarks do."""
        self.page.evaluate("ms => new Promise(done => setTimeout(done, ms))", ms)

    def drawn(self) -> None:
        """Wait until what was told to the page is to be seen: two of its frames, which a busy machine makes late."""
        self.page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def settled(self) -> None:
        """Wait until the map rests and the address says where: for longer than the page waits before it writes that."""
        for _ in range(40):
            before = self.page.url
            self.page.evaluate("() => new Promise(done => setTimeout(done, 300))")
            if self.page.url == before:
                return
        raise AssertionError("the map does not come to rest")

    def view(self) -> tuple[float, float, float]:
        """Return the zoom of the map, and the longitude and latitude of its middle."""
        at = re.search(r"at=([\d.]+)/([-\d.]+)/([-\d.]+)", self.page.url)
        assert at, self.page.url
        return float(at[1]), float(at[3]), float(at[2])

    def pixel(self, place: Any) -> Place:
        """Return where a place is on the page; by the formula of web maps, not by the page's own."""
        zoom, lon, lat = self.view()
        world = TILE_PX * 2**zoom
        x, y = mercator(*lon_lat(place), world)
        middle_x, middle_y = mercator(lon, lat, world)
        box = self.canvas.bounding_box()
        assert box
        return box["x"] + box["width"] / 2 + x - middle_x, box["y"] + box["height"] / 2 + y - middle_y

    def tool(self, name: str) -> None:
        """Take a tool, and wait until it can be used."""
        button = self.page.get_by_role("button", name=name, exact=True)
        if self.hand == "mouse":
            button.click()
        else:
            self.canvas.focus()
            self.key(KEYS[name])
        expect(button).to_have_attribute("aria-pressed", "true")
        if name in DRAWING:
            expect(self.page.locator(".stage .map").first).to_have_attribute("data-drawing", re.compile("."))
        self.grounded()

    def grounded(self) -> None:
        """Wait until the land in view is there to snap to."""
        expect(self.page.locator(".stage .map").first).to_have_attribute("data-land", "ready")

    def click(self, *places: Any) -> None:
        """Click places one after the other; by keyboard: bring each into the middle of the map, and press Space."""
        for place in places:
            if self.hand == "keyboard":
                self.aim(place)
                self.key(" ")
            else:
                x, y = self.pixel(place)
                self.page.mouse.move(x, y, steps=2)
                self.drawn()
                self.page.mouse.click(x, y)
            self.drawn()

    def aim(self, place: Any) -> None:
        """Bring a place into the middle by keys alone: arrows, at ever closer zooms, and back to where one was."""
        self.canvas.focus()
        self.settled()
        zoom, *middle = self.view()
        far = round(zoom)
        for closer in range(1, CLOSER + 1):
            self.key("=")  # to the next whole zoom
            world = TILE_PX * 2 ** (far + closer)
            x, y = mercator(*lon_lat(place), world)
            middle_x, middle_y = mercator(middle[0], middle[1], world)
            east, south = round((x - middle_x) / PAN_PX), round((y - middle_y) / PAN_PX)
            self.key(*["ArrowRight" if east > 0 else "ArrowLeft"] * abs(east))
            self.key(*["ArrowDown" if south > 0 else "ArrowUp"] * abs(south))
            middle = list(unmercator(middle_x + east * PAN_PX, middle_y + south * PAN_PX, world))
        self.key(*["-"] * CLOSER)
        self.settled()
        self.grounded()

    def drag(self, start: Any, *, by: Place) -> None:
        """Take hold of something, and pull it; the button stays down."""
        x, y = self.pixel(start)
        self.page.mouse.move(x - 4, y - 4)
        self.page.mouse.move(x, y, steps=3)
        self.drawn()
        self.page.mouse.down()
        self.page.mouse.move(x + by[0], y + by[1], steps=6)

    def ready(self) -> Locator:
        """Wait for the consequences of what was drawn."""
        bar = self.page.locator(".consequences.ready")
        expect(bar).to_be_visible()
        return bar

    def commit(self) -> None:
        """Make the edit whose consequences are shown."""
        bar = self.ready()
        if self.hand == "mouse":
            bar.get_by_role("button", name="确定").click()
        else:
            self.canvas.focus()
            self.key("Enter")
        expect(self.page.locator(".consequences")).to_have_count(0)
        self.told("已保存")

    def told(self, text: str) -> None:
        """Wait for a notice."""
        expect(self.page.locator(".notices")).to_contain_text(text)

    def require_apart(self, *parts: str) -> None:
        """Require that each part of the page is there, and that none covers another."""
        boxes = [(part, one.bounding_box()) for part in parts for one in self.page.locator(part).all()]
        lands = [(part, covered(box)) for part, box in boxes if box]
        assert {part for part, _ in lands} == set(parts)
        for (one, here), (other, there) in itertools.combinations(lands, 2):
            assert not shapely.intersection(here, there).area, f"{one} and {other} cover one another"

    def key(self, *keys: str) -> None:
        """Press keys one after the other."""
        for key in keys:
            self.page.keyboard.press(key)


def covered(box: FloatRect) -> Any:
    """Return what of the page a box covers."""
    return shapely.box(box["x"], box["y"], box["x"] + box["width"], box["y"] + box["height"])


def mercator(lon: float, lat: float, world: float) -> Place:
    """Return where a place is on a square web map of some size, from its north-west."""
    return (lon + 180) / 360 * world, (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * world


def unmercator(x: float, y: float, world: float) -> Place:
    """Return the longitude and latitude of a place on a square web map; the reverse of `mercator`."""
    return x / world * 360 - 180, math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y / world))))


def lon_lat(place: Any) -> Place:
    """Return the longitude and latitude of a point, or of the first two numbers of a position."""
    return (place.x, place.y) if isinstance(place, shapely.Point) else (place[0], place[1])


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
