"""Generalised grids: a coverage whatever the town and the tolerance, and after an edit what a new start would give."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.build import build
from geo.edits.applying import apply
from geo.edits.ground import Ground
from geo.errors import EditRefused
from geo.plans.generalising import generalised, generalised_all
from geo.sources import Parameters
from tests.geo.edits.grounds import ground_of
from tests.geo.edits.test_random_edits import random_edit
from tests.geo.messy import messy_sources

seeds = st.integers(0, 2**32 - 1)
tolerances = st.sampled_from([0.0, 0.5, 5.0, 30.0, 1000.0])
slow = settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def messy_grids(seed: int, side: int = 2) -> np.ndarray:
    return np.asarray(build(messy_sources(seed, side=side), Parameters()).grids.geometry)


def assert_generalised(exact: np.ndarray, made: np.ndarray, tolerance_m: float) -> None:
    """A coverage with the rings that there were, none of their borders further off than the tolerance."""
    assert shapely.is_valid(made).all()
    assert shapely.coverage_is_valid(made)
    assert (shapely.area(made) > 0).all()
    assert abs(shapely.union_all(made).area - shapely.area(made).sum()) < 1e-3
    for count in (shapely.get_num_geometries, interior_rings):
        assert (count(made) == count(exact)).all()
    assert (shapely.get_num_coordinates(made) <= shapely.get_num_coordinates(exact)).all()
    assert (shapely.hausdorff_distance(shapely.boundary(made), shapely.boundary(exact)) <= tolerance_m + 1e-6).all()
    assert shapely.difference(shapely.union_all(made), shapely.union_all(exact)).area < 1e-3


def interior_rings(polygons: np.ndarray) -> np.ndarray:
    parts, owner = shapely.get_parts(polygons, return_index=True)
    return np.bincount(owner, weights=shapely.get_num_interior_rings(parts), minlength=len(polygons))


@given(seeds, tolerances)
@slow
def test_a_messy_town_stays_a_coverage(seed: int, tolerance_m: float):
    exact = messy_grids(seed)
    assert_generalised(exact, generalised_all(exact, tolerance_m=tolerance_m), tolerance_m)


def outlines_of(plan: Ground, tolerance_m: float) -> dict[str, shapely.Geometry]:
    made = generalised_all(np.array([grid.polygon for grid in plan.grids.values()]), tolerance_m=tolerance_m)
    return dict(zip(plan.grids, made, strict=True))


def after_edit(plan: Ground, touched: set[str], outlines: dict[str, shapely.Geometry], tolerance_m: float) -> dict:
    """Generalise what was touched as a plan does it: from the touched grids and those around them alone."""
    land = shapely.union_all([plan.grids[code].polygon for code in touched])
    loaded = {code: grid.polygon for code, grid in plan.grids.items() if shapely.dwithin(grid.polygon, land, 0.01)}
    was = {code: outlines[code] for code in loaded if code not in touched}
    return generalised(loaded, touched, was, tolerance_m=tolerance_m)


def edited_at_random(seed: int, edits: int, tolerance_m: float) -> int:
    """Edit a messy town many times, keeping its outlines; return how many edits were done."""
    rng = np.random.default_rng(seed)
    plan = ground_of(build(messy_sources(seed, side=2, per_layer=6), Parameters()))
    outlines, done, undo = outlines_of(plan, tolerance_m), 0, None
    for number in range(edits):
        edit = undo if undo and rng.random() < 0.2 else random_edit(plan, rng, number)
        try:
            change = apply(plan, edit)
        except EditRefused:
            continue
        plan, undo, done = change.ground, change.reverse, done + 1
        touched = {grid.code for grid in (*change.created, *change.modified, *change.woven)}
        new = after_edit(plan, touched, outlines, tolerance_m)
        assert touched <= set(new)
        outlines = {code: outlines.get(code) for code in plan.grids} | new
        afresh = outlines_of(plan, tolerance_m)
        assert all(shapely.equals_identical(outlines[code], afresh[code]) for code in plan.grids)
        assert shapely.coverage_is_valid(list(outlines.values()))
    return done


@pytest.mark.parametrize("tolerance_m", [0.5, 5.0, 50.0])
@pytest.mark.parametrize("seed", range(3))
def test_after_each_edit_the_outlines_are_what_a_new_start_would_give(seed: int, tolerance_m: float):
    assert edited_at_random(seed, 25, tolerance_m) >= 3
