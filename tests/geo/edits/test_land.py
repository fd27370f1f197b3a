"""Whose land is whose when borders bend: what is as thin as they bend may not get lost over them."""

from __future__ import annotations

from dataclasses import replace

import pytest
import shapely

from geo.edits.ground import Face, Grid, Ground
from geo.edits.land import cut, require_own_land
from geo.errors import TooFineError


def strip(code: str, west: float, east: float) -> Grid:
    """Draw a grid a hundred metres high."""
    land = shapely.box(west, 0, east, 100)
    return Grid(f"id-{code}", code, "C", land, (Face(land, (f"compound:{code}",), "sole"),))


def widened(grid: Grid, east: float) -> Grid:
    """Draw a grid anew, up to somewhere."""
    return replace(strip(grid.code, 0, east), grid_id=grid.grid_id)


@pytest.mark.parametrize("kept_m, fits", [(0.0, False), (0.001, False), (0.002, True), (0.003, True)])
def test_a_thin_grid_that_is_gone_left_most_of_its_land_to_those_the_edit_is_about(kept_m: float, *, fits: bool):
    wide, thin = strip("a", 0, 100), strip("thin", 100, 100.003)
    before = Ground.of([wide, thin])
    cells = cut(before, [wide, thin])
    heir = wide if not kept_m else widened(wide, 100 + kept_m)
    after = before.replace([] if heir is wide else [heir], drop={"thin"})
    if fits:
        require_own_land(cells, [heir], after)
    else:
        with pytest.raises(TooFineError, match="a part of grid a, thin a millimetre wide would be bent off its land"):
            require_own_land(cells, [heir], after)
