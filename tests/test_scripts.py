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

pytestmark = pytest.mark.xdist_group("scripts that serve at the port that everybody takes")

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
def running(
    checkout: Path, *arguments: str, first: Path | None = None
) -> Iterator[tuple[list[str], subprocess.Popen[str]]]:
    """Run the script for a block; what it printed until it served, the address last; ``first`` on the path, if any."""
    settings = {"ONEGRID_DATA_DIR": str(checkout / "kept"), "HOME": str(checkout / "home")}
    settings |= {"PATH": f"{first}:{os.environ['PATH']}"} if first else {}
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
        said = (ready / "said").read_text()
        assert printed[-1].startswith("http://127.0.0.1:"), said
        assert ("port 8000 is taken; taking another" in said) is (":8000/" not in printed[-1]), said
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
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with running(ready, "--port", port) as (printed, process):
            assert process.wait(timeout=30) == 2
    assert not any("Open this address" in line for line in printed)
    assert f"cannot listen on 127.0.0.1:{port}: " in (ready / "said").read_text()


def test_that_the_map_application_is_not_built_is_said_again_at_the_end_with_what_to_do(ready: Path):
    (ready / "web" / "app" / "dist" / "index.html").unlink()
    (ready / "web" / "app" / "package-lock.json").touch()
    programs = ready / "programs"
    programs.mkdir()
    for name, does in {"node": "exit 0", "npm": "echo npm error code SELF_SIGNED_CERT_IN_CHAIN; exit 1"}.items():
        (programs / name).write_text(f"#!/bin/sh\n{does}\n")
        (programs / name).chmod(0o755)
    with running(ready, first=programs):
        *_, why, remedy = (line for line in (ready / "said").read_text().splitlines() if "8000" not in line)
    assert "is not built: npm ci failed in web/app: npm error code SELF_SIGNED_CERT_IN_CHAIN" in why
    assert "NODE_EXTRA_CA_CERTS=" in remedy


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


DEBIAN = pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="no Debian")
CONTROL = """Package: {name}
Version: 1.0
Architecture: all
Maintainer: nobody <nobody@localhost>
Depends: {depends}
Description: {name}
"""


def package(folder: Path, name: str, depends: str) -> None:
    """Make a package of Debian that holds nothing."""
    control = folder / name / "DEBIAN" / "control"
    control.parent.mkdir(parents=True)
    control.write_text(CONTROL.format(name=name, depends=depends).replace("Depends: \n", ""))
    subprocess.run(["dpkg-deb", "--build", name, "."], cwd=folder, check=True, capture_output=True)
    shutil.rmtree(folder / name)


def debian(command: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run a function of the archive's."""
    asked = f'set -euo pipefail; source scripts/_debian; {command} "$@"'
    return subprocess.run(
        ["bash", "-c", asked, "-", *map(str, arguments)], cwd=ROOT, capture_output=True, text=True, check=False
    )


@DEBIAN
def test_packages_in_a_folder_install_with_what_they_need_and_no_other_source(tmp_path: Path):
    folder = tmp_path / "the packages"
    folder.mkdir()
    package(folder, "onegrid-needed", "")
    package(folder, "onegrid-wanted", "onegrid-needed")
    assert debian("index_debian", folder).returncode == 0
    bare = tmp_path / "status"
    bare.touch()
    tried = debian("apt_from", folder, "install", "-s", "-o", f"Dir::State::status={bare}", "onegrid-wanted")
    assert tried.returncode == 0, tried.stderr
    assert [line.split()[1] for line in tried.stdout.splitlines() if line.startswith("Inst")] == [
        "onegrid-needed", "onegrid-wanted",
    ]  # fmt: skip
    elsewhere = debian("apt_from", folder, "install", "-s", "-o", f"Dir::State::status={bare}", "postgresql-common")
    assert (elsewhere.returncode, "Unable to locate package" in elsewhere.stderr) == (1, True)


def test_an_archive_for_another_machine_or_a_damaged_one_is_refused_in_a_line(tmp_path: Path):
    shutil.copy(ROOT / "scripts" / "_install", tmp_path / "install")
    shutil.copy(ROOT / "scripts" / "_debian", tmp_path / "_debian")

    def install(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["./install", *arguments], cwd=tmp_path, capture_output=True, text=True, check=False, env=dict(os.environ)
        )

    assert install("--help").stdout.startswith("Usage: ./install [FOLDER]\n")
    (tmp_path / "for").write_text("plan9-mips 3.11\n")
    told = install("there")
    assert (told.returncode, told.stdout) == (1, "")
    here = debian("system_name").stdout.strip()
    assert told.stderr == f"onegrid: this archive is for plan9-mips, and this machine is {here}\n"
    (tmp_path / "for").write_text(f"{here} 3.11\n")
    (tmp_path / "SHA256SUMS").write_text(f"{'0' * 64}  ./for\n")
    assert install("there").stderr.splitlines()[-1] == "onegrid: the archive is damaged; copy it anew"
    assert not (tmp_path / "there").exists()


@pytest.mark.skipif("BUNDLE" not in os.environ, reason="BUNDLE names no archive of ./scripts/bundle, 400 MB: by hand")
def test_an_archive_installs_and_serves_with_the_network_off(tmp_path: Path):
    """Run by hand: BUNDLE=dist/onegrid-….tar.gz .venv/bin/pytest -n0 tests/test_scripts.py -k network_off."""
    subprocess.run(["tar", "-C", tmp_path, "-xf", os.environ["BUNDLE"]], check=True)
    [archive] = tmp_path.iterdir()
    bare = tmp_path / "status"
    bare.touch()
    steps = f"""
        set -euo pipefail
        ip link set lo up
        cd {archive}
        source ./_debian
        apt_from debian install -s -o Dir::State::status={bare} $(cat debian/names) | grep '^Inst postgresql-'
        ./install {tmp_path}/there
        cd {tmp_path}
        there/bin/onegrid demo town --communities 2
        there/bin/onegrid build town/layers.toml -o grid.gpkg
        there/bin/onegrid import grid.gpkg --name town --in-force
        there/bin/onegrid serve --port 0 >address & server=$!
        until [ -s address ]; do sleep 0.2; done
        there/bin/python - "$(cat address)" <<END
import sys, urllib.request
from http.cookiejar import CookieJar
opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
print(opener.open(sys.argv[1]).read().decode())
END
        kill -TERM $server
        wait $server
    """
    kept = {"HOME": str(tmp_path), "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "ONEGRID_DATA_DIR": str(tmp_path / "data")}
    ran = subprocess.run(
        ["unshare", *(["--map-root-user"] if os.geteuid() else []), "--net", "bash", "-c", steps], env=kept,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert "-postgis-3 " in ran.stdout
    assert '<div id="app">' in ran.stdout
