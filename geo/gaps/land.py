"""Land that faces make up, where it is too much to be imprecise drawing."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import shapely

from geo.arrays import Bools, Geometries, Ints, dense, sums
from geo.faces import dissolve
from geo.gaps.held import Held


class WideLand(NamedTuple):
    """Land by key: ``key`` (n,) ascending, ``land`` (n,); ``face`` (m,) makes up the row ``group`` (m,) of it."""

    key: Ints
    land: Geometries
    face: Ints
    group: Ints


def wide_land(held: Held, face: Ints, key: Ints) -> WideLand:
    """Join faces by key; what the sliver rules take for imprecise drawing is left out.

    That is all of a key's land under the least area, or thinner than the sliver width.
    """
    keys, group = dense(key)
    large = (sums(held.face_area_m2[face], group, len(keys)) >= held.parameters.min_area)[group]
    face, (keys, group) = face[large], dense(key[large])
    land = dissolve(held.face_polygon[face], group, len(keys))
    wide = wider_than(land, held.parameters.sliver_width)
    chosen = wide[group]
    return WideLand(keys[wide], land[wide], face[chosen], (np.cumsum(wide) - 1)[group[chosen]])


def wider_than(land: Geometries, width_m: float) -> Bools:
    """Tell which land has room for a circle of that width.

    >>> wider_than(shapely.box(0, 0, 9, np.array([9.0, 2.1, 1.9])), 2.0).tolist()
    [True, True, False]
    """
    wide = surely_wider_than(land, 2 * width_m)
    wide[~wide] = ~shapely.is_empty(shapely.buffer(land[~wide], -width_m / 2))
    return wide


def surely_wider_than(land: Geometries, width_m: float) -> Bools:
    """Tell of which land its area alone says that it has room for a circle of that width.

    Where no circle of more than the radius r has room, the area is at most r × the length of the border + π r² × the
    number of holes: it is the sum of all inner parallels, and one at a distance t is at most 2 π t a hole longer than
    the border (Sz.-Nagy 1959, Über Parallelmengen nichtkonvexer ebener Bereiche).

    >>> surely_wider_than(shapely.box(0, 0, 9, np.array([9.0, 2.1, 1.9])), 2.0).tolist()
    [True, False, False]
    """
    part, whole = shapely.get_parts(land, return_index=True)
    holes = np.bincount(whole, weights=shapely.get_num_interior_rings(part), minlength=len(land))
    radius = width_m / 2
    return np.asarray(shapely.area(land) > radius * shapely.length(land) + np.pi * radius**2 * holes)
