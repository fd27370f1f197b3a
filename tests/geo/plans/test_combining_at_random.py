"""Whatever two branches did, the clean part of both is there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import shapely

from geo.build import build
from geo.edits.applying import apply
from geo.edits.ground import Ground
from geo.edits.retag import retag_grid
from geo.errors import EditRefused
from geo.sources import Parameters
from tests.geo.edits.grounds import assert_partition, ground_of
from tests.geo.edits.test_random_edits import random_edit
from tests.geo.messy import messy_sources
from tests.geo.plans.test_combining import by_id, combined


def branch(town: Ground, rng: np.random.Generator, edits: int, first: int) -> Ground:
    """Edit a town at random; names too."""
    now = town
    for number in range(first, first + edits):
        edit = random_edit(now, rng, number)
        if rng.random() < 0.25:
            edit = retag_grid(list(now.grids)[rng.integers(len(now.grids))], name=f"name {number}")
        try:
            now = apply(now, edit).ground
        except EditRefused:
            continue
    return now


def held_where(plan: Ground, places: np.ndarray) -> list[str | None]:
    """Say which grid_id holds each place, None on a border."""
    grids = list(plan.grids.values())
    place, row = shapely.STRtree([grid.polygon for grid in grids]).query(places, predicate="dwithin", distance=0.02)
    alone = np.bincount(place, minlength=len(places)) == 1
    found: list[str | None] = [None] * len(places)
    for number, grid in zip(place[alone[place]], row[alone[place]], strict=True):
        found[number] = grids[grid].grid_id
    return found


def combined_at_random(seed: int, edits: int = 6) -> tuple[int, int]:
    """Combine two branches of a messy town both ways; return how many regions came, and how many conflicts stayed."""
    rng = np.random.default_rng(seed)
    town = ground_of(build(messy_sources(seed, side=2, per_layer=6), Parameters()))
    ours, theirs = branch(town, rng, edits, 0), branch(town, rng, edits, 100)
    found, other = combined(town, ours, theirs), combined(town, theirs, ours)
    after, back = apply(ours, found.edit).ground, apply(theirs, other.edit).ground
    for combination, plan in ((found, after), (other, back)):
        assert_partition(plan, town)
        for grid in combination.put:
            now = by_id(plan)[grid.grid_id]
            assert replace(now, polygon=grid.polygon, faces=grid.faces) == grid
            assert shapely.symmetric_difference(now.polygon, grid.polygon).area < 0.005 * grid.polygon.length
    both = [{conflict.why for conflict in combination.conflicts} for combination in (found, other)]
    assert both[0] - {"does_not_fit"} == both[1] - {"does_not_fit"}
    boxes = [shapely.box(*conflict.bounds) for conflict in (*found.conflicts, *other.conflicts)]
    west, south, east, north = shapely.total_bounds([grid.polygon for grid in town.grids.values()])
    places = shapely.points(rng.uniform((west, south), (east, north), (400, 2)))
    places = places[~shapely.intersects(places, shapely.union_all(boxes))] if boxes else places
    for here, there, was, mine, yours in zip(
        *(held_where(plan, places) for plan in (after, back, town, ours, theirs)), strict=True
    ):
        if None not in (here, there, was, mine, yours):
            assert here == there
            assert here == (mine if mine != was else yours)
    return len(found.regions), len(found.conflicts)


def test_whatever_two_branches_did_the_clean_part_of_both_is_there():
    ended = [combined_at_random(seed, 8) for seed in range(10)]
    assert sum(regions for regions, _ in ended) > 10
    assert sum(conflicts for _, conflicts in ended) > 2
    assert any(regions and not conflicts for regions, conflicts in ended)
