"""Files that are there whole or not at all.

What is written goes first into a directory of its own beside its place, and is renamed to its place when it is complete
and on the disk. Whatever fails on the way, Ctrl-C included, takes that directory away and leaves an old file as it was.
"""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

from data import gdal
from geo.errors import InputError

WRITER_ERRORS = (OSError, sqlite3.Error)
"""What a writer raises whose disk is full or gone, beside GDAL's."""
Needs: TypeAlias = Callable[[], int]
FULL = (errno.ENOSPC, errno.EDQUOT)
FULL_WORDS = ("disk is full", "no space left", "quota exceeded")
PAGE_BYTES = 4096
SQLITE_SIDE_FILES = ("-wal", "-shm", "-journal")
"""Of an old GeoPackage that a program has open; SQLite would replay them into the new one."""


def nobody_knows() -> int:
    """Say that it is not known how much will be written."""
    return 0


INDEX_SIDE_FILES = (".qix", ".sbn", ".sbx")
"""Spatial indexes of an old Shapefile, made by other programs: wrong for a new one."""


@contextmanager
def whole(
    out: Path, *, directory: bool = False, own: Collection[str] = (), needs: Needs = nobody_knows
) -> Iterator[Path]:
    """Yield the path to write to; what is there when the block ends takes the place of ``out``.

    Parameters
    ----------
    out
        The place. A symbolic link is followed.
    directory
        Whether the block makes a directory.
    own
        Names of the files that an old directory in this place may hold; with any other it is not replaced.
    needs
        Tells about how many bytes the block writes, for the message when the disk is full.

    Raises
    ------
    InputError
        The place can't be written, or the disk is full.
    """
    place = require_place(out, directory=directory, own=own)
    with workshop(out, place.parent, needs) as folder:
        part = folder / place.name
        yield part
        sync(part)
        put(part, place, aside=folder / f"{place.name}.old")


@contextmanager
def whole_set(out: Path, *, leader: str, needs: Needs = nobody_knows) -> Iterator[Path]:
    """Yield a directory; the files in it when the block ends are put beside ``out``, which is one of them.

    They are named ``out``'s stem + suffixes; the one with suffix ``leader`` goes last, so that a program that finds it
    finds the others.
    """
    place = require_place(out, directory=False, own=())
    with workshop(out, place.parent, needs) as folder:
        yield folder
        sync(folder)
        for ending in INDEX_SIDE_FILES:
            place.with_suffix(ending).unlink(missing_ok=True)
        for path in sorted(folder.iterdir(), key=lambda path: (path.suffix == leader, path.name)):
            path.replace(place.parent / path.name)


@contextmanager
def workshop(out: Path, parent: Path, needs: Needs) -> Iterator[Path]:
    """Yield a directory in ``parent`` that is gone when the block ends; a writer's failure there is an `InputError`."""
    full = False
    try:
        with tempfile.TemporaryDirectory(prefix=".onegrid-", dir=parent) as folder:
            try:
                yield Path(folder)
            except (*WRITER_ERRORS, *gdal.failures()) as error:
                full = is_full(error, folder, needs())  # asked before the directory goes, and room comes back
                raise
        sync_entry(parent)
    except (*WRITER_ERRORS, *gdal.failures()) as error:
        free = shutil.disk_usage(parent).free
        why = no_space(free, needs()) if full else reason(error)
        raise InputError(f"cannot write {out}: {why}") from error


def require_writable(out: Path, *, directory: bool = False, own: Collection[str] = ()) -> None:
    """Refuse a place that can't be written, before long work that would end there."""
    place = require_place(out, directory=directory, own=own)
    with workshop(out, place.parent, nobody_knows):
        pass


def require_place(out: Path, *, directory: bool, own: Collection[str]) -> Path:
    """Return where ``out`` really is, if a file (or a directory) may stand there."""
    place = Path(os.path.realpath(out))
    try:
        obstacle = against_directory(place, own) if directory else against_file(place)
    except OSError as error:
        obstacle = reason(error)
    if obstacle:
        raise InputError(f"cannot write {out}: {obstacle}")
    return place


def against_file(place: Path) -> str | None:
    """Say what stands against writing a file here."""
    if not place.parent.is_dir():
        return f"there is no directory {place.parent}; make it first"
    if place.is_dir():
        return "it is a directory; name a file"
    if place.exists() and not place.is_file():
        return "it is no ordinary file; name another"
    return None


def against_directory(place: Path, own: Collection[str]) -> str | None:
    """Say what stands against making a directory here: a file, or something in an old one that is not ``own``."""
    if not place.parent.is_dir():
        return f"there is no directory {place.parent}; make it first"
    if not place.exists():
        return None
    if not place.is_dir():
        return "it is a file where a directory is to be; remove it or name another"
    if place in (Path.cwd(), *Path.cwd().parents):
        return "it is the directory you are in; name a new one"
    foreign = sorted(entry.name for entry in place.iterdir() if entry.name not in own)
    return f"the directory holds {foreign[0]}, which is not ours; name a new one" if foreign else None


def sync(part: Path) -> None:
    """Have a file, or all files of a directory and of those in it, on the disk."""
    for path in sorted(found for found in part.rglob("*") if found.is_file()) if part.is_dir() else [part]:
        with path.open("rb") as file:
            os.fsync(file.fileno())


def sync_entry(folder: Path) -> None:
    """Have the names in a directory on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def put(part: Path, place: Path, *, aside: Path) -> None:
    """Rename ``part`` to ``place``; a directory in that place is moved ``aside`` first, as rename can't replace it."""
    if place.suffix.lower() == ".gpkg":
        for ending in SQLITE_SIDE_FILES:
            Path(f"{place}{ending}").unlink(missing_ok=True)
    if not place.is_dir():
        part.replace(place)
        return
    place.rename(aside)
    try:
        part.rename(place)
    except BaseException:
        aside.rename(place)
        raise


def is_full(error: Exception, folder: str, needs_bytes: int) -> bool:
    """Tell whether a writer failed for want of room, also where SQLite and GDAL say something else."""
    number = getattr(error, "errno", None)
    if number:
        return number in FULL
    said = any(words in str(error).lower() for words in FULL_WORDS)
    return said or shutil.disk_usage(folder).free < max(PAGE_BYTES, needs_bytes)


def no_space(free: int, needs: int) -> str:
    """Say that a disk is full, and by how much.

    >>> no_space(1_400_000, 150_000_000)
    'no space left on device: 1.4 MB free, about 150.0 MB needed; free some or name another disk'
    """
    need = f", about {needs / 1e6:.1f} MB needed" if needs else ""
    return f"no space left on device: {free / 1e6:.1f} MB free{need}; free some or name another disk"


def reason(error: Exception) -> str:
    """Say in a few words, and one line, why a writer failed."""
    number = getattr(error, "errno", None)
    return os.strerror(number).lower() if number else " ".join(str(error).split())
