"""Work shared out gives what it gives when done alone, whatever there is of it."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from geo import scale
from geo.errors import InputError
from geo.running import in_order
from geo.scale import ClusterLostError, by_cluster, nobody_watches, threads, workers

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


def test_the_first_items_are_begun_first(monkeypatch):
    """What takes longest is put first by whoever asks; were it begun last, all but one would wait for it."""
    begun = []
    monkeypatch.setattr(scale, "CAN_FORK", False)
    run = scale.in_pools((begun.append, range(25)), 1, nobody_watches)
    assert len(run) == 25
    assert begun == list(range(25))


def test_progress_is_told_after_each_item():
    told = []
    workers(2, lambda finished, total: told.append((finished, total)))(refuse_three, range(3))
    assert told == [(1, 3), (2, 3), (3, 3)]


def dies_at_three(folder: Path, times: int):
    """Square numbers; whoever first comes to 3 is killed, so many times."""

    def square(number: int) -> int:
        deaths = len(list(folder.iterdir()))
        if number == 3 and deaths < times:
            (folder / str(deaths)).touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return number * number

    return square


@pytest.mark.parametrize("times", [1, 2])
def test_what_a_killed_worker_had_is_done_by_another(tmp_path, times: int):
    told = []
    run = workers(2, lambda finished, total: told.append(finished))
    assert list(run(dies_at_three(tmp_path, times), range(9))) == [number * number for number in range(9)]
    assert len(list(tmp_path.iterdir())) == times
    assert told == list(range(1, 10))


def test_workers_that_are_killed_again_and_again_are_given_up(tmp_path):
    with pytest.raises(InputError, match="killed, most likely for want of memory"):
        workers(2)(dies_at_three(tmp_path, 99), range(4))


@dataclass
class Lost:
    """A result that is gone with its worker, once it was told to be finished; it comes when somebody made it again."""

    key: str
    square: int
    after: float
    asked: int = 0
    status: str = "lost"

    def add_done_callback(self, tell: Callable[[Any], None]) -> None:
        tell(self)

    def result(self, timeout: float) -> int:
        self.asked += 1
        if self.asked <= self.after:
            raise TimeoutError
        return self.square

    def release(self) -> None:
        pass


@dataclass
class Leaving:
    """A cluster of one worker, which leaves as soon as all is finished; another comes, or not."""

    after: float
    comes: bool
    asked: list[Lost] = field(default_factory=list)

    def submit(self, function: Callable[[int], int], item: int, *, pure: bool) -> Lost:
        self.asked.append(Lost(f"{item} {pure}", function(item), self.after))
        return self.asked[-1]

    def nthreads(self) -> dict[str, int]:
        return {} if self.asked and not self.comes else {"worker": 1}


def test_results_that_are_lost_with_their_worker_are_waited_for_while_there_is_another():
    assert by_cluster(Leaving(after=3, comes=True), (refuse_three, [0, 1, 2]), nobody_watches) == [0, 1, 4]


def test_results_that_are_lost_with_the_last_worker_are_given_up():
    with pytest.raises(ClusterLostError, match="all its workers are gone, and none came back"):
        by_cluster(Leaving(after=float("inf"), comes=False), (refuse_three, [0, 1, 2]), nobody_watches)


def test_work_that_itself_takes_too_long_is_not_waited_for():
    class Late(Leaving):
        def submit(self, function: Callable[[int], int], item: int, *, pure: bool) -> Lost:
            late = super().submit(function, item, pure=pure)
            late.status = "error"
            return late

    with pytest.raises(TimeoutError):
        by_cluster(Late(after=1, comes=True), (refuse_three, [0, 1]), nobody_watches)
