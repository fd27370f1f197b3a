"""What a private cluster is like: alone on its socket, its roles, its place, its configuration."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import time
from pathlib import Path

import psycopg
import pytest

from data.cluster import running_cluster
from data.cluster.configuration import ADMINISTRATOR, APPLICATION, OWNER, ROLES, SETTINGS
from data.cluster.places import Places
from data.cluster.server import process_number
from tests.data.cluster.conftest import Copied
from tests.data.cluster.using import User, answers, eventually, kill_server, one, stopped

IN_A_CONTAINER = (
    "-all,+chown,+dac_override,+fowner,+fsetid,+kill,+setgid,+setuid,+setpcap,+net_bind_service,+net_raw,+sys_chroot,"
    "+mknod,+audit_write,+setfcap"
)
"""What Docker leaves root by default: not to look into other users' processes, above all."""


def listening(number: int) -> set[str]:
    """Return the local addresses of TCP sockets that a process and its children hold, by the kernel's tables."""
    numbers = [number, *(int(child) for child in Path(f"/proc/{number}/task/{number}/children").read_text().split())]
    links = [str(link.readlink()) for each in numbers for link in Path(f"/proc/{each}/fd").iterdir()]
    inodes = {match[1] for link in links if (match := re.fullmatch(r"socket:\[(\d+)\]", link))}
    assert inodes  # the Unix socket at least: it is those processes that were looked at
    rows = [line.split() for name in ("tcp", "tcp6") for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]]
    return {row[1] for row in rows if row[9] in inodes}


def test_the_first_start_makes_a_cluster_with_postgis_and_the_second_is_quick(tmp_path: Path):
    data_dir = tmp_path / "not" / "there yet"
    with running_cluster(data_dir) as url:
        version = one(url, "SELECT postgis_lib_version()", role=APPLICATION)
        assert int(str(version).split(".", maxsplit=1)[0]) >= 3
    assert stopped(data_dir)
    began = time.monotonic()
    with running_cluster(data_dir) as url:
        one(url, "SELECT 1")
    assert time.monotonic() - began < 2  # 0.1 s on an idle machine
    assert {path.name for path in data_dir.iterdir()} == {"cluster", "run"}


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="asks Linux's tables")
def test_no_process_of_the_server_listens_on_a_port(data_dir: Path):
    with running_cluster(data_dir) as url:
        number = process_number(Places(data_dir))
        assert number is not None
        assert listening(number) == set()
        assert one(url, "SHOW listen_addresses") == ""


@pytest.mark.parametrize(
    "name",
    ["with a space and 'quotes'", "多网合一 数据", "/".join(["a-long-name-of-a-folder"] * 12)],
    ids=["space", "chinese", "long"],
)
def test_any_path_will_do(copied: Copied, name: str):
    data_dir = copied(name)
    with running_cluster(data_dir) as url:
        assert one(url, "SELECT current_database()") == "onegrid"
        socket = url.place.partition(":")[0]
        assert len(f"{socket}/.s.PGSQL.5432") < 104
    assert not Path(socket).exists()


def test_a_link_to_a_data_directory_is_that_directory(data_dir: Path, tmp_path: Path):
    link = tmp_path / "link"
    link.symlink_to(data_dir)
    with running_cluster(data_dir) as there, running_cluster(link) as here:
        assert here == there


def test_two_data_directories_are_independent(copied: Copied):
    with running_cluster(copied("one")) as first, running_cluster(copied("two")) as second:
        one(first, "CREATE TABLE only_in_the_first ()")
        found = "SELECT count(*) FROM pg_tables WHERE tablename = 'only_in_the_first'"
        assert (one(first, found), one(second, found)) == (1, 0)


@pytest.mark.skipif(os.geteuid() != 0, reason="as root")
def test_root_drops_to_another_user_below_a_directory_that_only_root_may_enter(data_dir: Path):
    closed = data_dir.parent
    closed.chmod(0o700)
    with running_cluster(data_dir) as url:
        owner = Path(f"/proc/{process_number(Places(data_dir))}").stat().st_uid
        assert pwd.getpwuid(owner).pw_name == "postgres"
        one(url, "CREATE TABLE t AS SELECT 1 AS a")
    assert {path.owner() for path in (data_dir / "cluster").rglob("*")} == {"postgres"}
    assert (closed.stat().st_mode & 0o777, closed.owner()) == (0o700, "root")


