"""Where a command may write: never over what it reads."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from geo.errors import InputError


def require_apart(out: Path, inputs: Iterable[Path]) -> None:
    """Refuse to write over a file that is read, by whatever name it is called."""
    place = os.path.realpath(out)
    for path in inputs:
        if os.path.realpath(path) == place:
            raise InputError(f"cannot write {out}: it is what is read from; name another file")
