"""Where the parts of a data directory are."""

from __future__ import annotations

import errno
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from geo.errors import InputError

PORT = 5432
"""Part of the socket's name only: the server listens on no port."""


@dataclass(frozen=True)
class Places:
    """The paths inside a data directory."""

    data_dir: Path

    @property
    def cluster(self) -> Path:
        """The cluster's own directory, PGDATA."""
        return self.data_dir / "cluster"

    @property
    def unfinished(self) -> Path:
        """A cluster that is being made."""
        return self.data_dir / "cluster.new"

    @property
    def run(self) -> Path:
        """Locks and notes between processes."""
        return self.data_dir / "run"

    @property
    def gate(self) -> Path:
        """Held while somebody makes, starts or stops the server."""
        return self.run / "gate.lock"

    @property
    def users(self) -> Path:
        """Held, shared, by each user of the server."""
        return self.run / "users.lock"

    @property
    def server(self) -> Path:
        """Held by the server's processes."""
        return self.run / "server.lock"

    @property
    def keeper(self) -> Path:
        """Held by the keeper."""
        return self.run / "keeper.lock"

    @property
    def socket(self) -> Path:
        """Says in which directory the server's socket is."""
        return self.run / "socket"

    @property
    def said(self) -> Path:
        """What the server said before its log began."""
        return self.run / "startup.log"

    @property
    def process(self) -> Path:
        """Written by a server that runs: its process id, and whether it is ready."""
        return self.cluster / "postmaster.pid"

    @property
    def owner(self) -> tuple[int, int]:
        """Whose the data directory is (user, group): the locks too, also where root makes them."""
        found = self.data_dir.stat()
        return found.st_uid, found.st_gid

    def give(self, file: Path | int) -> None:
        """Give a file that root made to whose directory it is in."""
        if os.geteuid() == 0:
            os.chown(file, *self.owner, follow_symlinks=isinstance(file, int))

    @property
    def made(self) -> bool:
        """Whether there is a cluster."""
        return (self.cluster / "PG_VERSION").is_file()

    def major(self) -> int:
        """Return which PostgreSQL the cluster was made by."""
        return int((self.cluster / "PG_VERSION").read_text("ascii"))


def places_in(data_dir: Path) -> Places:
    """Return the places in a data directory, which is made where it is missing.

    Raises
    ------
    InputError
        It can't be made or written.
    """
    places = Places(Path(os.path.realpath(data_dir)))
    try:
        # nobody else's business: a database of duty-holders' names and telephone numbers
        places.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        places.run.mkdir(mode=0o700, exist_ok=True)
        places.give(places.run)
        with tempfile.TemporaryFile(dir=places.run):  # can it be written?
            pass
    except OSError as error:
        raise unusable(places, error) from error
    return places


def unusable(places: Places, error: OSError) -> InputError:
    """Say in one line why a data directory can't be used."""
    if isinstance(error, PermissionError):
        return InputError(f"cannot use the data directory {places.data_dir}: {why_not(places)}")
    if isinstance(error, FileExistsError | NotADirectoryError):
        return InputError(f"cannot use the data directory {places.data_dir}: a file is in its place; name another")
    reason = (error.strerror or str(error)).lower()
    remedy = "free some room" if error.errno in (errno.ENOSPC, errno.EDQUOT) else "name another with --data-dir"
    return InputError(f"cannot use the data directory {places.data_dir}: {reason}; {remedy}")


def why_not(places: Places) -> str:
    """Say whose a directory is that may not be written."""
    here = next(path for path in (places.run, *places.run.parents) if path.exists())
    return (
        f"it may not be written (it belongs to {owner_name(here)}); run as its owner, or name another with --data-dir"
    )


def owner_name(path: Path) -> str:
    """Return the name of a file's owner, or its number where it has none."""
    try:
        return path.owner()
    except KeyError:
        return f"user {path.stat().st_uid}"
