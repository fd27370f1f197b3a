"""Compounds and courtyards: what stands on each lot, how it is called, and its outline."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from data.demo import names, shapes
from data.demo.lattice import CRS, Lattice
from data.demo.lots import RECT, Lots
from data.demo.seeds import Seeds

DIGITISED_M = 0.12
COURTYARD_SHARE = {"town": 0.30, "small": 0.52, "merged": 0.62, "rural": 0.16}
EMPTY_SHARE = 0.05
NESTED, OVERLAPPING, INNER = 0.26, 0.16, 0.07
"""A community's courtyards inside compounds, across a compound's wall, and inside other courtyards."""
TOWN_COURTYARDS = {
    "school": 0.24,
    "organ": 0.2,
    "enterprise": 0.24,
    "park": 0.1,
    "market": 0.1,
    "hospital": 0.07,
    "station": 0.05,
}
LARGE_COURTYARDS = {"college": 0.35, "park": 0.25, "enterprise": 0.25, "hospital": 0.15}
COMPOUND_PLANS = (0.56, 0.17, 0.17, 0.10, 0.0)
COURTYARD_PLANS = (0.62, 0.14, 0.14, 0.10, 0.0)


def make_units(lots: Lots, lattice: Lattice, divisions: pd.DataFrame, seeds: Seeds) -> gpd.GeoDataFrame:
    """Return compounds and courtyards as a careful surveyor would draw them; `data.demo.mess` is for the rest.

    Columns: ``layer``, ``kind``, ``name``, ``community`` (row of ``divisions``), ``plan``, ``inner`` (in or across
    another unit), ``hosting`` (one stands in or across it), and those of the lot; polygons in `data.demo.lattice.CRS`.
    """
    rng = seeds.stage("units")
    table = _uses(lots.table, rng)
    table = table[table["layer"] != ""].reset_index(drop=True)
    table = _with_inner(table, seeds)
    in_town = (table["kind"] == "village_seat") & ~divisions["rural"].to_numpy()[table["community"]]
    table.loc[in_town, "kind"] = "clinic"
    table = table.sort_values(["community", "layer"], kind="stable", ignore_index=True)
    table["name"] = _names(table, divisions, seeds)
    polygons = shapes.outlines(
        lattice, table[RECT].to_numpy(), table["plan"].to_numpy(), seeds.stage("outlines"), digitised_m=DIGITISED_M
    )
    return gpd.GeoDataFrame(table, geometry=polygons, crs=CRS)


def _uses(lots: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Decide what stands on each lot, and its plan."""
    small = (lots["width_m"] * lots["depth_m"] < 7000).to_numpy()
    merged, rural = lots["merged"].to_numpy(), lots["rural"].to_numpy()
    site = np.select([rural, merged, small], ["rural", "merged", "small"], "town")
    courtyard = rng.random(len(lots)) < pd.Series(site).map(COURTYARD_SHARE).to_numpy()
    empty = ~rural & (rng.random(len(lots)) < EMPTY_SHARE) & (lots["border"] == "").to_numpy()
    kind = np.where(
        rural,
        "village_seat",
        np.where(merged, _drawn(LARGE_COURTYARDS, len(lots), rng), _drawn(TOWN_COURTYARDS, len(lots), rng)),
    )
    home = np.where(rural, "villager_group", np.where(rng.random(len(lots)) < 0.16, "dormitory", "estate"))
    plan = np.where(courtyard, rng.choice(5, len(lots), p=COURTYARD_PLANS), rng.choice(5, len(lots), p=COMPOUND_PLANS))
    return lots.assign(
        layer=np.where(empty, "", np.where(courtyard, "courtyard", "compound")),
        kind=np.where(courtyard, kind, home),
        plan=np.where(courtyard & (kind == "park"), shapes.PARK, plan),
    )


def _drawn(shares: dict[str, float], count: int, rng: np.random.Generator) -> np.ndarray:
    return rng.choice(list(shares), count, p=list(shares.values()))


