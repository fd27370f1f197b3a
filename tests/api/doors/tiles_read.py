"""Tiles as tests read them: by GDAL's MVT driver, in whole units of their zoom across the world."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from tests.api.doors.world import World

EXTENT = 4096
WORLD_M = 40075016.685578488


@dataclass(frozen=True)
class Tiles:
    """The tiles of a plan, for somebody."""

    world: World
    who: Any
    plan: str

    def json(self) -> dict[str, Any]:
        """Return the TileJSON."""
        answer = self.world.ask(self.who, "GET", f"/tiles/{self.plan}.json")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def answer(self, place: tuple[int, int, int], **more: Any) -> Any:
        """Ask for a tile as the TileJSON says."""
        template = urlsplit(self.json()["tiles"][0])
        path = f"{template.path}?{template.query}" if template.query else template.path
        for name, value in zip("zxy", place, strict=True):
            path = path.replace(f"{{{name}}}", str(value)).replace(f"%7B{name}%7D", str(value))
        return self.world.ask(self.who, "GET", path, **more)

    def places(self, zoom: int) -> list[tuple[int, int, int]]:
        """Return the tiles of a zoom that the plan reaches into."""
        west, south, east, north = self.json()["bounds"]
        columns, rows = np.array([place_at((west, north), zoom), place_at((east, south), zoom)]).T
        return [
            (zoom, column, row)
            for column in range(int(columns[0]), int(columns[1]) + 1)
            for row in range(int(rows[0]), int(rows[1]) + 1)
        ]

    def layers(self, place: tuple[int, int, int]) -> dict[str, gpd.GeoDataFrame]:
        """Read the layers of a tile."""
        answer = self.answer(place)
        assert answer.status_code == 200, answer.text
        return read(answer.content, place)

    def layer(self, name: str, zoom: int) -> gpd.GeoDataFrame:
        """Read a layer of all tiles of a zoom, each feature as often as it comes."""
        found = [self.layers(place).get(name) for place in self.places(zoom)]
        return pd.concat([one for one in found if one is not None], ignore_index=True)


def place_at(lonlat: tuple[float, float], zoom: int) -> tuple[float, float]:
    """Return column and row of the tile around a place, with what is behind the point."""
    longitude, latitude = np.radians(lonlat)
    return (
        float((longitude / np.pi + 1) / 2 * 2**zoom),
        float((1 - np.log(np.tan(latitude) + 1 / np.cos(latitude)) / np.pi) / 2 * 2**zoom),
    )


def read(body: bytes, place: tuple[int, int, int]) -> dict[str, gpd.GeoDataFrame]:
    """Read a tile by GDAL; geometries in whole units from the tile's corner, y down."""
    zoom, column, row = place
    if not body:
        return {}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"{row}.mvt"
        file.write_bytes(body)
        options = {"X": str(column), "Y": str(row), "Z": str(zoom), "METADATA_FILE": "", "CLIP": "NO"}
        return {
            str(name): in_units(pyogrio.read_dataframe(file, layer=name, **options), place)
            for name, _ in pyogrio.list_layers(file)
        }


def in_units(frame: gpd.GeoDataFrame, place: tuple[int, int, int]) -> gpd.GeoDataFrame:
    """Bring what GDAL placed in EPSG:3857 back to the units of the zoom, from the corner of the world."""
    zoom, _, _ = place
    unit = WORLD_M / (EXTENT << zoom)

    def back(xy: np.ndarray) -> np.ndarray:
        return np.round(np.column_stack([(xy[:, 0] + WORLD_M / 2) / unit, (WORLD_M / 2 - xy[:, 1]) / unit]))

    return frame.set_geometry(shapely.transform(frame.geometry.array, back), crs=None)
