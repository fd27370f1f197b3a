"""Who owns a face, and why.

A face belongs to its sole claimant; else to the claimant of the layer that precedes; within one layer to the smaller
(or larger, or first) unit; where nobody claims it, to the community's own body (属地兜底, DB11/T 2157-2023 §6.3.4).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from geo.arrays import Floats, Ints, group_first
from geo.sources import Parameters

RULES = ("sole", "precedence", "same_layer", "sliver", "fallback", "override")
SOLE, PRECEDENCE, SAME_LAYER, SLIVER, FALLBACK, OVERRIDE = range(len(RULES))

NOBODY = -1
"""The owner of a face that no unit claims: the community itself."""


def standing(layer: pd.Series, area_m2: Floats, source_id: pd.Series, parameters: Parameters) -> Ints:
    """Rank units by who wins where they meet; 0 wins over all.

    Layers come first, in the order of ``parameters.precedence``; then area, ascending for ``smaller``, descending for
    ``larger``, not at all for ``first``; then ids in text order. Areas that differ by less than a square millimetre
    count as equal, so that one outline drawn from two starting points ties.
    """
    precedence = {name: rank for rank, name in enumerate(parameters.precedence)}
    area = np.round(area_m2, 6)
    by_size = {"smaller": area, "larger": -area, "first": np.zeros(len(area))}[parameters.same_layer]
    order = np.lexsort([source_id.to_numpy(dtype=object).astype(str), by_size, layer.map(precedence).to_numpy()])
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return rank


def decide(face: Ints, unit: Ints, rank: Ints, layer: Ints, faces: int) -> tuple[Ints, Ints]:
    """Decide the owner of each face from its claims.

    Parameters
    ----------
    face, unit
        The claims: face ``face[i]`` lies in unit ``unit[i]``; any order.
    rank, layer
        Each unit's `standing` and the number of its layer.
    faces
        How many faces there are.

    Returns
    -------
    tuple
        Each face's owner (a unit, or `NOBODY`) and the number of the rule in `RULES`.
    """
    owner = np.full(faces, NOBODY, dtype=np.int64)
    rule = np.full(faces, FALLBACK, dtype=np.int64)
    order = np.lexsort([rank[unit], face])
    face, unit = face[order], unit[order]
    first = group_first(face)
    owner[face[first]] = unit[first]
    rule[face[first]] = SOLE
    second = np.flatnonzero(first[:-1] & ~first[1:]) + 1  # the runner-up of each face with two claimants or more
    rival = layer[unit[second]] == layer[unit[second - 1]]
    rule[face[second]] = np.where(rival, SAME_LAYER, PRECEDENCE)
    return owner, rule
