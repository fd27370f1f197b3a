"""Households, population and party members of units and buildings, and who manages the compounds."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from data.demo.lattice import CRS, Lattice
from data.demo.lots import RECT
from data.demo.seeds import Seeds

NOT_COUNTED = 0.05
"""Of the compounds, those whose office never sent the counts; their buildings have them."""
SELF_GOVERNED, MANAGED, MANAGED_WITH_PARTY = 0.62, 0.72, 0.55
BUILDINGS = (6, 10)
BUILDINGS_SPARSE = (2, 3)
COUNTS = ["households", "population", "party_members"]


def count_units(units: gpd.GeoDataFrame, seeds: Seeds) -> gpd.GeoDataFrame:
    """Add the counts as they really are; `as_reported` blanks some of them.

    Compounds in town mostly have 200 to 600 households, some more and some far fewer; villagers' groups 20 to 110,
    courtyards 0 to 80.
    """
    rng = seeds.stage("counts")
    size = len(units)
    usual = rng.triangular(200, 330, 600, size)
    large, small = rng.uniform(560, 1150, size), rng.uniform(40, 260, size)
    kind = rng.permutation(size) / max(size, 1)
    town = np.select([kind < 0.08, kind < 0.24], [large, small], usual)
    compound = (units["layer"] == "compound").to_numpy()
    homes = np.where(rng.random(size) < 0.45, rng.integers(5, 81, size), 0)
    group = (units["kind"] == "villager_group").to_numpy()
    households = np.where(group, rng.uniform(18, 110, size), np.where(compound, town, homes)).astype(int)
    members = rng.poisson(households * np.where(group, 0.05, 0.045))
    members = np.where(compound & (rng.random(size) < 0.12), rng.integers(0, 4, size), members)
    members = np.where(~compound, rng.poisson(np.where(rng.random(size) < 0.6, 9, 1.2)), members)
    staff = np.where(compound, 0, rng.integers(0, 60, size))
    population = (households * rng.uniform(2.3, 3.2, size)).astype(int) + staff
    members = np.minimum(members, population)
    return units.assign(households=households, population=population, party_members=members, **_management(units, rng))


def _management(units: gpd.GeoDataFrame, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Say which compounds in town have an owners' committee, a property company, and its party organisation."""
    fit = ((units["layer"] == "compound") & (units["kind"] != "villager_group")).to_numpy()
    own, managed, party = (rng.permutation(len(units)) / max(len(units), 1) for _ in range(3))
    committee = np.where(rng.random(len(units)) < 0.6, "业委会", "物管会").astype(object)
    committee[~fit | (own >= SELF_GOVERNED)] = None
    names = np.array(["安居物业", "金管家物业", "和顺物业", "碧源物业", "新城物业", "邻里物业"], dtype=object)
    company = names[rng.integers(0, len(names), len(units))]
    company[~fit | (managed >= MANAGED)] = None
    organisation = np.where(rng.random(len(units)) < 0.7, "物业党支部", "党建指导员").astype(object)
    organisation[(company == None) | (party >= MANAGED_WITH_PARTY)] = None  # noqa: E711 (element by element)
    return {"owners_committee": committee, "property_company": company, "property_party": organisation}


def as_reported(units: gpd.GeoDataFrame, seeds: Seeds) -> gpd.GeoDataFrame:
    """Blank the counts of some compounds: only their buildings have been counted."""
    rng = seeds.stage("reported")
    compound = np.flatnonzero((units["layer"] == "compound") & (units["mess"] == ""))
    units = units.astype(dict.fromkeys(COUNTS, "Int64"))
    blank = rng.permutation(compound)[: round(NOT_COUNTED * len(compound))]
    units.loc[units.index[blank], COUNTS] = pd.NA
    return units


def make_buildings(units: gpd.GeoDataFrame, lattice: Lattice, seeds: Seeds) -> gpd.GeoDataFrame:
    """Return the compounds' buildings: rows of points inside each, whose counts sum to the compound's own.

    Columns: ``name`` (compound and number), ``unit`` (row of ``units``), the counts; points.
    """
    rng = seeds.stage("buildings")
    few, many = BUILDINGS_SPARSE if seeds.is_sparse else BUILDINGS
    compound = np.flatnonzero((units["layer"] == "compound") & ~units["mess"].isin(["far_outside", "no_geometry"]))
    wanted = rng.integers(few, many, len(compound), endpoint=True)
    unit = np.repeat(compound, wanted)
    number = np.arange(len(unit)) - np.repeat(np.cumsum(wanted) - wanted, wanted)
    across = np.repeat(np.ceil(np.sqrt(wanted)), wanted)
    down = np.ceil(np.repeat(wanted, wanted) / across)
    rect = units[RECT].to_numpy()[unit]
    u = rect[:, 0] + (rect[:, 2] - rect[:, 0]) * (number % across + 0.5) / across
    v = rect[:, 1] + (rect[:, 3] - rect[:, 1]) * (number // across + 0.5) / down
    polygons = shapely.make_valid(np.array(units.geometry)[compound])
    ground = lattice.place(u, v)
    kept = shapely.contains_xy(np.repeat(polygons, wanted), ground[:, 0], ground[:, 1])
    lonely = ~np.isin(compound, unit[kept])
    spare = shapely.get_coordinates(shapely.point_on_surface(polygons[lonely]))
    table = pd.DataFrame({"unit": np.concatenate([unit[kept], compound[lonely]])})
    points = np.concatenate([ground[kept], spare])
    order = np.argsort(table["unit"], kind="stable")
    table, points = table.iloc[order].reset_index(drop=True), points[order]
    number = (table.groupby("unit").cumcount() + 1).astype(str).to_numpy(dtype=object)
    table["name"] = units["name"].to_numpy(dtype=object)[table["unit"]] + number + "栋"
    weight = rng.uniform(0.6, 1.4, len(table))
    for count in COUNTS:
        table[count] = shared_out(units[count].to_numpy(), table["unit"].to_numpy(), weight)
    return gpd.GeoDataFrame(table, geometry=shapely.points(points), crs=CRS)


def shared_out(totals: np.ndarray, owner: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Share integer totals among rows sorted by owner, by weight; the parts of each owner sum to its total."""
    running = np.cumsum(weight)
    first = np.concatenate([[True], owner[1:] != owner[:-1]]) if len(owner) else np.empty(0, dtype=bool)
    block = np.cumsum(first) - 1
    before = (running - weight)[first][block]
    whole = np.bincount(block, weights=weight)[block] if len(owner) else weight
    total = totals[owner]
    upto = np.rint(np.clip((running - before) / whole, 0, 1) * total).astype(int)
    last = np.concatenate([first[1:], [True]]) if len(owner) else first
    upto[last] = total[last]
    return np.where(first, upto, upto - np.concatenate([[0], upto[:-1]])) if len(owner) else upto
