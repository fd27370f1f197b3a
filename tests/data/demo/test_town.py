"""What the demo town is like: its proportions, divisions, names, streets, counts and tables."""

from __future__ import annotations

import re

import geopandas as gpd
import numpy as np
import pytest
import shapely

from data.demo import write_demo
from data.demo.names import INVENTED, SURNAMES
from data.demo.seeds import Seeds
from data.demo.town import make_town
from data.reading import read_sources
from geo.build import build
from geo.datum import from_datum
from geo.sources import COUNTS, Parameters
from tests.data.demo.written import METRES, Written

PUBLIC_COLUMNS = (
    "代码 名称 街道代码 街道名称 区县名称 是否农村 社区电话 编号 户数 人口 党员数 业委会 物业公司 物业党建 类别 "
    "网格类型 来源 等级 宽度 图层 社区代码 岗位 姓名 工作电话 专职 力量 所属单位 组织编号 级别 上级组织 书记 年度 "
    "用途 金额 考核期 项目 分值 缺口类型 理由 签批人 签批日期 有效期至"
)
IDENTITY_NUMBER = re.compile(r"\b[1-9]\d{5}(19|20)\d{9}[\dX]\b")


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Written:
    return Written(write_demo(tmp_path_factory.mktemp("city"), communities=300))


def polygons(written: Written) -> np.ndarray:
    return np.concatenate(
        [written.layer(name).geometry for name in ("community", "compound", "courtyard", "patrol_zone")]
    )


def test_a_community_has_about_nine_polygons_of_about_25_vertices(city: Written) -> None:
    drawn = polygons(city)
    assert 8.3 < len(drawn) / 300 < 9.0
    assert 20 < shapely.get_num_coordinates(drawn).mean() < 30


def test_a_community_becomes_about_eleven_grids(city: Written) -> None:
    read = read_sources(city.settings, warn=lambda line: None)
    grids = build(read.sources, Parameters()).grids
    assert 10 < len(grids) / 300 < 12


@pytest.mark.parametrize("seed", range(8))
def test_no_seed_folds_the_town(seed: int) -> None:
    layers = make_town(Seeds(30, seed), lambda line: None).layers
    assert layers["community"].is_valid.all()
    assert set(layers["community"].geom_type) == {"Polygon"}
    assert layers["patrol_zone"].is_valid.all()
    land, whole = layers["community"].area.sum(), layers["community"].union_all().area
    assert abs(land - whole) < 1e-4 * whole
    drawn_wrong = layers["compound"][~layers["compound"].geometry.fillna(shapely.Point()).is_valid]
    assert list(drawn_wrong["mess"]) == ["bow_tie"]


def test_codes_have_twelve_digits_and_make_a_tree(city: Written) -> None:
    communities = city.communities
    assert communities["code"].str.fullmatch(r"53\d{10}").all()
    assert communities["code"].is_unique
    assert (communities["code"].str[:9] == communities["street"]).all()
    rural = communities["rural"].astype(int) == 1
    assert communities["code"].str[9:].astype(int).ge(201).equals(rural)
    assert communities["street"].str[6:].astype(int).ge(101).equals(rural)
    assert sorted(communities["code"].str[4:6].unique()) == ["02", "03", "04"]
    assert communities["street"].value_counts().between(5, 16).all()


def test_names_are_unlike_where_real_ones_are(city: Written) -> None:
    communities = city.communities
    assert (
        not communities.duplicated(["name"]).any()
        or not communities.assign(county=communities["code"].str[:6]).duplicated(["county", "name"]).any()
    )
    streets = city.raw("community").drop_duplicates("街道代码")
    assert not streets.assign(county=streets["街道代码"].str[:6]).duplicated(["county", "街道名称"]).any()
    inside = city.compounds[city.compounds.geometry.notna()]
    home = city.communities.sindex.nearest(inside.representative_point(), return_all=False)[1]
    known = inside["name"] != "云栖度假村"
    assert not inside.assign(home=home)[known].duplicated(["home", "name"]).any()


def test_villages_are_larger_and_looser(town: Written) -> None:
    communities = town.communities.assign(rural=town.communities["rural"].astype(int) == 1)
    area = communities.geometry.area
    assert area[communities["rural"]].mean() > 1.5 * area[~communities["rural"]].mean()
    assert communities["rural"].sum() == 8
    homes = shapely.union_all(shapely.make_valid(np.array(town.compounds.geometry.dropna())))
    share = communities.intersection(homes).area / area
    assert share[communities["rural"]].max() < share[~communities["rural"]].median()


