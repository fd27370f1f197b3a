"""A cluster whose log a second one follows: a real streaming replica, on this machine."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import psycopg

from data.cluster import running_cluster
from data.cluster.accounts import Account, account_for
from data.cluster.binaries import server_binaries
from data.cluster.configuration import ADMINISTRATOR
from data.cluster.places import PORT, Places
from data.cluster.programs import environment
from data.database.access import Access
from data.database.schema import upgrade
from data.database.url import DatabaseURL
from tests.databases import execute

COPIED = "wal_level = replica\nmax_wal_senders = 4\n"
LET_IN = "local replication all peer map=onegrid\n"


@dataclass
class Copy:
    """The replica: it can be held up, and stopped."""

    folder: Path
    socket: Path
    account: Account
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> DatabaseURL:
        """Its address, for the application."""
        return DatabaseURL(f"postgresql://onegrid_app@/onegrid?{urlencode({'host': str(self.socket), 'port': PORT})}")

    def start(self) -> None:
        """Start it, and wait until it answers."""
        command = [server_binaries()["postgres"], "-D", str(self.folder)]
        self.process = subprocess.Popen(
            [*command, "-c", f"unix_socket_directories={self.socket}"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment(), **self.account.as_user(),
        )  # fmt: skip
        for _ in range(600):
            try:
                self.says("SELECT 1")
                return
            except psycopg.OperationalError:
                time.sleep(0.05)
        raise AssertionError("the replica does not start")

    def stop(self) -> None:
        """Stop it, its sessions ended."""
        if self.process is not None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait()
            self.process = None

    def says(self, command: str) -> list[tuple]:
        """Ask it something as administrator."""
        with psycopg.connect(self.url.as_user(ADMINISTRATOR).libpq, autocommit=True) as connection:
            found = connection.execute(command)
            return found.fetchall() if found.description else []

    @contextmanager
    def settled(self, **settings: str) -> Iterator[None]:
        """Have it work with other settings for a block."""
        for name, value in settings.items():
            self.says(f"ALTER SYSTEM SET {name} = '{value}'")
        self.says("SELECT pg_reload_conf()")
        while any(self.says(f"SHOW {name}") != [(value,)] for name, value in settings.items()):
            time.sleep(0.01)
        try:
            yield
        finally:
            for name in settings:  # all of them would also be where it copies from
                self.says(f"ALTER SYSTEM RESET {name}")
            self.says("SELECT pg_reload_conf()")

    @contextmanager
    def held_up(self) -> Iterator[None]:
        """Have it take up nothing new for a block."""
        self.says("SELECT pg_wal_replay_pause()")
        while self.says("SELECT pg_get_wal_replay_pause_state()") != [("paused",)]:
            time.sleep(0.01)
        try:
            yield
        finally:
            self.says("SELECT pg_wal_replay_resume()")


@contextmanager
def replicated(folder: Path) -> Iterator[tuple[Access, Copy]]:
    """Run a cluster at the newest revision, and a replica of it."""
    data_dir = folder / "original"
    with running_cluster(data_dir):
        pass
    places = Places(data_dir)
    (places.cluster / "local.conf").write_text(COPIED)
    with running_cluster(data_dir) as url:
        access = Access(url, url.as_user(ADMINISTRATOR), data_dir)
        with (places.cluster / "pg_hba.conf").open("a") as rules:
            rules.write(LET_IN)
        execute(access, "SELECT pg_reload_conf()")
        upgrade(access)
        with copied(access, account_for(places)) as copy:
            yield access, copy


@contextmanager
def copied(access: Access, account: Account) -> Iterator[Copy]:
    """Make a replica, where the cluster's user may work, and run it."""
    place = Path(tempfile.mkdtemp(prefix="onegrid-copy-"))
    copy = Copy(place / "cluster", place, account)
    if not account.is_caller:
        os.chown(place, *account.owner)
    try:
        command = [server_binaries()["pg_basebackup"], "-D", str(copy.folder), "-R", "--checkpoint=fast"]
        subprocess.run(
            [*command, "-d", access.administrator.libpq], check=True, env=environment(), cwd="/", **account.as_user()
        )
        copy.start()
        yield copy
    finally:
        copy.stop()
        shutil.rmtree(place)
