"""How often somebody may try to sign in. The count is kept in the database, so that several servers share it.

An attempt counts as failed from its beginning until it succeeds, so that many at once are no way around the count.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from ipaddress import IPv6Address, ip_address

from sqlalchemy import Connection, text

from data.users.errors import TooManySignIns

WINDOW = timedelta(minutes=15)
LIMITS = (
    ("name_hash = :name AND address = :address", 5),
    ("address = :address", 30),
    ("name_hash = :name", 100),
)
"""Failures within `WINDOW`: of a name from one address; of all names from it (an office may share one); of a name from
everywhere, high, since others could lock its owner out."""
ONE_BY_ONE = text("SELECT pg_advisory_xact_lock(8030603)")
SWEEP = text("DELETE FROM onegrid.sign_in_attempts WHERE at < clock_timestamp() - :window")
INSERT = text("INSERT INTO onegrid.sign_in_attempts (name_hash, address) VALUES (:name, :address)")
FORGET = text("DELETE FROM onegrid.sign_in_attempts WHERE name_hash = :name AND address = :address")


def begin_attempt(connection: Connection, name: str, address: str) -> None:
    """Count an attempt; the transaction is to be committed before the password is looked at.

    Raises
    ------
    TooManySignIns
        There were too many before; this one is not counted.
    """
    facts = whose(name, address)
    connection.execute(ONE_BY_ONE)
    connection.execute(SWEEP, {"window": WINDOW})
    for which, limit in LIMITS:
        wait_s = connection.scalar(
            text(
                f"SELECT ceil(extract(epoch FROM at + :window - clock_timestamp())) FROM onegrid.sign_in_attempts "
                f"WHERE {which} ORDER BY at DESC OFFSET {limit - 1} LIMIT 1"
            ),
            {**facts, "window": WINDOW},
        )
        if wait_s is not None:
            minutes = -(-int(wait_s) // 60)
            raise TooManySignIns(f"too many attempts to sign in; wait {minutes} min", max(1, int(wait_s)))
    connection.execute(INSERT, facts)


def forget_attempts(connection: Connection, name: str, address: str) -> None:
    """Forget the failures of a name from an address, after it signed in."""
    connection.execute(FORGET, whose(name, address))


def whose(name: str, address: str) -> dict[str, object]:
    """Return what is counted by; of a name a hash, since some type their password there."""
    hashed = hashlib.sha256(name.strip().casefold().encode("utf-8", "surrogateescape")).digest()
    return {"name": hashed, "address": neighbourhood(address)}


def neighbourhood(address: str) -> str:
    """Return what one household or office has for an address: of IPv6 the first 64 bits.

    >>> neighbourhood("2001:db8:0:7::1"), neighbourhood("10.0.0.7"), neighbourhood("")
    ('2001:db8:0:7::', '10.0.0.7', '')
    """
    try:
        known = ip_address(address)
    except ValueError:
        return address
    if isinstance(known, IPv6Address):
        return str(known.ipv4_mapped or IPv6Address(int(known) >> 64 << 64))
    return str(known)
