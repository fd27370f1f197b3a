"""Where a file's coordinates lie: which CRS they are in, whether they fit it, and their way to the working CRS.

The decisions, in order:

1. The file's own CRS counts; ``crs`` in layers.toml where it has none. Both, in contradiction, are an error. Names do
   not matter, places do: EPSG:4326 and EPSG:4490 are one place to a few decimetres and contradict nothing. A GeoJSON
   file without a ``crs`` member says nothing and is in EPSG:4326 by RFC 7946, unless ``crs`` is given.
2. Coordinates that make no sense in that CRS, but do with the axes swapped, are swapped, with a row.
3. A shifted datum (GCJ-02, BD-09) is taken off, once.
4. Positions go to the working CRS.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyproj
import shapely

from data.reading.input_files import stated_crs_member
from data.reading.source_file import Repair, SourceFile
from geo.arrays import Floats, Geometries
from geo.crs import (
    CGCS2000,
    Bounds,
    area_of_use,
    crs_name,
    datum_way,
    fits,
    from_lonlat,
    likely_crs,
    parse_crs,
    place_name,
    same_place,
    to_lonlat,
)
from geo.datum import SHIFTED_DATUMS, from_datum
from geo.errors import CRSError, InputError

FARTHEST_M = 1_000.0
"""A file whose nearest feature lies farther from the communities than this has the wrong CRS or datum."""
_NEAR_DEG = 0.1
_ROUGH_ACCURACY_M = 2.0

Warn = Callable[[str], None]


@dataclass(frozen=True, eq=False)
class Placed:
    """A file's geometries with the CRS they are in; the axes are as they should be."""

    file: SourceFile
    geometries: Geometries
    coordinates: Floats
    crs: pyproj.CRS
    repairs: list[Repair]

    def true_lonlat(self) -> Floats:
        """Return longitudes and latitudes in the CRS's datum, a shifted datum taken off."""
        return from_datum(to_lonlat(self.coordinates, self.crs), self.file.spec.datum)


def place(file: SourceFile, geometries: Geometries, near: Bounds | None) -> Placed:
    """Find the CRS of a file's geometries, and swap their axes where they must be.

    Parameters
    ----------
    near
        Where the communities lie, in degrees; for the communities themselves where the working CRS is used, if given.

    Raises
    ------
    CRSError
        No CRS, a contradiction, or coordinates outside the area of use of their CRS.
    """
    crs = _crs_of(file)
    coordinates = shapely.get_coordinates(geometries)
    if not len(coordinates):
        return Placed(file, geometries, coordinates, crs, [])
    middle = np.median(coordinates, axis=0)
    as_is, swapped = _lonlat(middle, crs), _lonlat(middle[::-1], crs)
    if as_is is not None and (near is None or fits(as_is, near, margin_deg=_NEAR_DEG)):
        return Placed(file, geometries, coordinates, crs, [])
    if swapped is not None and (fits(swapped, near, margin_deg=_NEAR_DEG) if near else as_is is None):
        coordinates = np.ascontiguousarray(coordinates[:, ::-1])
        row = file.repair("swapped axes", "longitude and latitude (or easting and northing) exchanged")
        return Placed(file, shapely.set_coordinates(geometries.copy(), coordinates), coordinates, crs, [row])
    if as_is is None:
        raise CRSError(f"{file.written}: {_misfit(middle, crs)}")
    return Placed(file, geometries, coordinates, crs, [])


def lonlat_bounds(placed: list[Placed]) -> Bounds:
    """Return the extent of placed files in degrees of CGCS2000 (WGS 84)."""
    return _extent(np.concatenate([one.true_lonlat() for one in placed]))


def bring(placed: Placed, target: pyproj.CRS, warn: Warn) -> Geometries:
    """Take geometries to the working CRS. Where nothing is to be changed, coordinates stay as they are, bit by bit.

    Raises
    ------
    CRSError
        A position can't be expressed in the working CRS, or no transformation leads there.
    """
    if not len(placed.coordinates) or (placed.crs == target and placed.file.spec.datum not in SHIFTED_DATUMS):
        return placed.geometries
    lonlat = placed.true_lonlat()
    source = CGCS2000 if placed.file.spec.datum in SHIFTED_DATUMS else placed.crs
    lonlat = _to_datum_of(target, source, lonlat, placed.file, warn)
    coordinates = from_lonlat(lonlat, target)
    _require_reached(placed, coordinates, target)
    return np.asarray(shapely.set_coordinates(placed.geometries.copy(), coordinates), dtype=object)


