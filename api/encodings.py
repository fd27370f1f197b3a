"""Which encodings of a body somebody takes, by the header ``Accept-Encoding``."""

from __future__ import annotations

import re

REFUSED = re.compile(r";\s*q=0(\.0*)?\s*$")


def taken(header: str | None) -> set[str]:
    """Return the names of the encodings that a header takes; none where there is no header.

    >>> sorted(taken("gzip, br;q=0, zstd;q=0.5")), taken(None)
    (['gzip', 'zstd'], set())
    """
    given = (header or "").split(",")
    return {one.partition(";")[0].strip().lower() for one in given if not REFUSED.search(one)} - {""}
