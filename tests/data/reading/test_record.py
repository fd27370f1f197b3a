"""What a read says it was made from."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

import pandas as pd

from data.reading.fingerprint import sha256_of, sidecars_of
from tests.data.reading.little_town import LittleTown, square

DRAWN = [square(column, row, inset=20) for row in (0, 1) for column in (0, 1)]


def sha256sum(path: Path) -> str:
    return subprocess.run(["sha256sum", path], capture_output=True, text=True, check=True).stdout.split()[0]


def test_every_file_is_listed_with_its_hash_crs_and_count(town: LittleTown) -> None:
    town.compounds(DRAWN, "compounds.shp", gid=["a", "b", "c", "d"])
    read = town.read()
    communities, compounds = read.inputs
    assert (communities.layer, communities.path, communities.sublayer) == (
        "community",
        "communities.gpkg",
        "communities",
    )
    assert (compounds.driver, compounds.crs, compounds.features) == ("ESRI Shapefile", "EPSG:4490", 4)
    for one in read.inputs:
        assert one.sha256 == sha256sum(town.folder / one.path)
        assert {name: sha256sum(town.folder / name) for name in one.sidecars} == dict(one.sidecars)
    assert set(compounds.sidecars) == {"compounds.cpg", "compounds.dbf", "compounds.prj", "compounds.shx"}


def test_the_facts_are_text_for_the_table_build(town: LittleTown) -> None:
    town.compounds(DRAWN, "compounds.shp", gid=["a", "b", "c", "d"])
    facts = town.read().facts()
    assert list(facts) == [
        "input standards: default.toml",
        "input community: communities.gpkg",
        "input compound: compounds.shp",
        "input compound: compounds.cpg",
        "input compound: compounds.dbf",
        "input compound: compounds.prj",
        "input compound: compounds.shx",
    ]
    assert all(isinstance(value, str) for value in facts.values())
    assert facts["input compound: compounds.shp"].endswith(", 4 features, EPSG:4490, layer compounds, ESRI Shapefile")


def test_the_hash_of_a_folder_is_that_of_its_files(tmp_path: Path) -> None:
    folder = tmp_path / "town.gdb"
    folder.mkdir()
    (folder / "b").write_bytes(b"2")
    (folder / "a").write_bytes(b"1")
    (folder / "x.lock").write_bytes(b"lock")
    lines = "".join(f"{hashlib.sha256(text).hexdigest()}  {name}\n" for name, text in (("a", b"1"), ("b", b"2")))
    assert sha256_of(folder) == hashlib.sha256(lines.encode()).hexdigest()
    assert sidecars_of(folder) == {}


def test_reading_changes_no_input_file(town: LittleTown) -> None:
    town.compounds(DRAWN, "compounds.shp", gid=["a", "b", "c", "d"])
    town.read()
    before = {path.name: sha256_of(path) for path in town.folder.iterdir()}
    town.read()
    assert {path.name: sha256_of(path) for path in town.folder.iterdir()} == before


def test_frames_have_the_columns_and_types_that_the_engine_expects(town: LittleTown) -> None:
    sources = town.read().sources
    texts = ["name", "street", "phone", "street_name", "county_name"]
    assert list(sources.communities.columns) == ["source_id", "code", *texts, "rural", "geometry"]
    assert list(sources.units.columns) == [
        *("layer", "source_id", "name", "households", "population", "party_members"),
        *("owners_committee", "property_company", "property_party", "geometry"),
    ]
    for frame in (sources.communities, sources.units):
        assert frame.index.equals(pd.RangeIndex(len(frame)))
        assert frame.crs == sources.crs
    assert (sources.units[["households", "population", "party_members"]].dtypes == "Int64").all()
    assert sources.units["households"].isna().all()
    assert sources.buildings is None


def test_all_optional_layers_arrive(town: LittleTown) -> None:
    points = [one.centroid for one in DRAWN]
    lines = [one.boundary for one in DRAWN]
    for layer, drawn in (
        ("management_area", DRAWN),
        ("building", points),
        ("premises", points),
        ("facility", points),
        ("road", lines),
        ("barrier", lines),
    ):
        town.layer(layer, town.frame(drawn), f"{layer}.gpkg")
    sources = town.read().sources
    assert sources.management_areas is not None
    assert sources.management_areas["type"].tolist() == ["routine"] * 4
    others = (sources.buildings, sources.premises, sources.facilities, sources.roads, sources.barriers)
    assert [frame is not None and len(frame) for frame in others] == [4] * 5


def test_tables_are_read_with_the_layers_and_recorded_like_them(town: LittleTown) -> None:
    text = "grid,post,name,id_card\n530102001001001,网格长,张示例,x\n530102001001001,先锋员,空缺,y\n"
    (town.folder / "roster.csv").write_text(text, encoding="gbk")
    town.tail = '[tables.roster]\npath = "roster.csv"\nfields = { grid_code = "grid", post = "post", name = "name" }'
    read = town.read()
    assert read.sources.tables is not None
    assert read.sources.tables.roster is not None
    assert read.sources.tables.roster["post"].tolist() == ["grid_head"]
    assert read.sources.repairs is not None
    listed = read.sources.repairs[read.sources.repairs["layer"] == "roster"]
    assert listed["problem"].tolist() == ["text encoding not stated", "nobody holds the post"]
    facts = read.facts()
    sha256 = sha256sum(town.folder / "roster.csv")
    assert facts["input roster: roster.csv"] == f"sha256 {sha256}, 2 rows, CSV"
    assert facts["columns not read, roster: roster.csv"] == "id_card"
    assert len(town.said) == 1


def test_without_tables_there_are_none(town: LittleTown) -> None:
    assert town.read().sources.tables is None
