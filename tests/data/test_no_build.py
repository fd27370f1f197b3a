"""What is no build, or a damaged one: refused in one line that says what it lacks."""

from __future__ import annotations

import pytest

from data.output import read_build, write_build
from geo.errors import InputError
from tests.data.small_build import small_build


def test_no_build_is_refused_with_the_command_that_makes_one(tmp_path):
    with pytest.raises(InputError, match=r"town\.gpkg: no such build; make one with `onegrid build"):
        read_build(tmp_path / "town.gpkg")


def test_another_geopackage_is_refused_with_the_layers_it_lacks(tmp_path):
    small_build().grids.to_file(tmp_path / "other.gpkg", layer="grids")
    with pytest.raises(InputError, match=r"not a build of One Grid, it has no layer faces, units$"):
        read_build(tmp_path / "other.gpkg", ["grids", "faces", "units"])


def test_a_layer_that_lacks_a_column_is_refused_by_name(tmp_path):
    small_build().grids.drop(columns=["kind", "parts"]).to_file(tmp_path / "other.gpkg", layer="grids")
    with pytest.raises(InputError, match=r"its layer grids has no column kind, parts$"):
        read_build(tmp_path / "other.gpkg", ["grids"])


@pytest.mark.parametrize("name", ["town.gpkg", "town"])
def test_a_layer_that_no_build_has_is_refused(tmp_path, name):
    write_build(small_build(), tmp_path / name, facts={})
    with pytest.raises(InputError, match="there is no layer canals in a build; there are grids, faces"):
        read_build(tmp_path / name, ["canals"])


def test_a_name_that_no_file_can_have_is_refused(tmp_path):
    with pytest.raises(InputError, match="can't be read: file name too long"):
        read_build(tmp_path / ("街" * 90))


def test_a_directory_called_gpkg_and_a_file_called_otherwise_are_refused(tmp_path):
    (tmp_path / "town.gpkg").mkdir()
    (tmp_path / "town.shp").write_text("x")
    for name in ("town.gpkg", "town.shp"):
        with pytest.raises(InputError, match=r"which is a \.gpkg file or a directory of GeoParquet"):
            read_build(tmp_path / name)


@pytest.mark.parametrize("name", ["town.gpkg", "town"])
def test_a_file_that_is_no_build_at_all_is_refused(tmp_path, name):
    (tmp_path / name).write_text("不是地图")
    with pytest.raises(InputError, match="not a build of One Grid"):
        read_build(tmp_path / name)


def test_a_damaged_geopackage_is_refused(tmp_path):
    out = tmp_path / "town.gpkg"
    write_build(small_build(), out, facts={})
    size = out.stat().st_size
    with out.open("r+b") as file:
        file.seek(size // 5)
        file.write(b"\xff" * (size - size // 4))
    with pytest.raises(InputError, match=r"town\.gpkg: (not a build of One Grid|layer \w+ can't be read)"):
        read_build(out)


def test_a_value_of_another_type_and_a_layer_without_crs_are_refused(tmp_path):
    other = small_build().grids.assign(area_m2="large")
    other.to_file(tmp_path / "other.gpkg", layer="grids")
    with pytest.raises(InputError, match="layer grids can't be read as a layer of One Grid: could not convert"):
        read_build(tmp_path / "other.gpkg", ["grids"])
    write_build(small_build(), tmp_path / "town", facts={})
    small_build().grids.set_crs(None, allow_override=True).to_parquet(tmp_path / "town" / "grids.parquet")
    with pytest.raises(InputError, match="its layer grids has no coordinate system"):
        read_build(tmp_path / "town", ["grids"])


def test_a_directory_without_layers_is_refused(tmp_path):
    with pytest.raises(InputError, match="not a build of One Grid, it has no layer grids, faces"):
        read_build(tmp_path)


def test_parquet_that_is_damaged_or_without_geometry_is_refused(tmp_path):
    write_build(small_build(), tmp_path / "town", facts={})
    (tmp_path / "town" / "gaps.parquet").write_bytes(b"PAR1 not really")
    with pytest.raises(InputError, match="not a build of One Grid"):
        read_build(tmp_path / "town", ["gaps"])
    grids = small_build().grids
    grids.to_wkb().to_parquet(tmp_path / "town" / "grids.parquet")
    with pytest.raises(InputError, match="layer grids can't be read as a layer of One Grid: Missing geo metadata"):
        read_build(tmp_path / "town", ["grids"])
