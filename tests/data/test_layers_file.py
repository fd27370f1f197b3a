"""layers.toml: what it may say, and one line for what it may not."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from pathlib import Path

import pydantic
import pytest

from data.layers_file import read_layers_file
from geo.errors import InputError
from geo.sources import Parameters

COMMUNITY = '[layers.community]\npath = "communities.gpkg"\nfields = { code = "code" }\n'
COMPOUND = '[layers.compound]\npath = "compounds.shp"\n'
SMALLEST = COMMUNITY + COMPOUND
EXCEPTIONS = '[tables.exceptions]\npath = "x"\n'
ROSTER = '[tables.roster]\npath = "x"\n'

EVERYTHING = """
name = "Demo street"
working_crs = "EPSG:4526"
[merge]
precedence = ["patrol_zone", "courtyard", "compound"]
same_layer = "larger"
sliver_width = 1
min_area = 12.5
straddle_width = 4
[codes]
profile = "CJ/T 349"
object_code = "110101"
[layers.community]
path = ["north.gpkg", "south.gpkg"]
layer = "communities"
fields = { id = "id", code = "code", name = "name", street = "street_code", rural = "rural" }
[layers.compound]
path = "compounds.shp"
encoding = "GBK"
crs = "EPSG:4326"
datum = "GCJ-02"
[layers.compound.fields]
id = "gid"
name = "NAME"
households = "hu"
population = "ren"
party_members = "dy"
owners_committee = "ywh"
property_company = "wy"
property_party = "wydzz"
[layers.courtyard]
path = "courtyards.gpkg"
fields = { id = "gid" }
[layers.patrol_zone]
path = "zones.geojson"
fields = { id = "gid" }
[layers.management_area]
path = "areas.gpkg"
fields = { id = "id", type = "t" }
[layers.building]
path = "buildings.gpkg"
fields = { households = "hu", population = "ren", party_members = "dy" }
[layers.premises]
path = "premises.gpkg"
fields = { kind = "k", name = "n" }
[layers.facility]
path = "facilities.gpkg"
fields = { kind = "k" }
[layers.road]
path = "roads.gpkg"
[layers.barrier]
path = "rivers.gpkg"
fields = { name = "n" }
[tables.roster]
path = "roster.xlsx"
sheet = "2026"
[tables.roster.fields]
grid_code = "code"
layer = "layer"
source_id = "id"
community = "community"
post = "post"
name = "name"
phone = "phone"
full_time = "full"
force = "force"
organisation = "unit"
[tables.party]
path = ["party.csv", "more.csv"]
encoding = "GB18030"
[tables.party.fields]
grid_code = "c"
organisation_id = "o"
name = "n"
level = "l"
parent_id = "p"
members = "m"
secretary = "s"
[tables.funding]
path = "funding.csv"
fields = { community = "c", year = "y", purpose = "p", amount = "a" }
[tables.scores]
path = "scores.csv"
fields = { layer = "l", source_id = "i", period = "t", item = "x", points = "p" }
[tables.exceptions]
path = "exceptions.csv"
[tables.exceptions.fields]
gap_id = "g"
kind = "k"
post = "p"
facility = "f"
reason = "r"
signer = "s"
signed = "d"
expires = "e"
[standards]
size = { urban_low = 200, urban_high = 600 }
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "layers.toml"
    path.write_text(text, encoding="utf-8")
    return path


def refusal(folder: Path, text: str) -> str:
    with pytest.raises(InputError) as refused:
        read_layers_file(write(folder, text))
    assert "\n" not in str(refused.value)
    return str(refused.value)


