"""Streets and counties: divisions above the community, known by the beginning of its code and by their names."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

NAMED = {"street_name": 9, "county_name": 6}
"""Columns of the communities that name a division above them, and the digits of its code."""

FACT = "name of "
"""Begins the key of a fact that names a division, in the table `build`; its code follows."""


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
