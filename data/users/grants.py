"""What an identity provider's word is worth here: a value of a claim carries a role and a scope."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from data.users.identity import require_scope
from data.users.roles import Role
from geo.errors import InputError


class Grant(NamedTuple):
    """Who has this value in the claim is this, for these divisions."""

    value: str
    role: Role
    scope: str


def read_grants(given: object) -> object:
    """Read grants that were written with semicolons between them; the last ``=`` of each counts.

    >>> [(value, role.value, scope) for value, role, scope in read_grants("cn=wuhua,ou=a=planner:530102; b=admin")]
    [('cn=wuhua,ou=a', 'planner', '530102'), ('b', 'admin', '')]

    Raises
    ------
    InputError
        One can't be read.
    """
    if not isinstance(given, str):
        return given
    return tuple(read_grant(one.strip()) for one in given.split(";") if one.strip())


def read_grant(written: str) -> Grant:
    """Read one grant."""
    value, _, granted = written.rpartition("=")
    role, _, scope = granted.strip().partition(":")
    if not value or role not in set(Role):
        raise InputError(f"{written!r} is no grant; write value=role or value=role:scope, with ; between them")
    return Grant(value.strip(), Role(role), require_scope(scope))


def granted(grants: Iterable[Grant], claim: object) -> Grant | None:
    """Return the first grant whose value is the claim, or in the list that it is; None: there is none.

    >>> granted([Grant("a", Role.admin, ""), Grant("b", Role.viewer, "53")], ["c", "b"]).value
    'b'
    """
    has = {claim} if isinstance(claim, str) else set(claim) if isinstance(claim, (list, tuple)) else set()
    return next((grant for grant in grants if grant.value in has), None)
