"""The same work over many workers, by Dask: processes of this machine, or a cluster.

Processes are forked, so that they see the sources without copying them, and only results travel. On a cluster each
batch of communities travels to its worker, and its part back; some are under way at a time, so that neither scheduler
nor workers hold the whole. What is short, or needs all of the result in one memory, is shared out to threads; the
geometry library releases Python's lock in its long calls.

A worker that dies takes its items with it, no more: they are given to others, and since an item's result hangs on the
item alone, nobody can tell from the results.
"""

from __future__ import annotations

import ctypes
import gc
import multiprocessing
import signal
import sys
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import BrokenExecutor, Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from itertools import islice
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, TypeVar

from geo.errors import InputError
from geo.running import Run, in_order

if TYPE_CHECKING:
    from distributed import Client, Future

Done = Callable[[int, int], None]
"""Told after each item: how many are finished, how many there are."""

CAN_FORK = sys.platform == "linux"
"""Elsewhere a forked process can't rely on the system's libraries."""

DIE_WITH_PARENT = 1
"""``PR_SET_PDEATHSIG`` of Linux' ``prctl``."""

POOLS = 4
"""Pools of processes that are begun for some work, each after one of the former's processes was killed."""

AHEAD = 3
"""Items that are under way for each thread of a cluster: one that is worked on, and others to go on with."""

PATIENCE_S = 30
"""How often it is looked whether a cluster has any workers left; without any for so long, the work ends."""

LOST = "the connection to it was lost"
GO_ON = "see to the cluster, and build again; with --parts, what is finished is not done again"

Answer = TypeVar("Answer")

Work = tuple[Callable[[Any], Any], Sequence[Any]]
"""A function and the items it is for."""

_work: Work
"""What a worker process was forked for."""


class ClusterLostError(Exception):
    """A cluster can't go on with the work."""


def nobody_watches(finished: int, total: int) -> None:
    """Take no notice of progress."""


def as_it_is(result: Any) -> Any:
    """Take a result as it is."""
    return result


def workers(count: int, done: Done = nobody_watches) -> Run:
    """Return a `Run` on so many processes of this machine; one works in the caller's own.

    Where the system can't fork, they are threads.
    """

    def run(function: Callable[[Any], Any], items: Iterable[Any], /) -> Sequence[Any]:
        work = function, list(items)
        if count == 1 or len(work[1]) <= 1:
            return one_by_one(work, done)
        return in_pools(work, count, done)

    return run


def in_pools(work: Work, count: int, done: Done) -> list[Any]:
    """Do some work in processes; where one is killed, what is not finished is begun anew in others.

    Raises
    ------
    InputError
        They are killed again and again.
    """
    finished: dict[int, Any] = {}
    items = len(work[1])
    for _ in range(POOLS):
        left = [number for number in range(items) if number not in finished]
        if not left:
            break
        with suppress(BrokenExecutor), pool_for(work, min(count, len(left))) as pool:
            by_dask(pool, left, finished, lambda: done(len(finished), items))
    if len(finished) < items:
        raise InputError(
            f"{POOLS} times a worker process was killed, most likely for want of memory; give fewer with --workers"
        )
    return [finished[number] for number in range(items)]


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


def by_dask(pool: Executor, items: Sequence[int], finished: dict[int, Any], done: Callable[[], None]) -> None:
    """Have Dask do the items of the work that a pool knows, the first of them first, and note down what is finished as
    it comes."""
    from dask.callbacks import Callback  # noqa: PLC0415 (as all of Dask, not worth its time where one batch is all)
    from dask.multiprocessing import RemoteException, get  # noqa: PLC0415

    last_first = range(len(items), 0, -1)  # of tasks without an order Dask begins with that whose key comes last
    number = {f"item {key:09}": item for key, item in zip(last_first, items, strict=True)}

    def note(key: str, result: Any, *_: object) -> None:
        finished[number[key]] = result
        done()

    with Callback(posttask=note):
        try:
            get({key: (work_on, item) for key, item in number.items()}, list(number), pool=pool, chunksize=1)
        except RemoteException as error:
            raise error.exception from error


def know_work(work: Work) -> None:
    """Tell a worker its work."""
    global _work  # noqa: PLW0603 (a worker has one)
    _work = work


def begin_process(work: Work) -> None:
    """Make a forked process ready; what it came with is not looked through for garbage, which would copy it."""
    gc.freeze()
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


def cluster(address: str, done: Done = nobody_watches, take: Callable[[Any], Any] = as_it_is) -> Run:
    """Return a `Run` on the cluster of the Dask scheduler at an address, such as ``tcp://10.0.0.1:8786``.

    ``take`` is given each result as it comes, and returns what stays of it.
    """
    from distributed import CancelledError, Client  # noqa: PLC0415 (only where there is a cluster)
    from distributed.scheduler import KilledWorker  # noqa: PLC0415

    def run(function: Callable[[Any], Any], items: Iterable[Any], /) -> Sequence[Any]:
        try:
            with lost_if_gone(lambda: Client(address, timeout="10s")) as client:
                return by_cluster(client, (function, list(items)), done, take)
        except CancelledError as error:
            raise InputError(f"--scheduler {address}: {LOST}; {GO_ON}") from error
        except (KilledWorker, ClusterLostError) as error:
            raise InputError(f"--scheduler {address}: {error}; {GO_ON}") from error

    return run


def by_cluster(client: Client, work: Work, done: Done, take: Callable[[Any], Any] = as_it_is) -> list[Any]:
    """Do some work on a cluster, a few items a thread at a time; results are taken from it as they come."""
    function, items = work
    waiting = iter(enumerate(items))
    finished: SimpleQueue[Future] = SimpleQueue()
    number: dict[str, int] = {}
    results: dict[int, Any] = {}

    def begin(count: int) -> None:
        for place, item in islice(waiting, count):
            future = client.submit(function, item, pure=False)
            number[future.key] = place
            future.add_done_callback(finished.put)

    begin(AHEAD * max(threads_of(client), 1))
    while number:
        future = patiently(client, partial(finished.get, timeout=PATIENCE_S))
        results[number.pop(future.key)] = take(patiently(client, partial(brought, future)))
        future.release()
        begin(1)
        done(len(results), len(items))
    return [results[place] for place in range(len(items))]


def patiently(client: Client, wait: Callable[[], Answer]) -> Answer:
    """Wait until something is finished, or its result is here: one that was lost with its worker is made again.

    Parameters
    ----------
    wait
        Gives up after `PATIENCE_S` seconds, by `Empty`.

    Raises
    ------
    ClusterLostError
        There has been nobody to work on it for that long.
    """
    left = False
    while True:
        try:
            return wait()
        except Empty:
            if left and not threads_of(client):
                raise ClusterLostError("all its workers are gone, and none came back") from None
            left = not threads_of(client)


def brought(future: Future) -> Any:
    """Return a result; `Empty` where it does not come in time, while what the work itself raised comes through."""
    try:
        return future.result(timeout=PATIENCE_S)
    except TimeoutError:
        if future.status == "error":
            raise
        raise Empty from None


def threads_of(client: Client) -> int:
    """Count the threads of a cluster."""
    return sum(lost_if_gone(client.nthreads).values())


def lost_if_gone(ask: Callable[[], Answer]) -> Answer:
    """Ask a scheduler something.

    Raises
    ------
    ClusterLostError
        It does not answer.
    """
    try:
        return ask()
    except OSError as error:
        raise ClusterLostError(LOST) from error
