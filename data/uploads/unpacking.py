"""Unpacking a ZIP that a stranger made: nothing outside the folder, no more than there is room for."""

from __future__ import annotations

import lzma
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from data.uploads.environment import COMPANIONS, GEODATABASE, LEADERS
from data.uploads.folders import LONGEST_NAME, MOST_FILES
from geo.errors import InputError

MAPPING = "layers.toml"
PIECE = 1 << 20
BROKEN = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, UnicodeDecodeError, EOFError, NotImplementedError)
"""What Python's library raises for archives that it can't read, beside an OSError without a number, of bzip2."""


def unpack(archive: Path, into: Path, *, room: int) -> list[Path]:
    """Unpack the files of a ZIP that are read here, without their folders; a FileGDB stays one.

    Parameters
    ----------
    archive
        The ZIP; names that are not UTF-8 are taken as GBK, which Chinese Windows writes.
    into
        A folder; a file in it is replaced.
    room
        How many bytes may come out.

    Returns
    -------
    The files that came out.

    Raises
    ------
    InputError
        It is no ZIP, is encrypted, holds too much, too long a name, or the same one twice.
    """
    try:
        with zipfile.ZipFile(archive, metadata_encoding="gbk") as opened:
            return list(unpacked(opened, archive.name, into, room))
    except (*BROKEN, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise InputError(f"{archive.name}: can't be unpacked; is it a whole ZIP?") from error


def unpacked(opened: zipfile.ZipFile, name: str, into: Path, room: int) -> Iterator[Path]:
    """Unpack member by member."""
    seen: set[Path] = set()
    for member in opened.infolist():
        place = place_of(member.filename)
        if member.is_dir() or place is None:
            continue
        if member.flag_bits & 1:
            raise InputError(f"{name}: is encrypted; make a ZIP without a password")
        if place in seen:
            raise InputError(f"{name}: holds {place.name} twice; make a ZIP for each")
        if max(len(part.encode()) for part in place.parts) > LONGEST_NAME:
            raise InputError(f"{name}: {place.name[:80]!r}… is too long a name; give the file a shorter one")
        seen.add(place)
        if len(seen) > MOST_FILES:
            raise InputError(f"{name}: holds more than {MOST_FILES:,} files; make a smaller ZIP")
        target = into / place
        target.parent.mkdir(exist_ok=True)
        with opened.open(member) as packed, target.open("wb") as file:
            room -= copied(packed, file, room, name)
        yield target


def copied(packed: IO[bytes], file: IO[bytes], room: int, name: str) -> int:
    """Copy a member, and return its bytes: those that come out, not those that it says it has."""
    count = 0
    while piece := packed.read(PIECE):
        count += len(piece)
        if count > room:
            raise InputError(f"{name}: more comes out of it than an upload may have; bring fewer files at once")
        file.write(piece)
    return count


def place_of(name: str) -> PurePosixPath | None:
    """Return where a member goes, as a path without folders; None: it is not read here.

    >>> str(place_of("图层/小区.shp")), place_of("../../etc/passwd"), str(place_of("a/town.gdb/a0001.gdbtable"))
    ('小区.shp', None, 'town.gdb/a0001.gdbtable')
    """
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if not parts or parts[-1].startswith(".") or not name.isprintable() or "__MACOSX" in parts:
        return None
    if len(parts) > 1 and parts[-2].lower().endswith(GEODATABASE) and not parts[-2].startswith("."):
        return PurePosixPath(parts[-2], parts[-1])
    read = parts[-1] == MAPPING or PurePosixPath(name).suffix.lower() in (*LEADERS, *COMPANIONS)
    return PurePosixPath(parts[-1]) if read else None
