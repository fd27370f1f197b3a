"""How the private cluster is configured, and why: every setting stands with its reason."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path

from data.cluster.accounts import Account
from data.cluster.places import PORT

ADMINISTRATOR = "postgres"
"""The superuser that initdb makes: for extensions, roles and backups."""
OWNER = "onegrid_owner"
"""Owns the schema; migrations run as it."""
APPLICATION = "onegrid_app"
"""What the application connects as: owns nothing, is no superuser, and so is held by row-level security."""
ROLES = (ADMINISTRATOR, OWNER, APPLICATION)
DATABASE = "onegrid"
PEERS = "onegrid"
"""The name of the map from users of this machine to roles."""

SETTINGS: tuple[tuple[str, str, str], ...] = (
    ("listen_addresses", "''", "never a TCP port: nobody on the network can reach it, and no port can be taken"),
    ("port", f"{PORT}", "only part of the socket's name"),
    ("unix_socket_permissions", "0700", "only the cluster's own user (and root) may connect"),
    ("max_connections", "100", "20 planners with a pool each; an unused one costs little"),
    ("shared_buffers", "256MB", "a desktop has other work; the kernel caches the rest"),
    ("effective_cache_size", "1GB", "what the kernel may be expected to cache"),
    ("work_mem", "16MB", "sorts of a city's grids in memory, times a few connections"),
    ("maintenance_work_mem", "128MB", "indexes over 400,000 polygons, after an import"),
    ("random_page_cost", "1.1", "desktops have solid-state disks: an index beats a scan earlier"),
    ("jit", "off", "it compiles for longer than our queries run"),
    ("max_parallel_workers_per_gather", "0", "short queries on a few cores; and containers have a small /dev/shm"),
    ("fsync", "on", "an acknowledged edit survives a power cut"),
    ("synchronous_commit", "on", "acknowledged means written: it survives kill -9 and a power cut"),
    ("full_page_writes", "on", "a page half written at a power cut is whole again after recovery"),
    ("wal_level", "minimal", "no replica and no archive hangs on this cluster; imports write less"),
    ("max_wal_senders", "0", "as wal_level minimal demands"),
    ("max_wal_size", "1GB", "an import of a province without checkpoints in between"),
    ("autovacuum", "on", "nobody else looks after a desktop's tables"),
    ("timezone", "'UTC'", "times are stored and printed the same on every machine"),
    ("lc_messages", "'C'", "its messages are read by this program"),
    ("cluster_name", "'onegrid'", "so that a list of processes tells whose they are"),
    ("logging_collector", "on", "a log of its own, not the terminal of whoever started it"),
    ("log_directory", "'log'", "in the cluster"),
    ("log_filename", "'postgresql-%a.log'", "one a weekday, so that seven are kept ..."),
    ("log_rotation_age", "1d", "... each begun anew ..."),
    ("log_rotation_size", "0", "... by the day alone ..."),
    ("log_truncate_on_rotation", "on", "... over the one of a week ago"),
    ("log_line_prefix", "'%m [%p] %q%u %a '", "when, which process, and who asked"),
    ("log_checkpoints", "off", "a log that says what is wrong, and nothing else"),
    ("log_parameter_max_length", "0", "parameters may be names and telephone numbers: not into a log ..."),
    ("log_parameter_max_length_on_error", "0", "... nor on an error"),
)

if sys.platform == "linux":
    SYNC = ("recovery_init_sync_method", "syncfs", "after a crash: one flush of the disk, not 1,300, which took 40 s")
    SETTINGS = (*SETTINGS, SYNC)

INCLUDES = "include_if_exists 'onegrid.conf'\ninclude_if_exists 'local.conf'\n"
"""Appended to what initdb wrote; local.conf is the administrator's, and wins."""

LOCAL = "# Settings of this machine; they win over those in onegrid.conf. Restart One Grid after a change.\n"


def settings_file() -> str:
    """Return onegrid.conf."""
    lines = [f"{name} = {value}  # {reason}" for name, value, reason in SETTINGS]
    return "\n".join(
        ["# Written by One Grid at every start; what you want otherwise, write into local.conf.", *lines, ""]
    )


def access_file() -> str:
    """Return pg_hba.conf: by the socket alone, and only users of this machine whom the map knows."""
    return f"# Written by One Grid at every start.\nlocal all all peer map={PEERS}\n"


def peers_file(names: Iterable[str]) -> str:
    """Return pg_ident.conf: which users of this machine may be which role.

    >>> print(peers_file(["planner"]), end="")
    # Written by One Grid at every start.
    onegrid "planner" postgres
    onegrid "planner" onegrid_owner
    onegrid "planner" onegrid_app
    """
    lines = [f'{PEERS} "{name}" {role}' for name in names for role in ROLES]
    return "\n".join(["# Written by One Grid at every start.", *lines, ""])


def configure(cluster: Path, account: Account, *, peers: Iterable[str]) -> None:
    """Write the files, where they differ from what is there."""
    files = {
        "onegrid.conf": settings_file(),
        "pg_hba.conf": access_file(),
        "pg_ident.conf": peers_file(dict.fromkeys(peers)),
    }
    folder = os.open(cluster, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        for name, text in files.items():
            if not says(cluster / name, text):
                replace_file(folder, name, text, account)
    finally:
        os.close(folder)


def says(path: Path, text: str) -> bool:
    """Tell whether a file holds this text."""
    try:
        return path.read_text("utf-8") == text
    except (FileNotFoundError, UnicodeDecodeError):
        return False


def replace_file(folder: int, name: str, text: str, account: Account) -> None:
    """Put a file into the cluster in one step.

    Root may do this in another's directory, so it follows no link that stands there and opens nothing that is there.
    """
    part = f".{name}.{os.getpid()}"
    file = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600, dir_fd=folder)
    with os.fdopen(file, "w", encoding="utf-8") as written:
        written.write(text)
        written.flush()
        if not account.is_caller:
            os.fchown(file, *account.owner)
        os.fsync(file)
    os.rename(part, name, src_dir_fd=folder, dst_dir_fd=folder)
