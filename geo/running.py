"""How work is shared out: a `Run` applies a function to items, on however many workers; `geo.scale` has others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol


class Run(Protocol):
    """Applies a function to each item, on however many workers, and returns the results in order."""

    def __call__(self, function: Callable[[Any], Any], items: Iterable[Any], /) -> Sequence[Any]:
        """Return ``function(item)`` for each item."""
        ...


def in_order(function: Callable[[Any], Any], items: Iterable[Any], /) -> Sequence[Any]:
    """Run one item after the other in this thread."""
    return [function(item) for item in items]
