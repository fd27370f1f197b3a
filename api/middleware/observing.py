"""Every request has an id, is counted and logged; what nobody expected is answered with a fixed text."""

from __future__ import annotations

import logging
import random
import re
from time import perf_counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.metrics import Metrics
from api.problems import problem

LOG = logging.getLogger("onegrid.requests")
GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
UNKNOWN = "unknown"


class Observing:
    """The outermost layer."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, and tell of it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, facts = perf_counter(), scope.setdefault("state", {})
        facts["request_id"] = id_of(scope)
        sent = {"status": 0, "bytes": 0}

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                sent["status"] = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", facts["request_id"].encode())]
            else:
                sent["bytes"] += len(message.get("body", b""))
            await send(message)

        with self.metrics.running.track_inprogress():
            try:
                await self.app(scope, receive, sending)
            except Exception as error:
                LOG.error("defect", exc_info=error, extra={"facts": {"request": facts["request_id"]}})
                if not sent["status"]:
                    await defect(facts["request_id"])(scope, receive, sending)
            finally:
                self.tell(scope, sent["status"] or 499, sent["bytes"], perf_counter() - began)

    def tell(self, scope: Scope, status: int, size: int, seconds: float) -> None:
        """Count and log a request; 499: whoever asked went away."""
        route = getattr(scope.get("route"), "path", UNKNOWN)
        method = scope["method"] if scope["method"] in METHODS else UNKNOWN
        self.metrics.answered(method, route, status, seconds)
        if LOG.isEnabledFor(logging.INFO):
            LOG.info("request", extra={"facts": {
                "request": scope["state"]["request_id"], "method": method, "path": scope["path"], "status": status,
                "bytes": size, "ms": round(seconds * 1000, 1), "user": scope["state"].get("user"),
            }})  # fmt: skip


def id_of(scope: Scope) -> str:
    """Return the id of a request: the one that a proxy gave it, else a new one."""
    given = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"").decode("latin-1")
    return given if GIVEN_ID.fullmatch(given) else f"{random.getrandbits(96):024x}"


def defect(request_id: str) -> ASGIApp:
    """Return the answer to what nobody expected."""
    sentence = "something went wrong that should not; whoever looks after this server finds it in the log by the id"
    return problem(500, sentence, id=request_id)
