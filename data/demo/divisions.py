"""The tree of divisions: communities and villages as groups of blocks, streets and counties above them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from data.demo.blocks import Blocks, connect, gather, parted_positions
from data.demo.layout import Layout
from data.demo.names import COMMUNITIES, COUNTIES, STREETS, VILLAGES, draw_names
from data.demo.seeds import Seeds

PROVINCE = "53"
A_STREET = 10
A_COUNTY = 100
A_CITY = 1000
FIRST_COUNTY = 2
FIRST_TOWN = 101
FIRST_VILLAGE = 201


def group_communities(blocks: Blocks, layout: Layout, seeds: Seeds) -> np.ndarray:
    """Return the community of each block: the urban ones first, then the villages."""
    rng = seeds.stage("communities")
    urban = seeds.communities - layout.villages
    position = parted_positions(blocks, layout, arterial=0.2, river=6.0, railway=2.0)
    group = np.empty(len(blocks), dtype=int)
    group[blocks.urban] = gather(position[blocks.urban], urban, rng)
    if layout.villages:
        group[~blocks.urban] = urban + gather(position[~blocks.urban], layout.villages, rng)
    return connect(blocks, group)


def name_divisions(blocks: Blocks, group: np.ndarray, layout: Layout, seeds: Seeds) -> pd.DataFrame:
    """Return the communities, in the order of their groups: code, name, rural, and street and county with their names.

    Columns: ``code`` (12 digits), ``name``, ``rural``, ``street`` (9 digits), ``street_name``, ``county_name``, and the
    centre ``u``, ``v`` in lattice units.
    """
    size = np.bincount(group)
    centre = np.stack([np.bincount(group, weights=axis + 0.5) / size for axis in (blocks.i, blocks.j)], axis=1)
    rural = np.arange(len(size)) >= len(size) - layout.villages
    county = halve(centre, max(1, round(len(size) / A_COUNTY)))
    city = county * A_COUNTY // A_CITY
    street = _streets(centre, county, rural)
    table = pd.DataFrame({"rural": rural, "county": county, "city": city, "street_number": street})
    table["u"], table["v"] = centre.T
    first = table["city"].map(table.groupby("city")["county"].min())
    table["county_code"] = PROVINCE + _digits(city + 1, 2) + _digits(table["county"] - first + FIRST_COUNTY, 2)
    table["street"] = table["county_code"] + _digits(street, 3)
    number = table.groupby("street").cumcount() + np.where(rural, FIRST_VILLAGE, 1)
    table["code"] = table["street"] + _digits(number, 3)
    return _named(table, seeds)[["code", "name", "rural", "street", "street_name", "county_name", "u", "v"]]


def _named(table: pd.DataFrame, seeds: Seeds) -> pd.DataFrame:
    """Name counties in their province, streets in their county, communities in their county."""
    rng = seeds.stage("division names")
    counties = draw_names(COUNTIES, np.zeros(int(table["county"].max()) + 1, dtype=int), rng)
    table["county_name"] = counties[table["county"]] + "区"
    streets = table.drop_duplicates("street")[["street", "county", "street_number"]]
    town = (streets["street_number"] >= FIRST_TOWN).to_numpy()
    streets["name"] = draw_names(STREETS, streets["county"].to_numpy(), rng) + np.where(town, "镇", "街道")
    table["street_name"] = table["street"].map(streets.set_index("street")["name"])
    for rural, pool, ending in ((False, COMMUNITIES, "社区"), (True, VILLAGES, "村")):
        here = table["rural"] == rural
        table.loc[here, "name"] = draw_names(pool, table.loc[here, "county"].to_numpy(), rng) + ending
    return table


def _streets(centre: np.ndarray, county: np.ndarray, rural: np.ndarray) -> np.ndarray:
    """Number streets from 1 and towns (of villages) from `FIRST_TOWN` inside each county."""
    street = np.empty(len(centre), dtype=int)
    for settled, start in ((~rural, 1), (rural, FIRST_TOWN)):
        for one in np.unique(county[settled]):
            here = np.flatnonzero(settled & (county == one))
            street[here] = start + halve(centre[here], max(1, round(len(here) / A_STREET)))
    return street


def halve(points: np.ndarray, count: int) -> np.ndarray:
    """Group points (n, 2) into ``count`` compact groups of equal size: cut across the longer side, and again."""
    group = np.zeros(len(points), dtype=int)
    waiting = [(np.arange(len(points)), 0, count)]
    while waiting:
        here, first, groups = waiting.pop()
        if groups == 1:
            group[here] = first
            continue
        axis = int(np.argmax(np.ptp(points[here], axis=0)))
        order = here[np.argsort(points[here, axis], kind="stable")]
        low = groups // 2
        cut = round(len(here) * low / groups)
        waiting += [(order[:cut], first, low), (order[cut:], first + low, groups - low)]
    return group


def _digits(number: pd.Series | np.ndarray, width: int) -> pd.Series:
    return pd.Series(np.asarray(number)).astype(str).str.zfill(width)
