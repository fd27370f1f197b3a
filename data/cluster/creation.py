"""Making a cluster: initdb, the roles, the database, PostGIS; and only then is it there."""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
from typing import Any

from data.cluster.accounts import Account
from data.cluster.binaries import Binaries
from data.cluster.configuration import ADMINISTRATOR, APPLICATION, DATABASE, INCLUDES, LOCAL, OWNER
from data.cluster.locks import Lock
from data.cluster.places import Places
from data.cluster.programs import Folder, opened_folder, run
from geo.errors import InputError

LOCALES = ("C.UTF-8", "C")
"""What is a letter; macOS before 15 has no C.UTF-8."""
MADE_AS_USER = f"""
CREATE ROLE {OWNER} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE;

CREATE ROLE {APPLICATION} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT;

CREATE DATABASE {DATABASE} OWNER {OWNER} TEMPLATE template0;

REVOKE ALL ON DATABASE {DATABASE} FROM PUBLIC;

GRANT CONNECT, TEMPORARY ON DATABASE {DATABASE} TO {OWNER};

GRANT CONNECT ON DATABASE {DATABASE} TO {APPLICATION};

"""
EXTENDED = "CREATE EXTENSION postgis;\n\n"
LEAST_BYTES = 150_000_000
"""A new cluster takes 46 MB, its first log of changes as much again."""


def make_cluster(places: Places, binaries: Binaries, account: Account, server: Lock) -> None:
    """Make the cluster of a data directory.

    The caller holds the gate and ``server``, which the programs inherit: should this process be killed, the next one
    waits for what it began before it clears that away.

    Raises
    ------
    InputError
        There is no room, the directory can't be written, or PostGIS does not load; nothing is left behind.
    """
    require_room(places)
    clear(places)
    try:
        places.unfinished.mkdir(mode=0o700)
        if not account.is_caller:
            os.chown(places.unfinished, *account.owner)
        with opened_folder(places.unfinished, account) as folder:
            fill(folder, binaries, account, server)
        places.unfinished.rename(places.cluster)
        with opened_folder(places.data_dir, account) as folder:
            os.fsync(folder.descriptor)  # its new name is on the disk
    except (OSError, InputError) as error:
        raise InputError(f"cannot make a cluster in {places.data_dir}: {error}") from error
    finally:
        shutil.rmtree(places.unfinished, ignore_errors=True)


def fill(folder: Folder, binaries: Binaries, account: Account, server: Lock) -> None:
    """Fill an empty directory with a cluster that is on the disk when this ends."""
    how = folder.for_children(account, server.descriptor)
    initialise(folder, binaries, how)
    # a server of one user, without socket or process of its own: nobody can meet the cluster half made
    alone = (binaries["postgres"], "--single", "-j", "-c", "fsync=off", "-D", folder.name)
    run([*alone, "postgres"], sql=MADE_AS_USER, **how)
    run([*alone, DATABASE], sql=EXTENDED, **how)
    append(folder, account, "postgresql.conf", INCLUDES)
    append(folder, account, "local.conf", LOCAL)
    sync(folder, binaries, how)


def sync(folder: Folder, binaries: Binaries, how: dict[str, Any]) -> None:
    """Have the whole directory on the disk: by one flush where the system can, as 1,300 take long on a slow disk."""
    if sys.platform != "linux":
        run([binaries["initdb"], "--sync-only", "-D", folder.name], **how)
    elif ctypes.CDLL(None, use_errno=True).syncfs(folder.descriptor):
        raise OSError(ctypes.get_errno(), "the disk failed")


def append(folder: Folder, account: Account, name: str, text: str) -> None:
    """Add text to a file of the cluster."""
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW
    with os.fdopen(os.open(name, flags, 0o600, dir_fd=folder.descriptor), "a", encoding="utf-8") as file:
        file.write(text)
        if not account.is_caller:
            os.fchown(file.fileno(), *account.owner)


def initialise(folder: Folder, binaries: Binaries, how: dict[str, Any]) -> None:
    """Run initdb.

    Text is compared by code points: that never changes with the system's libraries, as the order of a language does,
    and an ordinary index then serves the beginnings of division codes.
    """
    for locale in LOCALES:
        command = [
            binaries["initdb"], "-D", folder.name, f"--username={ADMINISTRATOR}", "--encoding=UTF8", "--locale=C",
            f"--lc-ctype={locale}", "--text-search-config=simple", "--auth=reject", "--data-checksums", "--no-sync",
            "--no-instructions",
        ]  # fmt: skip
        try:
            run(command, **how)
        except InputError as error:
            if "invalid locale" not in str(error) or locale == LOCALES[-1]:
                raise
        else:
            return


def clear(places: Places) -> None:
    """Take away what a killed process left half made, and refuse what is there and no cluster."""
    if places.cluster.exists():
        raise InputError(
            f"{places.cluster} is there, but holds no cluster (no PG_VERSION); restore it, or name another directory "
            "with --data-dir"
        )
    if places.unfinished.exists():
        shutil.rmtree(places.unfinished)


def require_room(places: Places) -> None:
    """Refuse a disk that is too full for a cluster before filling it up."""
    free = shutil.disk_usage(places.data_dir).free
    if free < LEAST_BYTES:
        raise InputError(
            f"cannot make a cluster in {places.data_dir}: {free / 1e6:.0f} MB are free and {LEAST_BYTES / 1e6:.0f} MB "
            "needed; free some or name another directory with --data-dir"
        )
