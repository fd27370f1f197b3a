"""Notice a layer in a shifted datum: GCJ-02 or BD-09 coordinates that pass for CGCS2000.

Such a layer sits hundreds of metres off. Nothing in the file says so, but its fit to the communities does: units stand
inside the jurisdiction, mostly inside one community, and their borders run along community borders. Where the fit gets
clearly better when the layer (or the communities) is taken to come in another datum, that datum is suspected.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyproj
import shapely

from geo.arrays import Floats, Geometries, Ints
from geo.crs import from_lonlat, to_lonlat
from geo.datum import Datum, from_datum, in_china, to_datum

_DATUMS: tuple[Datum, ...] = ("CGCS2000", "GCJ-02", "BD-09")
_STRETCHES = 250
"""Stretches of border that are looked at, spread over the layer."""
_POINTS = 8
"""Points on a stretch."""
_NEAR_M = 10.0
_FEW_UNITS = 12
_FEWEST_UNITS = 3
_SIGNIFICANCE = 2.4
_GAIN, _GAIN_OF_FEW = 0.03, 0.1
_PRIOR = 0.5
_WITHIN_M = 150.0


@dataclass(frozen=True)
class Fit:
    """How well a layer fits the communities: shares of the points looked at, 0 to 1."""

    inside: float
    """Inside the jurisdiction."""
    in_own_community: float
    """Inside the community that holds most of the unit."""
    on_borders: float
    """Within 10 m of a community border."""


@dataclass(frozen=True)
class SuspectedDatum:
    """A datum that explains a layer better than the one it was read in.

    ``of_communities`` tells that it is the communities that seem to come in ``datum``, not the layer.
    """

    datum: Datum
    of_communities: bool
    offset_m: float
    as_read: Fit
    if_converted: Fit


def suspect_datum(
    units: Geometries,
    communities: Geometries,
    crs: pyproj.CRS,
    *,
    datum: Datum = "CGCS2000",
    community_datum: Datum = "CGCS2000",
) -> SuspectedDatum | None:
    """Decide whether a layer sits off in the pattern of another datum.

    Parameters
    ----------
    units
        (n,) polygons of one source layer in ``crs``, in any state; null and empty ones are passed over.
    communities
        (m,) polygons in ``crs``.
    crs
        The working CRS: projected, in metres, on CGCS2000 or WGS 84.
    datum, community_datum
        The datums that both were read in (and converted from).

    Returns
    -------
    The datum under which the layer fits best, when it fits clearly better than as read; None otherwise, as well as
    outside China and for fewer than three units.

    Notes
    -----
    The fit of a stretch of border is the sum of three shares of its points (`Fit`). The gain of an assumed datum is
    tested over stretches, paired, with a prior that keeps a handful of units from being significant. Tuned on real
    layers moved in all directions by 150 to 1300 m: right layers stayed below -1.3 in their real place, moved ones
    above 2.4. Shifts below 150 m (GCJ-02 has such places) are not looked for. Layers whose borders have nothing to do
    with communities and that reach far beyond them on every side can't be told.
    """
    units, communities = _usable(units), _usable(communities)
    if len(units) < _FEWEST_UNITS or not len(communities):
        return None
    points, owner = _border_points(units)
    lonlat = to_lonlat(points, crs)
    if not in_china(lonlat).all():
        return None
    assumed = [
        (one, of_communities, from_lonlat(moved, crs))
        for one, of_communities, moved in _assumptions(lonlat, datum, community_datum)
    ]
    figures = _figures([points, *(moved for *_, moved in assumed)], owner, communities)
    gains = (figures[1:] - figures[0]).sum(axis=1).reshape(len(assumed), -1, _POINTS).mean(axis=2)
    best = int(gains.mean(axis=1).argmax())
    offset_m = float(np.median(np.hypot(*(assumed[best][2] - points).T)))
    if offset_m < _WITHIN_M or not _is_clear(gains[best], len(units)):
        return None
    as_read, converted = (Fit(*figures[row].mean(axis=1).tolist()) for row in (0, best + 1))
    return SuspectedDatum(assumed[best][0], assumed[best][1], offset_m, as_read, converted)


def _usable(geometries: Geometries) -> Geometries:
    geometries = np.asarray(geometries, dtype=object)
    usable: Geometries = geometries[shapely.get_dimensions(geometries) == 2]
    return usable


def _border_points(units: Geometries) -> tuple[Floats, Ints]:
    """Spread points evenly along the borders of units spread over the layer; return them and their unit's number."""
    bounds = shapely.bounds(units)
    spread = units[np.lexsort((bounds[:, 1], bounds[:, 0]))]
    if len(spread) > _STRETCHES:
        spread = spread[np.linspace(0, len(spread) - 1, _STRETCHES).astype(int)]
    each = _STRETCHES // len(spread) * _POINTS
    along = (np.arange(each) + 0.5) / each
    points = shapely.line_interpolate_point(shapely.boundary(spread)[:, None], along[None, :], normalized=True)
    return shapely.get_coordinates(points.ravel()), np.repeat(np.arange(len(spread)), each)


def _assumptions(lonlat: Floats, datum: Datum, community_datum: Datum) -> Iterator[tuple[Datum, bool, Floats]]:
    """Yield each other datum that the layer, or the communities, may come in, and where its points would then lie.

    Communities are left in place: instead of moving them, the layer's points move the opposite way.
    """
    for other in _DATUMS:
        if other != _one_name(datum):
            yield other, False, from_datum(to_datum(lonlat, datum), other)
        if other != _one_name(community_datum):
            yield other, True, from_datum(to_datum(lonlat, other), community_datum)


def _one_name(datum: Datum) -> Datum:
    return "CGCS2000" if datum == "WGS84" else datum


def _figures(placings: list[Floats], owner: Ints, communities: Geometries) -> Floats:
    """Return (placings, 3, points): inside the jurisdiction, in the unit's own community, near a community border."""
    count = len(owner)
    tree = shapely.STRtree(shapely.points(np.concatenate(placings)))
    holder = np.full(len(placings) * count, -1)
    community, point = tree.query(communities, predicate="intersects")
    holder[point[::-1]] = community[::-1]  # where communities overlap, the first one
    near = np.zeros(len(holder), dtype=bool)
    near[tree.query(shapely.boundary(communities), predicate="dwithin", distance=_NEAR_M)[1]] = True
    holders = holder.reshape(len(placings), count)
    own = np.stack([_in_own_community(row, owner, len(communities)) for row in holders])
    return np.stack([holders >= 0, own, near.reshape(holders.shape)], axis=1).astype(np.float64)


def _in_own_community(holder: Ints, owner: Ints, communities: int) -> Floats:
    """Mark the points that lie in the community which holds most points of their unit."""
    inside = holder >= 0
    pairs, counts = np.unique(owner[inside] * communities + holder[inside], return_counts=True)
    most = np.full(int(owner.max()) + 1, -1)
    order = np.argsort(counts, kind="stable")
    most[pairs[order] // communities] = pairs[order] % communities
    own: Floats = inside & (holder == most[owner])
    return own


def _is_clear(gains: Floats, units: int) -> bool:
    significance = gains.sum() / np.sqrt((gains**2).sum() + _PRIOR**2)
    return bool(significance >= _SIGNIFICANCE and gains.mean() > (_GAIN if units >= _FEW_UNITS else _GAIN_OF_FEW))
