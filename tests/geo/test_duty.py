"""Who is on duty where, and what grids work from."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from geo.build import build
from geo.duty import DUTY_COLUMNS, OFFICE
from geo.sources import Parameters
from tests.geo.sketching import sources
from tests.geo.tabling import points, post, tables, with_invented_tables

CODE = "530102001001"


def built(**changes):
    """Build two compounds, left and right, in a community that has nothing else."""
    return build(replace(sources("AA", compound="lr"), **changes), Parameters())


def test_holders_are_listed_by_grid_and_post():
    people = [*post("cleaner", "compound:l"), *post("grid_head", "compound:r", "compound:l", phone="0871-1")]
    duty = built(tables=tables(roster=people)).duty
    assert duty[["code", "post", "name", "phone"]].fillna("").values.tolist() == [
        [f"{CODE}001", "grid_head", "compound:lgrid_head", "0871-1"],
        [f"{CODE}001", "cleaner", "compound:lcleaner", ""],
        [f"{CODE}002", "grid_head", "compound:rgrid_head", "0871-1"],
    ]


def test_full_time_is_said_only_where_the_table_says_it():
    people = [
        {"on": "compound:l", "post": "cleaner", "name": "甲", "full_time": True},
        {"on": "compound:l", "post": "cleaner", "name": "乙", "full_time": False},
        {"on": "compound:l", "post": "cleaner", "name": "丙"},
    ]
    duty = built(tables=tables(roster=people)).duty.set_index("name")["full_time"]
    assert (duty["甲"], duty["乙"], pd.isna(duty["丙"])) == (1, 0, True)


def test_people_lie_as_texts_end_to_end_not_as_an_object_each():
    duty = built(tables=tables(roster=post("grid_head", "compound:l", phone="0871-1"))).duty
    assert {str(dtype) for dtype in duty.drop(columns="full_time").dtypes} == {"str"}


def test_who_is_about_a_community_stands_under_its_code():
    duty = built(tables=tables(roster=post("area_cadre", f"community:{CODE}"))).duty
    assert duty["code"].tolist() == [CODE]


def test_secretaries_whom_the_party_table_alone_names_are_on_duty():
    branch = {"on": "compound:r", "organisation_id": "1", "name": "右支部", "level": "grid_branch", "secretary": "丁"}
    both = tables(roster=post("grid_head", "compound:l", organisation="社区"), party=[branch])
    duty = built(tables=both).duty
    assert duty[["code", "post", "name", "organisation"]].fillna("").values.tolist() == [
        [f"{CODE}001", "grid_head", "compound:lgrid_head", "社区"],
        [f"{CODE}002", "branch_secretary", "丁", ""],
    ]


def test_the_telephone_of_a_community_is_listed_as_its_office():
    plain = sources("AA", compound="lr")
    duty = built(communities=plain.communities.assign(phone="0871-55500000")).duty
    assert duty[["code", "post", "phone"]].values.tolist() == [[CODE, OFFICE, "0871-55500000"]]
    assert tuple(duty.columns) == DUTY_COLUMNS


def test_without_a_roster_or_a_telephone_there_is_no_such_table():
    assert built().duty is None
    assert built().premises is None


def test_as_many_are_listed_as_the_staff_table_holds():
    for seed in range(5):
        grid = build(
            with_invented_tables(sources("AAB\nAAB", compound="l.r\nl.r", courtyard=".c.\n..."), seed), Parameters()
        )
        unclaimed = grid.grids.set_index("community_code").query("kind == 'unclaimed'")["code"]
        duty = grid.duty.assign(
            code=grid.duty["code"].replace(unclaimed.to_dict())
        )  # where staff counts the community's
        listed = duty.groupby(["code", "post"]).size().rename("listed").reset_index()
        held = pd.concat([grid.staffing, grid.community_staffing])[["code", "post", "held"]]
        held = held[(held["held"] > 0) & (held["post"] != "community_worker")]
        both = held.merge(listed, how="outer").fillna(0)
        assert len(both) > 3
        assert both["held"].tolist() == both["listed"].tolist()


def test_premises_are_listed_with_their_place_on_the_grid_they_stand_on():
    there = points((1.5, 0.25), (0.5, 0.75), (9, 9)).assign(name=["右站", "左站", "远站"])
    premises = built(premises=there).premises
    assert premises[["code", "name", "kind"]].values.tolist() == [
        [f"{CODE}001", "左站", "leased"],
        [f"{CODE}002", "右站", "leased"],
    ]
    assert premises[["x", "y"]].values.tolist() == [[38_500_050.0, 3_400_075.0], [38_500_150.0, 3_400_025.0]]
