"""Facilities, premises and the management areas that street committees have drawn."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.spatial import KDTree

from data.demo.blocks import Blocks
from data.demo.lattice import CRS, Lattice
from data.demo.mess import LEAST
from data.demo.patrols import Patrols
from data.demo.seeds import Seeds

FACILITIES = {
    "党群服务中心": 0.9,
    "便民服务站": 0.55,
    "便民警务站": 0.45,
    "日间照料中心": 0.4,
    "六点半课堂": 0.4,
    "公厕": 1.2,
}
"""Facilities of each kind a community."""
REMOTE_M = 1_350.0
"""Around the most distant compounds there is no facility within this radius: further than anybody calls walkable."""
COMMUNITIES_A_REMOTE_PLACE = 60
PREMISES_KINDS = {"new_built": 0.2, "bought": 0.15, "leased": 0.4, "developer_provided": 0.25}
PREMISES_SHARE = {"compound": 0.7, "courtyard": 0.45, "patrol_zone": 0.6}
MANAGEMENT_SHARE = 0.16
MANAGEMENT_TYPES = ["general_prevention", "key_attention", "concentrated_rectification", "general_prevention"]
"""The types of the areas, in turn."""


def make_facilities(
    units: gpd.GeoDataFrame, divisions: pd.DataFrame, lattice: Lattice, seeds: Seeds
) -> gpd.GeoDataFrame:
    """Return service facilities on the streets in front of compounds and courtyards: ``kind``, ``name``, points."""
    rng = seeds.stage("facilities")
    housed = units["community"].value_counts().reindex(range(len(divisions)), fill_value=0).to_numpy()
    first = np.cumsum(housed) - housed
    served = np.flatnonzero(housed)
    in_town = served[~divisions["rural"].to_numpy()[served]]
    parts = []
    for kind, share in FACILITIES.items():
        places = in_town if kind == "公厕" else served
        community = np.concatenate([rng.permutation(places) for _ in range(int(np.ceil(share)))])
        community = community[: round(share * len(places))]
        unit = first[community] + rng.integers(0, housed[community])
        parts.append(pd.DataFrame({"kind": kind, "community": community, "unit": unit}))
    table = pd.concat(parts, ignore_index=True)
    number = (table.groupby(["kind", "community"]).cumcount() + 1).astype(str).to_numpy(dtype=object)
    place = divisions["name"].to_numpy(dtype=object)[table["community"]]
    table["name"] = place + table["kind"].to_numpy(dtype=object) + np.where(number == "1", "", number)
    points = _in_front(units.iloc[table["unit"]], lattice, rng)
    facilities = gpd.GeoDataFrame(table[["kind", "name"]], geometry=shapely.points(points), crs=CRS)
    return facilities[~_remote(points, units, lattice, seeds)].reset_index(drop=True)


def _remote(points: np.ndarray, units: pd.DataFrame, lattice: Lattice, seeds: Seeds) -> np.ndarray:
    """Say which points are within `REMOTE_M` of the compounds furthest from their town; none in a small demo."""
    homes = units[units["layer"] == "compound"]
    if seeds.communities < LEAST or not len(homes):
        return np.zeros(len(points), dtype=bool)
    middle = (homes[["u0", "v0"]].to_numpy() + homes[["u1", "v1"]].to_numpy()) / 2
    away, _ = KDTree(lattice.layout.towns).query(middle)
    places = middle[np.argsort(-away, kind="stable")[: -(-seeds.communities // COMMUNITIES_A_REMOTE_PLACE)]]
    return KDTree(lattice.place(places[:, 0], places[:, 1])).query(points)[0] < REMOTE_M


def _in_front(units: pd.DataFrame, lattice: Lattice, rng: np.random.Generator) -> np.ndarray:
    """Return positions (n, 2) on the pavement before the southern or the northern wall."""
    u = units["u0"] + rng.uniform(0.1, 0.9, len(units)) * (units["u1"] - units["u0"])
    north = rng.random(len(units)) < 0.5
    wall = np.where(north, units["v1"], units["v0"])
    _, along = lattice.scale(u.to_numpy(), wall)
    return lattice.place(u.to_numpy(), wall + np.where(north, 1, -1) * 5.0 / along)


def make_premises(units: gpd.GeoDataFrame, patrols: Patrols, lattice: Lattice, seeds: Seeds) -> gpd.GeoDataFrame:
    """Return where grids work from: ``kind`` (as in layers.toml), ``name``, points inside the units that have one."""
    rng = seeds.stage("premises")
    share = units["layer"].map(PREMISES_SHARE).to_numpy()
    nowhere = units["mess"].isin(["no_geometry", "far_outside", "bow_tie"]).to_numpy()
    housed = (rng.random(len(units)) < share) & ~nowhere
    inside = shapely.point_on_surface(shapely.make_valid(np.array(units.geometry)[housed]))
    parts = patrols.parts[rng.random(len(patrols.parts)) < PREMISES_SHARE["patrol_zone"]]
    on_street = shapely.points(lattice.place(parts["u"].to_numpy(), parts["v"].to_numpy()))
    unit_name, zone_name = (table["name"].to_numpy(dtype=object) for table in (units, patrols.zones))
    name = np.concatenate([unit_name[housed], zone_name[parts["zone"]]])
    kinds = rng.choice(list(PREMISES_KINDS), len(name), p=list(PREMISES_KINDS.values()))
    points = np.concatenate([inside, on_street])
    return gpd.GeoDataFrame({"kind": kinds, "name": name + "网格阵地"}, geometry=points, crs=CRS)


def make_management_areas(blocks: Blocks, lattice: Lattice, divisions: pd.DataFrame, seeds: Seeds) -> gpd.GeoDataFrame:
    """Return areas of one to four blocks that a committee has put under a type: ``type``, ``name``, polygons."""
    rng = seeds.stage("management areas")
    count = max(3, round(MANAGEMENT_SHARE * len(divisions)))
    fit = (blocks.i % 2 == 0) & (blocks.j % 2 == 0) & blocks.urban
    chosen = rng.permutation(np.flatnonzero(fit) if fit.any() else np.arange(len(blocks)))[:count]
    i, j = blocks.i[chosen], blocks.j[chosen]
    at = np.pad(blocks.at, (0, 1), constant_values=-1) >= 0
    wide, high = rng.random((2, len(chosen))) < 0.4
    wide, high = wide & at[i + 1, j], high & at[i, j + 1]
    wide &= ~high | at[i + 1, j + 1]
    step = np.arange(4) / 4
    sides = [(step, 0 * step), (0 * step + 1, step), (1 - step, 0 * step + 1), (0 * step, 1 - step)]
    square = np.concatenate([np.stack(side, axis=1) for side in sides])
    u, v = i[:, None] + square[:, 0] * (1 + wide[:, None]), j[:, None] + square[:, 1] * (1 + high[:, None])
    types = np.resize(np.array(MANAGEMENT_TYPES, dtype=object), len(chosen))
    number = np.arange(1, len(chosen) + 1).astype(str).astype(object)
    return gpd.GeoDataFrame(
        {"type": types, "name": "管理区" + number + "号"}, geometry=shapely.polygons(lattice.place(u, v)), crs=CRS
    )
