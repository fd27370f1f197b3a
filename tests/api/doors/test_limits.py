"""A real server against clients that are too large, too slow, or gone; and what it tells browsers."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import closing, contextmanager

import pytest
import uvicorn
from fastapi import FastAPI, Request
from fastapi.middleware import Middleware

from api.metrics import Metrics
from api.middleware.limits import Limits
from api.middleware.observing import Observing
from api.problems import answer_problems
from api.protocol import HEAD_BYTES, ImpatientProtocol
from api.streaming import Stream

SECONDS = 0.5


class Hasty(ImpatientProtocol):
    """The protocol of the server, in less time."""

    head_s = SECONDS


@contextmanager
def served(app: FastAPI) -> Iterator[int]:
    """Serve an application on a port of this machine for a block."""
    with socket.create_server(("127.0.0.1", 0)) as sock:
        server = uvicorn.Server(
            uvicorn.Config(app, http=Hasty, ws="none", lifespan="off", log_config=None, access_log=False)
        )
        thread = threading.Thread(target=server.run, args=([sock],))
        thread.start()
        try:
            yield sock.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join(timeout=10)
            assert not thread.is_alive()


let_go = threading.Event()


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Serve routes that read and take their time."""
    metrics = Metrics()
    limits = Middleware(Limits, body_bytes=1000, seconds=SECONDS, upload_bytes=2000)
    app = FastAPI(middleware=[Middleware(Observing, metrics=metrics), limits])
    answer_problems(app)

    @app.post("/read")
    async def read(request: Request) -> int:
        return len(await request.body())

    @app.put("/api/uploads/{rest:path}")
    async def take(request: Request) -> int:
        return len(await request.body())

    @app.get("/wait")
    async def wait() -> None:
        await asyncio.sleep(60)

    @app.get("/drip")
    async def drip() -> Stream:
        async def drops() -> AsyncGenerator[bytes, None]:
            for _ in range(6):
                await asyncio.sleep(SECONDS / 3)
                yield b"x"

        return Stream(drops(), media_type="text/plain")

    @app.get("/flood")
    async def flood() -> Stream:
        async def waves() -> AsyncGenerator[bytes, None]:
            try:
                while True:
                    yield bytes(1_000_000)
            finally:
                let_go.set()

        return Stream(waves(), media_type="text/plain")

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


def test_a_file_that_keeps_coming_may_take_its_time(port: int):
    put = request("PUT", "/api/uploads/x/files/y", "Content-Length: 1500")
    answer = exchange(port, put, *[b"x" * 300] * 5, pause=SECONDS * 0.4)
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert answer.endswith(b"1500")


def test_a_file_is_let_go_that_comes_no_more_or_is_too_large(port: int):
    assert exchange(port, request("PUT", "/api/uploads/x/files/y", "Content-Length: 9"), b"x").startswith(
        b"HTTP/1.1 408 "
    )
    assert exchange(port, request("PUT", "/api/uploads/x/files/y", "Content-Length: 2001")).startswith(b"HTTP/1.1 413 ")


def test_a_client_that_never_ends_its_request_is_let_go(port: int):
    began = time.monotonic()
    answer = exchange(port, request("POST", "/read", "Content-Length: 900"), b"x")
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


def test_whoever_takes_nothing_of_an_answer_is_let_go(port: int):
    let_go.clear()
    with closing(socket.create_connection(("127.0.0.1", port), timeout=10)) as connection:
        connection.sendall(request("GET", "/flood"))
        assert let_go.wait(timeout=SECONDS + 5)


@pytest.mark.parametrize(
    "sent", [b"", b"GET", b"GET /drip HTTP/1.1\r\nHost: x\r\nX-Slow: "], ids=["none", "line", "head"]
)
def test_a_connection_on_which_no_request_comes_is_closed(port: int, sent: bytes):
    began = time.monotonic()
    assert exchange(port, *([sent] if sent else [])) == b""
    assert SECONDS / 2 < time.monotonic() - began < SECONDS + 3


def test_the_source_of_an_answer_is_closed_when_its_reader_goes(port: int):
    let_go.clear()
    with closing(socket.create_connection(("127.0.0.1", port), timeout=10)) as connection:
        connection.sendall(request("GET", "/flood"))
        assert connection.recv(100).startswith(b"HTTP/1.1 200 ")
    assert let_go.wait(timeout=5)


def test_a_head_that_comes_byte_by_byte_is_no_way_around_the_limit_of_time(port: int):
    pieces = [b"GET /drip HTTP/1.1\r\n", *(b"X-%d: y\r\n" % number for number in range(100))]
    began = time.monotonic()
    with pytest.raises(OSError):
        exchange(port, *pieces, pause=SECONDS / 8)
    assert time.monotonic() - began < 5 * SECONDS


def test_a_head_without_end_is_cut_off(port: int):
    piece = b"X: " + b"y" * 8000 + b"\r\n"
    with pytest.raises(OSError):
        exchange(port, b"GET /drip HTTP/1.1\r\n", *([piece] * (HEAD_BYTES // 4000)), pause=0.001)


def test_a_connection_may_be_used_again(port: int):
    with closing(socket.create_connection(("127.0.0.1", port), timeout=10)) as connection:
        for _ in range(3):
            connection.sendall(
                request("POST", "/read", "Content-Length: 1", body=b"x").replace(b"close", b"keep-alive")
            )
            assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")
            time.sleep(SECONDS * 1.2)
