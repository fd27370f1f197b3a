"""Snap rounding of a few segments, each piece traceable to the segment it came from.

`geo.noding` nodes whole communities and forgets which line was which. An edit needs to know: a border that gets a new
vertex gets it on both sides, and everything else stays as it was, to the bit. So segments are bent here one by one
(Hobby 1999): every end of a segment and every crossing makes its grid cell a hot pixel; each segment then runs through
the middles of the hot pixels that it passes.
"""

from __future__ import annotations

import numpy as np
import shapely

from geo.arrays import Ints, distinct_rows, group_first


def snap_round(segments: Ints) -> tuple[Ints, Ints]:
    """Bend segments through the hot pixels that they pass, so that they meet at vertices only.

    Parameters
    ----------
    segments
        Ends in grid cells, shape (n, 4), each with a length.

    Returns
    -------
    tuple
        Pieces, shape (m, 4), and the row of ``segments`` that each is of; in their order along it. Pieces of different
        segments may be the same.

    Examples
    --------
    >>> pieces, row = snap_round(np.array([[0, 0, 4, 4], [0, 4, 4, 0]]))
    >>> pieces.tolist(), row.tolist()
    ([[0, 0, 2, 2], [2, 2, 4, 4], [0, 4, 2, 2], [2, 2, 4, 0]], [0, 0, 1, 1])
    """
    if not len(segments):
        return segments.reshape(0, 4), np.empty(0, dtype=np.int64)
    origin = segments.reshape(-1, 2).min(axis=0)
    local = segments - np.tile(origin, 2)
    pixels, _ = distinct_rows(np.concatenate([local.reshape(-1, 2), crossings(local)]))
    row, pixel = passed(local, pixels)
    way = local[row, 2:] - local[row, :2]
    along = ((pixels[pixel] - local[row, :2]) * way).sum(axis=1)
    order = np.lexsort([along, row])
    row, vertex = row[order], pixels[pixel[order]]
    onward = ~group_first(row)[1:]
    pieces = np.concatenate([vertex[:-1], vertex[1:]], axis=1)[onward]
    return pieces + np.tile(origin, 2), row[1:][onward]


def crossings(segments: Ints) -> Ints:
    """Return the cells in which segments cross, shape (n, 2); exact, in integers of any size."""
    lines = shapely.linestrings(segments.reshape(-1, 2, 2).astype(np.float64))
    one, other = shapely.STRtree(lines).query(lines)
    one, other = one[one < other], other[one < other]
    a, r = segments[one, :2], segments[one, 2:] - segments[one, :2]
    c, s = segments[other, :2], segments[other, 2:] - segments[other, :2]
    turn, t, u = cross(r, s), cross(c - a, s), cross(c - a, r)
    t, u, turn = (np.where(turn < 0, -value, value) for value in (t, u, turn))
    meet = np.flatnonzero((turn > 0) & (t >= 0) & (t <= turn) & (u >= 0) & (u <= turn))
    turn, t = turn[meet, None].astype(object), t[meet, None].astype(object)
    twice = 2 * (a[meet].astype(object) * turn + t * r[meet].astype(object)) + turn
    return np.asarray(twice // (2 * turn), dtype=np.int64)


def cross(one: Ints, other: Ints) -> Ints:
    """Return the cross products of vectors, shape (n, 2) each."""
    return one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0]


def passed(segments: Ints, pixels: Ints) -> tuple[Ints, Ints]:
    """Pair segments with the pixels that they pass; exact.

    A pixel has its left and lower side and the corner between them, the other sides belong to its neighbours (as JTS's
    ``HotPixel``); so two segments that cross at a corner pass the same pixel.
    """
    boxes = shapely.box(*(pixels - 0.5).T, *(pixels + 0.5).T)
    lines = shapely.linestrings(segments.reshape(-1, 2, 2).astype(np.float64))
    row, pixel = shapely.STRtree(boxes).query(lines)
    swap = segments[row, 0] > segments[row, 2]
    rightward = np.where(swap[:, None], segments[row][:, [2, 3, 0, 1]], segments[row])
    start, end = 2 * (rightward[:, :2] - pixels[pixel]), 2 * (rightward[:, 2:] - pixels[pixel])  # in half cells
    near = (start[:, 0] < 1) & (end[:, 0] >= -1)
    near &= (np.minimum(start[:, 1], end[:, 1]) < 1) & (np.maximum(start[:, 1], end[:, 1]) >= -1)
    way = end - start
    upward = way[:, 1] > 0
    side = {corner: np.sign(cross(way, np.array(corner) - start)) for corner in ((-1, 1), (1, 1), (-1, -1), (1, -1))}
    upper_left, upper_right, lower_left, lower_right = side.values()
    meets = np.select(
        [
            (way == 0).any(axis=1),
            upper_left == 0,
            upper_right == 0,
            (upper_left != upper_right) | (lower_left == 0) | (lower_left != upper_left),
            lower_right == 0,
        ],
        [True, ~upward, upward, True, ~upward],
        (lower_left != lower_right) | (lower_right != upper_right),
    )
    return row[near & meets].astype(np.int64), pixel[near & meets].astype(np.int64)
