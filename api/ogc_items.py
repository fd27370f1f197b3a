"""Features of the collections of OGC API: read, and written as GeoJSON."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import numpy as np
import pyproj
import shapely
from sqlalchemy import Connection

from api.features import feature_texts, sides
from api.grid_shown import gap_shown, properties_of
from data.plans.collections import Wanted, faces_page, gaps_page, kept_page
from data.plans.differing import State
from data.plans.pages import page_of_grids
from geo.crs import from_lonlat
from geo.errors import InputError


@dataclass(frozen=True)
class Items:
    """Features as texts, and their keys."""

    texts: list[str]
    keys: list[str]


def items_of(connection: Connection, state: State, layer: str, wanted: Wanted, today: date) -> Items:
    """Return features of a layer, by their keys.

    Raises
    ------
    InputError
        The filter is none, or asks for what is not kept.
    """
    if layer == "grids":
        chosen = {"after": wanted.after, "code": wanted.key}
        found = page_of_grids(
            connection, state, chosen, land=wanted.box, filter=wanted.filter, limit=wanted.limit
        )  # fmt: skip
        keys, lands = [one.code for one in found], [one.polygon for one in found]
        said = properties_of(connection, state, today, found)
    elif layer == "gaps":
        found = gaps_page(connection, state, today, wanted)
        keys, lands = [one.gap_id for one in found], [one.land for one in found]
        said = [gap_shown(one, state) for one in found]
    else:
        faces = layer == "faces"
        found = faces_page(connection, state, wanted) if faces else kept_page(connection, state, layer, wanted)
        keys, lands = [one.key for one in found], [one.land for one in found]
        said = [face_said(one) if faces else kept_said(one, layer) for one in found]
    shapes = shapely.from_wkb(np.array(lands, dtype=object))
    return Items(feature_texts(shapes, state.plan.crs, said, keys), keys)


def face_said(one: Any) -> dict[str, Any]:
    """Return what is said of a face."""
    area = round(float(shapely.area(shapely.from_wkb(one.land))), 3)
    return {"face_id": one.key, "code": one.code, "rule": one.rule, "claimants": one.claimants, "area_m2": area}


def kept_said(one: Any, layer: str) -> dict[str, Any]:
    """Return what is said of a row of a layer that no edit changes; counts of grids are left out, since edits do."""
    return {name: value for name, value in one.attributes.items() if (layer, name) != ("communities", "grids")}


def on_this_side(box: list[float], crs: pyproj.CRS) -> list[float]:
    """Return the part of a box on the side of the antimeridian that a working CRS is made for.

    >>> on_this_side([100, 20, -170, 30], pyproj.CRS("EPSG:4526")), on_this_side([170, 0, -80, 9], pyproj.CRS(32616))
    ([100, 20, 180, 30], [-180, 0, -80, 9])
    """
    west, south, east, north = box
    if west <= east:
        return box
    made_for = crs.area_of_use
    is_east = made_for is None or made_for.west + made_for.east > 0
    return [west, south, 180, north] if is_east else [-180, south, east, north]


def land_in(box: list[float] | None, state: State) -> shapely.Polygon | None:
    """Return a box of longitudes and latitudes in the working CRS of a plan, its sides bent as they are there."""
    if box is None:
        return None
    along = from_lonlat(sides(np.array([on_this_side(box, state.plan.crs)]))[0], state.plan.crs)
    found: shapely.Polygon = shapely.convex_hull(shapely.multipoints(along))
    if found.geom_type == "Polygon":
        return found
    return shapely.buffer(found, 1e-3)  # a box without area is a place, or a line


def moment_given(text: str | None) -> datetime | None:
    """Read a time, or an interval, whose end counts; None: now.

    >>> moment_given("2026-03-01T00:00:00Z/..") is None, moment_given("../2026-03-01T01:00:00+08:00").isoformat()
    (True, '2026-02-28T17:00:00+00:00')

    Raises
    ------
    InputError
        It is none.
    """
    if text is None:
        return None
    parts = text.split("/")
    times = [None if part in {"", ".."} else instant(part) for part in parts]
    if len(parts) > 2 or (len(parts) == 1 and times[0] is None):
        raise InputError("datetime is a time, or two with a slash between them, .. for an open end")
    if len(times) == 2 and times[0] is not None and times[1] is not None and times[0] > times[1]:
        raise InputError("datetime is an interval that ends before it begins")
    return times[-1]


def instant(text: str) -> datetime:
    """Read a time (RFC 3339), or the end of a day."""
    try:
        if len(text) == len("2026-03-01"):
            return datetime.combine(date.fromisoformat(text) + timedelta(days=1), time.min, tzinfo=UTC)
        found = datetime.fromisoformat(text)
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise InputError("datetime is a time as in 2026-03-01T09:30:00Z (RFC 3339)") from error
