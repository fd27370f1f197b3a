"""Grid codes: numbered inside each community from west to east, then north to south, by representative points.

A code is a profile, not a constant:

- ``DB11/T 2157`` (the default, Beijing, 2023): 12-digit community code + 3-digit sequence from 001;
- ``CJ/T 349`` (2010, §5): 6-digit class of the managed object (CJ/T 348) + 12-digit community code + 2-digit sequence
  from 01; a community that is one grid has 00 (§5.7).

A code that was in use is never given to another place.
"""

from __future__ import annotations

from collections.abc import Collection
from itertools import pairwise

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.arrays import Geometries, Ints, group_first
from geo.errors import CodesExhaustedError
from geo.sources import Parameters

DIGITS = {"DB11/T 2157": 3, "CJ/T 349": 2}
COMMUNITY, OBJECT = 12, 6
"""Digits of a community's code, and of the class of the object before it in a code of CJ/T 349."""


def spatial_order(polygon: Geometries, community: NDArray[np.object_]) -> Ints:
    """Order grids by community code, then west to east, then north to south."""
    point = shapely.point_on_surface(polygon)
    return np.lexsort([-shapely.get_y(point), shapely.get_x(point), community.astype(str)]).astype(np.int64)


def allot(
    community: NDArray[np.object_],
    parameters: Parameters,
    *,
    kept: NDArray[np.object_] | None = None,
    used: Collection[str] = (),
) -> NDArray[np.object_]:
    """Give each grid a code.

    Parameters
    ----------
    community
        Each grid's 12-digit community code; grids in `spatial_order`.
    kept
        The code that a grid brings along, None where it needs a new one.
    used
        Codes that were given out before; new ones avoid them. Those of another form are in nobody's way.

    Raises
    ------
    CodesExhaustedError
        A community needs more numbers than the profile has.

    Examples
    --------
    >>> allot(np.array(["530102001001"] * 2, dtype=object), Parameters()).tolist()
    ['530102001001001', '530102001001002']
    """
    kept = np.full(len(community), None, dtype=object) if kept is None else kept
    code = kept.copy()
    new = np.flatnonzero(pd.isna(kept))
    prefix = prefixes(community, parameters)
    digits = DIGITS[parameters.code_profile]
    width = len(prefix[0]) + digits if len(prefix) else 0
    taken = pd.Series([*used, *kept[~pd.isna(kept)]], dtype="object")
    number = free_numbers(prefix[new], taken[taken.str.fullmatch(rf"[0-9]{{{width}}}")], digits)
    if parameters.code_profile == "CJ/T 349" and not len(taken):
        number[lone(community)[new]] = 0
    code[new] = [f"{head}{tail:0{digits}d}" for head, tail in zip(prefix[new], number, strict=True)]
    return code


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


def prefixes(community: NDArray[np.object_], parameters: Parameters) -> NDArray[np.object_]:
    """Return what stands before each grid's sequence number."""
    if parameters.code_profile == "CJ/T 349":
        return np.array([parameters.object_code + code for code in community], dtype=object)
    return community


def lone(community: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Tell which grids are their community's only one."""
    _, number, count = np.unique(community.astype(str), return_inverse=True, return_counts=True)
    return np.asarray(count[number] == 1, dtype=np.bool_)


def free_numbers(prefix: NDArray[np.object_], taken: pd.Series, digits: int) -> Ints:
    """Number rows from 1 within each prefix, passing over the numbers that are taken."""
    number = np.empty(len(prefix), dtype=np.int64)
    used = taken.str[-digits:].astype("int64").groupby(taken.str[:-digits].to_numpy()).apply(set).to_dict()
    order = np.argsort(prefix.astype(str), kind="stable")
    bounds = np.flatnonzero(np.append(group_first(prefix[order]), True)) if len(order) else np.zeros(1, dtype=np.int64)
    for start, end in pairwise(bounds):  # a community at a time; each has its own free numbers
        rows = order[start:end]
        busy = used.get(prefix[rows[0]], ())
        free = (
            np.arange(1, len(rows) + 1)
            if not busy
            else np.setdiff1d(np.arange(1, len(rows) + max(busy) + 1), list(busy))[: len(rows)]
        )
        if free[-1] >= 10**digits:
            raise CodesExhaustedError(
                f"community {prefix[rows[0]]}: {len(rows)} grids need a number, but its codes end at {10**digits - 1}; "
                "merge small units of its layers or choose a code profile with more digits ([codes] profile)"
            )
        number[rows] = free
    return number
