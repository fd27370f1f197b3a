"""Processes that use a cluster, as separate programs, and a look at what they leave running."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType

import psycopg

from data.cluster.configuration import ADMINISTRATOR
from data.cluster.places import Places
from data.cluster.server import process_number, runs
from data.database.url import DatabaseURL

ROOT = Path(__file__).resolve().parents[3]
LONG_S = 60
USE = """
import sys
from pathlib import Path
from data.cluster import running_cluster
with running_cluster(Path(sys.argv[1])) as url:
    print(url.text, flush=True)
    sys.stdin.readline()
"""


class User:
    """A process that uses the cluster until it is told to end, or is killed."""

    def __init__(self, data_dir: Path, *, command: Sequence[str] = ()) -> None:
        self.process = subprocess.Popen(
            [*command, sys.executable, "-W", "error", "-c", USE, str(data_dir)],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def url(self) -> DatabaseURL:
        """Wait until it uses the cluster; return the address that it was given."""
        assert self.process.stdout is not None
        return DatabaseURL(self.process.stdout.readline().strip())

    def end(self) -> None:
        """Have it leave, and wait."""
        self.process.communicate("\n", timeout=LONG_S)
        assert self.process.returncode == 0

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self.process.communicate(timeout=LONG_S)

    def __enter__(self) -> User:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self.process.poll() is None:
            self.kill()


def one(url: DatabaseURL, sql: str, *, role: str = ADMINISTRATOR) -> object:
    """Ask for one value."""
    with psycopg.connect(url.as_user(role).text, autocommit=True, connect_timeout=10) as connection:
        cursor = connection.execute(sql)
        row = cursor.fetchone() if cursor.description else None
    return row[0] if row else None


def eventually(holds: Callable[[], bool], *, within_s: float = 15) -> bool:
    """Wait until something holds; tells whether it came to that."""
    until = time.monotonic() + within_s
    while not holds():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def answers(url: DatabaseURL) -> bool:
    """Tell whether the server takes connections."""
    try:
        return one(url, "SELECT 1") == 1
    except psycopg.OperationalError:
        return False


def stopped(data_dir: Path) -> bool:
    """Tell whether no process of the server is alive, and it ended as it should: it left no note."""
    places = Places(data_dir)
    return not runs(places) and process_number(places) is None


def kill_server(data_dir: Path) -> int:
    """End the server as a power cut would; return its number."""
    number = process_number(Places(data_dir))
    assert number is not None
    os.kill(number, signal.SIGKILL)
    return number
