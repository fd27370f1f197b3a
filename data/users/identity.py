"""Who asks, as the database is told: the one place where rights are settled.

`as_identity` sets six settings for the length of a transaction, and the policies of tables (row-level security) read
them. A table of which each row is about a community says in a migration ::

    CREATE POLICY within_scope ON onegrid.t AS RESTRICTIVE TO onegrid_app USING (
        community >= (SELECT current_setting('onegrid.scope_from', true)) AND
        community < (SELECT current_setting('onegrid.scope_to', true)));

=========================  =======================================================================
``onegrid.user``           the name, for the log of edits and the record
``onegrid.role``           a `Role`
``onegrid.scope_from``     the beginning of the division codes that the scope covers: ``530102``
``onegrid.scope_to``       the same with an ``a`` after it, which sorts behind every digit
``onegrid.writes_from``    the beginning of the division codes where something may be changed
``onegrid.writes_to``      the same with an ``a`` after it
=========================  =======================================================================

So a scope is a range of codes, which an index serves; everything is from ``''`` to ``'a'``. Where nobody said who asks,
the settings are NULL or empty, no text is smaller than that, and no row is seen. The sub-selects are evaluated once a
statement, not once a row. Comparing text is leakproof, so that the policy does not keep ``&&`` from its index.

An edit sees across the border of a scope, where the neighbours of its grids are, and changes nothing beyond it: the
functions that write read ``onegrid.writes_from`` and ``onegrid.writes_to``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from sqlalchemy import Connection

from data.users.roles import Right, Role
from geo.code_profiles import lies_in
from geo.errors import InputError

SETTINGS = """
SELECT set_config('onegrid.user', %(user)s, true), set_config('onegrid.role', %(role)s, true),
       set_config('onegrid.scope_from', %(sees)s, true), set_config('onegrid.scope_to', %(sees)s || 'a', true),
       set_config('onegrid.writes_from', %(scope)s, true), set_config('onegrid.writes_to', %(scope)s || 'a', true)
"""
SETTINGS_OF_SESSION = SETTINGS.replace(", true)", ", false)")
"""The same for as long as the connection lasts."""
SCOPE = re.compile(r"[0-9]{0,12}")


@dataclass(frozen=True)
class Identity:
    """Somebody who was recognised.

    Parameters
    ----------
    name
        As it stands in the log of edits.
    role
        What they may do.
    scope
        Of which divisions: the beginning of their 12-digit codes; empty: of all.
    account_id
        Of their account; None: the single user of a private cluster, or the command line.
    """

    name: str
    role: Role
    scope: str = ""
    account_id: int | None = None

    def may(self, right: Right) -> bool:
        """Tell whether they may do something."""
        return self.role.may(right)

    def covers(self, code: str) -> bool:
        """Tell whether a division, or a grid, is within the scope.

        >>> Identity("li", Role.planner, "530102").covers("530102001003")
        True
        """
        return lies_in(code, self.scope)


SAID: WeakKeyDictionary[psycopg.AsyncConnection[Any], Identity] = WeakKeyDictionary()
"""Who asks on connections that are not lent for a transaction at a time."""


def as_identity(connection: Connection, identity: Identity, *, across: bool = False) -> None:
    """Say who asks, for the rest of the connection's transaction.

    Parameters
    ----------
    across
        Whether rows beyond the scope are seen too: for edits, whose answers are about the scope alone.

    Known limits: where the connection is in autocommit mode nothing holds beyond this statement, and no row is seen.
    """
    connection.exec_driver_sql(SETTINGS, settings_of(identity, across=across))


async def as_asker(connection: psycopg.AsyncConnection[Any], identity: Identity) -> None:
    """Say who asks on a connection in autocommit mode from now on, unless it was told so last.

    Nobody asks anything on such a connection without saying so; to say it with each tile would take half as long again.
    """
    if SAID.get(connection) == identity:
        return
    SAID.pop(connection, None)
    await connection.execute(SETTINGS_OF_SESSION, settings_of(identity, across=False), prepare=True)
    SAID[connection] = identity


def settings_of(identity: Identity, *, across: bool) -> dict[str, str]:
    """Return the values of `SETTINGS`."""
    sees = "" if across else identity.scope
    return {"user": identity.name, "role": identity.role.value, "scope": identity.scope, "sees": sees}


def require_scope(given: str) -> str:
    """Return a scope, where it is one.

    Raises
    ------
    InputError
        It is not the beginning of a division code.
    """
    if not SCOPE.fullmatch(given):
        raise InputError(f"a scope is the beginning of a division code, 0 to 12 digits such as 530102; not {given!r}")
    return given
