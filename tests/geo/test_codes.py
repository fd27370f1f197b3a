"""Codes: order, profiles, what lives on, what runs out."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from geo.build import build
from geo.codes import allot
from geo.errors import CodesExhaustedError
from geo.sources import Parameters
from tests.geo.sketching import one_grid, sketch, sources, square


def town(picture: str):
    return sources("AAAA\nAAAA\nBBBB", compound=picture)


def at(grid, picture: str) -> dict[str, str]:
    """The code that holds each letter's middle."""
    found = {}
    for letter, polygon in sketch(picture).items():
        holder = grid.grids[grid.grids.contains(polygon.representative_point())]
        found[letter] = holder["code"].iloc[0][-6:]
    return found


def test_grids_are_numbered_west_to_east_then_north_to_south_inside_each_community():
    picture = "abcc\ndbcc\nefgh"
    assert at(one_grid("AAAA\nAAAA\nBBBB", compound=picture), picture) == {
        "a": "001001", "d": "001002", "b": "001003", "c": "001004",
        "e": "002001", "f": "002002", "g": "002003", "h": "002004",
    }  # fmt: skip


def test_the_twenty_digit_profile_has_the_object_class_and_two_digits():
    parameters = Parameters(code_profile="CJ/T 349", object_code="040100")
    grid = one_grid("AABB", parameters, compound="aabc")
    assert sorted(grid.grids["code"]) == ["04010053010200100100", "04010053010200100201", "04010053010200100202"]


def test_a_grid_that_holds_most_of_an_old_one_keeps_its_code():
    first = build(town("abcc\nabcc\n...."), Parameters())
    second = build(town("aabb\naabb\n...."), Parameters(), previous=first.grids)
    assert at(first, "a.c.\na.c.\n....") == {"a": "001001", "c": "001003"}
    assert at(second, "a..b\na..b\n....") == {"a": "001001", "b": "001003"}
    relation = second.lineage.set_index(second.lineage["old_code"].str[-6:])["relation"].to_dict()
    assert relation["001002"] == "merged"
    assert relation["002001"] == "same"


def test_a_code_that_was_in_use_is_never_given_to_another_place():
    first = build(town("aabb\naabb\n...."), Parameters())
    second = build(town("aaaa\naaaa\n...."), Parameters(), previous=first.grids)
    third = build(
        town("abcd\nabcd\n...."), Parameters(), previous=second.grids, used_codes=frozenset(first.grids["code"])
    )
    assert at(second, "a...\na...\n....") == {"a": "001001"}
    assert "530102001001002" not in set(third.grids["code"])


def test_a_split_lists_the_shares_of_its_parts():
    first = build(town("aaaa\naaaa\n...."), Parameters())
    second = build(town("abbb\nabbb\n...."), Parameters(), previous=first.grids)
    rows = second.lineage[second.lineage["old_code"] == "530102001001001"].sort_values("area_share")
    assert rows["relation"].tolist() == ["split", "split"]
    assert rows["area_share"].tolist() == pytest.approx([0.25, 0.75])
    assert rows["new_code"].tolist() == ["530102001001002", "530102001001001"]


def test_a_border_drawn_a_little_otherwise_leaves_grids_the_same_and_loses_no_share():
    first = one_grid("AAAA", compound="aabb")
    drawn = {"a": square(0, 0, 2.001), "b": square(2.001, 0, 1.999)}
    second = build(sources("AAAA", compound=drawn), Parameters(), previous=first.grids)
    rows = second.lineage[["old_code", "new_code", "relation", "area_share"]]
    assert (rows["old_code"] == rows["new_code"]).tolist() == [True, True]
    assert rows["relation"].tolist() == ["same", "same"]
    assert rows["area_share"].tolist() == pytest.approx([1, 1])


def test_a_grid_that_left_but_for_a_scrap_is_retired():
    first = one_grid("AAB", compound={"a": square(0, 0, 2), "b": square(2, 0)})
    moved = {"A": square(0, 0, 2.0005)}  # 0.05 % of b's old grid, 0.025 % of a's new one
    second = build(sources(moved, compound={"a": square(0, 0, 3)}), Parameters(), previous=first.grids)
    rows = second.lineage.set_index("old_code")["relation"]
    assert rows.to_dict() == {"530102001001001": "same", "530102001002001": "retired"}


def test_a_grid_that_comes_to_another_community_gets_a_code_there():
    first = one_grid("AAB", compound=".a.")
    second = build(sources("ABB", compound=".a."), Parameters(), previous=first.grids)
    compound = second.grids[second.grids["source_layer"] == "compound"]
    assert compound["code"].str[:12].tolist() == ["530102001002"]


def test_provisional_codes_live_on_and_are_in_no_numbers_way():
    first = one_grid("AAAA", compound="aabb").grids
    first["code"] = ["530102001001N01", "530102001001N02"]
    second = build(sources("AAAA", compound="aabc"), Parameters(), previous=first)
    assert sorted(second.grids["code"]) == ["530102001001001", "530102001001002", "530102001001N01"]


def test_new_and_retired_land_is_listed():
    first = build(sources("AB.", compound="a.."), Parameters())
    second = build(
        sources({"A": sketch("A.C")["A"], "C": sketch("A.C")["C"]}, compound="a.."), Parameters(), previous=first.grids
    )
    assert second.lineage.groupby("relation").size().to_dict() == {"new": 1, "retired": 1, "same": 1}


def test_a_community_that_needs_more_numbers_than_there_are_is_refused():
    community = np.full(1000, "530102001001", dtype=object)
    with pytest.raises(CodesExhaustedError, match="community 530102001001: 1000 grids"):
        allot(community, Parameters())
    assert len(set(allot(community[:999], Parameters()))) == 999


def test_codes_do_not_hang_on_the_drawing_order():
    grid = one_grid("AAA", compound="abc")
    assert [shapely.get_coordinates(g)[:, 0].min() for g in grid.grids.geometry] == sorted(
        shapely.get_coordinates(g)[:, 0].min() for g in grid.grids.geometry
    )
