"""Real layers of three cities: built by the command line, judged by a checker that knows nothing of this program."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.api.running import ROOT, TIMEOUT_S, environment, onegrid

SHARED = ROOT.parent / "shared"
CHECKER = SHARED / "tools" / "check_partition.py"
CASES = sorted((SHARED / "cases").glob("*/layers.toml"), reverse=True)
POINTS = 4_000
"""Fewer than the checker's own 20,000, which take it 15 s a city."""


@pytest.mark.skipif(not (CASES and CHECKER.exists()), reason="the real layers and the checker are not on this machine")
@pytest.mark.parametrize("layers", CASES or [None], ids=lambda layers: layers.parent.name if layers else "none")
def test_a_real_city_is_built_and_the_independent_checker_agrees(layers: Path, tmp_path: Path):
    out = tmp_path / "grid.gpkg"
    built = onegrid("build", layers, "-o", out)
    assert built.status == 0, built.err
    assert f"{out}: " in built.out
    checked = onegrid("check", out)
    assert checked.status == 0, checked.out
    assert checked.out.endswith("the partition holds\n")
    judged = subprocess.run(
        [sys.executable, str(CHECKER), str(layers), str(out), "--points", str(POINTS)],
        env=environment(strict=False), capture_output=True, text=True, timeout=TIMEOUT_S, check=False,
    )  # fmt: skip
    assert judged.returncode == 0, judged.stdout + judged.stderr
    assert judged.stdout.splitlines()[-1] == "OK"
