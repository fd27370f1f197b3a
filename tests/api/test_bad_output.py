"""Places where nothing can be written: one clear line, exit code 2, what was there as it was."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.api.conftest import Onegrid
from tests.api.running import Ended, listing
from tests.data.small_disk import run_on_disk

ON_SMALL_DISK = """
import json, subprocess, sys
from pathlib import Path
from tests.api.running import listing, onegrid
disk = Path(sys.argv[1])
(disk / "grid").mkdir()
for old in ("grid.gpkg", "grid/grids.parquet", "map.html", "grids.geojson"):
    (disk / old).write_bytes(b"of last year")
if {read_only}:
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
before = listing(disk)
for arguments in {commands}:
    ended = onegrid(*[word.replace("DISK", str(disk)) for word in arguments])
    print(json.dumps([ended.status, ended.out, ended.err, listing(disk) == before]))
"""


def tried(disk: Path, commands: list[list[str]], *, size: str, read_only: bool = False) -> list[tuple[Ended, bool]]:
    """Run commands on a small disk; return how each ended, and whether the disk is as it was."""
    script = ON_SMALL_DISK.replace("{commands}", json.dumps(commands)).replace("{read_only}", str(read_only))
    return [(Ended(*told[:3]), told[3]) for told in run_on_disk(disk, f"size={size}", script)]


def every_command(demo: Path, grid: Path) -> list[list[str]]:
    """Return each command that writes, with its file on the disk."""
    export = ["export", str(grid), "--layer", "grids", "--format"]
    return [
        ["build", str(demo), "-o", "DISK/grid.gpkg"],
        ["build", str(demo), "-o", "DISK/grid"],
        ["map", str(grid), "-o", "DISK/map.html"],
        [*export, "geojson", "-o", "DISK/grids.geojson"],
        [*export, "pmtiles", "-o", "DISK/grids.pmtiles"],
        [*export, "shp", "-o", "DISK/grids.shp"],
        ["demo", "DISK/town", "--communities", "4"],
    ]


def test_a_full_disk_ends_every_command_in_one_line_and_leaves_it_as_it_was(demo: Path, grid: Path, tmp_path: Path):
    commands = every_command(demo, grid)
    for arguments, (ended, untouched) in zip(commands, tried(tmp_path, commands, size="60k"), strict=True):
        assert untouched, arguments
        if arguments[0] == "demo":
            *_, last = ended.err.splitlines()
            assert (ended.status, ended.out) == (2, "")
            assert last.startswith(f"onegrid: demo: can't write to {tmp_path}/town: ")
        else:
            assert "no space left on device" in ended.refusal.lower()
            assert str(tmp_path) in ended.refusal


def test_a_disk_that_can_only_be_read_is_refused_before_the_work(demo: Path, grid: Path, tmp_path: Path):
    for ended, untouched in tried(tmp_path, every_command(demo, grid)[:3], size="1m", read_only=True):
        assert untouched
        assert ended.refusal.endswith(": read-only file system")
        assert ended.err.count("\n") == 1


@pytest.mark.parametrize("command", ["build", "map", "export"])
def test_a_place_that_cannot_be_written_is_refused(here: Onegrid, demo: Path, grid: Path, tmp_path: Path, command: str):
    (tmp_path / "folder.gpkg").mkdir()
    more = {"export": ["--layer", "grids", "--format", "gpkg"]}.get(command, [])
    source = demo if command == "build" else grid
    before = listing(tmp_path)
    for out, why in {
        tmp_path / "nowhere" / "out.gpkg": "",
        tmp_path / "folder.gpkg": "directory",
        Path("/proc/out.gpkg"): "",
        tmp_path / ("街" * 90 + ".gpkg"): "file name too long",
    }.items():
        refusal = here(command, source, "-o", out, *more).refusal
        assert "cannot write" in refusal
        assert str(out) in refusal
        assert why in refusal.lower()
    assert listing(tmp_path) == before


@pytest.mark.parametrize(
    ("arguments", "out", "why"),
    [
        (
            ["build"],
            "out.shp",
            "it ends in .shp, but a build is a GeoPackage, or a directory of GeoParquet; name it out",
        ),
        (["build"], "grid.GeoJSON", "it ends in .geojson, but a build is "),
        (["map"], "map.gpkg", "it ends in .gpkg, but a map is a web page; name it map.html"),
        (
            ["export", "--layer", "grids", "--format", "geojson"],
            "c.kml",
            "it ends in .kml, but the format is GeoJSON; name",
        ),
        (
            ["export", "--layer", "all", "--format", "shp"],
            "all.gdb",
            "it ends in .gdb, but the format is Shapefile; name",
        ),
    ],
)
def test_a_name_that_promises_another_format_is_refused(
    here: Onegrid, demo: Path, grid: Path, tmp_path: Path, arguments: list[str], out: str, why: str
):
    command, *more = arguments
    refusal = here(command, demo if command == "build" else grid, "-o", tmp_path / out, *more).refusal
    assert refusal.startswith(f"cannot write {tmp_path}/{out}: {why}")
    assert listing(tmp_path) == {}


def test_a_name_with_a_dot_that_promises_nothing_is_taken(here: Onegrid, demo: Path, tmp_path: Path):
    assert here("build", demo, "-o", tmp_path / "grid.2026.07").status == 0
    assert (tmp_path / "grid.2026.07" / "grids.parquet").exists()


def test_a_demo_does_not_touch_somebodys_own_layers(here: Onegrid, tmp_path: Path):
    (tmp_path / "layers.toml").write_text('name = "mine"')
    before = listing(tmp_path)
    line = f"demo: {tmp_path} holds layers.toml, which is no demo's; choose another folder"
    assert here("demo", tmp_path).refusal == line
    assert listing(tmp_path) == before
