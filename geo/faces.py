"""Faces: the atomic polygons of a community once every boundary in it has been noded, and who claims each.

One batch of communities goes through here at a time; each community is noded alone, so that the result is the same
however communities are batched.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from geo.arrays import Bools, Geometries, Ints
from geo.edges import Edges
from geo.noding import GRID_M, REACH_M, collect, near_runs, node, on_grid, polygonize, rings_of

UNCERTAIN_M = 0.002
"""Nearer to the drawn border than this, a face's point doesn't tell on which side of the bent border the face lies."""


@dataclass(frozen=True, eq=False)
class Batch:
    """Some communities with all that their build needs; unit rows are local to the batch.

    ``meets`` pairs communities and units that come near each other (local rows); ``around`` are the communities beside
    these. ``home`` is the local row of the community that holds most of a unit's land, -1 when it is not here.
    """

    community: Ints
    area: Geometries
    around: Geometries
    meets: tuple[Ints, Ints]
    unit: Ints
    polygon: Geometries
    rank: Ints
    layer: Ints
    home: Ints


@dataclass(frozen=True, eq=False)
class Faces:
    """Faces in the order of community, then west to east; claims as pairs of rows (``claim_face``, ``claim_unit``)."""

    polygon: Geometries
    community: Ints
    claim_face: Ints
    claim_unit: Ints

    def __len__(self) -> int:
        return len(self.polygon)


def faces_of(batch: Batch) -> Faces:
    """Node each community's linework, cut the community into faces, and find who claims each."""
    lines = linework(batch)
    polygon, community = polygonize(node(lines))
    point = shapely.point_on_surface(polygon)
    inside = lies_inside(batch, lines, community, point)
    polygon, community, point = polygon[inside], community[inside], point[inside]
    order = np.lexsort([shapely.get_y(point), shapely.get_x(point), community])
    polygon, community, point = polygon[order], community[order], point[order]
    face, unit = claims(point, batch.polygon)
    return Faces(polygon, community, face, unit)


def linework(batch: Batch) -> Geometries:
    """Collect each community's lines: its border, units, and the neighbours' borders that come near.

    Of a unit that reaches beyond the community only the segments near the community's box are taken, whole.
    """
    border, border_of = rings_of(batch.area)
    community, unit = batch.meets
    ring, ring_of = rings_of(on_grid(batch.polygon))
    meeting, ring_row = unroll(unit, ring_of, len(batch.polygon))
    within = shapely.contains_properly(batch.area[community], batch.polygon[unit])[meeting]
    home = community[meeting]
    run, cut = near_runs(ring[ring_row[~within]], shapely.bounds(batch.area)[home[~within]])
    near, near_of = borders_nearby(batch)
    lines = [border, ring[ring_row[within]], run, near]
    return collect(
        np.concatenate(lines), np.concatenate([border_of, home[within], home[~within][cut], near_of]), len(batch.area)
    )


def unroll(unit: Ints, ring_of: Ints, units: int) -> tuple[Ints, Ints]:
    """Repeat each row of ``unit`` for every ring of that unit; return the row and the ring. ``ring_of`` is sorted."""
    count = np.bincount(ring_of, minlength=units)
    first = np.cumsum(count) - count
    row = np.repeat(np.arange(len(unit)), count[unit])
    place = np.arange(len(row)) - np.repeat(np.cumsum(count[unit]) - count[unit], count[unit])
    return row, first[unit[row]] + place


def borders_nearby(batch: Batch) -> tuple[Geometries, Ints]:
    """Return the border segments of other communities that come near a community, and that community."""
    areas = np.concatenate([batch.area, batch.around])
    edges = Edges.of(areas)
    key, once = np.unique(edges.keys(), return_index=True)
    segments = edges.lines(once)
    borders = shapely.boundary(batch.area)
    shapely.prepare(borders)
    community, row = shapely.STRtree(segments).query(borders, predicate="dwithin", distance=REACH_M)
    own = np.isin(key[row] * len(areas) + community, edges.keys() * len(areas) + edges.polygon)
    order = np.lexsort([row[~own], community[~own]])
    return segments[row[~own][order]], community[~own][order].astype(np.int64)


def lies_inside(batch: Batch, lines: Geometries, community: Ints, point: Geometries) -> Bools:
    """Tell which faces lie in the community whose linework made them, judged by a point of each.

    Noding bends a border by less than a cell. Where a point lies that near, the border is bent in the same way first.
    """
    shapely.prepare(batch.area)
    border = shapely.boundary(batch.area)
    shapely.prepare(border)
    inside = np.asarray(shapely.contains_properly(batch.area[community], point), dtype=np.bool_)
    unsure = np.flatnonzero(shapely.dwithin(border[community], point, UNCERTAIN_M))
    if len(unsure):
        rows, local = np.unique(community[unsure], return_inverse=True)
        bent = shapely.difference(batch.area[rows], lines[rows], grid_size=GRID_M)
        shapely.prepare(bent)
        inside[unsure] = shapely.contains_properly(bent[local], point[unsure])
    return inside


def claims(point: Geometries, units: Geometries) -> tuple[Ints, Ints]:
    """Pair faces, each given by a point of its inside, with the units that cover them; sorted by face."""
    unit, face = shapely.STRtree(point).query(units, predicate="intersects")
    order = np.lexsort([unit, face])
    return face[order].astype(np.int64), unit[order].astype(np.int64)


def dissolve(polygons: Geometries, groups: Ints, size: int) -> Geometries:
    """Union the faces of each group; they share edges exactly, so that this only drops the edges between them."""
    result = np.empty(size, dtype=object)
    count = np.bincount(groups, minlength=size)
    alone = count[groups] == 1
    result[groups[alone]] = polygons[alone]
    joined, local = np.unique(groups[~alone], return_inverse=True)
    if len(joined):
        order = np.argsort(local, kind="stable")
        together = shapely.geometrycollections(polygons[~alone][order], indices=local[order])
        result[joined] = shapely.coverage_union_all(together[:, None], axis=1)
    return result
