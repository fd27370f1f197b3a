"""Edits that are asked for twice under one key, since the first answer got lost, are done once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import Connection

from data.plans.rows import row
from data.plans.versions import as_json
from geo.errors import InputError

ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended('onegrid answer ' || %(by)s || ' ' || %(key)s, 0))"
GIVEN = "SELECT asked, answered FROM onegrid.answer WHERE made_by = %(by)s AND key = %(key)s"
GIVE = """
WITH old AS (DELETE FROM onegrid.answer WHERE at < now() - interval '1 day')
INSERT INTO onegrid.answer (made_by, key, asked, answered)
VALUES (%(by)s, %(key)s, %(asked)s, %(answered)s) RETURNING key
"""


def is_answered(connection: Connection, key: str | None, by: str) -> bool:
    """Tell whether something was done under a key, so that asking again under it does nothing."""
    return key is not None and row(connection, GIVEN, {"by": by, "key": key}) is not None


def answered_once(
    connection: Connection, key: str | None, by: str, asked: str, do: Callable[[], Mapping[str, Any]]
) -> Mapping[str, Any]:
    """Do something and keep the answer for a day; under a key that was used already, return the answer given then.

    Parameters
    ----------
    asked
        All that was asked for, as text.

    Raises
    ------
    InputError
        The key was used for something else.
    """
    if key is None:
        return do()
    values = {"by": by, "key": key, "asked": sha256(asked.encode()).hexdigest()}
    row(connection, ONE_AT_A_TIME, values)
    given = row(connection, GIVEN, values)
    if given is None:
        answer = do()
        row(connection, GIVE, {**values, "answered": Jsonb(dict(answer), as_json)})
        return answer
    if given.asked != values["asked"]:
        raise InputError("this Idempotency-Key was used for another edit; choose a new one for each")
    answer = given.answered
    return answer
