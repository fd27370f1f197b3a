"""One question for all who wait for its answer; and tasks that end when they are told to."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

AGAIN_S = 1.0
Answer = TypeVar("Answer")


class Together(Generic[Answer]):
    """Asks one question for all who wait for the answer.

    Whoever comes gets an answer to a question that was asked after he came, never of before: so what was committed
    before he asked is seen. A map asks for twenty tiles at once, which takes one look at the plan, or two.
    """

    def __init__(self) -> None:
        self.next: dict[Hashable, asyncio.Task[Answer]] = {}
        self.now: dict[Hashable, asyncio.Task[Answer]] = {}

    async def ask(self, key: Hashable, question: Callable[[], Awaitable[Answer]]) -> Answer:
        """Return what is answered to a question that is asked from now on; who goes away leaves the others theirs."""
        task = self.next.get(key)
        if task is None:
            task = self.next[key] = asyncio.create_task(self.in_turn(key, question))
            task.add_done_callback(lambda done: done.cancelled() or done.exception())  # heard, also if all went away
        return await asyncio.shield(task)

    async def in_turn(self, key: Hashable, question: Callable[[], Awaitable[Answer]]) -> Answer:
        """Wait for the question before, and ask."""
        before = self.now.get(key)
        if before is not None:
            await asyncio.wait([before])
        task = self.now[key] = self.next.pop(key)
        try:
            return await question()
        finally:
            if self.now[key] is task:
                del self.now[key]


async def ended(task: asyncio.Task[None]) -> None:
    """Cancel a task until it is at its end: Python 3.11 may lose what it is told while it waits for a connection."""
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=AGAIN_S)
