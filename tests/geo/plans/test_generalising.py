"""Generalised grids: a coverage whatever the town and the tolerance, and after an edit what a new start would give."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.build import build
from geo.edits.applying import Change, apply
from geo.edits.ground import Ground
from geo.edits.merge import merge_grids
from geo.edits.split import split_grid
from geo.errors import EditRefused
from geo.plans import generalising
from geo.plans.generalising import NotAroundError, generalised, generalised_all, generalised_some
from geo.sources import Parameters
from tests.geo.edits.grounds import fresh, ground, ground_of, line
from tests.geo.edits.test_random_edits import random_edit
from tests.geo.messy import messy_sources
from tests.geo.sketching import SOUTH, WEST

seeds = st.integers(0, 2**32 - 1)
tolerances = st.sampled_from([0.0, 0.5, 5.0, 30.0, 1000.0])
slow = settings(max_examples=20, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def messy_grids(seed: int, side: int = 2) -> np.ndarray:
    return np.asarray(build(messy_sources(seed, side=side), Parameters()).grids.geometry)


def terraces(seed: int) -> np.ndarray:
    """Draw strips of land one above the other, as wide as wild: their borders wind by more than they are apart."""
    rng = np.random.default_rng(seed)
    count, rows, gap = int(rng.integers(20, 80)), int(rng.integers(2, 7)), 10 ** rng.uniform(-0.5, 1.2)
    along, winding = np.cumsum(rng.uniform(0.5, 6, count)), np.cumsum(rng.normal(0, 2, count))
    up = np.array([winding + row * gap + rng.uniform(-0.45, 0.45, count) * gap for row in range(rows + 1)])
    turn = rng.uniform(0, 2 * np.pi)
    xy = np.stack([along * np.cos(turn) - up * np.sin(turn), along * np.sin(turn) + up * np.cos(turn)], axis=-1)
    xy = np.round(xy + np.array([WEST, SOUTH]), 3)
    strips = []
    for below, above in pairwise(xy):
        cuts = np.unique([0, count - 1, *rng.integers(1, count - 1, rng.integers(0, 3))])
        strips += [shapely.Polygon([*below[a : b + 1], *above[a : b + 1][::-1]]) for a, b in pairwise(cuts)]
    kept = rng.random(len(strips)) < rng.choice([0.8, 1.0])
    kept[0] = True
    return np.array(strips)[kept]


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


@given(seeds, tolerances)
@slow
def test_narrow_strips_neither_cross_nor_vanish(seed: int, tolerance_m: float):
    exact = terraces(seed)
    assert shapely.coverage_is_valid(exact)
    assert_generalised(exact, generalised_all(exact, tolerance_m=tolerance_m), tolerance_m)


def test_a_winding_border_becomes_straight_on_both_sides():
    bend = [(0.5, 0.04), (1, -0.03), (1.5, 0.02)]
    north = shapely.Polygon([(0, 0), *bend, (2, 0), (2, 1), (0, 1)])
    south = shapely.Polygon([(0, 0), (0, -1), (2, -1), (2, 0), *bend[::-1]])
    exact = shapely.transform(np.array([north, south]), lambda xy: xy * 100)
    straight = shapely.box(0, [0, -100], 200, [100, 0])
    assert shapely.equals(generalised_all(exact, tolerance_m=5), straight).all()
    assert shapely.get_num_coordinates(generalised_all(exact, tolerance_m=3.5)).tolist() == [7, 7]
    assert shapely.equals(generalised_all(exact, tolerance_m=1), exact).all()


def test_an_island_smaller_than_the_tolerance_keeps_land():
    island = shapely.set_precision(shapely.Point(WEST, SOUTH).buffer(2), 0.001)
    exact = np.array([island, shapely.box(WEST - 50, SOUTH - 50, WEST + 50, SOUTH + 50).difference(island)])
    made = generalised_all(exact, tolerance_m=10)
    assert_generalised(exact, made, 10)
    assert shapely.get_num_coordinates(made).tolist() == [5, 10]


def test_the_end_of_the_land_only_moves_inwards():
    inlet = shapely.Polygon([(0, 0), (9, 0), (9, 9), (6, 9), (5, 8), (4, 9), (2, 10), (0, 9)])
    made = generalised_all(np.array([inlet]), tolerance_m=2)
    assert shapely.equals(made[0], shapely.Polygon([(0, 0), (9, 0), (9, 9), (5, 8), (0, 9)]))


def test_batches_change_nothing(monkeypatch: pytest.MonkeyPatch):
    exact = messy_grids(7, side=3)
    whole = generalised_all(exact, tolerance_m=5)
    monkeypatch.setattr(generalising, "BATCH", 3)
    assert shapely.equals_identical(generalised_all(exact, tolerance_m=5), whole).all()


@pytest.mark.parametrize("seed", range(4))
def test_a_grid_hangs_on_those_that_touch_it_and_no_others(seed: int):
    exact = messy_grids(seed)
    whole = generalised_all(exact, tolerance_m=5)
    for row in range(len(exact)):
        near = np.flatnonzero(shapely.dwithin(exact, exact[row], 0.001))
        (made,) = generalised_some(exact[near], near == row, tolerance_m=5)
        assert shapely.equals_identical(made, whole[row])


Outlines = dict[str, shapely.Geometry]


def outlines_of(plan: Ground, tolerance_m: float) -> Outlines:
    made = generalised_all(np.array([grid.polygon for grid in plan.grids.values()]), tolerance_m=tolerance_m)
    return dict(zip(plan.grids, made, strict=True))


def after_edit(plan: Ground, change: Change, outlines: Outlines, tolerance_m: float, *, lean: bool) -> Outlines:
    """Generalise what an edit touched from the grids around it alone; ``lean``, from those around the new land if that
    will do."""
    redrawn = {grid.code for grid in (*change.created, *change.modified)}
    woven = {grid.code: plan.grids[grid.code].polygon for grid in change.woven}
    touched, now = redrawn | set(woven), change.ground.grids
    around = redrawn or touched if lean else touched
    land = shapely.union_all([now[code].polygon for code in around])
    near = {
        code: now[code].polygon for code in now if code in touched or shapely.dwithin(now[code].polygon, land, 0.01)
    }
    was = {code: outlines[code] for code in near if code in outlines}
    try:
        return generalised(near, touched, was, tolerance_m=tolerance_m, woven=woven if lean else {})
    except NotAroundError as error:
        assert lean
        assert set(error.codes) <= set(woven)
        return after_edit(plan, change, outlines, tolerance_m, lean=False)


def edited_at_random(seed: int, edits: int, tolerance_m: float, *, lean: bool) -> int:
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
        new = after_edit(plan, change, outlines, tolerance_m, lean=lean)
        plan, undo, done = change.ground, change.reverse, done + 1
        assert {grid.code for grid in (*change.created, *change.modified, *change.woven)} <= set(new)
        outlines = {code: outlines.get(code) for code in plan.grids} | new
        afresh = outlines_of(plan, tolerance_m)
        assert all(shapely.equals_identical(outlines[code], afresh[code]) for code in plan.grids)
        assert shapely.coverage_is_valid(list(outlines.values()))
    return done


@pytest.mark.parametrize("lean", [False, True])
@pytest.mark.parametrize("tolerance_m", [0.5, 5.0, 50.0])
@pytest.mark.parametrize("seed", range(3))
def test_after_each_edit_the_outlines_are_what_a_new_start_would_give(seed: int, tolerance_m: float, lean: bool):
    assert edited_at_random(seed, 30, tolerance_m, lean=lean) >= 3


def test_a_corner_where_a_border_ended_goes_from_the_grid_across_as_well():
    plan = ground("aabb\ncccc")
    outlines = outlines_of(plan, 5.0)
    assert shapely.get_num_coordinates(outlines["c"]) == 6
    change = apply(plan, merge_grids(["a", "b"], keep="a"))
    new = after_edit(plan, change, outlines, 5.0, lean=False)
    assert {code: shapely.get_num_coordinates(polygon) for code, polygon in new.items()} == {"a": 5, "c": 5}


def test_a_grid_that_only_got_vertices_is_generalised_anew():
    plan = ground("aab\naac")
    outlines = outlines_of(plan, 5.0)
    change = apply(plan, split_grid("b", line((1.9, 1.5), (3.1, 1.5)), fresh=fresh()))
    assert [grid.code for grid in change.woven] == ["a"]
    new = after_edit(plan, change, outlines, 5.0, lean=True)
    assert sorted(new) == ["a", "b", "new1"]
    assert shapely.coverage_is_valid([*new.values(), outlines["c"]])


def test_a_new_vertex_in_the_way_of_a_border_asks_for_what_is_beyond():
    before = shapely.Polygon([(0, 0), (20, 9.9), (100, 0), (140, -1), (0, 20)][::-1])
    far = shapely.Polygon([(0, 0), (20, 9.9), (100, 0), (100, -50), (0, -50)])
    corner = shapely.Polygon([(100, 0), (140, -1), (140, -50), (100, -50)])
    one = shapely.Polygon([(0, 20), (0, 50), (140, 50), (140, -1)])
    old = generalised_all(np.array([one, before, far, corner]), tolerance_m=15)
    assert shapely.get_num_coordinates(old[1]) == 5
    woven = shapely.Polygon([(0, 0), (20, 9.9), (100, 0), (140, -1), (95, 5.75), (0, 20)][::-1])
    west = shapely.Polygon([(0, 20), (0, 50), (95, 50), (95, 5.75)])
    east = shapely.Polygon([(95, 5.75), (95, 50), (140, 50), (140, -1)])
    now = {"west": west, "east": east, "woven": woven}
    was = {"woven": old[1], "far": old[2], "corner": old[3]}
    with pytest.raises(NotAroundError) as raised:
        generalised(now, list(now), was, tolerance_m=15, woven={"woven": before})
    assert raised.value.codes == ["woven"]
    made = generalised(now | {"far": far, "corner": corner}, list(now), was, tolerance_m=15)
    assert sorted(made) == ["east", "far", "west", "woven"]
    assert shapely.get_num_coordinates(made["far"]) == 6
    assert shapely.coverage_is_valid([*made.values(), old[3]])


def test_nothing_touched_is_nothing_new():
    plan = ground("ab")
    assert generalised({code: grid.polygon for code, grid in plan.grids.items()}, [], {}, tolerance_m=5) == {}
    assert generalised({}, [], {}, tolerance_m=5) == {}
    assert len(generalised_all(np.empty(0, dtype=object), tolerance_m=5)) == 0