def test_everything_that_the_design_names_is_accepted(tmp_path: Path) -> None:
    settings = read_layers_file(write(tmp_path, EVERYTHING))
    assert settings.name == "Demo street"
    assert settings.working_crs is not None
    assert settings.working_crs.to_epsg() == 4526
    assert settings.parameters == Parameters(
        precedence=("patrol_zone", "courtyard", "compound"),
        same_layer="larger",
        sliver_width=1.0,
        min_area=12.5,
        straddle_width=4.0,
        code_profile="CJ/T 349",
        object_code="110101",
    )
    assert next(iter(settings.layers)) == "community"
    assert len(settings.layers) == 10
    compound = settings.layers["compound"]
    assert (compound.path, compound.encoding, compound.datum) == (("compounds.shp",), "GBK", "GCJ-02")
    assert compound.fields.columns()["owners_committee"] == "ywh"
    assert set(settings.tables) == {"roster", "party", "funding", "scores", "exceptions"}
    assert settings.tables["roster"].sheet == "2026"
    assert settings.tables["party"].path == ("party.csv", "more.csv")
    assert settings.tables["party"].encoding == "GB18030"
    assert settings.tables["scores"].fields.columns() == {
        "layer": "l",
        "source_id": "i",
        "period": "t",
        "item": "x",
        "points": "p",
    }
    assert settings.standards == {"size": {"urban_low": 200, "urban_high": 600}}


def test_the_least_takes_the_defaults_of_the_engine(tmp_path: Path) -> None:
    settings = read_layers_file(write(tmp_path, SMALLEST))
    assert settings.parameters == Parameters()
    assert settings.name == tmp_path.name
    assert settings.working_crs is None
    assert settings.layers["compound"].datum == "CGCS2000"
    assert not settings.layers["compound"].datum_is_declared
    assert dict(settings.tables) == dict(settings.standards) == {}


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    settings = read_layers_file(write(tmp_path, SMALLEST))
    assert settings.located("a/b.shp") == tmp_path / "a" / "b.shp"
    assert settings.located("/data/b.shp") == Path("/data/b.shp")


def test_settings_can_not_be_changed(tmp_path: Path) -> None:
    settings = read_layers_file(write(tmp_path, SMALLEST))
    with pytest.raises(FrozenInstanceError):
        settings.name = "x"  # type: ignore[misc]
    with pytest.raises(pydantic.ValidationError):
        settings.layers["compound"].datum = "BD-09"
    with pytest.raises(TypeError):
        settings.layers["compound"] = settings.layers["community"]  # type: ignore[index]


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    path = tmp_path / "layers.toml"
    path.write_bytes(b"\xef\xbb\xbf" + SMALLEST.encode())
    assert read_layers_file(path).parameters == Parameters()


def test_layers_that_are_absent_need_no_place_in_precedence(tmp_path: Path) -> None:
    text = SMALLEST + '[merge]\nprecedence = ["compound"]\n'
    assert read_layers_file(write(tmp_path, text)).parameters.precedence == ("compound", "courtyard", "patrol_zone")


