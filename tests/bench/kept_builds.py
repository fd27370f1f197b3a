"""Builds of about 4,000 and 400,000 grids, made once and kept, as the big one takes minutes.

``python -m tests.bench.kept_builds [--cache DIR] [--size 4k]`` makes those that are missing; so do the benchmarks that
need one. What is kept is as the program was when it made it: remove the folder to have it made anew.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.bench.whole_process import ONEGRID, measure

DEMO = """
import sys
from pathlib import Path
from data.demo import write_demo
write_demo(Path(sys.argv[1]), communities=int(sys.argv[2]), sparse=sys.argv[3] == "True", format="geoparquet")
"""


@dataclass(frozen=True)
class TownSize:
    """A town of the benchmarks; ``sparse`` as in `data.demo.write_demo`."""

    communities: int
    sparse: bool


SIZES = {"4k": TownSize(376, True), "4k-dense": TownSize(376, False), "400k": TownSize(37_600, True)}
"""Two towns as dense as each other, 10.6 grids a community, so that size is all that differs; and one as dense as a
small demo is, with three times the buildings a compound and rows in the tables."""


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
        asked = SIZES[size]
        for name, command in {
            "demo": [sys.executable, "-c", DEMO, town, asked.communities, asked.sparse],
            "build": [ONEGRID, "build", town / "layers.toml", "-o", out],
        }.items():
            took = measure(["nice", "-n", "10", *map(str, command)])
            print(f"  {name}: {took.seconds:.0f} s, {took.megabytes:,.0f} MB", flush=True)
    return out


def main() -> None:
    """Make the builds that are not kept yet."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.kept_builds")
    parser.add_argument("--size", choices=SIZES, help="by default all")
    parser.add_argument("--cache", type=Path, default=default_cache())
    given = parser.parse_args()
    for size in [given.size] if given.size else SIZES:
        print(kept_build(size, given.cache))


if __name__ == "__main__":
    main()
