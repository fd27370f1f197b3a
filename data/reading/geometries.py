"""The geometries of a file as drawn: read from WKB, of the kinds that the layer takes, with finite coordinates.

Topology is not touched (`geo.repair` does that); what WKB itself can't carry over is mended with a row: unclosed rings,
curves, Z and M.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from shapely import GeometryType

from data.reading.source_file import Repair, SourceFile, counted
from geo.arrays import Bools, Geometries
from geo.errors import InputError

POLYGONS = (GeometryType.POLYGON, GeometryType.MULTIPOLYGON, GeometryType.GEOMETRYCOLLECTION)
POINTS = (GeometryType.POINT, GeometryType.MULTIPOINT)
LINES = (GeometryType.LINESTRING, GeometryType.LINEARRING, GeometryType.MULTILINESTRING)

AREA_AT_A_GLANCE_M2 = 1.0
STEP_M = 0.001
"""The grid that the result lies on: what is thinner has no land on it."""

_KINDS = {POLYGONS: "polygons", POINTS: "points", LINES: "lines", POINTS + POLYGONS: "points or polygons"}
_WORDS = {
    **dict.fromkeys(POINTS, "a point"),
    **dict.fromkeys(LINES, "a line"),
    **dict.fromkeys(POLYGONS, "a polygon"),
    GeometryType.GEOMETRYCOLLECTION: "a geometry collection",
}


def read_geometries(file: SourceFile, kinds: Sequence[GeometryType]) -> tuple[Geometries, list[Repair]]:
    """Read the geometries of a file, one-to-one; null and empty ones stay as they are.

    Parameters
    ----------
    kinds
        `POLYGONS`, `POINTS`, `LINES` or points with polygons: what the layer takes.

    Returns
    -------
    (n,) geometries without Z and M, in the file's CRS, and what was changed to read them.

    Raises
    ------
    InputError
        A geometry of another kind, or a coordinate that is not finite.
    """
    geometries, repairs = _from_wkb(file)
    _require_kinds(file, geometries, tuple(kinds))
    _require_finite(file, geometries)
    if file.features.curves:
        arcs = f"arcs of {counted(file.features.curves, 'feature')} replaced by chords of 4 degrees"
        repairs.append(file.repair("curves", arcs))
    deep = shapely.has_z(geometries) | shapely.has_m(geometries)
    if deep.any():
        repairs.append(file.repair("Z or M values", f"dropped from {counted(int(deep.sum()), 'feature')}"))
        geometries[deep] = shapely.force_2d(geometries[deep])
    return geometries, repairs


def without_missing(file: SourceFile, geometries: Geometries) -> tuple[Bools, list[Repair]]:
    """Mark the rows that have a geometry, and record the others as left out."""
    missing = shapely.is_missing(geometries) | shapely.is_empty(geometries)
    null = shapely.is_missing(geometries)
    rows = np.flatnonzero(missing)
    repairs = [file.repair(f"{'null' if null[row] else 'empty'} geometry", "left out", row) for row in rows]
    return ~missing, repairs


def is_usable(geometries: Geometries) -> bool:
    """Tell whether there is a polygon, in the working CRS, that is no point or line to the millimetre."""
    areal = geometries[shapely.get_dimensions(geometries) == 2]
    if (shapely.area(areal) > AREA_AT_A_GLANCE_M2).any():
        return True
    outline = shapely.convex_hull(areal)  # a bow-tie has no area itself
    return bool((shapely.area(outline) > STEP_M * shapely.length(outline) / 2).any())


def _from_wkb(file: SourceFile) -> tuple[Geometries, list[Repair]]:
    """Read WKB; a ring that does not close is closed, with a row."""
    wkb = file.features.wkb
    with np.errstate(invalid="ignore"):  # NaN coordinates are refused later, with the feature
        try:
            return np.asarray(shapely.from_wkb(wkb), dtype=object), []
        except (shapely.GEOSException, NotImplementedError):
            read = [_closed(one) for one in wkb]
    _require_readable(file, [one is None or shape is not None for one, (shape, _) in zip(wkb, read, strict=True)])
    geometries = np.empty(len(read), dtype=object)
    geometries[:] = [shape for shape, _ in read]
    closed = [row for row, (_, was_closed) in enumerate(read) if was_closed]
    return geometries, [file.repair("unclosed ring", "closed", row) for row in closed]


def _require_readable(file: SourceFile, readable: Sequence[bool]) -> None:
    if name := file.first(~np.asarray(readable)):
        raise InputError(
            f"{file.written}: {name} is drawn in a way that can't be read (curves in a collection, a TIN?); "
            "convert it to polygons"
        )


def _closed(wkb: bytes | None) -> tuple[shapely.Geometry | None, bool]:
    """Read one WKB, closing its rings where they are not, and tell whether that was needed; None if unreadable."""
    try:
        return shapely.from_wkb(wkb), False
    except (shapely.GEOSException, NotImplementedError):
        pass
    try:
        return shapely.from_wkb(wkb, on_invalid="fix"), True
    except (shapely.GEOSException, NotImplementedError):
        return None, False


def _has_coordinates(geometry: shapely.Geometry | None) -> bool:
    """Tell whether coordinates can be had: not where a collection hides a curve."""
    try:
        shapely.get_coordinates(geometry)
    except shapely.GEOSException:
        return False
    return True


def _require_kinds(file: SourceFile, geometries: Geometries, kinds: tuple[GeometryType, ...]) -> None:
    types = shapely.get_type_id(geometries)
    there = ~shapely.is_missing(geometries) & ~shapely.is_empty(geometries)
    wrong = there & ~np.isin(types, kinds)
    name = file.first(wrong)
    if name is None:
        return
    word = _WORDS[GeometryType(types[np.flatnonzero(wrong)[0]])]
    raise InputError(
        f"{file.written}: {name} is {word}, but [layers.{file.layer}] takes {_KINDS[kinds]}; "
        + ("convert it or leave it out" if (there & ~wrong).any() else "give the right file")
    )


def _require_finite(file: SourceFile, geometries: Geometries) -> None:
    try:
        coordinates, owner = shapely.get_coordinates(geometries, return_index=True)
    except shapely.GEOSException:
        _require_readable(file, list(map(_has_coordinates, geometries)))
        raise
    finite = np.isfinite(coordinates).all(axis=1)
    if finite.all():
        return
    wrong = np.zeros(len(geometries), dtype=bool)
    wrong[owner[~finite]] = True
    raise InputError(
        f"{file.written}: {file.first(wrong)} has a coordinate that is not a finite number; redraw it or leave it out"
    )
