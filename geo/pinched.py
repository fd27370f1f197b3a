"""Inlets that noding pinched shut.

Where two communities' borders run apart by about a cell, the land between them is open at one end and belongs to
nobody: an inlet. A line across it may bend both borders into one grid point, and what lay behind becomes an enclosed
hole, a few millimetres wide. Enclosed holes that thin are filled.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.arrays import Bools, Geometries, Ints, group_first
from geo.edges import Edges
from geo.errors import PartitionError
from geo.faces import UNCERTAIN_M, dissolve
from geo.noding import REACH_M
from geo.partition import Outline, Tiling
from geo.parts import AnyPart, Part, join
from geo.rules import SLIVER
from geo.sources import Parameters, repair_rows


def close_pinched(
    parts: Sequence[AnyPart],
    known: Geometries,
    communities: gpd.GeoDataFrame,
    parameters: Parameters,
    keep: Callable[[Part], AnyPart],
) -> tuple[list[AnyPart], Geometries, gpd.GeoDataFrame]:
    """Fill the thin holes that grids leave; return the holes that stay, and a repair for each that was filled.

    The parts beside such a hole are given to ``keep``.

    Raises
    ------
    PartitionError
        A wider hole lies where the communities have none.
    """
    borders = Edges.directed(np.concatenate([part.border for part in parts]))
    holes = Outline.of(borders).holes
    thin = are_thin(holes, parameters)
    wide, thin_holes = holes[~thin], holes[thin]
    place = shapely.point_on_surface(wide)
    in_known, _ = shapely.STRtree(known).query(place, predicate="dwithin", distance=UNCERTAIN_M)
    if len(np.unique(in_known)) != len(wide):
        raise PartitionError(f"the grids leave {len(wide)} holes where the communities have {len(known)}")
    beside = touching(parts, thin_holes)
    near = [part.load() for part, here in zip(parts, beside, strict=True) if here]
    kept = [part for part, here in zip(parts, beside, strict=True) if not here]
    part = join(near) if near else None
    taker = np.empty(0, dtype=np.int64) if part is None else longest_neighbour(part.grid_polygon, thin_holes)
    filled = repair_rows(
        thin_holes,
        communities.crs,
        layer="community",
        source_id=[] if part is None else communities["source_id"].to_numpy()[part.grid_community[taker]],
        problem="inlet narrower than the grid pinched shut",
        action="filled",
        changed_m2=shapely.area(thin_holes),
    )
    if part is None:
        return kept, wide, filled
    whole = fill(part, thin_holes, taker)
    return [*kept, *(keep(whole.only(np.unique(one.border_community))) for one in near)], wide, filled


def touching(parts: Sequence[AnyPart], holes: Geometries) -> list[bool]:
    """Tell of each part whether its border has an edge in common with a hole."""
    if not len(holes):
        return [False] * len(parts)
    rims = Edges.of(holes)
    ends = rims.ends(np.arange(len(rims.start)))
    rim = {tuple(edge) for edge in np.concatenate([ends, ends[:, [2, 3, 0, 1]]]).tolist()}
    near = [part.border[np.isin(part.border[:, 0], ends[:, [0, 2]])] for part in parts]
    return [any(tuple(edge) in rim for edge in border.tolist()) for border in near]


def are_thin(holes: Geometries, parameters: Parameters) -> Bools:
    """Tell which holes are narrower than a sliver."""
    return np.asarray(
        shapely.is_empty(shapely.buffer(holes, -max(parameters.sliver_width, REACH_M) / 2)), dtype=np.bool_
    )


def longest_neighbour(grids: Geometries, holes: Geometries) -> Ints:
    """Return the grid that shares most border with each hole."""
    _, grid = shapely.STRtree(grids).query(holes, predicate="intersects")
    rows = np.unique(grid)
    edges = Edges.of(np.concatenate([grids[rows], holes]))
    key, holder = edges.keys(), edges.polygon
    border = pd.DataFrame({"key": key, "holder": holder, "length": edges.length})
    pairs = border[holder >= len(rows)].merge(border[holder < len(rows)], on="key", suffixes=("_hole", ""))
    shared = pairs.groupby(["holder_hole", "holder"], as_index=False)["length"].sum().round(6)
    shared = shared.sort_values(["holder_hole", "length", "holder"], ascending=[True, False, True])
    first = group_first(shared["holder_hole"].to_numpy())
    return np.asarray(rows[shared["holder"].to_numpy()[first]], dtype=np.int64)


def fill(part: Part, holes: Geometries, taker: Ints) -> Part:
    """Add each hole to a grid, as a face that nobody claims."""
    grid = part.grid_polygon.copy()
    rows, local = np.unique(taker, return_inverse=True)
    together = np.concatenate([grid[rows], holes])
    grid[rows] = dissolve(together, np.concatenate([np.arange(len(rows)), local]), len(rows))
    rim = Edges.of(holes)
    tiling = Tiling(grid, np.concatenate([part.border, rim.ends(np.arange(len(rim.start)))]))
    return replace(
        part,
        grid_polygon=grid,
        border=tiling.border,
        border_community=np.concatenate([part.border_community, part.grid_community[taker][rim.polygon]]),
        face_polygon=np.concatenate([part.face_polygon, holes]),
        face_grid=np.concatenate([part.face_grid, taker]),
        face_rule=np.concatenate([part.face_rule, np.full(len(holes), SLIVER)]),
        face_area_m2=np.concatenate([part.face_area_m2, shapely.area(holes)]),
    )
