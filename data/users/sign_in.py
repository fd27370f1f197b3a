"""Signing in: by password, by a sign-in link, by an identity provider. Each ends in a session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection, text

from data.users.accounts import Account, as_written, find_account
from data.users.audit import Event, record
from data.users.credentials import Issued, Kind, issue, recognise, revoke
from data.users.errors import NotSignedIn, SignInRefused
from data.users.identity import Identity
from data.users.passwords import hash_of, is_outdated, matches
from data.users.roles import Role
from data.users.throttle import begin_attempt, forget_attempts
from data.users.transactions import Transactions

LINK_LIFETIME = timedelta(days=1)
NOBODY = "?"
"""Stands in the record for a name that is nobody's: it may be a password, typed into the wrong field."""
RENEW = text("UPDATE onegrid.accounts SET password_hash = :kept WHERE account_id = :account_id")


@dataclass(frozen=True)
class Session:
    """Somebody who signed in."""

    identity: Identity
    issued: Issued


def sign_in(transactions: Transactions, name: str, password: str, *, address: str, lifetime: timedelta) -> Session:
    """Sign in by name and password; takes some 50 ms of the processor, in a thread.

    Parameters
    ----------
    address
        Where from, for the count of attempts and the record.
    lifetime
        Of the session.

    Raises
    ------
    TooManySignIns
        There were too many attempts.
    SignInRefused
        They do not belong together, or the account is disabled.
    """
    with transactions.working(None) as connection:
        begin_attempt(connection, as_written(name), address)
        found = find_account(connection, name)
    right = matches(password, found.password_hash if found else None)
    with transactions.working(None) as connection:
        if found is None or not right or found.disabled_at is not None:
            record(connection, Event.sign_in_refused, found.name if found else NOBODY, address, by="password")
        else:
            forget_attempts(connection, as_written(name), address)
            renew(connection, found, password)
            return begin_session(connection, found.identity, address=address, lifetime=lifetime, by="password")
    raise SignInRefused("name and password do not belong together, or the account is disabled")


def renew(connection: Connection, account: Account, password: str) -> None:
    """Keep the hash of a password by today's rules."""
    if account.password_hash is not None and is_outdated(account.password_hash):
        connection.execute(RENEW, {"kept": hash_of(password), "account_id": account.account_id})


def begin_session(connection: Connection, identity: Identity, *, address: str, lifetime: timedelta, by: str) -> Session:
    """Begin a session of somebody who was recognised, and record it."""
    issued = issue(connection, Kind.session, identity, lifetime)
    record(connection, Event.sign_in, identity, address, by=by)
    return Session(identity, issued)


def end_session(connection: Connection, identity: Identity, secret: str, *, address: str) -> None:
    """End a session, and record it."""
    if revoke(connection, Kind.session, secret):
        record(connection, Event.sign_out, identity, address)


def issue_link(connection: Connection, name: str) -> str:
    """Return the secret of a link that signs in the single user of a private cluster, once."""
    return issue(connection, Kind.link, Identity(name, Role.admin), LINK_LIFETIME).secret


def follow_link(connection: Connection, secret: str, *, address: str, lifetime: timedelta) -> Session:
    """Begin the session of a sign-in link, which is worth nothing afterwards.

    Raises
    ------
    NotSignedIn
        It was used before, is too old, or never was one.
    """
    found = recognise(connection, Kind.link, secret)
    if found is None or not revoke(connection, Kind.link, secret):
        raise NotSignedIn("this link was used before, or is too old; onegrid serve prints a new one")
    return begin_session(connection, found.identity, address=address, lifetime=lifetime, by="link")
