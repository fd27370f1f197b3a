"""Several processes behind one port: each takes up connections by itself, and the first process looks after them."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import connection, get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from fastapi import FastAPI
from prometheus_client.multiprocess import mark_process_dead

from api.logs import log_lines
from api.metrics import SHARED
from api.serving import STOPPING, Place, serve_at, way_in
from data.database.access import reached
from data.database.schema import ensure_current
from data.settings import Settings
from data.users.shares import usual_of
from geo.errors import InputError

LOG = logging.getLogger("onegrid.processes")
PROCESSES = get_context("spawn")
SETTLED_S = 5.0
"""A process that ends sooner after its start is not started anew at once."""


class Worker:
    """One of the processes.

    Its pipe says once that it answers, with the address to open if it is the first, or why it can't; and the process
    ends when the pipe does, so that none outlives who looks after it.
    """

    def __init__(self, settings: Settings, sock: socket.socket, place: Place, *, first: bool) -> None:
        self.pipe, other = PROCESSES.Pipe()
        self.process: BaseProcess = PROCESSES.Process(target=work, args=(settings, sock, place, other, first))
        self.process.start()
        other.close()
        self.began = time.monotonic()

    def answered(self) -> str:
        """Wait until it answers; return the address to open, of the first.

        Raises
        ------
        InputError
            Why it can't.
        """
        try:
            refused, said = self.pipe.recv()
        except EOFError:
            raise InputError("a process of the server ended before it was ready; its log says why") from None
        if refused:
            raise InputError(said)
        return str(said)

    def told(self, number: signal.Signals) -> None:
        """Send it a signal, where it still is."""
        if self.process.is_alive() and self.process.pid is not None:
            os.kill(self.process.pid, number)

    def ended(self) -> None:
        """Clear up after it."""
        self.process.join()
        self.pipe.close()
        if self.process.pid is not None:
            mark_process_dead(self.process.pid)


def serve_by_several(settings: Settings, sock: socket.socket, place: Place, ready: Callable[[str], None]) -> None:
    """Serve by so many processes as the settings say, until a signal says to stop.

    Raises
    ------
    InputError
        As `api.serving.serve`.
    """
    if "database_connections" not in settings.model_fields_set:
        settings = settings.model_copy(update={"database_connections": usual_of(settings.processes)})
    with reached(settings) as access, tempfile.TemporaryDirectory(prefix="onegrid-figures-") as figures:
        ensure_current(access)
        with shared_figures(figures), stopping() as (stop, asked):
            workers = [Worker(settings, sock, place, first=not number) for number in range(settings.processes)]
            try:
                url, *_ = [worker.answered() for worker in workers]
                if not asked:
                    ready(url)
                look_after(workers, lambda: Worker(settings, sock, place, first=False), stop, asked)
            finally:
                end(workers, stop, asked)


@contextmanager
def shared_figures(folder: str) -> Iterator[None]:
    """Have the processes that are begun in a block keep their figures in a folder."""
    os.environ[SHARED] = folder
    try:
        yield
    finally:
        del os.environ[SHARED]


@contextmanager
def stopping() -> Iterator[tuple[socket.socket, list[signal.Signals]]]:
    """Take note of signals to stop: a socket that can be read from then on, and which came."""
    heard, said = socket.socketpair()
    asked: list[signal.Signals] = []

    def note(number: int, _: object) -> None:
        asked.append(signal.Signals(number))
        said.send(b".")

    before = {one: signal.signal(one, note) for one in STOPPING if signal.getsignal(one) is not signal.SIG_IGN}
    try:
        with heard, said:
            yield heard, asked
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def look_after(
    workers: list[Worker], another: Callable[[], Worker], stop: socket.socket, asked: list[signal.Signals]
) -> None:
    """Start anew what ends by itself, until a signal comes."""
    while not asked:
        connection.wait([stop, *(worker.process.sentinel for worker in workers)])
        for number, worker in enumerate(workers):
            if not asked and not worker.process.is_alive():
                LOG.error("a process ended", extra={"facts": {"code": worker.process.exitcode}})
                worker.ended()
                if time.monotonic() - worker.began < SETTLED_S:
                    connection.wait([stop], SETTLED_S)
                workers[number] = another()


def end(workers: list[Worker], stop: socket.socket, asked: list[signal.Signals]) -> None:
    """Have all end, after what they are doing; at once where a second signal comes."""
    told = len(asked)
    for worker in workers:
        worker.told(signal.SIGTERM)
    while alive := [worker.process.sentinel for worker in workers if worker.process.is_alive()]:
        if stop in connection.wait([stop, *alive]):
            stop.recv(64)
        if len(asked) > max(told, 1):
            told = len(asked)
            for worker in workers:
                worker.told(signal.SIGINT)
    for worker in workers:
        worker.ended()


def work(settings: Settings, sock: socket.socket, place: Place, pipe: Connection, first: bool) -> None:
    """Serve, as one of several processes."""
    log_lines(settings.log_level)

    async def ready(app: FastAPI) -> None:
        said = await way_in(app.state.running, place) if first else place.url
        asyncio.get_running_loop().add_reader(pipe.fileno(), orphaned, pipe.fileno())
        with suppress(OSError):  # who looked after this process is gone already, as the reader sees
            pipe.send((False, said))

    try:
        serve_at(settings, sock, place, ready)
    except InputError as error:
        with suppress(OSError):
            pipe.send((True, str(error)))
    finally:
        pipe.close()


def orphaned(pipe: int) -> None:
    """End, since who looked after this process is gone."""
    asyncio.get_running_loop().remove_reader(pipe)
    os.kill(os.getpid(), signal.SIGTERM)
