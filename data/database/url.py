"""The address of a database, which can't be printed with its password."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qs, quote, unquote, urlsplit, urlunsplit

from geo.errors import InputError

SCHEMES = ("postgresql", "postgres", "postgresql+psycopg")
EXAMPLE = "postgresql://user:password@host:5432/database"


@dataclass(frozen=True, repr=False)
class DatabaseURL:
    """An address ``postgresql://…``; it prints as ``postgresql://***``.

    >>> url = DatabaseURL("postgresql://planner:secret@db.street.cn/onegrid")
    >>> print(url, repr(url), [url])
    postgresql://*** DatabaseURL('postgresql://***') [DatabaseURL('postgresql://***')]
    >>> url.place
    'db.street.cn:5432/onegrid'

    Raises
    ------
    InputError
        It is no address of a PostgreSQL database; the message does not repeat it.
    """

    text: str

    def __post_init__(self) -> None:
        try:
            parts = urlsplit(self.text)
            known = parts.scheme in SCHEMES and (parts.port or True) and parts.path.strip("/")
        except ValueError:
            known = False
        if not known:
            raise InputError(f"a database's address is written {EXAMPLE} (a % or @ in it as %25 or %40)")

    def __str__(self) -> str:
        """Print nothing of it."""
        return "postgresql://***"

    def __repr__(self) -> str:
        """Print nothing of it."""
        return f"DatabaseURL('{self}')"

    @property
    def user(self) -> str:
        """The role it connects as; empty: whoever runs the program."""
        return unquote(urlsplit(self.text).username or "")

    @property
    def place(self) -> str:
        """Where the database is, for messages: nothing of it is secret."""
        parts = urlsplit(self.text)
        host = parts.hostname or parse_qs(parts.query).get("host", ["localhost"])[0]
        return f"{host}:{parts.port or 5432}{parts.path}"

    @property
    def libpq(self) -> str:
        """The address as PostgreSQL's own programs and psycopg take it."""
        return "postgresql:" + self.text.partition(":")[2]

    def in_database(self, name: str) -> DatabaseURL:
        """Return another database of the same server."""
        return DatabaseURL(urlunsplit(urlsplit(self.text)._replace(path=f"/{quote(name, safe='')}")))

    def as_user(self, role: str) -> DatabaseURL:
        """Return the same database for another role, which needs no password."""
        parts = urlsplit(self.text)
        host = parts.netloc.rpartition("@")[2]
        return DatabaseURL(urlunsplit(parts._replace(netloc=f"{quote(role, safe='')}@{host}")))
