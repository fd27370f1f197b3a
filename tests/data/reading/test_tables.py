"""What the rows of tables say, in the words of offices, and what can't be right."""

from __future__ import annotations

import pandas as pd
import pytest

from data.reading.vocabulary import VOCABULARIES, word_of
from geo.gaps import KINDS
from geo.tables import COLUMNS, FORCES, KEY_LAYERS, LEVELS, POSTS, PURPOSES
from tests.data.reading.office import A, B, Office
from web.reports.words import WORDS

GRID = "530102001001001"


@pytest.mark.parametrize(
    ("column", "words"),
    [
        ("post", POSTS),
        ("force", FORCES),
        ("level", LEVELS),
        ("purpose", PURPOSES),
        ("layer", KEY_LAYERS),
        ("kind", tuple(KINDS)),
    ],
)
def test_every_word_of_the_engine_can_be_written_in_english_and_in_chinese(column, words):
    assert set(words) <= set(VOCABULARIES[column])
    for word in words:
        assert word_of(column, word) == word_of(column, word.upper()) == word
        assert all(word_of(column, chinese) == word for chinese in VOCABULARIES[column][word])


@pytest.mark.parametrize("column", VOCABULARIES)
def test_no_word_means_two_things(column):
    words = [word for words in VOCABULARIES[column].values() for word in words]
    assert len(set(words)) == len(words)


def test_the_kinds_of_gaps_may_be_written_as_the_map_shows_them():
    for kind in VOCABULARIES["kind"]:
        assert word_of("kind", WORDS[f"gap.{kind}"][0]) == kind


def test_every_table_has_its_columns_and_types_whatever_is_mapped(office: Office):
    office.rows("roster", ["图层", "编号", "岗位"], ["小区", "1", "网格长"])
    office.rows("party", ["组织", "名称", "级别", "网格"], ["1", "a", "网格党支部", GRID], file="p.csv")
    office.rows("funding", ["社区", "年度", "用途", "金额"], [A, 2026, "活动经费", 1], file="f.csv")
    office.rows("scores", ["图层", "编号", "考核期", "分值"], ["小区", "1", "2026", 80], file="s.csv")
    office.rows(
        "exceptions", ["缺口", "网格", "理由", "签批人", "有效期"], ["缺编", GRID, "x", "y", "2026/1/2"], file="e.csv"
    )
    for name, frame in office.read().tables.present():
        assert {column: str(dtype) for column, dtype in frame.dtypes.items()} == dict(COLUMNS[name])
        assert len(frame) == 1


HEADERS = {
    "roster": "图层,编号,岗位,专职,力量",
    "party": "组织,名称,级别,党员数,网格",
    "funding": "社区,年度,用途,金额",
    "scores": "图层,编号,考核期,分值",
    "exceptions": "缺口,网格,理由,签批人,签批,有效期",
}


@pytest.mark.parametrize(
    ("table", "row", "word", "allowed"),
    [
        ("roster", "小区,1,网格涨,,", ("网格涨", "岗位", "post"), "网格长 (grid_head), 先锋员 (pioneer), "),
        ("roster", "小区域,1,网格长,,", ("小区域", "图层", "layer"), "居民小区 (compound), 单位院落 (courtyard), "),
        ("roster", "小区,1,网格长,,帮手", ("帮手", "力量", "force"), "社区干部下沉 (cadre_sinks), "),
        ("roster", "小区,1,网格长,也许,", ("也许", "专职", "full_time"), "是 (yes), 否 (no)"),
        ("party", f"1,a,党校,,{GRID}", ("党校", "级别", "level"), "街道党工委 (street_committee), "),
        ("funding", f"{A},2026,餐费,1", ("餐费", "用途", "purpose"), "社区运转经费 (community_running), "),
        ("exceptions", f"漏洞,{GRID},x,y,,2026-01-01", ("漏洞", "缺口", "kind"), "无人认领 (unclaimed), "),
    ],
)
def test_an_unknown_word_is_refused_with_its_row_and_those_to_choose_from(office: Office, table, row, word, allowed):
    office.csv(table, f"{HEADERS[table]}\n{row}\n{row}\n")
    value, column, key = word
    assert office.refusal().startswith(
        f'a.csv: row 2 (and 1 more) has "{value}" in field "{column}" (mapped as {key}); write one of {allowed}'
    )


