"""A disk of a few kilobytes, or one that can't be written, in a mount namespace of its own: nothing to clean up."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def run_on_disk(place: Path, options: str, program: str, *, users: bool = False) -> list[dict]:
    """Mount an empty tmpfs with these options, run a program there, and return the JSON lines that it prints.

    Skips where namespaces are not allowed; where the program needs the machine's ``users``, for whoever is not root.
    """
    if users and os.geteuid() != 0:
        pytest.skip("only root mounts a small disk and keeps the machine's users")
    mount = f"mount -t tmpfs -o {options} none {place} || exit 77"
    script = f"{mount}; exec {sys.executable} -W error -c '{program}' {place}"
    unshare = shutil.which("unshare")
    if unshare is None:
        pytest.skip("no `unshare` to mount a small disk with")
    ran = subprocess.run(
        [unshare, *([] if users else ["--map-root-user"]), "--mount", "sh", "-c", script],
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    if ran.returncode == 77 or "unshare failed" in ran.stderr or "Operation not permitted" in ran.stderr:
        pytest.skip(f"no small disk can be mounted here: {ran.stderr.strip()}")
    assert ran.returncode == 0, ran.stderr
    return [json.loads(line) for line in ran.stdout.splitlines()]
