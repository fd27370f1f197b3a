"""What the database could not do.

::

    InputError
    └── DatabaseUnavailableError     the database can't be reached, or can't write now; nothing was done
        ├── CopyLostError                a read replica ended a read; the database itself may be asked
        ├── DatabaseLostError            the connection broke while something was written: it was done, or it was not
        └── DatabaseTooSlowError         a statement took longer than it may; nothing was done
"""

from __future__ import annotations

from geo.errors import InputError


class DatabaseUnavailableError(InputError):
    """The database can't be reached, or can't write now, as on a full disk; nothing was done."""

    code = "unavailable"


class CopyLostError(DatabaseUnavailableError):
    """A read replica ended a read, or went away meanwhile; the database itself may be asked the same."""


class DatabaseLostError(DatabaseUnavailableError):
    """The connection broke while something was written, so that nobody knows yet whether it was done."""

    code = "database_lost"


class DatabaseTooSlowError(DatabaseUnavailableError):
    """A statement took longer than it may; nothing was done."""

    code = "timeout"
