"""The invariant over random mess: partition, conservation, determinism, and owners by an oracle of random points."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo import merge as merging
from geo.build import build
from geo.result import OneGrid
from geo.scale import workers
from geo.sources import SOURCE_LAYERS, Parameters, Sources
from tests.geo.messy import messy_sources
from tests.geo.sketching import assert_partition

seeds = st.integers(0, 2**32 - 1)
slow = settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def drawn_jurisdiction(sources: Sources) -> shapely.Geometry:
    area = shapely.union_all(shapely.make_valid(np.asarray(sources.communities.geometry), method="structure"))
    rings = [shapely.Polygon(ring) for part in shapely.get_parts(area) for ring in part.interiors]
    thin = [ring for ring in rings if ring.buffer(-1).is_empty]
    return shapely.union_all([area, *thin])


def same(one: OneGrid, other: OneGrid) -> None:
    for layer in ("grids", "faces", "units", "gaps"):
        first, second = getattr(one, layer), getattr(other, layer)
        pd.testing.assert_frame_equal(first.drop(columns="geometry"), second.drop(columns="geometry"))
        assert shapely.equals_identical(first.geometry.array, second.geometry.array).all() or layer == "units"


@given(seeds)
@slow
def test_random_mess_becomes_a_partition_and_no_count_is_lost(seed):
    sources = messy_sources(seed)
    grid = build(sources, Parameters())
    assert_partition(grid)
    land = drawn_jurisdiction(sources)
    union = shapely.union_all(np.asarray(grid.grids.geometry))
    bent = 0.0015 * land.length  # each border vertex moves by a cell or two at most
    assert shapely.symmetric_difference(union, land).area < bent
    counted = grid.units[~grid.units["status"].isin(["outside", "rejected"])]
    assert grid.grids["households"].sum() == counted["households"].sum()
    assert sorted(grid.units["layer"] + grid.units["source_id"]) == sorted(
        sources.units["layer"] + sources.units["source_id"]
    )
    assert grid.grids["code"].is_unique
    assert grid.gaps["gap_id"].is_unique


@given(seeds)
@slow
def test_random_points_are_held_by_the_unit_that_the_rules_name(seed):
    sources = messy_sources(seed)
    grid = build(sources, Parameters())
    rng = np.random.default_rng(seed)
    box = sources.communities.total_bounds
    points = shapely.points(rng.uniform(box[:2], box[2:], (400, 2)))
    face, found = shapely.STRtree(points).query(np.asarray(grid.faces.geometry), predicate="contains_properly")
    drawn = sources.units.set_geometry(shapely.make_valid(np.asarray(sources.units.geometry), method="structure"))
    border = shapely.union_all(shapely.boundary(np.asarray(drawn.geometry)))
    shapely.prepare(border)
    clear = ~shapely.dwithin(border, points[found], 0.002)
    shapes, units = np.asarray(drawn.geometry), list(zip(drawn["layer"], drawn["source_id"], strict=True))
    area, owners = shapely.area(shapes), grid.grids.set_index("code").to_dict("index")
    faces = grid.faces[["code", "claimants", "rule"]].to_dict("records")
    for row, point in zip(face[clear], points[found][clear], strict=True):
        claims = np.flatnonzero(shapely.intersects(shapes, point))
        held = faces[row]
        assert set(json.loads(held["claimants"])) == {":".join(units[unit]) for unit in claims}
        if held["rule"] == "sliver":
            continue
        owner = owners[held["code"]]
        if not len(claims):
            assert owner["kind"] == "unclaimed"
            continue
        top = min((units[unit][0] for unit in claims), key=SOURCE_LAYERS.index)
        best = [unit for unit in claims if units[unit][0] == top]
        smallest = [units[unit][1] for unit in best if area[unit] <= area[best].min() + 1e-5]
        assert (owner["source_layer"], owner["source_id"]) == (top, min(smallest))


@given(seeds)
@settings(slow, max_examples=12)
def test_the_order_of_features_the_workers_and_the_batches_change_nothing(seed):
    sources = messy_sources(seed)
    grid = build(sources, Parameters())
    rng = np.random.default_rng(seed)
    shuffled = replace(
        sources,
        communities=sources.communities.iloc[rng.permutation(len(sources.communities))].reset_index(drop=True),
        units=sources.units.iloc[rng.permutation(len(sources.units))].reset_index(drop=True),
    )
    same(grid, build(shuffled, Parameters(), run=workers(2)))
    with pytest.MonkeyPatch.context() as patch:
        for size in (1, 4):
            patch.setattr(merging, "BATCH", size)
            same(grid, build(sources, Parameters(), run=workers(2)))


@given(seeds, st.sampled_from(["smaller", "larger", "first"]), st.sampled_from([0.0, 0.5, 2.0, 8.0]))
@settings(slow, max_examples=15)
def test_any_parameters_give_a_partition(seed, same_layer, width):
    parameters = Parameters(same_layer=same_layer, sliver_width=width, min_area=width * 30, straddle_width=2 * width)
    assert_partition(build(messy_sources(seed, side=2, per_layer=8), parameters))


@given(seeds)
@settings(slow, max_examples=10)
def test_a_build_from_its_own_grids_gives_the_same_codes(seed):
    sources = messy_sources(seed)
    first = build(sources, Parameters())
    second = build(sources, Parameters(), previous=first.grids)
    assert first.grids["code"].tolist() == second.grids["code"].tolist()
    assert set(second.lineage["relation"]) == {"same"}
    shares = second.lineage.groupby("old_code")[["area_share", "household_share"]].sum().astype(float)
    assert np.allclose(shares, 1, atol=1e-6)
