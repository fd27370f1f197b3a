"""Passwords: kept as argon2id hashes (RFC 9106, its second recommendation), compared in as long a time for nobody."""

from __future__ import annotations

import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from geo.errors import InputError

SHORTEST, LONGEST = 8, 1024
"""In characters (NIST SP 800-63B: eight at least, and nothing said of what they are)."""
HASHER = PasswordHasher()


def hash_of(password: str) -> str:
    """Return what is kept of a password.

    Raises
    ------
    InputError
        It is too short or too long; it is not repeated.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise InputError(f"a password has {SHORTEST} to {LONGEST} characters; this one has {len(password)}")
    return HASHER.hash(as_typed(password))


def matches(password: str, kept: str | None) -> bool:
    """Tell whether a password is the one that was kept; it takes as long where none was, so that nobody learns it."""
    if len(password) > LONGEST:
        return False
    try:
        return HASHER.verify(kept or nobodys(), as_typed(password)) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(kept: str) -> bool:
    """Tell whether a hash was made by weaker rules than today's."""
    return HASHER.check_needs_rehash(kept)


@cache
def nobodys() -> str:
    """Return the hash of a password that nobody has."""
    return HASHER.hash("\x00")


def as_typed(password: str) -> str:
    """Return a password in the one form that all keyboards agree on (NFKC)."""
    return unicodedata.normalize("NFKC", password)
