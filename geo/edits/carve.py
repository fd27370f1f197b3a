"""Carve: a drawn area becomes a grid of its own, out of one grid or several."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import shapely

from geo.arrays import Ints
from geo.edits.emptying import regrid_held
from geo.edits.ground import Edit, Fresh, Ground
from geo.edits.land import cut
from geo.edits.merge import PUBLIC_SPACE, UNCLAIMED, require_same_community
from geo.edits.reshape import require_no_more_parts
from geo.edits.split import new_grid
from geo.errors import LineMissesGridError
from geo.noding import CELLS_PER_M


def carve_grid(ring: Ints, *, name: str | None = None, fresh: Fresh) -> Edit:
    """Carve what a closed line goes round out of the grids that it covers.

    The new grid takes after the one that it has most land of. Where that is unclaimed, somebody holds the new grid from
    now on: it is public space, of no source unit. An unclaimed grid that the area covers whole is gone. The area must
    lie in one community.

    Parameters
    ----------
    ring
        A line that ends where it begins, segments in grid cells, shape (n, 4); see `geo.edits.drawing.drawn`.

    Raises
    ------
    GridLockedError
        A grid under the area is locked.
    CrossesCommunityError
        The area reaches into another community.
    WouldEmptyGridError
        The area covers a grid whole that somebody holds.
    WouldDisconnectError
        A grid would fall into more parts than it has.
    LineMissesGridError
        The line is not closed, or goes round no land of any grid.
    """

    def edit(ground: Ground) -> Ground:
        area = area_in(ring)
        under = [code for code, grid in ground.grids.items() if shapely.relate_pattern(grid.polygon, area, "T********")]
        grids = ground.open_grids(under)
        if not grids:
            raise LineMissesGridError("there is no grid under the area drawn")
        require_same_community(grids)
        cells = cut(ground, grids, ring)
        inside = shapely.intersects(area, shapely.point_on_surface(cells.polygon))
        land = np.bincount(cells.grid[inside], weights=cells.area_m2[inside], minlength=len(grids))
        if not inside.any():
            raise LineMissesGridError("the area drawn is too small to be land")
        owner = np.where(inside, len(grids), cells.grid)
        require_no_more_parts(cells, owner)
        source = cells.grids[int(np.argmax(land))]
        kind = PUBLIC_SPACE if source.kind == UNCLAIMED else source.kind
        made = replace(new_grid(source, fresh), name=name, kind=kind)
        return regrid_held(cells, owner, [*cells.grids, made], {len(grids): "override"})

    return edit


def area_in(ring: Ints) -> shapely.Geometry:
    """Return the area that a closed line goes round, metres; empty where it goes to and fro on one line.

    Raises
    ------
    LineMissesGridError
        The line does not end where it begins.
    """
    if not len(ring) or (ring[0, :2] != ring[-1, 2:]).any():
        raise LineMissesGridError("an area is drawn as a line that ends where it begins")
    corners = ring[:, :2] / CELLS_PER_M
    if len(corners) < 3:
        return shapely.Polygon()
    return shapely.make_valid(shapely.Polygon(corners), method="structure", keep_collapsed=False)
