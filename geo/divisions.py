"""Streets and counties: divisions above the community, known by the beginning of its code and by their names."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.arrays import Ints

NAMED = {"street_name": 9, "county_name": 6}
"""Columns of the communities that name a division above them, and the digits of its code."""

FACT = "name of "
"""Begins the key of a fact that names a division, in the table `build`; its code follows."""


COUNTY_DIGITS = NAMED["county_name"]


def groups_in_counties(codes: NDArray[np.object_], size: int) -> list[Ints]:
    """Cut communities, sorted by code, into groups of at most ``size`` that never reach over a county's border.

    So a community that is new changes the groups of its own county alone.

    >>> codes = np.array(["530102001001", "530102001002", "530102001003", "530103001001"], dtype=object)
    >>> [rows.tolist() for rows in groups_in_counties(codes, 2)]
    [[0, 1], [2], [3]]
    """
    county = np.array([code[:COUNTY_DIGITS] for code in codes], dtype=object)
    first = np.flatnonzero(np.append(True, county[1:] != county[:-1]) if len(county) else [])
    runs = np.split(np.arange(len(codes)), first[1:])
    return [rows for run in runs for rows in np.array_split(run, -(-len(run) // size) or 1) if len(rows)]


def division_facts(communities: pd.DataFrame) -> dict[str, str]:
    """Return the names of streets and counties as facts, by code; where communities disagree, the first name counts.

    >>> division_facts(pd.DataFrame({"code": ["530102001001"], "street_name": ["青云街道"]}))
    {'name of 530102001': '青云街道'}
    """
    facts: dict[str, str] = {}
    for column, digits in NAMED.items():
        if column in communities:
            there = communities[communities[column].notna()].sort_values("code")
            pairs = zip(there["code"].str[:digits], there[column], strict=True)
            facts |= {f"{FACT}{code}": str(name) for code, name in reversed(list(pairs))}
    return dict(sorted(facts.items()))


def division_names(facts: Mapping[str, str]) -> dict[str, str]:
    """Return the names of streets and counties by code, of the facts of a build.

    >>> division_names({"name": "a town", "name of 530102001": "青云街道"})
    {'530102001': '青云街道'}
    """
    return {key.removeprefix(FACT): name for key, name in facts.items() if key.startswith(FACT)}
