"""A town as a draft plan in a database of its own, copied for each test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine

from api.building import build_files
from api.console import Stages
from data.database.access import Access
from data.database.engine import application_engine
from data.demo.writing import write_demo
from data.plans.importing import import_build
from tests.databases import database_like

COMMUNITIES = 6


@pytest.fixture(scope="session")
def town_build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the demo town."""
    folder = tmp_path_factory.mktemp("town")
    layers = write_demo(folder / "town", communities=COMMUNITIES)
    built(layers, folder / "build")
    return folder / "build"


def built(layers: Path, out: Path, *, previous: Path | None = None) -> None:
    """Build the layers that a layers.toml names."""
    build_files(layers, out, previous=previous, workers=1, scheduler=None, stage=Stages(quiet=True))


@pytest.fixture(scope="session")
def town_database(pattern_database: Access, town_build: Path) -> Iterator[Access]:
    """Import it as the plan ``town``; no test touches this one."""
    with database_like(pattern_database) as access:
        with opened(access) as engine:
            import_build(engine, town_build, "town", by="importer")
        yield access


@pytest.fixture
def planned(town_database: Access) -> Iterator[Engine]:
    """Use a copy of the town's database, for one test alone."""
    with database_like(town_database) as access, opened(access) as engine:
        yield engine


@contextmanager
def opened(access: Access) -> Iterator[Engine]:
    """Connect as the application, and leave nothing connected."""
    engine = application_engine(access.application)
    try:
        yield engine
    finally:
        engine.dispose()
