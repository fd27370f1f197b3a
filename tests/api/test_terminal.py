"""What a person at a terminal sees: bars that fill, and no rubbish from Ctrl-C."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from api.console import STAGES
from tests.api.running import TIMEOUT_S, command, environment, listing

TAKE_TERMINAL = """
import os, sys
os.close(os.open(os.ttyname(0), os.O_RDWR))
os.execv(sys.argv[1], sys.argv[1:])
"""
"""Opening it makes the terminal that of the session, so that Ctrl-C is a signal."""
CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def on_a_terminal(*arguments: object, typed: Callable[[str], bytes] = lambda shown: b"") -> tuple[int, str]:
    """Run a command on a terminal of 120 columns; ``typed`` is what is typed at what is shown so far."""
    master, slave = pty.openpty()
    env = {**environment(), "TERM": "xterm-256color", "COLUMNS": "120"}
    with subprocess.Popen(
        [sys.executable, "-c", TAKE_TERMINAL, *command(*arguments)],
        stdin=slave, stdout=slave, stderr=slave, env=env, start_new_session=True,
    ) as process:  # fmt: skip
        os.close(slave)
        killer = threading.Timer(TIMEOUT_S, process.kill)
        killer.start()
        shown = ""
        try:
            while block := os.read(master, 65_536):
                shown += block.decode()
                if keys := typed(shown):
                    os.write(master, keys)
        except OSError:  # the terminal is gone with its program
            pass
        killer.cancel()
    os.close(master)
    return process.returncode, shown


def last_screen(shown: str) -> list[str]:
    """Return the lines that stay, without colours and blanks."""
    return [line.rsplit("\r", 1)[-1].rstrip() for line in CONTROL.sub("", shown).replace("\r\n", "\n").split("\n")]


def test_a_build_shows_a_bar_for_each_stage(demo: Path, tmp_path: Path):
    status, shown = on_a_terminal("build", demo, "-o", tmp_path / "grid.gpkg")
    assert status == 0
    assert "\x1b[" in shown
    lines = last_screen(shown)
    for stage in ("reading the layers", "merging, community by community", "writing"):
        assert any(re.fullmatch(rf"{stage} +━+ 0:00:\d\d", line) for line in lines), (stage, lines[-14:])
    assert "onegrid: reading the layers" not in shown
    assert any(line.startswith(f"{tmp_path}/grid.gpkg: ") for line in lines)
    own = list(STAGES)[: list(STAGES).index("write") + 1]
    assert all(STAGES[stage] in shown for stage in own)


def spoilt(demo: Path, folder: Path, was: str, becomes: str) -> Path:
    """Link to the files of the demo from a layers.toml in which something else stands."""
    for path in demo.parent.iterdir():
        if path != demo:
            (folder / path.name).symlink_to(path)
    text = demo.read_text("utf-8")
    assert was in text
    (folder / demo.name).write_text(text.replace(was, becomes), "utf-8")
    return folder / demo.name


def test_a_refusal_stands_in_a_line_of_its_own_under_the_bars(demo: Path, tmp_path: Path):
    layers = spoilt(demo, tmp_path, '户数"', '没有"')
    status, shown = on_a_terminal("build", layers, "-o", tmp_path / "grid.gpkg")
    assert status == 2
    assert last_screen(shown)[-2].startswith('onegrid: compounds.shp: has no field "没有" (mapped as households); ')
    assert not (tmp_path / "grid.gpkg").exists()


def test_a_warning_is_shown_whole_above_the_bars(demo: Path, tmp_path: Path):
    """Brackets and all, though brackets mean colours to the library that draws the bars."""
    layers = spoilt(demo, tmp_path, 'encoding = "GBK"\nfields', "fields")
    status, shown = on_a_terminal("build", layers, "-o", tmp_path / "grid.gpkg")
    assert status == 0
    assert (
        "onegrid: compounds.shp: does not say (or says wrongly) how its text is encoded; read as GB18030; "
        'add encoding = "GB18030" to [layers.compound] to settle it'
    ) in last_screen(shown)


def test_ctrl_c_stops_the_bars_and_leaves_the_cursor(city: Path, tmp_path: Path):
    pressed: list[str] = []

    def press(shown: str) -> bytes:
        if "merging" in shown and not pressed:
            pressed.append(shown)
            return b"\x03"
        return b""

    status, shown = on_a_terminal("build", city, "-o", tmp_path / "grid.gpkg", typed=press)
    assert status == 2
    assert last_screen(shown)[-2] == "onegrid: interrupted; nothing was written"
    assert shown.count("\x1b[?25l") == shown.count("\x1b[?25h") == 1  # hidden, and shown again
    assert listing(tmp_path) == {}
