"""Waiting for what another process does in its own time."""

from __future__ import annotations

import time
from collections.abc import Callable

LONGEST_S, TICK_S = 120.0, 0.02
"""A busy machine is no failure; nothing waits this long on another."""


def until(true: Callable[[], bool]) -> None:
    """Wait for something that comes soon."""
    end = time.monotonic() + LONGEST_S
    while not true():
        assert time.monotonic() < end, "this did not come"
        time.sleep(TICK_S)
