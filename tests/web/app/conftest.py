"""A real server with a demo town in force, somebody of every role, and a browser."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect

from api.command_line import app
from api.ending import run
from api.importing import import_as
from api.web_application import BUILT
from data.cluster import running_cluster
from data.cluster.configuration import ADMINISTRATOR
from data.database.access import Access
from data.database.engine import application_engine
from data.database.schema import upgrade
from data.users.accounts import add_account
from data.users.roles import Role
from tests.web.app.desk import WAIT_MS, Desk, Hand
from tests.web.app.server import Server

PLAN = "示范镇 2026"
PASSWORD = "correct horse battery"
ROLES = {
    "li.na": Role.planner, "wang.qiang": Role.planner, "zhao.min": Role.supervisor, "chen.jie": Role.approver,
}  # fmt: skip
FLAGS = ["--no-sandbox", "--use-angle=swiftshader-webgl", "--enable-unsafe-swiftshader"]
"""Software draws, the map alone by what a graphics card would do."""
REFUSED = ("status of 401", "status of 409", "ERR_INTERNET_DISCONNECTED", "ERR_CONNECTION_REFUSED")
"""What a browser itself writes to its console when an edit is refused, or nobody answers: no defect of the page."""

HERE = Path(__file__).parent

expect.set_options(timeout=WAIT_MS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Have one worker do all of these, since the town, the server and the browser are made once a worker."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.xdist_group("map application"))


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Put a demo town in force in a cluster of its own, and make accounts; returns the data directory."""
    folder = tmp_path_factory.mktemp("served")
    layers, out, data = folder / "town" / "layers.toml", folder / "grid.gpkg", folder / "data"
    assert run(app, ["demo", str(layers.parent), "--communities", "3", "--seed", "7"]) == 0
    assert run(app, ["build", str(layers), "-o", str(out), "--workers", "1"]) == 0
    with running_cluster(data) as url:
        access = Access(url, url.as_user(ADMINISTRATOR), data)
        upgrade(access)
        engine = application_engine(access.application)
        import_as(engine, out, PLAN, by="importer", in_force=date.today(), stage=lambda _: None)
        with engine.begin() as connection:
            for name, role in ROLES.items():
                add_account(connection, name, role, "", password=PASSWORD)
        engine.dispose()
        yield data


@pytest.fixture(scope="session")
def server(town: Path) -> Iterator[Server]:
    """Run a server for all tests of this worker; it may say nothing of defects."""
    server = Server(town, town.with_name("log.jsonl"))
    server.start()
    yield server
    server.stop()
    assert server.log.read_text() == ""


@pytest.fixture(scope="session")
def scale() -> float:
    """Return how many pixels are drawn for each of a page: few, since software draws them while all wait."""
    return 0.5


@pytest.fixture(scope="session")
def browser(playwright: Playwright, scale: float) -> Iterator[Browser]:
    """Run a browser for all tests of this worker."""
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("there is no Chromium on this machine")
    if not (BUILT / "index.html").exists():
        pytest.skip("the web application was not built")
    browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def signed_in(browser: Browser, server: Server) -> Callable[[str], Any]:
    """Return what a browser keeps of somebody who has signed in."""
    kept: dict[str, Any] = {}

    def state(name: str) -> Any:
        if name not in kept:
            context = browser.new_context()
            said = {"name": name, "password": PASSWORD}
            assert context.request.post(f"{server.url}/api/session", data=said).ok
            kept[name] = context.storage_state()
            context.close()
        return kept[name]

    return state


@pytest.fixture(scope="session")
def contexts(
    browser: Browser, signed_in: Callable[[str], Any], scale: float
) -> Iterator[Callable[..., BrowserContext]]:
    """Return what of a browser is somebody's own, kept for the next test: what was fetched once is fetched for all."""
    kept: dict[str, BrowserContext] = {}

    def context(who: str, **how: Any) -> BrowserContext:
        key = repr((who, sorted(how.items())))
        if key not in kept:
            kept[key] = browser.new_context(
                storage_state=signed_in(who), reduced_motion="reduce", device_scale_factor=scale, **how
            )
            kept[key].set_default_timeout(WAIT_MS)
        return kept[key]

    yield context
    for one in kept.values():
        one.close()


@pytest.fixture
def desk(server: Server, contexts: Callable[..., BrowserContext]) -> Iterator[Callable[..., Desk]]:
    """Open the application as somebody; a console error or a breach of the policy fails the test in the end."""
    pages: list[Page] = []
    wrong: list[str] = []

    def opened(
        who: str = "li.na", path: str = "/", *, hand: Hand = "mouse", width: int = 1366, height: int = 768, **more: Any
    ) -> Desk:
        page = contexts(who, viewport={"width": width, "height": height}, **more).new_page()
        pages.append(page)
        listen(page, wrong)
        page.goto(path if path.startswith("http") else server.url + path)
        expect(page.locator(".scale")).to_be_visible()
        return Desk(page, server.url, hand)

    yield opened
    for page in pages:
        page.context.set_offline(False)  # it is the next test's too
        page.evaluate("localStorage.clear(), sessionStorage.clear()")  # as if its browser had never been here
        page.close()
    assert [said for said in wrong if not any(known in said for known in REFUSED)] == []


def listen(page: Page, wrong: list[str]) -> None:
    """Write down what goes wrong on a page."""
    page.on("pageerror", lambda error: wrong.append(f"failed: {error}"))
    page.on("console", lambda line: wrong.append(line.text) if line.type == "error" else None)
    page.on("response", lambda answer: wrong.append(f"{answer.status} {answer.url}") if answer.status >= 500 else None)
