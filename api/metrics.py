"""Figures of the server for Prometheus."""

from __future__ import annotations

from functools import cache

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics, generate_latest
from sqlalchemy import QueuePool

from data.users.transactions import Transactions

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
        self.running = Gauge("onegrid_requests_running", "Requests being answered.", registry=self.registry)
        self.connections = Gauge(
            "onegrid_database_connections", "Connections in use.", ["pool"], registry=self.registry
        )

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request that was answered."""
        self.counter(method, route, status).inc()
        self.stopwatch(route).observe(seconds)

    def watch(self, transactions: Transactions) -> None:
        """Tell how many connections to the database are in use."""
        pools = {"loop": transactions.in_loop.pool, "threads": transactions.in_threads.pool}
        for name, pool in pools.items():
            assert isinstance(pool, QueuePool)
            self.connections.labels(name).set_function(pool.checkedout)

    def text(self) -> bytes:
        """Return the figures as Prometheus reads them."""
        return generate_latest(self.registry)
