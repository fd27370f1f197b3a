"""A build under a ceiling of memory that the kernel holds, for all of its processes together."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.api.running import TIMEOUT_S, command, environment

CEILING_MB = 450
"""Of that, the program and its libraries take some 250 before the first polygon."""

FORMS = (
    (Path("/sys/fs/cgroup/memory"), "memory.limit_in_bytes", "memory.max_usage_in_bytes"),
    (Path("/sys/fs/cgroup"), "memory.max", "memory.peak"),
)
"""Where control groups are, what holds the ceiling, and the peak: in their first version and their second."""


class NoCeilingError(Exception):
    """This machine does not let us hold processes under a ceiling."""


@contextmanager
def ceiling(megabytes: int) -> Iterator[tuple[Path, Path]]:
    """Make a control group with a ceiling; yield it and the file with its peak."""
    for root, limit, peak in FORMS:
        group = root / f"onegrid-test-{os.getpid()}"
        try:
            group.mkdir()
        except OSError:
            continue
        try:
            if (group / limit).exists():
                (group / limit).write_text(str(megabytes << 20))
                yield group, group / peak
                return
        finally:
            group.rmdir()
    raise NoCeilingError("no control group for memory can be made here; that takes root and a writable /sys/fs/cgroup")


def test_a_build_finishes_under_a_ceiling_of_memory(city: Path, tmp_path: Path):
    try:
        with ceiling(CEILING_MB) as (group, peak):
            ran = subprocess.run(
                ["sh", "-c", f'echo $$ > {group}/cgroup.procs && exec "$@"', "sh",
                 *command("build", city, "-o", tmp_path / "grid", "--workers", 2)],
                env=environment(), capture_output=True, text=True, timeout=TIMEOUT_S, check=False,
            )  # fmt: skip
            used = int(peak.read_text())
    except NoCeilingError as refused:
        pytest.skip(str(refused))
    assert ran.returncode == 0, ran.stderr
    assert 0 < used <= CEILING_MB << 20
    assert (tmp_path / "grid" / "gaps.parquet").stat().st_size > 0
