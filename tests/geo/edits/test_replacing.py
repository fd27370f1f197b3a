"""Grids that give way to others on the same land, whatever became of the borders around since."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
import shapely

from geo.build import build
from geo.edits.applying import Change, apply
from geo.edits.ground import Face, Grid, Ground
from geo.edits.replacing import replace_grids
from geo.edits.reshape import reshape_grids
from geo.edits.retag import retag_grid
from geo.edits.split import split_grid
from geo.errors import EditRefused
from geo.sources import Parameters
from tests.geo.edits.grounds import assert_partition, cell, fresh, ground, ground_of, line
from tests.geo.edits.test_random_edits import random_edit
from tests.geo.messy import messy_sources


def corners(grid: Grid) -> set[tuple[float, ...]]:
    return set(map(tuple, shapely.get_coordinates(grid.polygon).tolist()))


def assert_as_before(now: Grid, then: Grid) -> None:
    """The same grid, but for what a border moves by bending; land a millimetre wide may vanish by it."""
    assert replace(now, polygon=then.polygon, faces=then.faces) == then
    assert shapely.symmetric_difference(now.polygon, then.polygon).area < 0.005 * then.polygon.length


# the land as it was


def test_an_edit_is_taken_back_to_the_bit_where_no_border_bent_since():
    before = ground("aab\naab")
    change = apply(before, split_grid("a", line((1, 0), (1, 2)), fresh=fresh()))
    back = apply(change.ground, replace_grids([before.grids["a"]], drop=["new1"]))
    assert back.ground.grids["a"] is before.grids["a"]
    assert set(back.ground.grids) == {"a", "b"}
    assert not back.woven


def test_grids_that_come_back_take_over_the_vertices_that_the_neighbour_got():
    before = ground("ab")
    one = apply(before, retag_grid("a", name="new"))
    other = apply(one.ground, split_grid("b", line((1, 0.3), (2.5, 0.7)), fresh=fresh()))
    back = apply(other.ground, replace_grids([before.grids["a"]]))
    assert_partition(back.ground, before)
    assert back.ground.grids["a"].name is None
    assert corners(back.ground.grids["a"]) - corners(before.grids["a"])
    assert not back.woven


def test_neighbours_get_the_vertices_of_the_grids_that_come_in():
    before = ground("abc")
    there = apply(before, split_grid("b", line((0.5, 0.3), (2.5, 0.31)), fresh=fresh("t"))).ground
    here = apply(before, split_grid("a", line((0, 0.6), (1.5, 0.61)), fresh=fresh("h"))).ground
    both = apply(here, replace_grids([there.grids["b"], there.grids["t1"]]))
    assert_partition(both.ground, before)
    assert set(both.ground.grids) == {"a", "h1", "b", "t1", "c"}
    assert len(both.woven) == 2


def test_what_ends_a_millimetre_away_bends_with_a_border_that_comes_in():
    """Two grids with a wedge of nothing between them, that the border which comes in would close beyond its edge."""
    corners_of = {
        "a": [(-9000, 0), (0, 0), (20, 9000), (-9000, 9000)],
        "b": [(0, 0), (9000, 0), (9000, 9000), (21, 9000)],
    }
    grids = {code: at_hand(code, some) for code, some in corners_of.items()}
    before = Ground.of(grids.values())
    coming = at_hand("b", [(0, 0), (9000, 0), (9000, 9000), (21, 9000), (2, 1000)])
    after = apply(before, replace_grids([coming])).ground
    assert_partition(after, before)
    assert corners(after.grids["a"]) > corners(grids["a"])


def at_hand(code: str, places: list[tuple[int, int]]) -> Grid:
    """Draw a grid by places in millimetres."""
    land = shapely.Polygon(np.array([cell(0, 0)]) / 1000 + np.array(places) / 1000)
    return Grid(code, code, "C", land, (Face(land, (), "sole"),))


# refused


def test_land_that_changed_hands_since_is_not_taken_back():
    before = ground("abc")
    one = apply(before, reshape_grids(["a", "b"], line((1, 0), (0.5, 0.5), (1, 1))))
    other = apply(one.ground, reshape_grids(["b", "c"], line((2, 0), (1.5, 0.5), (2, 1))))
    with pytest.raises(EditRefused) as refused:
        apply(other.ground, replace_grids([before.grids["a"], before.grids["b"]]))
    assert refused.value.code == "land_changed"
    assert set(refused.value.grids) == {"a", "b"}


def test_land_does_not_pass_from_one_community_to_another():
    before = ground("ab", "CD")
    swapped = [replace(before.grids["a"], community="D"), replace(before.grids["b"], community="C")]
    with pytest.raises(EditRefused) as refused:
        apply(before, replace_grids(swapped))
    assert refused.value.code == "land_changed"


@pytest.mark.parametrize(("had", "has"), [(5, 6), (None, 1), (1, None)])
def test_nobody_is_lost_or_doubled(had: int | None, has: int | None):
    before = ground("ab", population=had)
    with pytest.raises(EditRefused) as refused:
        apply(before, replace_grids([replace(before.grids["a"], population=has)]))
    assert refused.value.code == "land_changed"


def test_a_grid_that_is_gone_can_not_give_way():
    before = ground("ab")
    with pytest.raises(EditRefused) as refused:
        apply(before, replace_grids([before.grids["a"]], drop=["x"]))
    assert refused.value.grids == ("x",)


def test_a_locked_grid_gives_way_because_the_caller_decides():
    before = ground("ab", locked=True)
    after = apply(before, replace_grids([replace(before.grids["a"], name="new")]))
    assert after.ground.grids["a"].name == "new"


# any edit, after any others


@dataclass
class Told:
    """How taking edits back at random ended."""

    done: int = 0
    woven: int = 0
    redrawn: int = 0
    refused: int = 0


def history(seed: int, edits: int) -> tuple[Ground, list[Change]]:
    """Edit a messy town at random."""
    rng = np.random.default_rng(seed)
    town = ground_of(build(messy_sources(seed, side=2, per_layer=6), Parameters()))
    changes, now = [], town
    for number in range(edits):
        try:
            change = apply(now, random_edit(now, rng, number))
        except EditRefused:
            continue
        changes.append(change)
        now = change.ground
    return town, changes


def taken_back(seed: int, edits: int) -> Told:
    """Take back each edit whose grids only got vertices since."""
    town, changes = history(seed, edits)
    now, told = changes[-1].ground, Told()
    before = [town, *(change.ground for change in changes)]
    for number, change in enumerate(changes):
        later = {grid.code for each in changes[number + 1 :] for grid in (*each.modified, *each.retired)}
        mine = [grid.code for grid in (*change.created, *change.modified)]
        if later & set(mine) or not mine:
            continue
        put = [before[number].grids[grid.code] for grid in (*change.modified, *change.retired)]
        try:
            back = apply(now, replace_grids(put, [grid.code for grid in change.created]))
        except EditRefused:
            told.refused += 1
            continue
        assert_partition(back.ground, now)
        for grid in put:
            assert_as_before(back.ground.grids[grid.code], grid)
        told.done += 1
        told.woven += any(back.ground.grids[grid.code] is not grid for grid in put)
        told.redrawn += not all(corners(grid) <= corners(back.ground.grids[grid.code]) for grid in put)
    return told


def test_any_edit_is_taken_back_whatever_was_drawn_beside_it_since():
    told = [taken_back(seed, 25) for seed in range(6)]
    assert sum(each.done for each in told) > 20
    assert sum(each.woven for each in told) > 5
    assert sum(each.redrawn for each in told) <= 1
    assert not sum(each.refused for each in told)
