"""Linework on the 1 mm grid, noded community by community.

Every vertex of a result lies on a grid of `GRID_M` of the working CRS. Lines are noded by snap rounding (Hobby 1999;
GEOS ``SnapRoundingNoder``): every vertex and every crossing makes its grid cell a hot pixel, and every segment is bent
through the hot pixels that it passes. What becomes of a segment hangs on nothing but the lines within two cells of it.
This is what lets each community be noded alone: as long as a community's linework holds all lines that come within
`REACH_M` of its border, whole segments only, its neighbours bend their common border in exactly the same way.
"""

from __future__ import annotations

import numpy as np
import shapely

from geo.arrays import Geometries, Ints, group_first, numbered

GRID_M = 0.001
"""The grid of the result, metres."""

CELLS_PER_M = 1000.0

REACH_M = 0.01
"""How near a line must come to a border to have a say in its noding; ten cells, where two would do."""


def on_grid(geometries: Geometries) -> Geometries:
    """Move every vertex to the nearest point of the grid; rings that vanish become empty.

    >>> on_grid(np.array([shapely.Point(0.12345, 2)])).tolist()
    [<POINT (0.123 2)>]
    """
    return np.asarray(shapely.transform(geometries, lambda xy: np.rint(xy * CELLS_PER_M) / CELLS_PER_M), dtype=object)


def to_cells(coordinates: np.ndarray) -> Ints:
    """Return coordinates as whole numbers of grid cells, shape (n, 2)."""
    return np.rint(coordinates * CELLS_PER_M).astype(np.int64)


def number_vertices(cells: Ints, group: Ints | None = None) -> tuple[Ints, Ints]:
    """Number the distinct points of an (n, 2) array, group by group; return a row of each point and each row's number.

    ``group`` is sorted; without it all points are of one.
    """
    if not len(cells):
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    group = np.zeros(len(cells), dtype=np.int64) if group is None else group
    first = group_first(group)
    corner = np.minimum.reduceat(cells, np.flatnonzero(first), axis=0)
    local = cells - corner[np.cumsum(first) - 1]
    width, height = (int(side) + 1 for side in local.max(axis=0))
    if (int(group[-1]) + 1) * width * height < 2**62:
        key = (group * width + local[:, 0]) * height + local[:, 1]
        return numbered(key)
    # wider than a thousand kilometres both ways: too wide for one key
    columns = np.column_stack([group, local])
    _, row, number = np.unique(columns, axis=0, return_index=True, return_inverse=True)
    return row.astype(np.int64), number.reshape(-1).astype(np.int64)


def rings_of(polygons: Geometries) -> tuple[Geometries, Ints]:
    """Return all rings of polygons as closed lines without repeated points, and the polygon each belongs to."""
    rings, owner = shapely.get_rings(shapely.get_parts(polygons), return_index=True)
    part_owner = np.repeat(np.arange(len(polygons)), shapely.get_num_geometries(polygons))
    coordinates, ring = shapely.get_coordinates(rings, return_index=True)
    keep = group_first(ring)
    keep[1:] |= (coordinates[1:] != coordinates[:-1]).any(axis=1)
    coordinates, ring = coordinates[keep], ring[keep]
    drawn = np.bincount(ring, minlength=len(rings)) >= 3  # a ring of two points after rounding is no line to node
    chosen = drawn[ring]
    lines = shapely.linestrings(coordinates[chosen], indices=dense_runs(ring[chosen]))
    return np.asarray(lines, dtype=object), part_owner[owner][drawn]


def dense_runs(sorted_keys: Ints) -> Ints:
    """Number the runs of equal values in a sorted array from 0.

    >>> dense_runs(np.array([4, 4, 9])).tolist()
    [0, 0, 1]
    """
    return (np.cumsum(group_first(sorted_keys)) - 1).astype(np.int64)


def near_runs(lines: Geometries, bounds: np.ndarray) -> tuple[Geometries, Ints]:
    """Cut lines down to the runs of whole segments that come near a box.

    Parameters
    ----------
    lines
        Lines, shape (n,).
    bounds
        One box a line, shape (n, 4); segments whose own box lies within `REACH_M` of it are kept.

    Returns
    -------
    tuple
        The runs in the order of the lines, and the line each came from.
    """
    xy, line = shapely.get_coordinates(lines, return_index=True)
    if len(xy) < 2:
        return np.empty(0, dtype=object), np.empty(0, dtype=np.int64)
    low, high = np.minimum(xy[:-1], xy[1:]), np.maximum(xy[:-1], xy[1:])
    box = bounds[line[:-1]]
    kept = (line[1:] == line[:-1]) & (high >= box[:, :2] - REACH_M).all(1) & (low <= box[:, 2:] + REACH_M).all(1)
    start = kept.copy()
    start[1:] &= ~(kept[:-1] & (line[1:-1] == line[:-2]))
    end = kept.copy()
    end[:-1] &= ~kept[1:] | start[1:]
    run = np.cumsum(start) - 1
    vertex = np.concatenate([np.flatnonzero(kept), np.flatnonzero(end) + 1])
    owner = np.concatenate([run[kept], run[end]])
    order = np.lexsort([vertex, owner])
    runs = shapely.linestrings(xy[vertex[order]], indices=owner[order]) if len(vertex) else []
    return np.asarray(runs, dtype=object), line[:-1][start].astype(np.int64)


def collect(lines: Geometries, groups: Ints, size: int) -> Geometries:
    """Collect lines into one MultiLineString a group; groups without lines get an empty one."""
    collected = np.full(size, shapely.MultiLineString(), dtype=object)
    if len(lines):
        order = np.argsort(groups, kind="stable")
        shapely.multilinestrings(lines[order], indices=groups[order], out=collected)
    return collected


def node(linework: Geometries, *, exact: bool) -> Geometries:
    """Node each MultiLineString alone and drop duplicate segments.

    ``exact`` noding is snap rounding. The quick one works in full precision and leaves it to the caller to move the
    nodes to the grid. It takes a third of the time, and is the same where lines keep their distance; where they do not,
    moving the nodes may make lines cross anew, so the result needs a look (`geo.faces.loose`).

    >>> cross = shapely.from_wkt("MULTILINESTRING ((0 0, 2 2), (0 2, 2 0))")
    >>> len(shapely.get_parts(node(np.array([cross]), exact=True)))
    4
    """
    grid_m = GRID_M if exact else None
    return np.asarray(shapely.union_all(linework[:, None], grid_size=grid_m, axis=1), dtype=object)
