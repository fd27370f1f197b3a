"""Refusing a file that is not there."""

from __future__ import annotations

import re
from pathlib import Path

from geo.errors import InputError


def no_such_file(path: Path, written: str, table: str) -> InputError:
    """Return the refusal of a file that is not there.

    Parameters
    ----------
    path, written
        Where it was looked for, and how layers.toml names it.
    table
        The table of layers.toml that does.

    >>> print(no_such_file(Path("town/a.shp"), "a.shp", "layers.compound"))
    a.shp: no such file (looked for at town/a.shp); correct the path of [layers.compound]
    >>> print(no_such_file(Path("town/D:\\\\a.shp"), "D:\\\\a.shp", "layers.compound"))
    D:\\a.shp: no such file; correct the path of [layers.compound]: Windows' D:\\a.shp is /mnt/d/a.shp under WSL
    """
    drive = re.match(r"([A-Za-z]):[\\/]", written)
    if drive:
        there = f"/mnt/{drive[1].lower()}/{written[3:]}".replace("\\", "/")
        return InputError(
            f"{written}: no such file; correct the path of [{table}]: Windows' {written} is {there} under WSL"
        )
    where = "" if str(path) == written else f" (looked for at {path})"
    slash = ": write / instead of \\" if "\\" in written else ""
    return InputError(f"{written}: no such file{where}; correct the path of [{table}]{slash}")
