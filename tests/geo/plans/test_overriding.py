"""Planners' decisions outlive a new build where the sources still say what they said, and are listed where not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
import shapely

from geo.build import build
from geo.edits.carve import carve_grid
from geo.edits.ground import Ground, Record
from geo.edits.lock import lock_grid
from geo.edits.merge import merge_grids
from geo.edits.reshape import reshape_grids
from geo.edits.retag import retag_grid
from geo.edits.split import split_grid
from geo.plans.deciding import decisions
from geo.plans.overriding import Outcome, Replayed, replay
from geo.result import OneGrid
from geo.sources import Parameters, Sources
from tests.geo.edits.grounds import areas, assert_partition, edited, fresh, ground_of, line
from tests.geo.messy import messy_sources
from tests.geo.plans.test_combining_at_random import branch, held_where
from tests.geo.sketching import SOUTH, WEST, one_grid, square

SLIVER_M = 2.0


def town(grid: OneGrid) -> Ground:
    """Take a build as a plan; a grid goes by "community/layer:id", the community by its last digit."""
    rows = grid.grids.rename(columns={"source_id": "unit"})
    unit = np.where(rows["kind"] == "unclaimed", "nobody", rows["unit"])
    unit = np.where(rows["source_layer"].isin(["compound", "community"]), unit, rows["source_layer"] + ":" + unit)
    names = dict(zip(rows["code"], rows["community_code"].str[-1] + "/" + unit, strict=True))
    ids = dict(zip(rows["code"], rows["unit"], strict=True))
    return Ground.of(
        replace(each, code=names[each.code], grid_id=f"id-{names[each.code]}", source_id=ids[each.code])
        for each in ground_of(grid).grids.values()
    )


def brought(built: Ground, now: Ground, new: Ground, sliver_width: float = SLIVER_M) -> Replayed:
    """Replay what differs; the land stays a partition, the edit does what was promised."""
    now_only = [grid for code, grid in now.grids.items() if built.grids.get(code) is not grid]
    decided = decisions(list(built.grids.values()), now_only)
    found = replay(new, decided, sliver_width=sliver_width, fresh=fresh("redrawn"))
    assert_partition(found.ground, new)
    assert dict(found.edit(new).grids) == dict(found.ground.grids)
    for code, grid in found.ground.grids.items():
        assert grid.code == code
    return found


def told(outcomes: Sequence[Outcome]) -> list[tuple[str, str, str | None, float]]:
    return [(row.decision.grid.code, row.outcome, row.why, round(row.area_m2 / 1e4, 3)) for row in outcomes]


BORDER = line((1, 0), (0.5, 0.5), (1, 1))
"""Over the border between the two compounds of `two()`."""


def two(**layers: object) -> Ground:
    return town(one_grid("AAA", compound=layers or {"a": square(0, 0), "b": square(1, 0)}))


# land


def test_land_given_to_a_neighbour_stays_where_the_sources_stay():
    built = two()
    found = brought(built, edited(built, reshape_grids(["1/a", "1/b"], BORDER)), two())
    assert areas(found.ground) == {"1/a": 0.75, "1/b": 1.25, "1/nobody": 1}
    assert told(found.outcomes) == [("1/b", "kept", None, 0.25)]
    assert {face.rule for face in found.ground.grids["1/b"].faces} == {"sole", "override"}


def test_land_that_nobody_claimed_stays_given_and_closes_the_gap():
    built = two()
    found = brought(built, edited(built, merge_grids(["1/b", "1/nobody"], keep="1/b")), two())
    assert areas(found.ground) == {"1/a": 1, "1/b": 2}


def test_what_the_sources_say_by_now_is_moot():
    built = two()
    now = edited(built, reshape_grids(["1/a", "1/b"], line((1, 0), (0.5, 0), (0.5, 1), (1, 1))))
    new = two(a=square(0, 0, 0.5), b=square(0.5, 0, 1.5))
    found = brought(built, now, new)
    assert dict(found.ground.grids) == dict(new.grids)
    assert told(found.outcomes) == [("1/b", "moot", None, 0.5)]


def test_land_that_the_sources_give_to_a_third_is_a_conflict_and_the_rest_is_kept():
    built = two()
    now = edited(built, merge_grids(["1/b", "1/nobody"], keep="1/b"))
    new = two(a=square(0, 0), b=square(1, 0), c=square(2.6, 0, 0.4))
    found = brought(built, now, new)
    assert areas(found.ground) == {"1/a": 1, "1/b": 1.6, "1/c": 0.4}
    assert sorted(told(found.outcomes)) == [
        ("1/b", "conflict", "sources_changed", 0.4),
        ("1/b", "kept", None, 0.6),
    ]


def test_a_grid_that_is_gone_keeps_nothing():
    built = two()
    found = brought(built, edited(built, reshape_grids(["1/a", "1/b"], BORDER)), two(a=square(0, 0)))
    assert told(found.outcomes) == [("1/b", "conflict", "grid_gone", 0.25)]


def test_land_and_grids_that_went_to_another_community_are_conflicts():
    layers = {"compound": {"a": square(0, 0), "b": square(1, 0)}}
    built = town(one_grid("AAAB", **layers))
    now = edited(built, merge_grids(["1/b", "1/nobody"], keep="1/b"))
    found = brought(built, now, town(one_grid("AABB", **layers)))
    assert told(found.outcomes) == [("1/b", "conflict", "left_community", 1)]
    assert found.outcomes[0].holder == "2/nobody"
    found = brought(built, now, town(one_grid("ABBB", **layers)))
    assert told(found.outcomes) == [("1/b", "conflict", "left_community", 1)]


@pytest.mark.parametrize("shift_m", [0.001, 0.03, 0.9])
def test_a_border_drawn_anew_a_little_beside_counts_and_leaves_no_sliver(shift_m: float):
    built = two()
    now = edited(built, reshape_grids(["1/a", "1/b"], line((0.5, -1), (0.5, 2))))
    for sign in (1, -1):
        shift = sign * shift_m / 100
        new = two(a=square(0, 0, 1 + shift), b=square(1 + shift, 0, 1 + shift))
        after = brought(built, now, new).ground
        assert set(after.grids) == {"1/a", "1/b", "1/nobody"}
        assert after.grids["1/nobody"].polygon.equals(new.grids["1/nobody"].polygon)
        assert after.grids["1/a"].polygon.area == pytest.approx(5000, abs=2)
        assert all(shapely.get_num_geometries(grid.polygon) == 1 for grid in after.grids.values())


def test_a_grid_taken_whole_leaves_no_sliver_where_its_border_was_drawn_anew():
    built = two()
    now = edited(built, merge_grids(["1/a", "1/b"], keep="1/b"))
    after = brought(built, now, two(a=square(0, 0, 1, 0.997), b=square(1, 0, 1.004))).ground
    assert set(after.grids) == {"1/b", "1/nobody"}


def test_land_given_as_thin_as_a_sliver_is_kept():
    built = two()
    strip = line((1, 0), (0.99, 0), (0.99, 1), (1, 1))
    found = brought(built, edited(built, reshape_grids(["1/a", "1/b"], strip)), two())
    assert told(found.outcomes) == [("1/b", "kept", None, 0.01)]


# grids that planners made


def test_grids_that_planners_made_live_on_with_what_they_say():
    built = two()
    now = edited(
        built,
        split_grid("1/a", line((0.5, -1), (0.5, 2)), fresh=fresh("half")),
        carve_grid(line((1.2, 0.2), (2.8, 0.2), (2.8, 0.8), (1.2, 0.8), (1.2, 0.2)), name="园", fresh=fresh("park")),
        retag_grid("half1", name="西"),
    )
    found = brought(built, now, two())
    assert areas(found.ground) == areas(now)
    assert (found.ground.grids["park1"].grid_id, found.ground.grids["park1"].name) == ("id-park1", "园")
    assert found.ground.grids["half1"].name == "西"
    assert {row.outcome for row in found.outcomes} == {"kept"}


def test_a_made_grid_gives_up_its_code_to_the_new_build():
    built = two()
    now = edited(built, split_grid("1/a", line((0.5, -1), (0.5, 2)), fresh=lambda community: ("id-half", "1/c")))
    found = brought(built, now, two(a=square(0, 0), b=square(1, 0), c=square(2, 0)))
    assert [(each.grid_id, each.theirs, each.code) for each in found.recoded] == [("id-half", "1/c", "redrawn1")]
    assert areas(found.ground) == {"1/a": 0.5, "redrawn1": 0.5, "1/b": 1, "1/c": 1}


def test_records_of_a_grid_merged_away_follow_its_land():
    post = Record("roster", (("post", "grid_head"),))
    built, new = two(), two()
    new = new.replace([replace(new.grids["1/a"], records=(post,))])
    found = brought(built, edited(built, merge_grids(["1/a", "1/b"], keep="1/b")), new)
    assert found.ground.grids["1/b"].records == (post,)


def leaning(foot: float, head: float) -> Ground:
    """Build two communities, one of two compounds; their border leans."""

    def drawn(*corners: tuple[float, float]) -> shapely.Polygon:
        return shapely.Polygon([(round(WEST + 100 * x, 3), round(SOUTH + 100 * y, 3)) for x, y in corners])

    lean = ((2 + head, 2), (2 + foot, 0))
    west, east = drawn((0, 0), (0, 2), *lean), drawn((3, 0), (3, 2), *lean)
    compounds = {"a": drawn((0, 0), (0, 2), (1, 2), (1, 0)), "b": drawn((1, 0), (1, 2), *lean), "c": east}
    return town(one_grid({"A": west, "B": east}, compound=compounds))


@pytest.mark.parametrize("y", [0.521, 0.533])
def test_a_border_that_a_grid_has_since_a_merger_bends_on_its_side_too(y: float):
    built = leaning(0, 0.0031)
    now = edited(
        built,
        merge_grids(["1/a", "1/b"], keep="1/a"),
        split_grid("2/c", line((1.9, y), (3.1, 1.1)), fresh=fresh("half")),
    )
    found = brought(built, now, leaning(0.005, 0.0083))
    assert {row.outcome for row in found.outcomes} == {"kept"}
    assert set(found.ground.grids) == {"1/a", "2/c", "half1"}


# words


def test_names_types_and_locks_by_hand_are_kept_moot_or_in_conflict():
    built = two()
    now = edited(
        built,
        retag_grid("1/a", name="A", management_type="key_attention"),
        retag_grid("1/b", name="B"),
        lock_grid("1/b"),
    )
    new = two()
    new = new.replace(
        [
            replace(new.grids["1/a"], management_type="key_attention"),
            replace(new.grids["1/b"], name="other"),
        ]
    )
    found = brought(built, now, new)
    assert told(found.outcomes) == [
        ("1/a", "kept", None, 0),
        ("1/a", "moot", None, 0),
        ("1/b", "conflict", "sources_changed", 0),
        ("1/b", "kept", None, 0),
    ]
    a, b = found.ground.grids["1/a"], found.ground.grids["1/b"]
    assert (a.name, a.management_type, b.name, b.locked) == ("A", "key_attention", "other", True)


# whatever was edited, whatever changed


def moved_a_little(sources: Sources, seed: int, noise_m: float) -> Sources:
    """The same town drawn again: every unit's vertices elsewhere by ``noise_m``, one unit moved by metres."""
    rng = np.random.default_rng(seed)
    units = sources.units.copy()
    shapes = list(units.geometry)
    far = int(rng.integers(len(shapes)))
    for row, shape in enumerate(shapes):
        if row == far:
            shapes[row] = shapely.transform(shape, lambda xy: xy + rng.uniform(-30, 30, 2))
        elif noise_m:
            shift = rng.normal(0, noise_m, 2)
            shapes[row] = shapely.transform(shape, lambda xy, shift=shift: xy + shift)
    return replace(sources, units=units.set_geometry(shapes, crs=units.crs))


