"""Coordinate reference systems: which one a build works in, whether positions fit theirs, and the way between two.

Every way goes through longitude and latitude. WGS 84 and CGCS2000 are one datum here: they differ by decimetres (plate
motion since the year 2000), less than any governance layer is drawn to, and PROJ knows no transformation between them.
Between other datums only a published transformation is used; where PROJ has none ("ballpark": up to 200 m off for
Xian 1980 or Beijing 1954), the way is refused. Grids are never fetched over the network.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from functools import lru_cache
from typing import TypeAlias

import numpy as np
import pyproj
from pyproj.exceptions import CRSError as UnknownCRS
from pyproj.transformer import AreaOfInterest, TransformerGroup

from geo.arrays import Floats
from geo.errors import CRSError

Bounds: TypeAlias = tuple[float, float, float, float]
"""West, south, east, north."""

CGCS2000 = pyproj.CRS.from_epsg(4490)

CHINA: Bounds = (73.62, 16.7, 134.77, 53.56)
"""EPSG's area of use of CGCS2000 (EPSG:4490), degrees."""

WORLD: Bounds = (-180.0, -90.0, 180.0, 90.0)

_SAME_AS_CGCS2000 = ("china2000", "worldgeodeticsystem1984", "wgs1984", "wgs84", "chinageodeticcoordinatesystem2000")
_SAYS_NOTHING = ("unknown", "notspecified", "userdefined", "custom", "undefined")
_LARGEST_SCALE_ERROR = 0.005


@lru_cache(maxsize=64)
def parse_crs(text: str) -> pyproj.CRS:
    """Read a CRS from an EPSG code, WKT or PROJ string, and keep its horizontal part.

    Raises
    ------
    CRSError
        The text names no CRS, or one without horizontal positions on the earth.
    """
    try:
        crs = pyproj.CRS.from_user_input(text)
    except UnknownCRS as error:
        raise CRSError(
            f"{text!r} is no coordinate reference system; write it as EPSG code, such as EPSG:4490"
        ) from error
    if crs.is_compound:
        crs = crs.sub_crs_list[0]
    crs = crs.to_2d() if len(crs.axis_info) == 3 and not crs.is_geocentric else crs
    if not (crs.is_geographic or crs.is_projected) or crs.geodetic_crs is None:
        raise CRSError(f"{crs_name(crs)} is not tied to the earth; give the CRS by its EPSG code, such as EPSG:4490")
    return crs


def crs_name(crs: pyproj.CRS) -> str:
    """Return the short name to show a user: the authority's code if there is one, else the CRS's own name.

    >>> crs_name(pyproj.CRS.from_epsg(4526))
    'EPSG:4526'
    """
    authority = crs.to_authority()
    return ":".join(authority) if authority else crs.name


