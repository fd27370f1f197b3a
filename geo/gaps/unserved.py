"""Held, but not served: land that no patrol reaches, grids of the wrong size."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.arrays import Bools, Ints, dense, sums
from geo.faces import dissolve
from geo.gaps.held import Held
from geo.gaps.ledger import Entries, entries

MOST_HOUSEHOLDS, LEAST_HOUSEHOLDS = 500, 300
"""Households of an urban grid: common practice, for example in Haikou [P]."""


def unpatrolled(held: Held) -> Entries:
    """Find the part of each grid that lies in no patrol zone; parts that are slivers do not count."""
    _, face = held.links.faces_of_grid.members(held.rows)
    face = face[~patrolled(held, face)]
    grid, group = dense(held.face_grid[face])
    area = sums(held.face_area_m2[face], group, len(grid))
    face = face[(area >= held.parameters.min_area)[group]]
    grid, group = dense(held.face_grid[face])
    land = dissolve(held.face_polygon[face], group, len(grid))
    wide = ~shapely.is_empty(shapely.buffer(land, -held.parameters.sliver_width / 2))
    chosen = wide[group]
    grid, land, face, group = grid[wide], land[wide], face[chosen], (np.cumsum(wide) - 1)[group[chosen]]
    code = held.text("code", grid)
    share = shapely.area(land) / held.grids["area_m2"].to_numpy(np.float64)[grid]
    return entries(
        "unpatrolled",
        about=list(code),
        code=code,
        community=held.text("community_code", grid),
        land=land,
        households=held.households_in(land, face, group),
        facts=[{"share": round(float(part), 4)} for part in share],
        factor=np.maximum(share, 0.1),
    )


def patrolled(held: Held, face: Ints) -> Bools:
    """Tell which faces a patrol zone lies over."""
    place, claim = held.links.claims_of_face.members(face)
    zone = held.units["layer"].array[held.claim_unit[claim]].to_numpy(dtype=object) == "patrol_zone"
    return np.asarray(np.bincount(place[zone], minlength=len(face)) > 0)


def oversize(held: Held) -> Entries:
    """Find urban residential grids with more households than one grid head can know."""
    return wrong_size(held, "oversize", lambda households: households > MOST_HOUSEHOLDS)


def undersize(held: Held) -> Entries:
    """Find urban residential grids with fewer households than are worth a grid of their own."""
    return wrong_size(held, "undersize", lambda households: households < LEAST_HOUSEHOLDS)


def wrong_size(held: Held, kind: str, is_wrong: Callable[[NDArray[np.int64]], NDArray[np.bool_]]) -> Entries:
    """List the urban residential grids whose known number of households is wrong."""
    known = (held.grids["households"].notna() & ~held.grids["rural"]).to_numpy()[held.rows]
    rows = held.rows[known & (held.text("kind", held.rows) == "residential")]
    rows = rows[is_wrong(held.grids["households"].array[rows].to_numpy(np.int64))]
    households = held.grids["households"].array[rows].to_numpy(np.int64)
    code = held.text("code", rows)
    limit = MOST_HOUSEHOLDS if kind == "oversize" else LEAST_HOUSEHOLDS
    facts = [
        {"figure": f"{count} 户 {'>' if kind == 'oversize' else '<'} {limit} 户", "limit": limit}
        for count in households
    ]
    return entries(
        kind,
        about=list(code),
        code=code,
        community=held.text("community_code", rows),
        land=held.grid_polygon[rows],
        households=households.astype(np.float64),
        facts=facts,
    )
