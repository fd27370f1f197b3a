"""Small tables as input: rows by source unit, and an invented set for random layers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from data.standards_file import read_standards
from geo.sources import Sources
from geo.tables import FORCES, LEVELS, POSTS, PURPOSES, Tables, as_table
from tests.geo.sketching import CELL_M, CRS, SOUTH, WEST


def table(name: str, *rows: dict[str, Any]) -> pd.DataFrame:
    """Make a table of rows; ``on`` is "layer:id" and becomes the key."""
    keyed = []
    for row in rows:
        layer, _, source_id = row.get("on", "").partition(":")
        key = {"layer": layer or None, "source_id": source_id or None}
        keyed.append({**key, **{column: value for column, value in row.items() if column != "on"}})
    columns = sorted({column for row in keyed for column in row})
    return as_table(name, {column: [row.get(column) for row in keyed] for column in columns}, file=f"{name}.csv")


def tables(**rows: list[dict[str, Any]]) -> Tables:
    """Make tables by name."""
    return Tables(**{name: table(name, *listed) for name, listed in rows.items()})


def post(name: str, *units: str, **more: Any) -> list[dict[str, Any]]:
    """List a holder of a post for each unit."""
    return [{"on": unit, "post": name, "name": f"{unit}{name}", **more} for unit in units]


def points(*places: tuple[float, float]) -> gpd.GeoDataFrame:
    """Draw premises at points given in cells from the south-west corner."""
    drawn = [shapely.Point(WEST + x * CELL_M, SOUTH + y * CELL_M) for x, y in places]
    return gpd.GeoDataFrame({"kind": ["leased"] * len(drawn), "name": None}, geometry=drawn, crs=CRS)


def with_invented_tables(sources: Sources, seed: int) -> Sources:
    """Put staff, money, branches, scores, premises and management areas on random layers, with gaps in all of them."""
    rng = np.random.default_rng(seed)
    count = len(sources.units)
    units = sources.units.assign(
        population=sources.units["households"] * 3,
        owners_committee=rng.choice(["业委会", "物管会", "无", None], count),
        property_company=rng.choice(["甲物业", None], count),
        property_party=rng.choice(["党支部", "党建指导员", None], count),
    )
    box = shapely.box(*shapely.union_all(np.asarray(sources.communities.geometry)).bounds)
    west, south, east, north = box.bounds
    spots = rng.uniform([west, south], [east, north], (20, 2))
    middle = shapely.box(west, south, (west + east) / 2, (south + north) / 2)
    return replace(
        sources,
        units=units,
        communities=sources.communities.assign(rural=rng.random(len(sources.communities)) < 0.3),
        tables=invented_tables(sources, rng),
        premises=gpd.GeoDataFrame({"kind": ["leased"] * 20, "name": None}, geometry=shapely.points(spots), crs=CRS),
        facilities=invented_facilities(spots[:4], rng),
        roads=invented_roads(spots, rng) if seed % 3 else None,
        standards=read_standards(overrides={"facilities": {"公厕": {"distance_m": 150}}}),
        management_areas=gpd.GeoDataFrame({"source_id": ["m"], "type": ["key_attention"]}, geometry=[middle], crs=CRS),
    )


def invented_facilities(spots: np.ndarray, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Put facilities of two kinds, and one that no standard asks for, at some points."""
    kinds = [*rng.choice(["公厕", "党群服务中心"], len(spots) - 1), "游泳池"]
    return gpd.GeoDataFrame({"kind": kinds, "name": None}, geometry=shapely.points(spots), crs=CRS)


def invented_roads(spots: np.ndarray, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Draw straight roads between some points."""
    ends = spots[rng.integers(0, len(spots), (len(spots), 2))]
    drawn = shapely.linestrings(ends[(ends[:, 0] != ends[:, 1]).any(axis=1)])
    return gpd.GeoDataFrame({"name": [None] * len(drawn)}, geometry=drawn, crs=CRS)


def invented_tables(sources: Sources, rng: np.random.Generator) -> Tables:
    """Invent rows about units and communities."""
    places = [f"{unit.layer}:{unit.source_id}" for unit in sources.units.itertuples()]
    places += [f"community:{code}" for code in sources.communities["code"]]
    many = 6 * len(places)

    def rows(count: int, **columns: Any) -> list[dict[str, Any]]:
        drawn = {name: [values[at] for at in rng.integers(len(values), size=count)] for name, values in columns.items()}
        return [dict(zip(drawn, row, strict=True)) for row in zip(*drawn.values(), strict=True)]

    money = [float(amount) for amount in range(0, 300_000, 4_000)]
    return tables(
        roster=rows(many, on=places, post=POSTS, name="甲乙丙丁", full_time=[True, False, None], force=[*FORCES, None]),
        party=rows(many // 4, on=places, level=LEVELS, secretary=["甲", None]),
        funding=rows(many, on=places, year=[2025, 2026, 2026, 2026, None], purpose=PURPOSES, amount=money),
        scores=rows(many, on=places, period=["2026Q1", "2026Q2"], item="甲乙", points=range(-5, 99)),
    )
