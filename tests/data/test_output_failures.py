"""Builds that can't be written: one clear line, nothing left behind, the old file as it was."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from data.output import read_build, read_facts, require_writable_build, write_build
from geo.errors import InputError
from tests.data.small_build import small_build
from tests.data.small_disk import ROOT, run_on_disk

ON_SMALL_DISK = """
import json, sys
from pathlib import Path
import numpy as np
import pandas as pd
import shapely
from dataclasses import replace
from data.output import read_facts, write_build
from geo.errors import InputError
from tests.data.small_build import small_build
small = small_build()
faces = pd.concat([small.faces] * 5000, ignore_index=True)
noise = np.random.default_rng(1).uniform(size=(4, len(faces)))  # it does not compress
faces.geometry = shapely.box(*noise)
large = replace(small, faces=faces)
for name in ("town.gpkg", "town"):
    out = Path(sys.argv[1]) / name
    write_build(small, out, facts={"built": "first"})
    before = sorted(path.name for path in Path(sys.argv[1]).iterdir())
    try:
        write_build(large, out, facts={"built": "second"})
        message = "no error"
    except InputError as error:
        message = str(error)
    after = sorted(path.name for path in Path(sys.argv[1]).iterdir())
    print(json.dumps({"message": message, "before": before, "after": after, "built": read_facts(out)["built"]}))
"""

ON_READ_ONLY_DISK = """
import json, sys
from pathlib import Path
from data.output import require_writable_build, write_build
from geo.errors import InputError
from tests.data.small_build import small_build
for name in ("town.gpkg", "town"):
    out = Path(sys.argv[1]) / name
    for attempt in (require_writable_build, lambda place: write_build(small_build(), place, facts={})):
        try:
            attempt(out)
        except InputError as error:
            print(json.dumps(str(error)))
"""

WITH_SHORT_FILES = """
import resource, sys
from pathlib import Path
from data.output import write_build
from geo.errors import InputError
from tests.data.small_build import small_build
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
try:
    write_build(small_build(), Path(sys.argv[1]), facts={})
except InputError as error:
    print(error)
