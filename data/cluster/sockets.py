"""Where the server's socket is: in a directory with a short name that only the cluster's user may enter."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from pathlib import Path

from data.cluster.accounts import Account
from data.cluster.places import PORT, Places
from geo.errors import InputError

LONGEST = 103
"""Bytes of a socket's path on macOS; 107 on Linux."""


def socket_folder(places: Places, account: Account) -> Path:
    """Return a directory for the server's socket that only its user may enter: the one it had, else a new one.

    The path of a socket must be short, and a data directory's may be long, so it stands elsewhere.
    """
    folder = noted_socket(places)
    if folder is not None and is_private(folder, account):
        return folder
    folder = new_folder()
    try:
        if not account.is_caller:
            os.chown(folder, *account.owner)
        part = places.socket.with_suffix(".new")
        part.write_text(f"{folder}\n", "utf-8")
        places.give(part)
        part.replace(places.socket)
    except OSError:
        folder.rmdir()
        raise
    return folder


def new_folder() -> Path:
    """Make a directory with a short name, and mode 0700."""
    for parent in ("/tmp", tempfile.gettempdir()):
        if len(os.fsencode(f"{parent}/onegrid-12345678/.s.PGSQL.{PORT}.lock")) <= LONGEST and os.access(
            parent, os.W_OK
        ):
            return Path(tempfile.mkdtemp(prefix="onegrid-", dir=parent))
    raise InputError("the database needs a writable /tmp for its socket; make it writable")


def noted_socket(places: Places) -> Path | None:
    """Return in which directory the socket is, or was."""
    try:
        return Path(places.socket.read_text("utf-8").strip())
    except FileNotFoundError:
        return None


def is_private(folder: Path, account: Account) -> bool:
    """Tell whether a directory is the account's alone: nobody who could put a false server there."""
    try:
        found = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == account.uid and not found.st_mode & 0o077


def socket_of(places: Places, account: Account) -> Path:
    """Return in which directory the socket of a server that runs is.

    Raises
    ------
    InputError
        It is not in sight, as when another container shares the data directory, but not /tmp.
    """
    folder = noted_socket(places)
    if folder is None or not is_private(folder, account):
        raise InputError(
            f"a server runs on {places.data_dir}, but its socket is not in sight ({folder}); "
            "does another container use the directory?"
        )
    return folder


def remove_socket(places: Places) -> None:
    """Remove the directory of the socket of a server that ended."""
    folder = noted_socket(places)
    places.socket.unlink(missing_ok=True)
    if folder is not None and folder.name.startswith("onegrid-"):
        shutil.rmtree(folder, ignore_errors=True)
