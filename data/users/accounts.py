"""Accounts: who may sign in, as what, for which divisions."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from data.users.credentials import revoke_all
from data.users.identity import Identity, require_scope
from data.users.passwords import hash_of
from data.users.roles import Role
from geo.errors import InputError

LONGEST = 64
COLUMNS = "account_id, name, role, scope, password_hash, issuer, created_at, disabled_at"
BY_NAME = text(f"SELECT {COLUMNS} FROM onegrid.accounts WHERE lower(name) = lower(:name)")
ALL = text(f"SELECT {COLUMNS} FROM onegrid.accounts ORDER BY lower(name)")
INSERT = text(f"""
INSERT INTO onegrid.accounts (name, role, scope, password_hash, issuer, subject)
VALUES (:name, :role, :scope, :password_hash, :issuer, :subject) ON CONFLICT DO NOTHING RETURNING {COLUMNS}
""")
CHANGE = text(f"""
UPDATE onegrid.accounts SET role = coalesce(:role, role), scope = coalesce(:scope, scope),
    password_hash = coalesce(:password_hash, password_hash)
WHERE account_id = :account_id RETURNING {COLUMNS}
""")
SET_DISABLED = text("""
UPDATE onegrid.accounts SET disabled_at = CASE WHEN :disabled THEN coalesce(disabled_at, now()) END
WHERE account_id = :account_id
""")
BY_SUBJECT = text(f"SELECT {COLUMNS} FROM onegrid.accounts WHERE issuer = :issuer AND subject = :subject")


@dataclass(frozen=True)
class Account:
    """Somebody who may sign in."""

    account_id: int
    name: str
    role: Role
    scope: str
    password_hash: str | None
    issuer: str | None
    """The identity provider with which they sign in; None: with a password, or tokens alone."""
    created_at: datetime
    disabled_at: datetime | None

    @property
    def identity(self) -> Identity:
        """Who they are, once they have signed in."""
        return Identity(self.name, self.role, self.scope, self.account_id)

    def __repr__(self) -> str:
        """Print nothing of the password."""
        return f"Account({self.name!r}, {self.role.value}, {self.scope!r})"


def add_account(
    connection: Connection, name: str, role: Role, scope: str = "", *, password: str | None = None
) -> Account:
    """Make an account; without a password it is used by tokens alone.

    Raises
    ------
    InputError
        The name is taken or can't be one, the scope is none, or the password is too short.
    """
    facts = {"name": require_name(name), "role": role.value, "scope": require_scope(scope)}
    kept = None if password is None else hash_of(password)
    row = connection.execute(INSERT, {**facts, "password_hash": kept, "issuer": None, "subject": None}).one_or_none()
    if row is None:
        raise InputError(f"there is an account {name} already; change it: onegrid user change {name}")
    return account(row)


def change_account(
    connection: Connection,
    name: str,
    *,
    role: Role | None = None,
    scope: str | None = None,
    password: str | None = None,
) -> Account:
    """Change what is given of an account; a new password ends its sessions and tokens.

    Raises
    ------
    InputError
        There is no such account, or as `add_account`.
    """
    found = account_named(connection, name)
    row = connection.execute(CHANGE, {
        "account_id": found.account_id, "role": role.value if role else None,
        "scope": None if scope is None else require_scope(scope),
        "password_hash": None if password is None else hash_of(password),
    }).one()  # fmt: skip
    if password is not None:
        revoke_all(connection, found.account_id)
    return account(row)


def set_disabled(connection: Connection, name: str, disabled: bool) -> Account:
    """Disable an account, which ends its sessions and tokens; or enable it again.

    Raises
    ------
    InputError
        There is no such account.
    """
    found = account_named(connection, name)
    connection.execute(SET_DISABLED, {"account_id": found.account_id, "disabled": disabled})
    if disabled:
        revoke_all(connection, found.account_id)
    return account_named(connection, name)


def account_named(connection: Connection, name: str) -> Account:
    """Return an account.

    Raises
    ------
    InputError
        There is none of this name.
    """
    found = find_account(connection, name)
    if found is None:
        raise InputError(f"there is no account {name}; onegrid user list shows them")
    return found


def find_account(connection: Connection, name: str) -> Account | None:
    """Return the account of a name, in whatever case it is written; None: there is none."""
    row = connection.execute(BY_NAME, {"name": as_written(name)}).one_or_none()
    return None if row is None else account(row)


def list_accounts(connection: Connection) -> list[Account]:
    """Return all accounts by name."""
    return [account(row) for row in connection.execute(ALL)]


def account_from_elsewhere(
    connection: Connection, issuer: str, subject: str, name: str, role: Role, scope: str
) -> Account:
    """Return the account of somebody whom an identity provider knows, with the role that it says they have today.

    Raises
    ------
    InputError
        The name belongs to another account, which is not theirs to take.
    """
    row = connection.execute(BY_SUBJECT, {"issuer": issuer, "subject": subject}).one_or_none()
    if row is None:
        facts = {"name": require_name(name), "role": role.value, "scope": require_scope(scope)}
        row = connection.execute(
            INSERT, {**facts, "password_hash": None, "issuer": issuer, "subject": subject}
        ).one_or_none()
        if row is None:
            raise InputError(f"there is an account {name} already that does not sign in with {issuer}")
    elif (row.role, row.scope) != (role.value, scope):
        change = {"account_id": row.account_id, "role": role.value, "scope": scope, "password_hash": None}
        row = connection.execute(CHANGE, change).one()
    return account(row)


def require_name(given: str) -> str:
    """Return a name as it is kept.

    Raises
    ------
    InputError
        It is empty, too long, or holds what can't be seen.
    """
    name = as_written(given)
    if not (0 < len(name) <= LONGEST and name.isprintable()):
        raise InputError(f"a name has 1 to {LONGEST} characters that can be seen; not {given!r}")
    return name


def as_written(name: str) -> str:
    """Return a name in the one form that all keyboards agree on (NFKC)."""
    return unicodedata.normalize("NFKC", name).strip()


def account(row: Any) -> Account:
    """Return the account of a row."""
    return Account(**{**row._mapping, "role": Role(row.role)})
