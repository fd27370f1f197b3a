"""What a plan may be called: its name is a part of addresses from then on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from psycopg import errors
from sqlalchemy import Connection

from data.plans.rows import row
from geo.errors import InputError, PlanNameTakenError

CONTROL = r"\x00-\x1f\x7f-\x9f\u2028\u2029"
NAME = re.compile(rf"[^/\s{CONTROL}](?:[^/{CONTROL}]*[^/\s{CONTROL}])?")
LONGEST = 120
FOLDERS = (".", "..")
"""What browsers take for a folder, and leave out."""


def naming(connection: Connection, sql: str, values: Mapping[str, Any], name: str) -> Any:
    """Return the only row of what gives a plan its name.

    Raises
    ------
    PlanNameTakenError, InputError
        Another plan has the name; it can't be one.
    """
    require_name(name)
    try:
        return row(connection, sql, values)
    except errors.UniqueViolation as error:
        raise PlanNameTakenError(f"there is a plan {name} already; choose another name") from error
    except errors.CheckViolation as error:  # the database may know more control characters, by its locale
        raise InputError(f"{name!r} is no name of a plan: it has a character that no address could have") from error


def require_name(name: str) -> None:
    """Refuse a name that no address could have."""
    if len(name) > LONGEST or not NAME.fullmatch(name):
        raise InputError(f"{name!r} is no name of a plan: 1 to {LONGEST} characters, no /, no blanks around")
    if name in FOLDERS:
        raise InputError(f"{name!r} is no name of a plan: browsers take it for a folder")
