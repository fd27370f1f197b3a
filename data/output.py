"""A build on disk: one GeoPackage, or a directory of GeoParquet.

`data.build_layers` says what is in it. Geometry is in the working CRS, as WKB, so that the 1 mm grid survives to the
last bit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pyarrow as pa
import pyproj

from data import gdal, geopackage, geoparquet
from data.build_file import BuildFile, PackagedBuild, Progress, ShelvedBuild
from data.build_layers import BUILD_SUFFIXES, LAYERS, layers_meant
from data.county_files import file_name, folders_of
from data.kept_folder import KeptFolder
from data.layer_types import Frame, no_rows
from data.suffixes import require_suffix
from data.whole import reason, require_writable, whole
from geo.errors import InputError
from geo.result import OneGrid
from geo.running import Run, in_order

READER_ERRORS = (OSError, ValueError, TypeError)
"""What a damaged or foreign file raises, beside GDAL's: Arrow, by ValueErrors; pandas, on values of another type."""


def write_build(grid: OneGrid, out: Path, *, facts: Mapping[str, str], progress: Progress | None = None) -> None:
    """Write a build: a GeoPackage when ``out`` ends in ``.gpkg``, else a directory of GeoParquet, one file a layer.

    The same build gives the same bytes. An old build in this place is replaced when the new one is complete.

    Parameters
    ----------
    facts
        Rows of the table `build` beside those in ``grid.facts``: input files with their SHA-256, program version.
    progress
        Told after each layer.

    Raises
    ------
    InputError
        ``out`` can't be written; nothing is left behind.
    """
    with begun_build(out) as file:
        file.finish(grid, facts=facts, progress=progress)


@contextmanager
def begun_build(
    out: Path, *, run: Run = in_order, aside: bool = False, kept: KeptFolder | None = None, by_county: bool = False
) -> Iterator[BuildFile]:
    """Begin a build on disk, see `write_build`; it takes its place when it is finished and the block ends.

    Parameters
    ----------
    run
        How layers are written, maybe in other processes of this machine.
    aside
        Whether the layers it begins with are written in a process of their own.
    kept
        Finished pieces, which those of its ledger are taken from and added to.
    by_county
        GeoParquet as in `data.county_files`.
    """

    def needs() -> int:
        return file.expected_bytes()

    with whole(out, **place_rules(out), needs=needs) as path:
        file: BuildFile = (
            PackagedBuild(path, aside=aside) if is_geopackage(out) else ShelvedBuild(path, run, kept, by_county)
        )
        try:
            yield file
        finally:
            file.stop()


def require_writable_build(out: Path, *, by_county: bool = False) -> None:
    """Refuse, before the work, a place where a build can't be written, or a name that promises something else."""
    if by_county and is_geopackage(out):
        raise InputError(f"--by-county: {out.name} is one GeoPackage; name a directory, which is GeoParquet")
    holds = "a build is a GeoPackage, or a directory of GeoParquet"
    require_suffix(out, holds, BUILD_SUFFIXES, f"name it {out.stem}.gpkg, or {out.stem} for a directory")
    require_writable(out, **place_rules(out))


def read_build(
    out: Path, layers: Iterable[str] | None = None, *, columns: Mapping[str, Sequence[str]] | None = None
) -> dict[str, Frame]:
    """Read layers of a build, of either form.

    Parameters
    ----------
    layers
        Their names; default: all.
    columns
        By layer, the columns to read, ``geometry`` among them if it is wanted; default: all. Few columns read faster.

    Returns
    -------
    dict
        By layer, in the order asked for; columns as in `LAYERS`, with those types.

    Raises
    ------
    InputError
        ``out`` is no build, or lacks a layer or a column; the message says which.
    """
    wanted = list(LAYERS if layers is None else layers)
    unknown = [name for name in wanted if name not in LAYERS]
    if unknown:
        raise InputError(f"there is no layer {unknown[0]} in a build; {layers_meant(unknown[0], LAYERS)}")
    form = geopackage if is_geopackage(out) else geoparquet
    require_build(out)
    found = form.layer_columns(out, wanted)
    missing = [name for name in wanted if name not in found and not LAYERS[name].optional]
    if missing:
        raise InputError(f"{out}: not a build of One Grid, it has no layer {', '.join(missing)}")
    chosen = columns or {}
    return {name: read_layer(form, out, name, found.get(name), chosen.get(name)) for name in wanted}


