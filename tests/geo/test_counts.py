"""Households, population and party members are carried, not lost."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from geo.counts import largest_remainder
from tests.geo.sketching import buildings, one_grid, square


def households(grid) -> dict[str, object]:
    names = grid.grids["source_layer"] + ":" + grid.grids["source_id"] + "@" + grid.grids["community_code"].str[-1]
    return {k: None if pd.isna(v) else int(v) for k, v in zip(names, grid.grids["households"], strict=True)}


def test_a_units_count_is_shared_by_granted_area():
    grid = one_grid("AABBB", compound={"a": (square(1, 0, 3), {"households": 100})})
    assert households(grid) == {
        "community:530102001001@1": None,
        "compound:a@1": 33,
        "compound:a@2": 67,
        "community:530102001002@2": None,
    }


def test_buildings_apportion_where_there_are_any():
    drawn = {"a": (square(1, 0, 2), {"households": 100})}
    grid = one_grid("AABB", compound=drawn, buildings=buildings((1.5, 0.5, 30), (2.5, 0.5, 10)))
    assert households(grid)["compound:a@1"] == 75
    assert households(grid)["compound:a@2"] == 25


def test_buildings_give_the_count_of_a_unit_that_has_none():
    drawn = {"a": (square(0, 0), {"households": 100}), "b": square(1, 0)}
    grid = one_grid("AA", compound=drawn, buildings=buildings((0.5, 0.5, 7), (1.5, 0.5, 40), (1.7, 0.5, 2)))
    assert households(grid) == {"compound:a@1": 100, "compound:b@1": 42}
    assert grid.units.set_index("source_id")["households"].to_dict() == {"a": 100, "b": 42}


def test_what_is_unknown_stays_unknown_and_what_is_zero_stays_zero():
    grid = one_grid("AA", compound={"a": (square(0, 0), {"households": 0}), "b": square(1, 0)})
    assert households(grid) == {"compound:a@1": 0, "compound:b@1": None}


def test_a_superseded_units_count_goes_to_the_grid_that_holds_most_of_its_land():
    small = {"c": (square(1.6, 0, 1), {"households": 5, "party_members": 3})}
    yards = {"x": square(0, 0, 2), "y": (square(2, 0, 2), {"households": 1})}
    grid = one_grid("AAAA", compound=small, courtyard=yards)
    assert households(grid) == {"courtyard:x@1": None, "courtyard:y@1": 6}
    assert grid.grids["party_members"].sum() == 3


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=8), st.integers(0, 2**32 - 1))
def test_shares_add_up_and_differ_from_the_exact_ones_by_less_than_one(totals, seed):
    rng = np.random.default_rng(seed)
    group = np.concatenate([np.arange(len(totals)), rng.integers(0, len(totals), 20)])
    weight = np.where(rng.random(len(group)) < 0.2, 0.0, rng.uniform(0, 1e6, len(group)))
    share = largest_remainder(np.array(totals), group, weight)
    assert np.bincount(group, weights=share, minlength=len(totals)).tolist() == totals
    whole = np.bincount(group, weights=weight)[group]
    exact = np.array(totals)[group] * weight / np.where(whole > 0, whole, 1)
    assert (np.abs(share - exact)[whole > 0] < 1).all()
