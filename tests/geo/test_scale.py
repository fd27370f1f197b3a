"""Work shared out gives what it gives when done alone, whatever there is of it."""

from __future__ import annotations

import pytest

from geo.errors import InputError
from geo.running import in_order
from geo.scale import threads, workers

RUNS = {"alone": in_order, "one": workers(1), "processes": workers(2), "threads": threads(2)}


def refuse_three(number: int) -> int:
    if number == 3:
        raise InputError("three is refused")
    return number * number


@pytest.mark.parametrize("run", RUNS.values(), ids=RUNS)
@pytest.mark.parametrize("size", [0, 1, 2, 3])
def test_results_come_in_order_of_the_items(run, size):
    assert list(run(refuse_three, range(size))) == [number * number for number in range(size)]


@pytest.mark.parametrize("run", RUNS.values(), ids=RUNS)
def test_a_refusal_comes_through_as_it_was_raised(run):
    with pytest.raises(InputError, match="three is refused"):
        run(refuse_three, range(5))


def test_progress_is_told_after_each_item():
    told = []
    workers(2, lambda finished, total: told.append((finished, total)))(refuse_three, range(3))
    assert told == [(1, 3), (2, 3), (3, 3)]
