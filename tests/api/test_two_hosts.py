"""A cluster of two hosts: a worker that dies and a link that is cut change nothing of what is built."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.console import STAGES
from tests.api.running import TIMEOUT_S, command, listing, onegrid
from tests.api.two_hosts import SCHEDULER, HostsRefusedError, start_cluster, two_hosts, wait_for

CUT_S = 10


def test_a_worker_killed_and_a_link_cut_for_ten_seconds_change_no_byte(city: Path, tmp_path: Path):
    try:
        with two_hosts() as hosts:
            doomed, _ = start_cluster(hosts, 2, tmp_path / "workers")
            out = tmp_path / "cluster.gpkg"
            build = hosts.start(0, *command("build", city, "-o", out, "--scheduler", SCHEDULER))
            wait_for(build, STAGES["merge"])
            doomed.kill()
            hosts.cut_link(CUT_S)
            assert build.poll() is None, "it ended without its workers"
            _, said = build.communicate(timeout=TIMEOUT_S)
            assert build.returncode == 0, said
    except HostsRefusedError as refused:
        pytest.skip(f"no two hosts on this machine: {refused}")
    assert onegrid("build", city, "-o", tmp_path / "alone.gpkg", "--workers", 1).status == 0
    files = listing(tmp_path)
    assert files[str(out)] == files[str(tmp_path / "alone.gpkg")]
