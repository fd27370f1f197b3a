"""A little town for every test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.data.reading.little_town import LittleTown


@pytest.fixture
def town(tmp_path: Path) -> LittleTown:
    return LittleTown(tmp_path)
