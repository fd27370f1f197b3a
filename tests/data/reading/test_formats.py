"""Every format that GDAL reads, and GeoParquet: the same little town comes out."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely

from tests.data.reading.little_town import LittleTown, same_land, square

PLACES = [(0, 0), (1, 0), (0, 1), (1, 1)]
DRAWN = [square(*place, inset=20) for place in PLACES]
NAMES = ["翠湖小区", "螺蛳湾", None, "金星社区"]


def draw(town: LittleTown, file: str) -> None:
    town.compounds(DRAWN, file, gid=["a", "b", "c", "d"], name=NAMES, households=[10, 20, 30, 40])


@pytest.mark.parametrize(
    "file",
    [
        "compounds.shp",
        "compounds.geojson",
        "compounds.gpkg",
        "compounds.fgb",
        "compounds.parquet",
        "compounds.gdb",
        "compounds.kml",
        "compounds.gml",
        "compounds.geojsonl",
        "compounds.tab",
        "compounds.mif",
    ],
)
@pytest.mark.filterwarnings("ignore")  # of the writing drivers
def test_a_layer_reads_the_same_from_any_format(town: LittleTown, file: str) -> None:
    frame = town.frame(DRAWN, gid=["a", "b", "c", "d"], name=[name or "" for name in NAMES], hu=[10, 20, 30, 40])
    options = {".gdb": {"driver": "OpenFileGDB"}, ".kml": {"driver": "LIBKML"}, ".tab": {"encoding": "UTF-8"}}
    suffix = Path(file).suffix
    if suffix == ".parquet":
        frame.to_crs(4490).to_parquet(town.folder / file)
    else:
        frame.to_crs(4490).to_file(town.folder / file, **options.get(suffix, {}))
    fields = {"id": "gid", "name": "Name" if suffix == ".kml" else "name", "households": "hu"}
    town.table("compound", path=file, fields=fields, **({"encoding": "UTF-8"} if suffix == ".mif" else {}))
    units = town.read().sources.units.sort_values("source_id").reset_index(drop=True)  # FlatGeobuf sorts by place
    assert units["source_id"].tolist() == ["a", "b", "c", "d"]
    assert units["name"].fillna("").tolist() == [name or "" for name in NAMES]
    assert units["households"].tolist() == [10, 20, 30, 40]
    coarse_m = {".tab": 0.1, ".mif": 0.01, ".kml": 1e-5, ".gml": 1e-3, ".geojsonl": 0.02, ".gdb": 1e-3}.get(
        suffix, 1e-6
    )
    assert same_land(units, DRAWN, within_m=coarse_m)


@pytest.mark.parametrize("encoding", ["WKB", "geoarrow"])
def test_geoparquet_reads_in_both_of_its_geometry_encodings(town: LittleTown, encoding: str) -> None:
    frame = town.frame(DRAWN, gid=["a", "b", "c", "d"]).to_crs(4490)
    frame.to_parquet(town.folder / "compounds.parquet", geometry_encoding=encoding)
    town.table("compound", path="compounds.parquet", fields={"id": "gid"})
    assert same_land(town.read().sources.units, DRAWN)


def test_parquet_without_geometry_is_refused(town: LittleTown) -> None:
    town.frame(DRAWN, gid=["a", "b", "c", "d"]).drop(columns="geometry").to_parquet(town.folder / "compounds.parquet")
    town.table("compound", path="compounds.parquet", fields={"id": "gid"})
    assert town.refusal() == "compounds.parquet: is Parquet without a geometry column; write it as GeoParquet"


def test_a_zipped_shapefile_reads_as_it_is(town: LittleTown) -> None:
    draw(town, "compounds.shp")
    with zipfile.ZipFile(town.folder / "compounds.zip", "w") as archive:
        for part in town.folder.glob("compounds.???"):
            if part.suffix != ".zip":
                archive.write(part, part.name)
    town.tables["compound"]["path"] = "compounds.zip"
    assert same_land(town.read().sources.units, DRAWN)


def test_one_of_several_layers_is_chosen_by_name(town: LittleTown) -> None:
    path = town.folder / "city.gpkg"
    town.frame(DRAWN, gid=["a", "b", "c", "d"]).to_file(path, layer="estates")
    town.frame(DRAWN[:1], gid=["x"]).to_file(path, layer="parks")
    town.table("compound", path="city.gpkg", layer="estates", fields={"id": "gid"})
    assert len(town.read().sources.units) == 4
    del town.tables["compound"]["layer"]
    assert town.refusal() == 'city.gpkg: holds several layers, "estates", "parks"; choose one with layer = …'
    town.tables["compound"]["layer"] = "estate"
    assert town.refusal() == 'city.gpkg: has no layer "estate"; its layers are "estates", "parks"'


def test_a_table_without_geometry_beside_the_only_layer_is_passed_over(town: LittleTown) -> None:
    path = town.folder / "compounds.gpkg"
    pyogrio.write_dataframe(gpd.pd.DataFrame({"style": ["x"]}), path, layer="layer_styles", append=True)
    assert len(town.read().sources.units) == 4


def test_several_files_are_joined_in_the_order_of_the_list(town: LittleTown) -> None:
    for name, rows in (("north", slice(2, 4)), ("south", slice(0, 2))):
        town.frame(DRAWN[rows]).to_crs(4490).to_file(town.folder / f"{name}.geojson")
    town.table("compound", path=["north.geojson", "south.geojson"])
    units = town.read().sources.units
    assert units["source_id"].tolist() == ["0", "1", "2", "3"]
    assert same_land(units, DRAWN[2:] + DRAWN[:2])


def test_files_of_a_list_may_differ_in_format_and_crs(town: LittleTown) -> None:
    town.frame(DRAWN[:2], gid=["a", "b"]).to_file(town.folder / "one.gpkg")
    town.frame(DRAWN[2:], gid=[3, 4]).to_crs(4326).to_file(town.folder / "two.shp")
    town.table("compound", path=["one.gpkg", "two.shp"], fields={"id": "gid"})
    units = town.read().sources.units
    assert units["source_id"].tolist() == ["a", "b", "3", "4"]
    assert same_land(units, DRAWN)


def test_the_feature_number_serves_as_id_where_it_is_mapped(town: LittleTown) -> None:
    town.tables["compound"]["fields"] = {"id": "fid"}
    assert town.read().sources.units["source_id"].tolist() == ["1", "2", "3", "4"]


def test_a_missing_file_is_refused(town: LittleTown) -> None:
    town.tables["compound"]["path"] = "nowhere.shp"
    where = town.folder / "nowhere.shp"
    message = f"nowhere.shp: no such file (looked for at {where}); correct the path of [layers.compound]"
    assert town.refusal() == message


def test_a_missing_file_is_named_once_where_its_path_is_absolute(town: LittleTown) -> None:
    town.tables["compound"]["path"] = "/data/nowhere.shp"
    assert town.refusal() == "/data/nowhere.shp: no such file; correct the path of [layers.compound]"


@pytest.mark.parametrize(
    ("path", "remedy"),
    [
        (r"data\compounds.shp", ": write / instead of \\"),
        (r"D:\gis\compounds.shp", r": Windows' D:\gis\compounds.shp is /mnt/d/gis/compounds.shp under WSL"),
        ("d:/gis/compounds.shp", ": Windows' d:/gis/compounds.shp is /mnt/d/gis/compounds.shp under WSL"),
    ],
)
def test_a_path_of_windows_is_refused_with_what_it_is_here(town: LittleTown, path: str, remedy: str) -> None:
    town.tables["compound"]["path"] = path
    assert town.refusal().endswith(f"correct the path of [layers.compound]{remedy}")


def test_a_missing_table_is_refused(town: LittleTown) -> None:
    town.tail = '[tables.roster]\npath = "roster.csv"\nfields = { grid_code = "code", post = "post" }'
    where = town.folder / "roster.csv"
    assert town.refusal() == f"roster.csv: no such file (looked for at {where}); correct the path of [tables.roster]"


@pytest.mark.parametrize(("file", "content"), [("notes.txt", b"compounds"), ("noise.shp", b"\0" * 400)])
def test_an_unknown_format_is_refused(town: LittleTown, file: str, content: bytes) -> None:
    (town.folder / file).write_bytes(content)
    town.table("compound", path=file)
    assert f"{file}: unknown format; give a Shapefile, GeoPackage" in town.refusal()


def test_a_table_without_geometry_is_refused(town: LittleTown) -> None:
    (town.folder / "compounds.csv").write_text("gid,hu\na,1\n")
    town.table("compound", path="compounds.csv")
    assert "compounds.csv: holds no layer with geometry" in town.refusal()


def test_a_shapefile_without_its_index_is_refused(town: LittleTown) -> None:
    draw(town, "compounds.shp")
    (town.folder / "compounds.shx").unlink()
    assert "copy the .shx beside the .shp" in town.refusal()


def test_a_broken_file_is_refused_in_one_line(town: LittleTown) -> None:
    path = town.folder / "compounds.gpkg"
    path.write_bytes(path.read_bytes()[:30_000])
    assert town.refusal().startswith("compounds.gpkg: can't be read: ")
    (town.folder / "half.geojson").write_text('{"type":"FeatureCollection","features":[{"type"')
    town.table("compound", path="half.geojson")
    assert town.refusal().startswith("half.geojson: can't be read: ")


def test_a_shapefile_cut_short_has_nothing_usable(town: LittleTown) -> None:
    draw(town, "compounds.shp")
    path = town.folder / "compounds.shp"
    path.write_bytes(path.read_bytes()[:120])
    assert "compounds.shp: holds no usable polygon" in town.refusal()


def test_the_result_does_not_depend_on_the_number_of_threads(town: LittleTown) -> None:
    draw(town, "compounds.shp")
    one, four = town.read(workers=1), town.read(workers=4)
    assert one.sources.units.equals(four.sources.units)
    assert one.inputs == four.inputs


def test_the_little_town_can_be_read_from_a_folder_with_strange_letters(town: LittleTown, tmp_path: Path) -> None:
    town.read()
    folder = tmp_path / "街道 [一]*"
    folder.mkdir()
    for file in [*town.folder.glob("*.gpkg"), town.folder / "layers.toml"]:
        shutil.copy(file, folder)
    other = LittleTown(folder)
    draw(other, "compounds.shp")
    assert set(other.read().inputs[1].sidecars) == {"compounds.cpg", "compounds.dbf", "compounds.prj", "compounds.shx"}


def test_progress_is_told_file_by_file(town: LittleTown) -> None:
    steps: list[tuple[int, int, str]] = []
    town.read(progress=lambda *step: steps.append(step))
    assert steps == [(1, 2, "communities.gpkg"), (2, 2, "compounds.gpkg")]


def test_attributes_and_shapes_are_untouched_where_the_file_is_in_the_working_crs(town: LittleTown) -> None:
    drawn = [shapely.transform(one, lambda xy: xy + np.pi) for one in DRAWN]
    town.frame(drawn, gid=["a", "b", "c", "d"]).to_file(town.folder / "compounds.gpkg")
    assert shapely.equals_exact(np.asarray(town.read().sources.units.geometry.array), np.array(drawn)).all()
