"""What planners may ask for: edits drawn at random over a grid and what is around it; most of them make sense."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import shapely

Said: TypeAlias = dict[str, Any]

VERBS = (
    *("split", "merge", "reshape", "carve", "reassign", "move_vertex", "insert_vertex", "delete_vertex"),
    *("retag", "lock"),
)
NEAR_M = 5.0
SNAPS_M = (0, 0.5, 0.5, 5, 50)
"""Within which what is drawn is drawn to borders: not at all, as the map asks, and up to the most that may be asked."""
ASIDE_M = (0, 0.001, 0.3)
"""How far beside an old border a line runs that is drawn along it."""
STEPS_M = (0.001, 1, 30)
"""How far a vertex goes."""
BESIDE_M = (0, 0, 0.2, 10)
"""How far beside a vertex it is pointed at."""


def possible_verbs(
    codes: Sequence[str], polygons: np.ndarray, dice: np.random.Generator, units: Sequence[str] = ()
) -> list[Said]:
    """Draw an edit of each kind over one of some grids, in the working CRS.

    Parameters
    ----------
    units
        Source units ("layer:id") that may be reassigned.
    """
    row = int(dice.integers(len(codes)))
    polygon, code = polygons[row], codes[row]
    west, south, east, north = shapely.buffer(polygon, NEAR_M).bounds
    places = dice.uniform((west, south), (east, north), (int(dice.integers(2, 6)), 2))
    corners = shapely.get_coordinates(polygon)
    held = dice.random(len(places)) < 0.3
    places[held] = corners[dice.integers(len(corners), size=held.sum())]
    beside = np.flatnonzero(shapely.dwithin(polygons, polygon, 0.001) & (np.arange(len(codes)) != row))
    others = [codes[place] for place in dice.permutation(beside).tolist()] or [code]
    other = others[0]
    corner = corners[int(dice.integers(len(corners)))]
    spot = corner + dice.uniform(-1, 1, 2) * dice.choice(STEPS_M)
    across = np.array([(west, places[0, 1]), (east, places[1, 1])])
    near = corner + dice.uniform(-1, 1, 2) * dice.choice(BESIDE_M)
    part = int(dice.integers(len(corners) - 1))
    middle = corners[part] + (corners[part + 1] - corners[part]) * dice.random()
    along = alongside(polygon, dice)
    face = f"{other}-{dice.integers(1, 4)}"
    unit = str(dice.choice(units)) if len(units) else None
    verbs: list[Said] = [
        {"verb": "split", "code": code, "line": across.tolist()},
        {"verb": "split", "code": code, "line": places.tolist()},
        {"verb": "split", "code": code, "line": [places[0].tolist(), *along, places[-1].tolist()]},
        {"verb": "merge", "codes": [code, other], "keep": code},
        {"verb": "merge", "codes": [other, code], "keep": other},
        {"verb": "merge", "codes": others[:3], "keep": code},
        {"verb": "reshape", "codes": [code, other], "line": places.tolist()},
        {"verb": "reshape", "codes": [code, *others[:2]], "line": [*along, places[-1].tolist()]},
        {"verb": "carve", "polygon": [*places.tolist(), spot.tolist(), places[0].tolist()]},
        {"verb": "carve", "polygon": [*along, places[0].tolist(), along[0]], "name": "新网格"},
        {"verb": "reassign", "places": places.tolist(), "to": other},
        {"verb": "reassign", "faces": [face], "to": code},
        {"verb": "move_vertex", "from": near.tolist(), "to": spot.tolist()},
        {"verb": "insert_vertex", "at": middle.tolist()},
        {"verb": "delete_vertex", "at": near.tolist()},
        {"verb": "retag", "code": code, "name": f"网格 {dice.integers(1000)}"},
        {"verb": "lock", "code": code, "locked": bool(dice.random() < 0.1)},
    ]
    verbs += [{"verb": "reassign", "unit": unit, "to": code}] if unit else []
    snap_m = float(dice.choice(SNAPS_M))
    return [{**verb, "snap_m": snap_m} for verb in verbs]


def alongside(polygon: shapely.Geometry, dice: np.random.Generator) -> list[list[float]]:
    """Draw a line along a stretch of a border, on it or a little beside it."""
    ring = dice.choice(shapely.get_rings(shapely.get_parts(polygon)))
    corners = shapely.get_coordinates(ring)
    start, length = int(dice.integers(len(corners))), int(dice.integers(2, 6))
    stretch = corners[(start + np.arange(length)) % len(corners)]
    return (stretch + dice.choice(ASIDE_M) * dice.uniform(-1, 1, 2)).tolist()


def random_verb(codes: Sequence[str], polygons: np.ndarray, dice: np.random.Generator) -> Said:
    """Draw an edit of any kind over one of some grids."""
    verbs = possible_verbs(codes, polygons, dice)
    return verbs[int(dice.integers(len(verbs)))]


def is_promising(  # noqa: PLR0911 (a verb, a return)
    said: Said, codes: Sequence[str], polygons: np.ndarray, homes: Sequence[str]
) -> bool:
    """Tell whether an edit looks, at first sight, as if it could be done: within a community, and across something.

    Parameters
    ----------
    homes
        The community of each grid.
    """
    match said:
        case {"verb": "split", "code": code, "line": line}:
            crossing = shapely.intersection(shapely.LineString(line), polygons[codes.index(code)].boundary)
            return bool(shapely.get_num_geometries(crossing) > 1)
        case {"verb": "merge" | "reshape", "codes": named}:
            return len({homes[codes.index(code)] for code in named}) == 1 < len(set(named))
        case {"verb": "carve", "polygon": ring}:
            return len(homes_at(shapely.make_valid(shapely.Polygon(ring)), polygons, homes)) == 1
        case {"verb": "reassign", "places": places, "to": to}:
            return homes_at(shapely.multipoints(places), polygons, homes) == {homes[codes.index(to)]}
        case {"verb": "reassign", "faces": [face], "to": to}:
            return homes[codes.index(face.rpartition("-")[0])] == homes[codes.index(to)]
        case {"verb": "move_vertex", "from": place} | {"verb": "delete_vertex", "at": place}:
            return len(homes_at(shapely.Point(place), polygons, homes)) == 1
    return True


def homes_at(drawn: shapely.Geometry, polygons: np.ndarray, homes: Sequence[str]) -> set[str]:
    """Return the communities whose grids something drawn meets."""
    return {homes[row] for row in np.flatnonzero(shapely.intersects(polygons, drawn)).tolist()}
