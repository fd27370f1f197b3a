"""The scripts that a newcomer runs first, against a Python that only pretends to install."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.api.running import ROOT

FAILING = """#!/bin/sh
case "$*" in
    *"pip install"*)
        echo "WARNING: Retrying" >&2
        echo "ERROR: Could not find a version that satisfies the requirement annotated-doc==0.0.7" >&2
        echo "ERROR: No matching distribution found for annotated-doc==0.0.7" >&2
        exit 1;;
esac
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Copy what the scripts need, with a .venv whose pip finds nothing."""
    shutil.copytree(ROOT / "scripts", tmp_path / "scripts")
    for name in ("requirements.txt", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path / name)
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(FAILING)
    python.chmod(0o755)
    return tmp_path


def run(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["./scripts/run", *arguments], cwd=checkout, capture_output=True, text=True, check=False, env=dict(os.environ)
    )


def test_packages_that_cannot_be_fetched_are_one_line_that_says_what_to_do(checkout: Path):
    ran = run(checkout)
    assert ran.returncode == 1
    assert ran.stdout == ""
    first, last = ran.stderr.splitlines()
    assert first == "onegrid: setting up .venv from requirements.txt (once)"
    assert last == (
        "onegrid: cannot install requirements.txt: No matching distribution found for annotated-doc==0.0.7; without a "
        'network, see "Without a network" in README.md: fetch the packages elsewhere, then PIP_NO_INDEX=1 '
        "PIP_FIND_LINKS=/folder/of/wheels ./scripts/run"
    )
    assert not (checkout / ".venv" / ".onegrid-lock").exists()


def test_help_is_shown_and_an_unknown_option_refused_before_anything_is_set_up(checkout: Path):
    shutil.rmtree(checkout / ".venv")
    told, refused = run(checkout, "--help"), run(checkout, "--hlep")
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.startswith("Usage: ./scripts/run [FOLDER]\n")
    assert (refused.returncode, refused.stdout, refused.stderr) == (2, "", told.stdout)
    assert not (checkout / ".venv").exists()
