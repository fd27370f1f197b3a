"""What can't work is refused in one line that says what to do; nothing is left behind."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from data.cluster import binaries, running_cluster
from data.cluster.places import Places
from data.cluster.programs import environment
from data.cluster.server import was_ready
from geo.errors import InputError
from tests.data.cluster.conftest import Copied
from tests.data.cluster.using import ROOT, eventually, one, stopped
from tests.data.small_disk import run_on_disk

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="as root")
ON_DISK = """
import json, sys
from pathlib import Path
from data.cluster import running_cluster
from geo.errors import InputError
place = Path(sys.argv[1])
for name in ("one", "two"):
    try:
        with running_cluster(place / name) as url:
            message = "runs"
    except InputError as error:
        message = str(error)
    left = sorted(path.name for path in place.rglob("cluster*"))
    print(json.dumps({"message": message, "left": left}))
"""
FILLING = """
import json, sys
from pathlib import Path
import psycopg
from data.cluster import running_cluster
from geo.errors import InputError
place, said = Path(sys.argv[1]), []
def tell(action):
    try:
        return action()
    except (InputError, psycopg.Error) as error:
        said.append(f"{type(error).__name__}: {error}")
def use(*commands):
    with running_cluster(place) as url, psycopg.connect(url.as_user("postgres").text, autocommit=True) as connection:
        for command in commands:
            rows = connection.execute(command)
        return rows.fetchone()[0] if rows.description else None
use("CREATE TABLE t AS SELECT 7 AS a")
tell(lambda: use("CREATE TABLE large AS SELECT repeat(i::text, 500) AS a FROM generate_series(1, 10000000) AS i"))
filler = place / "filler"
with filler.open("wb", buffering=0) as file:
    try:
        while True:
            file.write(bytes(4096))
    except OSError:
        pass
