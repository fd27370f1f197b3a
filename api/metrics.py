"""Figures of the server for Prometheus."""

from __future__ import annotations

import os
from functools import cache

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from sqlalchemy import event

from data.users.transactions import Transactions

SHARED = "PROMETHEUS_MULTIPROC_DIR"
"""Names the folder in which the processes of one server keep their figures, each those of all can be read from."""
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
disable_created_metrics()  # when a series began is of no use here, and doubles what is sent
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)


class Metrics:
    """The figures of one application; nothing of them tells who asked for what."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "onegrid_requests", "Requests answered.", ["method", "route", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "onegrid_request_seconds", "From a request to the end of its answer.", ["route"], buckets=SECONDS,
            registry=self.registry,
        )  # fmt: skip
        self.counter, self.stopwatch = cache(self.requests.labels), cache(self.seconds.labels)
        self.running = Gauge(
            "onegrid_requests_running", "Requests being answered.", registry=self.registry, multiprocess_mode="livesum"
        )
        self.connections = Gauge(
            "onegrid_database_connections", "Connections in use.", ["pool"], registry=self.registry,
            multiprocess_mode="livesum",
        )  # fmt: skip

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request that was answered."""
        self.counter(method, route, status).inc()
        self.stopwatch(route).observe(seconds)

    def watch(self, transactions: Transactions) -> None:
        """Tell how many connections to the database are in use."""
        pools = {"loop": transactions.in_loop.pool, "threads": transactions.in_threads.pool}
        if transactions.replica is not None:
            pools["replica"] = transactions.replica.in_threads.pool
        for name, pool in pools.items():
            used = self.connections.labels(name)
            event.listen(pool, "checkout", lambda *_, used=used: used.inc())
            event.listen(pool, "checkin", lambda *_, used=used: used.dec())

    def text(self) -> bytes:
        """Return the figures as Prometheus reads them: of all processes of this server."""
        if SHARED not in os.environ:
            return generate_latest(self.registry)
        together = CollectorRegistry()
        MultiProcessCollector(together)
        return generate_latest(together)
