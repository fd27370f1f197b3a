"""Inside one process: the merge alone beside other libraries, and where the time goes."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
import warnings
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from api.building import build_files
from api.console import Stages
from data.reading import read_sources
from geo.merge import Merged, merge
from geo.sources import Sources
from tests.bench.whole_process import ONEGRID

LIBRARY_SIZE = 100


def timed(work: Callable[[], Any], runs: int = 3) -> tuple[float, Any]:
    """Return the median time of some runs, and the last result."""
    times, result = [], None
    for _ in range(runs):
        start = time.perf_counter()
        result = work()
        times.append(time.perf_counter() - start)
    return statistics.median(times), result


def where_time_goes(folder: Path, sizes: list[int], *, workers: int) -> None:
    """Print how long each stage of a build takes; ``start`` is the interpreter and its libraries."""
    print(f"where the time goes, seconds, {workers} workers")
    code = "import api.building, api.command_line"
    start, _ = timed(lambda: subprocess.run([Path(ONEGRID).parent / "python", "-c", code], check=True))
    for size in sizes:
        town = folder / f"town-{size}"
        stage = Stages(quiet=True)
        build_files(
            town / "polygons.toml", town / "again.gpkg", previous=None, workers=workers, scheduler=None, stage=stage
        )
        parts = {"start": start, **stage.seconds()}
        print(f"{size:>7}: " + "  ".join(f"{name} {seconds:.2f}" for name, seconds in parts.items()))
    print()


def against_libraries(folder: Path) -> None:
    """Merge a town of 100 communities by ourselves, by three overlays, and by maup."""
    town = folder / "town-libraries"
    subprocess.run([ONEGRID, "demo", town, "--communities", str(LIBRARY_SIZE)], check=True, capture_output=True)
    read = read_sources(town / "layers.toml", warn=lambda sentence: None)
    ours, merged = timed(lambda: merge(read.sources, read.settings.parameters))
    with (
        warnings.catch_warnings(),
        Path(os.devnull).open("w") as nowhere,
        redirect_stdout(nowhere),
        redirect_stderr(nowhere),
    ):
        warnings.simplefilter("ignore")
        overlay, pieces = timed(lambda: three_overlays(read.sources), runs=1)
        repaired, fixed = timed(lambda: smart_repair(read.sources), runs=1)
    print(f"merge alone, in one thread, {LIBRARY_SIZE} communities, {len(read.sources.units)} units")
    print(f"  onegrid              {ours:8.3f} s")
    print(f"  3 × overlay(union)   {overlay:8.3f} s   {overlay / ours:6.1f} ×")
    print(f"  maup.smart_repair    {repaired:8.3f} s   {repaired / ours:6.1f} ×")
    require_same_faces(merged, pieces, fixed)


def three_overlays(sources: Sources) -> gpd.GeoDataFrame:
    """Overlay communities, courtyards, compounds and patrol zones by geopandas."""
    pieces = valid(sources.communities)[["code", "geometry"]]
    for layer in ("courtyard", "compound", "patrol_zone"):
        units = valid(sources.units[sources.units["layer"] == layer])[["source_id", "geometry"]]
        pieces = gpd.overlay(pieces, units.rename(columns={"source_id": layer}), how="union")
    return pieces


def smart_repair(sources: Sources) -> gpd.GeoDataFrame:
    """Repair all units as one layer by maup, nested in the communities."""
    import maup

    units = valid(sources.units[sources.units["layer"] != "patrol_zone"])
    communities = gpd.GeoDataFrame(geometry=shapely.coverage_clean(np.asarray(valid(sources.communities).geometry)))
    return maup.smart_repair(
        gpd.GeoDataFrame(geometry=np.asarray(units.geometry), crs=sources.crs),
        nest_within_regions=communities.set_crs(sources.crs),
        fill_gaps_threshold=None,
    )


def valid(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Leave out what has no land, repair the rest."""
    drawn = frame[~(frame.geometry.isna() | frame.geometry.is_empty)]
    return drawn.set_geometry(shapely.make_valid(np.asarray(drawn.geometry), method="structure"))


def require_same_faces(merged: Merged, pieces: gpd.GeoDataFrame, fixed: gpd.GeoDataFrame) -> None:
    """Assert that the answers agree: the same land in communities; maup's polygons lie in it."""
    ours = shapely.area(merged.face_polygon).sum()
    theirs = pieces[pieces["code"].notna()].area.sum()
    assert abs(ours - theirs) < 0.01 * ours, f"{ours:.0f} m² and {theirs:.0f} m²"
    assert fixed.area.sum() <= 1.01 * ours
