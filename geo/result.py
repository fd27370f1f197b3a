"""What a build gives: the one grid with everything that explains it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd
import pyproj

GRID_KINDS = {
    "compound": "residential",
    "courtyard": "institutional",
    "patrol_zone": "patrol",
    "community": "unclaimed",
}


@dataclass(frozen=True, eq=False)
class OneGrid:
    """The layers of a build, columns as in docs/architecture.md ("Output"), geometry in ``crs``, sorted by their key.

    ``facts`` are the rows of the `build` table that the engine knows:
    parameters, totals, what was not evaluated and why; whoever read the files adds theirs.
    ``gaps`` has only the columns that were kept in memory, where the build was told to keep the ledger elsewhere.
    Those with a default are None where there is no layer, table or rule that they could come from.
    """

    crs: pyproj.CRS
    grids: gpd.GeoDataFrame
    faces: gpd.GeoDataFrame
    units: gpd.GeoDataFrame
    gaps: pd.DataFrame
    communities: gpd.GeoDataFrame
    repairs: gpd.GeoDataFrame
    lineage: gpd.GeoDataFrame
    facts: Mapping[str, str]
    staffing: pd.DataFrame | None = None
    community_staffing: pd.DataFrame | None = None
    assignments: pd.DataFrame | None = None
    party_organisations: pd.DataFrame | None = None
    ratings: pd.DataFrame | None = None
    settlements: pd.DataFrame | None = None
    standards: pd.DataFrame | None = None
    duty: pd.DataFrame | None = None
    premises: pd.DataFrame | None = None
    buildings: gpd.GeoDataFrame | None = None
    facilities: gpd.GeoDataFrame | None = None
    roads: gpd.GeoDataFrame | None = None
    records: pd.DataFrame | None = None
