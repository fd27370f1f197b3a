"""Which standard holds where, and the values that are shipped."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.standards_file import read_standards
from geo.standards import MANAGEMENT_TYPES, ROUNDS, Choice, Value, assembled, parts
from geo.standards_table import standards_from_table, standards_table
from geo.tables import POSTS

DEFAULT = read_standards().general
COUNTY, STREET, COMMUNITY = "530102", "530102002", "530102002003"


def heads(number: int) -> dict[str, Any]:
    """Ask for so many grid heads in a routine grid."""
    return {"posts": {"routine": {"grid_head": number}}}


def grid_heads(standard: Any) -> int:
    return standard.posts["routine"]["grid_head"].number


def test_the_shipped_values_are_those_of_the_sources():
    d = DEFAULT
    assert d.workers.urban_per_10000 == Value(18, "workers per 10,000 residents", "S1")
    assert (d.workers.rural_households_low.number, d.workers.rural_households_high.number) == (5, 15)
    assert d.workers.rural_households_high.source == "S4"
    assert (d.size.urban_low.number, d.size.urban_high.number) == (300, 500)
    assert (d.size.police_low.number, d.size.police_high.number) == (150, 500)
    assert (d.party.branch_members.number, d.party.joint_members.number) == (3, 1)
    assert d.self_management.committee_households == Value(50, "households", "S3")
    rating = d.rating
    classes = (rating.class_i_households, rating.class_ii_households, rating.class_iii_households)
    assert [limit.number for limit in classes] == [100, 50, 20]
    assert [limit.number for limit in (rating.five_stars, rating.four_stars, rating.three_stars)] == [90, 80, 70]
    assert [s.number for s in (rating.quarter_share, rating.half_year_share, rating.year_share)] == [4, 3, 3]
    funding = (d.funding.branch, d.funding.community_running, d.funding.community_service)
    assert [floor.number for floor in funding] == [10_000, 200_000, 100_000]
    assert {floor.source for floor in funding} == {"S2"}
    assert d.self_government.owners_committee.required.answer
    assert d.property_party.required == Choice(True, "yes/no", "S2")
    assert d.facilities["党群服务中心"].distance_m.number == 1_000
    assert d.unclear_holder.holder.answer == "community"
    assert d.codes.profile.answer == "DB11/T 2157"


def test_each_management_type_has_every_post_and_interval_and_none_is_milder_than_the_one_before():
    assert list(DEFAULT.posts) == list(DEFAULT.intervals) == list(MANAGEMENT_TYPES)
    for held in DEFAULT.posts.values():
        assert set(held) == set(POSTS)
    for post in POSTS:
        asked = [DEFAULT.posts[kind][post].number for kind in MANAGEMENT_TYPES]
        assert asked == sorted(asked), post
    for name in ROUNDS:
        days = [DEFAULT.intervals[kind][name].number for kind in MANAGEMENT_TYPES]
        assert days == sorted(set(days), reverse=True), name


def test_a_facility_goes_by_its_chinese_and_its_english_name():
    names = DEFAULT.facility_names
    kinds = ["党群服务中心", "便民服务站", "便民警务站", "日间照料中心", "六点半课堂", "公厕"]
    assert list(DEFAULT.facilities) == kinds
    english = ["party_service_centre", "convenience_station", "police_station", "day_care_centre"]
    assert [names[name] for name in [*english, "after_school_class", "public_toilet"]] == kinds
    assert names["公共厕所"] == "公厕"


def test_a_facility_that_villages_need_not_have_has_no_limit_there():
    toilet, centre = DEFAULT.facilities["公厕"], DEFAULT.facilities["党群服务中心"]
    assert toilet.limit_m(rural=True) is None
    assert toilet.limit_m(rural=False) == toilet.distance_m
    assert centre.limit_m(rural=True) == centre.rural_distance_m


def test_values_can_not_be_changed():
    with pytest.raises(FrozenInstanceError):
        DEFAULT.workers.urban_per_10000.number = 1  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        DEFAULT.workers = None  # type: ignore[misc,assignment]


def test_the_closest_place_decides():
    at = {"53": heads(2), COUNTY: heads(3), STREET: heads(4), COMMUNITY: heads(5)}
    standards = read_standards(None, {"at": at})
    # the code of a grid, of communities in and outside the street, of other counties and provinces
    asked = ["530102002003007", "530102002003", "530102002004", "530102001001", "530103001001", "110101001001"]
    assert [grid_heads(standards.at(code)) for code in asked] == [5, 5, 4, 3, 2, 1]
    # the code of a division has what holds in all of it, not in a part of it
    assert [grid_heads(standards.at(code)) for code in ("530102002", "530102", "5301", "53", "")] == [4, 3, 2, 2, 1]


def test_a_place_says_only_what_differs_and_has_the_rest_from_around_it():
    standards = read_standards(
        None, {"size": {"urban_low": 250}, "at": {COUNTY: {"size": {"urban_high": 450}}, STREET: heads(2)}}
    )
    here = standards.at(COMMUNITY)
    assert (here.size.urban_low.number, here.size.urban_high.number, grid_heads(here)) == (250, 450, 2)
    assert here.workers == DEFAULT.workers


def test_rows_are_shared_out_by_the_standard_that_holds():
    # two streets that ask for the same from the same file have one standard, so that they are one group
    standards = read_standards(None, {"at": {"530102001": heads(2), "530102002": heads(2), "530102003": heads(3)}})
    codes = np.array([f"53010200{n}001" for n in (4, 1, 3, 2, 1, 4)], dtype=object)
    groups = [(grid_heads(standard), rows.tolist()) for standard, rows in standards.groups(codes)]
    assert groups == [(1, [0, 5]), (2, [1, 3, 4]), (3, [2])]


def test_one_standard_for_all_is_one_group_and_no_rows_are_none():
    ((standard, rows),) = read_standards().groups(np.array([COMMUNITY] * 3, dtype=object))
    assert (standard, rows.tolist()) == (DEFAULT, [0, 1, 2])
    assert list(read_standards().groups(np.empty(0, dtype=object))) == []


CODES = st.text("12", min_size=12, max_size=12)
PREFIXES = st.sampled_from([2, 4, 6, 9, 12]).flatmap(lambda digits: st.text("12", min_size=digits, max_size=digits))


@given(st.dictionaries(PREFIXES, st.integers(0, 3), max_size=8), st.lists(CODES, max_size=12))
def test_every_row_is_in_the_group_of_the_longest_prefix_of_its_code(asked: dict[str, int], codes: list[str]):
    standards = read_standards(None, {"at": {prefix: heads(number) for prefix, number in asked.items()}})
    seen = np.zeros(len(codes), dtype=int)
    for standard, rows in standards.groups(np.array(codes, dtype=object)):
        assert len(rows)
        assert (np.diff(rows) > 0).all()
        for row in rows:
            matching = [prefix for prefix in asked if codes[row].startswith(prefix)]
            assert grid_heads(standard) == (asked[max(matching, key=len)] if matching else 1)
        seen[rows] += 1
    assert (seen == 1).all()


def test_a_standard_is_made_anew_of_its_parts():
    assert assembled(dict(parts(DEFAULT))) == DEFAULT


@given(st.dictionaries(PREFIXES, st.integers(0, 2), max_size=6), st.lists(CODES, min_size=1, max_size=12))
def test_the_table_of_a_build_says_the_same_everywhere(asked: dict[str, int], codes: list[str]):
    standards = read_standards(None, {"at": {prefix: heads(number) for prefix, number in asked.items()}})
    again = standards_from_table(standards_table(standards))
    assert again is not None
    assert again.general == standards.general
    assert all(again.at(code) == standards.at(code) for code in codes)


def test_the_table_lists_what_holds_in_general_and_then_what_differs():
    table = standards_table(read_standards(None, {"at": {STREET: {"facilities": {"public_toilet": {"urban": False}}}}}))
    general = table[table["place"] == ""]
    assert len(general) == len(list(parts(DEFAULT)))
    assert general.loc[general["key"] == "funding.branch", ["value", "unit", "source"]].values.tolist() == [
        ["10000", "CNY a year", "S2"]
    ]
    (last,) = table[table["place"] != ""].values.tolist()
    assert last == [STREET, "facilities.公厕.urban", "false", "yes/no", "[standards]"]


def test_a_build_without_standards_has_none():
    assert standards_from_table(pd.DataFrame(columns=["place", "key", "value", "unit", "source"])) is None
