"""Chinese text in Shapefiles and other files that say, do not say, or say wrongly how it is encoded."""

from __future__ import annotations

import pytest

from data.reading.text_encoding import decode, guess, superset
from tests.data.reading.little_town import LittleTown, square

DRAWN = [square(0, 0, inset=20), square(1, 1, inset=20)]
NAMES = ["翠湖小区", "螺蛳湾"]


def write_shapefile(town: LittleTown, encoding: str = "GBK", names: list[str] = NAMES, column: str = "NAME") -> None:
    frame = town.frame(DRAWN, **{"gid": ["a", "b"], column: names}).to_crs(4490)
    frame.to_file(town.folder / "compounds.shp", encoding=encoding)
    town.table("compound", path="compounds.shp", fields={"id": "gid", "name": column})


def say(town: LittleTown, cpg: str | None, language_byte: int = 0) -> None:
    """Let the Shapefile say something else about its encoding: in the .cpg, and in byte 29 of the .dbf."""
    stem = town.folder / "compounds"
    stem.with_suffix(".cpg").unlink()
    if cpg is not None:
        stem.with_suffix(".cpg").write_text(cpg)
    dbf = bytearray(stem.with_suffix(".dbf").read_bytes())
    dbf[29] = language_byte
    stem.with_suffix(".dbf").write_bytes(bytes(dbf))


def names(town: LittleTown) -> list[str]:
    return list(town.read().sources.units["name"])


@pytest.mark.parametrize("encoding", ["GBK", "GB18030", "UTF-8", "GB2312"])
def test_a_shapefile_that_says_its_encoding_is_read_in_it(town: LittleTown, encoding: str) -> None:
    write_shapefile(town, encoding)
    assert names(town) == NAMES
    assert town.said == []


@pytest.mark.parametrize("cpg", [None, "UTF-8", "ISO-8859-1", "nonsense"])
@pytest.mark.parametrize("given", ["GBK", "gb2312", "cp936"])
def test_the_encoding_given_overrides_what_the_shapefile_says(town: LittleTown, cpg: str | None, given: str) -> None:
    write_shapefile(town, encoding="GBK")
    say(town, cpg)
    town.tables["compound"]["encoding"] = given
    assert names(town) == NAMES
    assert town.said == []


def test_a_shapefile_that_says_it_in_its_dbf_alone_is_read_in_it(town: LittleTown) -> None:
    write_shapefile(town)
    say(town, None, language_byte=0x4D)
    assert names(town) == NAMES
    assert town.said == []


@pytest.mark.parametrize("cpg", [None, "UTF-8", "nonsense"])
def test_a_gbk_shapefile_that_does_not_say_so_is_recognised_and_reported(town: LittleTown, cpg: str | None) -> None:
    write_shapefile(town)
    say(town, cpg)
    read = town.read()
    assert list(read.sources.units["name"]) == NAMES
    repairs = read.sources.repairs
    assert repairs["problem"].tolist() == ["text encoding not stated"]
    assert repairs["action"].tolist() == ["compounds.shp: read as GB18030"]
    assert len(town.said) == 1
    assert 'add encoding = "GB18030" to [layers.compound]' in town.said[0]


def test_a_utf_8_shapefile_that_does_not_say_so_is_recognised(town: LittleTown) -> None:
    write_shapefile(town, "UTF-8")
    say(town, None)
    assert names(town) == NAMES


def test_an_ascii_shapefile_needs_to_say_nothing(town: LittleTown) -> None:
    write_shapefile(town, names=["Green Lake", "Snail Bay"])
    say(town, None)
    assert names(town) == ["Green Lake", "Snail Bay"]
    assert town.said == []


@pytest.mark.parametrize("given", [{}, {"encoding": "GBK"}])
def test_chinese_field_names_in_gbk_are_mapped(town: LittleTown, given: dict[str, str]) -> None:
    write_shapefile(town, column="名称")
    say(town, None)
    town.tables["compound"] |= given
    assert names(town) == NAMES


def test_a_last_character_cut_in_two_by_the_field_width_is_dropped(town: LittleTown) -> None:
    write_shapefile(town)
    say(town, None)
    dbf = town.folder / "compounds.dbf"
    raw = dbf.read_bytes()
    cut = "螺蛳湾".encode("gbk")
    dbf.write_bytes(raw.replace(cut, cut[:-1] + b" ").replace(cut[:-1] + b" ", cut[:-1] + b"\x81"))
    town.tables["compound"]["encoding"] = "GBK"
    assert names(town)[1].startswith("螺蛳")
    del town.tables["compound"]["encoding"]
    assert names(town)[1].startswith("螺蛳")


