"""Settlements by their households: the class within which scores are compared, and who manages them (rules 6 and 7)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geo.arrays import Floats
from geo.standards import Standards

CLASSES = ("IV", "III", "II", "I")
"""Classes of settlements, from the smallest: fewer than 20 households, from 20, from 50, from 100 [S3]."""

COMMITTEE, EXECUTOR = "committee", "executor"
"""Who manages a settlement: 自治管理委员会, or 自治管理执行人 where it is small [S3]."""


def settlement_class(households: Floats, community: NDArray[np.object_], standards: Standards) -> NDArray[np.object_]:
    """Return the class of each settlement by its households, None where they are unknown.

    Parameters
    ----------
    households
        (n,) nan where unknown.
    community
        (n,) codes, by which the standard is found.
    """
    result = np.full(len(households), None, dtype=object)
    for standard, rows in standards.groups(community):
        rating = standard.rating
        limits = (rating.class_iii_households, rating.class_ii_households, rating.class_i_households)
        known = rows[~np.isnan(households[rows])]
        place = np.searchsorted([limit.number for limit in limits], households[known], side="right")
        result[known] = np.array(CLASSES, dtype=object)[place]
    return result


def self_management(households: Floats, community: NDArray[np.object_], standards: Standards) -> NDArray[np.object_]:
    """Return who manages each settlement: `COMMITTEE` or `EXECUTOR`, None where its households are unknown."""
    result = np.full(len(households), None, dtype=object)
    for standard, rows in standards.groups(community):
        known = rows[~np.isnan(households[rows])]
        large = households[known] >= standard.self_management.committee_households.number
        result[known] = np.where(large, COMMITTEE, EXECUTOR)
    return result
