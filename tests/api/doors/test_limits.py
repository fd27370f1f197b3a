"""A real server against clients that are too large, too slow, or gone; and what it tells browsers."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager

import pytest
import uvicorn
from fastapi import FastAPI, Request
from fastapi.middleware import Middleware
from fastapi.responses import StreamingResponse

from api.metrics import Metrics
from api.middleware.limits import Limits
from api.middleware.observing import Observing
from api.problems import answer_problems

SECONDS = 0.5


@contextmanager
def served(app: FastAPI) -> Iterator[int]:
    """Serve an application on a port of this machine for a block."""
    with socket.create_server(("127.0.0.1", 0)) as sock:
        server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_config=None, access_log=False))
        thread = threading.Thread(target=server.run, args=([sock],))
        thread.start()
        try:
            yield sock.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join(timeout=10)
            assert not thread.is_alive()


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Serve routes that read and take their time."""
    metrics = Metrics()
    limits = Middleware(Limits, body_bytes=1000, seconds=SECONDS)
    app = FastAPI(middleware=[Middleware(Observing, metrics=metrics), limits])
    answer_problems(app)

    @app.post("/read")
    async def read(request: Request) -> int:
        return len(await request.body())

    @app.get("/wait")
    async def wait() -> None:
        await asyncio.sleep(60)

    @app.get("/drip")
    async def drip() -> StreamingResponse:
        async def drops() -> AsyncIterator[bytes]:
            for _ in range(6):
                await asyncio.sleep(SECONDS / 3)
                yield b"x"

        return StreamingResponse(drops())

    with served(app) as port:
        yield port


def exchange(port: int, *sent: bytes, pause: float = 0.0) -> bytes:
    """Send pieces to a server, and return all that it answers until it is done."""
    with closing(socket.create_connection(("127.0.0.1", port), timeout=10)) as connection:
        for piece in sent:
            connection.sendall(piece)
            time.sleep(pause)
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
    return answer


def request(method: str, path: str, *headers: str, body: bytes = b"") -> bytes:
    """Return a request as it goes over the wire."""
    head = "\r\n".join([f"{method} {path} HTTP/1.1", "Host: x", "Connection: close", *headers, "", ""])
    return head.encode() + body


def test_a_body_within_the_limit_is_read(port: int):
    answer = exchange(port, request("POST", "/read", "Content-Length: 1000", body=b"x" * 1000))
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert answer.endswith(b"1000")


def test_a_body_that_says_it_is_too_large_is_refused_before_it_is_read(port: int):
    answer = exchange(port, request("POST", "/read", "Content-Length: 1000000000"))
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b'"code":"too_large","detail":"a request may have 0.001 MB"' in answer


def test_a_body_that_does_not_say_how_large_it_is_is_cut_off_at_the_limit(port: int):
    chunks = b"".join(b"64\r\n" + b"x" * 100 + b"\r\n" for _ in range(11))
    answer = exchange(port, request("POST", "/read", "Transfer-Encoding: chunked", body=chunks))
    assert answer.startswith(b"HTTP/1.1 413 ")


def test_a_client_that_never_ends_its_request_is_let_go(port: int):
    began = time.monotonic()
    answer = exchange(port, request("POST", "/read", "Content-Length: 900"), b"x", b"y", pause=SECONDS / 2)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert time.monotonic() - began < 4 * SECONDS + 1


def test_work_that_takes_too_long_is_given_up(port: int):
    began = time.monotonic()
    answer = exchange(port, request("GET", "/wait"))
    assert answer.startswith(b"HTTP/1.1 503 ")
    assert b'"code":"timeout"' in answer
    assert time.monotonic() - began < SECONDS + 2


def test_an_answer_that_has_begun_may_take_longer(port: int):
    began = time.monotonic()
    answer = exchange(port, request("GET", "/drip"))
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert answer.count(b"\r\nx\r\n") == 6
    assert time.monotonic() - began > 1.5 * SECONDS
