"""What is being done with an upload, in a process of its own: so far, what was said meanwhile, how it ended.

The process holds ``lock`` as long as it lives. A job that says it runs while nobody holds the lock was interrupted.
"""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from data.uploads.environment import reading_environment
from data.uploads.folders import UnknownUploadError, Upload, UploadBusyError, discard

ENDING_S = 5.0
"""How long a process of another server, or a change, may hold the lock after one was seen to end."""
WATCHED_S = 0.2
"""Between two looks of a process whether its upload is still there."""
LOOKS = 2
"""How many uploads are looked into at a time."""
CHANGING_S = 30.0
"""How long a change waits for another one, such as a ZIP that is being unpacked."""


class Job:
    """What a process does with an upload, as it goes on; written for who asks."""

    def __init__(self, upload: Upload, kind: str) -> None:
        self.upload = upload
        self.said: dict[str, Any] = {
            "kind": kind, "state": "running", "stage": "waiting", "done": 0, "total": 0, "warnings": [], "error": None,
            "result": None, "began_at": time.time(),
        }  # fmt: skip
        self.written = 0.0
        self.write()

    def write(self, **said: Any) -> None:
        """Write how things stand."""
        self.said |= said
        self.upload.keep("job", self.said)
        self.written = time.monotonic()

    def __call__(self, stage: str) -> None:
        """Begin a stage."""
        self.write(stage=stage, done=0, total=0)

    def done(self, finished: int, total: int) -> None:
        """Say how many parts of the present stage are finished; written a few times a second."""
        self.said |= {"done": finished, "total": total}
        if time.monotonic() - self.written > 0.2:
            self.write()

    def warn(self, sentence: str) -> None:
        """Say what people should know before they trust the result."""
        self.write(warnings=[*self.said["warnings"], sentence][:100])


def state_of(upload: Upload) -> dict[str, Any] | None:
    """Return how the last job stands; None: there was none."""
    held = is_held(upload)  # looked at first, since a job writes its end before its process is gone
    said: dict[str, Any] | None = upload.read("job")
    if said is not None and said["state"] == "running" and not held:
        return said | {"state": "failed", "error": "this was interrupted; start it again"}
    return said


def is_held(upload: Upload) -> bool:
    """Tell whether there is a process for an upload."""
    with lock_of(upload) as lock:
        return not taken(lock)


def lock_of(upload: Upload) -> IO[str]:
    """Open the lock of an upload.

    Raises
    ------
    UnknownUploadError
        It was thrown away meanwhile.
    """
    try:
        return (upload.place / "lock").open("a")
    except FileNotFoundError as error:
        raise UnknownUploadError("this upload was thrown away") from error


def taken(lock: IO[str], *, within_s: float = 0.0) -> bool:
    """Take a lock, now or soon; tell whether that went."""
    until = time.monotonic() + within_s
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                return False
            time.sleep(0.01)
        else:
            return True


def require_idle(upload: Upload) -> None:
    """Refuse to change an upload that is being worked on.

    Raises
    ------
    UploadBusyError
        It is.
    """
    if (state_of(upload) or {}).get("state") == "running":
        raise UploadBusyError("this upload is being worked on; wait for it, or throw it away")


@contextmanager
def changing(upload: Upload) -> Iterator[None]:
    """Change the files of an upload, while nobody else does, and no process begins to read them.

    Raises
    ------
    UploadBusyError
        It is being worked on, or somebody else's change takes long.
    """
    require_idle(upload)
    with lock_of(upload) as lock:
        if not taken(lock, within_s=CHANGING_S):
            raise UploadBusyError("this upload is still being changed; try again")
        yield


def throw_away(upload: Upload) -> None:
    """Throw an upload away; the process of whatever server that works on it ends."""
    with suppress(UnknownUploadError), lock_of(upload) as lock:
        upload.begun.unlink(missing_ok=True)
        taken(lock, within_s=ENDING_S)
    discard(upload)


def end_with(upload: Upload) -> None:
    """End this process, and those that it began, as soon as its upload is thrown away."""

    def watch() -> None:
        while upload.begun.exists():
            time.sleep(WATCHED_S)
        os.killpg(os.getpgrp(), signal.SIGKILL)

    threading.Thread(target=watch, daemon=True).start()


@contextmanager
def one_at_a_time(root: Path) -> Iterator[None]:
    """Wait until no other upload of the data directory is built: a build takes all processors."""
    with (root / "building").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def few_at_a_time(root: Path, count: int = LOOKS) -> Iterator[None]:
    """Wait until fewer than so many other uploads of the data directory are looked into: each may take much memory."""
    with ExitStack() as opened:
        places = [opened.enter_context((root / f"looking.{number}").open("a")) for number in range(count)]
        while not any(map(taken, places)):
            time.sleep(WATCHED_S)
        yield


class Jobs:
    """The processes of a server that work on uploads; they end when it is told to end.

    Parameters
    ----------
    settings
        How the database is reached, by name, for those that need it.
    """

    def __init__(self, settings: Mapping[str, str] | None = None) -> None:
        self.settings = settings or {}
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.lock = threading.Lock()

    def start(self, upload: Upload, kind: str, module: str, arguments: Sequence[str], *, reaches: bool) -> None:
        """Start a process on an upload: ``python -m MODULE KIND FOLDER ARGUMENTS…``.

        Parameters
        ----------
        reaches
            Whether it needs the database; who opens files alone does not learn how to reach it.

        Raises
        ------
        UploadBusyError
            One is at work on it.
        """
        with self.lock, lock_of(upload) as lock:
            self.reap()
            require_idle(upload)
            self.stop(upload)  # what wrote how it ended is as good as gone
            if not taken(lock, within_s=ENDING_S):
                raise UploadBusyError("what was done with this upload last does not end; try again, or throw it away")
            Job(upload, kind)
            with (upload.place / "log").open("wb") as log:
                self.running[upload.id] = subprocess.Popen(
                    [sys.executable, "-m", module, kind, str(upload.place), *arguments],
                    env=reading_environment(self.settings, reaches=reaches), stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL, stderr=log, pass_fds=(lock.fileno(),), start_new_session=True,
                )  # fmt: skip

    def wait(self, upload: Upload, seconds: float) -> None:
        """Wait for the process on an upload, for so long at most."""
        process = self.running.get(upload.id)
        if process is not None:
            try:
                process.wait(seconds)
            except subprocess.TimeoutExpired:
                return

    def stop(self, upload: Upload) -> None:
        """Stop what is at work on an upload."""
        process = self.running.pop(upload.id, None)
        if process is not None:
            process.kill()
            process.wait()

    def reap(self) -> None:
        """Forget the processes that ended."""
        self.running = {name: process for name, process in self.running.items() if process.poll() is None}

    def close(self) -> None:
        """Stop everything."""
        for process in self.running.values():
            process.kill()
        for process in self.running.values():
            process.wait()
