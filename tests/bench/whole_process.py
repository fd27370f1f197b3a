"""The whole process, reading and writing included: ``onegrid build`` beside ``mapshaper -mosaic``."""

from __future__ import annotations

import json
import math
import os
import statistics
import subprocess
import sys
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import shapely

ROOT = Path(__file__).resolve().parents[2]
MAPSHAPER = Path(__file__).parent / "node_modules" / ".bin" / "mapshaper"
ONEGRID = Path(sys.executable).parent / "onegrid"


@dataclass(frozen=True)
class Measured:
    """What a finished process took."""

    seconds: float
    megabytes: float


def measure(command: list[str]) -> Measured:
    """Run a command to its end; refuse to go on when it fails."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=ROOT) as process:
        start = time.perf_counter()
        complaint = process.stderr.read().decode() if process.stderr else ""
        _, status, usage = os.wait4(process.pid, 0)
        took = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(map(str, command))} failed:\n{complaint}")
    return Measured(took, usage.ru_maxrss / 1024)


def polygons_only(layers: Path) -> Path:
    """Write a layers.toml with the communities and source units alone, in files that the peer reads too.

    Its GeoPackage driver must be compiled where it is installed, so GeoPackages become Shapefiles for both.
    """
    said = tomllib.loads(layers.read_text("utf-8"))
    lines = [f"working_crs = {json.dumps(said['working_crs'])}"]
    for name in ("community", "compound", "courtyard", "patrol_zone"):
        lines.append(f"[layers.{name}]")
        for key, value in readable(layers.parent, said["layers"][name]).items():
            lines.append(f"{key} = {toml_value(value)}")
    path = layers.with_name("polygons.toml")
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def readable(folder: Path, layer: dict[str, object]) -> dict[str, object]:
    """Return a layer as a file of a format that both programs read."""
    path = folder / str(layer["path"])
    if path.suffix != ".gpkg":
        return layer
    shapefile = path.with_suffix(".shp")
    frame = gpd.read_file(path, layer=layer.get("layer"))
    frame.set_geometry(shapely.force_2d(frame.geometry)).to_file(shapefile, encoding="GBK")
    return {**{key: value for key, value in layer.items() if key != "layer"}, "path": shapefile.name, "encoding": "GBK"}


def toml_value(value: object) -> str:
    """Write a string or a flat table of strings as TOML."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {toml_value(one)}" for key, one in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False)


def polygon_files(layers: Path) -> list[Path]:
    """Return the files of the layers that are merged: communities and source units."""
    tables = tomllib.loads(layers.read_text("utf-8"))["layers"]
    return [layers.parent / tables[name]["path"] for name in ("community", "compound", "courtyard", "patrol_zone")]


def against_mapshaper(folder: Path, sizes: list[int], *, runs: int, workers: int) -> None:
    """Build towns of some sizes with both programs in turn and print the ratios."""
    print(f"whole process, {workers} workers, median of {runs} alternating runs")
    print("communities  polygons   onegrid  mapshaper  ratio  peak MB  its MB")
    medians = {}
    for size in sizes:
        town = folder / f"town-{size}"
        measure([ONEGRID, "demo", town, "--communities", str(size)])
        layers = polygons_only(town / "layers.toml")
        files = polygon_files(layers)
        ours = [ONEGRID, "build", layers, "-o", town / "grid.gpkg", "--workers", str(workers)]
        theirs = [MAPSHAPER, "-i", *files, "combine-files", "encoding=gbk", "-merge-layers", "force", "-mosaic"]
        theirs += ["-o", town / "mosaic.geojson", "force"]
        pairs = [(measure(ours), measure(theirs)) for _ in range(runs)]
        mine = statistics.median(pair[0].seconds for pair in pairs)
        other = statistics.median(pair[1].seconds for pair in pairs)
        ratio = statistics.median(pair[0].seconds / pair[1].seconds for pair in pairs)
        memory = [max(pair[k].megabytes for pair in pairs) for k in (0, 1)]
        polygons = sum(len(gpd.read_file(path, columns=[])) for path in files)
        print(
            f"{size:>11} {polygons:>9} {mine:>8.2f}s {other:>9.2f}s {ratio:>6.2f} {memory[0]:>8.0f} {memory[1]:>7.0f}"
        )
        medians[size] = mine
        if size == min(sizes):
            require_same_land(town)
    if len(sizes) > 1:
        low, high = min(sizes), max(sizes)
        exponent = math.log(medians[high] / medians[low]) / math.log(high / low)
        print(f"time grows with the input to the power {exponent:.2f} between {low} and {high} communities")
    print()


def require_same_land(town: Path) -> None:
    """Assert that both programs cover the same land."""
    faces = gpd.read_file(town / "grid.gpkg", layer="faces")
    mosaic = gpd.read_file(town / "mosaic.geojson").set_crs(4490, allow_override=True).to_crs(faces.crs)
    inside = shapely.intersects(mosaic.geometry.representative_point().array, shapely.box(*faces.total_bounds))
    land, tiles = faces.area.sum(), shapely.area(mosaic.geometry.array)[inside].sum()
    assert abs(land - tiles) < 0.02 * land, f"the answers differ: {land:.0f} m² and {tiles:.0f} m²"
