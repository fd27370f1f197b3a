"""What the database refuses, or could not do, in the words of this program."""

from __future__ import annotations

from collections.abc import Mapping

import psycopg
from sqlalchemy.exc import DBAPIError

from data.database.engine import first_line
from data.database.errors import DatabaseLostError, DatabaseTooSlowError, DatabaseUnavailableError
from data.users.errors import NotAllowed
from geo.errors import InputError, NotADraftError, OneGridError, PartitionError

OURS: Mapping[str, tuple[type[OneGridError], str]] = {
    "OG002": (NotADraftError, "plan {name} has moved on meanwhile: {line}"),
    "OG003": (PartitionError, "plan {name} was not changed: {line}"),
    "OG005": (NotAllowed, "plan {name} was not changed: {line}"),
    "57014": (DatabaseTooSlowError, "plan {name} was not changed: it took too long ({line})"),
}
"""What the functions of the migrations refuse with, and a statement that took longer than it may."""

BROKEN_OFF = ("25P03",)
"""Beside classes 08 and 57P: the server ended a session that did nothing in its transaction for too long."""

NO_TEXT = (None, "22021", "22P05")
"""A text has a character that PostgreSQL has no place for; None: psycopg saw it first."""


def said(error: psycopg.Error | DBAPIError, name: str) -> Exception:
    """Say of an error what it means for a plan; what is a defect of this program is returned as it is."""
    state, line = state_of(error), first_line(error)
    if state in OURS:
        kind, sentence = OURS[state]
        return kind(sentence.format(name=name, line=line))
    if is_broken_off(error):
        return DatabaseLostError(
            f"the connection to the database broke ({line}); look in the history whether it was done"
        )
    if isinstance(cause_of(error), psycopg.DataError) and state in NO_TEXT:
        return InputError(f"plan {name} was not changed: a text has a character that can't be kept, as that of code 0")
    if state is None or state.startswith(("22", "23", "42")):
        return error
    room = "; free some room" if state == "53100" else ""
    return DatabaseUnavailableError(f"plan {name} was not changed: {line}{room}")


def is_broken_off(error: psycopg.Error | DBAPIError) -> bool:
    """Tell whether the connection is gone."""
    state = state_of(error)
    if state is None:
        return isinstance(cause_of(error), psycopg.OperationalError | psycopg.InterfaceError)
    return state.startswith(("08", "57P")) or state in BROKEN_OFF


def state_of(error: psycopg.Error | DBAPIError) -> str | None:
    """Return PostgreSQL's code of an error; None: it is the driver's own."""
    return getattr(cause_of(error), "sqlstate", None)


def grids_of(error: psycopg.Error | DBAPIError) -> frozenset[str]:
    """Return the codes of the grids that the functions of the migrations say have changed since (``OG001``)."""
    cause = cause_of(error)
    is_ours = isinstance(cause, psycopg.Error) and cause.sqlstate == "OG001"
    return frozenset((cause.diag.message_detail or "").split()) if is_ours else frozenset()


def cause_of(error: psycopg.Error | DBAPIError) -> BaseException | None:
    """Return the driver's error."""
    return error.orig if isinstance(error, DBAPIError) else error
