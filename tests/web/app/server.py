"""``onegrid serve`` in a process of its own, at one port for good, so that it can be started anew under open pages."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.api.running import command, environment


class Server:
    """A server on a data directory; what it logs is kept in a file."""

    def __init__(self, data_dir: Path, log: Path) -> None:
        self.data_dir = data_dir
        self.log = log
        self.url = ""
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start it, where it was before, and wait until it answers."""
        port = self.url.rpartition(":")[2] or "0"
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                command("serve", "--port", port, "--data-dir", self.data_dir),
                env=environment() | {"ONEGRID_LOG_LEVEL": "error"}, stdout=subprocess.PIPE, stderr=log, text=True,
            )  # fmt: skip
        assert self.process.stdout is not None
        self.url = self.process.stdout.readline().partition("/sign-in")[0]

    def stop(self) -> None:
        """Stop it as a service manager does."""
        assert self.process is not None
        self.process.terminate()
        self.process.communicate(timeout=60)
