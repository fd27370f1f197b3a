"""Layers handed to other programs: other formats, other coordinate systems."""

from __future__ import annotations

import zipfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, TypeAlias

import geopandas as gpd
import numpy as np
import pyproj
import shapely

from data.build_file import expected_bytes
from data.build_layers import LAYERS, layers_meant
from data.formats import FORMATS, LON_LAT, Format
from data.layer_types import Frame
from data.suffixes import require_suffix
from data.whole import whole, whole_set
from geo.datum import SHIFTED_DATUMS, to_datum
from geo.errors import InputError

FormatName: TypeAlias = Literal["geojson", "gpkg", "geoparquet", "csv", "pmtiles", "shp"]
OPTION = "--format "
"""How the command line is asked for a format."""
SHIFTED_CRS = """GEOGCRS["{datum} (shifted, no survey datum)",
    DATUM["{datum}", ELLIPSOID["WGS 84", 6378137, 298.257223563]],
    CS[ellipsoidal, 2], AXIS["longitude", east], AXIS["latitude", north], ANGLEUNIT["degree", 0.0174532925199433]]"""
"""What a file in a shifted datum says of itself: a datum of its own, so that no program takes it for WGS 84."""


def export(
    layers: Mapping[str, Frame],
    file: Path,
    *,
    layer: str,
    format: FormatName,
    crs: str | None = None,
    option: str = OPTION,
) -> list[str]:
    """Write one layer, or all, to a file, a directory or a ``.zip``.

    Formats that hold one layer a file put ``all`` into a directory, or into a ``.zip`` where ``file`` ends so.
    A Shapefile stands beside its side files where ``file`` ends in ``.shp``, else in a directory or a ``.zip``.

    Parameters
    ----------
    layers
        As `data.output.read_build` gives them.
    layer
        A name in ``layers``, or ``all``.
    format
        GeoJSON is RFC 7946. CSV has geometry as WKT and begins with a byte order mark, for Excel. PMTiles hold zooms 8
        to 15.
    crs
        ``EPSG:…``, ``GCJ-02`` or ``BD-09`` (longitude and latitude in that datum); default: that of the format, else
        of the layers.
    option
        How a format is asked for, in what is said of a refusal.

    Returns
    -------
    list of str
        What the format could not hold: texts that were cut, tables that were left out.

    Raises
    ------
    InputError
        The combination makes no sense, or ``file`` can't be written; nothing is left behind.
    """
    if format not in FORMATS:
        raise InputError(f"there is no format {format}; use {', '.join(FORMATS)}")
    form = FORMATS[format]
    chosen, notes = choose(layers, layer, form, option)
    target = target_crs(crs, form, option)
    carried = {name: carry(frame, target, form.bound_to, name) for name, frame in chosen.items()}
    with place_for(file, form, carried) as folder:
        notes += form.write(carried, folder, target if target in SHIFTED_DATUMS else None)
    return notes


def choose(
    layers: Mapping[str, Frame], layer: str, form: Format, option: str = OPTION
) -> tuple[dict[str, Frame], list[str]]:
    """Return the layers to write, and notes on those that the format can't hold."""
    if layer == "all":
        chosen = dict(layers)
    elif layer in layers:
        chosen = {layer: layers[layer]}
    else:
        raise InputError(f"there is no layer {layer}; {layers_meant(layer, ['all', *layers])}")
    tables = [name for name, frame in chosen.items() if not isinstance(frame, gpd.GeoDataFrame)]
    if not tables or form.tables == "inside":
        return chosen, []
    if len(tables) == len(chosen):
        raise InputError(f"layer {layer} has no geometry, so that {form.name} can't hold it; use {option}csv")
    if form.tables == "beside":
        return chosen, [f"{', '.join(tables)}: no geometry, so that they stand beside as .csv"]
    kept = {name: frame for name, frame in chosen.items() if name not in tables}
    return kept, [f"{', '.join(tables)}: no geometry, so that they are left out"]