tell(lambda: use("INSERT INTO t SELECT i FROM generate_series(1, 100000) AS i"))
filler.unlink()
print(json.dumps({"said": said, "rows": use("SELECT count(*) FROM t"), "kept": use("SELECT a FROM t LIMIT 1")}))
"""


def refusal(data_dir: Path) -> str:
    """Return the one line in which a data directory is refused."""
    with pytest.raises(InputError) as refused, running_cluster(data_dir):
        pass
    assert "\n" not in str(refused.value)
    return str(refused.value)


def test_a_small_disk_is_refused_before_it_is_full(tmp_path: Path):
    for told in run_on_disk(tmp_path, "size=40m", ON_DISK, users=True):
        assert told["message"].startswith(f"cannot make a cluster in {tmp_path}/")
        assert told["message"].endswith(
            " MB are free and 150 MB needed; free some or name another directory with --data-dir"
        )
        assert told["left"] == []


def test_a_full_disk_loses_nothing_and_is_named(tmp_path: Path):
    told = run_on_disk(tmp_path, "size=250m", FILLING, users=True)[0]
    assert told["kept"] == 7
    assert told["rows"] in {1, 100_001}
    assert "DiskFull" in told["said"][0]
    assert all("Check free disk space" in line or "no space left" in line for line in told["said"])


def test_a_read_only_disk_is_refused(tmp_path: Path):
    for told in run_on_disk(tmp_path, "ro", ON_DISK, users=True):
        assert told["message"].startswith(f"cannot use the data directory {tmp_path}/")
        assert told["message"].endswith(": read-only file system; name another with --data-dir")


def test_a_file_in_the_place_of_the_directory_is_refused(tmp_path: Path):
    (tmp_path / "data").write_text("mine")
    assert "a file is in its place; name another" in refusal(tmp_path / "data")
    assert (tmp_path / "data").read_text() == "mine"


def test_a_directory_with_something_else_for_a_cluster_is_left_alone(tmp_path: Path):
    (tmp_path / "cluster").mkdir()
    (tmp_path / "cluster" / "letter.txt").write_text("mine")
    assert "holds no cluster (no PG_VERSION); restore it, or name another directory" in refusal(tmp_path)
    assert (tmp_path / "cluster" / "letter.txt").read_text() == "mine"


def test_other_files_in_a_data_directory_do_no_harm(tmp_path: Path):
    (tmp_path / "letter.txt").write_text("mine")
    with running_cluster(tmp_path) as url:
        one(url, "SELECT 1")
    assert (tmp_path / "letter.txt").read_text() == "mine"
    assert stopped(tmp_path)


def test_a_cluster_of_another_major_version_is_refused(data_dir: Path):
    version = data_dir / "cluster" / "PG_VERSION"
    was = version.read_text()
    version.write_text("14\n")
    here = binaries.server_binaries().major
    assert refusal(data_dir).startswith(
        f"PostgreSQL 14 is not installed (PostgreSQL {here} is). Debian and Ubuntu: apt install postgresql-14-postgis-3"
    )
    version.write_text(was)


def test_without_the_programs_it_is_said_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(binaries, "WHERE", ())
    monkeypatch.setenv("PATH", str(tmp_path))
    said = refusal(tmp_path / "data")
    assert said.startswith("PostgreSQL's server programs (initdb, postgres) were not found. ")
    assert "apt install postgresql-postgis; macOS: brew install postgis; or set ONEGRID_DATABASE_URL" in said


def test_without_postgis_it_is_said_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(binaries, "postgis_beside", lambda folder: False)
    here = max(found.major for found in binaries.installed())
    said = refusal(tmp_path / "data")
    assert said.startswith(f"PostgreSQL {here} is installed, but PostGIS is not. ")
    assert f"apt install postgresql-{here}-postgis-3;" in said


def test_a_postgis_that_does_not_load_leaves_no_cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("data.cluster.creation.EXTENDED", "CREATE EXTENSION postgis_of_another_day;\n\n")
    said = refusal(tmp_path)
    assert said.startswith(f"cannot make a cluster in {tmp_path}: postgres failed: extension ")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run"]


def test_a_setting_that_postgresql_does_not_take_is_named(data_dir: Path):
    local = data_dir / "cluster" / "local.conf"
    local.write_text("work_mem = 'much'\n")
    said = refusal(data_dir)
    assert said.startswith(f"the database in {data_dir} does not start: ")
    assert "contains errors" in said
    assert not Places(data_dir).socket.exists()
    local.write_text("")
    assert stopped(data_dir)


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="asks Linux's tables")
def test_a_server_started_by_hand_on_the_cluster_is_left_alone(data_dir: Path):
    found = (data_dir / "cluster").stat()
    how = {"user": found.st_uid, "group": found.st_gid, "extra_groups": []} if os.geteuid() == 0 else {}
    folder = os.open(data_dir / "cluster", os.O_RDONLY)
    postgres = [binaries.server_binaries()["postgres"], "-D", f"/proc/self/fd/{folder}"]
    with subprocess.Popen(
        [*postgres, "-c", "unix_socket_directories=", "-c", "listen_addresses=127.0.0.1"],
        pass_fds=(folder,), cwd="/", env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **how,
    ) as by_hand:  # fmt: skip
        os.close(folder)
        assert eventually(lambda: was_ready(Places(data_dir)))
        assert refusal(data_dir) == (
            f"process {by_hand.pid} runs a server on {data_dir}/cluster that One Grid did not start; "
            f"stop it first: kill {by_hand.pid}"
        )
        assert by_hand.poll() is None
        by_hand.terminate()
    with running_cluster(data_dir) as url:
        assert one(url, "SELECT 1") == 1


@AS_ROOT
def test_another_users_cluster_is_refused_with_the_owners_name(copied: Copied):
    """Seen by `nobody`, for whom every directory on the way is opened."""
    data_dir = copied()
    program = (
        "import os, sys\nfrom pathlib import Path\nfrom data.cluster import running_cluster\n"
        "from geo.errors import InputError\nos.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "try:\n    running_cluster(Path(sys.argv[1])).__enter__()\nexcept InputError as error:\n    print(error)"
    )
    for path in (data_dir, *data_dir.parents):
        if path.owner() == "root" and path.is_relative_to("/tmp") and path != Path("/tmp"):
            path.chmod(0o755)
    others = "may not be written (it belongs to root); run as its owner"
    for mode, said in ((0o755, others), (0o777, "belongs to postgres")):
        (data_dir / "run").chmod(mode)
        shown = subprocess.run(
            [sys.executable, "-c", program, str(data_dir)], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert said in shown.stdout, shown
    assert Places(data_dir).made
