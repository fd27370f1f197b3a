"""Land that faces make up, where it is too much to be imprecise drawing."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import shapely

from geo.arrays import Geometries, Ints, dense, sums
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
    wide = ~shapely.is_empty(shapely.buffer(land, -held.parameters.sliver_width / 2))
    chosen = wide[group]
    return WideLand(keys[wide], land[wide], face[chosen], (np.cumsum(wide) - 1)[group[chosen]])
