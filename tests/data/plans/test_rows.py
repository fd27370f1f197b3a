"""Asking the database for several things at once, and what becomes of a connection that is lost meanwhile."""

from __future__ import annotations

import psycopg
import pytest
from sqlalchemy import Connection, Engine

from data.database.errors import DatabaseLostError
from data.plans.door import tried
from data.plans.rows import later, overlapping, row
from geo.errors import GridLockedError
from tests.data.plans.plans import ask as ask_for


def test_a_connection_left_with_answers_to_come_is_told_in_a_line_and_not_used_again(
    planned: Engine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    def ask(connection: Connection) -> int:
        try:
            with overlapping(connection):
                process = later(connection, "SELECT pg_backend_pid() AS id")
                return int(process()[0].id)
        finally:
            row(connection, "SELECT 1")

    def busy(_: psycopg.Pipeline, raised: type[BaseException] | None, *__: object) -> None:
        if raised is None:
            raise psycopg.OperationalError("cannot exit pipeline mode while busy")

    def refused(connection: Connection, *_: object) -> None:
        later(connection, "SELECT 1")
        raise GridLockedError("it is locked", ["530102001001001"])

    with monkeypatch.context() as patched:
        patched.setattr(psycopg.Pipeline, "__exit__", busy)
        with pytest.raises(DatabaseLostError):
            tried(planned, "town", ask)
        patched.setattr("data.plans.door.looked_at", refused)
        with pytest.raises(GridLockedError):
            ask_for(planned, "retag", code="530102001001001", name="甲")
    assert caplog.records == []
    assert tried(planned, "town", lambda connection: row(connection, "SELECT 1 AS one").one) == 1
