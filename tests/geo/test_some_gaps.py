"""The gaps of some grids alone are those that touch these grids among all: what plans recompute after an edit."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import shapely
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from geo.gaps import find_gaps
from tests.geo.holding import held_of
from tests.geo.messy import messy_sources
from tests.geo.sketching import one_grid, square
from tests.geo.tabling import with_invented_tables


def touching(gaps, grids):
    """Pick gaps by what they are about and where they lie, without the links that the rules use."""
    codes, communities = set(grids["code"]), set(grids["community_code"])
    land = shapely.union_all(np.asarray(grids.geometry))
    half = 2.5e-7  # of the smallest triangle on the grid, 0.5 mm²
    inside = shapely.area(shapely.intersection(np.asarray(gaps.geometry), land)) > half
    beside = shapely.intersects(np.asarray(gaps.geometry), land)
    about = gaps["code"].isin(codes).to_numpy()
    kind = gaps["kind"].to_numpy()
    chosen = np.select([kind == "overlap", kind == "no_community"], [inside, beside], about)
    whole = gaps["code"].isna().to_numpy() & (kind != "no_community")
    return gaps[np.where(whole, gaps["community_code"].isin(communities), chosen).astype(bool)]


def assert_same(one, other):
    assert one["gap_id"].tolist() == other["gap_id"].tolist()
    plain = [frame.drop(columns="geometry").reset_index(drop=True).astype(object) for frame in (one, other)]
    pd.testing.assert_frame_equal(*plain)
    assert shapely.equals(np.asarray(one.geometry), np.asarray(other.geometry)).all()


@given(st.integers(0, 2**32 - 1))
@example(2048)  # two zones overlap by half a square millimetre in a grid that is asked for
@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_the_gaps_of_some_grids_are_those_that_touch_them_among_all(seed):
    held, _, grid = held_of(with_invented_tables(messy_sources(seed), seed))
    rng = np.random.default_rng(seed)
    for size in (1, 2, 5, len(grid.grids) // 2):
        rows = np.sort(rng.permutation(len(grid.grids))[:size])
        assert_same(find_gaps(held.only(rows)), touching(grid.gaps, grid.grids.iloc[rows]))


def test_asking_for_all_grids_by_name_gives_all_gaps():
    held, _, grid = held_of(with_invented_tables(messy_sources(7), 7))
    assert_same(find_gaps(held.only(range(len(grid.grids)))), grid.gaps)


def test_the_share_of_a_straddling_unit_is_of_the_land_it_claims_whoever_was_granted_it():
    """Compound a claims 4 cells, 1 of them in community B; a courtyard takes 2 of the 3 in A, and changes no share."""
    drawn = {"a": square(2, 0, 4)}
    alone = one_grid("AAAAAB", compound=drawn)
    taken = one_grid("AAAAAB", compound=drawn, courtyard={"c": square(2, 0, 2)})
    for grid in (alone, taken):
        gap = grid.gaps[grid.gaps["kind"] == "straddle"].iloc[0]
        assert json.loads(gap["detail"])["share"] == 0.25
