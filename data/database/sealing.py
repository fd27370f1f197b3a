"""The seal at the end of a backup: the SHA-256 of all that stands before it.

pg_restore trusts what the head of its file says of tables and rows, and comments and names may be anything, so that a
damaged backup might come back as something that was never there. The seal is a line of text behind what pg_dump wrote,
which pg_restore does not read: ``sha256sum`` of the rest of the file says the same.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import BinaryIO

from geo.errors import InputError

MARK = b"\nonegrid backup, sha256 "
SEAL = len(MARK) + 64 + 1
AT_ONCE = 1 << 20


def seal(file: Path) -> None:
    """Put the seal behind what a file holds."""
    with file.open("r+b") as opened:
        size = opened.seek(0, os.SEEK_END)
        line = line_of(opened, size)
        opened.seek(size)
        opened.write(line)


def require_sealed(file: Path) -> bool:
    """Refuse a backup that is not as it was sealed; tells whether there is a seal, which older programs did not put.

    Raises
    ------
    InputError
        It was damaged since, or it can't be read.
    """
    try:
        with file.open("rb") as opened:
            size = opened.seek(0, os.SEEK_END) - SEAL
            if size < 0:
                return False
            opened.seek(size)
            there = opened.read(SEAL)
            if not there.startswith(MARK):
                return False
            if there == line_of(opened, size):
                return True
    except OSError as error:
        raise InputError(f"cannot read {file}: {(error.strerror or str(error)).lower()}") from error
    raise InputError(f"{file} was damaged since it was written: its checksum is another; restore another backup")


def line_of(opened: BinaryIO, size: int) -> bytes:
    """Return the seal of the first bytes of a file."""
    found, left = hashlib.sha256(), size
    opened.seek(0)
    while left > 0 and (read := opened.read(min(AT_ONCE, left))):
        found.update(read)
        left -= len(read)
    return MARK + found.hexdigest().encode() + b"\n"
