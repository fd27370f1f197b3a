"""Running PostgreSQL's programs as the cluster's user, in a directory that user may not be able to walk to."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data.cluster.accounts import Account
from geo.errors import InputError

DESCRIPTORS = Path("/proc/self/fd")
WRONG = ("FATAL:", "PANIC:", "ERROR:", "error:")
"""Before what went wrong, in PostgreSQL's messages, worst first."""


@dataclass(frozen=True)
class Folder:
    """A directory that was opened by this process, as its children know it."""

    descriptor: int
    name: str

    def for_children(self, account: Account, *locks: int) -> dict[str, Any]:
        """Return what `subprocess` needs to run a program as ``account`` on this directory."""
        return {
            **account.as_user(),
            "pass_fds": (self.descriptor, *locks),
            "cwd": "/",
            "env": environment(),
            "stdin": subprocess.DEVNULL,
        }


@contextmanager
def opened_folder(path: Path, account: Account) -> Iterator[Folder]:
    """Open a directory, to be named to programs that run as ``account``.

    A cluster below /root, or in a directory of root's made by mktemp, can't be reached by its path once root has
    dropped to another user. An open directory can, by its descriptor, without opening any door on the way to others.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        by_descriptor = not account.is_caller and DESCRIPTORS.is_dir()
        yield Folder(descriptor, f"{DESCRIPTORS}/{descriptor}" if by_descriptor else str(path))
    finally:
        os.close(descriptor)


def environment() -> dict[str, str]:
    """Return the environment of PostgreSQL's programs: without settings of a client, and with messages in English."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return {**kept, "LC_ALL": "C"}


def run(command: Sequence[str], *, sql: str | None = None, **how: Any) -> str:
    """Run a program to its end, and return what it said.

    Raises
    ------
    InputError
        It failed; or, as the single-user server does not fail, it said that something is wrong.
    """
    if sql is not None:
        how = {name: value for name, value in how.items() if name != "stdin"} | {"input": sql}
    ended = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", check=False, **how
    )
    said: str = ended.stdout
    if ended.returncode or any(word in said for word in WRONG):
        raise InputError(f"{Path(command[0]).name} failed: {what_went_wrong(said) or f'code {ended.returncode}'}")
    return said


def what_went_wrong(said: str) -> str:
    """Return the message that matters among the lines that a program of PostgreSQL's printed; empty: none.

    >>> what_went_wrong('LOG:  starting\\n2026-01-01 [7] FATAL:  could not write "postmaster.pid": No space left')
    'could not write "postmaster.pid": No space left'
    """
    lines = said.splitlines()
    for word in WRONG:
        for line in lines:
            if word in line:
                return line.partition(word)[2].strip()
    return ""
