"""How work is shared out: a `Run` applies a function to items, on however many workers; `geo.scale` has others. And
whether it is done at all: a `Once` may have the result of an earlier time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol, TypeVar

Result = TypeVar("Result")


class Run(Protocol):
    """Applies a function to each item, on however many workers, and returns the results in order."""

    def __call__(self, function: Callable[[Any], Any], items: Iterable[Any], /) -> Sequence[Any]:
        """Return ``function(item)`` for each item."""
        ...


def in_order(function: Callable[[Any], Any], items: Iterable[Any], /) -> Sequence[Any]:
    """Run one item after the other in this thread."""
    return [function(item) for item in items]


def call(work: Callable[[], Result]) -> Result:
    """Do some work: for a `Run` whose items differ."""
    return work()


class Once(Protocol):
    """Does some work, or takes its result from a time when it hung on the same."""

    def __call__(self, work: Callable[[], Result], name: str, /, *hangs_on: Any) -> Result:
        """Return ``work()``; ``name`` says what it is, and ``hangs_on`` is all that the result hangs on."""
        ...


def each_time(work: Callable[[], Result], name: str, /, *hangs_on: Any) -> Result:
    """Do the work, whatever it hangs on."""
    return work()
