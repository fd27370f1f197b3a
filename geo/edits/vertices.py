"""Vertices of shared borders: move, insert, delete; every grid that has the vertex follows at once."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import shapely

from geo.arrays import Geometries, Ints, distinct_rows
from geo.edges import Edges
from geo.edits.ground import Edit, Ground
from geo.edits.land import cut, regrid
from geo.edits.merge import require_same_community
from geo.edits.weaving import as_lines, lower_first, weave, woven_ground
from geo.errors import BordersWouldCrossError, CrossesCommunityError, NoSuchVertexError, PartitionError
from geo.noding import CELLS_PER_M, GRID_M
from geo.partition import Tiling
from geo.snapping import cross

Cell: TypeAlias = tuple[int, int]
"""A vertex, in grid cells."""


def move_vertex(place: Cell, to: Cell) -> Edit:
    """Move a vertex of the borders between grids of one community. Its own inverse, from ``to`` back.

    Raises
    ------
    NoSuchVertexError
        No border has a vertex at ``place``, or one has a vertex at ``to`` already.
    CrossesCommunityError
        The vertex is on the border of the community.
    GridLockedError
        A grid that has the vertex is locked.
    BordersWouldCrossError
        The borders that hang on the vertex would run over others.
    """

    def edit(ground: Ground) -> Ground:
        if len(at(outlines(ground), to)):
            raise NoSuchVertexError(f"there is a vertex at {said(to)} already; reshape the border instead")
        return redrawn(ground, place, to)

    return edit


def delete_vertex(place: Cell) -> Edit:
    """Delete a vertex that lies on one border; inverse of `insert_vertex` and `move_vertex`.

    Raises
    ------
    NoSuchVertexError
        No border has such a vertex, or three borders meet there.
    CrossesCommunityError, GridLockedError, BordersWouldCrossError
        As for `move_vertex`.
    """

    def edit(ground: Ground) -> Ground:
        holders = [grid.code for grid in ground.grids.values() if has_vertex(grid.polygon, place)]
        if len(at(outlines(ground), place)) > 2:
            raise NoSuchVertexError(f"borders meet at {said(place)}; this vertex can't go", holders)
        return redrawn(ground, place, None)

    return edit


def insert_vertex(place: Cell) -> Edit:
    """Insert a vertex into the border that passes within 1 mm; it moves nobody's land, so that locks do not matter.

    Raises
    ------
    NoSuchVertexError
        No border passes there, or it has the vertex already.
    BordersWouldCrossError
        Another border is so near that there is no room for the vertex.
    """

    def edit(ground: Ground) -> Ground:
        segments = ground.borders
        distance = shapely.distance(as_lines(segments), shapely.Point(np.array(place) / CELLS_PER_M))
        if len(at(segments, place)) or distance.min(initial=np.inf) > GRID_M:
            raise NoSuchVertexError(f"no border without a vertex there passes {said(place)}")
        row = int(distance.argmin())
        require_room(np.delete(segments, row, axis=0), segments[row], place)
        x, y, to_x, to_y = segments[row].tolist()
        return woven_ground(ground, {(x, y, to_x, to_y): np.array([place])})

    return edit


def redrawn(ground: Ground, place: Cell, to: Cell | None) -> Ground:
    """Draw the borders at a vertex anew, through ``to`` or past it, and give each piece of land to whom it falls."""
    holders = [grid.code for grid in ground.grids.values() if has_vertex(grid.polygon, place)]
    if len(holders) < 2:
        raise NoSuchVertexError(f"no border between grids has a vertex at {said(place)}", holders)
    grids = ground.open_grids(holders)
    require_same_community(grids)
    edges = Edges.of(np.array([grid.polygon for grid in ground.grids.values()], dtype=object))
    if len(at(edges.ends(edges.left_over()), place)):
        raise CrossesCommunityError(f"{said(place)} is on the border of the community, which stays", holders)
    wanted = [substituted(grid.polygon, place, to) for grid in grids]
    require_tiling(wanted, [grid.polygon for grid in grids])
    drawn = np.concatenate([new_segments(grid.polygon, place, to) for grid in grids])
    cells = cut(ground, grids, drawn)
    cell, owner = shapely.STRtree(np.array(wanted)).query(shapely.point_on_surface(cells.polygon), predicate="within")
    if len(np.unique(cell)) < len(cells):
        raise BordersWouldCrossError("the borders would run into one another", holders)
    taker = np.zeros(len(cells), dtype=np.int64)
    taker[cell] = owner
    return regrid(cells, taker, cells.grids, dict.fromkeys(range(len(grids)), "override"))


def require_room(others: Ints, segment: Ints, place: Cell) -> None:
    """Refuse a vertex through which a border would come to lie on other borders, or beyond what lies beside it."""
    start, end, to = segment[:2], segment[2:], np.array(place)
    pieces, _ = distinct_rows(lower_first(np.array([[*start, *to], [*to, *end]])))
    woven = weave(others, pieces)
    turn = cross((end - start)[None], (to - start)[None])
    beside = others.reshape(-1, 2)
    beside = beside[(beside != start).any(axis=1) & (beside != end).any(axis=1)]
    passed = [turn * cross((b - a)[None], beside - a) >= 0 for a, b in ((start, end), (end, to), (to, start))]
    alone = not woven.chains and np.array_equal(woven.line, pieces)
    if not alone or (turn.any() and np.all(passed, axis=0).any()):
        raise BordersWouldCrossError(f"another border is too near to {said(place)} for a vertex there")


def require_tiling(polygons: list[shapely.Geometry], before: list[shapely.Geometry]) -> None:
    """Refuse grids that overlap, or cover other land than before."""
    try:
        old = Edges.of(np.array(before, dtype=object))
        Tiling(np.array(polygons), old.ends(old.left_over()))
    except PartitionError as error:
        raise BordersWouldCrossError("the borders would run over one another, or over another grid's") from error


def has_vertex(polygon: shapely.Geometry, place: Cell) -> bool:
    """Tell whether a polygon has a vertex."""
    return bool((np.rint(shapely.get_coordinates(polygon) * CELLS_PER_M) == np.array(place)).all(axis=1).any())


def at(segments: Ints, place: Cell) -> Ints:
    """Return the segments that end at a vertex."""
    here = (segments.reshape(-1, 2, 2) == np.array(place)).all(axis=2).any(axis=1)
    return np.asarray(segments[here], dtype=np.int64)


def outlines(ground: Ground) -> Ints:
    """Return the segments of the borders of grids, not of their faces, each once."""
    edges = Edges.of(np.array([grid.polygon for grid in ground.grids.values()], dtype=object))
    _, once = np.unique(edges.keys(), return_index=True)
    return np.asarray(edges.ends(once), dtype=np.int64)


def substituted(polygon: shapely.Geometry, place: Cell, to: Cell | None) -> shapely.Geometry:
    """Return a polygon with a vertex moved, or without it."""
    rings = [[changed(ring, place, to) for ring in (part.exterior, *part.interiors)] for part in parts(polygon)]
    made = [shapely.Polygon(shell, holes) for shell, *holes in rings]
    return made[0] if len(made) == 1 else shapely.MultiPolygon(made)


def parts(polygon: shapely.Geometry) -> Geometries:
    """Return the parts of a polygon or multipolygon."""
    return np.asarray(shapely.get_parts(polygon), dtype=object)


def changed(ring: shapely.LinearRing, place: Cell, to: Cell | None) -> np.ndarray:
    """Return the coordinates of a ring with a vertex moved, or without it."""
    cells = np.rint(shapely.get_coordinates(ring) * CELLS_PER_M)[:-1]
    here = (cells == np.array(place)).all(axis=1)
    if to is None and here.any() and len(cells) - here.sum() < 3:
        raise BordersWouldCrossError("a border of three vertices can lose none")
    cells = cells[~here] if to is None else np.where(here[:, None], np.array(to), cells)
    return np.concatenate([cells, cells[:1]]) / CELLS_PER_M


def new_segments(polygon: shapely.Geometry, place: Cell, to: Cell | None) -> Ints:
    """Return the segments that a polygon gets where a vertex is moved, or goes; shape (n, 4)."""
    found = []
    for ring in shapely.get_rings(polygon):
        cells = np.rint(shapely.get_coordinates(ring) * CELLS_PER_M).astype(np.int64)[:-1]
        for row in np.flatnonzero((cells == np.array(place)).all(axis=1)):
            before, after = cells[row - 1], cells[(row + 1) % len(cells)]
            found += [[*before, *after]] if to is None else [[*before, *to], [*to, *after]]
    return np.array(found, dtype=np.int64).reshape(-1, 4)


def said(place: Cell) -> str:
    """Write a place in metres of the working CRS."""
    return f"({place[0] / CELLS_PER_M:.3f}, {place[1] / CELLS_PER_M:.3f})"
