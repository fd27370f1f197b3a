"""Running ``onegrid`` as a user does: in a process of its own, or, where that adds nothing, in this one."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from api.console import STAGES

ROOT = Path(__file__).resolve().parents[2]
ENTRY_POINT = Path(sys.executable).with_name("onegrid")
TIMEOUT_S = 120


@dataclass(frozen=True)
class Ended:
    """A command that came to its end."""

    status: int
    out: str
    err: str

    @property
    def refusal(self) -> str:
        """Return the one line that is not progress, without the program's name; it must be the last."""
        assert self.status == 2, self
        assert "Traceback" not in self.err
        assert self.out == ""
        *before, last = self.err.splitlines()
        odd = [line for line in before if not is_progress(line)]
        assert odd == [], odd
        assert last.startswith("onegrid: ")
        assert not is_progress(last)
        return last.removeprefix("onegrid: ")


def is_progress(line: str) -> bool:
    """Tell whether a line names a stage of a build or a map."""
    words = line.removeprefix("onegrid: ")
    return words in STAGES.values() or words.startswith("drawing ")


def environment(*, strict: bool = True) -> dict[str, str]:
    """Return the environment of a command: this tree, no terminal's width, and every warning an error."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("COLUMNS", "LINES", "PYTHON"))}
    return {**kept, "PYTHONPATH": str(ROOT), **({"PYTHONWARNINGS": "error"} if strict else {})}


def onegrid(*arguments: object, cwd: Path | None = None, strict: bool = True) -> Ended:
    """Run the installed command in a process of its own."""
    ran = subprocess.run(
        command(*arguments), cwd=cwd, env=environment(strict=strict), capture_output=True, text=True,
        timeout=TIMEOUT_S, check=False,
    )  # fmt: skip
    return Ended(ran.returncode, ran.stdout, ran.stderr)


def command(*arguments: object) -> Sequence[str]:
    """Return the installed command with arguments."""
    return [str(ENTRY_POINT), *map(str, arguments)]


def listing(*folders: Path) -> dict[str, bytes]:
    """Return every file in folders, hidden ones too, with what is in it."""
    paths = [path for folder in folders for path in folder.rglob("*")]
    return {str(path): path.read_bytes() if path.is_file() else b"" for path in paths}
