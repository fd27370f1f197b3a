"""The ledgers add up, on the demo town with its tables and on real cities with invented ones."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from data.demo import write_demo
from data.reading import read_sources
from geo.build import build
from geo.result import OneGrid
from geo.staffing_totals import roll_up
from tests.geo.tabling import with_invented_tables

CASES = sorted((Path(__file__).parents[2].parent / "shared" / "cases").glob("*/layers.toml"))
FIGURES = ["required", "held", "short", "over", "full_time_equivalent"]


def require_sums(grid: OneGrid) -> None:
    """Check every figure of staff against those below it, and the gaps against the figures."""
    staff, own = grid.staffing, grid.community_staffing
    for table in (staff, own):
        assert (table["short"] == (table["required"] - table["held"]).clip(lower=0)).all()
    totals = roll_up(staff, own, grid.grids)
    assert (totals["short"] == totals["required"] - totals["held"] + totals["over"]).all()
    below = pd.concat([staff, own]).assign(over=lambda rows: (rows["held"] - rows["required"]).clip(lower=0))
    for level, digits in (("community", 12), ("street", 9), ("county", 6)):
        added = below.groupby([below["code"].str[:digits], "post"])[FIGURES].sum().sort_index()
        held = totals[totals["level"] == level].set_index(["code", "post"])[FIGURES].sort_index()
        assert list(added.index) == list(held.index)
        assert np.allclose(added.to_numpy(np.float64), held.to_numpy(np.float64))
        below = totals[totals["level"] == level].rename(columns={"level": "of"})  # the parents of the next turn


def require_gaps_of_staff(grid: OneGrid) -> None:
    """Check that each post short is one gap, and each gap a post short; and who is overloaded."""
    gaps = grid.gaps.assign(detail=[json.loads(text) for text in grid.gaps["detail"]])
    short = pd.concat([grid.staffing, grid.community_staffing])
    short = short[short["short"] > 0]
    expected = {(row.code, row.post, row.short) for row in short.itertuples()}
    found = set()
    for gap in gaps[gaps["kind"].isin(["understaffed", "no_grid_head"])].itertuples():
        place = gap.community_code if pd.isna(gap.code) else gap.code
        found.add((place, gap.detail.get("post", "grid_head"), gap.detail.get("short", 1)))
    assert {one for one in expected if one[1] != "grid_head"} == {one for one in found if one[1] != "grid_head"}
    assert {one[0] for one in expected if one[1] == "grid_head"} == {one[0] for one in found if one[1] == "grid_head"}
    workers = grid.staffing[grid.staffing["post"] == "grid_worker"].merge(grid.grids, on="code")
    rural = workers["community_code"].map(grid.communities.set_index("code")["rural"]).astype(bool)
    limit = np.where(rural, 15, 500)
    over = workers[(workers["held"] > 0) & (workers["households"] > limit * workers["held"]).fillna(False)]
    assert set(over["code"]) == set(gaps[gaps["kind"] == "overloaded"]["code"])


def require_totals(grid: OneGrid) -> None:
    """Check that what tables say of grids is in the layers, each person and sheet once."""
    rated = grid.ratings
    assert (rated.groupby(["class", "period"])["rank"].min() == 1).all()
    size = rated.groupby(["class", "period"])["code"].transform("size")
    assert (rated["of"].isna() | (rated["of"] == size)).all()
    assert rated.groupby(["code", rated["period"].str[:4]])["reward_share"].sum().max() <= 1 + 1e-9
    assert grid.gaps["gap_id"].is_unique
    assert not any(key.startswith("not_evaluated.under") for key in grid.facts)


def test_on_the_demo_town_the_ledgers_add_up(tmp_path):
    read = read_sources(write_demo(tmp_path / "town", communities=30, seed=1), warn=lambda sentence: None)
    grid = build(read.sources, read.settings.parameters, as_of=date(2026, 6, 1))
    require_sums(grid)
    require_gaps_of_staff(grid)
    require_totals(grid)
    assert set(grid.gaps["state"]) == {"open", "accepted", "expired"}
    listed = read.sources.tables.roster.assign(place=lambda rows: rows["file"] + ":" + rows["row"].astype(str))
    listed = listed[~listed["place"].isin(grid.repairs["source_id"])]["post"].value_counts().to_dict()
    staff = pd.concat([grid.staffing, grid.community_staffing.query("post != 'community_worker'")])
    assert staff.groupby("post")["held"].sum().to_dict() == listed


@pytest.mark.skipif(not CASES, reason="the real layers are not on this machine")
@pytest.mark.parametrize("layers", CASES or [None], ids=lambda layers: layers.parent.name if layers else "none")
def test_on_a_real_city_with_invented_tables_the_ledgers_add_up(layers):
    read = read_sources(layers, warn=lambda sentence: None)
    grid = build(with_invented_tables(read.sources, seed=7), read.settings.parameters)
    require_sums(grid)
    require_gaps_of_staff(grid)
    require_totals(grid)
