"""Held, but not served: staff, money, premises, owners and sizes, each at its limit."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from data.standards_file import read_standards
from geo.build import build
from geo.result import OneGrid
from geo.sources import Parameters
from tests.geo.sketching import sources, square
from tests.geo.tabling import points, post, tables


def town(compound=None, *, rural=False, standards=None, premises=None, **rest) -> OneGrid:
    """Build one community with compound a, and tables by name."""
    drawn = {"a": (square(0, 0), compound or {})}
    layers = {name: rest.pop(name) for name in ("courtyard", "patrol_zone") if name in rest}
    made = sources("AA", compound=drawn, **layers)
    made = replace(made, communities=made.communities.assign(rural=rural), tables=tables(**rest), premises=premises)
    return build(replace(made, standards=standards or made.standards), Parameters())


def gaps_of(grid, kind):
    rows = grid.gaps[grid.gaps["kind"] == kind]
    return {
        row.gap_id.partition(":")[2]: {**json.loads(row.detail), "households": row.households}
        for row in rows.itertuples()
    }


A, NOBODY, HOME = "530102001001001", "530102001001002", "530102001001"
STAFF = [*post("grid_head", "compound:a"), *post("pioneer", "compound:a"), *post("cleaner", "compound:a")]
STAFF += post("security_officer", "compound:a")


def test_a_grid_without_a_head_is_a_gap_of_its_own_not_a_post_short():
    grid = town({"households": 10}, roster=STAFF[1:] + post("grid_worker", "compound:a"))
    heads = gaps_of(grid, "no_grid_head")
    assert set(heads) == {A, NOBODY}
    assert heads[A]["figure"] == "1 人：日常管理型网格标准；现有 0 人，缺 1 人"
    assert heads[A]["source"] == "S0, C"
    assert gaps_of(grid, "understaffed") == {}


def test_the_community_may_name_who_heads_its_unclaimed_land():
    grid = town({"households": 10}, roster=STAFF + post("grid_head", f"community:{HOME}"))
    assert gaps_of(grid, "no_grid_head") == {}


def test_each_post_short_is_a_gap_with_its_arithmetic():
    """Of 2 = 430 ÷ 300 rounded up, 1 is there; half of it is missing, so half the weight of 20: 20 × 0.50."""
    grid = town({"households": 430}, roster=STAFF[:2] + STAFF[3:] + post("grid_worker", "compound:a"))
    found = gaps_of(grid, "understaffed")
    assert set(found) == {f"{A}:grid_worker", f"{A}:cleaner"}
    worker = found[f"{A}:grid_worker"]
    assert (worker["required"], worker["held"], worker["short"]) == (2, 1, 1)
    assert worker["figure"] == "2 人 = 430 户 ÷ 300，进一；现有 1 人，缺 1 人"
    assert worker["arithmetic"].startswith("20 × 0.50 + ")
    assert (worker["source"], found[f"{A}:cleaner"]["source"]) == ("C", "S0, C")


def test_a_community_short_of_workers_is_a_gap_about_the_community():
    """5,000 residents × 18 ÷ 10,000 = 9; one works full-time."""
    people = post("grid_worker", "compound:a", full_time=True)
    grid = town({"households": 100, "population": 5000}, roster=STAFF + people)
    gap = gaps_of(grid, "understaffed")[f"{HOME}:community_worker"]
    assert gap["figure"] == "9 人 = 5000 人 × 18 ÷ 10,000，进一；现有全职 1 人，缺 8 人"
    row = grid.gaps[grid.gaps["gap_id"] == f"understaffed:{HOME}:community_worker"].iloc[0]
    assert row.isna()["code"]
    assert (row["community_code"], row["area_m2"], row["households"]) == (HOME, 2e4, 100)


@pytest.mark.parametrize(
    ("rural", "households", "workers", "each"),
    # a town: more than 500 a worker; a village: more than 15. 15 ÷ 1 = 15 and 500 ÷ 1 = 500 are just right
    [
        *((True, 15, 1, None), (True, 16, 1, 16.0), (True, 30, 2, None), (True, 5, 1, None), (True, 40, 2, 20.0)),
        *((False, 500, 1, None), (False, 501, 1, 501.0), (False, 1000, 2, None), (False, 900, 0, None)),
    ],
)
def test_a_worker_with_too_many_households_is_overloaded(rural, households, workers, each):
    people = [{**one, "name": str(n)} for n in range(workers) for one in post("grid_worker", "compound:a")]
    found = gaps_of(town({"households": households}, rural=rural, roster=STAFF + people), "overloaded")
    assert [gap["households_per_worker"] for gap in found.values()] == ([each] if each else [])


@pytest.mark.parametrize(("amount", "gap"), [(9_999.0, True), (10_000.0, False), (None, True)])
def test_a_branch_with_less_than_10000_yuan_a_year_is_underfunded(amount, gap):
    branch = [{"on": "compound:a", "organisation_id": "1", "level": "grid_branch"}]
    other = {"on": f"community:{HOME}", "year": 2026, "purpose": "branch_activity", "amount": 1.0}
    given = {"on": "compound:a", "year": 2026, "purpose": "branch_activity", "amount": amount}
    found = gaps_of(town(party=branch, funding=[other if amount is None else given]), "underfunded")
    assert list(found) == ([f"{A}:branch_activity"] if gap else [])


def test_a_community_s_money_is_that_of_the_latest_year():
    """Running: 150,000 + 60,000 in 2026 is enough; services: 99,999 of 100,000; what 2025 had does not count."""
    rows = [(2026, "community_running", 150_000), (2026, "community_running", 60_000), (2025, "community_service", 2e5)]
    rows += [(2026, "community_service", 99_999)]
    money = [{"on": f"community:{HOME}", "year": y, "purpose": p, "amount": float(a)} for y, p, a in rows]
    found = gaps_of(town(funding=money), "underfunded")
    assert list(found) == [f"{HOME}:community_service"]
    assert found[f"{HOME}:community_service"]["figure"] == "2026 年服务群众专项经费 99,999 元 < 100,000 元，缺 1 元"


def test_a_purpose_that_the_funding_table_does_not_have_is_not_evaluated():
    money = [{"on": f"community:{HOME}", "year": 2026, "purpose": "community_running", "amount": 3e5}]
    grid = town(funding=money)
    assert gaps_of(grid, "underfunded") == {}
    assert grid.facts["not_evaluated.underfunded.community_service"] == "the funding table has no community_service"


def test_a_grid_without_premises_is_a_gap_unless_nobody_holds_it():
    assert list(gaps_of(town(premises=points((1.5, 0.5))), "no_premises")) == [A]
    assert gaps_of(town(premises=points((0.5, 0.5))), "no_premises") == {}
    assert gaps_of(town(premises=points((1.0, 0.5))), "no_premises") == {}, "on the border"


OTHER = {"owners_committee": "业委会"}
COMMITTEES = {None: True, "业委会": False, "第二届业主委员会": False, "物管会": False, "无": True, "未成立": True}


def with_neighbour(**columns):
    """Two compounds, so that a column that a lacks is still there."""
    drawn = {
        "a": (square(0, 0), columns),
        "b": (square(1, 0), {**OTHER, "property_company": "乙", "property_party": "x"}),
    }
    return build(sources("AA", compound=drawn), Parameters())


@pytest.mark.parametrize(("committee", "gap"), COMMITTEES.items())
def test_a_compound_needs_an_owners_or_a_property_management_committee(committee, gap):
    found = gaps_of(with_neighbour(households=10, owners_committee=committee), "no_self_government")
    assert list(found) == ([A] if gap else [])


@pytest.mark.parametrize(("households", "gaps"), [(60, 1), (50, 1), (49, 0)])
def test_a_compound_over_two_communities_is_judged_once_by_all_its_households(households, gaps):
    standards = read_standards(overrides={"self_government": {"owners_committee": {"least_households": 50}}})
    drawn = {"a": (square(1, 0, 3), {"households": households}), "b": (square(4, 0), {**OTHER, "households": 60})}
    over_the_border = replace(sources("AABBB", compound=drawn), standards=standards)
    grid = build(over_the_border, Parameters())
    found = grid.gaps[grid.gaps["kind"] == "no_self_government"]
    assert found["code"].str[:12].tolist() == ["530102001002"] * gaps  # two thirds of it lie there


def test_a_town_may_not_let_a_property_management_committee_do():
    strict = read_standards(overrides={"self_government": {"management_committee_counts": False}})
    grid = town({"households": 10, "owners_committee": "物管会"}, standards=strict)
    assert list(gaps_of(grid, "no_self_government")) == [A]


@pytest.mark.parametrize(
    ("company", "party", "gap"),
    [
        ("甲", None, True),
        ("甲", "无", True),
        ("甲", "党支部", False),
        ("甲", "派驻党建指导员", False),
        (None, None, False),
    ],
)
def test_a_property_company_needs_a_party_organisation_or_an_instructor(company, party, gap):
    found = gaps_of(with_neighbour(**OTHER, property_company=company, property_party=party), "no_property_party")
    assert [one["company"] for one in found.values()] == (["甲"] if gap else [])


def test_a_compound_across_communities_is_judged_once_in_its_home():
    drawn = {"a": (square(0, 0, 3), {"households": 9}), "b": (square(3, 0), OTHER)}
    grid = build(sources("AABB", compound=drawn), Parameters())
    assert list(gaps_of(grid, "no_self_government")) == [A]


def test_a_patrol_zone_is_judged_by_the_police_size_where_its_layer_counts_households():
    """150 to 500 [P], both included; a zone that counts nothing has only what lies between compounds."""
    zones = {str(n): (square(n, 0), {"households": n}) for n in (149, 150, 500, 501)} | {"none": square(9, 0)}
    extent = {"A": square(0, 0, 502)}
    grid = build(sources(extent, patrol_zone=zones), Parameters())
    found = grid.gaps[grid.gaps["kind"].isin(["oversize", "undersize"])]
    names = grid.grids.set_index("code").loc[found["code"], "source_id"]
    assert dict(zip(names, found["kind"], strict=True)) == {"149": "undersize", "501": "oversize"}


def test_a_street_s_own_range_of_sizes_decides_there():
    wide = read_standards(overrides={"at": {"530102001": {"size": {"urban_low": 100}}}})
    assert gaps_of(town({"households": 120}, standards=wide), "undersize") == {}
    found = gaps_of(town({"households": 99}, standards=wide), "undersize")
    assert found[A]["figure"] == "99 户 < 100 户"


def test_what_has_no_table_or_layer_is_not_evaluated_and_said_so():
    facts = town({"households": 10}).facts
    said = {key.removeprefix("not_evaluated."): value for key, value in facts.items() if key.startswith("not_eval")}
    assert said["no_grid_head"] == said["understaffed"] == said["overloaded"] == "there is no roster table"
    assert said["underfunded"] == "there is no funding table"
    assert said["no_premises"] == "there is no premises layer"
    assert said["no_self_government"] == "no compound says whether it has an owners' committee"
    assert said["no_property_party"] == "no compound names a property company"
    assert said["ratings"] == "there is no scores table"


def test_secretaries_whom_the_party_table_alone_names_are_not_missing():
    branch = {"on": "compound:a", "organisation_id": "1", "level": "grid_branch"}
    for secretary, lacking in (("甲", 0), (None, 1)):
        grid = town({"households": 9}, roster=STAFF, party=[{**branch, "secretary": secretary}])
        row = grid.staffing.set_index(["code", "post"]).loc[(A, "branch_secretary")]
        assert (row["required"], row["short"]) == (1, lacking)
    people = STAFF + post("branch_secretary", "compound:a")
    listed = town({"households": 9}, roster=people, party=[{**branch, "secretary": "甲"}])
    assert listed.staffing.set_index(["code", "post"]).loc[(A, "branch_secretary"), "held"] == 1


def test_settlements_carry_their_class_who_manages_them_and_their_latest_stars():
    sheets = [{"on": "compound:a", "period": f"2026Q{n}", "item": "甲", "points": p} for n, p in ((1, 95.0), (2, 85.0))]
    made = town({"households": 50}, scores=sheets).settlements.to_dict("records")
    size = {"code": A, "households": 50, "class": "II", "self_management": "committee"}
    assert made == [{**size, "period": "2026Q2", "score": 85.0, "stars": 4}]


def test_scores_and_branch_money_about_a_community_are_listed():
    whole = {"on": f"community:{HOME}"}
    score = {"period": "2026Q1", "item": "甲", "points": 90.0}
    money = {"year": 2026, "amount": 1e6}
    grid = town(
        scores=[{"on": "compound:a", **score}, {**whole, **score}],
        funding=[{**whole, **money, "purpose": one} for one in ("branch_activity", "community_running")],
    )
    rows = grid.repairs[grid.repairs["layer"].isin(["scores", "funding"])]
    assert dict(zip(rows["source_id"], rows["problem"], strict=True)) == {
        "scores.csv:3": "rates no settlement",
        "funding.csv:2": "is about no grid",
    }
    assert grid.ratings["code"].tolist() == [A]