def _with_inner(units: pd.DataFrame, seeds: Seeds) -> pd.DataFrame:
    """Add courtyards inside compounds, across their walls, and inside other courtyards."""
    rng = seeds.stage("extras")
    fit = ((units["plan"] == shapes.SLAB) & ~units["rural"] & (units["border"] == "")).to_numpy()
    fit = fit & (units[["width_m", "depth_m"]].min(axis=1) > 70).to_numpy()
    compound = rng.permutation(np.flatnonzero(fit & (units["layer"] == "compound")))
    courtyard = rng.permutation(np.flatnonzero(fit & (units["layer"] == "courtyard")))
    nested, crossed, inner = (round(share * seeds.communities) for share in (NESTED, OVERLAPPING, INNER))
    within = np.concatenate([compound[:nested], courtyard[:inner]])
    across = compound[nested : nested + crossed]
    low, size = rng.uniform(0.2, 0.45, (2, len(within), 2)) * [[[1, 1]], [[0.9, 0.9]]]
    inside = _placed(units.iloc[within], low, low + size)
    start = rng.uniform(0.15, 0.4, len(across))
    length = rng.uniform(0.3, 0.45, len(across))
    depth = units["depth_m"].to_numpy()[across]
    out, into = rng.uniform(4, 8, len(across)) / depth, rng.uniform(10, 28, len(across)) / depth
    top = rng.random(len(across)) < 0.5
    low = np.stack([start, np.where(top, 1 - into, -out)], axis=1)
    high = np.stack([start + length, np.where(top, 1 + out, into)], axis=1)
    over = _placed(units.iloc[across], low, high)
    kinds = rng.choice(["kindergarten", "clinic", "community_hall"], len(inside) + len(over))
    rows = pd.concat([inside, over], ignore_index=True)
    rows = rows.assign(layer="courtyard", kind=kinds, pair=-1, gap_m=np.nan, merged=False, inner=True, hosting=False)
    hosting = np.isin(np.arange(len(units)), np.concatenate([within, across]))
    return pd.concat([units.assign(inner=False, hosting=hosting), rows], ignore_index=True)


def _placed(hosts: pd.DataFrame, low: np.ndarray, high: np.ndarray) -> pd.DataFrame:
    """Return copies of the hosts' rows with the part between two corners, in shares of the host, as their lot."""
    corner, far = hosts[["u0", "v0"]].to_numpy(), hosts[["u1", "v1"]].to_numpy()
    rows = hosts.copy()
    rows[["u0", "v0"]], rows[["u1", "v1"]] = corner + low * (far - corner), corner + high * (far - corner)
    size = high - low
    return rows.assign(width_m=rows["width_m"] * size[:, 0], depth_m=rows["depth_m"] * size[:, 1])


def _names(units: pd.DataFrame, divisions: pd.DataFrame, seeds: Seeds) -> np.ndarray:
    """Name the units: compounds are unlike in their community, courtyards in their county."""
    rng = seeds.stage("unit names")
    community = units["community"].to_numpy()
    county = pd.factorize(divisions["county_name"])[0][community]
    kind = units["kind"].to_numpy()
    found = np.full(len(units), "", dtype=object)
    fair = names.draw_names(names.COMPOUNDS, community, rng)
    ending = np.array(names.COMPOUND_ENDINGS, dtype=object)[rng.integers(0, len(names.COMPOUND_ENDINGS), len(units))]
    found[:] = fair + ending
    place = divisions["name"].to_numpy(dtype=object)[community]
    short = np.char.replace(place.astype(str), "社区", "").astype(object)
    for one in np.unique(kind):
        here = kind == one
        found[here] = _names_of(one, found[here], short[here], community[here], county[here], rng)
    return found


def _names_of(
    kind: str, fair: np.ndarray, place: np.ndarray, community: np.ndarray, county: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Name the units of one kind."""
    in_community, in_county = names.rank_in(community), names.rank_in(county)
    number = names.numerals(99)
    if kind == "estate":
        return fair
    if kind == "villager_group":
        return place + number[in_community % 99] + "组"
    if kind == "dormitory":
        ending = np.array(names.FACTORY_ENDINGS, dtype=object)[rng.integers(0, 3, len(fair))]
        return names.draw_names(names.WORK_UNITS, county, rng) + ending
    if kind == "school":
        level = np.array(["中学", "小学"], dtype=object)[in_county % 2]
        return "第" + number[in_county // 2 % 99] + level
    pools = {
        "organ": names.ORGANS,
        "hospital": names.HOSPITALS,
        "college": names.COLLEGES,
        "enterprise": names.ENTERPRISES,
    }
    if kind in pools:
        return names.draw_names(pools[kind], county, rng)
    endings = {
        "park": ["公园", "湿地公园", "广场"],
        "market": ["农贸市场", "商城", "建材市场"],
        "station": ["客运站", "公交场站", "加油站"],
        "kindergarten": ["幼儿园", "中心幼儿园", "第二幼儿园"],
        "clinic": ["社区卫生服务中心", "卫生服务站", "门诊部"],
        "community_hall": ["活动中心", "文化活动室", "老年活动中心"],
        "village_seat": names.VILLAGE_SEATS,
    }[kind]
    rounds = np.array(["", *number[1:]], dtype=object)[in_community // len(endings)]
    return place + np.array(endings, dtype=object)[in_community % len(endings)] + rounds
