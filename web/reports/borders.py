"""The borders of the one grid: every shared edge once, with the highest division that it separates."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.edges import Edges
from geo.noding import CELLS_PER_M

GRID, COMMUNITY, STREET = 0, 1, 2
"""What a border separates, at least."""

STREET_DIGITS = 9
"""The leading digits of a 12-digit division code that name the street."""


def borders(polygons: NDArray[np.object_], community_code: pd.Series) -> tuple[NDArray[np.object_], NDArray[np.int64]]:
    """Return the borders between grids as lines, and for each what it separates.

    Parameters
    ----------
    polygons
        The grids, edges matched, vertices on the 1 mm grid.
    community_code
        The 12-digit code of each grid's community.

    Returns
    -------
    tuple
        Lines (object array) and their level: `GRID`, `COMMUNITY` or `STREET`. The edge of the jurisdiction is `STREET`.
        Both empty without grids.
    """
    edges = Edges.of(polygons)
    if not len(edges.polygon):
        return np.empty(0, dtype=object), np.empty(0, dtype=np.int64)
    once, other = _once(edges)
    community = pd.factorize(community_code)[0]
    street = pd.factorize(community_code.astype(str).str[:STREET_DIGITS])[0]
    this = edges.polygon[once]
    outer = other < 0
    level = np.where(outer | (street[this] != street[other]), STREET, GRID)
    level[(level == GRID) & (community[this] != community[other])] = COMMUNITY
    return _chains(edges, once, level)


def _once(edges: Edges) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the rows of the edges, each border once, and the polygon on the other side (-1: none)."""
    key = edges.keys()
    order = np.argsort(key, kind="stable")
    same = np.append(key[order][1:] == key[order][:-1], False)
    first = np.append(True, key[order][1:] != key[order][:-1])
    other = np.full(len(key), -1, dtype=np.int64)
    other[order[same]] = edges.polygon[order[np.flatnonzero(same) + 1]]
    once = np.sort(order[first])
    return once, other[once]


def _chains(
    edges: Edges, rows: NDArray[np.int64], level: NDArray[Any]
) -> tuple[NDArray[np.object_], NDArray[np.int64]]:
    """Join consecutive edges of one level into lines."""
    start, end = edges.start[rows], edges.end[rows]
    begins = np.ones(len(rows), dtype=np.bool_)
    begins[1:] = (start[1:] != end[:-1]) | (level[1:] != level[:-1])
    chain = np.cumsum(begins) - 1
    ends = np.append(begins[1:], True)
    vertex = np.concatenate([start, end[ends]])
    place = np.concatenate([np.arange(len(rows)), np.flatnonzero(ends) + 0.5])
    order = np.argsort(place, kind="stable")
    owner = np.concatenate([chain, chain[ends]])[order]
    lines = shapely.linestrings(edges.cells[vertex[order]] / CELLS_PER_M, indices=owner)
    return lines, level[begins]