@pytest.mark.parametrize(
    ("table", "row", "column", "key"),
    [
        ("roster", "小区,1,,,", "岗位", "post"),
        ("party", f",a,党小组,1,{GRID}", "组织", "organisation_id"),
        ("party", f"1,,党小组,1,{GRID}", "名称", "name"),
        ("funding", f"{A},2026,活动经费,", "金额", "amount"),
        ("scores", "小区,1,,80", "考核期", "period"),
        ("exceptions", f"缺编,{GRID},x,y,,", "有效期", "expires"),
        ("exceptions", f"缺编,{GRID},x,,,2026-01-01", "签批人", "signer"),
    ],
)
def test_a_blank_cell_that_has_to_be_filled_in_is_refused(office: Office, table, row, column, key):
    office.csv(table, f"{HEADERS[table]}\n{row}\n")
    assert office.refusal() == (
        f'a.csv: row 2 has nothing in field "{column}" (mapped as {key}); fill it in, or remove the row'
    )


COUNT = "a count is a whole number from 0 to 10,000,000"
AMOUNT = "write an amount of 0 or more, as a number alone"
DATE = "write a date as 2026-03-15, 2026/3/15 or 2026年3月15日"


@pytest.mark.parametrize(
    ("table", "row", "value", "reason"),
    [
        ("funding", f"{A},2026,活动经费,约一万", "约一万", f'in field "金额" (mapped as amount); {AMOUNT}'),
        ("funding", f"{A},2026,活动经费,-5", "-5", f'in field "金额" (mapped as amount); {AMOUNT}'),
        ("funding", f"{A},26,活动经费,5", "26", 'in field "年度" (mapped as year); write a year from 2000 to 2100'),
        ("funding", "桂花,2026,活动经费,5", "桂花", "mapped as community); a community code is 1 to 12 digits"),
        ("party", f"1,a,党小组,-3,{GRID}", "-3", f'in field "党员数" (mapped as members); {COUNT}'),
        ("party", f"1,a,党小组,2.5,{GRID}", "2.5", COUNT),
        ("scores", "小区,1,春季,80", "春季", 'in field "考核期" (mapped as period); write 2026Q1, 2026年第一季度'),
        ("scores", "小区,1,2026,优", "优", 'in field "分值" (mapped as points); write the number alone'),
        ("exceptions", f"缺编,{GRID},x,y,,长期", "长期", f'in field "有效期" (mapped as expires); {DATE}'),
        ("exceptions", f"缺编,{GRID},x,y,2026年2月30日,2027-1-1", "2026年2月30日", f"(mapped as signed); {DATE}"),
    ],
)
def test_a_value_that_cannot_be_right_is_refused_with_its_row(office: Office, table, row, value, reason):
    office.csv(table, f"{HEADERS[table]}\n{row}\n")
    assert office.refusal().startswith(f'a.csv: row 2 has "{value}" in field ')
    assert reason in office.refusal()


def test_an_exception_that_ends_before_it_was_signed_is_refused(office: Office):
    rows = [f"缺编,{GRID},x,y,2026-03-15,{expires}\n" for expires in ("2026-03-15", "2026-03-14")]
    office.csv("exceptions", f"{HEADERS['exceptions']}\n{rows[0]}{rows[1]}")
    assert office.refusal() == (
        "a.csv: row 3 expires before it was signed; "
        'correct field "签批" (mapped as signed) or field "有效期" (mapped as expires)'
    )


def test_an_exception_is_of_a_kind_or_of_one_gap(office: Office):
    header = "缺口,缺口编号,网格,理由,签批人,有效期"
    office.csv("exceptions", f"{header}\n,unclaimed:1:2,,x,y,2026-03-15\n,,{GRID},x,y,2026-03-15\n")
    assert office.refusal() == "a.csv: row 3 names no gap; fill in the kind of gap, or its gap_id"


