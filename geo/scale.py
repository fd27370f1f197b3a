"""The same work over many workers: on threads of this machine, or on a Dask cluster.

The geometry library releases Python's lock in its long calls, so threads share the sources without copying them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import dask
from dask.callbacks import Callback

from geo.merge import Run, in_order


def workers(count: int, done: Callable[[int, int], None] = lambda done, total: None) -> Run:
    """Return a `Run` on so many threads of this machine, by Dask; one thread runs in the caller's.

    ``done`` is told how many of how many items are finished.
    """
    if count == 1:
        return counted(in_order, done)

    def run(function: Callable[[Any], Any], items: Iterable[Any], /) -> Sequence[Any]:
        tasks = [
            dask.delayed(function, pure=False, traverse=False)(dask.delayed(item, traverse=False)) for item in items
        ]
        with Callback(posttask=lambda *_: None):
            return list(dask.compute(*tasks, scheduler="threads", num_workers=count))

    return run


def counted(run: Run, done: Callable[[int, int], None]) -> Run:
    """Report each finished item of a `Run`."""

    def counting(function: Callable[[Any], Any], items: Iterable[Any], /) -> Sequence[Any]:
        listed = list(items)
        finished = 0

        def one(item: Any) -> Any:
            nonlocal finished
            result = function(item)
            finished += 1
            done(finished, len(listed))
            return result

        return run(one, listed)

    return counting
