"""``onegrid serve``: the server, from the first signal that it is ready to the last request that it finishes."""

from __future__ import annotations

import asyncio
import errno
import gc
import getpass
import logging
import os
import signal
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeAlias

import uvicorn
from fastapi import FastAPI

from api.application import create_app
from api.logs import log_lines
from api.protocol import ImpatientProtocol
from api.running import Running
from data.settings import Settings
from data.users.accounts import list_accounts
from data.users.sign_in import issue_link
from data.web_addresses import is_loopback
from geo.errors import InputError

LOG = logging.getLogger("onegrid.serving")
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
KEEP_ALIVE_S = 20
WAITING = 1024
"""Connections that may wait to be taken up."""
YOUNG_OBJECTS = 10_000
"""Objects that are made before Python looks for rings among them; an edit makes thousands that are in none."""
Ready: TypeAlias = Callable[[FastAPI], Awaitable[None]]
"""Called once an application answers."""


@dataclass(frozen=True)
class Place:
    """Where a server listens."""

    host: str
    port: int

    @property
    def url(self) -> str:
        """The address for a browser on this machine or, where it listens everywhere, on another."""
        everywhere = self.host in {"0.0.0.0", "::", ""}
        host = socket.gethostname() if everywhere else self.host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"


class Server(uvicorn.Server):
    """uvicorn, which leaves the signals to us: it would raise them again after it has stopped."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


def serve(settings: Settings, host: str, port: int, *, ready: Callable[[str], None], or_any: bool = False) -> None:
    """Serve until a signal says to stop; requests that are running then are finished.

    Parameters
    ----------
    or_any
        Whether any free port will do where that one is taken.
    ready
        Called once with the address to open, when the server answers.

    Raises
    ------
    InputError
        The address can't be listened on, the database can't be reached, or the settings contradict each other.
    """
    log_lines(settings.log_level)
    with listening(host, port, or_any=or_any) as (sock, place):
        if settings.processes > 1:
            from api.processes import serve_by_several  # noqa: PLC0415 (which is made of this module)

            serve_by_several(settings, sock, place, ready)
            return

        async def answering(app: FastAPI) -> None:
            ready(await way_in(app.state.running, place))

        serve_at(settings, sock, place, answering)


def serve_at(settings: Settings, sock: socket.socket, place: Place, ready: Ready) -> None:
    """Serve at a socket in this process, until a signal says to stop."""
    single_user = settings.database_url is None and is_loopback(place.host)
    server = Server(configuration(create_app(settings, single_user=single_user), settings))
    with asyncio.Runner(loop_factory=server.config.get_loop_factory()) as runner:
        runner.run(run(server, sock, ready))


async def run(server: Server, sock: socket.socket, ready: Ready) -> None:
    """Run the application and the server in it, so that the application ends after the last request."""
    app = server.config.app
    assert isinstance(app, FastAPI)
    loop = asyncio.get_running_loop()
    for number in STOPPING:
        if signal.getsignal(number) is not signal.SIG_IGN:  # as under nohup
            loop.add_signal_handler(number, server.handle_exit, number, None)
    async with app.router.lifespan_context(app):
        serving = asyncio.create_task(server.serve([sock]))
        while not server.started and not serving.done():
            await asyncio.sleep(0.01)
        if server.started:
            settle_memory()
            await ready(app)
        await serving


def settle_memory() -> None:
    """Take what was loaded for what stays: to look through it for rings took 60 ms, of one edit in fifty."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS)


def configuration(app: FastAPI, settings: Settings) -> uvicorn.Config:
    """Return how uvicorn is run: it logs nothing of its own accord, and believes proxies that were named."""
    return uvicorn.Config(
        app,
        http=ImpatientProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=round(settings.shutdown_s),
        backlog=WAITING,
    )


async def way_in(works: Running, place: Place) -> str:
    """Return the address to open: for a single user the link that signs them in."""
    url = works.settings.public_url or place.url
    async with works.transactions.writing(None) as connection:
        if works.callers.single_user:
            return f"{url}/sign-in?key={await connection.run_sync(issue_link, getpass.getuser())}"
        if works.provider is None and not await connection.run_sync(list_accounts):
            LOG.warning("nobody can sign in yet; onegrid user add NAME --role admin")
    return f"{url}/"


@contextmanager
def listening(host: str, port: int, *, or_any: bool = False) -> Iterator[tuple[socket.socket, Place]]:
    """Listen at an address for the length of a block; port 0: at any that is free.

    Raises
    ------
    InputError
        It is taken, is not this machine's, or may not be had.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        sock = bound(address[:2], family, or_any=or_any)
    except OSError as error:
        reason = (os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror or str(error)).lower()
        raise InputError(f"cannot listen on {host}:{port}: {reason}; name another by --host or --port") from error
    with sock:
        yield sock, Place(host, sock.getsockname()[1])


def bound(address: tuple[str, int], family: int, *, or_any: bool) -> socket.socket:
    """Return a socket that listens at an address or, if that will do, at any free port beside it."""
    try:
        return socket.create_server(address, family=family, backlog=WAITING)
    except OSError as error:
        if error.errno != errno.EADDRINUSE or not or_any:
            raise
        LOG.warning("port %d is taken; taking another", address[1])
        return socket.create_server((address[0], 0), family=family, backlog=WAITING)
