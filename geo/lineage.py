"""Lineage: what became of the grids of an earlier build, and which codes live on."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
from numpy.typing import NDArray

from geo.arrays import Bools, Floats, Geometries, Ints, group_first, sums
from geo.noding import REACH_M

LEAST_SHARE = 0.001
"""Land under a thousandth of both grids is imprecise drawing: it is not listed, and makes no split and no merger."""

LAST = chr(0x10FFFF)
"""After every other character."""

COLUMNS = ("old_code", "new_code", "relation", "area_share", "household_share")


@dataclass(frozen=True, eq=False)
class Earlier:
    """The grids of an earlier build, and which community each of them reaches now.

    Parameters
    ----------
    grids
        ``code``, ``community_code`` and their land, in the working CRS.
    used
        All codes that were given out before, in order; new grids avoid them.
    community, grid
        Pairs: rows of communities, and of ``grids``.
    """

    grids: gpd.GeoDataFrame
    used: Sequence[str]
    community: Ints
    grid: Ints

    @classmethod
    def of(cls, grids: gpd.GeoDataFrame | None, used: Collection[str], areas: Geometries, crs: pyproj.CRS) -> Earlier:
        """Take the grids of an earlier build, in any CRS; None where there is none, and only codes are known."""
        if grids is None:
            grids = gpd.GeoDataFrame({"code": [], "community_code": []}, dtype=object, geometry=[], crs=crs)
        grids = grids.to_crs(crs)
        near = shapely.STRtree(grids.geometry.array).query(areas, predicate="dwithin", distance=REACH_M)
        codes = {*used, *grids["code"]}
        return cls(grids, sorted(codes), *(rows.astype(np.int64) for rows in near))

    def reaching(self, communities: Ints) -> Ints:
        """Return the rows of the grids that reach some communities."""
        return np.unique(self.grid[np.isin(self.community, communities)])

    def used_in(self, prefixes: Iterable[str]) -> list[str]:
        """Return the codes that begin in some way."""
        return [
            code
            for prefix in prefixes
            for code in self.used[bisect_left(self.used, prefix) : bisect_right(self.used, prefix + LAST)]
        ]


def no_lineage(crs: object) -> gpd.GeoDataFrame:
    """Return an empty lineage, as of a build without a previous one."""
    return gpd.GeoDataFrame({name: pd.Series(dtype="object") for name in COLUMNS}, geometry=[], crs=crs)


def common_land(old: Geometries, new: Geometries) -> tuple[Ints, Ints, Geometries]:
    """Return the pairs of old and new grids that share land, and the land; new grids do not overlap.

    An old grid that is drawn to the bit as a new one is shares land with that alone, so that nothing is cut for it.
    """
    twin = pd.Index(drawing(new), dtype="object").get_indexer(drawing(old))
    same, other = np.flatnonzero(twin >= 0), np.flatnonzero(twin < 0)
    i, j = shapely.STRtree(new).query(old[other], predicate="intersects")
    i = other[i]
    land = shapely.intersection(old[i], new[j])
    shared = shapely.area(land) > 0
    i, j = np.concatenate([i[shared], same]), np.concatenate([j[shared], twin[same]])
    order = np.lexsort([j, i])
    return i[order].astype(np.int64), j[order].astype(np.int64), np.concatenate([land[shared], new[twin[same]]])[order]


def drawing(polygons: Geometries) -> Geometries:
    """Return WKB that is the same for what is drawn alike, a polygon or the only one of several, as files have it."""
    single = shapely.get_type_id(polygons) == shapely.GeometryType.POLYGON
    several = polygons.copy()
    several[single] = shapely.multipolygons(polygons[single][:, None])
    return np.asarray(shapely.to_wkb(several), dtype=object)


def kept_codes(
    old_code: NDArray[np.object_],
    old_community: NDArray[np.object_],
    new_community: NDArray[np.object_],
    pairs: tuple[Ints, Ints, Geometries],
    old_area_m2: Floats,
) -> NDArray[np.object_]:
    """Give each new grid the code of an old one that it holds most of, in the same community; None where there is none.

    A new grid that holds most of several takes the code of the one that gives it most land; an old code goes on once.
    """
    old, new, land = pairs
    area = shapely.area(land)
    most = (area > old_area_m2[old] / 2) & (old_community[old] == new_community[new])
    old, new, area = old[most], new[most], area[most]
    order = np.lexsort([old_code[old].astype(str), -np.round(area, 6), new])
    first = order[group_first(new[order])]
    kept = np.full(len(new_community), None, dtype=object)
    kept[new[first]] = old_code[old[first]]
    return kept


def lineage(
    old: gpd.GeoDataFrame,
    new_code: NDArray[np.object_],
    new_polygon: Geometries,
    pairs: tuple[Ints, Ints, Geometries],
    buildings: gpd.GeoDataFrame | None,
    own: Bools,
) -> tuple[gpd.GeoDataFrame, Ints]:
    """Write where some new grids come from; geometry is the land that they share with old ones.

    ``same``: one old grid is one new grid; ``split`` and ``merged``: as the words say (a grid both cut and joined
    counts as split); ``new``: a grid on land that no old one had. Old grids that left the jurisdiction are none of
    these: see `retired`.

    ``area_share`` and ``household_share`` are parts of the old grid; each adds up to one over an old grid's rows, up
    to the land that left the jurisdiction: what lies in pieces too small to list goes with the others. Households are
    shared by buildings where there are any, else by area.

    Parameters
    ----------
    own
        The new grids that are asked for. Beside them have to be all old ones on their land, and all new ones on the
        land of these.

    Returns
    -------
    tuple
        The rows; and the row of the old grid that each is about, -1 for new ones.
    """
    i, j, land = pairs
    old_polygon = np.asarray(old.geometry.array, dtype=object)
    area_share = shapely.area(land) / shapely.area(old_polygon)[i]
    homes = household_share(i, land, area_share, old_polygon, buildings)
    listed = (area_share >= LEAST_SHARE) | (shapely.area(land) / shapely.area(new_polygon)[j] >= LEAST_SHARE)
    area_share, homes = (share_of_listed(share, i, listed) for share in (area_share, homes))
    i, j, land = i[listed], j[listed], land[listed]
    heirs = np.bincount(i, minlength=len(old))
    parents = np.bincount(j, minlength=len(new_polygon))
    known = pd.DataFrame(
        {
            "old_code": old["code"].to_numpy()[i],
            "new_code": new_code[j],
            "relation": np.select([heirs[i] > 1, parents[j] > 1], ["split", "merged"], "same"),
            "area_share": area_share,
            "household_share": homes,
        }
    )
    fresh = np.flatnonzero((parents == 0) & own)
    new = pd.DataFrame({"new_code": new_code[fresh], "relation": "new"})
    table = pd.concat([known[own[j]], new], ignore_index=True)[list(COLUMNS)]
    places = np.concatenate([land[own[j]], new_polygon[fresh]])
    about = np.concatenate([i[own[j]], np.full(len(fresh), -1)])
    return gpd.GeoDataFrame(table, geometry=places, crs=old.crs), about


def whole_lineage(old: gpd.GeoDataFrame, parts: Sequence[tuple[gpd.GeoDataFrame, Ints]]) -> gpd.GeoDataFrame:
    """Put lineage together: by old grid and new code, then the new grids, then the old ones that nothing came of."""
    table = pd.concat([rows for rows, _ in parts], ignore_index=True)
    about = np.concatenate([rows for _, rows in parts])
    order = np.lexsort([table["new_code"].to_numpy(dtype=str), np.where(about < 0, len(old), about)])
    gone = np.setdiff1d(np.arange(len(old)), about)
    retired = old.iloc[gone][["geometry"]].assign(old_code=old["code"].to_numpy()[gone], relation="retired")
    return pd.concat([table.iloc[order], retired], ignore_index=True)[[*COLUMNS, "geometry"]]


def share_of_listed(share: Floats, old: Ints, listed: Bools) -> Floats:
    """Return the shares of the pieces listed, with what the others of the same old grid have."""
    size = int(old.max(initial=-1)) + 1
    whole, part = sums(share, old, size), sums(share[listed], old[listed], size)
    return share[listed] * np.divide(whole, part, out=np.ones(size), where=part > 0)[old[listed]]


def household_share(
    old: Ints, land: Geometries, area_share: Floats, old_polygon: Geometries, buildings: gpd.GeoDataFrame | None
) -> Floats:
    """Share each old grid's households by the buildings on the land, or by area where it has none."""
    if buildings is None or "households" not in buildings or not len(buildings):
        return area_share
    point = shapely.point_on_surface(np.asarray(buildings.geometry.array, dtype=object))
    count = buildings["households"].fillna(0).to_numpy(np.float64)
    cut = np.flatnonzero((area_share != 1.0) | (np.bincount(old)[old] > 1))  # whole ones have all that they had
    piece, building = shapely.STRtree(point).query(land[cut], predicate="intersects")
    there = sums(count[building], cut[piece], len(land))
    whole = sums(there, old, len(old_polygon))
    return np.where(whole[old] > 0, there / np.where(whole[old] > 0, whole[old], 1.0), area_share)
