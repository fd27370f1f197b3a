"""The shifted datums of Chinese web maps: GCJ-02 and BD-09, to and from CGCS2000.

GCJ-02 ("Mars coordinates") moves a position by 20 to 800 m with a smooth, nonlinear field; BD-09 moves GCJ-02 by about
900 m more. WGS 84 and CGCS2000 are one datum here: they differ by decimetres (plate motion since 2000), less than any
governance layer is drawn to.

The formulas are public but unofficial: github.com/googollee/eviltransform and github.com/wandergis/coordtransform
agree on GCJ-02 to the last digit; BD-09 is coordtransform's, with the constant 3000/180 that eviltransform lost (its
issue 43). They meet the map services to within metres. Published inverses are approximations, a metre or so off; the
inverse here iterates the forward formula until it has converged, so that a round trip is exact to the rounding of
doubles, some 1e-12 degrees.

Outside the box that the formulas themselves state for China (72.004–137.8347°E, 0.8293–55.8271°N) no datum is shifted:
points there come back as they are, in both directions, for both datums. Each direction looks at the point it is given,
so within a shift's length of the edge of that box, far from any land of China, there and back is not the same place.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from geo.errors import InputError

Datum = Literal["CGCS2000", "WGS84", "GCJ-02", "BD-09"]
"""The datums a layer may come in. The first two are the same place to a few decimetres."""

Positions = NDArray[np.float64]

SHIFTED_DATUMS: tuple[Datum, ...] = ("GCJ-02", "BD-09")

CHINA_LON = (72.004, 137.8347)
CHINA_LAT = (0.8293, 55.8271)

_SEMI_MAJOR_AXIS_M = 6378245.0
"""Krasovsky 1940, the ellipsoid of the published GCJ-02 formula."""
_ECCENTRICITY_SQUARED = 0.00669342162296594323
_BD_ANGLE = np.pi * 3000.0 / 180.0
_CONVERGED_DEG = 1e-12
_MAX_ITERATIONS = 30


def to_datum(xy: Positions, datum: Datum) -> Positions:
    """Shift CGCS2000 (or WGS 84) positions into a datum.

    Parameters
    ----------
    xy
        (n, 2) longitudes and latitudes in degrees.
    datum
        The datum to express them in.

    Returns
    -------
    (n, 2) degrees in ``datum``, in the order given; points outside China unchanged.

    Examples
    --------
    >>> to_datum(np.array([[116.377817, 39.911954]]), "GCJ-02").round(6)
    array([[116.384047,  39.913345]])
    """
    xy = _as_positions(xy)
    if datum not in SHIFTED_DATUMS:
        return xy.copy()
    return np.where(in_china(xy)[:, None], _forward(xy, datum), xy)


def from_datum(xy: Positions, datum: Datum) -> Positions:
    """Shift positions of a datum back to CGCS2000 (or WGS 84); inverse of `to_datum`.

    Parameters
    ----------
    xy
        (n, 2) longitudes and latitudes in degrees, in ``datum``.
    datum
        The datum they come in.

    Returns
    -------
    (n, 2) degrees in CGCS2000, in the order given; points outside China unchanged.

    Examples
    --------
    >>> from_datum(np.array([[116.38404722, 39.91334546]]), "GCJ-02").round(6)
    array([[116.377817,  39.911954]])
    """
    xy = _as_positions(xy)
    if datum not in SHIFTED_DATUMS:
        return xy.copy()
    inside = in_china(xy)
    result = xy.copy()
    result[inside] = _inverse(xy[inside], datum)
    return result


def in_china(xy: Positions) -> NDArray[np.bool_]:
    """Tell which positions lie in the box where the datums are shifted, as (n,) booleans."""
    lon, lat = xy[:, 0], xy[:, 1]
    inside: NDArray[np.bool_] = (
        (lon >= CHINA_LON[0]) & (lon <= CHINA_LON[1]) & (lat >= CHINA_LAT[0]) & (lat <= CHINA_LAT[1])
    )
    return inside


def _as_positions(xy: Positions) -> Positions:
    xy = np.asarray(xy, dtype=np.float64)
    if xy.ndim != 2 or xy.shape[1] != 2:
        raise InputError(f"positions must have the shape (n, 2), not {xy.shape}")
    return xy


def _forward(xy: Positions, datum: Datum) -> Positions:
    return _bd09_from_gcj02(_gcj02(xy)) if datum == "BD-09" else _gcj02(xy)


def _inverse(shifted: Positions, datum: Datum) -> Positions:
    """Iterate ``guess += shifted - forward(guess)``, which contracts by a factor of at least 40 a step."""
    guess = shifted.copy()
    for _ in range(_MAX_ITERATIONS):
        residual = shifted - _forward(guess, datum)
        guess += residual
        if not residual.size or np.abs(residual).max() <= _CONVERGED_DEG:
            break
    return guess


def _gcj02(xy: Positions) -> Positions:
    """Apply the published GCJ-02 shift, without asking where the points lie."""
    lon, lat = xy[:, 0], xy[:, 1]
    x, y = lon - 105.0, lat - 35.0
    root, xy_product = np.sqrt(np.abs(x)), 0.1 * x * y
    waves = 20.0 * np.sin(6.0 * np.pi * x) + 20.0 * np.sin(2.0 * np.pi * x)
    north = (
        (-100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + xy_product + 0.2 * root)
        + waves * (2.0 / 3.0)
        + (20.0 * np.sin(np.pi * y) + 40.0 * np.sin(np.pi / 3.0 * y)) * (2.0 / 3.0)
        + (160.0 * np.sin(np.pi / 12.0 * y) + 320.0 * np.sin(np.pi / 30.0 * y)) * (2.0 / 3.0)
    )
    east = (
        (300.0 + x + 2.0 * y + 0.1 * x * x + xy_product + 0.1 * root)
        + waves * (2.0 / 3.0)
        + (20.0 * np.sin(np.pi * x) + 40.0 * np.sin(np.pi / 3.0 * x)) * (2.0 / 3.0)
        + (150.0 * np.sin(np.pi / 12.0 * x) + 300.0 * np.sin(np.pi / 30.0 * x)) * (2.0 / 3.0)
    )
    phi = np.radians(lat)
    flattening = 1.0 - _ECCENTRICITY_SQUARED * np.sin(phi) ** 2
    meridian_m = _SEMI_MAJOR_AXIS_M * (1.0 - _ECCENTRICITY_SQUARED) / (flattening * np.sqrt(flattening))
    parallel_m = _SEMI_MAJOR_AXIS_M / np.sqrt(flattening) * np.cos(phi)
    return np.column_stack([lon + np.degrees(east / parallel_m), lat + np.degrees(north / meridian_m)])


def _bd09_from_gcj02(xy: Positions) -> Positions:
    """Apply Baidu's published second shift to GCJ-02 positions."""
    lon, lat = xy[:, 0], xy[:, 1]
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _BD_ANGLE)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BD_ANGLE)
    return np.column_stack([radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006])