def test_first_is_accepted_where_every_source_layer_has_ids(tmp_path: Path) -> None:
    text = SMALLEST + 'fields = { id = "gid" }\n[merge]\nsame_layer = "first"\n'
    assert read_layers_file(write(tmp_path, text)).parameters.same_layer == "first"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        # keys
        ('colour = "red"\n' + SMALLEST, 'layers.toml: line 1: unknown key "colour"; known keys are name, working_crs'),
        ('workin_crs = "x"\n' + SMALLEST, 'layers.toml: line 1: unknown key "workin_crs"; did you mean "working_crs"?'),
        (SMALLEST + 'colour = "x"', 'layers.toml: line 6: [layers.compound] unknown key "colour"; known keys are path'),
        (SMALLEST + '[layers.compounds]\npath = "x"', '[layers] unknown key "compounds"; did you mean "compound"?'),
        (
            SMALLEST + "fields = { household = 'x' }",
            '[layers.compound.fields] unknown key "household"; did you mean "h',
        ),
        (SMALLEST + "[merge]\nsliver = 2", '[merge] unknown key "sliver"; did you mean "sliver_width"?'),
        (SMALLEST + '[tables.rooster]\npath = "x"', '[tables] unknown key "rooster"; did you mean "roster"?'),
        (SMALLEST + '[tables.roster]\nfile = "x"', '[tables.roster] unknown key "file"'),
        # missing
        ("", "layers.toml: [layers] is missing"),
        (COMPOUND, "layers.toml: [layers.community] is missing"),
        (COMMUNITY, "layers.toml: [layers] has no source layer; add at least one of courtyard, compound, patrol_zone"),
        (
            '[layers.community]\npath = "x"\n' + COMPOUND,
            "layers.toml: line 1: [layers.community.fields] is missing; it needs code",
        ),
        (COMMUNITY.replace("code = ", "name = ") + COMPOUND, "line 3: [layers.community.fields] code is missing"),
        (COMMUNITY + "[layers.compound]\n", "layers.toml: line 4: [layers.compound] path is missing"),
        # tables
        (
            SMALLEST + ROSTER + 'fields = { grid_code = "c", pots = "p" }',
            '[tables.roster.fields] unknown key "pots"; did you mean "post"? (and 1 more)',
        ),
        (SMALLEST + ROSTER, "layers.toml: line 6: [tables.roster.fields] is missing; it needs post"),
        (SMALLEST + ROSTER + 'fields = { grid_code = "c" }', "[tables.roster.fields] post is missing"),
        (
            SMALLEST + '[tables.party]\npath = "x"\nfields = { grid_code = "c", name = "n" }',
            "[tables.party.fields] organisation_id, level are missing",
        ),
        (
            SMALLEST + '[tables.funding]\npath = "x"',
            "[tables.funding.fields] is missing; it needs year, purpose, amount",
        ),
        (
            SMALLEST + '[tables.scores]\npath = "x"\nfields = { grid_code = "c" }',
            "[tables.scores.fields] period, points are missing",
        ),
        (
            SMALLEST + EXCEPTIONS + 'fields = { kind = "k" }',
            "[tables.exceptions.fields] reason, signer, expires are missing",
        ),
        (
            SMALLEST + EXCEPTIONS + 'fields = { reason = "r", signer = "s", expires = "e" }',
            "[tables.exceptions.fields] name no place: map grid_code, or layer and source_id",
        ),
        (
            SMALLEST + EXCEPTIONS + 'fields = { grid_code = "c", reason = "r", signer = "s", expires = "e" }',
            "[tables.exceptions.fields] name no gap: map kind, or gap_id",
        ),
        (
            SMALLEST + ROSTER + 'fields = { post = "p" }',
            "layers.toml: line 8: [tables.roster.fields] name no place: map grid_code, or layer and source_id",
        ),
        (
            SMALLEST + ROSTER + 'fields = { source_id = "i", post = "p" }',
            "[tables.roster.fields] source_id needs layer beside it",
        ),
        (SMALLEST + ROSTER + 'fields = { layer = "l", post = "p" }', "[tables.roster.fields] layer needs source_id"),
        # types and ranges
        (COMMUNITY + "[layers.compound]\npath = 3", "[layers.compound] path is 3: must be a path, or a list of paths"),
        (COMMUNITY + "[layers.compound]\npath = []", "[layers.compound] path is []: must be a path, or a list of"),
        (
            COMMUNITY + '[layers.compound]\npath = ["a", "a"]',
            "[layers.compound] path is ['a', 'a']: names a file twice",
        ),
        (SMALLEST + "fields = 3", "layers.toml: line 6: [layers.compound] fields must be a table, not 3"),
        ("layers = 3", "layers.toml: line 1: layers must be a table, not 3"),
        ("merge = 3\n" + SMALLEST, "layers.toml: line 1: merge must be a table, not 3"),
        (SMALLEST + 'fields = { id = "" }', '[layers.compound.fields] id is "": '),
        ("working_crs = 4526\n" + SMALLEST, "layers.toml: line 1: working_crs is 4526: should be a valid string"),
        (SMALLEST + '[merge]\nsliver_width = "2"', '[merge] sliver_width is "2": should be a valid number'),
        (SMALLEST + "[merge]\nsliver_width = true", "[merge] sliver_width is true: should be a valid number"),
        (SMALLEST + "[merge]\nsliver_width = -2", "[merge] sliver_width is -2: should be greater than or equal to 0"),
        (
            SMALLEST + "[merge]\nsliver_width = 2000",
            "[merge] sliver_width is 2000: should be less than or equal to 100",
        ),
        (SMALLEST + "[merge]\nmin_area = nan", "[merge] min_area is nan: "),
        (SMALLEST + "[merge]\nstraddle_width = inf", "[merge] straddle_width is inf: "),
        (SMALLEST + '[codes]\nobject_code = "12"', 'line 7: [codes] object_code is "12": '),
        # words of a list
        (SMALLEST + '[codes]\nprofile = "x"', '[codes] profile is "x"; it must be "DB11/T 2157" or "CJ/T 349"'),
        (
            SMALLEST + 'datum = "GCJ02"',
            '[layers.compound] datum is "GCJ02"; it must be "CGCS2000", "WGS84", "GCJ-02" or',
        ),
        (SMALLEST + '[merge]\nsame_layer = "last"', '[merge] same_layer is "last"; it must be "smaller", "larger" or'),
        (SMALLEST + '[merge]\nprecedence = ["roads"]', '[merge] precedence is "roads"; it must be "courtyard", "comp'),
        (
            SMALLEST + '[merge]\nprecedence = ["compound", "compound"]',
            "[merge] precedence is ['compound', 'compound']: n",
        ),
        (SMALLEST + '[merge]\nprecedence = ["courtyard"]', "line 7: [merge] precedence leaves out compound; name"),
        (
            SMALLEST + '[merge]\nsame_layer = "first"',
            'line 7: [merge] same_layer = "first" needs ids, and [layers.compound]',
        ),
        # encodings and CRS
        (SMALLEST + 'encoding = "klingon"', '[layers.compound] encoding is "klingon": unknown encoding; write GBK'),
        (SMALLEST + 'crs = "EPSG:99999"', "[layers.compound] crs: 'EPSG:99999' is no coordinate reference system"),
        (
            'working_crs = "EPSG:4490"\n' + SMALLEST,
            "layers.toml: line 1: working_crs: EPSG:4490 is not projected; areas",
        ),
        (
            'working_crs = "EPSG:2236"\n' + SMALLEST,
            "layers.toml: line 1: working_crs: EPSG:2236 is in US survey foot; areas",
        ),
        # TOML
        ("name =", "layers.toml: "),
        # slips of a Chinese keyboard, and paths of Windows
        (
            SMALLEST + "encoding = “GBK”",
            """line 6, column 12: invalid value; write straight quotes, "…", instead of “""",
        ),
        (
            SMALLEST + "encoding = ‘GBK’",
            """line 6, column 12: invalid value; write straight quotes, "…", instead of ‘""",
        ),
        (
            SMALLEST + 'encoding ＝ "GBK"',
            "line 6, column 10: expected '=' after a key in a key/value pair; write = ins",
        ),
        (
            SMALLEST + 'fields = { id = "a"，name = "b" }',
            "line 6, column 20: unclosed inline table; write , instead of ，",
        ),
        ("［layers.community]\n", "line 1, column 1: invalid statement; write [ instead of ［"),
        (
            COMMUNITY + '[layers.compound]\npath = "D:\\data\\x.shp"',
            "layers.toml: line 5, column 13: unescaped '\\' in a string; write / in a path, and 'single quotes' around",
        ),
        (COMMUNITY + '[layers.compound]\npath = "D:\\users"', "invalid hex value; write / in a path, and"),
        (
            COMMUNITY + '[layers.compound]\npath = "D:\\new.shp"',
            'line 5: [layers.compound] path is "D:\\new.shp": a backslash made another character of the letter after',
        ),
        (SMALLEST + "path = 1\n", "layers.toml: "),
        ("[layers.community\n", "layers.toml: line 1, column "),
        ('name = "x"\nthis is no TOML\n', "layers.toml: line 2, column 6: expected '='"),
    ],
)
def test_a_mistake_is_one_line_with_file_line_table_key_and_reason(tmp_path: Path, text: str, line: str) -> None:
    message = refusal(tmp_path, text)
    assert message.startswith("layers.toml: ")
    assert line in message


def test_further_mistakes_are_counted(tmp_path: Path) -> None:
    assert refusal(tmp_path, SMALLEST + 'datum = "x"\nencoding = "y"\ncrs = "z"').endswith(" (and 2 more)")


def test_a_file_that_is_not_there_or_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere.toml: no such file; give the path of a layers.toml"):
        read_layers_file(tmp_path / "nowhere.toml")
    with pytest.raises(InputError, match=r"is a folder; give the path of the layers.toml in it"):
        read_layers_file(tmp_path)


def test_a_file_in_gbk_is_refused_with_the_remedy(tmp_path: Path) -> None:
    path = tmp_path / "layers.toml"
    path.write_bytes(('name = "翠湖街道"\n' + SMALLEST).encode("gbk"))
    with pytest.raises(InputError, match=r"layers.toml: is not UTF-8; save it as UTF-8"):
        read_layers_file(path)
