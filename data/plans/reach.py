"""Whether the positions of an edit can be meant: on the earth, in the order and the CRS that they are said to be in."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyproj

from data.plans.verbs import Position
from geo.arrays import Floats
from geo.crs import Bounds, area_of_use, crs_name, fits, from_lonlat, likely_crs, to_lonlat
from geo.errors import InputError

MOST_LON, MOST_LAT = 180.0, 90.0
SWAPPED = ": are the two swapped?"
METRES = ", and these look like metres of {}"


def require_reached(positions: Sequence[Position], given: pyproj.CRS, working: pyproj.CRS) -> None:
    """Refuse positions that are not on the earth, or that seem to be in another order or CRS.

    One that is on the earth is taken as it is, however far from the plan, unless turning it round or reading it as
    degrees brings it near. What comes in the plan's own CRS is not carried anywhere, and may lie beyond its reach.

    Parameters
    ----------
    positions
        In ``given``, the CRS that the request names.
    working
        The CRS that the plan is drawn in.

    Raises
    ------
    InputError
        Names the first one, what is out of range, and the likely mend.
    """
    xy = np.array(positions, dtype=np.float64).reshape(-1, 2)
    lonlat, area = to_lonlat(xy, given), area_of_use(working)
    away = [row for row, place in enumerate(lonlat.tolist()) if not fits(place, area)]
    if not away:
        return
    check = require_degrees if given.is_geographic else require_metres
    for row in away:
        check(xy[row : row + 1], given, working, area)
    beyond = ~np.isfinite(from_lonlat(lonlat[away], working)).all(axis=1)
    if given != working and beyond.any():
        x, y = xy[away][beyond][0].tolist()
        raise InputError(f"position [{x:.12g}, {y:.12g}] is too far away for {crs_name(working)}, the CRS of the plan")


def require_degrees(xy: Floats, given: pyproj.CRS, working: pyproj.CRS, area: Bounds) -> None:
    """Refuse what is no longitude and latitude, or far from an area and near it when turned round."""
    x, y = xy[0].tolist()
    is_swapped, is_lat = fits((y, x), area), abs(y) <= MOST_LAT
    if is_lat and abs(x) <= MOST_LON:
        if is_swapped:
            raise InputError(
                f"position [{x:.12g}, {y:.12g}] is far from the plan; positions are longitude, latitude in degrees: "
                "are the two swapped?"
            )
        return
    if is_swapped:
        mend = SWAPPED
    elif metres := metres_of(xy, working, area):
        mend = METRES.format(metres)
    else:
        mend = ""
    raise InputError(
        f"position [{x:.12g}, {y:.12g}]: "
        + (f"{x:.12g} is no longitude (-180 to 180)" if is_lat else f"{y:.12g} is no latitude (-90 to 90)")
        + f"; positions are longitude, latitude in degrees{mend}"
    )


def require_metres(xy: Floats, given: pyproj.CRS, working: pyproj.CRS, area: Bounds) -> None:
    """Refuse what a projection does not reach, or what is near an area when turned round or read as degrees."""
    x, y = xy[0].tolist()
    if fits((x, y), area):
        raise InputError(
            f"position [{x:.12g}, {y:.12g}] is far from the plan; positions are x, y of {crs_name(given)}, "
            "and these look like longitude, latitude"
        )
    if near(xy[:, ::-1], given, area):
        raise InputError(
            f"position [{x:.12g}, {y:.12g}] is far from the plan; positions are x, y of {crs_name(given)}, "
            "east before north: are the two swapped?"
        )
    if given != working and not fits(to_lonlat(xy, given)[0].tolist(), (-MOST_LON, -MOST_LAT, MOST_LON, MOST_LAT)):
        raise InputError(
            f"position [{x:.12g}, {y:.12g}] is beyond the reach of {crs_name(given)}, of which positions are x, y"
        )


def metres_of(xy: Floats, working: pyproj.CRS, area: Bounds) -> str | None:
    """Name the CRS of which a position seems to be metres."""
    return crs_name(working) if near(xy, working, area) else likely_crs(*xy[0].tolist())


def near(xy: Floats, crs: pyproj.CRS, area: Bounds) -> bool:
    """Tell whether a position of a CRS lies in an area or beside it."""
    return fits(to_lonlat(xy, crs)[0].tolist(), area)
