"""Whose the server's processes are: the caller's, or, since PostgreSQL refuses to be root, another's."""

from __future__ import annotations

import os
import pwd
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data.cluster.places import Places, owner_name
from geo.errors import InputError

UNPRIVILEGED = ("postgres", "_postgres", "nobody")
"""In this order: the packages' user (Linux, macOS), else whoever owns least."""


@dataclass(frozen=True)
class Account:
    """A user of this machine."""

    name: str
    uid: int
    gid: int

    @property
    def is_caller(self) -> bool:
        """Whether this process is that user."""
        return os.geteuid() == self.uid

    @property
    def owner(self) -> tuple[int, int]:
        """Its user and group, as chown takes them."""
        return self.uid, self.gid

    def as_user(self) -> dict[str, Any]:
        """Return what `subprocess` needs to run a program as this user."""
        return {} if self.is_caller else {"user": self.uid, "group": self.gid, "extra_groups": []}


def caller() -> Account:
    """Return who runs this process; PostgreSQL knows its clients by name, so it must have one."""
    try:
        return account(pwd.getpwuid(os.geteuid()))
    except KeyError:
        raise InputError(
            f"user {os.geteuid()} has no name on this machine, and PostgreSQL needs one; add it to /etc/passwd, "
            "or set ONEGRID_DATABASE_URL"
        ) from None


def root() -> str:
    """Return the name of who may do everything, and so may use anybody's cluster."""
    return pwd.getpwuid(0).pw_name


def account_for(places: Places) -> Account:
    """Return whose a data directory's cluster is, or is to be.

    As root: the owner of the cluster, else of the data directory, else the packages' user.

    Raises
    ------
    InputError
        It belongs to somebody else, and the caller is not root; or there is nobody to drop to.
    """
    me = caller()
    held = places.cluster if places.cluster.exists() else places.data_dir
    uid = held.stat().st_uid
    if me.uid != 0:
        if uid != me.uid and held == places.cluster:
            raise InputError(
                f"the cluster in {places.data_dir} belongs to {owner_name(held)}; run as that user or as root, "
                "or name another directory with --data-dir"
            )
        return me
    return known(uid, held) if uid != 0 else unprivileged()


def known(uid: int, held: Path) -> Account:
    """Return the user with this number."""
    try:
        return account(pwd.getpwuid(uid))
    except KeyError:
        raise InputError(f"{held} belongs to user {uid}, who has no name on this machine; chown it to one") from None


def unprivileged() -> Account:
    """Return whom root drops to."""
    for name in UNPRIVILEGED:
        try:
            return account(pwd.getpwnam(name))
        except KeyError:
            continue
    raise InputError(
        "PostgreSQL does not run as root, and this machine has no user postgres; run as another user, "
        "or make one: useradd --system postgres"
    )


def account(entry: pwd.struct_passwd) -> Account:
    """Return the account of an entry in the password file."""
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
