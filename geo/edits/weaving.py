"""Bringing a drawn line onto the land: existing borders get vertices where it meets them, on both sides, and no more.

Only borders within a centimetre of the line are looked at, and what lies beside those that bend; every other vertex of
the plan stays as it is, to the bit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
import shapely

from geo.arrays import Floats, Geometries, Ints, distinct_rows, group_first
from geo.edits.ground import BESIDE_M, Face, Grid, Ground
from geo.errors import TooFineError
from geo.noding import CELLS_PER_M, GRID_M, REACH_M
from geo.snapping import snap_round

Chains: TypeAlias = Mapping[tuple[int, int, int, int], Ints]
"""For a border segment that gets vertices, its ends in cells → the vertices between them in order, shape (n, 2)."""


@dataclass(frozen=True, eq=False)
class Woven:
    """A drawn line brought onto the land: its pieces, in cells, shape (n, 4), and what it does to the borders it
    meets."""

    line: Ints
    chains: Chains


class UnseenError(LookupError):
    """Borders bend where grids may be that are not there; all around ``boxes``, shape (n,), must be known."""

    def __init__(self, boxes: Geometries) -> None:
        super().__init__(f"all around {boxes.tolist()} must be known")
        self.boxes = boxes


def lower_first(segments: Ints) -> Ints:
    """Turn segments, shape (n, 4), so that each begins at its lower end."""
    x, y, to_x, to_y = segments.T
    turned = (x > to_x) | ((x == to_x) & (y > to_y))
    return np.where(turned[:, None], segments[:, [2, 3, 0, 1]], segments)


def as_lines(segments: Ints) -> Geometries:
    """Return segments in cells as two-point lines in metres."""
    return np.asarray(shapely.linestrings(segments.reshape(-1, 2, 2) / CELLS_PER_M), dtype=object)


def weave(border: Ints, drawn: Ints, land: shapely.Geometry | None = None) -> Woven:
    """Bring a drawn line onto borders, by snap rounding what comes near it.

    Parameters
    ----------
    border
        Segments, each once, lower end first, shape (n, 4), in cells; see `geo.edits.ground.borders`.
    drawn
        The line's segments in cells, shape (m, 4).
    land
        Only what of the line lies in here counts; all of it where not given.
    """
    drawn = drawn[(drawn[:, :2] != drawn[:, 2:]).any(axis=1)]
    tree = shapely.STRtree(as_lines(border))
    near = near_rows(tree, drawn)
    if land is not None:
        pieces, row = snap_round(np.concatenate([border[near], drawn]))
        pieces = pieces[row >= len(near)]
        middle = shapely.points((pieces[:, :2] + pieces[:, 2:]) / 2 / CELLS_PER_M)
        drawn = pieces[shapely.dwithin(land, middle, 1 / CELLS_PER_M)]
        near = near_rows(tree, drawn)
    near, pieces, row = bent(border, tree, near, drawn)
    line, _ = distinct_rows(lower_first(pieces[row >= len(near)]))
    return Woven(line, chains_of(border[near], pieces, row))


def bent(border: Ints, tree: shapely.STRtree, near: Ints, drawn: Ints) -> tuple[Ints, Ints, Ints]:
    """Bend a line and the borders near it by snap rounding; return these borders' rows, the pieces, and whose each is.

    A border that gets a vertex moves by up to a cell all along, far from the line too. What lies that near to it bends
    with it, or else a vertex would come to lie on its other side.
    """
    while True:
        pieces, row = snap_round(np.concatenate([border[near], drawn]))
        moved = near[np.bincount(row, minlength=len(near))[: len(near)] > 1]
        more = np.union1d(near, near_rows(tree, border[moved], BESIDE_M))
        if len(more) == len(near):
            return near, pieces, row
        near = more


def near_rows(tree: shapely.STRtree, drawn: Ints, reach_m: float = REACH_M) -> Ints:
    """Return the border segments of a tree that come near a drawn line."""
    _, row = tree.query(as_lines(drawn), predicate="dwithin", distance=reach_m)
    return np.unique(row).astype(np.int64)


def chains_of(near: Ints, pieces: Ints, row: Ints) -> dict[tuple[int, int, int, int], Ints]:
    """List the vertices that segments got on their way."""
    here = row < len(near)
    pieces, row = pieces[here], row[here]
    inner = ~group_first(row)  # each piece but the first of a segment begins at a new vertex
    found: dict[tuple[int, int, int, int], Ints] = {}
    for number in np.unique(row[inner]):
        x, y, to_x, to_y = near[number].tolist()
        found[x, y, to_x, to_y] = pieces[inner & (row == number), :2]
    return found


def bent_segments(segments: Ints, chains: Chains) -> Ints:
    """Give segments, shape (n, 4), in either direction, their new vertices; the pieces of each in its direction."""
    lower = lower_first(segments)
    hits = [row for row, ends in enumerate(map(tuple, lower.tolist())) if ends in chains]
    stays = np.ones(len(segments), dtype=np.bool_)
    stays[hits] = False
    found = [segments[stays]]
    for row in hits:
        between = chains[tuple(lower[row].tolist())]
        onward = between if (lower[row] == segments[row]).all() else between[::-1]
        places = np.concatenate([segments[row, None, :2], onward, segments[row, None, 2:]])
        found.append(np.concatenate([places[:-1], places[1:]], axis=1))
    return np.concatenate(found)


def woven_ground(ground: Ground, chains: Chains) -> Ground:
    """Give the borders of a ground their new vertices; grids that get none stay the same objects.

    Raises
    ------
    TooFineError
        As `woven_grid`; or the corner of a community, or of a locked grid, would be bent away with a needle.
    UnseenError
        A border gets vertices that leads to where the ground does not see: it may bend over others there.
    """
    if not chains:
        return ground
    require_seen(ground, as_lines(np.array(list(chains), dtype=np.int64)))
    grids = list(ground.grids.values())
    here = may_have(np.array([grid.polygon for grid in grids], dtype=object), chains)
    woven = [changed for row in here if (changed := woven_grid(grids[row], chains)) is not grids[row]]
    for grid in woven:
        require_corners(ground, ground.grids[grid.code], grid)
    return ground.replace(woven)


def require_seen(ground: Ground, lands: Geometries) -> None:
    """Require that all is known that lies around some lands: borders that bend, say.

    Raises
    ------
    UnseenError
        It is not.
    """
    unseen = lands[~ground.sees(lands)]
    if len(unseen):
        low, high = np.split(shapely.bounds(unseen), 2, axis=1)
        raise UnseenError(shapely.box(*(low - GRID_M).T, *(high + GRID_M).T))


def require_corners(ground: Ground, old: Grid, new: Grid) -> None:
    """Refuse to lose vertices of a locked grid, or of the border of a community: these get vertices, and keep all.

    Raises
    ------
    TooFineError
        One would be lost.
    """
    gone = vertices_missing(new.polygon, old.polygon)
    if not len(gone):
        return
    if old.locked:
        raise TooFineError(f"grid {old.code} is locked, and a needle of it would be bent away", [old.code])
    home = [grid.polygon for grid in ground.grids.values() if grid.community == old.community]
    if shapely.intersects(shapely.boundary(shapely.coverage_union_all(home)), shapely.multipoints(gone)):
        raise TooFineError(f"grid {old.code} is a millimetre wide there, and would be bent away", [old.code])


def may_have(polygons: Geometries, chains: Chains) -> list[int]:
    """Return the rows of polygons whose box holds a segment that gets vertices."""
    low, high = np.split(shapely.bounds(polygons)[:, None], 2, axis=2)
    ends = np.array(list(chains)).reshape(-1, 2, 2) / CELLS_PER_M
    held = (low <= ends.min(axis=1) + REACH_M) & (high >= ends.max(axis=1) - REACH_M)
    return np.flatnonzero(held.all(axis=2).any(axis=1)).tolist()


def woven_grid(grid: Grid, chains: Chains) -> Grid:
    """Give the borders of a grid and its faces their new vertices.

    Raises
    ------
    TooFineError
        The grid is so thin that nothing is left of it.
    """
    polygon = woven_polygon(grid.polygon, chains)
    if polygon.is_empty:
        raise TooFineError(f"grid {grid.code} is a millimetre wide there, and would be bent away", [grid.code])
    here = set(may_have(np.array([face.polygon for face in grid.faces], dtype=object), chains))
    faces = tuple(
        part for row, face in enumerate(grid.faces) for part in (woven_face(face, chains) if row in here else [face])
    )
    if polygon is grid.polygon and len(faces) == len(grid.faces) and all(map(same, faces, grid.faces)):
        return grid
    return replace(grid, polygon=polygon, faces=faces)


def vertices_missing(polygon: shapely.Geometry, old: shapely.Geometry) -> Floats:
    """Return the vertices that a polygon had and has no more, shape (n, 2)."""
    now, here = shapely.get_coordinates(polygon), shapely.get_coordinates(old)
    new, had = (np.rint(places * CELLS_PER_M).view(np.complex128)[:, 0] for places in (now, here))
    missing: Floats = here[~np.isin(had, new)]
    return missing


def same(new: Face, old: Face) -> bool:
    """Tell whether a face is the same object."""
    return new is old


def woven_face(face: Face, chains: Chains) -> list[Face]:
    """Give the border of a face its new vertices; a face a millimetre wide may fall into several by it, or to none."""
    polygon = woven_polygon(face.polygon, chains)
    if polygon is face.polygon:
        return [face]
    return [replace(face, polygon=part) for part in shapely.get_parts(polygon)]


def woven_polygon(polygon: shapely.Geometry, chains: Chains) -> shapely.Geometry:
    """Give the border of a polygon its new vertices; the same object where it gets none."""
    parts = [
        [woven_ring(ring, chains) for ring in (part.exterior, *part.interiors)] for part in shapely.get_parts(polygon)
    ]
    if all(ring is None for rings in parts for ring in rings):
        return polygon
    made = [
        shapely.Polygon(
            *(
                (rings[0] if rings[0] is not None else part.exterior.coords),
                [new if new is not None else old.coords for new, old in zip(rings[1:], part.interiors, strict=True)],
            )
        )
        for part, rings in zip(shapely.get_parts(polygon), parts, strict=True)
    ]
    whole = made[0] if len(made) == 1 else shapely.MultiPolygon(made)
    # where land is a millimetre wide, a border may come to touch itself
    return whole if whole.is_valid else shapely.make_valid(whole, method="structure", keep_collapsed=False)


def woven_ring(ring: shapely.LinearRing, chains: Chains) -> np.ndarray | None:
    """Return the coordinates of a ring with its new vertices, None where it gets none."""
    cells = np.rint(shapely.get_coordinates(ring) * CELLS_PER_M).astype(np.int64)
    segments = np.concatenate([cells[:-1], cells[1:]], axis=1)
    lower = lower_first(segments)
    hits = [row for row, ends in enumerate(map(tuple, lower.tolist())) if ends in chains]
    if not hits:
        return None
    pieces, done = [], 0
    for row in hits:
        between = chains[tuple(lower[row].tolist())]
        pieces += [cells[done : row + 1], between if (lower[row] == segments[row]).all() else between[::-1]]
        done = row + 1
    return np.concatenate([*pieces, cells[done:]]) / CELLS_PER_M
