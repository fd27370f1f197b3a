"""The same work over many workers, by Dask: processes of this machine, or a cluster.

Processes are forked, so that they see the sources without copying them, and only results travel. On a cluster each
batch of communities travels to its worker, and its part back. What is short, or needs all of the result in one memory,
is shared out to threads; the geometry library releases Python's lock in its long calls.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import signal
import sys
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from typing import Any

from geo.running import Run, in_order

Done = Callable[[int, int], None]
"""Told after each item: how many are finished, how many there are."""

CAN_FORK = sys.platform == "linux"
"""Elsewhere a forked process can't rely on the system's libraries."""

DIE_WITH_PARENT = 1
"""``PR_SET_PDEATHSIG`` of Linux' ``prctl``."""

Work = tuple[Callable[[Any], Any], Sequence[Any]]
"""A function and the items it is for."""

_work: Work
"""What a worker process was forked for."""


def nobody_watches(finished: int, total: int) -> None:
    """Take no notice of progress."""


def workers(count: int, done: Done = nobody_watches) -> Run:
    """Return a `Run` on so many processes of this machine; one works in the caller's own.

    Where the system can't fork, they are threads.
    """

    def run(function: Callable[[Any], Any], items: Iterable[Any], /) -> Sequence[Any]:
        work = function, list(items)
        if count == 1 or len(work[1]) <= 1:
            return one_by_one(work, done)
        with pool_for(work, min(count, len(work[1]))) as pool:
            return by_dask(pool, len(work[1]), done)

    return run


def one_by_one(work: Work, done: Done) -> list[Any]:
    """Do some work in this thread."""
    function, items = work
    results = []
    for item in items:
        results.append(function(item))
        done(len(results), len(items))
    return results


def pool_for(work: Work, count: int) -> Executor:
    """Return a pool whose workers know their work already, so that only numbers of items need to be sent."""
    if not CAN_FORK:
        return ThreadPoolExecutor(count, initializer=know_work, initargs=(work,))
    fork = multiprocessing.get_context("fork")
    return ProcessPoolExecutor(count, mp_context=fork, initializer=begin_process, initargs=(work,))


def by_dask(pool: Executor, items: int, done: Done) -> Sequence[Any]:
    """Have Dask do the work that a pool knows."""
    from dask.callbacks import Callback  # noqa: PLC0415 (as all of Dask, not worth its time where one batch is all)
    from dask.multiprocessing import RemoteException, get  # noqa: PLC0415

    finished = 0

    def count_one(*_: object) -> None:
        nonlocal finished
        finished += 1
        done(finished, items)

    graph = {f"item {number}": (work_on, number) for number in range(items)}
    with Callback(posttask=count_one):
        try:
            return list(get(graph, list(graph), pool=pool, chunksize=1))
        except RemoteException as error:
            raise error.exception from error


def know_work(work: Work) -> None:
    """Tell a worker its work."""
    global _work  # noqa: PLW0603 (a worker has one)
    _work = work


def begin_process(work: Work) -> None:
    """Make a forked process ready."""
    know_work(work)
    follow_parent()


def follow_parent() -> None:
    """Have a forked process leave Ctrl-C to its parent, and end when that ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    ctypes.CDLL(None).prctl(DIE_WITH_PARENT, signal.SIGKILL)


def work_on(number: int) -> Any:
    """Do one item of a worker's work."""
    function, items = _work
    return function(items[number])


def threads(count: int) -> Run:
    """Return a `Run` on so many threads; one works in the caller's own."""

    def run(function: Callable[[Any], Any], items: Iterable[Any], /) -> Sequence[Any]:
        with ThreadPoolExecutor(count) as pool:
            return list(pool.map(function, items))

    return run if count > 1 else in_order


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
