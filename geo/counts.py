"""Households, population and party members: carried from units to grids, none lost, none invented.

A unit's count stays with its own grids, shared by granted area, or by its buildings where there are any; a superseded
unit's count goes to the grid that holds most of its land. Whole numbers by largest remainder. A unit that has no count
of its own has that of the buildings on its grids. What is unknown stays unknown: it is missing, not 0.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.arrays import Floats, Geometries, Ints, dense, place_in_run, sums
from geo.rules import NOBODY
from geo.sources import COUNTS


def largest_remainder(total: Ints, group: Ints, weight: Floats) -> Ints:
    """Split whole numbers by weight into whole numbers that add up to them.

    Parameters
    ----------
    total
        One row a group.
    group, weight
        One row a share; where all weights of a group are 0, its shares are alike.

    Examples
    --------
    >>> largest_remainder(np.array([10]), np.array([0, 0, 0]), np.array([1.0, 1.0, 1.0])).tolist()
    [4, 3, 3]
    """
    whole = sums(weight, group, len(total))
    even = whole[group] <= 0
    weight = np.where(even, 1.0, weight)
    whole = sums(weight, group, len(total))
    exact = total[group] * (weight / whole[group])
    share = np.floor(exact).astype(np.int64)
    missing = total - np.bincount(group, weights=share, minlength=len(total)).astype(np.int64)
    order = np.lexsort([np.arange(len(group)), -np.round(exact - share, 9), group])
    share[order] += place_in_run(group[order]) < missing[group[order]]
    return share


def building_counts(buildings: gpd.GeoDataFrame | None, polygon: Geometries) -> pd.DataFrame | None:
    """Add the counts of buildings up by grid; a building belongs to the grid that its representative point is in."""
    if buildings is None or not len(buildings):
        return None
    point = shapely.point_on_surface(np.asarray(buildings.geometry.array, dtype=object))
    building, grid = shapely.STRtree(polygon).query(point, predicate="within")
    building, once = np.unique(building, return_index=True)
    columns = [name for name in COUNTS if name in buildings and buildings[name].notna().any()]
    inside = buildings.iloc[building][columns].fillna(0).astype("int64").groupby(grid[once]).sum()
    return inside.reindex(np.arange(len(polygon)), fill_value=0)


def carry(
    units: pd.DataFrame, grid_unit: Ints, grid_area_m2: Floats, refuge: Ints, buildings: pd.DataFrame | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Carry the counts of units to grids.

    Parameters
    ----------
    units
        `COUNTS`, Int64; one row a unit.
    grid_unit, grid_area_m2
        Each grid's unit (`NOBODY`: unclaimed) and its area.
    refuge
        For each unit that has no grid of its own, the grid that holds most of its land; -1 where it has no land here.
    buildings
        The result of `building_counts`.

    Returns
    -------
    tuple
        Counts by grid, and by unit (those that buildings gave included), Int64.
    """
    own = np.flatnonzero(grid_unit != NOBODY)
    sheltered = np.flatnonzero(refuge >= 0)
    of_unit = np.concatenate([grid_unit[own], sheltered])
    to_grid = np.concatenate([own, refuge[sheltered]])
    grids, by_unit = pd.DataFrame(index=range(len(grid_unit))), pd.DataFrame(index=units.index)
    for name in COUNTS:
        weight = np.concatenate([grid_area_m2[own], np.ones(len(sheltered))])
        value = pd.array(units[name], dtype="Int64")
        if buildings is not None and name in buildings:
            inside = buildings[name].to_numpy(np.float64)
            found = sums(inside[own], grid_unit[own], len(units))
            value = value.fillna(pd.array(np.where(found > 0, found, np.nan), dtype="Float64").astype("Int64"))
            counted = found[of_unit] > 0
            weight = np.where(counted, np.append(inside[own], np.ones(len(sheltered))), weight)
        by_unit[name] = value
        grids[name] = shared(value, of_unit, to_grid, weight, len(grid_unit))
    return grids, by_unit


def shared(
    value: pd.api.extensions.ExtensionArray, of_unit: Ints, to_grid: Ints, weight: Floats, grids: int
) -> pd.Series:
    """Share each unit's count over its grids; a grid that no count reaches has none."""
    known = np.asarray(~pd.isna(value))[of_unit]
    groups, group = dense(of_unit[known])
    total = np.asarray(value[groups].fillna(0), dtype=np.int64)
    share = largest_remainder(total, group, weight[known])
    column = pd.array(np.bincount(to_grid[known], weights=share, minlength=grids).astype(np.int64), dtype="Int64")
    column[~np.isin(np.arange(grids), to_grid[known])] = pd.NA
    return pd.Series(column)
