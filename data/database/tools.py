"""PostgreSQL's own programs for backups: pg_dump, pg_restore, psql."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from data.cluster.binaries import folders, major_of
from data.cluster.programs import environment, what_went_wrong
from data.database.url import DatabaseURL
from geo.errors import InputError

NAMES = ("pg_dump", "pg_restore", "psql")
FULL = "No space left on device"


@dataclass(frozen=True)
class Tools:
    """The programs of one PostgreSQL."""

    folder: Path

    def run(self, name: str, *arguments: str | Path, url: DatabaseURL | None = None) -> str:
        """Run a program to its end, and return what it printed.

        Raises
        ------
        InputError
            It failed; with its first message.
        """
        ended = subprocess.run(
            self.command(name, *arguments, url=url), env=surroundings(url), stdin=subprocess.DEVNULL,
            capture_output=True, text=True, errors="replace", check=False,
        )  # fmt: skip
        if ended.returncode:
            raise failed(name, ended.stderr)
        return ended.stdout

    def command(self, name: str, *arguments: str | Path, url: DatabaseURL | None = None) -> list[str]:
        """Return the command of a program on a database; its password is not in it, for all to see."""
        words = [str(self.folder / name), *map(str, arguments)]
        if url is not None:
            known: dict[str, Any] = dict(conninfo_to_dict(url.libpq))
            known.pop("password", None)
            words += ["--no-password", f"--dbname={make_conninfo(**known)}"]
        return words


def surroundings(url: DatabaseURL | None) -> dict[str, str]:
    """Return a program's environment, with the password of a database."""
    password = conninfo_to_dict(url.libpq).get("password") if url is not None else None
    return environment() | ({"PGPASSWORD": str(password)} if password else {})


def failed(name: str, said: str) -> InputError:
    """Return the error of a program that failed."""
    lines = said.strip().splitlines()
    reason = what_went_wrong(said) or (lines[0] if lines else "it did not say why")
    return InputError(f"{name} failed: {reason}{'; free some room' if FULL in said else ''}")


def tools_for(server_major: int) -> Tools:
    """Find the programs for a server: of its version, else the next newer one.

    Raises
    ------
    InputError
        There are none: what to install.
    """
    found: dict[int, Path] = {}
    for folder in folders():
        if all((folder / name).is_file() for name in NAMES):
            found.setdefault(major_of(folder / "pg_dump"), folder)
    fitting = sorted(major for major in found if major >= server_major)
    if not fitting:
        raise InputError(
            f"pg_dump, pg_restore and psql of PostgreSQL {server_major} were not found; install them "
            f"(Debian and Ubuntu: apt install postgresql-client-{server_major}; macOS: brew install libpq)"
        )
    return Tools(found[fitting[0]])