def test_streets_connect(town: Written) -> None:
    """Streets are found to meet at shared vertices: from one of them nearly all others can be walked to."""
    roads = town.layer("road").geometry
    points, line = shapely.get_coordinates(roads.array, return_index=True)
    _, place = np.unique(points.round(2), axis=0, return_inverse=True)
    reached = {0}
    while True:
        grown = set(line[np.isin(place, place[np.isin(line, list(reached))])])
        if grown == reached:
            break
        reached = grown
    assert roads.iloc[list(reached)].length.sum() > 0.9 * roads.length.sum()


def test_facilities_are_in_gcj02(town: Written) -> None:
    assert town.toml["layers"]["facility"]["datum"] == "GCJ-02"
    shifted = shapely.get_coordinates(town.raw("facility").geometry.array)
    asis, right = (
        gpd.GeoSeries(gpd.points_from_xy(*degrees.T), crs=4490).to_crs(METRES)
        for degrees in (shifted, from_datum(shifted, "GCJ-02"))
    )
    assert right.within(town.communities.union_all().buffer(5)).all()
    assert 150 < right.distance(asis).median() < 700


def test_buildings_lie_in_their_compounds_and_add_up(town: Written) -> None:
    buildings, compounds = town.layer("building"), town.compounds
    compounds = compounds[compounds.geometry.notna()].assign(geometry=lambda rows: rows.make_valid())
    known = compounds[compounds["households"].notna() & (compounds["name"] != "云栖度假村")]
    total = buildings.groupby(buildings["name"].str.replace(r"\d+栋$", "", regex=True))[list(COUNTS)].sum()
    for count in COUNTS:
        same = known.groupby("name")[count].sum().loc[known["name"]]
        assert (total.loc[known["name"], count].to_numpy() == same.to_numpy()).all()
    assert shapely.contains_xy(
        shapely.union_all(compounds.geometry.array), *shapely.get_coordinates(buildings.geometry).T
    ).all()
    assert 6 <= len(buildings) / len(known) <= 10


def test_sparse_demos_as_large_ones_are_have_fewer_buildings() -> None:
    assert [Seeds(size, 1).is_sparse for size in (2_000, 2_001)] == [False, True]
    layers = make_town(Seeds(7, 1, sparse=True), lambda line: None).layers
    assert 2 <= len(layers["building"]) / len(layers["compound"]) <= 3


def test_the_party_organisations_make_two_chains(town: Written) -> None:
    party = town.table("party")
    level = party.drop_duplicates("organisation_id").set_index("organisation_id")["level"]
    chains = {(level[row.parent_id], row.level) for row in party[party["parent_id"].notna()].itertuples()}
    assert {
        ("街道党工委", "社区党组织"),
        ("社区党组织", "网格党支部"),
        ("网格党支部", "楼栋党小组"),
        ("镇党委", "村党组织"),
        ("村党组织", "村民小组党支部"),
    } <= chains
    assert set(party.loc[party["parent_id"].isna(), "level"]) == {"街道党工委", "镇党委"}
    assert set(party["parent_id"].dropna()) <= set(party["organisation_id"])


def test_every_row_of_a_table_is_about_something_on_the_map(town: Written) -> None:
    ids = {
        "居民小区": set(town.compounds["id"]),
        "单位院落": set(town.courtyards["id"]),
        "巡逻防控区": set(town.zones["id"]),
        "社区": set(town.communities["code"]),
    }
    for name in ("roster", "party", "funding", "scores", "exceptions"):
        table = town.table(name).dropna(subset=["layer"])
        assert len(table)
        assert all(row.source_id in ids[row.layer] for row in table.itertuples())
        assert set(table["community"]) <= ids["社区"]


def test_nobody_in_the_tables_can_be_a_person(town: Written) -> None:
    roster, party = town.table("roster"), town.table("party")
    invented = rf"[{SURNAMES}]({'|'.join(INVENTED)})"
    assert roster["name"].str.fullmatch(invented).all()
    assert party["secretary"].dropna().str.fullmatch(invented).all()
    assert roster["phone"].str.fullmatch(r"0871-5550\d{4}").all()


def test_no_file_holds_anything_about_residents(town: Written) -> None:
    """Whatever columns there are name places, posts, counts and money; none of their values is an identity number."""
    allowed = set(PUBLIC_COLUMNS.split())
    frames = [town.raw(name).drop(columns="geometry") for name in town.toml["layers"]]
    encodings = {"评分.csv": "GBK"}
    for path in town.settings.parent.glob("*.csv"):
        text = path.read_text(encodings.get(path.name, "utf-8-sig"))
        assert set(text.splitlines()[0].split(",")) <= allowed
        assert not IDENTITY_NUMBER.search(text)
    for frame in frames:
        assert set(frame.columns) <= allowed
        assert not IDENTITY_NUMBER.search(frame.to_csv())
