"""What a build works on: the layers of one jurisdiction in one working CRS, and the parameters of their merge.

`Sources` is a plain value. Whoever reads files makes it (`data.reading`); geometries are as drawn, so they may be null,
empty or invalid: the engine repairs them and says so (`geo.repair`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj

from geo.arrays import Geometries

if TYPE_CHECKING:
    from geo.standards import Standards
    from geo.tables import Tables

SOURCE_LAYERS = ("courtyard", "compound", "patrol_zone")
"""The layers whose polygons become grids, in the default order of precedence."""

COUNTS = ("households", "population", "party_members")
"""What is counted on units and buildings, and conserved by the merge."""

UNIT_COLUMNS = ("layer", "source_id", "name", *COUNTS, "owners_committee", "property_company", "property_party")

REPAIR_COLUMNS = ("layer", "source_id", "problem", "action", "changed_m2")


@dataclass(frozen=True)
class Parameters:
    """How layers are merged. Widths in metres, areas in square metres, of the working CRS."""

    precedence: Sequence[str] = SOURCE_LAYERS
    same_layer: Literal["smaller", "larger", "first"] = "smaller"
    sliver_width: float = 2.0
    min_area: float = 20.0
    straddle_width: float = 5.0
    code_profile: Literal["DB11/T 2157", "CJ/T 349"] = "DB11/T 2157"
    object_code: str = "000000"
    """The six leading digits of CJ/T 349 codes: the managed object's class (CJ/T 348); unused by the other profile."""


def no_repairs(crs: pyproj.CRS) -> gpd.GeoDataFrame:
    """Return an empty table of repairs."""
    return gpd.GeoDataFrame({name: pd.Series(dtype="object") for name in REPAIR_COLUMNS}, geometry=[], crs=crs)


def repair_rows(land: Geometries, crs: pyproj.CRS, **columns: object) -> gpd.GeoDataFrame:
    """Make a table of repairs, a row a piece of ``land`` (None where there is none); ``columns`` are `REPAIR_COLUMNS`,
    each one value for all rows or one a row."""
    table = pd.DataFrame(columns, columns=list(REPAIR_COLUMNS), index=np.arange(len(land)))
    return gpd.GeoDataFrame(table, geometry=land, crs=crs)


@dataclass(frozen=True, eq=False)
class Sources:
    """The layers of a jurisdiction, all in ``crs``, each with a fresh RangeIndex.

    Parameters
    ----------
    name
        The jurisdiction's name.
    crs
        The working CRS: projected, in metres.
    communities
        ``source_id`` str (unique), ``code`` str (12 digits, unique), ``name`` str or None, ``street`` str or None,
        ``rural`` bool; polygons. Rows whose geometry is null or empty were left out by the reader with a repair row.
        Some have ``phone`` (the community's own), ``street_name`` and ``county_name`` too.
    units
        `UNIT_COLUMNS` and geometry; every polygon of the source layers, of any geometry state. ``layer`` is one of
        `SOURCE_LAYERS`, ``source_id`` str (unique in its layer), ``name`` str or None, counts Int64 (missing where the
        layer has none), ``owners_committee`` (str or None: 业委会, 物管会 or as written), ``property_company`` and
        ``property_party`` str or None.
    management_areas
        ``source_id`` and ``type`` (one of `geo.standards.MANAGEMENT_TYPES`), polygons of any geometry state.
    buildings
        Counts Int64, points or polygons.
    premises
        ``kind`` and ``name``, points.
    facilities
        ``kind`` and ``name``, points.
    roads, barriers
        Lines.
    repairs
        `REPAIR_COLUMNS` and geometry: what reading itself changed (Z dropped, an axis order swapped, …).
    tables
        What is known of the places beside the map; see `geo.tables.Tables`.
    standards
        What should be there, and where it is written; the reader always gives them.
    """

    name: str
    crs: pyproj.CRS
    communities: gpd.GeoDataFrame
    units: gpd.GeoDataFrame
    management_areas: gpd.GeoDataFrame | None = None
    buildings: gpd.GeoDataFrame | None = None
    premises: gpd.GeoDataFrame | None = None
    facilities: gpd.GeoDataFrame | None = None
    roads: gpd.GeoDataFrame | None = None
    barriers: gpd.GeoDataFrame | None = None
    repairs: gpd.GeoDataFrame | None = None
    tables: Tables | None = None
    standards: Standards | None = None
