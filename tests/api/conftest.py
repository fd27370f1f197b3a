"""The command line in this process, and a demo town of four communities with its build and its plan."""

from __future__ import annotations

import getpass
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from api.command_line import app
from api.ending import ENDING_SIGNALS, run
from data.database.access import Access
from data.database.engine import application_engine
from data.plans.importing import import_build
from tests.api.redrawing import NAME
from tests.api.running import Ended
from tests.data.reading.little_town import LittleTown
from tests.databases import database_like

Onegrid = Callable[..., Ended]


@pytest.fixture
def here(capfd: pytest.CaptureFixture[str]) -> Iterator[Onegrid]:
    """Run a command in this process."""
    numbers = [getattr(signal, name) for name in ENDING_SIGNALS]
    handlers = [signal.getsignal(number) for number in numbers]

    def here(*arguments: object) -> Ended:
        capfd.readouterr()
        status = run(app, [str(argument) for argument in arguments])
        return Ended(status, *capfd.readouterr())

    yield here
    for number, handler in zip(numbers, handlers, strict=True):
        signal.signal(number, handler)


@pytest.fixture
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing that the machine has set steer the commands."""
    for name in ("ONEGRID_DATA_DIR", "ONEGRID_DATABASE_URL", "ONEGRID_DATABASE_ADMIN_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def imported(pattern_database: Access, grid: Path) -> Iterator[Access]:
    """Import the demo town as a draft; no test touches this database."""
    with database_like(pattern_database) as access:
        engine = application_engine(access.application)
        import_build(engine, grid, NAME, by="importer")
        engine.dispose()
        yield access


@pytest.fixture
def plan(imported: Access, no_settings: None, here: Onegrid, monkeypatch: pytest.MonkeyPatch) -> Iterator[Onegrid]:
    """Run ``onegrid plan`` on a copy of that database, as the planner li.na."""
    with database_like(imported) as access:
        monkeypatch.setenv("ONEGRID_DATABASE_URL", access.administrator.text)
        monkeypatch.setattr(getpass, "getuser", lambda: "li.na")
        yield lambda *arguments: here("plan", *arguments)


@pytest.fixture
def town(tmp_path: Path) -> LittleTown:
    """Write four communities of 500 m and four compounds, to be spoilt."""
    (tmp_path / "town").mkdir()
    return LittleTown(tmp_path / "town")


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a demo town of four communities; return its layers.toml."""
    folder = tmp_path_factory.mktemp("demo")
    assert run(app, ["demo", str(folder), "--communities", "4"]) == 0
    return folder / "layers.toml"


@pytest.fixture(scope="session")
def grid(demo: Path) -> Path:
    """Build the demo town; return its GeoPackage, which tests leave as it is."""
    out = demo.parent.with_name("grid") / "grid.gpkg"
    out.parent.mkdir()
    assert run(app, ["build", str(demo), "-o", str(out)]) == 0
    return out


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a demo that takes a second or two to build; return its layers.toml."""
    folder = tmp_path_factory.mktemp("city")
    assert run(app, ["demo", str(folder), "--communities", "200", "--geoparquet"]) == 0
    return folder / "layers.toml"
