"""Nobody holds it: land that no unit claims, and holes between communities."""

from __future__ import annotations

from hashlib import blake2b

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.arrays import Geometries
from geo.gaps.held import Held
from geo.gaps.ledger import entries


def place_keys(land: Geometries) -> list[str]:
    """Name each place by a hash of a point in it, to the metre; places that share one are numbered."""
    point = np.rint(shapely.get_coordinates(shapely.point_on_surface(land))).astype(np.int64)
    hashed = pd.Series([blake2b(f"{x} {y}".encode(), digest_size=5).hexdigest() for x, y in point], dtype="object")
    again = hashed.groupby(hashed).cumcount()
    return [key if not n else f"{key}.{n}" for key, n in zip(hashed, again, strict=True)]


def unclaimed(held: Held) -> gpd.GeoDataFrame:
    """Find each connected part of the land that only the community holds."""
    rows = np.flatnonzero((held.grids["kind"] == "unclaimed").to_numpy())
    land, local = shapely.get_parts(held.grid_polygon[rows], return_index=True)
    code = held.grids["code"].to_numpy()[rows][local]
    community = held.grids["community_code"].to_numpy()[rows][local]
    keys = place_keys(land)
    members = np.flatnonzero(np.isin(held.face_grid, rows))
    part, face = shapely.STRtree(shapely.point_on_surface(held.face_polygon[members])).query(
        land, predicate="intersects"
    )
    return entries(
        "unclaimed",
        about=[f"{where}:{key}" for where, key in zip(community, keys, strict=True)],
        code=code,
        community=community,
        land=land,
        households=held.households_in(land, members[face], part.astype(np.int64)),
        facts=[{}] * len(land),
        crs=held.crs,
    )


def no_community(held: Held) -> gpd.GeoDataFrame:
    """Find the holes between communities that are wider than a sliver; the nearest community is named."""
    nearest = shapely.STRtree(held.grid_polygon).nearest(held.hole) if len(held.hole) else np.empty(0, dtype=np.int64)
    community = held.grids["community_code"].to_numpy()[nearest]
    nothing = np.empty(0, dtype=np.int64)
    return entries(
        "no_community",
        about=place_keys(held.hole),
        code=np.full(len(held.hole), None, dtype=object),
        community=community,
        land=held.hole,
        households=held.households_in(held.hole, nothing, nothing),
        facts=[{"nearest_community": code} for code in community],
        crs=held.crs,
    )