def target_crs(crs: str | None, form: Format, option: str = OPTION) -> str | None:
    """Return the CRS or shifted datum to write in (None: as the layers are); refuse one that the format can't have."""
    if crs is None:
        return form.bound_to
    name = f"EPSG:{crs}" if crs.isdigit() else crs
    if (datum := crs.upper()) in SHIFTED_DATUMS:
        if datum not in form.datums:
            raise InputError(f"{form.name} in {datum} makes no map, which has tiles of its own; use {option}geojson")
        return datum
    try:
        parsed = pyproj.CRS.from_user_input(name)
    except pyproj.exceptions.CRSError as error:
        raise InputError(f"there is no coordinate system {crs}; use EPSG:…, {' or '.join(SHIFTED_DATUMS)}") from error
    if not (parsed.is_projected or parsed.is_geographic) or len(parsed.axis_info) != 2:
        raise InputError(f"{crs} ({parsed.name}) is no plane or geographic coordinate system; use another")
    if form.bound_to and parsed != pyproj.CRS(form.bound_to):
        raise InputError(f"{form.name} is in {form.bound_to} by its standard; for {name} use {option}gpkg")
    return name


def carry(frame: Frame, target: str | None, bound_to: str | None, name: str) -> Frame:
    """Bring a layer into a CRS or a shifted datum; a table stays as it is."""
    if target is None or not isinstance(frame, gpd.GeoDataFrame):
        return frame
    carried = shifted(frame, target, bound_to) if target in SHIFTED_DATUMS else frame.to_crs(target)
    outside = ~np.isfinite(shapely.bounds(carried.geometry.array)).all(axis=1)
    outside &= ~(carried.geometry.isna() | carried.geometry.is_empty).to_numpy()
    if outside.any():
        raise InputError(f"layer {name} can't be brought into {target}: {outside.sum()} features lie outside of it")
    return carried


def shifted(frame: gpd.GeoDataFrame, datum: str, bound_to: str | None) -> gpd.GeoDataFrame:
    """Shift a layer into a datum of web maps, under a CRS that says so, or under the one its format is bound to."""
    degrees = frame.to_crs(LON_LAT)
    degrees.geometry = shapely.transform(degrees.geometry.array, lambda xy: to_datum(xy, datum))
    if bound_to:
        return degrees.to_crs(bound_to)
    return degrees.set_crs(SHIFTED_CRS.format(datum=datum), allow_override=True)


@contextmanager
def place_for(file: Path, form: Format, frames: Mapping[str, Frame]) -> Iterator[Path]:
    """Yield a directory to write into, and put what was written where ``file`` says, in the form it says."""
    ending = file.suffix.lower()
    alone = len(frames) == 1 or form.several
    require_suffix(file, f"the format is {form.name}", {*form.suffixes, ".zip"}, f"name it {form.suffixes[0]}")
    if ending in form.suffixes and not alone:
        raise InputError(f"a {ending} file holds one layer; for all of them name a directory or a .zip")
    size = expected_bytes(frames.values()) * form.room * (2 if ending == ".zip" else 1)
    if ending == ".shp":
        with whole_set(file, leader=".shp", needs=lambda: size) as folder:
            yield folder
            for path in list(folder.iterdir()):
                path.rename(folder / (file.stem + path.name.removeprefix(next(iter(frames)))))
    elif ending == ".zip" or (alone and form is not FORMATS["shp"]):
        with whole(file, needs=lambda: size) as part:
            folder = part.parent / "parts"
            folder.mkdir()
            yield folder
            pack(folder, part) if ending == ".zip" else next(folder.iterdir()).rename(part)
    else:
        with whole(file, directory=True, own=own_names(frames), needs=lambda: size) as part:
            part.mkdir()
            yield part


def own_names(frames: Collection[str]) -> set[str]:
    """List the names that files of an earlier export may have."""
    suffixes = {suffix for form in FORMATS.values() for suffix in (*form.suffixes, *form.side_suffixes)}
    return {name + suffix for name in {*LAYERS, *frames} for suffix in suffixes}


def pack(folder: Path, archive: Path) -> None:
    """Put the files of a directory into a zip file, all with one date, so that the same files give the same bytes."""
    with zipfile.ZipFile(archive, "w") as packed:
        for path in sorted(folder.iterdir()):
            entry = zipfile.ZipInfo(path.name, date_time=(2026, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            with path.open("rb") as source, packed.open(entry, "w", force_zip64=True) as sink:
                while block := source.read(1 << 20):
                    sink.write(block)
