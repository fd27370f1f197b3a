"""What is remembered of a sign-in while somebody is away at their identity provider: for ten minutes, and used once."""

from __future__ import annotations

import json
import secrets
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, text

from data.users.credentials import hash_of

AWAY = timedelta(minutes=10)
SWEEP = text("DELETE FROM onegrid.openid_attempts WHERE expires_at <= now()")
INSERT = text("""
INSERT INTO onegrid.openid_attempts (secret_hash, state, expires_at)
VALUES (:hash, cast(:state AS jsonb), now() + :away)
""")
TAKE = text("DELETE FROM onegrid.openid_attempts WHERE secret_hash = :hash AND expires_at > now() RETURNING state")


def keep_attempt(connection: Connection, state: dict[str, Any]) -> str:
    """Keep the state of a sign-in; return the secret by which the same browser, and no other, takes it up again."""
    secret = secrets.token_urlsafe(32)
    connection.execute(SWEEP)
    connection.execute(INSERT, {"hash": hash_of(secret), "state": json.dumps(state), "away": AWAY})
    return secret


def take_attempt(connection: Connection, secret: str) -> dict[str, Any] | None:
    """Return the state of a sign-in, and forget it; None: there is none, or no more."""
    state: dict[str, Any] | None = connection.scalar(TAKE, {"hash": hash_of(secret)})
    return state
