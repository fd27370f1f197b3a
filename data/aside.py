"""Work done in a forked process of its own, while this one goes on."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from multiprocessing.connection import Connection

from geo.scale import CAN_FORK, follow_parent


class Aside:
    """Does some work, which sees what this process holds at the beginning; nothing comes back but its failure.

    Where the system can't fork, the work is done at once.
    """

    def __init__(self, work: Callable[[], None]) -> None:
        self.process = None
        if not CAN_FORK:
            work()
            return
        fork = multiprocessing.get_context("fork")
        self.failure, told = fork.Pipe(duplex=False)
        self.process = fork.Process(target=do, args=(work, told))
        self.process.start()
        told.close()

    def wait(self) -> None:
        """Wait for the end of the work; raise what it raised."""
        if self.process is None:
            return
        try:
            failure = self.failure.recv()
        except EOFError:
            failure = ChildProcessError(0, "the process that wrote was killed")
        self.process.join()
        self.process = None
        if failure is not None:
            raise failure

    def stop(self) -> None:
        """End the work, done or not."""
        if self.process is not None:
            self.process.kill()
            self.process.join()
            self.process = None


def do(work: Callable[[], None], told: Connection) -> None:
    """Do the work in the forked process, and tell how it ended."""
    follow_parent()
    try:
        work()
    except Exception as error:
        told.send(error)
    else:
        told.send(None)
