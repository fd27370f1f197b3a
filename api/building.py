"""A build from files to files."""

from __future__ import annotations

import os
from importlib.metadata import version
from pathlib import Path

import geopandas as gpd
import pandas as pd

from api.console import Stages
from data.output import read_build, require_writable_build, write_build
from data.reading import read_sources
from geo.build import build
from geo.result import OneGrid
from geo.scale import cluster
from geo.scale import workers as threads


def build_files(
    layers: Path,
    out: Path,
    *,
    previous: Path | None,
    workers: int | None,
    scheduler: str | None,
    stage: Stages,
) -> OneGrid:
    """Read the layers that a layers.toml names, build their one grid, write it.

    Raises
    ------
    InputError
        The files can't be used, or ``out`` can't be written; nothing is left behind.
    """
    require_writable_build(out)
    count = workers or os.cpu_count() or 1
    stage("read")
    read = read_sources(layers, warn=stage.warn)
    old, used = earlier(previous)
    grid = build(
        read.sources,
        read.settings.parameters,
        previous=old,
        used_codes=used,
        run=cluster(scheduler, stage.done) if scheduler else threads(count, stage.done),
        local=threads(count),
        progress=stage,
    )
    stage("write")
    write_build(grid, out, facts={"program": f"onegrid {version('onegrid')}", **read.facts()})
    return grid


def earlier(previous: Path | None) -> tuple[gpd.GeoDataFrame | None, frozenset[str]]:
    """Read the grids of an earlier build, and all codes that it and its forebears gave out."""
    if previous is None:
        return None, frozenset()
    layers = read_build(previous, ["grids", "lineage"])
    ancestry = layers["lineage"]
    codes = pd.concat([layers["grids"]["code"], ancestry["old_code"], ancestry["new_code"]]).dropna()
    return layers["grids"], frozenset(codes.astype(str))
