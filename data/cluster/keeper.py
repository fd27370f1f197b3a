"""The keeper: a small process that stops a server which killed users left running, and restarts one that was killed.

It starts the server, so that it is its parent and no user of it leaves a zombie; it knows who uses the server by the
locks alone, so that another keeper can take over where this one was killed.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path

from data.cluster.accounts import Account
from data.cluster.binaries import Binaries
from data.cluster.locks import Lock, opened
from data.cluster.places import Places
from data.cluster.server import launch, process_number, runs, stop, was_ready, works_in
from data.cluster.sockets import noted_socket, remove_socket
from geo.errors import InputError

ROOT = Path(__file__).resolve().parents[2]
BEGIN = "import sys; sys.path.insert(0, sys.argv[1]); from data.cluster.keeper import main; main(*sys.argv[2:])"
LOOK_S = 0.2
OFTEN = 5
"""A server that is killed so often before it is ready is not restarted: whatever kills it is stronger."""
STARTED = "started"


def start_keeper(places: Places, binaries: Binaries, account: Account, *, server: bool) -> None:
    """Start a keeper, which starts the server too where ``server``. The caller holds the gate.

    Raises
    ------
    InputError
        The server could not be started.
    """
    job = {"data_dir": str(places.data_dir), "folder": str(binaries.folder), "major": binaries.major, "server": server}
    read, write = os.pipe()
    try:
        command = [sys.executable, "-I", "-S", "-c", BEGIN, str(ROOT), json.dumps(job | {"account": asdict(account)})]
        with subprocess.Popen([*command, str(write)], pass_fds=(write,), stdin=subprocess.DEVNULL, cwd="/") as parent:
            os.close(write)
            with os.fdopen(read, encoding="utf-8", closefd=False) as told:
                answer = told.read()
        if answer != STARTED:
            raise InputError(answer or f"the database's keeper ended at once (code {parent.returncode})")
    finally:
        os.close(read)


def main(job_text: str, told: str) -> None:
    """Be a keeper, in a process of its own that no terminal and no parent can end."""
    job = json.loads(job_text)
    if os.fork():
        os._exit(0)
    os.setsid()
    detach()
    places = Places(Path(job["data_dir"]))
    binaries = Binaries(Path(job["folder"]), job["major"], has_postgis=True)
    keeper = Keeper(places, binaries, Account(**job["account"]))
    with opened(places.keeper, owner=places.owner) as lock, os.fdopen(int(told), "w", encoding="utf-8") as answer:
        try:
            if job["server"]:
                keeper.start()
            else:
                keeper.number = process_number(places)
        except (InputError, OSError) as error:
            answer.write(str(error))
            return
        answer.write(STARTED)
        answer.close()
        keeper.keep(lock)


def detach() -> None:
    """Let go of the terminal, and of what would end a program there."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nothing, stream)
    os.close(nothing)
    for number in (signal.SIGHUP, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)


class Keeper:
    """Watches over one server, and over those that it puts in its place."""

    def __init__(self, places: Places, binaries: Binaries, account: Account) -> None:
        self.places, self.binaries, self.account = places, binaries, account
        self.server: subprocess.Popen[bytes] | None = None
        self.number: int | None = None
        self.in_vain = 0

    def start(self) -> None:
        """Start the server on the socket that its users know."""
        socket = noted_socket(self.places)
        if socket is None:
            raise InputError(f"nobody said where the socket of {self.places.data_dir} is to be")
        self.server = launch(self.places, self.binaries, self.account, socket)
        self.number = self.server.pid

    def keep(self, lock: Lock) -> None:
        """Watch until the server ends for good; ``lock`` tells others that a keeper is there."""
        with opened(self.places.gate) as gate, opened(self.places.users) as users:
            while True:
                lock.take()  # as soon as a former keeper is gone, which ends at its next look
                time.sleep(LOOK_S)
                if not gate.take():
                    continue  # somebody starts or stops the server: not our business
                try:
                    if not self.look(users):
                        return
                finally:
                    gate.let_go()

    def look(self, users: Lock) -> bool:
        """Do what has to be done, holding the gate; tells whether there is still something to watch."""
        wanted = not users.unused()
        if self.alive():
            if not wanted:
                stop(self.places)
            return wanted
        if process_number(self.places) != self.number:
            return False  # it ended as it was asked to, and took its note away; or another's stands there
        if not wanted:
            remove_socket(self.places)
            return False
        if not runs(self.places):  # its children are gone too
            self.in_vain = 0 if was_ready(self.places) else self.in_vain + 1
            if self.in_vain > OFTEN:
                return False
            self.start()
        return True

    def alive(self) -> bool:
        """Tell whether the server is there, ready or not; takes the zombie of one that is not."""
        if self.server is not None:
            return self.server.poll() is None
        return self.number is not None and works_in(self.number, self.places.cluster)
