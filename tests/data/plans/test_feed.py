"""The feed under many writers: a reader that follows its cursor is told everything, once, in order."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event

from sqlalchemy import Engine, text

from data.database.engine import connected
from data.plans.feed import feed
from data.plans.life import branch, move
from data.plans.plan import find_plan

WRITERS, ROUNDS, A_PAGE = 4, 12, 5
MOVE = text("SELECT onegrid.move_plan(:plan, 'draft', 'in_review', 'li', 'submit', NULL)")


def test_a_reader_among_writers_who_commit_late_or_never_misses_nothing(planned: Engine):
    names = [f"draft {number}" for number in range(WRITERS)]
    for name in names:
        branch(planned, name, of="town", by="li")
    with connected(planned, place="") as reader:
        _, cursor = feed(reader, 2**62, 1)
    done, seen = Event(), []

    def write(name: str) -> None:
        for turn in range(ROUNDS):
            if turn % 2 == 0:
                with planned.connect() as given_up, given_up.begin() as begun:
                    given_up.execute(MOVE, {"plan": find_plan(given_up, name).plan_id})
                    begun.rollback()  # its number will never be told
            move(planned, name, ("submit", "return")[turn % 2], by="li")

    def follow(since: int) -> None:
        while True:
            last = done.is_set()
            with connected(planned, place="") as reader:
                found, since = feed(reader, since, A_PAGE)
            seen.extend(found)
            if last and not found:
                return

    with ThreadPoolExecutor(WRITERS + 1) as pool:
        following = pool.submit(follow, cursor)
        for writing in [pool.submit(write, name) for name in names]:
            writing.result()
        done.set()
        following.result()
    numbers = [one.sequence for one in seen]
    assert numbers == sorted(set(numbers))
    revisions = {name: [one.revision for one in seen if one.plan == name] for name in names}
    assert all(len(told) == ROUNDS and told == sorted(told) for told in revisions.values())
