"""A throw-away PostGIS for tests: one cluster for all workers of a run, and in it a database for each test."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from data.cluster import running_cluster
from data.cluster.configuration import ADMINISTRATOR
from data.cluster.locks import opened
from data.database.access import Access
from data.database.schema import upgrade

WORKER = "PYTEST_XDIST_WORKER"
HURRY = ("fsync = off", "synchronous_commit = off", "full_page_writes = off")
"""Nobody needs it after a power cut."""
BY_FILE = " STRATEGY file_copy"
"""Copies a database in half the time that its pages take through the log; before 15 there was no other way."""
BY_PASSWORD = "by_password"
"""Members of this role sign in with a password, as at a server of one's own."""


@contextmanager
def shared_cluster(base: Path) -> Iterator[Access]:
    """Use the cluster of this test run; its database is at the newest revision, and the pattern of those of the tests.

    Parameters
    ----------
    base
        The temporary directory of this worker.
    """
    data_dir = (base.parent if WORKER in os.environ else base) / "shared-cluster"
    with running_cluster(data_dir) as url:
        access = Access(url, url.as_user(ADMINISTRATOR), data_dir)
        with opened(data_dir / "pattern.lock") as lock:
            assert lock.take(wait_s=60)
            if not (data_dir / "pattern").exists():
                let_in(data_dir / "cluster" / "pg_hba.conf")
                hurry = (f"ALTER SYSTEM SET {setting}" for setting in HURRY)
                execute(access, f"CREATE ROLE {BY_PASSWORD}", *hurry, "SELECT pg_reload_conf()")
                upgrade(access)
                (data_dir / "pattern").touch()
        yield access


def let_in(rules: Path) -> None:
    """Let those sign in who have a password."""
    rules.write_text(f"local all +{BY_PASSWORD} scram-sha-256\n{rules.read_text()}")


@contextmanager
def database_like(pattern: Access) -> Iterator[Access]:
    """Make a database for one test, and remove it."""
    name = f"test_{uuid.uuid4().hex}"
    original = urlsplit(pattern.administrator.text).path.strip("/")
    with connected(pattern, database="postgres") as connection:
        by_file = BY_FILE if connection.info.server_version >= 150_000 else ""
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {original}{by_file}")
        connection.execute(f"GRANT CONNECT ON DATABASE {name} TO onegrid_app")
    try:
        yield replace(
            pattern,
            application=pattern.application.in_database(name),
            administrator=pattern.administrator.in_database(name),
        )
    finally:
        execute(pattern, f"DROP DATABASE {name} WITH (FORCE)", database="postgres")


def execute(access: Access, *commands: str, database: str | None = None) -> list[tuple]:
    """Run commands as administrator, each in a transaction of its own; return the rows of the last."""
    rows: list[tuple] = []
    with connected(access, database=database) as connection:
        for command in commands:
            cursor = connection.execute(command)
            rows = cursor.fetchall() if cursor.description else []
    return rows


def connected(access: Access, *, database: str | None) -> psycopg.Connection:
    """Connect as administrator."""
    url = access.administrator if database is None else access.administrator.in_database(database)
    return psycopg.connect(url.libpq, autocommit=True, connect_timeout=10)
