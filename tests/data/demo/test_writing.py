"""What `write_demo` leaves in a folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest
from geopandas.testing import assert_geodataframe_equal

from data.demo import write_demo
from data.layers_file import read_layers_file
from geo.errors import InputError
from tests.data.demo.written import Written

ROOT = Path(__file__).resolve().parents[3]
SAME_BYTES = (".toml", ".csv", ".geojson", ".shp", ".shx", ".dbf", ".prj")


def test_the_same_size_and_seed_give_the_same_files_in_another_process(town: Written, tmp_path: Path) -> None:
    call = f"from pathlib import Path; from data.demo import write_demo; write_demo(Path({str(tmp_path)!r}))"
    # str and set hashes differ from one process to the next, unlike here
    subprocess.run([sys.executable, "-c", call], check=True, cwd=ROOT, env=os.environ | {"PYTHONHASHSEED": "7"})
    first, second = town.settings.parent, tmp_path
    names = sorted(path.name for path in first.iterdir())
    assert names == sorted(path.name for path in second.iterdir())
    for name in names:
        if Path(name).suffix in SAME_BYTES:
            assert (first / name).read_bytes() == (second / name).read_bytes(), name
        else:
            for layer, _ in pyogrio.list_layers(first / name):
                assert_geodataframe_equal(
                    gpd.read_file(first / name, layer=layer), gpd.read_file(second / name, layer=layer)
                )


def test_another_seed_is_another_town(town: Written, tmp_path: Path) -> None:
    other = Written(write_demo(tmp_path, seed=2))
    assert len(other.communities) == len(town.communities)
    assert not other.communities.union_all().equals(town.communities.union_all())


def test_no_file_holds_the_day_it_was_written(town: Written) -> None:
    dbf = (town.settings.parent / "compounds.dbf").read_bytes()
    assert tuple(dbf[1:4]) == (126, 1, 1)  # years since 1900, month, day


@pytest.mark.parametrize("form", ["office", "geoparquet"])
def test_layers_toml_names_files_and_fields_that_are_there(tmp_path: Path, form: str) -> None:
    written = Written(write_demo(tmp_path, communities=7, format=form))
    layers, tables = written.toml["layers"], written.toml["tables"]
    assert list(layers) == [
        *("community", "compound", "courtyard", "patrol_zone", "management_area"),
        *("building", "premises", "facility", "road", "barrier"),
    ]
    assert list(tables) == ["roster", "party", "funding", "scores", "exceptions"]
    for name, layer in layers.items():
        frame = written.raw(name)
        assert len(frame)
        assert set(layer["fields"].values()) <= set(frame.columns)
    for name, table in tables.items():
        assert set(written.table(name).columns) == set(table["fields"])


@pytest.mark.parametrize("form", ["office", "geoparquet"])
@pytest.mark.parametrize("communities", [1, 2, 7])
def test_small_towns_are_whole_towns(tmp_path: Path, communities: int, form: str) -> None:
    settings = write_demo(tmp_path, communities=communities, seed=3, format=form)
    read_layers_file(settings)
    written = Written(settings)
    assert len(written.communities) == communities
    assert written.communities.is_valid.all()
    assert len(written.compounds) >= 2
    assert len(written.zones) >= 1


def test_both_formats_hold_the_same_features(town: Written, tmp_path: Path) -> None:
    other = Written(write_demo(tmp_path, format="geoparquet"))
    for name in ("community", "compound", "courtyard", "building"):
        one, same = town.layer(name), other.layer(name)
        assert (one.geometry.isna() == same.geometry.isna()).all()
        assert not (one.geometry.hausdorff_distance(same.geometry, align=False) > 1e-3).any()
        for field in one.columns.drop("geometry"):
            left, right = (frame[field].astype(object).fillna("").astype(str) for frame in (one, same))
            assert left.str.removesuffix(".0").equals(right.str.removesuffix(".0")), field


def test_a_demo_replaces_an_earlier_one_of_the_other_format_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", "utf-8")
    write_demo(tmp_path, communities=2)
    write_demo(tmp_path, communities=2, format="geoparquet")
    assert not list(tmp_path.glob("compounds.*"))
    write_demo(tmp_path, communities=2)
    assert not list(tmp_path.glob("*.parquet"))
    assert (tmp_path / "notes.txt").read_text("utf-8") == "mine"


@pytest.mark.parametrize("name", ["layers.toml", "compounds.dbf", "网格岗位.csv", "road.parquet"])
def test_a_folder_with_somebodys_own_files_of_those_names_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine", "utf-8")
    with pytest.raises(InputError, match=f"^demo: .* holds {name}, which is no demo's; choose another folder$"):
        write_demo(tmp_path, communities=2)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text("utf-8") == "mine"


@pytest.mark.parametrize("words", ["compounds, courtyards", "writing facility", "writing scores"])
def test_a_demo_that_is_interrupted_leaves_nothing(tmp_path: Path, words: str) -> None:
    (tmp_path / "town").mkdir()
    (tmp_path / "town" / "notes.txt").write_text("mine", "utf-8")

    def press(line: str) -> None:
        if line.startswith(words):
            raise KeyboardInterrupt

    for folder in ("town", "new"):
        with pytest.raises(KeyboardInterrupt):
            write_demo(tmp_path / folder, communities=2, progress=press)
    assert [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")] == ["town", "town/notes.txt"]


def test_the_compounds_are_gbk_and_do_not_say_so(town: Written) -> None:
    path = town.settings.parent / "compounds.shp"
    assert not path.with_suffix(".cpg").exists()
    assert "名称" not in pyogrio.read_info(path)["fields"]
    assert "名称" in pyogrio.read_info(path, encoding="GBK")["fields"]
    assert town.toml["layers"]["compound"]["encoding"] == "GBK"
    assert all(len(name.encode("GBK")) <= 10 for name in town.toml["layers"]["compound"]["fields"].values())


def test_coordinate_systems_are_mixed(town: Written) -> None:
    assert town.raw("community").crs.to_epsg() == 4490
    assert town.raw("compound").crs.equals("EPSG:4490")
    assert town.raw("patrol_zone").crs.to_epsg() == 4490
    assert town.raw("management_area").crs.to_epsg() == 4522


def test_progress_is_told_stage_by_stage(tmp_path: Path) -> None:
    heard: list[str] = []
    write_demo(tmp_path, communities=2, progress=heard.append)
    assert heard[0].startswith("2 communities")
    assert any("writing compound" in line for line in heard)


@pytest.mark.parametrize("wrong", [{"communities": 0}, {"communities": 10_000_000}, {"seed": -1}])
def test_a_size_or_seed_out_of_range_is_refused(tmp_path: Path, wrong: dict[str, int]) -> None:
    with pytest.raises(InputError, match=r"^demo: .*give "):
        write_demo(tmp_path / "new", **wrong)
    assert not (tmp_path / "new").exists()


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(InputError, match="can't write to"):
        write_demo(tmp_path / "file", communities=1)
