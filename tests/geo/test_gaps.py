"""The first seven gap kinds: what each is about, its land, its households, its id."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
import shapely

from geo.build import build
from geo.gaps import KINDS, LEDGERS
from geo.sources import Parameters
from tests.geo.sketching import CELL_M, SOUTH, WEST, buildings, one_grid, sources, square
from tests.geo.tabling import points, post, tables

PARTY_KINDS = {"no_branch", "far_from_facility"}
"""Kinds with a test file of their own."""


def of_kind(grid, kind):
    return grid.gaps[grid.gaps["kind"] == kind].sort_values("gap_id")


def box(x0, y0, x1, y1):
    return shapely.box(WEST + x0, SOUTH + y0, WEST + x1, SOUTH + y1)


def test_each_connected_part_that_nobody_claims_is_a_gap():
    grid = one_grid("AAAAA", compound=".a.b.", buildings=buildings((0.5, 0.5, 12)))
    gaps = of_kind(grid, "unclaimed")
    assert gaps["area_m2"].tolist() == [1e4, 1e4, 1e4]
    assert sorted(gaps["households"]) == [0, 0, 12]
    assert gaps["code"].nunique() == 1
    assert set(gaps["ledger"]) == {"unheld"}


def test_the_id_of_an_unclaimed_part_does_not_hang_on_other_parts():
    one = one_grid("AAAAA", compound=".a.b.")
    other = one_grid("AAAAA", compound=".aab.")
    kept = set(of_kind(one, "unclaimed")["gap_id"]) & set(of_kind(other, "unclaimed")["gap_id"])
    assert len(kept) == 2


def test_two_compounds_or_a_compound_and_a_courtyard_that_overlap_are_a_gap_but_a_patrol_zone_is_not():
    drawn = {"a": (square(0, 0, 2), {"households": 100}), "b": square(1, 0, 2)}
    grid = one_grid("AAAAA", compound=drawn, courtyard={"c": square(2, 0, 2)}, patrol_zone="ppppp")
    gaps = of_kind(grid, "overlap")
    assert gaps["gap_id"].tolist() == ["overlap:compound:a+compound:b", "overlap:compound:b+courtyard:c"]
    assert gaps["area_m2"].tolist() == [1e4, 1e4]
    assert gaps.geometry.iloc[0].equals(square(1, 0))
    assert json.loads(gaps["detail"].iloc[0])["units"] == ["compound:a", "compound:b"]


def test_two_patrol_zones_that_overlap_are_a_gap():
    grid = one_grid("AAA", patrol_zone={"p": square(0, 0, 2), "q": square(1, 0, 2)})
    assert of_kind(grid, "overlap")["gap_id"].tolist() == ["overlap:patrol_zone:p+patrol_zone:q"]


@pytest.mark.parametrize(("width_m", "gaps"), [(1.9, 0), (2.1, 1)])
def test_an_overlap_thinner_than_a_sliver_is_imprecise_drawing_not_a_gap(width_m, gaps):
    drawn = {"a": square(0, 0), "b": box(CELL_M - width_m, 0, 2 * CELL_M, CELL_M)}
    assert len(of_kind(one_grid("AA", compound=drawn), "overlap")) == gaps


def test_a_straddling_unit_is_a_gap_in_each_community_but_its_home():
    drawn = {"a": (square(0, 0, 4), {"households": 100})}
    grid = one_grid("AAAAB", compound={"a": (square(1, 0, 4), {"households": 100})})
    gap = of_kind(grid, "straddle").iloc[0]
    assert (gap["code"][:12], gap["households"]) == ("530102001002", 25)
    assert json.loads(gap["detail"])["home"] == "530102001001"
    assert not len(of_kind(one_grid("AAAAB", compound=drawn), "straddle"))


def test_the_part_of_a_grid_that_no_patrol_reaches_is_a_gap():
    drawn = {"a": (square(0, 0, 4), {"households": 100})}
    grid = one_grid("AAAA", compound=drawn, patrol_zone={"p": square(0, 0, 3)})
    gap = of_kind(grid, "unpatrolled").iloc[0]
    assert (gap["area_m2"], gap["households"]) == (pytest.approx(1e4), 25)
    assert gap.geometry.equals(square(3, 0))


def test_without_a_patrol_layer_unpatrolled_is_not_evaluated_and_said_so():
    grid = one_grid("AAAA", compound="aaaa")
    assert not len(of_kind(grid, "unpatrolled"))
    assert grid.facts["not_evaluated.unpatrolled"] == "there is no patrol_zone layer"


@pytest.mark.parametrize(
    ("households", "kind"), [(299, "undersize"), (300, None), (500, None), (501, "oversize"), (None, None)]
)
def test_the_size_of_an_urban_compound_is_judged_by_its_households(households, kind):
    grid = one_grid("A", compound={"a": (square(0, 0), {"households": households})})
    assert [k for k in ("oversize", "undersize") if len(of_kind(grid, k))] == ([kind] if kind else [])


def test_rural_grids_are_not_judged_by_the_urban_size():
    rural = sources("A", compound={"a": (square(0, 0), {"households": 20})})
    rural = replace(rural, communities=rural.communities.assign(rural=True))
    assert not len(of_kind(build(rural, Parameters()), "undersize"))


def everything_wrong():
    """A town in which every kind is found, but a hole between communities."""
    column = {"owners_committee": "无", "property_company": "甲", "property_party": "无"}
    drawn = sources(
        {"A": square(0, 0, 3), "B": square(3, 0, 3)},
        compound={"a": (square(0, 0, 4), {"households": 900, **column}), "b": (square(0.5, 0), {"households": 9})},
        patrol_zone={"p": square(0, 0, 2)},
    )
    money = [{"on": "community:530102001001", "year": 2026, "purpose": "community_running", "amount": 1.0}]
    return replace(drawn, premises=points(), tables=tables(roster=post("grid_worker", "compound:a"), funding=money))


def test_every_gap_says_its_rule_its_arithmetic_and_a_remedy():
    grid = build(everything_wrong(), Parameters())
    assert set(grid.gaps["kind"]) >= set(KINDS) - {"no_community", *PARTY_KINDS}
    for gap in grid.gaps.itertuples():
        detail = json.loads(gap.detail)
        assert detail["arithmetic"].endswith(f"= {gap.severity}")
        assert detail["rule"]
        assert detail["source"]
        assert gap.remedy
        assert gap.state == "open"
        assert gap.ledger in LEDGERS
        assert 0 <= gap.severity <= 100
    assert grid.gaps["severity"].is_monotonic_decreasing
