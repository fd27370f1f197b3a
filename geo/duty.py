"""Who is on duty where, and what grids work from: what stands on the board downstairs.

Duty-holders appear with the work contact that the board shows anyway; residents never do.
"""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.arrays import Ints
from geo.code_profiles import community_of
from geo.columns import numbers_of, ranked
from geo.gathering import roster_rows
from geo.places import Places
from geo.tables import POSTS, place_codes

DUTY_COLUMNS = ("code", "post", "name", "phone", "full_time", "force", "organisation")
TYPES = {**dict.fromkeys(DUTY_COLUMNS, "str"), "full_time": "Int64"}
PREMISES_COLUMNS = ("code", "name", "kind", "x", "y")

OFFICE = "community_office"
"""A row of the table `duty` that is no post: the telephone of the community itself."""


def duty(
    tables: Mapping[str, pd.DataFrame], code: pd.Series, communities: pd.DataFrame | None = None
) -> pd.DataFrame | None:
    """List who holds which post: the roster, and the secretaries whom the party table alone names.

    Parameters
    ----------
    tables
        The rows that are about a place, by table (`geo.tables.Matched.of`).
    code
        The codes of the grids.
    communities
        ``code``, ``name`` and ``phone``, where the community layer has telephones.

    Returns
    -------
    pandas.DataFrame
        `DUTY_COLUMNS`, by community, code and post; ``code`` has 12 digits where a row is about the community itself,
        which has the post `OFFICE` too; ``full_time`` is 1, 0 or missing. None where nobody says who is on duty.
    """
    rows = [offices(communities)]
    roster = roster_rows(tables)
    if roster is not None:
        grid, whole = (roster[name].to_numpy() for name in ("grid", "whole"))
        place = place_codes(code, grid, whole, roster["community"].array)
        rows.append(roster.assign(code=place)[list(DUTY_COLUMNS)])
    table = pd.concat([part.astype(TYPES) for part in rows], ignore_index=True)
    if table.empty:
        return None
    post = numbers_of(table["post"], {post: number for number, post in enumerate((OFFICE, *POSTS))})
    holder = ranked(table["name"]) * (len(table) + 1) + ranked(table["phone"])
    order = np.lexsort([holder, places_in_order(table["code"]) * (len(POSTS) + 1) + post])
    return table.iloc[order].reset_index(drop=True)


def places_in_order(code: pd.Series) -> Ints:
    """Number codes of grids and communities: a community's one after the other, whatever their profile.

    >>> places_in_order(pd.Series(["00000053010200100201", "530102001001", "530102001002"])).tolist()
    [1, 0, 2]
    """
    place, codes = pd.factorize(code)
    texts = codes.to_numpy(dtype=object)
    order = np.lexsort([texts.astype(str), np.array(list(map(community_of, texts)), dtype=str)])
    rank = np.empty(len(codes), dtype=np.int64)
    rank[order] = np.arange(len(codes))
    return np.asarray(rank[place], dtype=np.int64)


def offices(communities: pd.DataFrame | None) -> pd.DataFrame:
    """Return a row for the telephone of each community that has one."""
    table = pd.DataFrame(columns=list(DUTY_COLUMNS), dtype=object)
    if communities is None or "phone" not in communities:
        return table
    there = communities[communities["phone"].notna()]
    own = pd.DataFrame(
        {"code": there["code"], "post": OFFICE, "phone": there["phone"], "organisation": there["name"]}, dtype=object
    )
    return own.reindex(columns=list(DUTY_COLUMNS))


def premises_of(
    premises: gpd.GeoDataFrame | None, places: Places | None, grids: gpd.GeoDataFrame
) -> pd.DataFrame | None:
    """List the premises that stand on each grid: `PREMISES_COLUMNS`, ``x`` and ``y`` in the working CRS; by code.

    Parameters
    ----------
    premises
        ``name`` and ``kind``; None where there is no such layer.
    places
        The same as points, in the same order.
    grids
        ``code`` and their land.
    """
    if premises is None or places is None:
        return None
    grid, row = places.on(np.asarray(grids.geometry.array, dtype=object))
    there = premises.iloc[row]
    table = pd.DataFrame(
        {
            "code": grids["code"].to_numpy(dtype=object)[grid],
            "name": there["name"].to_numpy(dtype=object),
            "kind": there["kind"].to_numpy(dtype=object),
            "x": shapely.get_x(places.point[row]),
            "y": shapely.get_y(places.point[row]),
        }
    )
    return table.sort_values(["code", "name", "x", "y"], kind="stable", ignore_index=True)
