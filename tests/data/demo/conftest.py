"""The town of 30 communities that most tests look at, written once."""

from __future__ import annotations

import pytest

from data.demo import write_demo
from tests.data.demo.written import Written


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Written:
    return Written(write_demo(tmp_path_factory.mktemp("town")))
