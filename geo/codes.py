"""Grid codes: numbered inside each community from west to east, then north to south, by representative points.

What they look like is a profile (`geo.code_profiles`). A code that was in use is never given to another place.
"""

from __future__ import annotations

from collections.abc import Collection
from itertools import pairwise

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.arrays import Geometries, Ints, group_first
from geo.code_profiles import DIGITS
from geo.errors import CodesExhaustedError
from geo.sources import Parameters


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
    first: bool = True,
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
    first
        Whether no code was given out before, anywhere in the jurisdiction.

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
    if parameters.code_profile == "CJ/T 349" and first:
        number[lone(community)[new]] = 0
    code[new] = [f"{head}{tail:0{digits}d}" for head, tail in zip(prefix[new], number, strict=True)]
    return code


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
