"""Nobody holds it: land that no unit claims, and holes between communities."""

from __future__ import annotations

from collections import Counter
from hashlib import blake2b

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.arrays import Geometries, Ints, group_first
from geo.gaps.held import Held
from geo.gaps.ledger import Entries, entries

BESIDE_M = 0.01
"""A hole's border and a community's, each bent by noding, are this near where they are the same."""

EDGE_M = 1 / 3
"""Metres end at two thirds of one, where no coordinate drawn to the centimetre is brought by a millimetre."""


def place_keys(land: Geometries, group: Ints) -> list[str]:
    """Name each place by its box, to the metre; places of one group that share it are numbered.

    The box moves by no more than the border does, whatever vertices the border has, and stays where the land changes
    inside it. Of places that share it the largest comes first: they reach equally far, so that none is around another.
    """
    box = np.floor(shapely.bounds(land) + EDGE_M).astype(np.int64)
    hashed = [blake2b(" ".join(map(str, sides)).encode(), digest_size=5).hexdigest() for sides in box.tolist()]
    seen: Counter[tuple[int, str]] = Counter()
    keys = list(hashed)
    for row in np.argsort(-shapely.area(land), kind="stable").tolist():
        key = int(group[row]), hashed[row]
        keys[row] = f"{key[1]}.{seen[key]}" if seen[key] else key[1]
        seen[key] += 1
    return keys


def hole_keys(hole: Geometries) -> NDArray[np.object_]:
    """Name each hole between communities."""
    return np.array(place_keys(hole, np.zeros(len(hole), dtype=np.int64)), dtype=object)


def unclaimed(held: Held) -> Entries:
    """Find each connected part of the land that only the community holds."""
    rows = np.sort(held.links.grids_of_community.members(held.asked_communities)[1])
    rows = rows[held.text("kind", rows) == "unclaimed"]
    land, local = shapely.get_parts(held.grid_polygon[rows], return_index=True)
    keys = np.array(place_keys(land, held.grid_community[rows][local]), dtype=object)
    wanted = np.isin(rows[local], held.rows)
    land, local, keys = land[wanted], local[wanted], keys[wanted]
    code, community = held.text("code", rows)[local], held.text("community_code", rows)[local]
    part, face = faces_of_parts(held, rows, land)
    return entries(
        "unclaimed",
        about=[f"{where}:{key}" for where, key in zip(community, keys, strict=True)],
        code=code,
        community=community,
        land=land,
        households=held.households_in(land, face, part),
        facts={},
    )


def faces_of_parts(held: Held, rows: Ints, land: Geometries) -> tuple[Ints, Ints]:
    """List which faces make up each connected part of some grids: rows of ``land``, and faces."""
    _, members = held.links.faces_of_grid.members(rows)
    point = shapely.point_on_surface(held.face_polygon[members])
    part, face = shapely.STRtree(point).query(land, predicate="intersects")
    return part.astype(np.int64), members[face]


def no_community(held: Held) -> Entries:
    """Find the holes between communities that are wider than a sliver; the community beside each is named."""
    hole = np.arange(len(held.hole))
    if held.asked is not None:
        touched = shapely.intersects(held.hole[:, None], held.grid_polygon[held.asked][None, :])
        hole = hole[touched.any(axis=1)]
    land = held.hole[hole]
    community = held.hole_community[hole]
    nothing = np.empty(0, dtype=np.int64)
    return entries(
        "no_community",
        about=list(held.hole_key[hole]),
        code=np.full(len(hole), None, dtype=object),
        community=community,
        land=land,
        households=held.households_in(land, nothing, nothing),
        facts={"nearest_community": community},
    )


def beside(hole: Geometries, areas: Geometries, code: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return the code of the community that each hole has most border with; the lowest of those that tie."""
    result = np.full(len(hole), None, dtype=object)
    if not len(hole):
        return result
    row, community = shapely.STRtree(areas).query(hole, predicate="dwithin", distance=BESIDE_M)
    rim = shapely.buffer(shapely.boundary(hole), BESIDE_M)
    common = np.round(shapely.area(shapely.intersection(rim[row], areas[community])), 3)
    order = np.lexsort([code[community].astype(str), -common, row])
    best = order[group_first(row[order])]
    result[row[best]] = code[community[best]]
    return result
