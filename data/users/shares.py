"""How the connections of a process to a database are shared out."""

from __future__ import annotations

from dataclasses import dataclass

FEWEST, USUAL = 12, 35
"""Connections that a process may have at a time: the fewest that it can work with, and what it has unless told."""
TOGETHER = 90
"""And that all processes of a server have, unless told: PostgreSQL takes a hundred, as it is installed."""
WORKING = 10
"""For threads; work in threads is for the processor, of which there are few."""
DRAWING = 4
"""For tiles; more at once would each take longer, and a tile is drawn in milliseconds."""
HEARING = 2
"""For who listens for revocations, and for who asks how far the database is."""


def usual_of(processes: int) -> int:
    """Return how many connections each of so many processes has, unless told.

    >>> usual_of(1), usual_of(2), usual_of(4), usual_of(64)
    (35, 35, 22, 12)
    """
    return max(FEWEST, min(USUAL, TOGETHER // processes))


@dataclass(frozen=True)
class Shares:
    """How the connections of a process are shared out."""

    drawing: int
    threads: int
    loop: int

    @classmethod
    def of(cls, most: int) -> Shares:
        """Share out so many connections, `HEARING` of which are for those who hear.

        >>> Shares.of(35), Shares.of(12)
        (Shares(drawing=4, threads=10, loop=19), Shares(drawing=1, threads=5, loop=4))
        """
        drawing = max(1, min(DRAWING, most // 8))
        threads = min(WORKING, (most - HEARING - drawing + 1) // 2)
        return cls(drawing, threads, most - HEARING - drawing - threads)
