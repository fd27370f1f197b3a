"""Reaching the database that the settings name: the private cluster's, or a server's of one's own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from data.cluster import running_cluster
from data.cluster.configuration import ADMINISTRATOR
from data.database.url import DatabaseURL
from data.settings import Settings


@dataclass(frozen=True)
class Access:
    """A database that can be reached."""

    application: DatabaseURL
    """For the application, which reads and writes rows."""
    administrator: DatabaseURL
    """For who changes the schema, and for backups."""
    data_dir: Path | None
    """Of the private cluster; None: a server of one's own."""

    @property
    def place(self) -> str:
        """Where the database is, for people."""
        return str(self.data_dir) if self.data_dir is not None else self.administrator.place


@contextmanager
def reached(settings: Settings) -> Iterator[Access]:
    """Reach the database for the length of a block; the private cluster runs meanwhile.

    Raises
    ------
    InputError
        The private cluster can't be made or started. A server of one's own is asked for nothing yet.
    """
    if settings.database_url is not None:
        own = settings.database_url
        yield Access(own, settings.database_admin_url or own, None)
    else:
        with running_cluster(settings.data_dir) as url:
            yield Access(url, url.as_user(ADMINISTRATOR), settings.data_dir)