@pytest.mark.skipif(os.geteuid() != 0 or shutil.which("setpriv") is None, reason="as root")
def test_root_in_a_container_which_may_do_less_does_the_same(data_dir: Path):
    with User(data_dir, command=("setpriv", f"--bounding-set={IN_A_CONTAINER}")) as user:
        url = user.url()
        assert one(url, "SELECT 1") == 1
        kill_server(data_dir)
        assert eventually(lambda: answers(url))
        user.end()
    assert stopped(data_dir)


@pytest.mark.skipif(os.geteuid() != 0, reason="as root")
def test_root_uses_the_cluster_of_the_user_whose_directory_it_is(tmp_path: Path):
    data_dir = tmp_path / "data"
    data_dir.mkdir()
    os.chown(data_dir, 65534, -1)  # nobody
    with running_cluster(data_dir) as url:
        assert one(url, "SELECT 1") == 1
    assert {path.stat().st_uid for path in data_dir.rglob("*")} == {65534}


def test_the_data_directory_and_the_socket_are_closed_to_others(data_dir: Path):
    with running_cluster(data_dir) as url:
        socket = Path(url.place.partition(":")[0])
        assert [path.stat().st_mode & 0o077 for path in (data_dir / "cluster", data_dir / "run", socket)] == [0, 0, 0]


def test_the_application_owns_nothing_and_is_held_by_row_level_security(data_dir: Path):
    with running_cluster(data_dir) as url:
        power = "SELECT rolsuper OR rolcreatedb OR rolcreaterole OR rolbypassrls FROM pg_roles WHERE rolname = '{}'"
        assert [one(url, power.format(role)) for role in (OWNER, APPLICATION)] == [False, False]
        for sql in ("CREATE TABLE public.t ()", "CREATE SCHEMA s", "CREATE TEMPORARY TABLE t ()", f"SET ROLE {OWNER}"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                one(url, sql, role=APPLICATION)


def test_a_role_is_given_to_known_users_of_this_machine_alone(data_dir: Path):
    """Peer authentication: no password to steal, and a role by any other name is refused."""
    with running_cluster(data_dir) as url:
        assert [one(url, "SELECT current_user", role=role) for role in ROLES] == list(ROLES)
        one(url, "CREATE ROLE stranger LOGIN")
        with pytest.raises(psycopg.OperationalError, match="Peer authentication failed"):
            one(url, "SELECT 1", role="stranger")


def test_every_setting_holds(data_dir: Path):
    """What the server says of its files, not what we wrote into them."""
    wrong = "SELECT string_agg(name || ': ' || error, '; ') FROM pg_file_settings WHERE error IS NOT NULL"
    (data_dir / "cluster" / "local.conf").write_text("")
    in_force = "SELECT count(*) FROM pg_file_settings WHERE sourcefile LIKE '%/onegrid.conf' AND applied"
    with running_cluster(data_dir) as url:
        assert one(url, wrong) is None
        assert one(url, in_force) == len(SETTINGS)
        for name, value in {"fsync": "on", "synchronous_commit": "on", "jit": "off", "data_checksums": "on"}.items():
            assert one(url, f"SHOW {name}") == value


def test_settings_of_the_machine_win(data_dir: Path):
    with (data_dir / "cluster" / "local.conf").open("a") as local:
        local.write("work_mem = '3MB'\n")
    with running_cluster(data_dir) as url:
        assert one(url, "SHOW work_mem") == "3MB"


def test_text_is_utf_8_and_compared_by_code_points(data_dir: Path):
    with running_cluster(data_dir) as url:
        shown = one(url, "SELECT concat_ws(' ', pg_encoding_to_char(encoding), datcollate, datctype) "
                         "FROM pg_database WHERE datname = 'onegrid'")  # fmt: skip
        assert shown in {"UTF8 C C.UTF-8", "UTF8 C C"}
        assert one(url, "SELECT '网格' < '网络' AND 'B' < 'a'") is True
        assert one(url, f"SELECT rolname FROM pg_roles WHERE rolname = '{ADMINISTRATOR}'") == ADMINISTRATOR
