"""Reaching the plans that a command is about, and who it acts for."""

from __future__ import annotations

import getpass
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from data.database.access import reached
from data.database.engine import application_engine, connected, first_line
from data.database.schema import ensure_current
from data.plans.differing import State
from data.plans.life import log
from data.plans.plan import Plan, find_plan
from data.settings import read_settings
from geo.errors import InputError

_AT_REVISION = re.compile(r"(?P<name>.+)@(?P<at>[0-9]{1,9})", re.DOTALL)


@dataclass(frozen=True)
class Plans:
    """The plans of a database: ``engine`` is the application's, ``place`` says where it is."""

    engine: Engine
    place: str

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Connect for a block that writes nothing.

        Raises
        ------
        InputError
            The database can't be reached, or breaks off.
        """
        try:
            with connected(self.engine, place=self.place) as connection:
                yield connection
        except (psycopg.Error, DBAPIError) as error:
            raise InputError(f"the plans in {self.place} can't be read: {first_line(error)}") from error

    def find(self, name: str) -> Plan:
        """Return the plan of a name."""
        with self.reading() as connection:
            return find_plan(connection, name)


@contextmanager
def plans(data_dir: Path | None) -> Iterator[Plans]:
    """Reach the plans for the length of a block, their schema at this program's revision."""
    with reached(read_settings(data_dir=data_dir)) as access:
        ensure_current(access)
        engine = application_engine(access.application)
        try:
            yield Plans(engine, access.place)
        finally:
            engine.dispose()


def named(written: str) -> tuple[str, int | None]:
    """Return the name of a plan, and the revision behind it; None: the latest.

    >>> named("2026 草案@12"), named("someone@home")
    (('2026 草案', 12), ('someone@home', None))
    """
    found = _AT_REVISION.fullmatch(written)
    return (found["name"], int(found["at"])) if found else (written, None)


def state_named(connection: Connection, written: str) -> State:
    """Find a plan by its name, at its latest revision or at the one behind the name.

    Raises
    ------
    UnknownPlanError
        There is no such plan.
    InputError
        It has no such revision.
    """
    name, at = named(written)
    plan = find_plan(connection, name)
    if at is None:
        return State(plan, plan.head)
    first = log(connection, plan, limit=1)[0].revision
    if not first <= at <= plan.head:
        raise InputError(f"plan {name} has no revision {at}; it has {first} to {plan.head}")
    return State(plan, at)


def acting(by: str | None) -> str:
    """Return who acts: whom the command line names, else the system's user.

    Raises
    ------
    InputError
        The system does not know who runs the program.
    """
    if by is not None:
        return by
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError) as error:
        raise InputError("the system has no name for you; say who acts: --by NAME") from error
