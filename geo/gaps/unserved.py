"""Held, but not served: land that no patrol reaches, grids of the wrong size."""

from __future__ import annotations

from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.arrays import dense, sums
from geo.faces import dissolve
from geo.gaps.held import Held
from geo.gaps.ledger import entries, no_gaps

MOST_HOUSEHOLDS, LEAST_HOUSEHOLDS = 500, 300
"""Households of an urban grid: common practice, for example in Haikou [P]."""


def unpatrolled(held: Held) -> gpd.GeoDataFrame:
    """Find the part of each grid that lies in no patrol zone; parts that are slivers do not count."""
    patrol = (held.units["layer"] == "patrol_zone").to_numpy()
    if not patrol.any():
        return no_gaps(held.crs)
    reached = np.zeros(len(held.face_polygon), dtype=np.bool_)
    reached[held.claim_face[patrol[held.claim_unit]]] = True
    face = np.flatnonzero(~reached)
    area = sums(held.face_area_m2[face], held.face_grid[face], len(held.grids))
    face = face[area[held.face_grid[face]] >= held.parameters.min_area]
    grid, group = dense(held.face_grid[face])
    land = dissolve(held.face_polygon[face], group, len(grid))
    wide = ~shapely.is_empty(shapely.buffer(land, -held.parameters.sliver_width / 2))
    chosen = wide[group]
    grid, land, face, group = grid[wide], land[wide], face[chosen], (np.cumsum(wide) - 1)[group[chosen]]
    code = held.grids["code"].to_numpy()[grid]
    share = shapely.area(land) / held.grids["area_m2"].to_numpy(np.float64)[grid]
    return entries(
        "unpatrolled",
        about=list(code),
        code=code,
        community=held.grids["community_code"].to_numpy()[grid],
        land=land,
        households=held.households_in(land, face, group),
        facts=[{"share": round(float(part), 4)} for part in share],
        crs=held.crs,
        factor=np.maximum(share, 0.1),
    )


def oversize(held: Held) -> gpd.GeoDataFrame:
    """Find urban residential grids with more households than one grid head can know."""
    return wrong_size(held, "oversize", lambda households: households > MOST_HOUSEHOLDS)


def undersize(held: Held) -> gpd.GeoDataFrame:
    """Find urban residential grids with fewer households than are worth a grid of their own."""
    return wrong_size(held, "undersize", lambda households: households < LEAST_HOUSEHOLDS)


def wrong_size(held: Held, kind: str, is_wrong: Callable[[NDArray[np.int64]], NDArray[np.bool_]]) -> gpd.GeoDataFrame:
    """List the urban residential grids whose known number of households is wrong."""
    known = (held.grids["households"].notna() & (held.grids["kind"] == "residential") & ~held.grids["rural"]).to_numpy()
    households = held.grids["households"].fillna(0).to_numpy(np.int64)
    rows = np.flatnonzero(known & is_wrong(households))
    code = held.grids["code"].to_numpy()[rows]
    limit = MOST_HOUSEHOLDS if kind == "oversize" else LEAST_HOUSEHOLDS
    facts = [
        {"figure": f"{count} 户 {'>' if kind == 'oversize' else '<'} {limit} 户", "limit": limit}
        for count in households[rows]
    ]
    return entries(
        kind,
        about=list(code),
        code=code,
        community=held.grids["community_code"].to_numpy()[rows],
        land=held.grid_polygon[rows],
        households=pd.array(households[rows], dtype="Int64"),
        facts=facts,
        crs=held.crs,
    )
