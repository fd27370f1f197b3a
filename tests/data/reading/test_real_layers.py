"""The real layers of ../shared/cases, as their layers.toml maps them. The oracle is geopandas' own reading."""

from __future__ import annotations

import tomllib
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from data.reading import read_sources

CASES = Path(__file__).resolve().parents[3].parent / "shared" / "cases"

pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason="the real layers of ../shared/cases are not here")


@pytest.mark.parametrize(
    ("case", "counts"),
    [
        ("beijing-haidian", {"community": 5, "compound": 10, "courtyard": 49, "patrol_zone": 7}),
        ("nanjing-gulou", {"community": 17, "compound": 69, "courtyard": 72, "patrol_zone": 7}),
        ("seattle", {"community": 61, "compound": 1267, "courtyard": 920, "patrol_zone": 51}),
    ],
)
def test_a_real_case_reads_as_it_is(case: str, counts: dict[str, int]) -> None:
    said: list[str] = []
    read = read_sources(CASES / case / "layers.toml", warn=said.append)
    sources = read.sources
    assert len(sources.communities) == counts.pop("community")
    assert sources.units["layer"].value_counts().to_dict() == counts
    assert said == []
    assert len(sources.repairs) == 0


@pytest.mark.parametrize("case", ["beijing-haidian", "nanjing-gulou", "seattle"])
def test_the_land_of_a_real_case_is_where_geopandas_has_it(case: str) -> None:
    sources = read_sources(CASES / case / "layers.toml", warn=print).sources
    layers = tomllib.loads((CASES / case / "layers.toml").read_text())["layers"]
    for name, table in layers.items():
        here = sources.communities if name == "community" else sources.units[sources.units["layer"] == name]
        there = gpd.read_file(CASES / case / table["path"]).to_crs(sources.crs)
        pairs = (np.asarray(frame.geometry.array, dtype=object) for frame in (here, there))
        assert shapely.equals_exact(*pairs, tolerance=1e-6).all()


def test_the_chinese_names_of_a_gbk_shapefile_are_read() -> None:
    units = read_sources(CASES / "beijing-haidian" / "layers.toml", warn=print).sources.units
    assert "富润家园" in set(units["name"])
