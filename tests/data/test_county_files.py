"""A build as files by county: the same rows in the same order, whoever reads it."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from pandas.testing import assert_frame_equal

from data.build_layers import LAYERS
from data.county_files import BY_COUNTY
from data.output import begun_build, read_build, read_crs, read_wkb, require_writable_build, write_build
from geo.errors import InputError
from geo.result import OneGrid
from tests.data.small_build import CRS, RIGHT, small_build

OTHER = "110109001002"
"""The second community, in another county."""


def in_two_counties() -> OneGrid:
    grid = small_build(with_lineage=True)
    frames = {one.name: getattr(grid, one.name) for one in fields(grid) if one.name in LAYERS}
    return replace(grid, **{name: renamed(frame) for name, frame in frames.items() if frame is not None})


def renamed(frame: pd.DataFrame) -> pd.DataFrame:
    texts = [name for name in frame if name != "geometry" and not pd.api.types.is_numeric_dtype(frame[name])]
    return frame.assign(**{name: frame[name].replace(RIGHT, OTHER, regex=True) for name in texts})


def written(grid: OneGrid, out: Path) -> Path:
    with begun_build(out, by_county=True) as file:
        file.finish(grid, facts={})
    return out


def test_files_by_county_are_read_as_one_file_a_layer_is(tmp_path):
    grid = in_two_counties()
    write_build(grid, tmp_path / "whole", facts={})
    out = written(grid, tmp_path / "cut")
    one, other = read_build(tmp_path / "whole"), read_build(out)
    for name, layer in LAYERS.items():
        if layer.geometry:
            assert read_wkb(out, name).to_pylist() == read_wkb(tmp_path / "whole", name).to_pylist()
            assert one[name].crs == other[name].crs
            one[name], other[name] = one[name].to_wkb(), other[name].to_wkb()
        assert_frame_equal(pd.DataFrame(one[name]), pd.DataFrame(other[name]))
    assert read_crs(out) == CRS
    assert read_build(out, ["faces"], columns={"faces": ["code"]})["faces"]["code"].tolist() == (
        one["faces"]["code"].tolist()
    )


def test_each_county_has_a_file_that_is_a_layer_by_itself(tmp_path):
    out = written(in_two_counties(), tmp_path / "cut")
    assert sorted(path.name for path in (out / "grids").iterdir()) == ["110108.parquet", "110109.parquet"]
    assert not (out / "grids.parquet").exists()
    for county in ("110108", "110109"):
        grids = gpd.read_parquet(out / "grids" / f"{county}.parquet")
        assert len(grids) == 3
        assert grids.crs == CRS
        assert grids["community_code"].str.startswith(county).all()
        assert shapely.is_valid(grids.geometry.array).all()
    assert {path.name for path in out.iterdir() if path.is_dir()} <= set(BY_COUNTY)
    assert (out / "gaps.parquet").is_file()


def test_codes_of_two_profiles_in_which_counties_come_again_stay_in_one_file(tmp_path):
    grid = in_two_counties()
    codes = ["04010011010900100101", *grid.grids["code"].iloc[1:]]
    out = written(replace(grid, grids=grid.grids.assign(code=codes)), tmp_path / "cut")
    assert (out / "grids.parquet").is_file()
    assert read_build(out, ["grids"])["grids"]["code"].tolist() == codes


def test_a_build_by_county_takes_the_place_of_one_and_of_no_other_folder(tmp_path):
    out = written(in_two_counties(), tmp_path / "cut")
    write_build(in_two_counties(), out, facts={})
    assert (out / "grids.parquet").is_file()
    assert not (out / "grids").exists()
    written(in_two_counties(), out)
    (out / "grids" / "110108.jpg").touch()
    with pytest.raises(InputError, match="the directory holds grids, which is not ours"):
        written(in_two_counties(), out)
    assert (out / "grids" / "110108.jpg").exists()


def test_folders_that_are_named_as_ours_are_no_build_of_ours(tmp_path):
    out = written(in_two_counties(), tmp_path / "cut")
    (out / "premises" / "110110.parquet").mkdir(parents=True)
    with pytest.raises(InputError, match="the directory holds premises, which is not ours"):
        written(in_two_counties(), out)
    own = tmp_path / "own" / "communities" / "530102.parquet"
    own.parent.mkdir(parents=True)
    own.touch()
    with pytest.raises(InputError, match="the directory holds communities, which is not ours"):
        written(in_two_counties(), tmp_path / "own")
    assert own.exists()


def test_a_folder_beside_the_file_of_its_layer_is_no_build_of_ours(tmp_path):
    write_build(in_two_counties(), tmp_path / "whole", facts={})
    own = tmp_path / "whole" / "communities" / "530102.parquet"
    own.parent.mkdir()
    own.touch()
    with pytest.raises(InputError, match="the directory holds communities, which is not ours"):
        write_build(in_two_counties(), tmp_path / "whole", facts={})
    assert own.exists()


def test_a_build_that_was_copied_over_another_is_not_read(tmp_path):
    out = written(in_two_counties(), tmp_path / "cut")
    write_build(in_two_counties(), tmp_path / "whole", facts={})
    (tmp_path / "whole" / "grids.parquet").rename(out / "grids.parquet")
    with pytest.raises(InputError, match=r"cut: holds grids\.parquet and grids/, of two builds"):
        read_build(out, ["grids"])


def test_a_geopackage_is_not_cut_by_county(tmp_path):
    with pytest.raises(InputError, match=r"--by-county: town\.gpkg is one GeoPackage"):
        require_writable_build(tmp_path / "town.gpkg", by_county=True)
