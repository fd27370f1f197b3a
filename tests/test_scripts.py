"""The scripts that a newcomer runs first: for real, and against a Python that only pretends to install."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from data.cluster.places import Places
from data.cluster.server import runs
from tests.api.running import ROOT, environment

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
    assert told.stdout.startswith("Usage: ./scripts/run [FOLDER] [--port P]\n")
    assert (refused.returncode, refused.stdout, refused.stderr) == (2, "", told.stdout)
    assert not (checkout / ".venv").exists()


def test_a_port_that_is_not_said_is_refused(checkout: Path):
    refused = run(checkout, "--port")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.startswith("Usage: ./scripts/run [FOLDER] [--port P]\n")


@pytest.fixture
def ready(tmp_path: Path) -> Path:
    """Make a checkout that is set up: with the .venv that these tests run in, and a web application that is built."""
    for name in ("geo", "data", "api", "web/reports"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "web" / "app" / "dist").mkdir(parents=True)
    (tmp_path / "web" / "app" / "dist" / "index.html").touch()
    (tmp_path / "web" / "app" / "node_modules").mkdir()
    for name in (path.name for pattern in ("requirements*.txt", "pyproject.toml") for path in ROOT.glob(pattern)):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / "scripts", tmp_path / "scripts")
    (tmp_path / ".venv").mkdir()
    for entry in Path(sys.prefix).iterdir():
        if entry.name != ".onegrid-lock":
            (tmp_path / ".venv" / entry.name).symlink_to(entry)
    stamps = "stamp_of requirements.txt >.venv/.onegrid-lock; web_sum >web/app/node_modules/.onegrid-built"
    subprocess.run(["bash", "-c", f"source scripts/_setup; {stamps}"], cwd=tmp_path, check=True)
    return tmp_path


@contextmanager
def running(checkout: Path, *arguments: str) -> Iterator[tuple[list[str], subprocess.Popen[str]]]:
    """Run the script for a block; what it printed until it served, the address last."""
    settings = {"ONEGRID_DATA_DIR": str(checkout / "kept"), "HOME": str(checkout / "home")}
    process = subprocess.Popen(
        ["bash", "-c", 'exec ./scripts/run "$@" 2>said', "-", *arguments], cwd=checkout, env=environment() | settings,
        text=True, process_group=0, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    printed: list[str] = []
    try:
        for line in process.stdout:
            printed.append(line.rstrip())
            if line.startswith("http:"):
                break
        yield printed, process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def test_a_demo_town_is_built_once_put_in_force_and_served_until_ctrl_c(ready: Path):
    with running(ready) as (printed, process):
        town = ready / "demo-town"
        for made in (town / "map.html", town / "grid.gpkg", town / "layers.toml"):
            assert made.is_file() and any(str(made) in line for line in printed)
        there = [printed[-1].startswith("http://127.0.0.1:8000/"), "8000 is taken" in (ready / "said").read_text()]
        assert sorted(there) == [False, True]
        with httpx2.Client() as browser:
            assert browser.get(printed[-1]).status_code == 303
            url = printed[-1].partition("/sign-in")[0]
            (plan,) = browser.get(f"{url}/api/plans").json()["items"]
        assert (plan["name"], plan["status"]) == ("demo-town", "in_force")
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(timeout=30) == 0
    assert not runs(Places(ready / "kept"))
    built = (town / "grid.gpkg").stat().st_mtime_ns
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = str(taken.getsockname()[1])
    with running(ready, "--port", port) as (printed, process):
        assert f"http://127.0.0.1:{port}/" in printed[-1]
        assert (ready / "said").read_text() == ""
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(timeout=30) == 0
    assert (town / "grid.gpkg").stat().st_mtime_ns == built


def test_a_plan_of_yours_that_is_in_force_stays_so():
    plans = '[{"name": "2026", "status": "in_force"}, {"name": "old", "status": "retired"}]'
    assert [beside(plans, name, "demo-town") for name in ("demo-town", "2026", "old")] == ["other", "same", "same"]
    assert beside(plans, "2027", "2026") == "none"
    assert beside("[]", "2026", "demo-town") == "none"


def beside(plans: str, name: str, demo: str) -> str:
    """Ask the scripts what stands beside a plan that is to be imported."""
    asked = 'source scripts/_setup; plan_beside "$@"'
    told = subprocess.run(
        ["bash", "-c", asked, "-", name, demo, plans], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return told.stdout.strip()
