"""Grid codes as they are written, and what one says: its community, and the grid's number there.

A code is a profile, not a constant:

- ``DB11/T 2157`` (the default, Beijing, 2023): 12-digit community code + 3-digit sequence from 001;
- ``CJ/T 349`` (2010, §5): 6-digit class of the managed object (CJ/T 348) + 12-digit community code + 2-digit sequence
  from 01; a community that is one grid has 00 (§5.7).
"""

from __future__ import annotations

DIGITS = {"DB11/T 2157": 3, "CJ/T 349": 2}
COMMUNITY, OBJECT = 12, 6
"""Digits of a community's code, and of the class of the object before it in a code of CJ/T 349."""


def community_of(code: str) -> str:
    """Return the community of a grid by its code, of whichever profile; the code of a division stays as it is.

    A plan may have codes of both: a grid keeps its code when a town goes over to the other profile.

    >>> community_of("530102001001007"), community_of("04010053010200100107"), community_of("530102")
    ('530102001001', '530102001001', '530102')
    """
    start = start_of(code)
    return code[start : start + COMMUNITY]


def start_of(code: str) -> int:
    """Return where the community's code begins in the code of a grid."""
    return OBJECT if len(code) == OBJECT + COMMUNITY + DIGITS["CJ/T 349"] else 0


def number_of(code: str) -> str:
    """Return the number of a grid in its community, by its code.

    >>> number_of("530102001001007"), number_of("04010053010200100107")
    ('007', '07')
    """
    return code[len(before_number(code)) :]


def before_number(code: str) -> str:
    """Return what stands before a grid's number in its code.

    >>> before_number("04010053010200100107")
    '040100530102001001'
    """
    return code[: start_of(code) + COMMUNITY]


def lies_in(code: str, division: str) -> bool:
    """Tell whether a grid or a division, by its code, lies in a division, by the beginning of that one's code.

    >>> lies_in("04010053010200100107", "530102"), lies_in("04010053010200100107", "0401")
    (True, False)
    """
    return community_of(code).startswith(division)
