"""What the tables of a schema hold, in two numbers each."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from sqlalchemy import Connection, text

from data.database.all_rows import see_all
from data.database.provision import SCHEMA

TABLES = f"""
SELECT relname, quote_ident(relname) FROM pg_class
WHERE relnamespace = to_regnamespace('{SCHEMA}') AND relkind = 'r' ORDER BY relname
"""


class Fingerprint(NamedTuple):
    """How many rows a table has, and the sum of their hashes, which hangs on no order."""

    rows: int
    total: int


Fingerprints: TypeAlias = dict[str, Fingerprint]


def fingerprints(connection: Connection) -> Fingerprints:
    """Return the fingerprint of each table of the schema.

    Every column of every row counts: a row's text holds numbers in full and geometry as it is stored. Rows that
    row-level security would hide are an error, not a smaller number.
    """
    see_all(connection)
    for setting in ("timezone = 'UTC'", "datestyle = 'ISO'", "extra_float_digits = 1"):
        connection.execute(text(f"SET LOCAL {setting}"))
    return {name: fingerprint(connection, quoted) for name, quoted in connection.execute(text(TABLES))}


def fingerprint(connection: Connection, table: str) -> Fingerprint:
    """Return the fingerprint of a table."""
    found = connection.execute(
        text(f"SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) FROM {SCHEMA}.{table} AS t")
    ).one()
    return Fingerprint(int(found[0]), int(found[1]))
