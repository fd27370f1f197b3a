"""``onegrid serve`` in a process of its own."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.api.running import command, environment

ALONE = "http://127.0.0.1:"


class Served:
    """A server that runs."""

    def __init__(self, process: subprocess.Popen[str], link: str) -> None:
        self.process = process
        self.link = link
        self.url = link.partition("/sign-in")[0].rstrip("/")

    def stop(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, str, list[dict]]:
        """Send a signal, and return the exit code, what else was printed, and the log."""
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=30)
        return self.process.returncode, out, [json.loads(line) for line in err.splitlines()]


@contextmanager
def served(data_dir: Path, *arguments: str, **settings: str) -> Iterator[Served]:
    """Run a server for a block."""
    process = subprocess.Popen(
        command("serve", "--port", "0", "--data-dir", data_dir, *arguments), env=environment() | settings,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        yield Served(process, process.stdout.readline().strip())
    finally:
        process.kill()
        process.communicate()
