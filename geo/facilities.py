"""Which facilities the standards ask for, and how far on foot they may be, by grid."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.arrays import Bools, Floats
from geo.standards import Standard, Standards
from geo.tables import Texts

LOOKED_FOR = 3
"""Facilities are looked for up to as many times the longest distance allowed; beyond, they are as good as none."""


def every_standard(standards: Standards) -> list[Standard]:
    """Return the general standard and those of places."""
    return [standards.general, *standards.places.values()]


def kinds_of(written: pd.Series, standards: Standards) -> Texts:
    """Return each facility's kind in the words of the standards; as written where they have no such kind, or None."""
    names = {name: kind for one in every_standard(standards)[::-1] for name, kind in one.facility_names.items()}
    stripped = written.astype("str").str.strip()
    known = stripped.str.lower().map(names).where(stripped.notna())
    kinds = known.fillna(stripped).to_numpy(dtype=object, copy=True)
    kinds[pd.isna(kinds)] = None
    return np.asarray(kinds, dtype=object)


def asked_for(standards: Standards) -> dict[str, int]:
    """Return the kinds that some place must have, and the longest distance allowed anywhere, metres."""
    farthest: dict[str, int] = {}
    for standard in every_standard(standards):
        for kind, facility in standard.facilities.items():
            for rural in (False, True):
                limit = facility.limit_m(rural=rural)
                if limit is not None:
                    farthest[kind] = max(limit.number, farthest.get(kind, 0))
    return farthest


def distances_allowed(
    kinds: Sequence[str], community: Texts, rural: Bools, standards: Standards
) -> tuple[Floats, Floats, NDArray[np.object_]]:
    """Return how far facilities may be, by grid.

    Parameters
    ----------
    kinds
        Kinds of facilities.
    community, rural
        (n,) the code of each grid's community, and whether it is a village.

    Returns
    -------
    tuple
        (n, kinds) metres, nan where a kind is not asked for; (n,) the detour factor; (n, kinds) where each distance is
        written.
    """
    limit_m = np.full((len(community), len(kinds)), np.nan)
    source = np.full(limit_m.shape, None, dtype=object)
    detour = np.ones(len(community))
    for standard, rows in standards.groups(community):
        detour[rows] = standard.walking.detour_factor.number
        for column, kind in enumerate(kinds):
            facility = standard.facilities.get(kind)
            for village in (False, True):
                value = None if facility is None else facility.limit_m(rural=village)
                if value is not None:
                    here = rows[rural[rows] == village]
                    limit_m[here, column], source[here, column] = value.number, value.source
    return limit_m, detour, source