"""


def test_a_full_disk_leaves_the_old_build_and_says_how_much_is_needed(tmp_path):
    for told in run_on_disk(tmp_path, "size=1m", ON_SMALL_DISK):
        assert "cannot write" in told["message"]
        assert "no space left on device" in told["message"]
        assert "MB free, about 11." in told["message"]
        assert "\n" not in told["message"]
        assert told["after"] == told["before"]
        assert told["built"] == "first"


def test_a_disk_that_can_only_be_read_is_refused_before_and_after_the_work(tmp_path):
    messages = run_on_disk(tmp_path, "ro", ON_READ_ONLY_DISK)
    assert messages == [f"cannot write {tmp_path}/{name}: read-only file system" for name in
                        ("town.gpkg", "town.gpkg", "town", "town")]  # fmt: skip


@pytest.mark.parametrize("name", ["town.gpkg", "town"])
@pytest.mark.parametrize("size", [1_000, 70_000, 150_000])
def test_a_writer_that_fails_at_any_point_leaves_nothing(tmp_path, name, size):
    ran = subprocess.run([sys.executable, "-c", WITH_SHORT_FILES, str(tmp_path / name), str(size)],
                         cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)  # fmt: skip
    written = not ran.stdout
    assert written == (name == "town" and size > 10_000)  # a Parquet file of this build takes 8 kB at most
    assert written or ran.stdout.startswith(f"cannot write {tmp_path / name}: ")
    assert ran.stdout.count("\n") <= 1
    assert [path.name for path in tmp_path.iterdir()] == ([name] if written else [])


@pytest.mark.parametrize("name", ["town.gpkg", "town"])
def test_ctrl_c_leaves_the_old_build(tmp_path, name):
    write_build(small_build(), tmp_path / name, facts={"built": "first"})

    def press(layer, done, rows):
        if layer == "units":
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        write_build(small_build(), tmp_path / name, facts={"built": "second"}, progress=press)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert read_facts(tmp_path / name)["built"] == "first"


@pytest.mark.parametrize("name", ["town.gpkg", "town"])
def test_an_old_build_is_replaced(tmp_path, name):
    write_build(small_build(with_lineage=True), tmp_path / name, facts={"built": "first"})
    write_build(small_build(), tmp_path / name, facts={"built": "second"})
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert read_facts(tmp_path / name)["built"] == "second"
    assert len(read_build(tmp_path / name, ["lineage"])["lineage"]) == 0


def test_what_another_program_left_of_the_old_file_is_not_replayed_into_the_new(tmp_path):
    """QGIS opens a GeoPackage with a write-ahead log beside it."""
    out = tmp_path / "town.gpkg"
    write_build(small_build(), out, facts={"built": "first"})
    with closing(sqlite3.connect(out)) as qgis:
        qgis.execute("PRAGMA journal_mode = WAL")
        qgis.execute("CREATE TABLE note (text)")
        qgis.commit()
        assert Path(f"{out}-wal").stat().st_size > 0
        write_build(small_build(), out, facts={"built": "second"})
        assert [path.name for path in tmp_path.iterdir()] == ["town.gpkg"]
    with closing(sqlite3.connect(out)) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert not database.execute("SELECT * FROM sqlite_master WHERE name = 'note'").fetchall()
    assert read_facts(out)["built"] == "second"


def test_a_link_is_followed(tmp_path):
    (tmp_path / "disk").mkdir()
    (tmp_path / "town.gpkg").symlink_to(tmp_path / "disk" / "real.gpkg")
    write_build(small_build(), tmp_path / "town.gpkg", facts={})
    assert (tmp_path / "town.gpkg").is_symlink()
    assert (tmp_path / "disk" / "real.gpkg").is_file()


@pytest.mark.parametrize("attempt", [require_writable_build, lambda out: write_build(small_build(), out, facts={})])
def test_a_place_where_no_build_can_stand_is_refused(tmp_path, monkeypatch, attempt):
    (tmp_path / "file").write_text("x")
    (tmp_path / "folder.gpkg").mkdir()
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "1.jpg").write_text("x")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    cases = {
        tmp_path / "nowhere" / "town.gpkg": f"there is no directory {tmp_path / 'nowhere'}; make it first",
        tmp_path / "file" / "town.gpkg": f"there is no directory {tmp_path / 'file'}; make it first",
        tmp_path / "folder.gpkg": "it is a directory; name a file",
        Path("/dev/null"): "it is a file where a directory is to be; remove it or name another",
        tmp_path / "file": "it is a file where a directory is to be; remove it or name another",
        tmp_path / "photos": "the directory holds 1.jpg, which is not ours; name a new one",
        Path(): "it is the directory you are in; name a new one",
        tmp_path / ("街" * 90 + ".gpkg"): "file name too long",
    }
    for out, message in cases.items():
        with pytest.raises(InputError) as refused:
            attempt(out)
        assert str(refused.value) == f"cannot write {out}: {message}"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder.gpkg", "here", "photos"]
    assert not list((tmp_path / "here").iterdir())


def test_a_device_is_not_replaced(tmp_path):
    link = tmp_path / "null.gpkg"
    link.symlink_to("/dev/null")
    with pytest.raises(InputError, match="it is no ordinary file; name another"):
        write_build(small_build(), link, facts={})
    assert Path("/dev/null").is_char_device()


def test_a_place_that_can_be_written_is_left_untouched(tmp_path):
    require_writable_build(tmp_path / "town.gpkg")
    require_writable_build(tmp_path / "town")
    assert not list(tmp_path.iterdir())


def test_an_error_of_the_program_itself_is_not_worded_as_the_users(tmp_path):
    grid = small_build()
    with pytest.raises(KeyError, match="rule"):
        write_build(replace(grid, faces=grid.faces.drop(columns="rule")), tmp_path / "town.gpkg", facts={})
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["old", "ledger"])
def test_a_build_may_have_any_name(tmp_path: Path, name: str):
    for _ in range(2):
        write_build(small_build(), tmp_path / name, facts={})
        assert {path.suffix for path in (tmp_path / name).iterdir()} == {".parquet"}
