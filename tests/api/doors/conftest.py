"""A server in this process, on a database of one test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from data.database.access import Access
from data.users.accounts import add_account
from data.users.identity import Identity
from data.users.roles import Role
from data.users.transactions import Transactions
from tests.api.doors.world import opened

PASSWORD = "correct horse"


@pytest.fixture
def client(database: Access) -> Iterator[TestClient]:
    """Run the application."""
    with opened(database) as client:
        yield client


@pytest.fixture
def li(database: Access) -> Identity:
    """Make the account of a planner, with a password."""
    transactions = Transactions(database.application)
    with transactions.working(None) as connection:
        made = add_account(connection, "li", Role.planner, "530102", password=PASSWORD).identity
    transactions.in_threads.dispose()
    return made
