"""What proves who somebody is: the cookie of a session, a bearer token, a sign-in link.

Each is 256 random bits, of which the database keeps a hash (SHA-256: there is nothing to guess, so nothing slower is
needed). Whoever reads the database, or a backup, can't sign in with what they find.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection, text

from data.users.identity import Identity
from data.users.roles import Role

PREFIX = "onegrid_"
"""Of every secret, so that a program that looks for lost secrets finds them."""
INSERT = text("""
INSERT INTO onegrid.credentials (kind, secret_hash, account_id, holder, expires_at)
VALUES (:kind, :hash, :account_id, :holder, now() + :lifetime) RETURNING expires_at
""")
FIND = text("""
SELECT coalesce(a.name, c.holder) AS name, a.role, a.scope, c.account_id, c.expires_at
FROM onegrid.credentials AS c LEFT JOIN onegrid.accounts AS a USING (account_id)
WHERE c.secret_hash = :hash AND c.kind = :kind AND c.expires_at > now() AND a.disabled_at IS NULL
""")
END = text("DELETE FROM onegrid.credentials WHERE secret_hash = :hash AND kind = :kind RETURNING holder")
END_ALL = text("DELETE FROM onegrid.credentials WHERE account_id = :account_id")
SWEEP = text("DELETE FROM onegrid.credentials WHERE expires_at <= now()")


class Kind(StrEnum):
    """What a secret is for."""

    session = "session"
    token = "token"
    link = "link"
    """Signs in once, on the machine that it was printed on."""


@dataclass(frozen=True)
class Recognised:
    """Somebody who showed a secret."""

    identity: Identity
    expires_at: datetime


@dataclass(frozen=True)
class Issued:
    """A secret, known to nobody but its holder from now on."""

    secret: str
    expires_at: datetime

    def __repr__(self) -> str:
        """Print nothing of it."""
        return f"Issued('***', {self.expires_at.isoformat()})"


def issue(connection: Connection, kind: Kind, identity: Identity, lifetime: timedelta) -> Issued:
    """Make a secret for somebody, and forget those that have expired."""
    secret = PREFIX + secrets.token_urlsafe(32)
    connection.execute(SWEEP)
    expires_at = connection.scalar(INSERT, {
        "kind": kind, "hash": hash_of(secret), "account_id": identity.account_id, "holder": identity.name,
        "lifetime": lifetime,
    })  # fmt: skip
    assert expires_at is not None
    return Issued(secret, expires_at)


def recognise(connection: Connection, kind: Kind, secret: str) -> Recognised | None:
    """Return whose a secret is; None: nobody's, or expired, revoked, or of a disabled account.

    Whoever has no account is the single user of a private cluster, and may do everything.
    """
    row = connection.execute(FIND, {"hash": hash_of(secret), "kind": kind}).one_or_none()
    if row is None:
        return None
    role, scope = (Role.admin, "") if row.account_id is None else (Role(row.role), row.scope)
    return Recognised(Identity(row.name, role, scope, row.account_id), row.expires_at)


def revoke(connection: Connection, kind: Kind, secret: str) -> bool:
    """End one secret; tell whether it was there. Of two who do so at once, one is told that it was."""
    return connection.execute(END, {"hash": hash_of(secret), "kind": kind}).one_or_none() is not None


def revoke_all(connection: Connection, account_id: int) -> int:
    """End all sessions and tokens of an account; return how many there were."""
    return connection.execute(END_ALL, {"account_id": account_id}).rowcount


def hash_of(secret: str) -> bytes:
    """Return what is kept of a secret: 32 bytes."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).digest()
