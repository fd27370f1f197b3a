"""What tests of several packages need."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest
from hypothesis import settings
from playwright.sync_api import Playwright, sync_playwright

from data.database.access import Access
from tests.databases import database_like, shared_cluster

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as for what a shell starts in the background
    signal.signal(signal.SIGINT, signal.default_int_handler)  # programs started from here hear Ctrl-C

settings.register_profile("any machine", deadline=None)  # a busy machine is no failure; benchmarks watch the time
settings.load_profile("any machine")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Have one worker do all tests of a module that share what is made once for it."""
    for item in items:
        made = item._fixtureinfo.name2fixturedefs.values() if isinstance(item, pytest.Function) else ()
        if any(last.scope == "module" for *_, last in made) and item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0]))


@pytest.fixture(scope="session")
def pattern_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Access]:
    """Use the PostGIS of this test run; its database is copied for each test, and stays as it is."""
    with shared_cluster(tmp_path_factory.getbasetemp()) as access:
        yield access


@pytest.fixture
def database(pattern_database: Access) -> Iterator[Access]:
    """Make a database at the newest revision, for one test alone."""
    with database_like(pattern_database) as access:
        yield access


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Start Playwright once for all browsers of this worker: a second one in a process is refused."""
    with sync_playwright() as started:
        yield started
