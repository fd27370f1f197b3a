"""Grids that no party organisation covers, and what a build says of party organisations."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from geo.build import build
from geo.sources import Parameters
from tests.geo.sketching import sources, square
from tests.geo.tabling import tables


def town(*party, **members):
    """Build one community: a row of compounds with ``members`` by letter, and one more cell that is nobody's."""
    drawn = {
        letter: (square(place, 0), {"party_members": count, "households": 100})
        for place, (letter, count) in enumerate(members.items())
    }
    made = sources({"A": square(0, 0, len(drawn) + 1)}, compound=drawn)
    rows = [{"on": "", "organisation_id": "0", "level": "street_committee"}, *party]
    return build(replace(made, tables=tables(party=rows)), Parameters())


def on(letter, level, **more):
    return {"on": f"compound:{letter}", "organisation_id": f"{level}-{letter}", "level": level, **more}


def gaps_of(grid):
    names = grid.grids.set_index("code")["source_id"].where(
        grid.grids.set_index("code")["kind"] != "unclaimed", "nobody"
    )
    found = grid.gaps[grid.gaps["kind"] == "no_branch"]
    return {names[gap.code]: gap for gap in found.itertuples()}


def test_a_grid_that_nothing_covers_is_a_gap_whatever_form_would_do():
    covered = ("grid_branch", "villager_group_branch", "joint_branch", "party_group", "service_station")
    letters = "abcde"
    grid = town(*map(on, letters, covered), **dict.fromkeys(letters, 3), f=3)
    assert set(gaps_of(grid)) == {"f", "nobody"}


@pytest.mark.parametrize("level", ["community_organisation", "building_group", "centre_household"])
def test_organisations_above_and_below_do_not_cover_a_grid(level):
    assert "a" in gaps_of(town(on("a", level), a=3))


def test_the_gap_proposes_what_the_rules_do_and_weighs_it():
    """a has 3 members, b 1 and c 1 beside d with 1: 3 together; the rest has none. Weights 25 × 1, 0.7, 0.4."""
    gaps = gaps_of(town(on("x", "grid_branch"), a=3, x=9, b=1, c=1, d=1))
    assert gaps["a"].remedy == "单独建立网格党支部"
    assert gaps["b"].remedy == gaps["c"].remedy == gaps["d"].remedy == "与邻格建立联合党支部，或并入邻格党支部"
    assert gaps["nobody"].remedy == "设立党员先锋服务站"
    detail = {name: json.loads(gap.detail) for name, gap in gaps.items()}
    assert detail["a"]["figure"] == "党员 3 人 ≥ 3 人，单独建党支部"
    assert detail["b"]["proposed_organisation_id"] == f"joint_branch:{gaps['b'].code}"
    assert [detail[name]["members"] for name in "ab"] == [3, 1]
    assert detail["a"]["arithmetic"].startswith("25 + ")
    assert detail["b"]["arithmetic"].startswith("25 × 0.70 + ")
    assert detail["nobody"]["arithmetic"].startswith("25 × 0.40 + ")
    assert {detail[name]["source"] for name in detail} == {"S3"}


def test_without_a_party_table_proposals_are_made_but_no_gap():
    made = sources("AA", compound={"a": (square(0, 0), {"party_members": 3})})
    grid = build(made, Parameters())
    assert grid.facts["not_evaluated.no_branch"] == "there is no party table"
    assert not gaps_of(grid)
    assert grid.party_organisations is None
    assert grid.assignments["form"].unique().tolist() == ["none"]
    assert sorted(grid.assignments["proposed_form"]) == ["branch", "service_station"]


def test_without_members_or_a_table_or_standards_there_are_no_assignments():
    made = sources("AA", compound="a.")
    assert build(made, Parameters()).assignments is None
    grid = build(replace(made, standards=None, tables=tables(party=[on("a", "grid_branch")])), Parameters())
    assert grid.assignments is None
    assert grid.facts["not_evaluated.no_branch"] == "there are no standards"


def test_organisations_stand_in_the_build_those_without_a_grid_too():
    grid = town(on("a", "grid_branch", parent_id="0", members=3, secretary="甲"), on("gone", "party_group"), a=3)
    code = grid.grids.set_index("source_id")["code"]["a"]
    table = grid.party_organisations.set_index("organisation_id")
    assert table["code"].fillna("").to_dict() == {"0": "", "grid_branch-a": code, "party_group-gone": ""}
    assert table.loc["grid_branch-a", ["parent_id", "members", "secretary"]].tolist() == ["0", 3, "甲"]
    assert "matches no grid" in grid.repairs["problem"].tolist()
