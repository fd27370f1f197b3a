"""Starting and stopping the server of a cluster, and telling whether it runs."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

from data.cluster.accounts import Account
from data.cluster.binaries import Binaries
from data.cluster.locks import TICK_S, opened
from data.cluster.places import Places
from data.cluster.programs import opened_folder, what_went_wrong
from data.cluster.sockets import remove_socket
from geo.errors import InputError

STOP_S = 60
"""In which a server ends its sessions and writes everything to its place; then it is told to drop what it does."""
DROP_S = 10
RECOVERY_S = 600
"""In which a server is ready, after the worst crash."""
RESTART_S = 5
"""In which the keeper has restarted a server that was killed."""


def runs(places: Places) -> bool:
    """Tell whether the server, or any process that it left, is alive."""
    with opened(places.server) as lock:
        return not lock.free()


def launch(places: Places, binaries: Binaries, account: Account, socket: Path) -> subprocess.Popen[bytes]:
    """Start the server. The caller holds the gate.

    The server inherits `Places.server`, locked: nobody else starts one until all its processes are gone.

    Raises
    ------
    InputError
        Another one, which is not ours, runs on this cluster.
    """
    with opened(places.server, owner=places.owner) as lock:
        if not lock.take(wait_s=DROP_S):
            raise InputError(f"the server of {places.data_dir} is still ending; try again in a minute")
        clear_stale(places, socket)
        said = os.open(places.said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        places.give(said)
        try:
            with opened_folder(places.cluster, account) as folder:
                return subprocess.Popen(
                    [binaries["postgres"], "-D", folder.name, "-c", f"unix_socket_directories={socket}"],
                    stdout=said,
                    stderr=said,
                    start_new_session=True,  # Ctrl-C in a user's terminal is not meant for it
                    **folder.for_children(account, lock.descriptor),
                )
        finally:
            os.close(said)


def clear_stale(places: Places, socket: Path) -> None:
    """Remove the notes of a server that was killed.

    PostgreSQL would take any process of its user's that now has the old number for the old server, as happens in
    containers, where numbers are small, and so it would one that is dead and not yet fetched by its parent. That ours
    is gone is known by its lock; another, started by hand, shows by the directory it works in.
    """
    number = process_number(places)
    if number is not None and works_in(number, places.cluster):
        raise InputError(
            f"process {number} runs a server on {places.cluster} that One Grid did not start; "
            f"stop it first: kill {number}"
        )
    for note in (places.process, *socket.iterdir()):
        note.unlink(missing_ok=True)


def works_in(number: int, folder: Path) -> bool:
    """Tell whether a process is a server that works in a directory."""
    if not Path("/proc/self").exists():
        listed = subprocess.run(["ps", "-o", "comm=", "-p", str(number)], capture_output=True, text=True, check=False)
        return "postgres" in listed.stdout
    try:
        return Path(f"/proc/{number}/cwd").samefile(folder)
    except PermissionError:  # root in a container may not look where another user's process works
        return is_postgres(number)
    except OSError:  # it is gone
        return False


def is_postgres(number: int) -> bool:
    """Tell whether a process is PostgreSQL's, and alive, by Linux's tables that everybody may read."""
    try:
        _, _, rest = Path(f"/proc/{number}/stat").read_text("utf-8", "replace").partition(" (")
    except OSError:
        return False
    name, _, state = rest.rpartition(") ")
    return name == "postgres" and not state.startswith("Z")


def noted(places: Places) -> list[str]:
    """Return the lines of the server's note: process, directory, start, port, socket, addresses, memory, status."""
    try:
        return places.process.read_text("utf-8", "replace").splitlines()
    except FileNotFoundError:
        return []


def process_number(places: Places) -> int | None:
    """Return the server's process, by its note."""
    lines = noted(places)
    return int(lines[0]) if lines and lines[0].isdigit() else None


def is_ready(places: Places) -> bool:
    """Tell whether the server runs and takes connections; a note that a killed one left does not count."""
    number = process_number(places)
    return number is not None and was_ready(places) and works_in(number, places.cluster)


def was_ready(places: Places) -> bool:
    """Tell whether the server whose note stands there came to take connections."""
    return [line.strip() for line in noted(places)[7:8]] == ["ready"]


def wait_until_ready(places: Places) -> None:
    """Wait until a server that was launched takes connections, recovery from a crash included.

    Raises
    ------
    InputError
        It ended instead: with what it said.
    """
    began = alive = time.monotonic()
    while not is_ready(places):
        now = time.monotonic()
        if runs(places):
            alive = now
        elif process_number(places) is None or now - alive > RESTART_S:  # it ended by itself; or it was killed
            raise InputError(f"the database in {places.data_dir} does not start: {last_words(places)}")
        if now - began > RECOVERY_S:
            raise InputError(f"the database in {places.data_dir} is not ready after {RECOVERY_S} s; see {logs(places)}")
        time.sleep(TICK_S)


def last_words(places: Places) -> str:
    """Return why the server ended, from what it said while it started, else from its log."""
    newest = sorted(logs(places).glob("*.log"), key=lambda path: path.stat().st_mtime)[-1:]
    for path in (places.said, *newest):
        said = what_went_wrong("\n".join(path.read_text("utf-8", "replace").splitlines()[-50:]))
        if said:
            return f"{said}; {remedy(said)}"
    return f"see {logs(places)}"


def remedy(said: str) -> str:
    """Say what to do about the server's last words."""
    if "No space left" in said:
        return "free some room on that disk"
    if "Read-only file system" in said or "Permission denied" in said:
        return "make the data directory writable, or name another with --data-dir"
    return "see the log in its cluster/log"


def logs(places: Places) -> Path:
    """Return where the server's log is."""
    return places.cluster / "log"


def stop(places: Places) -> None:
    """Stop the server, everything written to its place. The caller holds the gate, and nobody uses the server."""
    for order, patience_s in ((signal.SIGINT, STOP_S), (signal.SIGQUIT, DROP_S)):
        tell(places, order)
        with opened(places.server) as lock:
            if lock.take(wait_s=patience_s):
                remove_socket(places)
                return
    raise InputError(f"the server of {places.data_dir} does not stop; see {logs(places)}")


def tell(places: Places, order: signal.Signals) -> None:
    """Send a signal to the server, where it still is."""
    number = process_number(places)
    if number is not None and works_in(number, places.cluster):
        os.kill(number, order)
