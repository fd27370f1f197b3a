"""What can't be built: one clear line that names file, feature and reason, exit code 2, nothing written."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import shapely

from tests.api.conftest import Onegrid
from tests.api.running import listing
from tests.data.reading.little_town import ZONE, LittleTown, square

PLACES = [(0, 0), (1, 0), (0, 1), (1, 1)]
COMMUNITIES = [square(*place) for place in PLACES]
COMPOUNDS = [square(*place, inset=20) for place in PLACES]
IDS = ["a", "b", "c", "d"]
LINE = COMPOUNDS[1].exterior

Spoil = Callable[[LittleTown], None]
CASES: dict[str, tuple[Spoil, str]] = {}


def case(reason: str) -> Callable[[Spoil], Spoil]:
    """Name a way to spoil the little town by its function, with a part of the line that refuses it."""

    def add(spoil: Spoil) -> Spoil:
        CASES[spoil.__name__.replace("_", " ")] = (spoil, reason)
        return spoil

    return add


def communities(town: LittleTown, drawn: list = COMMUNITIES, **columns: list) -> None:
    town.layer("community", town.frame(drawn, **columns), "communities.gpkg", code="code")


def without_crs(town: LittleTown, **table: str) -> None:
    """Write the compounds in metres, with nothing that says so."""
    town.frame(COMPOUNDS, gid=IDS).to_file(town.folder / "compounds.shp")
    (town.folder / "compounds.prj").unlink()
    town.table("compound", path="compounds.shp", fields={"id": "gid"}, **table)


@case("compounds.gpkg: no such file (looked for at ")
def a_missing_file(town):
    (town.folder / "compounds.gpkg").unlink()


@case('compounds.gpkg: has no layer "小区"; its layers are "compounds"')
def a_missing_layer_of_a_file(town):
    town.table("compound", path="compounds.gpkg", layer="小区")


@case("roster.csv: no such file (looked for at ")
def a_missing_table(town):
    town.tail = '[tables.roster]\npath = "roster.csv"\nfields = { grid_code = "code", post = "post" }'


def roster(town: LittleTown, text: str) -> None:
    (town.folder / "roster.csv").write_text(f"code,post,name\n{text}\n", encoding="utf-8")
    town.tail = '[tables.roster]\npath = "roster.csv"\nfields = { grid_code = "code", post = "post", name = "name" }'


@case(
    'roster.csv: row 2 has "king" in field "post" (mapped as post); write one of 网格长 (grid_head), 先锋员 (pioneer)'
)
def a_table_with_an_unknown_word(town):
    roster(town, "530102001001001,king,x")


@case('roster.csv: field "name" (mapped as name) looks like identity-card numbers; One Grid keeps no residents\' data')
def a_table_with_identity_card_numbers(town):
    roster(town, "530102001001001,网格长,11010519491231002X")


@case("compounds.docx: unknown format; give a Shapefile, GeoPackage, GeoJSON, GeoParquet")
def a_file_in_an_unknown_format(town):
    (town.folder / "compounds.docx").write_bytes(b"PK\x03\x04 no map")
    town.table("compound", path="compounds.docx")


@case("compounds.gpkg: ")
def a_file_cut_short(town):
    path = town.folder / "compounds.gpkg"
    path.write_bytes(path.read_bytes()[:3000])


@case("compounds.gpkg: holds no usable polygon, only null, empty or flat ones; give the right file")
def a_layer_without_any_usable_polygon(town):
    town.compounds([None, shapely.Polygon(), shapely.Polygon(), None], gid=IDS)


@case("communities.gpkg: holds no usable polygon")
def communities_that_are_flat(town):
    x, y, *_ = COMMUNITIES[0].bounds
    communities(town, [shapely.Polygon([(x, y), (x + 90, y + 90), (x + 200, y + 200)])] * 2, code=["1", "2"])


@case('compounds.shp: does not say its CRS; add crs = "EPSG:…" to [layers.compound]')
def a_layer_without_a_crs(town):
    without_crs(town)


@case("compounds.gpkg: says it is in EPSG:4490, but crs of [layers.compound] says EPSG:4522")
def a_crs_that_contradicts_the_file(town):
    town.tables["compound"]["crs"] = ZONE


@case("lie outside the area of use of EPSG:4326")
def a_crs_that_contradicts_the_coordinates(town):
    without_crs(town, crs="EPSG:4326")


@case("layers.toml: line 7: [layers.compound] crs: 'EPSG:999999' is no coordinate reference system")
def a_crs_that_does_not_exist(town):
    town.tables["compound"]["crs"] = "EPSG:999999"


@case('compounds.gpkg: feature "a" (and 3 more) is a point, but [layers.compound] takes polygons; give the right file')
def points_for_polygons(town):
    town.compounds([shape.centroid for shape in COMPOUNDS], gid=IDS)


@case('compounds.gpkg: feature "b" is a line, but [layers.compound] takes polygons; convert it or leave it out')
def a_line_among_the_polygons(town):
    town.compounds([COMPOUNDS[0], shapely.LineString(LINE), *COMPOUNDS[2:]], gid=IDS)


@case("attributes.csv: holds no layer with geometry; give a Shapefile")
def a_file_without_geometry(town):
    (town.folder / "attributes.csv").write_text("gid,hu\na,1\n")
    town.table("compound", path="attributes.csv")


@case("compounds.gpkg: holds no features; give the right file, or remove [layers.compound]")
def an_empty_layer(town):
    town.layer("compound", town.frame([], gid=[]), "compounds.gpkg", id="gid")


@case('compounds.gpkg: has no field "hu" (mapped as households); its fields are gid')
def a_missing_mapped_field(town):
    town.tables["compound"]["fields"] = {"households": "hu"}


@case('compounds.gpkg: has no field "GID" (mapped as id); did you mean "gid"?')
def a_mapped_field_in_capitals(town):
    town.tables["compound"]["fields"] = {"id": "GID"}


@case('communities.gpkg: code "000000000001" is given twice, at communities.gpkg row 0 and communities.gpkg row 2')
def a_community_code_given_twice(town):
    communities(town, code=["1", "2", "01", "3"])


@case('communities.gpkg: feature 1 (counted from 0) has the code "53010Z"; a community code is 1 to 12 digits')
def a_code_with_a_letter(town):
    communities(town, code=["530101", "53010Z", "530102", "530103"])


@case('communities.gpkg: feature 3 (counted from 0) has the code "5301020010011"; a community code is 1 to 12 digits')
def a_code_of_13_digits(town):
    communities(town, code=["1", "2", "3", "5301020010011"])


@case("communities.gpkg: feature 0 (counted from 0) has no code")
def a_community_without_a_code(town):
    communities(town, code=[None, "2", "3", "4"])


@case('compounds.gpkg: id "a" is given twice, at compounds.gpkg row 0 and compounds.gpkg row 3')
def an_id_given_twice(town):
    town.compounds(COMPOUNDS, gid=["a", "b", "c", "a"])


@case('compounds.gpkg: feature 2 (counted from 0) has no id in field "gid"')
def a_feature_without_an_id(town):
    town.compounds(COMPOUNDS, gid=["a", "b", None, "d"])


@case('compounds.gpkg: feature "b" has -5 in field "households"')
def a_negative_count(town):
    town.compounds(COMPOUNDS, gid=IDS, households=[1, -5, 2, 3])


@case('compounds.gpkg: feature "c" has 3000000000 in field "population"')
def a_count_of_three_thousand_million(town):
    town.compounds(COMPOUNDS, gid=IDS, population=[1, 2, 3_000_000_000, 3])


@case('compounds.gpkg: feature "d" has 2.5 in field "party_members"')
def a_count_of_two_and_a_half(town):
    town.compounds(COMPOUNDS, gid=IDS, party_members=[1.0, 2.0, 3.0, 2.5])


@case('compounds.gpkg: feature "a" has "约200户" in field "households" (mapped as households); write the number alone')
def a_count_in_words(town):
    town.compounds(COMPOUNDS, gid=IDS, households=["约200户", "1", "2", "3"])


@case('compounds.gpkg: field "name" (mapped as name) looks like identity-card numbers')
def identity_card_numbers(town):
    town.compounds(COMPOUNDS, gid=IDS, name=["11010519491231002X", None, None, None])


@case("compounds.gpkg: its nearest feature lies 200 km from the communities; check crs and datum")
def layers_nowhere_near_each_other(town):
    far = shapely.transform(np.array(COMPOUNDS), lambda xy: xy + np.array([0.0, 200_960.0]))
    town.compounds(list(far), gid=IDS)


@case("coordinate that is not a finite number; redraw it or leave it out")
def a_coordinate_that_is_nan(town):
    spoil_coordinate(town, "NaN")


@case("coordinate that is not a finite number; redraw it or leave it out")
def an_infinite_coordinate(town):
    spoil_coordinate(town, math.inf)


def spoil_coordinate(town: LittleTown, value: float | str) -> None:
    with np.errstate(invalid="ignore"):
        ring = shapely.get_coordinates(town.frame([COMPOUNDS[1]]).to_crs(4490).geometry.array)
        ring[2, 0] = float(value)
        frame = town.frame(COMPOUNDS, gid=IDS).to_crs(4490)
        frame.to_parquet(town.folder / "compounds.parquet")  # replaced at once, for its metadata
        frame.geometry = [frame.geometry[0], shapely.Polygon(ring), *frame.geometry[2:]]
        frame.to_parquet(town.folder / "compounds.parquet")
    town.table("compound", path="compounds.parquet", fields={"id": "gid"})


@case("layers.toml: line 7, column 18: expected ")
def a_toml_mistake(town):
    town.tail = "[layers.courtyard\npath = 3"


@case('layers.toml: line 8: [merge] unknown key "slivers"; ')
def an_unknown_key(town):
    town.tail = "[merge]\nslivers = 2.0"


@case('layers.toml: line 7: [layers] unknown key "compounds"; did you mean "compound"?')
def an_unknown_layer(town):
    town.tail = '[layers.compounds]\npath = "compounds.gpkg"'


@case("layers.toml: line 8: [merge] sliver_width is -1: ")
def a_negative_width(town):
    town.tail = "[merge]\nsliver_width = -1"


@case("layers.toml: [layers] has no source layer; add at least one of courtyard, compound, patrol_zone")
def communities_alone(town):
    del town.tables["compound"]


@case("layers.toml: [layers.community] is missing")
def no_communities(town):
    del town.tables["community"]


@case('layers.toml: line 8: [merge] same_layer = "first" needs ids, and [layers.compound] maps none')
def the_first_of_units_that_have_no_ids(town):
    town.tail = '[merge]\nsame_layer = "first"'
    town.tables["compound"]["fields"] = {}


@pytest.mark.parametrize("name", CASES)
def test_what_cannot_be_built_is_refused_in_one_line_and_leaves_nothing(
    here: Onegrid, town: LittleTown, tmp_path: Path, name: str
) -> None:
    spoil, reason = CASES[name]
    spoil(town)
    (tmp_path / "out").mkdir()
    old = tmp_path / "out" / "old.gpkg"
    old.write_bytes(b"the build of last year")
    settings = town.settings()
    before = listing(tmp_path)
    for out in ("new.gpkg", "old.gpkg", "folder"):
        refusal = here("build", settings, "-o", tmp_path / "out" / out).refusal
        assert reason in refusal
        assert len(refusal) < 400
    assert listing(tmp_path) == before


def test_the_layers_file_itself_may_be_missing_or_a_folder_or_in_another_encoding(
    here: Onegrid, tmp_path: Path
) -> None:
    out = tmp_path / "out.gpkg"
    missing, gbk = tmp_path / "layers.toml", tmp_path / "gbk.toml"
    gbk.write_bytes('name = "海淀"'.encode("gbk"))
    assert here("build", missing, "-o", out).refusal == f"{missing}: no such file; give the path of a layers.toml"
    assert "is a folder; give the path of the layers.toml in it" in here("build", tmp_path, "-o", out).refusal
    assert here("build", gbk, "-o", out).refusal == "gbk.toml: is not UTF-8; save it as UTF-8"
    gbk.write_text('name = "海淀"', "utf-16")
    assert here("build", gbk, "-o", out).refusal == "gbk.toml: is not UTF-8; save it as UTF-8"
    assert [path.name for path in tmp_path.iterdir()] == ["gbk.toml"]


def test_a_layer_in_place_of_the_layers_file_is_not_taken_for_badly_saved_text(here: Onegrid, tmp_path: Path) -> None:
    without_crs(LittleTown(tmp_path))
    refusal = here("build", tmp_path / "compounds.shp", "-o", tmp_path / "out.gpkg").refusal
    assert refusal == "compounds.shp: is no layers.toml, and no text; give the path of a layers.toml"


def test_the_little_town_as_it_is_can_be_built(here: Onegrid, town: LittleTown, tmp_path: Path) -> None:
    """Else every test above would pass for the wrong reason."""
    ended = here("build", town.settings(), "-o", tmp_path / "out.gpkg")
    assert ended.status == 0
    assert ended.out.startswith(f"{tmp_path}/out.gpkg: 8 grids, 4 communities, gaps: 4 unheld (nobody holds it), 0 ")
