"""The layers of the result: grids, faces and units, described in the words of DOMAIN.md."""

from __future__ import annotations

import json
from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from geo.arrays import Floats, Geometries, Ints, group_first, place_in_run, sums
from geo.counts import building_counts, carry
from geo.merge import Merged
from geo.result import GRID_KINDS
from geo.rules import NOBODY, RULES
from geo.sources import COUNTS
from geo.standards import MANAGEMENT_TYPES

MILDEST, *STRICTER = MANAGEMENT_TYPES

KEPT_SHARE = 0.999
"""A unit is kept when it was granted this share of its land inside the jurisdiction; with less it is trimmed."""

UNCLAIMED_NAME = "无人认领"

ABOUT_UNITS = ("owners_committee", "property_company", "property_party")
"""What is said of units as their layers say it."""


def describe(
    merged: Merged,
    code: NDArray[np.object_],
    buildings: gpd.GeoDataFrame | None,
    areas: Mapping[str, Geometries],
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Describe the grids and the units; grids are in the order of ``code``.

    Parameters
    ----------
    buildings
        All on the grids, as points; None where there is no such layer.
    areas
        See `management_areas`.
    """
    area = shapely.area(merged.grid_polygon)
    claimed, granted, refuge = holdings(merged, area)
    counts = building_counts(buildings, merged.grid_polygon)
    grid_counts, unit_counts = carry(merged.units, merged.grid_unit, area, refuge, counts)
    return (
        grid_layer(merged, code, area, grid_counts, areas),
        unit_layer(merged, claimed, granted, unit_counts),
    )


def holdings(merged: Merged, grid_area_m2: Floats) -> tuple[Floats, Floats, Ints]:
    """Return how much land each unit claims here, how much of that it was granted, and where a unit without a grid
    went.

    The last is the grid that holds most of the unit's land, -1 for units that have grids or no land here.
    """
    units = len(merged.units)
    area = merged.face_area_m2[merged.claim_face]
    grid = merged.face_grid[merged.claim_face]
    claimed = sums(area, merged.claim_unit, units)
    own = merged.grid_unit[grid] == merged.claim_unit
    granted = sums(area[own], merged.claim_unit[own], units)
    has_grid = np.isin(np.arange(units), merged.grid_unit)
    lost = ~has_grid[merged.claim_unit]
    land = pd.DataFrame({"unit": merged.claim_unit[lost], "grid": grid[lost], "area": area[lost].round(6)})
    land = land.groupby(["unit", "grid"], as_index=False)["area"].sum()
    land = land.sort_values(["unit", "area", "grid"], ascending=[True, False, True])
    first = group_first(land["unit"].to_numpy())
    refuge = np.full(units, -1, dtype=np.int64)
    refuge[land["unit"].to_numpy()[first]] = land["grid"].to_numpy()[first]
    return claimed, granted, refuge


def grid_layer(
    merged: Merged, code: NDArray[np.object_], area_m2: Floats, counts: pd.DataFrame, areas: Mapping[str, Geometries]
) -> gpd.GeoDataFrame:
    """Write the ``grids`` layer; ``rural`` stands beside it for the rules, and is no column of the result."""
    home = merged.communities.iloc[merged.grid_community]
    owned = merged.grid_unit != NOBODY
    unit = np.where(owned, merged.grid_unit, 0)
    named = [merged.units[column].to_numpy(dtype=object) for column in ("layer", "source_id", "name")]
    layer, source_id, name = (column[unit] if len(column) else np.full(len(unit), None, object) for column in named)
    community_code = home["code"].to_numpy(dtype=object)
    layer = np.where(owned, layer, "community")
    table = pd.DataFrame(
        {
            "code": code,
            "kind": pd.Series(layer).map(GRID_KINDS).to_numpy(dtype=object),
            "name": np.where(owned, name, unclaimed_names(home)),
            "community_code": community_code,
            "source_layer": layer,
            "source_id": np.where(owned, source_id, community_code),
            "patrol_zone_id": patrol_zone(merged),
            "management_type": management_type(merged.grid_polygon, area_m2, areas),
            **{name: counts[name].array for name in COUNTS},
            "area_m2": area_m2,
            "parts": shapely.get_num_geometries(merged.grid_polygon).astype(np.int64),
            "rural": home["rural"].to_numpy(dtype=np.bool_),
        }
    )
    return gpd.GeoDataFrame(table, geometry=merged.grid_polygon, crs=merged.units.crs)


def unclaimed_names(community: pd.DataFrame) -> NDArray[np.object_]:
    """Name the land that only the community holds."""
    return np.asarray(community["name"].fillna(community["code"]).to_numpy(dtype=object) + UNCLAIMED_NAME)


def patrol_zone(merged: Merged) -> NDArray[np.object_]:
    """Return the id of the patrol zone that covers most of each grid; None where nobody patrols as much or more."""
    claimed = (merged.units["layer"] == "patrol_zone").to_numpy()[merged.claim_unit]
    face, zone = merged.claim_face[claimed], merged.claim_unit[claimed]
    unpatrolled = np.ones(len(merged.face_grid), dtype=np.bool_)
    unpatrolled[face] = False
    nobody = sums(merged.face_area_m2 * unpatrolled, merged.face_grid, len(merged.grid_polygon))
    table = pd.DataFrame({"grid": merged.face_grid[face], "unit": zone, "area": merged.face_area_m2[face]})
    land = table.groupby(["grid", "unit"], as_index=False)["area"].sum()
    land = land[land["area"] > nobody[land["grid"]]]
    land = land.sort_values(["grid", "area", "unit"], ascending=[True, False, True])
    first = group_first(land["grid"].to_numpy())
    result = np.full(len(merged.grid_polygon), None, dtype=object)
    result[land["grid"].to_numpy()[first]] = merged.units["source_id"].to_numpy()[land["unit"].to_numpy()[first]]
    return result


def management_areas(areas: gpd.GeoDataFrame | None) -> dict[str, Geometries]:
    """Return the land of each management type that is stricter than the mildest, in connected pieces."""
    if areas is None or not len(areas):
        return {}
    drawn = np.asarray(areas.geometry.array, dtype=object)
    land = {name: shapely.union_all(drawn[(areas["type"] == name).to_numpy()]) for name in STRICTER}
    return {name: np.asarray(shapely.get_parts(whole), dtype=object) for name, whole in land.items()}


def management_type(polygon: Geometries, area_m2: Floats, areas: Mapping[str, Geometries]) -> NDArray[np.object_]:
    """Return the management type that the committee's areas give more than half of each grid; `routine` elsewhere [S2].

    Land under several areas of one type counts once. Where two types hold more than half each, the stricter one does.
    """
    result = np.full(len(polygon), MILDEST, dtype=object)
    tree = shapely.STRtree(polygon)
    for name, land in areas.items():
        row, grid = tree.query(land, predicate="intersects")
        whole = shapely.covers(land[row], polygon[grid])
        held = np.where(whole, area_m2[grid], 0.0)
        part = np.flatnonzero(~whole)
        held[part] = shapely.area(shapely.intersection(land[row[part]], polygon[grid[part]]))
        result[sums(held, grid, len(polygon)) > area_m2 / 2] = name
    return result


def unit_layer(merged: Merged, claimed: Floats, granted: Floats, counts: pd.DataFrame) -> gpd.GeoDataFrame:
    """Write the ``units`` layer: what became of every source unit."""
    units = merged.units
    status = np.select(
        [units.geometry.isna().to_numpy(), claimed <= 0, granted <= 0, granted < KEPT_SHARE * claimed],
        ["rejected", "outside", "superseded", "trimmed"],
        "kept",
    )
    homes = merged.home
    spread = pd.Series(merged.grid_unit[merged.grid_unit != NOBODY]).value_counts()
    several = spread.reindex(np.arange(len(units)), fill_value=0).to_numpy() > 1
    table = pd.DataFrame(
        {
            "layer": units["layer"].to_numpy(),
            "source_id": units["source_id"].to_numpy(),
            "name": units["name"].to_numpy(),
            "status": status,
            "claimed_m2": claimed,
            "granted_m2": granted,
            **{name: counts[name].array for name in COUNTS},
            "note": np.where(
                several, np.array([f"跨社区，主要在 {home}" for home in homes], dtype=object), np.array(None)
            ),
            "home": homes,
            "counted": units["households"].notna().to_numpy(np.int64),
            **{name: units[name].to_numpy() for name in ABOUT_UNITS},
        }
    )
    return gpd.GeoDataFrame(table, geometry=units.geometry.to_numpy(), crs=units.crs)


def face_layer(merged: Merged, code: NDArray[np.object_]) -> gpd.GeoDataFrame:
    """Write the ``faces`` layer; faces are numbered within their grid."""
    number = place_in_run(merged.face_grid) + 1
    held_by = code[merged.face_grid]
    table = pd.DataFrame(
        {
            "face_id": [f"{grid}-{place}" for grid, place in zip(held_by, number, strict=True)],
            "code": held_by,
            "claimants": claimants(merged),
            "rule": np.array(RULES, dtype=object)[merged.face_rule],
            "area_m2": merged.face_area_m2,
        }
    )
    return gpd.GeoDataFrame(table, geometry=merged.face_polygon, crs=merged.units.crs)


def claimants(merged: Merged) -> NDArray[np.object_]:
    """Write each face's claimants as a JSON list of "layer:id"."""
    names = merged.units["layer"].to_numpy() + ":" + merged.units["source_id"].to_numpy()
    plain = ~pd.Series(names).str.contains(r'["\\\x00-\x1f]', regex=True).to_numpy(np.bool_)
    quoted = np.asarray('"' + names + '"')
    quoted[~plain] = [json.dumps(name, ensure_ascii=False) for name in names[~plain]]
    ends = np.searchsorted(merged.claim_face, np.arange(len(merged.face_polygon) + 1))
    lists = pa.ListArray.from_arrays(pa.array(ends, pa.int32()), pa.array(quoted[merged.claim_unit], pa.string()))
    joined = pc.binary_join(lists, ", ")
    return np.asarray(pc.binary_join_element_wise("[", joined, "]", "").to_numpy(zero_copy_only=False), dtype=object)


def community_layer(merged: Merged) -> gpd.GeoDataFrame:
    """Write the ``communities`` layer: the communities as a partition, before units bent their borders."""
    frame = merged.communities
    table = pd.DataFrame(
        {
            **{name: frame[name].to_numpy() for name in ("code", "name", "street")},
            "rural": frame["rural"].to_numpy(np.int64),
            "grids": np.bincount(merged.grid_community, minlength=len(frame)),
            "area_m2": shapely.area(merged.area),
        }
    )
    return gpd.GeoDataFrame(table, geometry=merged.area, crs=frame.crs)
