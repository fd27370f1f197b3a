"""Two hosts on this machine, each a network namespace, with a link between them that can be cut."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.api.running import ENTRY_POINT, environment

ADDRESSES = ("10.203.77.1", "10.203.77.2")
SCHEDULER = f"tcp://{ADDRESSES[0]}:8786"
DASK = ENTRY_POINT.with_name("dask")


class HostsRefusedError(Exception):
    """This machine does not let us make network namespaces."""


@dataclass
class Hosts:
    """Names of the two namespaces; a worker and whoever asks for the work are on different ones."""

    names: tuple[str, str]
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    def start(self, host: int, *command: object) -> subprocess.Popen[str]:
        """Start a program on a host; it ends with the hosts at the latest."""
        process = subprocess.Popen(
            ["ip", "netns", "exec", self.names[host], *map(str, command)],
            env=environment(strict=False), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.started.append(process)
        return process

    def cut_link(self, seconds: float) -> None:
        """Cut the link between the hosts for some time."""
        there = self.names[1]
        ip("-n", there, "link", "set", there, "down")
        time.sleep(seconds)
        ip("-n", there, "link", "set", there, "up")


def ip(*arguments: str) -> None:
    """Run ``ip``; `HostsRefusedError` where it fails."""
    try:
        subprocess.run(["ip", *arguments], check=True, capture_output=True, text=True)
    except subprocess.CalledProcessError as error:
        raise HostsRefusedError(error.stderr.strip()) from error


@contextmanager
def two_hosts() -> Iterator[Hosts]:
    """Make two hosts with a link between them, and take them away with all that runs on them."""
    if os.geteuid() != 0 or not shutil.which("ip"):
        raise HostsRefusedError("network namespaces take root and the program ip")
    hosts = Hosts((f"og{os.getpid()}a", f"og{os.getpid()}b"))
    try:
        for name in hosts.names:
            ip("netns", "add", name)
            ip("-n", name, "link", "set", "lo", "up")
        one, other = hosts.names
        ip("link", "add", one, "netns", one, "type", "veth", "peer", "name", other, "netns", other)
        for name, address in zip(hosts.names, ADDRESSES, strict=True):
            ip("-n", name, "addr", "add", f"{address}/24", "dev", name)
            ip("-n", name, "link", "set", name, "up")
        yield hosts
    finally:
        for process in hosts.started:
            process.kill()
            process.communicate()
        for name in hosts.names:
            subprocess.run(["ip", "netns", "delete", name], check=False, capture_output=True)


def start_cluster(hosts: Hosts, workers: int, scratch: Path) -> list[subprocess.Popen[str]]:
    """Start a scheduler on one host and workers on the other; return the workers once they are known."""
    place = ("--host", ADDRESSES[0], "--port", "8786", "--no-dashboard")
    wait_for(hosts.start(0, DASK, "scheduler", *place), "Scheduler at")
    options = ("--nthreads", 1, "--no-nanny", "--no-dashboard", "--host", ADDRESSES[1], "--local-directory", scratch)
    begun = [hosts.start(1, DASK, "worker", SCHEDULER, *options) for _ in range(workers)]
    for worker in begun:
        wait_for(worker, "Registered to")
    return begun


def wait_for(process: subprocess.Popen[str], words: str) -> None:
    """Read what a program says until it says these words."""
    said = []
    for line in process.stderr or ():
        said.append(line)
        if words in line:
            return
    raise AssertionError(f"ended without saying {words!r}: {''.join(said)}")
