"""Which grids of one community are neighbours: side by side, or with nothing but public space between them."""

from __future__ import annotations

import numpy as np
import shapely

from geo.arrays import Bools, Geometries, Ints, dense, place_in_run
from geo.edges import Adjacency, Edges, components, neighbours
from geo.grouped import Grouped

NEAREST = 8
"""Across public space, each grid is paired with as many of the nearest; all pairs would grow with their square."""


def side_by_side(polygon: Geometries, community: Ints) -> Adjacency:
    """Find the pairs of grids of one community that have a border in common, not only a corner.

    Parameters
    ----------
    polygon
        (n,) grids of a partition, so that borders match edge to edge; some of its communities are enough.
    community
        (n,) a number for each grid's community.

    Returns
    -------
    Adjacency
        Each pair once, the lower row first, and the length of the common border, metres.
    """
    edges = Edges.of(polygon)
    pairs = neighbours(edges, community[edges.polygon])
    return pairs.lower_first().summed(len(polygon))


def across(polygon: Geometries, beside: Adjacency, public: Bools, wanted: Bools) -> Adjacency:
    """Find the pairs of grids between which there is only public space of their community: streets, parks, fields.

    Parameters
    ----------
    polygon
        (n,) grids, in metres.
    beside
        See `side_by_side`.
    public
        (n,) the grids that one may cross: nobody there to ask.
    wanted
        (n,) the grids to pair; each with its `NEAREST`, by a point inside each.

    Returns
    -------
    Adjacency
        Each pair once, the lower row first, and how far apart their points are, metres.
    """
    one, other = reachable(beside, public, wanted, wanted)
    rows, local = dense(np.concatenate([one, other]))
    point = shapely.get_coordinates(shapely.point_on_surface(polygon[rows]))
    apart = np.rint(np.hypot(*(point[local[: len(one)]] - point[local[len(one) :]]).T))
    order = np.lexsort([other, apart, one])
    near = order[place_in_run(one[order]) < NEAREST]
    pair = np.minimum(one, other)[near] * len(polygon) + np.maximum(one, other)[near]
    pairs, place = np.unique(pair, return_index=True)
    return Adjacency(pairs // len(polygon), pairs % len(polygon), apart[near][place])


def reachable(beside: Adjacency, public: Bools, start: Bools, end: Bools) -> tuple[Ints, Ints]:
    """List the pairs of a start and an end that border the same connected public space; a pair once, none with itself.

    Public space of different communities is never connected, since ``beside`` pairs grids of one community alone.
    """
    size = len(public)
    open_land = public[beside.left] & public[beside.right]
    _, space = components(size, beside.where(open_land))
    grid = np.concatenate([beside.left, beside.right])
    beyond = np.concatenate([beside.right, beside.left])
    rim = public[beyond] & ~public[grid]
    grid, place = np.divmod(np.unique(grid[rim] * size + space[beyond[rim]]), size)
    starts, ends = start[grid], end[grid]
    listed, row = Grouped.of(place[ends], size).members(place[starts])
    one, other = grid[starts][listed], grid[ends][row]
    one, other = np.divmod(np.unique((one * size + other)[one != other]), size)
    return one, other