def test_numbers_are_read_as_offices_write_them(office: Office):
    amounts = ["10000", "10,000", "１０，０００", "￥10,000.00", "1万", "1万元", "10000元", " 10000 "]
    office.csv(
        "funding",
        "\n".join(["社区\t年度\t用途\t金额", *(f"{A}\t2026年度\t活动经费\t{amount}" for amount in amounts)]),
    )
    assert office.frame()["amount"].tolist() == [10_000.0] * len(amounts)
    assert office.frame()["year"].tolist() == [2026] * len(amounts)


def test_a_column_in_wan_is_taken_times_ten_thousand_and_that_is_recorded(office: Office):
    office.rows(
        "funding", ["社区", "年度", "用途", "金额（万元）"], [A, 2026, "活动经费", 20], [B, 2026, "活动经费", "1元"]
    )
    office.keys["funding"]["fields"]["amount"] = "金额（万元）"
    read = office.read()
    assert read.tables.funding["amount"].tolist() == [200_000.0, 1.0]
    assert [(one.problem, one.action) for one in read.repairs] == [
        ('field "金额（万元）" (mapped as amount) is in 万元', "a.csv: 2 amounts taken times 10,000")
    ]


def test_points_may_be_deductions(office: Office):
    office.csv("scores", "图层,编号,考核期,分值\n" + "".join(f"小区,1,2026,{p}\n" for p in ("-3", "−3", "－3", "+4.5")))
    assert office.frame()["points"].tolist() == [-3.0, -3.0, -3.0, 4.5]


def test_codes_that_a_spreadsheet_took_for_numbers_get_their_zeros_back(office: Office):
    office.xlsx("funding", ["社区", "年度", "用途", "金额"], [10102001001, 2026, "活动经费", 1])
    assert office.frame()["community"].tolist() == ["010102001001"]
    office.keys.clear()
    office.xlsx("roster", ["图层", "编号", "岗位"], ["社区", 10102001001.0, "包户干部"])
    assert office.frame()["source_id"].tolist() == ["010102001001"]


def test_a_post_that_nobody_holds_is_left_out_and_listed(office: Office):
    office.csv(
        "roster",
        "图层,编号,岗位,姓名,电话\n小区,1,网格长,张示例,\n小区,1,先锋员,空缺,\n小区,1,治安员,,\n小区,1,保洁员,,0871-1\n",
    )
    read = office.read()
    assert read.tables.roster["post"].tolist() == ["grid_head", "cleaner"]
    assert [tuple(one) for one in read.repairs] == [
        ("roster", "a.csv:3", "nobody holds the post", "left out"),
        ("roster", "a.csv:4", "nobody holds the post", "left out"),
    ]


@pytest.mark.parametrize("header", ["图层,编号,岗位", "图层,编号,岗位,姓名"])
def test_a_roster_without_any_name_counts_every_row(office: Office, header):
    office.csv("roster", f"{header}\n小区,1,网格长\n小区,1,先锋员\n")
    assert len(office.frame()) == 2


def test_full_or_part_time_is_taken_from_the_post_where_no_column_says(office: Office):
    rows = ["小区,1,专职网格员,", "小区,1,兼职网格员,", "小区,1,网格员,", "小区,1,专职网格员,否", "小区,1,网格长,是"]
    office.csv("roster", "\n".join(["图层,编号,岗位,专职", *rows]))
    frame = office.frame()
    assert frame["full_time"].tolist() == [True, False, pd.NA, False, True]
    assert frame["post"].tolist() == ["grid_worker"] * 4 + ["grid_head"]


TREE = "组织,名称,级别,上级,党员数,书记,网格\n"
TOP = "1,桂花社区党委,社区党委,,57,赵示例,\n"


