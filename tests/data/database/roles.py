"""A database on a server of one's own: by password, for a role that is no superuser."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote

from data.database.access import Access
from data.database.url import DatabaseURL
from tests.databases import BY_PASSWORD, execute

PASSWORD = "p@ss:w/ö%r#d"


@contextmanager
def hosted(pattern: Access, *, rights: str = "", extension: bool = True) -> Iterator[Access]:
    """Make a role that owns an empty database, as whoever runs a server gives one."""
    name = f"town_{secrets.token_hex(4)}"
    execute(
        pattern, f"CREATE ROLE {name} LOGIN {rights} PASSWORD '{PASSWORD}' IN ROLE {BY_PASSWORD}",
        f"CREATE DATABASE {name} OWNER {name} TEMPLATE template0", database="postgres",
    )  # fmt: skip
    if extension:
        execute(pattern, "CREATE EXTENSION postgis", database=name)
    at = pattern.administrator.in_database(name).text.partition("@")[2]
    url = DatabaseURL(f"postgresql://{name}:{quote(PASSWORD, safe='')}@{at}")
    try:
        yield Access(url, url, None)
    finally:
        execute(
            pattern, f"DROP DATABASE {name} WITH (FORCE)", f"DROP OWNED BY {name}", f"DROP ROLE {name}",
            database="postgres",
        )  # fmt: skip
