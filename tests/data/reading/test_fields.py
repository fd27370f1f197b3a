"""Ids, codes, counts and words: what is read, and what is refused with the feature."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
import shapely

from tests.data.reading.little_town import LittleTown, square

PLACES = [(0, 0), (1, 0), (0, 1), (1, 1)]
DRAWN = [square(*place, inset=20) for place in PLACES]
COMMUNITIES = [square(*place) for place in PLACES]


def communities(town: LittleTown, file: str = "communities.gpkg", **columns: list[Any]) -> None:
    fields = {name: name for name in columns}
    town.layer("community", town.frame(COMMUNITIES, **columns), file, **fields)


# codes


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (["530102001001", "530102001002", "530102001003", "530102001004"], "530102001001"),
        ([530102001001, 530102001002, 530102001003, 530102001004], "530102001001"),
        ([530102001001.0, 530102001002.0, 530102001003.0, 530102001004.0], "530102001001"),
        (["1", "2", "3", "4"], "000000000001"),
        ([7, 8, 9, 10], "000000000007"),
        ([7.0, 8.0, 9.0, 10.0], "000000000007"),
    ],
)
@pytest.mark.parametrize("file", ["communities.gpkg", "communities.shp", "communities.geojson", "communities.parquet"])
def test_codes_are_twelve_digits_however_they_were_kept(
    town: LittleTown, file: str, written: list[Any], read: str
) -> None:
    communities(town, file, code=written)
    assert town.read().sources.communities["code"].iloc[0] == read


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("5301020010011", '"5301020010011"'),
        ("53010200100A", '"53010200100A"'),
        ("530102-001", '"530102-001"'),
        ("５３０１", '"５３０１"'),
        ("530102.0", '"530102.0"'),
        (" 530102", '" 530102"'),
        (-3, '"-3"'),
        (1234567890123, '"1234567890123"'),
        (12.5, '"12.5"'),
        (None, "no code"),
        ("", "no code"),
    ],
)
def test_a_code_that_is_not_one_to_twelve_digits_is_refused(town: LittleTown, code: Any, shown: str) -> None:
    others = ["2", "3", "4"] if isinstance(code, str) or code is None else [2, 3, 4]
    communities(town, code=[*others, code])
    message = town.refusal()
    assert message.startswith("communities.gpkg: feature 3 (counted from 0) has ")
    assert shown in message
    assert message.endswith("a community code is 1 to 12 digits")


@pytest.mark.parametrize("codes", [["7", "8", "7", "9"], ["7", "8", "007", "9"]])
def test_duplicate_community_codes_are_refused(town: LittleTown, codes: list[str]) -> None:
    communities(town, code=codes)
    assert town.refusal() == (
        'communities.gpkg: code "000000000007" is given twice, at communities.gpkg row 0 and communities.gpkg row 2 '
        "(rows counted from 0); make each code of [layers.community] unique"
    )


def test_a_community_layer_without_mapped_code_is_refused(town: LittleTown) -> None:
    town.tables["community"]["fields"] = {"name": "code"}
    assert town.refusal() == "layers.toml: line 3: [layers.community.fields] code is missing"


@pytest.mark.parametrize(
    ("values", "flags"),
    [
        ([True, False, True, None], [True, False, True, False]),
        ([1, 0, 1, 0], [True, False, True, False]),
        ([1.0, 0.0, None, 1.0], [True, False, False, True]),
        (["是", "否", "村", ""], [True, False, True, False]),
        (["Yes", "no", "TRUE", None], [True, False, True, False]),
    ],
)
def test_rural_is_yes_or_no(town: LittleTown, values: list[Any], flags: list[bool]) -> None:
    communities(town, code=["1", "2", "3", "4"], rural=values)
    frame = town.read().sources.communities
    assert frame["rural"].tolist() == flags
    assert frame["rural"].dtype == bool


def test_another_word_for_rural_is_refused(town: LittleTown) -> None:
    communities(town, code=["1", "2", "3", "4"], rural=["1", "0", "maybe", "0"])
    assert town.refusal().startswith(
        'communities.gpkg: feature 2 (counted from 0) has "maybe" in field "rural" (mapped as rural); write yes or no'
    )


def test_names_and_streets_are_text_or_missing(town: LittleTown) -> None:
    communities(town, code=["1", "2", "3", "4"], name=["金星", None, " ", "江岸"], street=[53, 53, 54, None])
    frame = town.read().sources.communities
    assert frame["name"].isna().tolist() == [False, True, True, False]
    assert frame["street"].tolist()[:3] == ["53", "53", "54"]


# ids


@pytest.mark.parametrize(
    ("values", "ids"),
    [
        (["a", "b", "c", "d"], ["a", "b", "c", "d"]),
        ([1, 2, 3, 4], ["1", "2", "3", "4"]),
        ([1.0, 2.0, 3.0, 12.0], ["1", "2", "3", "12"]),
        ([0.5, 2.0, 3.0, 4.0], ["0.5", "2", "3", "4"]),
        ([10**15 + 1, 2, 3, 4], ["1000000000000001", "2", "3", "4"]),
        (["01", "1", " 1", "1 "], ["01", "1", " 1", "1 "]),
    ],
)
def test_ids_are_text_as_written(town: LittleTown, values: list[Any], ids: list[str]) -> None:
    town.compounds(DRAWN, gid=values)
    sources = town.read().sources
    assert sources.units["source_id"].tolist() == ids


def test_without_ids_features_are_counted_over_the_files(town: LittleTown) -> None:
    for name, rows in (("one", slice(0, 3)), ("two", slice(3, 4))):
        town.frame(DRAWN[rows]).to_crs(4490).to_file(town.folder / f"{name}.gpkg")
    town.table("compound", path=["one.gpkg", "two.gpkg"])
    sources = town.read().sources
    assert sources.units["source_id"].tolist() == ["0", "1", "2", "3"]


def test_duplicate_ids_in_a_file_are_refused(town: LittleTown) -> None:
    town.compounds(DRAWN, gid=["a", "b", "a", "a"])
    assert town.refusal() == (
        'compounds.gpkg: id "a" is given twice, at compounds.gpkg row 0 and compounds.gpkg row 2 (rows counted from 0) '
        "(and 1 more such features); make each id of [layers.compound] unique"
    )


def test_duplicate_ids_in_two_files_are_refused_with_both_files(town: LittleTown) -> None:
    for name, rows in (("one", slice(0, 3)), ("two", slice(3, 4))):
        ids = ["a", "b", "c"] if name == "one" else ["b"]
        town.frame(DRAWN[rows], gid=ids).to_crs(4490).to_file(town.folder / f"{name}.gpkg")
    town.table("compound", path=["one.gpkg", "two.gpkg"], fields={"id": "gid"})
    assert 'two.gpkg: id "b" is given twice, at one.gpkg row 1 and two.gpkg row 0' in town.refusal()


def test_the_same_id_in_two_layers_is_no_duplicate(town: LittleTown) -> None:
    town.layer("courtyard", town.frame(DRAWN, gid=["a", "b", "c", "d"]), "courtyards.gpkg", id="gid")
    assert len(town.read().sources.units) == 8


@pytest.mark.parametrize("missing", [None, "", "  "])
def test_a_feature_without_id_is_refused(town: LittleTown, missing: str | None) -> None:
    town.compounds(DRAWN, gid=["a", missing, "c", "d"])
    assert town.refusal().startswith('compounds.gpkg: feature 1 (counted from 0) has no id in field "gid"')


# counts


@pytest.mark.parametrize(
    ("values", "counts"),
    [
        ([1, 2, 3, 0], [1, 2, 3, 0]),
        ([1.0, 2.0, None, 430.0], [1, 2, None, 430]),
        (["1", " 2 ", None, "430"], [1, 2, None, 430]),
        (["1.0", "+2", "", "430."], [1, 2, None, 430]),
        ([10_000_000, 0, 0, 0], [10_000_000, 0, 0, 0]),
    ],
)
@pytest.mark.parametrize("file", ["compounds.gpkg", "compounds.shp", "compounds.parquet"])
def test_counts_are_whole_numbers_or_missing(
    town: LittleTown, file: str, values: list[Any], counts: list[int | None]
) -> None:
    town.compounds(DRAWN, file, gid=["a", "b", "c", "d"], households=values)
    households = town.read().sources.units["households"]
    assert households.dtype == "Int64"
    assert [None if pd.isna(value) else value for value in households] == counts


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (-1, "-1"),
        (-9999, "-9999"),
        (2.5, "2.5"),
        (10_000_001, "10000001"),
        (1e30, "1e+30"),
        ("430户", '"430户"'),
        ("1,234", '"1,234"'),
        ("-3", "-3"),
        ("2.5", "2.5"),
        ("12000000", "12000000"),
        ("many", '"many"'),
    ],
)
def test_a_count_that_is_none_is_refused_with_the_feature(town: LittleTown, value: Any, shown: str) -> None:
    others = ["1", "2", "3"] if isinstance(value, str) else [1, 2, 3]
    town.compounds(DRAWN, gid=["a", "b", "c", "d"], households=[*others, value])
    message = town.refusal()
    assert message.startswith(f'compounds.gpkg: feature "d" has {shown} in field "households" (mapped as households); ')


@pytest.mark.parametrize("value", [float("inf"), float("nan")])
def test_a_count_that_is_not_finite_is_refused(town: LittleTown, value: float) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    town.compounds(DRAWN, "compounds.parquet", gid=["a", "b", "c", "d"], households=[1.0, 2.0, 3.0, 4.0])
    path = town.folder / "compounds.parquet"
    table = pq.read_table(path)
    at = table.column_names.index("households")
    pq.write_table(table.set_column(at, "households", pa.array([1.0, 2.0, 3.0, value])), path)
    assert 'compounds.parquet: feature "d" has ' in town.refusal()


def test_yes_and_no_are_no_counts(town: LittleTown) -> None:
    town.compounds(DRAWN, gid=["a", "b", "c", "d"], households=[True, False, True, True])
    assert "holds yes and no, not counts" in town.refusal()


def test_the_number_of_further_wrong_features_is_told(town: LittleTown) -> None:
    town.compounds(DRAWN, gid=["a", "b", "c", "d"], households=[-1, 2, -3, -4])
    assert 'feature "a" (and 2 more) has -1' in town.refusal()


# mapping


def test_a_mapped_field_that_is_missing_is_refused_with_the_fields_there_are(town: LittleTown) -> None:
    town.tables["compound"]["fields"] = {"id": "gid", "households": "hu"}
    assert town.refusal() == 'compounds.gpkg: has no field "hu" (mapped as households); its fields are gid'


@pytest.mark.parametrize("file", ["compounds.gpkg", "compounds.geojson", "compounds.parquet", "compounds.shp"])
def test_field_names_are_case_sensitive_and_near_ones_are_suggested(town: LittleTown, file: str) -> None:
    town.compounds(DRAWN, file, gid=["a", "b", "c", "d"], name=["x"] * 4)
    town.tables["compound"]["fields"] = {"id": "gid", "name": "NAME"}
    assert town.refusal() == (
        f'{file}: has no field "NAME" (mapped as name); did you mean "name"? its fields are gid, name'
    )


@pytest.mark.parametrize("file", ["compounds.gpkg", "compounds.geojson", "compounds.parquet", "compounds.shp"])
def test_columns_that_the_mapping_does_not_name_are_dropped_and_named(town: LittleTown, file: str) -> None:
    town.compounds(DRAWN, file, gid=["a", "b", "c", "d"], phone=["1"] * 4, owner=["x"] * 4)
    town.tables["compound"]["fields"] = {"id": "gid"}
    read = town.read()
    assert read.inputs[1].dropped == ("phone", "owner")
    assert read.facts()[f"columns not read, compound: {file}"] == "phone, owner"
    assert not {"phone", "owner"} & set(read.sources.units.columns)


# words of a fixed list


def test_management_types_are_read_in_english_and_chinese(town: LittleTown) -> None:
    kinds = ["routine", "重点关注型", "general_prevention", "集中整治型"]
    town.layer("management_area", town.frame(COMMUNITIES, t=kinds), "areas.gpkg", type="t")
    areas = town.read().sources.management_areas
    assert areas is not None
    assert areas["type"].tolist() == ["routine", "key_attention", "general_prevention", "concentrated_rectification"]


def test_an_area_without_management_type_is_routine_and_said_so(town: LittleTown) -> None:
    town.layer("management_area", town.frame(COMMUNITIES, t=["key_attention", None, None, None]), "a.gpkg", type="t")
    sources = town.read().sources
    assert sources.management_areas is not None
    assert sources.management_areas["type"].tolist() == ["key_attention", "routine", "routine", "routine"]
    assert sources.repairs["action"].tolist() == ["a.gpkg: 3 areas taken as routine"]


def test_an_unknown_management_type_is_refused(town: LittleTown) -> None:
    town.layer("management_area", town.frame(COMMUNITIES, t=["dangerous"] * 4), "areas.gpkg", type="t")
    message = town.refusal()
    assert message.startswith('areas.gpkg: feature 0 (counted from 0) (and 3 more) has "dangerous" in field "t"')
    assert "key_attention" in message


def test_kinds_of_premises_are_a_fixed_list_and_of_facilities_are_not(town: LittleTown) -> None:
    points = [shapely.centroid(one) for one in COMMUNITIES]
    town.layer("premises", town.frame(points, k=["leased", "新建", None, "bought"]), "premises.gpkg", kind="k")
    town.layer("facility", town.frame(points, k=["公厕", "便民警务站", None, "x"]), "facilities.gpkg", kind="k")
    sources = town.read().sources
    assert sources.premises is not None
    assert sources.facilities is not None
    assert sources.premises["kind"].fillna("-").tolist() == ["leased", "new_built", "-", "bought"]
    assert sources.facilities["kind"].fillna("-").tolist() == ["公厕", "便民警务站", "-", "x"]
    town.layer("premises", town.frame(points, k=["rented"] * 4), "premises.gpkg", kind="k")
    assert 'has "rented" in field "k" (mapped as kind); write one of new_built' in town.refusal()


def test_units_without_ids_are_warned_of_where_counts_or_tables_hang_on_them(town: LittleTown) -> None:
    drawn = [square(*place, inset=20) for place in ((0, 0), (1, 0), (0, 1), (1, 1))]
    town.compounds(drawn, name=["a", "b", "c", "d"])
    town.read()
    assert town.said == []
    town.compounds(drawn, households=[1, 2, 3, 4])
    town.read()
    numbers = (
        "layers.toml: no fields.id in [layers.compound]: features are numbered from 0 in the order of the file; these"
    )
    assert town.said == [f"{numbers} numbers change when the file does; map the column of the id"]
    (town.folder / "roster.csv").write_text("layer,id,post,name\ncompound,0,grid_head,x\n", encoding="utf-8")
    fields = 'layer = "layer", source_id = "id", post = "post", name = "name"'
    town.tail = f'[tables.roster]\npath = "roster.csv"\nfields = {{ {fields} }}'
    town.said.clear()
    town.compounds(drawn)
    town.read()
    assert town.said == [
        f"{numbers} numbers, by which roster find them, change when the file does; map the column of the id"
    ]
