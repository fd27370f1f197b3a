"""A little town for every test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.data.reading.little_town import LittleTown
from tests.data.reading.office import Office


@pytest.fixture
def town(tmp_path: Path) -> LittleTown:
    return LittleTown(tmp_path)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)
