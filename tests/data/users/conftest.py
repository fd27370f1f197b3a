"""The application's transactions on a database of one test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from data.database.access import Access
from data.users.transactions import Transactions


@pytest.fixture
def transactions(database: Access) -> Iterator[Transactions]:
    """Connect as the application does."""
    made = Transactions(database.application)
    yield made
    made.in_threads.dispose()
