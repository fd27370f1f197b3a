"""A town from the first command to the last: demo → build → check → gaps → map → export → build --previous."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely

from data.build_layers import LAYERS
from data.output import read_build, read_facts
from tests.api.conftest import Onegrid
from tests.api.running import listing, onegrid
from tests.data.demo.written import Written


def test_every_command_works_as_installed_and_no_library_warns(tmp_path: Path):
    """In processes of their own, with all warnings as errors, from the folder that the files are in."""
    steps = [
        (["demo", "town", "--communities", "2"], "town/layers.toml\n"),
        (["build", "town/layers.toml", "-o", "grid.gpkg"], "grid.gpkg: "),
        (["check", "grid.gpkg"], "ok   grids "),
        (["gaps", "grid.gpkg", "--lang", "en"], "severity "),
        (["map", "grid.gpkg", "-o", "map.html"], "map.html\n"),
        (["export", "grid.gpkg", "-o", "all.zip", "--layer", "all", "--format", "shp"], "all.zip\n"),
    ]
    for arguments, beginning in steps:
        ended = onegrid(*arguments, cwd=tmp_path)
        assert ended.status == 0, ended.err
        assert ended.out.startswith(beginning)
        assert all(line.startswith("onegrid: ") for line in ended.err.splitlines())
        assert "arning" not in ended.err
    assert {path.name for path in tmp_path.iterdir()} == {"town", "grid.gpkg", "map.html", "all.zip"}


def test_the_demo_comes_out_as_it_was_put_in(demo: Path, grid: Path):
    """The land is that of the communities, and the households are those of the units and their buildings."""
    town, built = Written(demo), read_build(grid)
    land = shapely.union_all(town.communities.geometry.array)
    assert built["grids"].area.sum() == pytest.approx(land.area, rel=1e-3)
    assert shapely.coverage_is_valid(built["grids"].geometry.array)
    assert list(built["communities"]["code"]) == sorted(town.communities["code"])
    assert set(built["communities"]["name"]) == set(town.communities["name"])
    assert built["communities"]["grids"].sum() == len(built["grids"])
    ids = {(unit.layer, unit.source_id) for unit in built["units"].itertuples()}
    assert {("compound", one) for one in town.compounds["id"]} <= ids
    assert len(ids) == len(town.compounds) + len(town.courtyards) + len(town.zones)
    assert read_facts(grid)["program"].startswith("onegrid ")


def test_a_build_says_what_it_made_and_stages_go_to_stderr(here: Onegrid, demo: Path, grid: Path, tmp_path: Path):
    ended = here("build", demo, "-o", tmp_path / "again.gpkg", "--workers", "1")
    layers = read_build(grid, ["grids", "gaps", "units"])
    counts = layers["gaps"]["ledger"].value_counts()
    words = {
        "unheld": "nobody holds it",
        "contested": "more than one holds it",
        "unserved": "held, but not served",
    }
    gaps = ", ".join(f"{counts.get(ledger, 0)} {ledger} ({said})" for ledger, said in words.items())
    first, second, *_ = ended.out.splitlines()
    assert first == f"{tmp_path}/again.gpkg: {len(layers['grids'])} grids, 4 communities, gaps: {gaps}"
    assert second.startswith("units not placed: ")
    stages = ended.err.splitlines()
    assert stages[0] == "onegrid: reading the layers"
    assert stages[-1] == "onegrid: writing"
    assert len(stages) == len(set(stages)) == 10
    assert (tmp_path / "again.gpkg").read_bytes() == grid.read_bytes()


def test_a_build_as_geoparquet_holds_the_same_layers(here: Onegrid, demo: Path, grid: Path, tmp_path: Path):
    assert here("build", demo, "-o", tmp_path / "grid").status == 0
    assert here("check", tmp_path / "grid").out == here("check", grid).out
    one, other = read_build(grid), read_build(tmp_path / "grid")
    for name in LAYERS:
        left, right = (frame.to_wkb() if LAYERS[name].geometry else frame for frame in (one[name], other[name]))
        pd.testing.assert_frame_equal(pd.DataFrame(left), pd.DataFrame(right), check_column_type=False)


def test_check_prints_every_figure_and_its_verdict(here: Onegrid, grid: Path):
    ended = here("check", grid)
    assert ended.status == 0
    *figures, verdict = ended.out.splitlines()
    assert verdict == "the partition holds"
    assert {line[:5] for line in figures} == {"ok   ", "note "}
    names = [line[5:].partition("  ")[0] for line in figures]
    assert names[:4] == ["grids", "overlaps of grids", "holes", "households"]
    assert "edges that no neighbour matches" in names


def test_the_map_is_one_file_that_names_the_town_and_its_communities(here: Onegrid, grid: Path, tmp_path: Path):
    ended = here("map", grid, "-o", tmp_path / "map.html")
    assert (ended.status, ended.out) == (0, f"{tmp_path}/map.html\n")
    lines = ended.err.splitlines()
    assert lines[0] == "onegrid: reading the build"
    assert lines[1:] == [f"onegrid: drawing {line.split()[-1]}" for line in lines[1:]]
    page = (tmp_path / "map.html").read_text("utf-8")
    assert read_facts(grid)["name"] in page
    for name in read_build(grid, ["communities"])["communities"]["name"]:
        assert name in page
    assert [path.name for path in tmp_path.iterdir()] == ["map.html"]


def test_a_map_names_nobody_who_is_on_duty_and_opens_in_the_language_asked_for(
    here: Onegrid, demo: Path, grid: Path, tmp_path: Path
):
    assert here("map", grid, "-o", tmp_path / "map.html", "--lang", "en").status == 0
    page = (tmp_path / "map.html").read_text("utf-8")
    assert '<html lang="en">' in page
    roster = pd.read_csv(demo.with_name("网格岗位.csv"), dtype=str)
    party = pd.read_csv(demo.with_name("党组织.csv"), dtype=str)
    people = {*roster["姓名"].dropna(), *roster["工作电话"].dropna(), *party["书记"].dropna()}
    assert len(people) > 50
    assert [person for person in people if person in page] == []


EXPORTS = {
    "geojson": "grids.geojson",
    "gpkg": "grids.gpkg",
    "geoparquet": "grids.parquet",
    "csv": "grids.csv",
    "shp": "grids.shp",
    "pmtiles": "grids.pmtiles",
}


@pytest.mark.parametrize("form", EXPORTS)
def test_the_grids_are_exported_in_every_format(here: Onegrid, grid: Path, tmp_path: Path, form: str):
    file = tmp_path / EXPORTS[form]
    ended = here("export", grid, "-o", file, "--layer", "grids", "--format", form)
    assert (ended.status, ended.out) == (0, f"{file}\n")
    if form == "geoparquet":
        read = gpd.read_parquet(file)
    else:
        read = pyogrio.read_dataframe(file, layer="grids", read_geometry=False)
    assert set(read["code"]) == set(read_build(grid, ["grids"])["grids"]["code"])
    assert form == "pmtiles" or len(read) == len(read_build(grid, ["grids"])["grids"])  # tiles repeat a grid


def test_all_layers_are_exported_to_a_folder_and_what_does_not_fit_is_said(here: Onegrid, grid: Path, tmp_path: Path):
    ended = here("export", grid, "-o", tmp_path / "all", "--layer", "all", "--format", "geojson")
    assert ended.status == 0
    assert {path.stem for path in (tmp_path / "all").iterdir()} == set(LAYERS)
    tables = ", ".join(name for name, layer in LAYERS.items() if not layer.geometry)
    assert ended.err == (
        f"onegrid: {tables}: no geometry, so that they stand beside as .csv\n"
        "onegrid: duty, party_organisations, records: names and telephone numbers are masked; --contacts writes them\n"
    )


def test_contacts_are_exported_as_they_stand_only_when_asked_for(here: Onegrid, grid: Path, tmp_path: Path):
    for options, surname_alone in (([], True), (["--contacts"], False)):
        file = tmp_path / "duty.csv"
        ended = here("export", grid, "-o", file, "--layer", "duty", "--format", "csv", *options)
        assert (ended.status, "are masked" in ended.err) == (0, surname_alone)
        duty = pd.read_csv(file)
        assert duty["name"].dropna().str.endswith("**").all() == surname_alone
        assert duty["phone"].str.contains("*", regex=False).all() == surname_alone


def test_a_build_from_before_there_were_tables_is_checked_listed_drawn_and_exported(
    here: Onegrid, grid: Path, tmp_path: Path
):
    old = tmp_path / "old.gpkg"
    shutil.copy(grid, old)
    with closing(sqlite3.connect(old)) as database:
        for name in (name for name, layer in LAYERS.items() if layer.optional):
            database.execute(f"DROP TABLE {name}")
            for register in ("gpkg_geometry_columns", "gpkg_contents", "gpkg_ogr_contents"):
                database.execute(f"DELETE FROM {register} WHERE table_name = ?", [name])
        database.commit()
    assert here("check", old).status == 0
    assert here("gaps", old).out == here("gaps", grid).out
    assert here("map", old, "-o", tmp_path / "map.html").status == 0
    assert here("export", old, "-o", tmp_path / "all", "--layer", "all", "--format", "csv").status == 0


def test_an_export_in_gcj_02_is_shifted_by_hundreds_of_metres(here: Onegrid, grid: Path, tmp_path: Path):
    middle = {}
    for crs in ("EPSG:4326", "GCJ-02"):
        file = tmp_path / f"{crs[:3]}.csv"
        assert here("export", grid, "-o", file, "--layer", "grids", "--format", "csv", "--crs", crs).status == 0
        middle[crs] = shapely.union_all(shapely.from_wkt(pd.read_csv(file)["wkt"])).centroid
    assert 100 < 111_320 * middle["EPSG:4326"].distance(middle["GCJ-02"]) < 1_000


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--layer", "gird", "--format", "csv"], "there is no layer gird in a build; did you mean grids?"),
        (
            ["--layer", "grids", "--format", "csv", "--crs", "EPSG:1"],
            "there is no coordinate system EPSG:1; use EPSG",
        ),
        (["--layer", "grids", "--format", "shp"], "ends in .csv, but the format is Shapefile; name it .shp"),
        (["--layer", "all", "--format", "csv"], "a .csv file holds one layer; for all of them name a directory"),
    ],
)
def test_an_export_that_makes_no_sense_is_refused(
    here: Onegrid, grid: Path, tmp_path: Path, arguments: list[str], line: str
):
    assert line in here("export", grid, "-o", tmp_path / "out.csv", *arguments).refusal
    assert listing(tmp_path) == {}


@pytest.mark.parametrize("command", ["check", "gaps", "map", "export"])
def test_what_is_no_build_is_refused_by_every_command_that_reads_one(here: Onegrid, demo: Path, tmp_path, command):
    more = {"map": ["-o", "m.html"], "export": ["-o", "e.csv", "--layer", "grids", "--format", "csv"]}.get(command, [])
    more = [tmp_path / word if word in ("m.html", "e.csv") else word for word in more]
    missing = tmp_path / "none.gpkg"
    expected = f"{missing}: no such build; make one with `onegrid build LAYERS.toml -o {missing}`"
    assert here(command, missing, *more).refusal == expected
    source = demo.parent / "communities.gpkg"
    assert f"{source}: not a build of One Grid, it has no layer " in here(command, source, *more).refusal
    assert listing(tmp_path) == {}


def test_grids_keep_the_codes_of_an_earlier_build_and_the_lineage_says_how(
    here: Onegrid, demo: Path, grid: Path, tmp_path: Path
):
    """A compound is torn down: its code retires, and no other grid takes it."""
    settings = without_a_compound(demo, tmp_path)
    out = tmp_path / "next.gpkg"
    assert here("build", settings, "-o", out, "--previous", grid).status == 0
    old, new = (read_build(path, ["grids", "units", "lineage"]) for path in (grid, out))
    gone = set(old["units"]["source_id"]) - set(new["units"]["source_id"])
    retired = set(old["grids"].loc[old["grids"]["source_id"].isin(gone), "code"])
    assert len(gone) == 1 and retired
    assert retired.isdisjoint(new["grids"]["code"])
    by_unit = [frame["grids"].set_index(["source_id", "community_code"])["code"] for frame in (old, new)]
    both = by_unit[0].index.intersection(by_unit[1].index).unique()
    assert len(both) > 10
    assert by_unit[0][both].equals(by_unit[1][both])
    ancestry = new["lineage"]
    assert set(ancestry["old_code"].dropna()) == set(old["grids"]["code"])
    assert set(ancestry["new_code"].dropna()) == set(new["grids"]["code"])
    assert here("check", out).status == 0
    # and one more: codes that were given out before live no more, but aren't given out again
    assert here("build", demo, "-o", out, "--previous", out).status == 0
    assert here("check", out).status == 0
    back = read_build(out, ["grids"])["grids"]
    assert set(back.loc[back["source_id"].isin(gone), "code"]).isdisjoint(retired)


def without_a_compound(demo: Path, folder: Path) -> Path:
    """Copy the demo without its largest compound."""
    for path in demo.parent.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    compounds = pyogrio.read_dataframe(demo.parent / "compounds.shp", encoding="GBK")
    last = compounds.to_crs(4522).area.idxmax()
    pyogrio.write_dataframe(compounds.drop(index=last), folder / "compounds.shp", encoding="GBK")
    return folder / demo.name


def test_a_previous_that_is_no_build_is_refused(here: Onegrid, demo: Path, tmp_path: Path):
    ended = here("build", demo, "-o", tmp_path / "out.gpkg", "--previous", demo.parent / "communities.gpkg")
    assert "communities.gpkg: not a build of One Grid, it has no layer grids" in ended.refusal
    assert listing(tmp_path) == {}


def test_nothing_is_written_over_what_is_read(here: Onegrid, demo: Path, grid: Path, tmp_path: Path):
    (tmp_path / "link.gpkg").symlink_to(grid)
    before = listing(demo.parent, grid.parent)
    for arguments in (
        ["build", demo, "-o", demo.parent / "communities.gpkg"],
        ["map", grid, "-o", grid],
        ["map", grid, "-o", tmp_path / "link.gpkg"],
        ["export", grid, "-o", grid, "--layer", "grids", "--format", "gpkg"],
    ):
        assert "it is what is read from; name another file" in here(*arguments).refusal
    assert listing(demo.parent, grid.parent) == before
