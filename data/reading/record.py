"""What a build was read from, file by file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath


@dataclass(frozen=True)
class InputFile:
    """What was read: rows of the table `build`."""

    layer: str
    """The name of the layer or table that the file belongs to."""
    path: str
    sublayer: str
    """Which layer or sheet of the file, "" where there is no choice."""
    driver: str
    crs: str
    """"" for a table."""
    features: int
    mapped: tuple[str, ...]
    """Columns that were read."""
    dropped: tuple[str, ...]
    """Columns that the mapping does not name; they were not read."""
    sha256: str = ""
    sidecars: Mapping[str, str] = field(default_factory=dict)
    """The SHA-256 of the files that belong to a Shapefile or MapInfo file, by name."""

    def facts(self) -> dict[str, str]:
        """Return the rows of the table `build` that tell of this file, and of the columns left out."""
        key = f"{self.layer}: {self.path}"
        if self.crs:
            about = [f"{self.features} features", self.crs, f"layer {self.sublayer}", self.driver]
        else:
            about = [f"{self.features} rows", *([f"sheet {self.sublayer}"] if self.sublayer else []), self.driver]
        rows = {f"input {key}": ", ".join([f"sha256 {self.sha256}", *about])}
        for name, sha256 in self.sidecars.items():
            rows[f"input {self.layer}: {PurePath(self.path).with_name(name)}"] = f"sha256 {sha256}"
        if self.dropped:
            rows[f"columns not read, {key}"] = ", ".join(self.dropped)
        return rows