def test_a_joint_branch_has_a_row_a_grid_and_says_of_itself_what_any_row_says(office: Office):
    office.csv(
        "party", f"{TREE}{TOP}2,联合党支部,联合党支部,1,5,,{GRID}\n2,联合党支部,联合党支部,,,李示例,530102001001002\n"
    )
    frame = office.frame().iloc[1:]
    assert frame["parent_id"].tolist() == ["1", "1"]
    assert frame["members"].tolist() == [5, 5]
    assert frame["secretary"].tolist() == ["李示例", "李示例"]
    assert frame["grid_code"].tolist() == [GRID, "530102001001002"]
    assert {column: str(dtype) for column, dtype in frame.dtypes.items()} == dict(COLUMNS["party"])


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("2,b,联合党支部,1,5,李,", 'the name "b", but row 3 the name "a"'),
        ("2,a,党小组,1,5,李,", 'the level "party_group", but row 3 the level "joint_branch"'),
        ("2,a,联合党支部,1,6,李,", 'the members "6", but row 3 the members "5"'),
        ("2,a,联合党支部,1,5,王,", 'the secretary "王", but row 3 the secretary "李"'),
        ("2,a,联合党支部,2,5,李,", 'the parent_id "2", but row 3 the parent_id "1"'),
    ],
)
def test_rows_of_one_organisation_that_contradict_each_other_are_refused(office: Office, row, reason):
    office.csv("party", f"{TREE}{TOP}2,a,联合党支部,1,5,李,{GRID}\n{row}\n")
    assert office.refusal() == (
        f'a.csv: row 4 gives organisation "2" {reason}; make them agree, or give each organisation an id of its own'
    )


def test_rows_of_two_files_that_contradict_each_other_are_refused_with_both_files(office: Office):
    office.csv("party", f"{TREE}{TOP}")
    office.csv("party", TREE + TOP.replace("57", "58"), file="b.csv")
    assert 'b.csv: row 2 gives organisation "1" the members "58", but a.csv row 2 the members "57"' in office.refusal()


def test_a_parent_that_is_not_in_the_table_is_refused(office: Office):
    office.csv("party", f"{TREE}{TOP}2,a,网格党支部,9,5,李,{GRID}\n3,b,网格党支部,9,5,李,{GRID}\n")
    assert office.refusal() == (
        'a.csv: row 3 (and 1 more) names the parent "9", which is no organisation of the table; '
        "add it, or correct the id"
    )


def test_a_parent_may_stand_in_another_file(office: Office):
    office.csv("party", f"{TREE}2,b,网格党支部,1,5,李,{GRID}\n")
    office.csv("party", f"{TREE}{TOP}3,c,网格党支部,2,5,李,{GRID}\n", file="b.csv")
    assert office.frame()["parent_id"].fillna("").tolist() == ["1", "", "2"]


def test_the_committee_of_a_street_may_have_its_parent_outside_of_the_table(office: Office):
    office.csv("party", f"{TREE}1,青云街道党工委,街道党工委,区委,57,赵示例,\n")
    read = office.read()
    assert read.tables.party["parent_id"].isna().all()
    assert [tuple(one) for one in read.repairs] == [
        ("party", "a.csv:2", "its parent is not in the table", "taken as the top")
    ]


@pytest.mark.parametrize(
    ("parents", "expected"),
    [
        ({"1": "1"}, 'row 2 stands in a circle of 1 organisation, each the parent of the one before: "1" → "1";'),
        ({"1": "2", "2": "1", "3": "1"}, "row 2 stands in a circle of 2 organisations, each the parent of the one bef"),
        ({"1": "", "2": "3", "3": "4", "4": "2"}, "row 3 stands in a circle of 3 organisations, each the parent of t"),
        (
            {str(number): str(number % 9 + 1) for number in range(1, 10)},
            '"1" → "2" → "3" → "4" → "5" → … → "1"; correct a parent',
        ),
    ],
)
def test_organisations_in_a_circle_are_refused(office: Office, parents, expected):
    office.csv("party", TREE + "".join(f"{one},a{one},党小组,{parent},1,,\n" for one, parent in parents.items()))
    assert expected in office.refusal()


def test_a_deep_tree_is_no_circle(office: Office):
    office.csv("party", TREE + "1,a1,党小组,,1,,\n" + "".join(f"{n},a{n},党小组,{n - 1},1,,\n" for n in range(2, 300)))
    assert len(office.frame()) == 299


def test_a_parent_that_lost_its_leading_zeros_is_found(office: Office):
    office.csv(
        "party", f"{TREE}0012,桂花社区党委,社区党委,,57,赵,\n13,a,网格党支部,12,5,李,{GRID}\n000,b,网格党支部,,5,李,\n"
    )
    assert office.frame()["parent_id"].fillna("").tolist() == ["", "0012", ""]