def test_text_in_no_encoding_that_is_tried_is_refused(town: LittleTown) -> None:
    write_shapefile(town, "ISO-8859-1", names=["Café é a", "Señor \xff\xff"])
    say(town, None)
    message = town.refusal()
    assert message.startswith("compounds.shp: does not say how its text is encoded, and it is neither UTF-8 nor GBK")


def test_geojson_in_gbk_is_read_when_said_and_refused_otherwise(town: LittleTown) -> None:
    names_with_a_backslash_byte = ["翠湖\\小区", "乗凸"]
    frame = town.frame(DRAWN, gid=["a", "b"], name=names_with_a_backslash_byte).to_crs(4490)
    frame.to_file(town.folder / "compounds.geojson")
    path = town.folder / "compounds.geojson"
    path.write_bytes(path.read_text("utf-8").encode("gbk"))
    town.table("compound", path="compounds.geojson", fields={"id": "gid", "name": "name"}, encoding="GBK")
    assert names(town) == names_with_a_backslash_byte
    del town.tables["compound"]["encoding"]
    assert town.refusal().startswith("compounds.geojson: is not UTF-8, as GeoJSON must be; add encoding = ")


def test_a_wrong_encoding_given_for_geojson_is_refused(town: LittleTown) -> None:
    path = town.folder / "compounds.geojson"
    town.frame(DRAWN, gid=["a", "b"], name=["Café", "x"]).to_crs(4490).to_file(path)
    path.write_bytes(path.read_text("utf-8").encode("latin-1"))
    town.table("compound", path="compounds.geojson", fields={"id": "gid", "name": "name"}, encoding="UTF-16")
    assert "its text is not UTF-16; correct encoding in layers.toml" in town.refusal()


@pytest.mark.filterwarnings("ignore")  # of the writing driver
@pytest.mark.parametrize("given", [{}, {"encoding": "GBK"}])
def test_mapinfo_files_in_gbk_are_read(town: LittleTown, given: dict[str, str]) -> None:
    frame = town.frame(DRAWN, gid=["a", "b"], name=NAMES).to_crs(4490)
    frame.to_file(town.folder / "compounds.tab", encoding="GBK")
    town.table("compound", path="compounds.tab", fields={"id": "gid", "name": "name"}, **given)
    assert names(town) == NAMES


def test_utf_8_is_guessed_before_gb18030() -> None:
    as_latin = "翠湖".encode().decode("latin-1")
    assert guess([as_latin, None, "plain"]) == "UTF-8"
    assert guess(["翠湖".encode("gbk").decode("latin-1")]) == "GB18030"
    assert guess(["plain", None]) == "ASCII"
    assert guess(["\xe9 ", "\xff"]) is None
    assert decode([as_latin, None, "plain"], "UTF-8") == ["翠湖", None, "plain"]


def test_chinese_encodings_are_widened_to_the_one_that_holds_them_all() -> None:
    assert {superset(name) for name in ("gb2312", "GBK", "cp936", "GB18030", "936")} == {"GB18030"}
    assert superset("Big5") == "Big5"


def with_money(town: LittleTown, year: str) -> None:
    """Give the town a table in GBK that does not say so."""
    (town.folder / "f.csv").write_bytes(f"社区,年度,用途,金额\n530102001001,{year},活动经费,1".encode("GBK"))
    columns = 'community = "社区", year = "年度", purpose = "用途", amount = "金额"'
    town.tail = f'[tables.funding]\npath = "f.csv"\nfields = {{ {columns} }}'


@pytest.mark.parametrize("workers", [1, 2])
def test_what_tables_give_to_say_is_said_before_what_layers_do(town: LittleTown, workers: int) -> None:
    write_shapefile(town)
    say(town, None)
    with_money(town, "2026")
    repairs = town.read(workers=workers).sources.repairs
    assert [line.split(":")[0] for line in town.said] == ["f.csv", "compounds.shp"]
    assert list(repairs["layer"]) == ["funding", "compound"]


def test_a_table_is_refused_before_a_layer(town: LittleTown) -> None:
    town.compounds([None], gid=["a"])
    assert town.refusal().startswith("compounds.gpkg")
    with_money(town, "last year")
    assert town.refusal().startswith("f.csv")
