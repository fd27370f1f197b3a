"""A little town in Kunming to be read: four communities of 500 m and four compounds, as files that a test spoils."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely

from data.reading import Read, read_sources
from geo.errors import InputError

ZONE = "EPSG:4522"
WEST, SOUTH = 34_570_000.0, 2_770_000.0
SIDE = 500.0


def square(column: float, row: float, size: float = SIDE, inset: float = 0.0) -> shapely.Polygon:
    """Draw a square in the working CRS, in steps of 500 m from the town's corner."""
    x, y = WEST + column * SIDE, SOUTH + row * SIDE
    return shapely.box(x + inset, y + inset, x + size - inset, y + size - inset)


class LittleTown:
    """Writes files and a layers.toml into a folder, and reads them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.tables: dict[str, dict[str, Any]] = {}
        self.head: dict[str, Any] = {}
        self.tail = ""
        self.said: list[str] = []
        places = [(0, 0), (1, 0), (0, 1), (1, 1)]
        codes = [f"53010200100{number}" for number in range(1, 5)]
        communities = self.frame([square(*place) for place in places], code=codes)
        compounds = self.frame([square(*place, inset=20) for place in places], gid=["a", "b", "c", "d"])
        self.layer("community", communities, "communities.gpkg", code="code")
        self.layer("compound", compounds, "compounds.gpkg", id="gid")

    @staticmethod
    def frame(geometries: Sequence[Any], crs: str | None = ZONE, **columns: Sequence[Any]) -> gpd.GeoDataFrame:
        """Make a frame of drawn geometries."""
        return gpd.GeoDataFrame(columns, geometry=list(geometries), crs=crs)

    def layer(self, layer: str, frame: gpd.GeoDataFrame, file: str, /, **fields: str) -> None:
        """Write a layer's file in EPSG:4490 unless the frame has no CRS, and its table in layers.toml."""
        written = frame if frame.crs is None else frame.to_crs(4490)
        if file.endswith("parquet"):
            written.to_parquet(self.folder / file)
        else:
            written.to_file(self.folder / file)
        self.table(layer, path=file, fields=fields)

    def table(self, layer: str, /, **keys: Any) -> None:
        """Put a layer's table into layers.toml, for a file that the test has written."""
        self.tables[layer] = keys

    def compounds(self, geometries: Sequence[Any], file: str = "compounds.gpkg", **columns: Sequence[Any]) -> None:
        """Draw other compounds, with ids when a column ``gid`` is given and every other column mapped by its name."""
        fields = {("id" if name == "gid" else name): name for name in columns}
        self.layer("compound", self.frame(geometries, **columns), file, **fields)

    def settings(self) -> Path:
        """Write layers.toml."""
        path = self.folder / "layers.toml"
        lines = [f"{key} = {toml(value)}" for key, value in self.head.items()]
        for name, keys in self.tables.items():
            lines += [f"[layers.{name}]", *(f"{key} = {toml(value)}" for key, value in keys.items())]
        path.write_text("\n".join([*lines, self.tail]), encoding="utf-8")
        return path

    def read(self, **options: Any) -> Read:
        """Write layers.toml, and read."""
        return read_sources(self.settings(), warn=self.said.append, **options)

    def refusal(self) -> str:
        """Read, and return why that was refused, in one line."""
        with pytest.raises(InputError) as refused:
            self.read()
        message = str(refused.value)
        assert "\n" not in message
        assert len(message) < 400
        return message


def toml(value: Any) -> str:
    """Write a value as TOML."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f'"{key}" = {toml(one)}' for key, one in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' if isinstance(value, str) else str(value).lower()


def same_land(frame: gpd.GeoDataFrame, drawn: Sequence[Any], *, within_m: float = 1e-6) -> bool:
    """Tell whether geometries lie where they were drawn."""
    apart = shapely.hausdorff_distance(np.asarray(frame.geometry.array, dtype=object), np.array(drawn, dtype=object))
    return bool((apart < within_m).all())
