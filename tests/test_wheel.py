"""What an installed One Grid has beside its Python."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from tests.api.running import ROOT


def test_a_wheel_carries_what_was_built_of_the_web_application_and_none_of_its_sources(tmp_path: Path):
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tmp_path / name)
    shutil.copytree(ROOT / "web", tmp_path / "web", ignore=shutil.ignore_patterns("node_modules", "dist*", "src"))
    (tmp_path / ".gitignore").write_text((ROOT / ".gitignore").read_text())
    for name in ("src/main.tsx", "node_modules/preact/index.js", "dist/index.html", "dist/assets/map-1a2b3c.js.br"):
        path = tmp_path / "web" / "app" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", "out"], cwd=tmp_path, check=True,
        capture_output=True,
    )  # fmt: skip
    [wheel] = (tmp_path / "out").iterdir()
    with zipfile.ZipFile(wheel) as archive:
        carried = {name for name in archive.namelist() if name.startswith("web/app/")}
    assert carried == {"web/app/dist/index.html", "web/app/dist/assets/map-1a2b3c.js.br"}
