"""Faces: the atomic polygons of a community once every boundary in it has been noded, and who claims each.

One batch of communities goes through here at a time; each community is noded alone, so that the result is the same
however communities are batched.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import shapely

from geo.arrays import Bools, Geometries, Ints, dense, sums, unroll
from geo.edges import Adjacency, Edges, Seams, components, seams
from geo.noding import GRID_M, REACH_M, collect, near_runs, node, node_and_round, on_grid, polygonize, rings_of

UNCERTAIN_M = 0.002
"""Nearer to the drawn border than this, a face's point doesn't tell on which side of the bent border the face lies."""


@dataclass(frozen=True, eq=False)
class Meets:
    """Pairs of a community and a unit that come near each other; ``within``: the unit lies clear of the border."""

    community: Ints
    unit: Ints
    within: Bools

    def of(self, place: Ints) -> Meets:
        """Return the pairs of some communities, renumbered by ``place``; -1 leaves a community out."""
        here = place[self.community] >= 0
        return Meets(place[self.community[here]], self.unit[here], self.within[here])


@dataclass(frozen=True, eq=False)
class Batch:
    """Some communities with all that their build needs; unit rows are local to the batch.

    ``meets`` pairs communities and units by local rows; ``around`` are the communities beside these. ``home`` is the
    local row of the community that holds most of a unit's land, -1 when it is not here. ``exact`` communities are
    noded by snap rounding at once.
    """

    community: Ints
    area: Geometries
    around: Geometries
    meets: Meets
    unit: Ints
    polygon: Geometries
    rank: Ints
    layer: Ints
    home: Ints
    exact: Bools

    def only(self, rows: Ints) -> Batch:
        """Return a batch of some of the communities; the others stand around them."""
        if len(rows) == len(self.area):
            return self
        place = np.full(len(self.area), -1, dtype=np.int64)
        place[rows] = np.arange(len(rows))
        return replace(
            self,
            community=self.community[rows],
            area=self.area[rows],
            around=np.concatenate([np.delete(self.area, rows), self.around]),
            meets=self.meets.of(place),
            exact=self.exact[rows],
        )


@dataclass(frozen=True, eq=False)
class Cut:
    """Communities cut into faces, in the order of community, then west to east; ``seams`` join the faces of each."""

    polygon: Geometries
    community: Ints
    point: Geometries
    edges: Edges
    seams: Seams

    @classmethod
    def of(cls, polygon: Geometries, community: Ints, point: Geometries) -> Cut:
        """Put faces in order and find how their edges meet."""
        order = np.lexsort([shapely.get_y(point), shapely.get_x(point), community])
        polygon, community = polygon[order], community[order]
        edges = Edges.of(polygon)
        return cls(polygon, community, point[order], edges, seams(edges, community[edges.polygon]))


@dataclass(frozen=True, eq=False)
class Faces(Cut):
    """Faces and who claims them, as pairs of rows (``claim_face``, ``claim_unit``)."""

    claim_face: Ints
    claim_unit: Ints

    def __len__(self) -> int:
        return len(self.polygon)


def faces_of(batch: Batch) -> Faces:
    """Cut each community into faces, and find who claims each.

    Communities are noded the quick way first; those that did not come out whole, by snap rounding.
    """
    quick = np.flatnonzero(~batch.exact)
    found, stray = cut(batch, quick, exact=False)
    whole = settled(batch.area, found) & ~np.isin(np.arange(len(batch.area)), stray)
    again = np.flatnonzero(batch.exact | ~whole)
    if len(again):
        found = combined(found, cut(batch, again, exact=True)[0], again)
    face, unit = claims(found.point, batch.polygon)
    return Faces(**vars(found), claim_face=face, claim_unit=unit)


def cut(batch: Batch, rows: Ints, *, exact: bool) -> tuple[Cut, Ints]:
    """Node the linework of some communities and cut them into faces.

    Returns
    -------
    tuple
        The faces, and the communities in which a line bounds no face.
    """
    part = batch.only(rows)
    lines = linework(part, exact=exact)
    polygon, community, stray, stray_community = polygonize((node if exact else node_and_round)(lines))
    point = shapely.point_on_surface(polygon)
    inside = lies_inside(part.area, lines, community, point, exact=exact)
    found = Cut.of(polygon[inside], rows[community[inside]], point[inside])
    return found, rows[stray_community[crosses(part.area, stray, stray_community)]]


def crosses(areas: Geometries, lines: Geometries, community: Ints) -> Bools:
    """Tell which lines run through a community, clear of its border."""
    middle = shapely.line_interpolate_point(lines, 0.5, normalized=True)
    inside = shapely.contains_properly(areas[community], middle)
    clear = shapely.distance(shapely.boundary(areas[community[inside]]), middle[inside]) > UNCERTAIN_M
    inside[inside] = clear
    return np.asarray(inside, dtype=np.bool_)


def combined(quick: Cut, exact: Cut, again: Ints) -> Cut:
    """Take the faces of some communities from the exact cut, of all others from the quick one."""
    kept = ~np.isin(quick.community, again)
    return Cut.of(
        np.concatenate([quick.polygon[kept], exact.polygon]),
        np.concatenate([quick.community[kept], exact.community]),
        np.concatenate([quick.point[kept], exact.point]),
    )


def settled(areas: Geometries, found: Cut) -> Bools:
    """Tell which communities the quick noding left whole.

    Faces are valid, edges meet in pairs, and what is left over is as many simple rings as the community's border has.
    Then the faces cover what is in those rings exactly once, as in `geo.partition`. That it is the right land is told
    by its area: noding moves a border by less than a cell.
    """
    loose = np.zeros(len(areas), dtype=np.bool_)
    loose[found.community[~shapely.is_valid(found.polygon)]] = True
    edges, community = found.edges, found.community[found.edges.polygon]
    loose[community[found.seams.torn]] = True
    border = found.seams.border
    base = community[border] * len(edges.cells)
    leaving, arriving = base + edges.start[border], base + edges.end[border]
    nodes, start = dense(leaving)
    ends = np.searchsorted(nodes, arriving)
    matched = (ends < len(nodes)) & (nodes[np.minimum(ends, len(nodes) - 1)] == arriving)
    simple = (np.bincount(start, minlength=len(nodes)) == 1) & (np.bincount(ends[matched], minlength=len(nodes)) == 1)
    loose[nodes[~simple] // max(len(edges.cells), 1)] = True
    graph = Adjacency(start[matched], ends[matched], edges.length[border][matched])
    count, ring = components(len(nodes), graph)
    ring_community = np.zeros(count, dtype=np.int64)
    ring_community[ring] = nodes // max(len(edges.cells), 1)
    expected = shapely.get_num_interior_rings(shapely.get_parts(areas))
    parts = np.repeat(np.arange(len(areas)), shapely.get_num_geometries(areas))
    rings = np.bincount(parts, weights=expected + 1, minlength=len(areas))
    loose |= np.bincount(ring_community, minlength=len(areas)) != rings
    land = sums(shapely.area(found.polygon), found.community, len(areas))
    loose |= np.abs(land - shapely.area(areas)) > GRID_M * shapely.length(areas)
    return np.asarray(~loose, dtype=np.bool_)


def linework(batch: Batch, *, exact: bool) -> Geometries:
    """Collect each community's lines: its border, its units, and for exact noding the neighbours' borders that come
    near.

    Of a unit that reaches beyond the community only the segments near the community's box are taken, whole.
    """
    border, border_of = rings_of(batch.area)
    meets = batch.meets
    ring, ring_of = rings_of(on_grid(batch.polygon))
    count = np.bincount(ring_of, minlength=len(batch.polygon))
    meeting, ring_row = unroll(meets.unit, count, np.cumsum(count) - count)
    within = meets.within[meeting]
    home = meets.community[meeting]
    run, cut = near_runs(ring[ring_row[~within]], shapely.bounds(batch.area)[home[~within]])
    lines = [border, ring[ring_row[within]], run]
    owner = [border_of, home[within], home[~within][cut]]
    if exact:
        near, near_of = borders_nearby(batch)
        lines, owner = [*lines, near], [*owner, near_of]
    return collect(np.concatenate(lines), np.concatenate(owner), len(batch.area))


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


def lies_inside(areas: Geometries, lines: Geometries, community: Ints, point: Geometries, *, exact: bool) -> Bools:
    """Tell which faces lie in the community whose linework made them, judged by a point of each.

    Noding bends a border by less than a cell. Where a point lies that near, the border is bent in the same way first.
    """
    shapely.prepare(areas)
    border = shapely.boundary(areas)
    shapely.prepare(border)
    inside = np.asarray(shapely.contains_properly(areas[community], point), dtype=np.bool_)
    unsure = np.flatnonzero(shapely.dwithin(border[community], point, UNCERTAIN_M))
    if len(unsure):
        rows, local = np.unique(community[unsure], return_inverse=True)
        bent = shapely.difference(areas[rows], lines[rows], grid_size=GRID_M if exact else None)
        bent = bent if exact else on_grid(bent)
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
        whole = shapely.coverage_union_all(together[:, None], axis=1)
        pinched = ~shapely.is_valid(whole)  # GEOS leaves a ring that touches itself at a vertex as one ring
        whole[pinched] = shapely.make_valid(whole[pinched], method="structure")
        result[joined] = whole
    return result
