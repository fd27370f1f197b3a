"""Builds of about 4,000 and 400,000 grids, made once and kept, as the big one takes minutes.

``python -m tests.bench.kept_builds [--cache DIR] [--size 4k]`` makes those that are missing; so do the benchmarks that
need one. What is kept is as the program was when it made it: remove the folder to have it made anew.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path

from tests.bench.whole_process import ONEGRID, measure

COMMUNITIES = {"4k": 376, "400k": 37_600}
"""The size of a build → how many communities its town has; each has 10.6 grids."""


def default_cache() -> Path:
    """Return where builds are kept: beside a user's other caches, never in the repository."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "onegrid-bench"


def kept_build(size: str, cache: Path) -> Path:
    """Return the build of a size, a directory of GeoParquet; make it first if need be, saying so."""
    out = cache / size
    if out.is_dir():  # it is written beside its place and renamed, so it is whole
        return out
    cache.mkdir(parents=True, exist_ok=True)
    print(f"making the build {out}, once", flush=True)
    with tempfile.TemporaryDirectory(prefix=f"{size}-", dir=cache) as folder:
        town = Path(folder) / "town"
        for name, arguments in {
            "demo": [town, "--communities", COMMUNITIES[size], "--geoparquet"],
            "build": [town / "layers.toml", "-o", out],
        }.items():
            took = measure(["nice", "-n", "10", str(ONEGRID), name, *map(str, arguments)])
            print(f"  onegrid {name}: {took.seconds:.0f} s, {took.megabytes:,.0f} MB", flush=True)
    return out


def main() -> None:
    """Make the builds that are not kept yet."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.kept_builds")
    parser.add_argument("--size", choices=COMMUNITIES, help="by default all")
    parser.add_argument("--cache", type=Path, default=default_cache())
    given = parser.parse_args()
    for size in [given.size] if given.size else COMMUNITIES:
        print(kept_build(size, given.cache))


if __name__ == "__main__":
    main()
