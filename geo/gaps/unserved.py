"""Held, but not served: land that no patrol reaches, grids of the wrong size."""

from __future__ import annotations

from typing import Literal

import numpy as np
import shapely

from geo.arrays import Bools, Ints
from geo.gaps.about import about_grids
from geo.gaps.held import Held
from geo.gaps.land import wide_land
from geo.gaps.ledger import Entries, entries
from geo.rules import NOBODY
from geo.standards import Size, Value


def unpatrolled(held: Held) -> Entries:
    """Find the part of each grid that lies in no patrol zone; parts that are slivers do not count."""
    _, face = held.links.faces_of_grid.members(held.rows)
    face = face[~patrolled(held, face)]
    grid, land, face, group = wide_land(held, face, held.face_grid[face])
    code = held.text("code", grid)
    share = shapely.area(land) / held.counts("area_m2", grid)
    return entries(
        "unpatrolled",
        about=list(code),
        code=code,
        community=held.text("community_code", grid),
        land=land,
        households=held.households_in(land, face, group),
        facts={"share": [round(part, 4) for part in share.tolist()]},
        factor=np.maximum(share, 0.1),
    )


def patrolled(held: Held, face: Ints) -> Bools:
    """Tell which faces a patrol zone lies over."""
    place, claim = held.links.claims_of_face.members(face)
    zone = held.unit["layer"][held.claim_unit[claim]] == "patrol_zone"
    return np.asarray(np.bincount(place[zone], minlength=len(face)) > 0)


def oversize(held: Held) -> Entries:
    """Find urban grids with more households than one grid head can know."""
    return wrong_size(held, "oversize")


def undersize(held: Held) -> Entries:
    """Find urban grids with fewer households than are worth a grid of their own."""
    return wrong_size(held, "undersize")


def wrong_size(held: Held, kind: Literal["oversize", "undersize"]) -> Entries:
    """List the urban grids whose known number of households is beyond the range of their size.

    Compounds by the urban range; patrol zones by the police one, where the patrol layer itself counts households: what
    lies between compounds has few by nature. Both ends belong to the range. Villages have rule 3 instead.
    """
    rows = sized_grids(held)
    households = held.counts("households", rows)
    patrol = held.text("kind", rows) == "patrol"
    sizes = [standard.size for standard in held.standard_of(rows)]
    limits = [limit_of(size, kind, police=police) for size, police in zip(sizes, patrol, strict=True)]
    limit = np.array([one.number for one in limits], dtype=np.float64)
    wrong = np.flatnonzero(households > limit if kind == "oversize" else households < limit)
    sign = ">" if kind == "oversize" else "<"
    return about_grids(
        held,
        kind,
        rows[wrong],
        facts={
            "figure": [f"{households[row]:.0f} 户 {sign} {limits[row].number} 户" for row in wrong],
            "limit": [limits[row].number for row in wrong],
        },
        source=[limits[row].source for row in wrong],
    )


def sized_grids(held: Held) -> Ints:
    """Return the grids that are judged by their size."""
    rows = held.rows[~held.grid["rural"][held.rows]]
    rows = rows[~np.isnan(held.counts("households", rows))]
    kind = held.text("kind", rows)
    patrol = rows[(kind == "patrol") & (held.grid_unit[rows] != NOBODY)]
    counted = ~np.isnan(held.unit["households"][held.grid_unit[patrol]])
    return np.union1d(rows[kind == "residential"], patrol[counted])


def limit_of(size: Size, kind: Literal["oversize", "undersize"], *, police: bool) -> Value[int]:
    """Return the end of the range that a kind is about."""
    if kind == "oversize":
        return size.police_high if police else size.urban_high
    return size.police_low if police else size.urban_low