def require_near(file: SourceFile, geometries: Geometries, communities: Bounds) -> None:
    """Refuse a file that lies nowhere near the communities; all in the working CRS.

    Raises
    ------
    InputError
        Says how far off the nearest feature is.
    """
    bounds = shapely.bounds(geometries)
    bounds = bounds[~np.isnan(bounds[:, 0])]
    if not len(bounds):
        return
    west, south, east, north = communities
    beside = np.maximum(np.maximum(west - bounds[:, 2], bounds[:, 0] - east), 0.0)
    above = np.maximum(np.maximum(south - bounds[:, 3], bounds[:, 1] - north), 0.0)
    apart_m = float(np.hypot(beside, above).min())
    if apart_m > FARTHEST_M:
        far = f"{apart_m / 1000:,.0f} km" if apart_m >= 10_000 else f"{apart_m:,.0f} m"
        raise InputError(
            f"{file.written}: its nearest feature lies {far} from the communities; "
            f"check crs and datum of [layers.{file.layer}] and of [layers.community]"
        )


def _crs_of(file: SourceFile) -> pyproj.CRS:
    """Settle the CRS of a file: its own, or the one given."""
    own, given = file.features.crs, file.spec.crs
    if file.features.driver == "GeoJSON":
        own = _geojson_crs(file, own)
        if own is None and given is None:
            return parse_crs("EPSG:4326")
    if own is None and given is None:
        raise CRSError(f'{file.written}: does not say its CRS; add crs = "EPSG:…" to [layers.{file.layer}]')
    if own is None or given is None:
        try:
            return parse_crs(own or given or "")
        except CRSError as error:
            raise CRSError(f"{file.written}: {error}") from None
    return _agreed(file, own, given)


def _geojson_crs(file: SourceFile, own: str | None) -> str | None:
    """Return the CRS of a GeoJSON file's ``crs`` member; GDAL takes a member that it doesn't know for EPSG:4326."""
    member = stated_crs_member(file.path)
    if member is None:
        return None if own == "EPSG:4326" else own
    if own in (None, "EPSG:4326") and not any(name in member for name in ("4326", "CRS84", "WGS")):
        raise CRSError(f"{file.written}: its crs member names no CRS that is known; remove it and give crs instead")
    return own


def _agreed(file: SourceFile, own: str, given: str) -> pyproj.CRS:
    """Return the CRS given where the file's own is the same place, or says too little to contradict it."""
    wanted = parse_crs(given)
    try:
        said = parse_crs(own)
    except CRSError:
        return wanted
    if not same_place(said, wanted):
        raise CRSError(
            f"{file.written}: says it is in {crs_name(said)}, but crs of [layers.{file.layer}] "
            f"says {crs_name(wanted)}; remove crs, or correct the file"
        )
    return wanted


def _lonlat(position: Floats, crs: pyproj.CRS) -> tuple[float, float] | None:
    """Return a position in degrees; None when it does not fit the area of use of its CRS."""
    lon, lat = to_lonlat(position[None, :], crs)[0].tolist()
    return (lon, lat) if np.isfinite([lon, lat]).all() and fits((lon, lat), area_of_use(crs)) else None


def _misfit(position: Floats, crs: pyproj.CRS) -> str:
    x, y = position.tolist()
    west, south, east, north = area_of_use(crs)
    guess = likely_crs(x, y) or likely_crs(y, x)
    return (
        f"coordinates around ({x:.10g}, {y:.10g}) lie outside the area of use of {crs_name(crs)}, "
        f"{place_name(west, south)} to {place_name(east, north)}; "
        + (f"they look like {guess}" if guess else "check which CRS the file is really in")
    )


def _extent(lonlat: Floats) -> Bounds:
    lonlat = lonlat[np.isfinite(lonlat).all(axis=1)]
    west, south, east, north = (*lonlat.min(axis=0).tolist(), *lonlat.max(axis=0).tolist())
    return (west, south, east, north)


def _to_datum_of(target: pyproj.CRS, source: pyproj.CRS, lonlat: Floats, file: SourceFile, warn: Warn) -> Floats:
    try:
        way = datum_way(source, target, _extent(lonlat))
    except CRSError as error:
        raise CRSError(f"{file.written}: {error}") from None
    if way is None:
        return lonlat
    if not 0 <= way.accuracy <= _ROUGH_ACCURACY_M:
        warn(f"{file.written}: positions come over from {source.geodetic_crs.name} to {way.accuracy:g} m only")
    return np.column_stack(way.transform(lonlat[:, 0], lonlat[:, 1]))


def _require_reached(placed: Placed, coordinates: Floats, target: pyproj.CRS) -> None:
    lost = ~np.isfinite(coordinates).all(axis=1)
    if not lost.any():
        return
    owner = shapely.get_coordinates(placed.geometries, return_index=True)[1]
    wrong = np.zeros(len(placed.geometries), dtype=bool)
    wrong[owner[lost]] = True
    x, y = placed.coordinates[lost][0].tolist()
    raise CRSError(
        f"{placed.file.written}: {placed.file.first(wrong)} has a corner at ({x:.10g}, {y:.10g}), "
        f"which {crs_name(target)} does not reach; redraw it or leave it out"
    )
