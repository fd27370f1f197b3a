"""Redrawing the demo town's plan by the command line: edits as they are typed, answers as they are read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pyproj
import shapely

from data.output import read_build
from tests.api.running import Ended

NAME = "小城 2026"
"""The plan that the fixture ``plan`` imports."""


def told(ran: Ended) -> Any:
    """Return the JSON that a command printed."""
    assert ran.status == 0, ran
    return json.loads(ran.out)


def roomy(grid: Path, number: int = 0) -> pd.Series:
    """Return the grid that fills its convex hull best, or the next ones: one line cuts it in two."""
    grids = read_build(grid, ["grids"])["grids"]
    grids = grids[grids["kind"] == "residential"]
    fill = grids.area / grids.convex_hull.area
    return grids.loc[fill.sort_values(ascending=False).index[number]]


def across(polygon: shapely.Geometry) -> list[list[float]]:
    """Return a line through the middle of a polygon, from outside to outside."""
    _, south, _, north = polygon.bounds
    middle = polygon.centroid.x
    return [[middle, south - 3], [middle, north + 3]]


def split(grid: Path, number: int = 0) -> list[str]:
    """Return an edit that splits a grid, and the option that says in which CRS it is drawn."""
    row = roomy(grid, number)
    verb = {"verb": "split", "code": row["code"], "line": across(row.geometry)}
    return [json.dumps(verb), "--crs", f"EPSG:{crs_of(grid).to_epsg()}"]


def crs_of(grid: Path) -> pyproj.CRS:
    """Return the working CRS of a build."""
    return read_build(grid, ["grids"])["grids"].crs


def retag(grid: Path, number: int, name: str) -> str:
    """Return an edit that names a grid."""
    return json.dumps({"verb": "retag", "code": roomy(grid, number)["code"], "name": name}, ensure_ascii=False)
