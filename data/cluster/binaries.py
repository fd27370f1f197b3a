"""Finding PostgreSQL's server programs, of the major version that a cluster needs, with PostGIS."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from geo.errors import InputError

SERVER = ("initdb", "postgres")
LEAST_MAJOR = 14
"""PostGIS 3.3 and the ledger's SQL run on it; older ones are no longer maintained."""
WHERE = (
    ("/usr/lib/postgresql", "*/bin"),  # Debian, Ubuntu
    ("/usr", "pgsql-*/bin"),  # the PostgreSQL project's RPMs
    ("/opt/homebrew/opt", "postgresql*/bin"),  # Homebrew on Apple silicon
    ("/usr/local/opt", "postgresql*/bin"),  # Homebrew on Intel
    ("/Applications/Postgres.app/Contents/Versions", "*/bin"),
    ("/usr/local/pgsql", "bin"),  # built from source
)
HOW_TO_INSTALL = (
    "Debian and Ubuntu: apt install {debian}; macOS: brew install postgis; "
    "or set ONEGRID_DATABASE_URL to use a server of your own"
)


@dataclass(frozen=True)
class Binaries:
    """The programs of one PostgreSQL."""

    folder: Path
    major: int
    has_postgis: bool

    def __getitem__(self, name: str) -> str:
        """Return the path of a program."""
        return str(self.folder / name)


def server_binaries(major: int | None = None) -> Binaries:
    """Find the server programs.

    Parameters
    ----------
    major
        The version that a cluster was made by, which alone can read it; None: the newest that has PostGIS.

    Raises
    ------
    InputError
        There are none: with what to install.
    """
    found = sorted(installed(), key=lambda binaries: binaries.major, reverse=True)
    fitting = [binaries for binaries in found if major in (None, binaries.major)]
    for binaries in fitting:
        if binaries.has_postgis:
            return binaries
    raise InputError(missing(found, fitting, major))


def missing(found: list[Binaries], fitting: list[Binaries], major: int | None) -> str:
    """Say what is not installed, and how it will be."""
    version = major or (fitting[0].major if fitting else None)
    debian = f"postgresql-{version}-postgis-3" if version else "postgresql-postgis"
    install = HOW_TO_INSTALL.format(debian=debian)
    if fitting:
        return f"PostgreSQL {version} is installed, but PostGIS is not. {install}"
    if found:
        others = ", ".join(str(binaries.major) for binaries in found)
        return f"PostgreSQL {version} is not installed (PostgreSQL {others} is). {install}"
    return f"PostgreSQL's server programs (initdb, postgres) were not found. {install}"


def installed() -> Iterator[Binaries]:
    """Give every PostgreSQL of this machine that is not too old."""
    seen = set()
    for folder in folders():
        if folder in seen or not all((folder / name).is_file() for name in SERVER):
            continue
        seen.add(folder)
        major = major_of(folder / "postgres")
        if major >= LEAST_MAJOR:
            yield Binaries(folder, major, has_postgis=postgis_beside(folder))


def folders() -> Iterator[Path]:
    """Give where the programs may be, what is on the PATH first."""
    on_path = shutil.which("postgres")
    if on_path:
        yield Path(on_path).resolve().parent
    for parent, pattern in WHERE:
        for folder in sorted(Path(parent).glob(pattern)):
            yield folder.resolve()


def major_of(postgres: Path) -> int:
    """Return the major version of a server program; 0 when it does not say."""
    told = subprocess.run([postgres, "--version"], capture_output=True, text=True, check=False).stdout
    number = re.search(r"\d+", told)
    return int(number[0]) if number else 0


def postgis_beside(folder: Path) -> bool:
    """Tell whether PostGIS is installed for these programs; where they do not say, they are believed to have it."""
    config = folder / "pg_config"
    if not config.is_file():
        return True
    told = subprocess.run([config, "--sharedir"], capture_output=True, text=True, check=False)
    return told.returncode != 0 or (Path(told.stdout.strip()) / "extension" / "postgis.control").is_file()
