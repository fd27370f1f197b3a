"""A written demo, read back with geopandas and pandas alone: what the tests look at."""

from __future__ import annotations

import tomllib
from functools import cached_property
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

METRES = "EPSG:4522"


class Written:
    """The layers (in metres, as the files name their columns) and tables that a layers.toml names."""

    def __init__(self, settings: Path) -> None:
        self.settings = settings
        self.toml: dict[str, Any] = tomllib.loads(settings.read_text("utf-8"))

    def raw(self, name: str) -> gpd.GeoDataFrame:
        """Return a layer as its files have it."""
        layer = self.toml["layers"][name]
        paths = layer["path"] if isinstance(layer["path"], list) else [layer["path"]]
        return pd.concat([self._read(self.settings.parent / path, layer) for path in paths], ignore_index=True)

    def layer(self, name: str) -> gpd.GeoDataFrame:
        """Return the mapped columns of a layer by what they hold, in metres."""
        fields = self.toml["layers"][name]["fields"]
        frame = self.raw(name)
        return gpd.GeoDataFrame({key: frame[column] for key, column in fields.items()}, geometry=frame.geometry).to_crs(
            METRES
        )

    def table(self, name: str) -> pd.DataFrame:
        """Return the mapped columns of a table by what they hold, as text."""
        table = self.toml["tables"][name]
        encoding = table.get("encoding", "utf-8-sig")
        frame = pd.read_csv(self.settings.parent / table["path"], encoding=encoding, dtype=str)
        return pd.DataFrame({key: frame[column] for key, column in table["fields"].items()})

    @cached_property
    def communities(self) -> gpd.GeoDataFrame:
        return self.layer("community")

    @cached_property
    def compounds(self) -> gpd.GeoDataFrame:
        return self.layer("compound")

    @cached_property
    def courtyards(self) -> gpd.GeoDataFrame:
        return self.layer("courtyard")

    @cached_property
    def zones(self) -> gpd.GeoDataFrame:
        return self.layer("patrol_zone")

    @staticmethod
    def _read(path: Path, layer: dict[str, Any]) -> gpd.GeoDataFrame:
        if path.suffix == ".parquet":
            return gpd.read_parquet(path)
        return gpd.read_file(path, **{key: layer[key] for key in ("layer", "encoding") if key in layer})
