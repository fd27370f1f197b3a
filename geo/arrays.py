"""The array types that the engine passes around, and the few moves on them that numpy lacks."""

from __future__ import annotations

from typing import Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

Geometries: TypeAlias = NDArray[np.object_]
"""Shapely geometries, one a row; polygons unless said otherwise."""

Ints: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]
Bools: TypeAlias = NDArray[np.bool_]


Table = TypeVar("Table", Ints, Floats)


def group_first(groups: NDArray[Any]) -> Bools:
    """Mark the first row of each run of equal values in a sorted array.

    >>> group_first(np.array([3, 3, 5, 5, 5])).tolist()
    [True, False, True, False, False]
    """
    first = np.ones(len(groups), dtype=np.bool_)
    first[1:] = groups[1:] != groups[:-1]
    return first


def place_in_run(groups: NDArray[Any]) -> Ints:
    """Count the rows of each run of equal values in a sorted array from 0.

    >>> place_in_run(np.array([3, 3, 5, 5, 5])).tolist()
    [0, 1, 0, 1, 2]
    """
    first = np.flatnonzero(group_first(groups))
    return np.arange(len(groups)) - np.repeat(first, np.diff(np.append(first, len(groups))))


def dense(keys: NDArray[Any]) -> tuple[NDArray[Any], Ints]:
    """Number the distinct values of ``keys`` in their order; return them and each row's number."""
    row, number = numbered(keys)
    return keys[row], number


def numbered(keys: NDArray[Any]) -> tuple[Ints, Ints]:
    """Number the distinct values of ``keys`` in their order; return the first row of each and each row's number.

    As numpy's ``unique``, which takes several times as long for a few.

    >>> [column.tolist() for column in numbered(np.array([7, 3, 7]))]
    [[1, 0], [1, 0, 1]]
    """
    order = np.argsort(keys, kind="stable")
    first = group_first(keys[order])
    number = np.empty(len(keys), dtype=np.int64)
    number[order] = first.cumsum() - 1
    return order[first], number


def distinct_rows(table: Table) -> tuple[Table, Ints]:
    """Return the distinct rows of a table of numbers, in order, and which of them each row is.

    As numpy's ``unique(axis=0)``, which compares rows as bytes and takes several times as long.

    >>> rows, number = distinct_rows(np.array([[3, 1], [2, 9], [3, 1]]))
    >>> rows.tolist(), number.tolist()
    ([[2, 9], [3, 1]], [1, 0, 1])
    """
    order = np.lexsort(table.T[::-1])
    table = table[order]
    first = np.ones(len(table), dtype=np.bool_)
    first[1:] = (table[1:] != table[:-1]).any(axis=1)
    number = np.empty(len(table), dtype=np.int64)
    number[order] = np.cumsum(first) - 1
    return table[first], number


def placed(number: Ints, rows: Ints) -> Ints:
    """Return where each number stands among some rows, ascending; what is negative stays."""
    return np.where(number < 0, number, np.searchsorted(rows, number))


def known_or_zero(values: Floats) -> Floats:
    """Return figures with 0 in place of nan; numpy's own `nan_to_num` takes ten times as long for a few."""
    return np.where(np.isnan(values), 0.0, values)


def sums(values: Floats, groups: Ints, size: int) -> Floats:
    """Add ``values`` up by group number."""
    return np.asarray(np.bincount(groups, weights=values, minlength=size), dtype=np.float64)


def unroll(group: Ints, count: Ints, first: Ints) -> tuple[Ints, Ints]:
    """List the members of some groups one after the other.

    Parameters
    ----------
    group
        Groups, repeats allowed.
    count, first
        Of each group there is, how many members it has and the number of its first; members are numbered on from there.

    Returns
    -------
    tuple
        For each member listed, the row of ``group`` that it is listed for, and its number.

    Examples
    --------
    >>> [column.tolist() for column in unroll(np.array([1, 0]), np.array([2, 3]), np.array([0, 2]))]
    [[0, 0, 0, 1, 1], [2, 3, 4, 0, 1]]
    """
    size = count[group]
    row = np.repeat(np.arange(len(group)), size)
    place = np.arange(len(row)) - np.repeat(np.cumsum(size) - size, size)
    return row, first[group[row]] + place
