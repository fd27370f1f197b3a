"""What the gap rules look at: the one grid with its faces and claims, in arrays."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
from numpy.typing import NDArray

from geo.arrays import Floats, Geometries, Ints, sums
from geo.sources import Parameters


@dataclass(frozen=True, eq=False)
class Held:
    """Grids and what they are made of. ``face_grid`` points to grids, ``claim_face`` to faces, ``claim_unit`` to units.

    ``grids`` has `code`, `kind`, `community_code`, `households` (Int64), `rural` (bool); ``units`` has `layer`,
    `source_id`, `name` and ``home``, the community that holds most of each.
    """

    crs: pyproj.CRS
    parameters: Parameters
    grids: pd.DataFrame
    grid_polygon: Geometries
    grid_unit: Ints
    face_polygon: Geometries
    face_grid: Ints
    face_area_m2: Floats
    claim_face: Ints
    claim_unit: Ints
    units: pd.DataFrame
    home: NDArray[np.object_]
    hole: Geometries
    buildings: gpd.GeoDataFrame | None

    def households_in(self, land: Geometries, face: Ints, group: Ints) -> pd.api.extensions.ExtensionArray:
        """Return the households that pieces of land touch, Int64; missing where nobody knows.

        By the buildings on it where there are any; else each grid's households by the share of its area. ``face`` and
        ``group`` list the faces that each piece is made of.
        """
        if self.buildings is not None and "households" in self.buildings and len(land):
            point = shapely.point_on_surface(np.asarray(self.buildings.geometry.array, dtype=object))
            piece, building = shapely.STRtree(point).query(land, predicate="intersects")
            counted = self.buildings["households"].fillna(0).to_numpy(np.float64)[building]
            return pd.array(np.rint(sums(counted, piece.astype(np.int64), len(land))).astype(np.int64), dtype="Int64")
        grid = self.face_grid[face]
        households = self.grids["households"].astype("Float64").to_numpy(np.float64, na_value=np.nan)[grid]
        density = households / self.grids["area_m2"].to_numpy(np.float64)[grid]
        known = ~np.isnan(density)
        share = sums(np.where(known, density, 0.0) * self.face_area_m2[face], group, len(land))
        values = pd.array(np.rint(share).astype(np.int64), dtype="Int64")
        values[sums(known.astype(np.float64), group, len(land)) == 0] = pd.NA
        return values
