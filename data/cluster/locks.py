"""Locks that the kernel takes back when their holder ends, however it ends (flock)."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

TICK_S = 0.01


class Lock:
    """A lock file, opened by one user of it; to close it is to let go."""

    def __init__(self, path: Path, *, owner: tuple[int, int] | None = None) -> None:
        """Open the file, made where it is missing: then for ``owner`` (uid, gid), if root makes it for another."""
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        self.path = path
        self.descriptor = os.open(path, flags, 0o600)
        if owner is not None and os.geteuid() == 0 and os.fstat(self.descriptor).st_uid != owner[0]:
            os.fchown(self.descriptor, *owner)

    def take(self, *, shared: bool = False, wait_s: float = 0) -> bool:
        """Take the lock, or give up after a time; tells which."""
        kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        until = time.monotonic() + wait_s
        while True:
            try:
                fcntl.flock(self.descriptor, kind | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= until:
                    return False
                time.sleep(TICK_S)
            else:
                return True

    def let_go(self) -> None:
        """Let go, and keep the file open."""
        fcntl.flock(self.descriptor, fcntl.LOCK_UN)

    def close(self) -> None:
        """Let go: this process, not those that inherited the lock."""
        os.close(self.descriptor)

    def free(self) -> bool:
        """Tell whether nobody holds it alone; a moment's look, which disturbs no other one who looks."""
        if self.take(shared=True):
            self.let_go()
            return True
        return False

    def unused(self) -> bool:
        """Tell whether nobody holds it at all. Asked only by the holder of the gate."""
        if self.take():
            self.let_go()
            return True
        return False


@contextmanager
def opened(path: Path, *, owner: tuple[int, int] | None = None) -> Iterator[Lock]:
    """Open a lock for the length of a block."""
    lock = Lock(path, owner=owner)
    try:
        yield lock
    finally:
        lock.close()
