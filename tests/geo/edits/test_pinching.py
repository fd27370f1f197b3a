"""A grid that touches itself where the land ends is refused, also where no more than a part of the land is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
import shapely

from geo.edits.applying import apply
from geo.edits.carve import carve_grid
from geo.edits.ground import Edit, Ground
from geo.edits.merge import merge_grids
from geo.edits.split import split_grid
from geo.edits.weaving import UnseenError
from tests.geo.edits.grounds import cell, edited, fresh, ground, line, refusal


def wedge(x: float, y: float, *, up: int = 1, code: str = "hole") -> Edit:
    """Carve a wedge to the west of its apex, above it or below."""
    drawn = line((x, y), (x - 0.4, y + 0.3 * up), (x - 0.3, y + 0.4 * up), (x, y))
    return carve_grid(drawn, fresh=fresh(code))


def part(whole: Ground, codes: Sequence[str], seen: shapely.Geometry) -> Ground:
    """Return some grids of a ground; all around some land is among them."""
    return Ground.of((whole.grids[code] for code in codes), seen=np.array([seen], dtype=object))


def test_a_touch_at_the_end_of_what_was_loaded_hides_none_at_the_end_of_the_land():
    whole = edited(ground("cc\nab\ngh"), wedge(1, 2, up=-1, code="inside"))
    loaded = part(whole, ["a", "b", "g", "h", "inside1"], whole.grids["g"].polygon)
    for before in (whole, loaded):
        assert refusal(before, wedge(1, 0)) == "would_pinch"


def test_where_a_grid_touches_itself_all_that_lies_around_is_looked_at():
    whole = ground("ab\ngh")
    apex = shapely.Point(np.array(cell(1, 1)) / 1000)
    inner = whole.grids["a"].polygon.buffer(-1)
    with pytest.raises(UnseenError) as unseen:
        apply(part(whole, "ab", inner), wedge(1, 1))
    [box] = unseen.value.boxes
    assert box.contains(apex)
    assert refusal(part(whole, "ab", box | inner), wedge(1, 1)) == "would_pinch"
    assert set(edited(part(whole, "abgh", box | inner), wedge(1, 1)).grids) == {*"abgh", "hole1"}


def test_a_border_that_comes_to_where_a_grid_touches_itself_pinches_it_too():
    alone = edited(ground("a"), wedge(0.5, 0))
    assert refusal(alone, split_grid("a", line((0.5, 0), (0.02, 0.1), (0, 0.2)), fresh=fresh())) == "would_pinch"


def test_what_was_there_is_put_back_however_it_is_read():
    change = apply(unreadable(), merge_grids(["hole1"], keep="a"))
    assert refusal(change.ground, change.reverse) == "would_pinch"
    back = apply(change.ground, change.reverse, restores=True).ground
    assert back.grids == unreadable().grids


def unreadable() -> Ground:
    """Draw a grid that touches itself where its neighbour and the land end, as sources may."""
    pinched = wedge(1, 0)(ground("ab"))
    assert not shapely.coverage_is_valid([grid.polygon for grid in pinched.grids.values()])
    return pinched


@pytest.mark.parametrize("x, y", [(1, 0), (0.9, 0.5)])
def test_what_could_not_be_read_before_is_edited_all_the_same(x: float, y: float):
    steep = line((x, y), (x - 0.1, y + 0.4), (x - 0.05, y + 0.4), (x, y))
    assert set(edited(unreadable(), carve_grid(steep, fresh=fresh())).grids) == {*"ab", "hole1", "new1"}


def test_where_a_grid_touched_itself_before_nobody_looks_again():
    north = shapely.box(*np.array([*cell(0, 0.45), *cell(0.95, 1)]) / 1000)
    before = replace(unreadable(), seen=np.array([north], dtype=object))
    assert set(edited(before, wedge(0.9, 0.5, code="other")).grids) == {*"ab", "hole1", "other1"}
