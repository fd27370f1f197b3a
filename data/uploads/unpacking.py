"""Unpacking a ZIP that a stranger made: nothing outside the folder, no more than there is room for."""

from __future__ import annotations

import lzma
import re
import struct
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
MOST_MEMBERS, MEMBER = 20_000, b"PK\1\2"
"""Of a ZIP, with those that are not read here; what each begins with in the list of them."""
LONGEST_LIST = 16 << 20
END_WITHIN = (1 << 16) + 200
"""The records at the end of a ZIP lie within so many bytes of its last one: there may be a comment behind them."""
ELSEWHERE = 0xFFFFFFFF
"""Stands for a size that the record for large ZIPs has."""
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
        require_few_members(archive)
        with zipfile.ZipFile(archive, metadata_encoding="gbk") as opened:
            return list(unpacked(opened, archive.name, into, room))
    except (*BROKEN, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise InputError(f"{archive.name}: can't be unpacked; is it a whole ZIP?") from error


def require_few_members(archive: Path) -> None:
    """Refuse a ZIP of so many members, read here or not, that only listing them would take long.

    Python's library reads the whole list when it opens a file. What the ZIP says of itself need not be true: it has as
    many members at most as there are marks of one in it, and as long a list as any record at its end says.
    """
    marks, before = 0, b""
    with archive.open("rb") as file:
        while piece := file.read(PIECE):
            marks += (before + piece).count(MEMBER)
            if marks > MOST_MEMBERS:
                raise InputError(f"{archive.name}: holds more than {MOST_MEMBERS:,} files; make a smaller ZIP")
            before = piece[1 - len(MEMBER) :]
        file.seek(max(0, file.tell() - END_WITHIN))
        end = file.read()
    if any(size > LONGEST_LIST for size in listed_sizes(end)):
        raise InputError(f"{archive.name}: its list of files is too long; make a smaller ZIP")


def listed_sizes(end: bytes) -> Iterator[int]:
    """Yield how long the list of members is, as the records at the end of a ZIP say, of either kind."""
    for mark, form, at in ((b"PK\5\6", "<I", 12), (b"PK\6\6", "<Q", 40)):
        for found in re.finditer(re.escape(mark), end):
            place = found.start() + at
            if place + struct.calcsize(form) <= len(end):
                (size,) = struct.unpack_from(form, end, place)
                if size != ELSEWHERE:
                    yield size


def unpacked(opened: zipfile.ZipFile, name: str, into: Path, room: int) -> Iterator[Path]:
    """Unpack member by member."""
    seen: set[Path] = set()
    left = MOST_FILES - sum(path.is_file() for path in into.rglob("*"))
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
        target = into / place
        left -= not target.exists()
        if left < 0:
            raise InputError(f"{name}: an upload may have {MOST_FILES:,} files; bring fewer, or remove some")
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
