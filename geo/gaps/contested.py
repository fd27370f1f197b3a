"""More than one holds it: units that overlap, units that cross a community border."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.arrays import Geometries, Ints, dense, group_first, sums
from geo.faces import dissolve
from geo.gaps.held import Held
from geo.gaps.ledger import entries
from geo.rules import NOBODY

TERRITORIAL = ("compound", "courtyard")
"""Layers whose units may not lie over each other; patrol zones are meant to lie over both."""


def overlap(held: Held) -> gpd.GeoDataFrame:
    """Find the pairs of units that claim the same land: two of one layer, or a compound and a courtyard.

    Common land that the sliver rules take for imprecise drawing is no gap: all of it under the least area, or thinner
    than the sliver width.
    """
    face, first, second = rival_claims(held)
    pairs, pair = dense(first * len(held.units) + second)
    area = sums(held.face_area_m2[face], pair, len(pairs))
    kept = (area >= held.parameters.min_area)[pair]
    face, (pairs, pair) = face[kept], dense((first * len(held.units) + second)[kept])
    land = dissolve(held.face_polygon[face], pair, len(pairs))
    wide = ~shapely.is_empty(shapely.buffer(land, -held.parameters.sliver_width / 2))
    chosen = wide[pair]
    face, pair, pairs, land = face[chosen], (np.cumsum(wide) - 1)[pair[chosen]], pairs[wide], land[wide]
    grid = main_grid(held, face, pair)
    labels = (held.units["layer"] + ":" + held.units["source_id"]).to_numpy()
    names = held.units["name"].to_numpy()
    one, other = pairs // len(held.units), pairs % len(held.units)
    facts = [
        {"units": [labels[a], labels[b]], "names": [said(names[a]), said(names[b])]}
        for a, b in zip(one, other, strict=True)
    ]
    return entries(
        "overlap",
        about=[f"{labels[a]}+{labels[b]}" for a, b in zip(one, other, strict=True)],
        code=held.grids["code"].to_numpy()[grid],
        community=held.grids["community_code"].to_numpy()[grid],
        land=land,
        households=held.households_in(land, face, pair),
        facts=facts,
        crs=held.crs,
    )


def said(name: object) -> str | None:
    """Return a name as text, None where there is none."""
    return None if pd.isna(name) else str(name)


def rival_claims(held: Held) -> tuple[Ints, Ints, Ints]:
    """Return the faces with rival claims and both claimants, lower row first; a face once for each pair."""
    count = np.bincount(held.claim_face, minlength=len(held.face_polygon))
    shared = count[held.claim_face] > 1
    claims = pd.DataFrame({"face": held.claim_face[shared], "unit": held.claim_unit[shared]})
    both = claims.merge(claims, on="face", suffixes=("", "_other"))
    both = both[both["unit"] < both["unit_other"]]
    layer = held.units["layer"].to_numpy()
    one, other = layer[both["unit"]], layer[both["unit_other"]]
    rival = (one == other) | (np.isin(one, TERRITORIAL) & np.isin(other, TERRITORIAL))
    both = both[rival]
    return (both["face"].to_numpy(np.int64), both["unit"].to_numpy(np.int64), both["unit_other"].to_numpy(np.int64))


def main_grid(held: Held, face: Ints, group: Ints) -> Ints:
    """Return the grid that holds most of each group's land."""
    table = pd.DataFrame({"group": group, "grid": held.face_grid[face], "area": held.face_area_m2[face]})
    land = table.groupby(["group", "grid"], as_index=False)["area"].sum()
    land = land.sort_values(["group", "area", "grid"], ascending=[True, False, True])
    first = group_first(land["group"].to_numpy())
    return np.asarray(land["grid"].to_numpy()[first], dtype=np.int64)


def straddle(held: Held) -> gpd.GeoDataFrame:
    """Find the grids that a unit has outside its home, the community that holds most of it."""
    unit = held.grid_unit
    community = held.grids["community_code"].to_numpy()
    home = np.array([*held.home, None], dtype=object)[unit]
    away = np.flatnonzero((unit != NOBODY) & (home != community))
    owner = unit[away]
    land: Geometries = held.grid_polygon[away]
    whole = sums(held.grids["area_m2"].to_numpy(np.float64)[unit != NOBODY], unit[unit != NOBODY], len(held.units))
    share = shapely.area(land) / whole[owner]
    labels = (held.units["layer"] + ":" + held.units["source_id"]).to_numpy()
    patrol = (held.units["layer"] == "patrol_zone").to_numpy()[owner]
    facts = [
        {"unit": labels[u], "home": home, "share": round(float(part), 4)}
        for u, home, part in zip(owner, held.home[owner], share, strict=True)
    ]
    return entries(
        "straddle",
        about=list(held.grids["code"].to_numpy()[away]),
        code=held.grids["code"].to_numpy()[away],
        community=community[away],
        land=land,
        households=held.grids["households"].array[away],
        facts=facts,
        crs=held.crs,
        factor=np.where(patrol, 0.2, 1.0),  # a patrol zone serves several communities by nature
    )
