"""Ctrl-C and its kin in the middle of the work: one line, exit code 2, nothing written, the old build as it was."""

from __future__ import annotations

import signal
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from api import importing
from api.ending import interrupted_with, interruption
from data.database.access import Access
from data.database.engine import application_engine
from tests.api.running import TIMEOUT_S, Ended, command, environment, listing


def ended_by(sent: signal.Signals, words: str, *arguments: object, before: tuple[str, ...] = ()) -> Ended:
    """Run a command, and send it a signal as soon as it says these words."""
    with subprocess.Popen(
        [*before, *command(*arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment()
    ) as process:
        said = []
        for line in process.stderr:
            said.append(line)
            if words in line:
                break
        process.send_signal(sent)
        out, err = process.communicate(timeout=TIMEOUT_S)
    return Ended(process.returncode, out, "".join(said) + err)


@pytest.mark.parametrize("out", ["grid.gpkg", "grid"])
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("SIGINT", "reading the layers"),
        ("SIGINT", "merging"),
        ("SIGINT", "writing"),
        ("SIGTERM", "numbering the grids"),
        ("SIGHUP", "repairing"),
    ],
)
def test_a_build_that_is_interrupted_leaves_the_old_one(city: Path, tmp_path: Path, out: str, name: str, words: str):
    (tmp_path / "grid").mkdir()
    for old in ("grid.gpkg", "grid/grids.parquet"):
        (tmp_path / old).write_bytes(b"of last year")
    before = listing(tmp_path, city.parent)
    ended = ended_by(signal.Signals[name], words, "build", city, "-o", tmp_path / out)
    assert ended.refusal == "interrupted; nothing was written"
    assert listing(tmp_path, city.parent) == before


def test_a_map_and_a_demo_that_are_interrupted_leave_nothing(grid: Path, tmp_path: Path):
    ended = ended_by(signal.SIGINT, "reading the build", "map", grid, "-o", tmp_path / "map.html")
    assert ended.refusal == "interrupted; nothing was written"
    ended = ended_by(signal.SIGINT, "writing compound", "demo", tmp_path / "town", "--communities", "300")
    assert ended.status == 2
    assert ended.err.splitlines()[-1] == "onegrid: interrupted; nothing was written"
    assert listing(tmp_path) == {}


def test_a_build_goes_on_when_its_terminal_closes_under_nohup(demo: Path, tmp_path: Path):
    out = tmp_path / "grid.gpkg"
    ended = ended_by(signal.SIGHUP, "repairing", "build", demo, "-o", out, before=("nohup",))
    assert ended.status == 0
    assert out.exists()


LOSES_AN_INTERRUPT = """
import signal, sys, time
import typer
from api.ending import run

class Taken:
    def __del__(self):
        signal.raise_signal(signal.SIGTERM)

app = typer.Typer()

@app.command()
def work():
    taken = Taken()
    del taken
    time.sleep(60)

sys.exit(run(app, []))
"""


def test_an_interrupt_that_comes_while_an_object_is_taken_down_is_not_lost():
    ran = subprocess.run(
        [sys.executable, "-c", LOSES_AN_INTERRUPT], capture_output=True, text=True, env=environment(), check=False,
        timeout=TIMEOUT_S,
    )  # fmt: skip
    assert (ran.returncode, ran.stderr) == (2, "onegrid: interrupted; nothing was written\n")


def test_who_interrupts_an_approval_is_told_what_stands(database: Access, grid: Path, monkeypatch: pytest.MonkeyPatch):
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(importing, "approve", interrupt)
    engine = application_engine(database.application)
    with pytest.raises(KeyboardInterrupt, match=r"^plan 2026 is imported, and is a draft$"):
        importing.import_as(engine, grid, "2026", by="importer", in_force=date.today(), stage=lambda _: None)
    engine.dispose()


def test_an_interrupt_after_the_work_says_what_stands():
    with pytest.raises(KeyboardInterrupt) as came, interrupted_with("the build is written"):
        raise KeyboardInterrupt
    assert interruption(came.value) == "the build is written"


def test_what_a_library_says_of_an_interrupt_is_not_passed_on():
    assert interruption(KeyboardInterrupt("decoding with 'utf-8-sig' codec failed (KeyboardInterrupt: )")) == (
        "nothing was written"
    )
