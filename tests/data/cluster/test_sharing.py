"""Several processes on one cluster, and what becomes of it when they, or it, are killed."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from data.cluster import running_cluster
from data.cluster.configuration import ADMINISTRATOR
from data.cluster.places import Places
from data.cluster.server import process_number, runs
from tests.data.cluster.using import User, answers, eventually, kill_server, one, stopped


def test_two_processes_share_a_server_which_stops_with_the_last(data_dir: Path):
    with User(data_dir) as first, User(data_dir) as second:
        assert first.url() == second.url()
        number = process_number(Places(data_dir))
        first.end()
        assert process_number(Places(data_dir)) == number
        with running_cluster(data_dir) as url:
            assert one(url, "SELECT 1") == 1
            second.end()
            assert one(url, "SELECT 1") == 1
        assert stopped(data_dir)


def test_many_processes_that_begin_at_once_on_no_cluster_make_one(tmp_path: Path):
    data_dir = tmp_path / "data"
    with ExitStack() as stack:
        users = [stack.enter_context(User(data_dir)) for _ in range(5)]
        assert len({user.url() for user in users}) == 1
        for user in users:
            user.end()
    assert stopped(data_dir)


def test_those_who_come_and_go_all_the_time_always_find_it(data_dir: Path):
    def come_and_go(seed: int) -> int:
        dice = random.Random(seed)
        for _ in range(12):
            with running_cluster(data_dir) as url:
                assert one(url, "SELECT 1") == 1
                time.sleep(dice.random() * 0.05)
            time.sleep(dice.random() * 0.1)
        return seed

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(come_and_go, range(4))) == list(range(4))
    assert stopped(data_dir)


def test_a_server_whose_only_user_was_killed_stops(data_dir: Path):
    with User(data_dir) as user:
        user.url()
        user.kill()
    assert eventually(lambda: stopped(data_dir))


def test_a_killed_user_leaves_the_server_to_the_others(data_dir: Path):
    with User(data_dir) as user, running_cluster(data_dir) as url:
        user.url()
        user.kill()
        time.sleep(0.6)  # the keeper looks every 0.2 s
        assert one(url, "SELECT 1") == 1
    assert stopped(data_dir)


def test_a_user_killed_while_it_makes_the_cluster_costs_the_next_one_nothing(tmp_path: Path):
    for after_s in (0.3, 0.7):
        data_dir = tmp_path / f"data-{after_s}"
        with User(data_dir) as user:
            time.sleep(after_s)
            user.kill()
        with running_cluster(data_dir) as url:
            assert one(url, "SELECT extname FROM pg_extension WHERE extname = 'postgis'") == "postgis"
        assert sorted(path.name for path in data_dir.iterdir()) == ["cluster", "run"]
        assert stopped(data_dir)


def test_a_killed_keeper_is_replaced_by_the_next_user(data_dir: Path):
    with running_cluster(data_dir) as url:
        kill_keeper(data_dir)
        assert one(url, "SELECT 1") == 1
        with User(data_dir) as user:
            assert user.url() == url
            user.end()
        number = kill_server(data_dir)
        assert eventually(lambda: process_number(Places(data_dir)) not in (None, number))
        assert eventually(lambda: answers(url))
    assert stopped(data_dir)


def test_the_last_user_stops_the_server_without_a_keeper_too(data_dir: Path):
    with running_cluster(data_dir):
        kill_keeper(data_dir)
    assert stopped(data_dir)


def test_a_killed_server_comes_back_at_the_same_address(data_dir: Path):
    with running_cluster(data_dir) as url:
        one(url, "CREATE TABLE t AS SELECT 7 AS a")
        kill_server(data_dir)
        assert eventually(lambda: answers(url))
        assert one(url, "SELECT a FROM t") == 7
    assert stopped(data_dir)


def test_a_server_killed_with_all_its_users_recovers(data_dir: Path):
    """As after a power cut: the note of the server stays, a socket too, and nothing was written to its place."""
    with User(data_dir) as user:
        url = user.url()
        one(url, "CREATE TABLE t AS SELECT 7 AS a")
        kill_keeper(data_dir)
        kill_server(data_dir)
        user.kill()
    assert eventually(lambda: not runs(Places(data_dir)))
    assert process_number(Places(data_dir)) is not None
    with running_cluster(data_dir) as again:
        assert again == url  # the directory of the old socket was found private, and taken
        assert one(again, "SELECT a FROM t") == 7
    assert stopped(data_dir)


def test_a_stale_note_that_names_another_living_process_is_no_obstacle(data_dir: Path):
    """In containers numbers are small, and after a crash the server's old one is soon somebody else's."""
    account = (data_dir / "cluster").stat()
    how = {"user": account.st_uid, "group": account.st_gid, "extra_groups": []} if os.geteuid() == 0 else {}
    with subprocess.Popen(["sleep", "60"], **how) as bystander:
        note = data_dir / "cluster" / "postmaster.pid"
        note.write_text(f"{bystander.pid}\n{data_dir}/cluster\n0\n5432\n\n\n0 0\nready   \n")
        os.chown(note, account.st_uid, account.st_gid)
        with running_cluster(data_dir) as url:
            assert one(url, "SELECT 1") == 1
        assert bystander.poll() is None
        bystander.kill()


STORM_S = 4
KILLS = 5


def test_every_acknowledged_commit_is_there_after_kills_in_a_storm_of_them(data_dir: Path):
    with running_cluster(data_dir) as url:
        one(url, "CREATE TABLE edits (number integer PRIMARY KEY, half text)")
        with Storm(url.as_user(ADMINISTRATOR).text) as storm:
            dice = random.Random(4)
            for _ in range(KILLS):
                time.sleep(dice.uniform(0.2, STORM_S / KILLS))
                eventually(lambda: answers(url))
                kill_server(data_dir)
        assert eventually(lambda: answers(url))
        with psycopg.connect(url.as_user(ADMINISTRATOR).text) as connection:
            rows = connection.execute("SELECT number, count(half) FROM edits GROUP BY number").fetchall()
        kept = {number for number, _ in rows}
        assert len(storm.acknowledged) > 50
        assert storm.acknowledged - kept == set()
        assert kept <= storm.acknowledged | storm.unanswered


class Storm:
    """Commits numbers as fast as it can, and notes which were acknowledged."""

    def __init__(self, conninfo: str) -> None:
        self.conninfo = conninfo
        self.acknowledged: set[int] = set()
        self.unanswered: set[int] = set()
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.blow)

    def __enter__(self) -> Storm:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        self.thread.join()

    def blow(self) -> None:
        number = 0
        while not self.ended.is_set():
            try:
                with psycopg.connect(self.conninfo, autocommit=True, connect_timeout=10) as connection:
                    while not self.ended.is_set():
                        number += 1
                        self.unanswered.add(number)
                        connection.execute("INSERT INTO edits VALUES (%s, 'whole')", [number])
                        self.acknowledged.add(number)
            except psycopg.OperationalError:
                time.sleep(0.02)


@pytest.mark.skipif(not Path("/proc/locks").exists(), reason="asks Linux's tables")
def test_an_idle_server_leaves_nothing_behind_when_it_ends(data_dir: Path):
    with running_cluster(data_dir) as url:
        socket = Path(url.place.partition(":")[0])
    assert not socket.exists()
    assert eventually(lambda: keeper_of(data_dir) is None)


def keeper_of(data_dir: Path) -> int | None:
    """Find the keeper's process, by its command line."""
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                words = (folder / "cmdline").read_text().split("\0")
            except OSError:
                continue
            if any("data.cluster.keeper" in word for word in words) and any(f'"{data_dir}"' in word for word in words):
                return int(folder.name)
    return None


def kill_keeper(data_dir: Path) -> None:
    """End the keeper as a machine short of memory would."""
    number = keeper_of(data_dir)
    assert number is not None
    os.kill(number, signal.SIGKILL)
    assert eventually(lambda: keeper_of(data_dir) is None)
