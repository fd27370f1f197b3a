"""A server in this process, on a database of one test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from starlette.testclient import TestClient

from data.database.access import Access
from data.database.engine import application_engine
from data.plans.importing import import_build
from data.users.accounts import add_account
from data.users.identity import Identity
from data.users.roles import Role
from data.users.transactions import Transactions
from tests.api.doors.uploading import Asking, asking
from tests.api.doors.world import NAME, World, opened, peopled
from tests.databases import database_like, execute

PASSWORD = "correct horse"


@pytest.fixture
def world(database: Access, tmp_path: Path) -> Iterator[World]:
    """Run a server with somebody of every role."""
    with peopled(database, data_dir=tmp_path) as world:
        yield world


@pytest.fixture
def ask(world: World) -> Asking:
    """Begin an upload."""
    return asking(world)


@pytest.fixture
def client(database: Access) -> Iterator[TestClient]:
    """Run the application."""
    with opened(database) as client:
        yield client


@pytest.fixture(scope="session")
def town_plan(pattern_database: Access, grid: Path) -> Iterator[Access]:
    """Import the demo town as a draft; no test touches this database."""
    with database_like(pattern_database) as access:
        engine = application_engine(access.application)
        import_build(engine, grid, NAME, by="importer")
        engine.dispose()
        closed = "ALTER DATABASE {} SET default_transaction_read_only = on"  # which copies do not inherit
        execute(access, closed.format(urlsplit(access.administrator.text).path.strip("/")))
        yield access


@pytest.fixture
def li(database: Access) -> Identity:
    """Make the account of a planner, with a password."""
    transactions = Transactions(database.application)
    with transactions.working(None) as connection:
        made = add_account(connection, "li", Role.planner, "530102", password=PASSWORD).identity
    transactions.in_threads.dispose()
    return made
