"""Geometry as short text: whole steps in Web Mercator, differences, variable-length bytes, base64.

The browser gets coordinates that it only has to scale. One step is a tenth of a Web Mercator metre, that is 10 cm of
ground at the equator and 7 cm in Beijing: below a screen pixel at every zoom that the map offers. Two polygons that
share a border share its steps, so that no crack opens between them.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyproj
import shapely
from numpy.typing import NDArray

STEP_M = 0.1
"""Length of one step in Web Mercator metres."""

Encoded = dict[str, str]
"""Named streams of whole numbers, each as `integers` writes it."""


def integers(values: NDArray[Any]) -> str:
    """Write whole numbers as base64 text, one to five bytes each, small numbers short, signs zigzagged.

    >>> integers(np.array([0, -1, 1, 300]))
    'AAEC2AQ='
    """
    signed = np.asarray(values, dtype=np.int64)
    rest = np.where(signed < 0, -2 * signed - 1, 2 * signed).astype(np.uint64)
    size = np.ones(len(rest), dtype=np.int64)
    for bits in (7, 14, 21, 28):
        size += rest >= (1 << bits)
    end = np.cumsum(size)
    out = np.empty(end[-1] if len(end) else 0, dtype=np.uint8)
    for place in range(5):
        there = size > place
        more = (size[there] > place + 1).astype(np.uint8) << 7
        out[(end - size)[there] + place] = ((rest[there] >> np.uint64(7 * place)) & np.uint64(127)) | more
    return base64.b64encode(out.tobytes()).decode("ascii")


@dataclass(frozen=True)
class MercatorFrame:
    """Whole steps of `STEP_M` Web Mercator metres from an origin near the data.

    Parameters
    ----------
    crs
        The working CRS that coordinates come in.
    origin
        Web Mercator coordinates of step (0, 0), metres.
    """

    crs: pyproj.CRS
    origin: tuple[float, float]

    @classmethod
    def around(cls, bounds: NDArray[np.float64], crs: Any) -> MercatorFrame:
        """Put the origin at the middle of ``bounds`` (xmin, ymin, xmax, ymax in ``crs``)."""
        system = pyproj.CRS.from_user_input(crs)
        middle = np.array([[(bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2]])
        x, y = to_mercator(middle, system)[0]
        return cls(system, (float(np.round(x)), float(np.round(y))))

    def steps(self, xy: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the steps of coordinates in the working CRS, shape (n, 2)."""
        metres = to_mercator(xy, self.crs) - np.array(self.origin)
        return np.round(metres / STEP_M).astype(np.int64)

    def points(self, geometries: NDArray[np.object_]) -> str:
        """Write the points of an array (none missing), one a geometry."""
        return integers(np.diff(self.steps(shapely.get_coordinates(geometries)), axis=0, prepend=0).reshape(-1))

    def polygons(self, geometries: NDArray[np.object_]) -> Encoded:
        """Write polygons and multipolygons, one row each; null and empty ones are rows without a ring.

        Exterior rings run counter-clockwise, holes clockwise; the closing vertex is left out.
        """
        oriented = shapely.orient_polygons(np.asarray(geometries, dtype=object))
        parts, feature = shapely.get_parts(oriented, return_index=True)
        area = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
        rings, part = shapely.get_rings(parts[area], return_index=True)
        open_ends = shapely.get_num_coordinates(rings) - 1
        xy, ring = shapely.get_coordinates(rings, return_index=True)
        last = np.cumsum(open_ends + 1) - 1
        kept = np.ones(len(xy), dtype=np.bool_)
        kept[last] = False
        return self._paths(xy[kept], ring[kept], feature[area][part], len(oriented))

    def shared(self, geometries: NDArray[np.object_], others: NDArray[np.object_]) -> dict[str, Any]:
        """Write polygons of which many are among ``others`` or repeated: which shape each has, and the new shapes.

        Shapes are numbered on from those of ``others``, which are written elsewhere.
        """
        land = np.concatenate([others, geometries])
        number, _ = pd.factorize(shapely.to_wkb(land), use_na_sentinel=False)
        first = np.unique(number, return_index=True)[1]
        own = first[first >= len(others)]
        shape = np.where(first < len(others), first, len(others) + np.searchsorted(own, first))[number[len(others) :]]
        return {"shape": integers(shape), "polygons": self.polygons(land[own])}

    def lines(self, lines: NDArray[np.object_]) -> Encoded:
        """Write linestrings, one row each."""
        xy, line = shapely.get_coordinates(lines, return_index=True)
        rows = np.arange(len(lines))
        return self._paths(xy, line, rows, len(lines))

    def _paths(
        self, xy: NDArray[np.float64], path: NDArray[np.int64], feature: NDArray[np.int64], count: int
    ) -> Encoded:
        """Write paths: ``path`` numbers the path of each vertex, ``feature`` the row of each path."""
        steps = self.steps(xy)
        moved = np.ones(len(steps), dtype=np.bool_)
        moved[1:] = (np.diff(steps, axis=0) != 0).any(axis=1) | (np.diff(path) != 0)
        steps, path = steps[moved], path[moved]
        return {
            "paths": integers(np.bincount(feature, minlength=count)),
            "vertices": integers(np.bincount(path, minlength=len(feature))),
            "steps": integers(np.diff(steps, axis=0, prepend=0).reshape(-1)),
        }


def to_mercator(xy: NDArray[np.float64], crs: pyproj.CRS) -> NDArray[np.float64]:
    """Project coordinates (n, 2) to Web Mercator metres by way of WGS 84 longitude and latitude.

    CGCS2000 and WGS 84 agree within a few centimetres and are taken as one, as EPSG:15880 does.
    """
    if not len(xy):
        return np.empty((0, 2))
    to_degrees = pyproj.Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
    to_metres = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:3857", always_xy=True)
    return np.column_stack(to_metres.transform(*to_degrees.transform(xy[:, 0], xy[:, 1])))