def replayed_at_random(seed: int, noise_m: float) -> list[str]:
    """Edit a messy town, build it again from other sources, and bring the edits; return the outcomes."""
    sources = messy_sources(seed, side=2, per_layer=6)
    built = town(build(sources, Parameters()))
    now = branch(built, np.random.default_rng(seed), 8, 0)
    new = town(build(moved_a_little(sources, seed, noise_m), Parameters()))
    found = brought(built, now, new)
    for row in found.outcomes:
        if row.polygon is None or row.why == "too_fine":
            continue
        place = shapely.point_on_surface(row.polygon)
        holders = [grid for grid in found.ground.grids.values() if grid.polygon.intersects(place)]
        wanted = row.decision.grid.grid_id if row.outcome == "kept" else f"id-{row.holder}"
        assert wanted in {grid.grid_id for grid in holders} or row.holder is None
    given = [row.decision.polygon for row in found.outcomes if row.polygon is not None]
    near = shapely.buffer(shapely.union_all(given), SLIVER_M + 0.01)
    rng = np.random.default_rng(seed)
    west, south, east, north = shapely.total_bounds([grid.polygon for grid in new.grids.values()])
    places = shapely.points(rng.uniform((west, south), (east, north), (300, 2)))
    places = places[~shapely.intersects(near, places)]
    for was, has in zip(held_where(new, places), held_where(found.ground, places), strict=True):
        assert was == has or None in (was, has)
    return [row.why or row.outcome for row in found.outcomes]


@pytest.mark.parametrize("noise_m", [0, 0.001, 0.02, 0.5])
def test_whatever_was_decided_is_replayed_on_whatever_was_built(noise_m: float):
    ended = [outcome for seed in range(3) for outcome in replayed_at_random(seed, noise_m)]
    assert ended.count("kept") > 5
    assert "too_fine" not in ended