def working_crs_at(lon: float, lat: float) -> pyproj.CRS:
    """Return the CRS to work in around a place.

    In China, the CGCS2000 3-degree Gauss-Krüger zone with its number in front of the easting (EPSG:4513 to 4533);
    elsewhere the UTM zone on WGS 84. China is the bounding box of EPSG:4490's area of use, so that the CGCS2000 zone
    also serves neighbours inside that box, where it measures as well.

    Examples
    --------
    >>> working_crs_at(102.7, 25.0).name
    'CGCS2000 / 3-degree Gauss-Kruger zone 34'
    >>> crs_name(working_crs_at(-122.3, 47.6))
    'EPSG:32610'
    """
    if CHINA[0] <= lon <= CHINA[2] and CHINA[1] <= lat <= CHINA[3]:
        zone = round(lon / 3.0)
        return pyproj.CRS.from_epsg(4488 + min(max(zone, 25), 45))
    zone = min(int((lon + 180.0) // 6.0) + 1, 60)
    return pyproj.CRS.from_epsg((32600 if lat >= 0 else 32700) + zone)


def require_projected_metres(crs: pyproj.CRS) -> None:
    """Refuse a CRS in which metres can't be measured.

    Raises
    ------
    CRSError
        The CRS is not projected, or its axes are not in metres.
    """
    units = {axis.unit_name for axis in crs.axis_info}
    if not crs.is_projected or not units <= {"metre", "meter"}:
        kind = "in " + ", ".join(sorted(units)) if crs.is_projected else "not projected"
        raise CRSError(f"{crs_name(crs)} is {kind}; areas and widths need a projected CRS in metres, such as EPSG:4526")


def require_true_to_scale(crs: pyproj.CRS, lon: float, lat: float) -> None:
    """Refuse a projected CRS that stretches lengths at a place by more than 0.5 %: the wrong zone, or Web Mercator.

    Raises
    ------
    CRSError
        Names the CRS that would fit.
    """
    factors = pyproj.Proj(crs).get_factors(lon, lat)
    scales = np.array([factors.meridional_scale, factors.parallel_scale])
    if not (np.abs(scales - 1.0) <= _LARGEST_SCALE_ERROR).all():
        raise CRSError(
            f"{crs_name(crs)} does not measure true at {place_name(lon, lat)}, where the communities lie; "
            f"take {crs_name(working_crs_at(lon, lat))}, or leave it to be chosen"
        )


def to_lonlat(xy: Floats, crs: pyproj.CRS) -> Floats:
    """Turn (n, 2) positions of a CRS into (n, 2) longitudes and latitudes of its own datum, in degrees.

    Positions are easting before northing, whatever axis order the authority states. Those outside the projection's
    reach come back as infinity.
    """
    return xy if crs.is_geographic else _apply(_unprojection(crs), xy)


def from_lonlat(lonlat: Floats, crs: pyproj.CRS) -> Floats:
    """Turn (n, 2) longitudes and latitudes of a CRS's own datum into its positions; inverse of `to_lonlat`."""
    return lonlat if crs.is_geographic else _apply(_unprojection(crs), lonlat, inverse=True)


def datum_way(source: pyproj.CRS, target: pyproj.CRS, area: Bounds) -> pyproj.Transformer | None:
    """Find the published transformation between the datums of two CRSs, longitude and latitude in and out.

    Parameters
    ----------
    area
        Where it is for, in degrees; it decides which of several published transformations is taken, once for all
        positions, so that no crack opens between two of them.

    Returns
    -------
    None when the datums are the same (WGS 84 and CGCS2000 are); else the most accurate one that needs no grid file.

    Raises
    ------
    CRSError
        PROJ knows none.
    """
    if datum_name(source) == datum_name(target):
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # says that a better one would need a grid; its accuracy tells as much
        group = TransformerGroup(
            source.geodetic_crs,
            target.geodetic_crs,
            always_xy=True,
            allow_ballpark=False,
            area_of_interest=AreaOfInterest(*area),
        )
    if not group.transformers:
        raise CRSError(
            f"no published transformation leads from {_label(source)} to {_label(target)}, and "
            "without one positions are off by up to 200 m; convert it with your survey office's parameters"
            + (", or choose a working_crs on its datum" if datum_name(source) else ", or state its CRS with crs")
        )
    return group.transformers[0]


def datum_name(crs: pyproj.CRS) -> str:
    """Return a name that two CRSs share when their datums are one place: "CGCS2000" also for WGS 84; "" if unknown."""
    geodetic = crs.geodetic_crs
    name = geodetic.datum.name if geodetic is not None and geodetic.datum is not None else ""
    plain = "".join(letter for letter in name.lower() if letter.isalnum()).removeprefix("d").removesuffix("ensemble")
    if plain.startswith(_SAYS_NOTHING):
        return ""
    return "CGCS2000" if plain.startswith(_SAME_AS_CGCS2000) else plain


def same_place(first: pyproj.CRS, second: pyproj.CRS) -> bool:
    """Tell whether equal numbers mean the same place in both CRSs, to a millimetre.

    Names, authorities, axis orders and dialects of WKT do not matter. A datum that is not known contradicts nothing;
    WGS 84 and CGCS2000 are the same.

    >>> same_place(pyproj.CRS.from_epsg(4326), pyproj.CRS.from_epsg(4490))
    True
    >>> same_place(pyproj.CRS.from_epsg(4526), pyproj.CRS.from_epsg(4547))  # with and without zone number
    False
    """
    if first == second:
        return True
    if first.is_geographic != second.is_geographic or len({datum_name(first), datum_name(second)} - {""}) > 1:
        return False
    areas = [area_of_use(crs) for crs in (first, second)]
    west, south, east, north = min(areas, key=lambda area: area[2] - area[0])
    at = np.array([[0.5 * (west + east), 0.5 * (south + north)], [0.75 * west + 0.25 * east, south]])
    return bool((np.abs(from_lonlat(at, first) - from_lonlat(at, second)) < 1e-3).all())


def area_of_use(crs: pyproj.CRS) -> Bounds:
    """Return where a CRS is meant to be used, in degrees; the world when nobody says."""
    area = crs.area_of_use
    if area is None:
        code = crs.to_epsg(min_confidence=20)
        area = pyproj.CRS.from_epsg(code).area_of_use if code else None
    if area is None or area.west > area.east:
        return WORLD
    return (area.west, area.south, area.east, area.north)


def fits(lonlat: Sequence[float], area: Bounds, *, margin_deg: float = 6.0) -> bool:
    """Tell whether a position lies in an area or at most ``margin_deg`` outside it, and on the earth at all."""
    lon, lat = lonlat
    west, south, east, north = area
    if not (abs(lon) <= 180.0 and abs(lat) <= 90.0):
        return False
    return west - margin_deg <= lon <= east + margin_deg and south - margin_deg <= lat <= north + margin_deg


def likely_crs(x: float, y: float) -> str | None:
    """Guess from the size of the numbers what Chinese plane coordinates are, as words for a message.

    >>> likely_crs(34_512_345.0, 2_767_890.0)
    'EPSG:4522 (34 in front of the easting is its zone number)'
    """
    if not 1.5e6 <= y <= 6.3e6:
        return None
    zone = int(x // 1e6)
    if 25 <= zone <= 45 or 13 <= zone <= 23:
        code = zone + (4488 if zone >= 25 else 4478)
        return f"EPSG:{code} ({zone} in front of the easting is its zone number)"
    if 1e5 <= x <= 9e5:
        return "one of EPSG:4534 to 4554, by its central meridian (the easting has no zone number in front)"
    return None


def place_name(lon: float, lat: float) -> str:
    """Word a position for a message.

    >>> place_name(102.71, -25.04)
    '102.71°E 25.04°S'
    """
    return f"{abs(lon):.2f}°{'E' if lon >= 0 else 'W'} {abs(lat):.2f}°{'N' if lat >= 0 else 'S'}"


def _label(crs: pyproj.CRS) -> str:
    return crs.name if crs.geodetic_crs is None else crs.geodetic_crs.name


@lru_cache(maxsize=64)
def _unprojection(crs: pyproj.CRS) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(crs, crs.geodetic_crs, always_xy=True)


def _apply(transformer: pyproj.Transformer, xy: Floats, *, inverse: bool = False) -> Floats:
    direction = "INVERSE" if inverse else "FORWARD"
    x, y = np.ascontiguousarray(xy[:, 0]), np.ascontiguousarray(xy[:, 1])
    return np.column_stack(transformer.transform(x, y, direction=direction))
