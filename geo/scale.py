"""The same work over many workers, by Dask: threads of this machine, or a cluster.

On one machine threads share the sources without copying them; the geometry library releases Python's lock in its long
calls. On a cluster each batch of communities travels to its worker, and its part back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import dask
from dask.callbacks import Callback

from geo.running import Run

Done = Callable[[int, int], None]
"""Told after each item: how many are finished, how many there are."""


def nobody_watches(finished: int, total: int) -> None:
    """Take no notice of progress."""


def workers(count: int, done: Done = nobody_watches) -> Run:
    """Return a `Run` on so many threads of this machine; one runs in the caller's own."""

    def run(function: Callable[[Any], Any], items: Iterable[Any], /) -> Sequence[Any]:
        listed = list(items)
        tasks = [
            dask.delayed(function, pure=False, traverse=False)(dask.delayed(item, traverse=False)) for item in listed
        ]
        finished = 0

        def count_one(*_: object) -> None:
            nonlocal finished
            finished += 1
            done(min(finished // 2, len(listed)), len(listed))  # an item and its call are a task each

        with Callback(posttask=count_one):
            return list(dask.compute(*tasks, scheduler="threads" if count > 1 else "sync", num_workers=count))

    return run


def cluster(address: str, done: Done = nobody_watches) -> Run:
    """Return a `Run` on the cluster of the Dask scheduler at an address, such as ``tcp://10.0.0.1:8786``."""
    from distributed import Client, as_completed  # noqa: PLC0415 (only where there is a cluster)

    def run(function: Callable[[Any], Any], items: Iterable[Any], /) -> Sequence[Any]:
        with Client(address, timeout="10s") as client:
            futures = client.map(function, list(items), pure=False)
            for finished, _ in enumerate(as_completed(futures), 1):
                done(finished, len(futures))
            return list(client.gather(futures))

    return run
