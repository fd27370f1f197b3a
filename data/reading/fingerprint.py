"""SHA-256 of input files, so that a build can say what it was made from."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

_SIDECARS = {
    ".shp": (".shx", ".dbf", ".prj", ".cpg"),
    ".tab": (".dat", ".map", ".id", ".ind"),
    ".mif": (".mid",),
}


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file; of a folder (a FileGDB), that of its files' names and SHA-256, sorted by name."""
    if path.is_dir():
        members = sorted(member for member in path.rglob("*") if member.is_file() and member.suffix != ".lock")
        lines = [f"{sha256_of(member)}  {member.relative_to(path).as_posix()}\n" for member in members]
        return hashlib.sha256("".join(lines).encode()).hexdigest()
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sidecars_of(path: Path) -> Mapping[str, str]:
    """Return the SHA-256 of the files that belong to a Shapefile or MapInfo file, by name."""
    wanted = _SIDECARS.get(path.suffix.lower(), ())
    if not wanted:
        return {}
    beside = sorted(other for other in path.parent.glob(f"{_literal(path.stem)}.*") if other.suffix.lower() in wanted)
    return {other.name: sha256_of(other) for other in beside}


def _literal(name: str) -> str:
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)
