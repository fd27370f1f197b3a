"""GeoJSON as RFC 7946 wants it: WGS 84, exterior rings counter-clockwise, one FeatureCollection a file.

Nine decimals are 0.1 mm, so that a layer on the 1 mm grid of its working CRS comes back to the same vertices.
Written here rather than by GDAL, which takes five times as long and does not notice a full disk.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TextIO

import geopandas as gpd
import numpy as np
import shapely

DECIMALS = 9
ROWS_A_BATCH = 65_536


def write(frame: gpd.GeoDataFrame, path: Path, *, name: str, datum: str | None = None) -> None:
    """Write one layer, given in longitude and latitude; a ``datum`` other than WGS 84 is told as a foreign member."""
    with path.open("w", encoding="utf-8") as file:
        write_to(file, frame, name=name, datum=datum)


def write_to(file: TextIO, frame: gpd.GeoDataFrame, *, name: str, datum: str | None = None) -> None:
    """Write one layer as `write` does, into a file that is open."""
    for text in collection_texts([frame], name=name, datum=datum):
        file.write(text)


def collection_texts(frames: Iterable[gpd.GeoDataFrame], *, name: str, datum: str | None = None) -> Iterator[str]:
    """Yield one FeatureCollection of several frames in pieces, each frame taken when those before it are written."""
    head = {"type": "FeatureCollection", "name": name, **({"datum": datum} if datum else {})}
    yield json.dumps(head, ensure_ascii=False)[:-1] + ', "features": ['
    before = "\n"
    for frame in frames:
        for lines in feature_lines(frame):
            yield before + ",\n".join(lines)
            before = ",\n"
    yield "\n]}\n"


def feature_lines(frame: gpd.GeoDataFrame) -> Iterator[list[str]]:
    """Yield features as JSON, some rows at a time."""
    for start in range(0, len(frame), ROWS_A_BATCH):
        rows = frame.iloc[start : start + ROWS_A_BATCH]
        table = rows.drop(columns=rows.geometry.name).reset_index(drop=True)
        properties = table.to_json(orient="records", lines=True, force_ascii=False).strip("\n").split("\n")
        round_to = shapely.transform(shapely.orient_polygons(rows.geometry.array), lambda xy: np.round(xy, DECIMALS))
        geometries = shapely.to_geojson(round_to)
        yield [
            f'{{"type": "Feature", "properties": {some}, "geometry": {geometry or "null"}}}'
            for some, geometry in zip(properties, geometries, strict=True)
        ]
