"""A folder of finished pieces of builds, each found by what it hangs on (`data.content`).

What is the same has the same name, whichever build it was made in; what differs in anything has another. So two inputs
are never mixed, and nothing needs to be told of what changed.
"""

from __future__ import annotations

import os
import re
import tempfile
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from data.cluster.locks import Lock
from data.whole import reason
from geo.errors import InputError, Interrupted

LOCK = "building.lock"
NAME = re.compile(r"\.?[0-9a-f]{64}\..+")
"""Of a piece: its hash and a suffix; with a point before it while it is written."""


@contextmanager
def kept_folder(folder: Path) -> Iterator[KeptFolder]:
    """Keep pieces in a folder, which one build has for itself; those it had no use for go when the block ends well.

    Raises
    ------
    InputError
        The folder can't be used, or another build uses it.
    """
    kept = KeptFolder(folder)
    lock = locked(folder)
    said = f"no build was written; what is finished lies in {folder}, and the same command goes on from there"
    try:
        yield kept
        said = "the build is written"
        kept.forget_others()
    except KeyboardInterrupt:
        raise Interrupted(said) from None
    finally:
        lock.close()


def locked(folder: Path) -> Lock:
    """Take a folder for one build.

    Raises
    ------
    InputError
        Another build has it, it can't be written, or it is a folder of something else, whose files might go.
    """
    try:
        there = {path.name for path in folder.iterdir() if not path.name.startswith((".", "lost+found"))}
        if there and LOCK not in there:
            raise InputError(f"--parts {folder}: holds {min(there)}, which is not ours; name a new folder")
        lock = Lock(folder / LOCK)
        if lock.take():
            (folder / LOCK).touch()  # so that who removes what is old does not leave pieces of nobody
            return lock
    except OSError as error:
        raise InputError(f"--parts {folder}: {reason(error)}") from error
    lock.close()
    raise InputError(f"--parts {folder}: another build uses it; wait for its end, or name another folder")


class KeptFolder:
    """A folder of pieces, and which of them this build has used."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()  # for workers that live in another one
        self.account = tempfile.TemporaryFile("a+b", buffering=0)  # noqa: SIM115 (it lives as long as this)
        weakref.finalize(self, self.account.close)
        try:
            folder.mkdir(exist_ok=True)
        except OSError as error:
            raise InputError(f"--parts {folder}: {reason(error)}") from error

    def place(self, name: str) -> Path:
        """Return where the piece of a name lies, or is to lie, and keep it for the next build."""
        self.use(name)
        return self.folder / name

    def use(self, *names: str) -> None:
        """Keep pieces for the next build; forked processes write into the same account."""
        self.account.write("".join(f"{name}\n" for name in names).encode())

    def used(self) -> set[str]:
        """Return the names of the pieces that this build has used, in whichever process."""
        size = os.fstat(self.account.fileno()).st_size
        return set(os.pread(self.account.fileno(), size, 0).decode().split())

    def forget_others(self) -> None:
        """Remove the pieces that this build had no use for, and what builds that were killed had begun."""
        used = self.used()
        for path in self.folder.iterdir():
            if NAME.fullmatch(path.name) and path.name not in used:
                path.unlink(missing_ok=True)


def link(place: Path, piece: Path) -> None:
    """Have a piece stand in another place too."""
    place.unlink(missing_ok=True)  # of a process that was killed
    place.symlink_to(piece)


def put(path: Path, write: Callable[[IO[bytes]], object]) -> None:
    """Write a piece beside its place, and rename it when it is whole and on the disk.

    Raises
    ------
    InputError
        It can't be written there: the disk is full, or the process is on a machine that has no such folder.
    """
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            try:
                write(file)
                file.flush()
                os.fsync(file.fileno())
                Path(file.name).replace(path)
            finally:
                Path(file.name).unlink(missing_ok=True)
    except OSError as error:
        why = f"{reason(error)}; every worker has to be able to write there"
        raise InputError(f"--parts {path.parent}: {why}") from error
