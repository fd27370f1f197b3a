"""From what a hand draws to what is meant: a line is drawn to vertices and borders near it, and follows borders."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import shapely

from geo.arrays import Geometries, Ints, dense, distinct_rows
from geo.edits.ground import Ground
from geo.edits.weaving import as_lines
from geo.errors import InputError, LineMissesGridError
from geo.noding import CELLS_PER_M

DETOUR = 1.5
"""A border that leads from one snapped vertex to the next within this much of the straight way is what was meant."""
MOST_CROSSINGS = 200
"""Of a line with itself: each makes pieces of land that have to be judged, and a scribble makes thousands of them."""
AT_ONCE = 256


def drawn(coordinates: np.ndarray, ground: Ground, *, snapping_distance: float) -> Ints:
    """Return a hand-drawn line as segments in grid cells, shape (n, 4).

    A vertex goes to the nearest vertex of a border within ``snapping_distance``, else to the nearest border within it.
    Where two vertices in a row are on borders, and a border leads from one to the other, no vertex of it further than
    ``snapping_distance`` from the line, the line follows that border.

    Parameters
    ----------
    coordinates
        Metres of the working CRS, shape (n, 2); the first one again at the end where an area is drawn.
    snapping_distance
        Metres; 0 leaves the line as drawn, but for the 1 mm grid.

    Raises
    ------
    LineMissesGridError
        The line has no length, or is not finite.
    InputError
        It crosses itself more than `MOST_CROSSINGS` times.
    """
    given = np.asarray(coordinates, dtype=np.float64).reshape(-1, 2)
    if not np.isfinite(given).all():
        raise LineMissesGridError("the line has coordinates that are no numbers")
    require_untangled(given)
    border, lines = ground.borders, as_lines(ground.borders)
    places = snapped(given, border, lines, snapping_distance)
    places = places[np.append(True, (places[1:] != places[:-1]).any(axis=1))]
    if len(places) < 2:
        raise LineMissesGridError("the line has no length")
    ways = [way(start, end, border, lines, snapping_distance) for start, end in pairwise(places)]
    whole = np.concatenate([*(path[:-1] for path in ways), places[-1:]])
    return np.concatenate([whole[:-1], whole[1:]], axis=1)


def require_untangled(given: np.ndarray) -> None:
    """Refuse a line that crosses itself too often; segments in a row meet, and do not count."""
    segments = shapely.linestrings(np.stack([given[:-1], given[1:]], axis=1))
    tree, crossings = shapely.STRtree(segments), 0
    for start in range(0, len(segments), AT_ONCE):
        mine, other = tree.query(segments[start : start + AT_ONCE], predicate="intersects")
        crossings += int((other - mine - start > 1).sum())
        if crossings > MOST_CROSSINGS:
            raise InputError(f"the line crosses itself more than {MOST_CROSSINGS} times; draw it anew")


def snapped(given: np.ndarray, border: Ints, lines: Geometries, snapping_distance: float) -> Ints:
    """Return vertices in cells, drawn to the vertices and segments of borders, which are ``lines`` in metres."""
    places = np.rint(given * CELLS_PER_M).astype(np.int64)
    if snapping_distance <= 0 or not len(border):
        return places
    points = shapely.points(given)
    row, segment = shapely.STRtree(lines).query_nearest(
        points, max_distance=snapping_distance, all_matches=False, exclusive=False
    )
    along = shapely.line_interpolate_point(lines[segment], shapely.line_locate_point(lines[segment], points[row]))
    places[row] = np.rint(shapely.get_coordinates(along) * CELLS_PER_M)
    corners, _ = distinct_rows(border.reshape(-1, 2))
    row, corner = shapely.STRtree(shapely.points(corners / CELLS_PER_M)).query_nearest(
        points, max_distance=snapping_distance, all_matches=False
    )
    places[row] = corners[corner]
    return places


def way(start: Ints, end: Ints, border: Ints, lines: Geometries, snapping_distance: float) -> Ints:
    """Return the way from one place to another: along borders that lead there within reach, else straight."""
    straight = np.stack([start, end])
    if snapping_distance <= 0:
        return straight
    line = shapely.linestrings(straight / CELLS_PER_M)
    near = np.flatnonzero(shapely.dwithin(line, lines, snapping_distance))
    segments = np.concatenate([cut_at(border[near], lines[near], place) for place in (start, end)])
    segments, _ = distinct_rows(segments)
    ends = shapely.points(segments.reshape(-1, 2) / CELLS_PER_M)
    within = shapely.dwithin(line, ends, snapping_distance).reshape(-1, 2).all(axis=1)
    path = shortest(segments[within], start, end)
    return straight if path is None or length(path) > DETOUR * length(straight) else path


def cut_at(segments: Ints, lines: Geometries, place: Ints) -> Ints:
    """Cut the segments that a place lies on at that place."""
    on = shapely.dwithin(lines, shapely.Point(place / CELLS_PER_M), 1 / CELLS_PER_M)
    on &= ~(segments.reshape(-1, 2, 2) == place).all(axis=2).any(axis=1)
    middle = np.broadcast_to(place, (int(on.sum()), 2))
    halves = [np.concatenate([segments[on, :2], middle], axis=1), np.concatenate([middle, segments[on, 2:]], axis=1)]
    return np.concatenate([segments[~on], *halves])


def shortest(segments: Ints, start: Ints, end: Ints) -> Ints | None:
    """Return the vertices of the shortest way along segments, None where there is none."""
    ends = segments.reshape(-1, 2)
    if not all((ends == place).all(axis=1).any() for place in (start, end)):
        return None
    from scipy.sparse import csr_array  # noqa: PLC0415 (only edits need it)
    from scipy.sparse.csgraph import dijkstra  # noqa: PLC0415

    vertices, number = distinct_rows(np.concatenate([ends, [start, end]]))
    source, target = int(number[-2]), int(number[-1])
    one, other = number[:-2:2], number[1:-2:2]
    pairs, first = dense(np.minimum(one, other) * len(vertices) + np.maximum(one, other))
    cost = np.zeros(len(pairs))
    cost[first] = np.hypot(*(vertices[one] - vertices[other]).T)
    graph = csr_array((cost, (pairs // len(vertices), pairs % len(vertices))), shape=(len(vertices), len(vertices)))
    found, before = dijkstra(graph, directed=False, indices=source, return_predecessors=True)
    if not np.isfinite(found[target]):
        return None
    path = [target]
    while path[-1] != source:
        path.append(int(before[path[-1]]))
    return np.asarray(vertices[path[::-1]], dtype=np.int64)


def length(path: Ints) -> float:
    """Return the length of a way, in cells."""
    return float(np.hypot(*np.diff(path, axis=0).T).sum())