def require_build(out: Path) -> None:
    """Refuse a path where no build can be."""
    try:
        there, folder = out.exists(), out.is_dir()
    except OSError as error:
        raise InputError(f"{out}: can't be read: {reason(error)}") from error
    if not there:
        raise InputError(f"{out}: no such build; make one with `onegrid build LAYERS.toml -o {out}`")
    if folder == is_geopackage(out):
        raise InputError(f"{out}: not a build of One Grid, which is a .gpkg file or a directory of GeoParquet")


def read_facts(out: Path) -> dict[str, str]:
    """Read the table `build` as key → value."""
    table = read_build(out, ["build"])["build"]
    return dict(zip(table["key"], table["value"], strict=True))


def read_layer(
    form: ModuleType, out: Path, name: str, found: Sequence[str] | None, columns: Sequence[str] | None
) -> Frame:
    """Read the named columns of one layer, with the types of `LAYERS`; ``found`` are those it has, if it is there."""
    layer = LAYERS[name]
    every = [*layer.columns, *(["geometry"] if layer.geometry else [])]
    wanted = every if columns is None else list(columns)
    if found is None:
        return no_rows(layer, crs_of(form, out) if layer.geometry else None)[wanted]
    missing = [column for column in wanted if column not in found and column not in layer.later]
    if missing:
        raise InputError(f"{out}: not a build of One Grid, its layer {name} has no column {', '.join(missing)}")
    types = {column: layer.columns[column] for column in wanted if column in layer.columns}
    try:
        frame = form.read(out, name, [column for column in wanted if column in found])
        frame = frame.assign(**dict.fromkeys(set(wanted) - set(found)))[wanted].astype(types)
    except (*READER_ERRORS, *gdal.failures()) as error:
        raise InputError(f"{out}: layer {name} can't be read as a layer of One Grid: {reason(error)}") from error
    if "geometry" in wanted and frame.crs is None:
        raise InputError(f"{out}: not a build of One Grid, its layer {name} has no coordinate system")
    return frame


def read_wkb(out: Path, name: str) -> pa.ChunkedArray:
    """Read the geometry of a layer as WKB, in the order of its rows; where nobody computes with it, that is quicker.

    Raises
    ------
    InputError
        As of `read_build`.
    """
    form = geopackage if is_geopackage(out) else geoparquet
    require_build(out)
    found = form.layer_columns(out, [name]).get(name)
    if found is None and LAYERS[name].optional:
        return pa.chunked_array([], pa.binary())
    if found is None or "geometry" not in found:
        raise InputError(f"{out}: not a build of One Grid, its layer {name} has no column geometry")
    try:
        wkb: pa.ChunkedArray = form.wkb(out, name)
    except (*READER_ERRORS, *gdal.failures()) as error:
        raise InputError(f"{out}: layer {name} can't be read as a layer of One Grid: {reason(error)}") from error
    return wkb


def read_crs(out: Path) -> pyproj.CRS | None:
    """Return the working CRS of a build, that of its grids; None where it says none."""
    require_build(out)
    return crs_of(geopackage if is_geopackage(out) else geoparquet, out)


def crs_of(form: ModuleType, out: Path) -> pyproj.CRS | None:
    """Return the CRS of a build, that of its grids."""
    try:
        crs: pyproj.CRS | None = form.crs(out, "grids")
    except (*READER_ERRORS, *gdal.failures()) as error:
        raise InputError(f"{out}: not a build of One Grid, it has no layer grids") from error
    return crs


def is_geopackage(out: Path) -> bool:
    """Tell by its suffix whether a build is one GeoPackage.

    >>> is_geopackage(Path("town.gpkg")), is_geopackage(Path("town"))
    (True, False)
    """
    return out.suffix.lower() == ".gpkg"


def place_rules(out: Path) -> dict[str, Any]:
    """Say for `data.whole` what may stand where a build goes."""
    own = [*map(file_name, LAYERS), *folders_of(out)]
    return {"directory": not is_geopackage(out), "own": own}
