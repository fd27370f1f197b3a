"""Faces: the atomic polygons of a community once every boundary in it has been noded, and who claims each.

One batch of communities goes through here at a time; each community is noded alone, so that the result is the same
however communities are batched.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import shapely

from geo.arrays import Bools, Geometries, Ints, dense, sums, unroll
from geo.edges import Adjacency, Edges, components
from geo.noding import CELLS_PER_M, GRID_M, REACH_M, collect, near_runs, node, on_grid, rings_of
from geo.tracing import OUTSIDE, Net, Traced, dissolved, side_by_side, trace

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

    ``meets`` pairs communities and units by local rows; ``around`` are other communities, all those beside these
    among them. ``home`` is the local row of the community that holds most of a unit's land, -1 when it is not here.
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

    def only(self, rows: Ints) -> Batch:
        """Return a batch of some of the communities; the others stand around them."""
        place = np.full(len(self.area) + 1, -1, dtype=np.int64)
        place[rows] = np.arange(len(rows))
        meets = self.meets.of(place)
        unit, local = dense(meets.unit)
        return Batch(
            community=self.community[rows],
            area=self.area[rows],
            around=np.concatenate([np.delete(self.area, rows), self.around]),
            meets=replace(meets, unit=local),
            unit=self.unit[unit],
            polygon=self.polygon[unit],
            rank=np.argsort(np.argsort(self.rank[unit])),
            layer=self.layer[unit],
            home=place[self.home[unit]],
        )


@dataclass(frozen=True, eq=False)
class Cut:
    """Communities cut into faces, in the order of community, then west to east; ``point`` lies inside each.

    ``left`` is the face to the left of each half-edge of ``net``, `OUTSIDE` where there is none.
    """

    polygon: Geometries
    community: Ints
    point: Geometries
    net: Net
    left: Ints

    @classmethod
    def of(cls, net: Net, traced: Traced) -> Cut:
        """Put the faces of a net in order; its groups are the communities."""
        point = shapely.point_on_surface(traced.polygon)
        found = cls(traced.polygon, traced.group, point, net, traced.left)
        return found.taken(np.lexsort([shapely.get_y(point), shapely.get_x(point), traced.group]))

    def taken(self, rows: Ints) -> Cut:
        """Return some of the faces, in the order of ``rows``."""
        place = np.full(len(self) + 1, OUTSIDE, dtype=np.int64)
        place[rows] = np.arange(len(rows))
        return Cut(self.polygon[rows], self.community[rows], self.point[rows], self.net, place[self.left])

    def __len__(self) -> int:
        return len(self.polygon)

    def pairs(self) -> Adjacency:
        """Return which faces have a line in common, one row a line."""
        return side_by_side(self.net, self.left)

    def border(self) -> Ints:
        """Return the half-edges that have a face to their left only."""
        half = np.arange(len(self.left))
        return np.flatnonzero((self.left >= 0) & (self.left[half ^ 1] < 0))

    def dissolved(self, group: Ints, size: int) -> Geometries:
        """Return the land of groups of faces: one polygon or multipolygon each."""
        return dissolved(self.net, self.left, group, size)


@dataclass(frozen=True, eq=False)
class Faces(Cut):
    """Faces and who claims them, as pairs of rows (``claim_face``, ``claim_unit``)."""

    claim_face: Ints
    claim_unit: Ints


def faces_of(batch: Batch, *, exact: bool) -> tuple[Faces, Ints]:
    """Cut each community into faces, and find who claims each.

    Returns
    -------
    tuple
        The faces, and the communities that quick noding did not leave whole; these have no faces then.
    """
    lines = linework(batch, exact=exact)
    net = Net.of(node(lines, exact=exact))
    traced = trace(net, kept=~np.isin(net.group, net.tangled))
    found = Cut.of(net, traced)
    inside = lies_inside(batch.area, lines, found.community, found.point, exact=exact)
    found = found.taken(np.flatnonzero(inside))
    torn = np.zeros(len(batch.area), dtype=np.bool_)
    if not exact:
        torn = loose(batch.area, found)
        torn[net.tangled] = True
        torn[lines_lost(batch.area, net, traced)] = True
        found = found.taken(np.flatnonzero(~torn[found.community]))
    face, unit = claims(found.point, batch.polygon)
    return Faces(**vars(found), claim_face=face, claim_unit=unit), np.flatnonzero(torn)


def loose(areas: Geometries, found: Cut) -> Bools:
    """Tell which communities the quick noding did not leave whole.

    Where faces are valid and their common border is as many simple rings as the community's, they cover what is in
    those rings exactly once, as in `geo.partition`. That it is the right land is told by its area: noding moves a
    border by less than a cell.
    """
    torn = np.zeros(len(areas), dtype=np.bool_)
    torn[found.community[~shapely.is_valid(found.polygon)]] = True
    border = found.border()
    nodes, number = dense(found.net.leaves[np.concatenate([border, border ^ 1])])
    start, end = np.split(number, 2)
    community = np.zeros(len(nodes), dtype=np.int64)
    community[start] = found.net.group[border // 2]
    simple = (np.bincount(start, minlength=len(nodes)) == 1) & (np.bincount(end, minlength=len(nodes)) == 1)
    torn[community[~simple]] = True
    count, ring = components(len(nodes), Adjacency(start, end, np.ones(len(start))))
    ring_community = np.zeros(count, dtype=np.int64)
    ring_community[ring] = community
    expected = shapely.get_num_interior_rings(shapely.get_parts(areas))
    parts = np.repeat(np.arange(len(areas)), shapely.get_num_geometries(areas))
    rings = np.bincount(parts, weights=expected + 1, minlength=len(areas))
    torn |= np.bincount(ring_community, minlength=len(areas)) != rings
    land = sums(shapely.area(found.polygon), found.community, len(areas))
    torn |= np.abs(land - shapely.area(areas)) > GRID_M * shapely.length(areas)
    return torn


def lines_lost(areas: Geometries, net: Net, traced: Traced) -> Ints:
    """Return the communities in which a line, clear of the border, bounds no face."""
    line = np.flatnonzero(~traced.kept)
    vertex = (net.first[line] + net.last[line]) // 2  # a line has two vertices at least, so another one follows
    middle = shapely.points((net.cells[vertex] + net.cells[vertex + 1]) / 2 / CELLS_PER_M)
    area = areas[net.group[line]]
    inside = np.flatnonzero(shapely.contains_properly(area, middle))
    clear = shapely.distance(shapely.boundary(area[inside]), middle[inside]) > UNCERTAIN_M
    return np.unique(net.group[line[inside[clear]]])


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
