"""A build on disk: one GeoPackage, or a directory of GeoParquet.

`data.build_layers` says what is in it. Geometry is in the working CRS, as WKB, so that the 1 mm grid survives to the
last bit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any, TypeAlias

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyproj
import shapely

from data import gdal, geopackage, geoparquet
from data.aside import Aside
from data.build_layers import BUILD_SUFFIXES, LAYERS, Layer, layers_meant
from data.county_files import file_name, folders_of
from data.kept_folder import KeptFolder
from data.layer_types import Frame, typed
from data.ledger_shelf import LAYER as LEDGER
from data.ledger_shelf import LedgerShelf
from data.suffixes import require_suffix
from data.whole import reason, require_writable, whole
from geo.drawing_up import Drawn, Group
from geo.errors import InputError
from geo.result import OneGrid

Progress: TypeAlias = Callable[[str, int, int], None]
"""Called after each layer: its name, the rows written so far, the rows in all."""

Write: TypeAlias = Callable[[Iterable[tuple[str, Frame, str | None]], Path], None]
"""Writes layers (name, frame, geometry type or None) to a place, new or begun."""

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
    out: Path, *, aside: bool = False, kept: KeptFolder | None = None, by_county: bool = False
) -> Iterator[BuildFile]:
    """Begin a build on disk, see `write_build`; it takes its place when it is finished and the block ends.

    With ``aside`` the layers it begins with are written in a process of their own; ``kept`` has finished pieces, which
    those of its ledger are taken from and added to. ``by_county``: GeoParquet as in `data.county_files`.
    """
    write = partial(geoparquet.write, by_county=by_county)
    file = BuildFile(geopackage, geopackage.write, aside=aside)
    if not is_geopackage(out):
        file = BuildFile(geoparquet, write, aside=aside)
    with whole(out, **place_rules(out), needs=file.expected_bytes) as file.path:
        if not is_geopackage(out):
            file.shelf = LedgerShelf(file.path.with_name(f"{file.path.name}.ledger"), kept and kept.folder)
        try:
            yield file
            if kept and file.shelf:
                kept.used.update(file.shelf.pieces())
        finally:
            file.stop()


class BuildFile:
    """A build that is being written; the order of its layers hangs on which were begun with, on nothing else."""

    path: Path

    def __init__(self, form: ModuleType, write: Write, *, aside: bool) -> None:
        self.form, self.write, self.aside = form, write, aside
        self.frames: dict[str, Frame] = {}
        self.running: Aside | None = None
        self.shelf: LedgerShelf | None = None

    def keep(self, group: Group) -> Drawn:
        """Have the ledger of a group drawn up before all of it is there, and return what is to stay in memory.

        GeoParquet is written of what lies on the disk; a GeoPackage, which nobody takes for a province, of the rows.
        """
        return group.drawn() if self.shelf is None else self.shelf.keep(group)

    def begin(self, layers: Mapping[str, Frame | None]) -> None:
        """Take the layers that are final, and begin to write them; None is a layer that the build has nothing of."""
        self.frames = {name: frame for name, frame in layers.items() if frame is not None}
        if self.aside:
            self.running = Aside(partial(self.write, typed_layers(self.frames), self.path))

    def finish(self, grid: OneGrid, *, facts: Mapping[str, str], progress: Progress | None = None) -> None:
        """Write what is not yet written."""
        frames = {name: layer_of(grid, name) for name in LAYERS if name not in (*self.frames, "build")}
        every = {**grid.facts, **facts}
        frames["build"] = pd.DataFrame({"key": list(every), "value": [str(value) for value in every.values()]})
        self.frames = self.frames | frames
        rest = dict(frames if self.running else self.frames)
        if self.running:
            self.running.wait()
        shelved = rest.pop(LEDGER) if self.shelf and not isinstance(grid.gaps, gpd.GeoDataFrame) else None
        self.write(counted(typed_layers(rest), rest, progress), self.path)
        if self.shelf and shelved is not None:
            self.shelf.write(shelved, self.path / file_name(LEDGER))
        self.form.finish(self.path, [name for name in self.frames if LAYERS[name].geometry])

    def stop(self) -> None:
        """End what is still being written."""
        if self.running:
            self.running.stop()

    def expected_bytes(self) -> int:
        """Estimate the size of what is written."""
        return expected_bytes(self.frames.values())


def layer_of(grid: OneGrid, name: str) -> Frame:
    """Return a layer of a build, without rows where the build has nothing of it."""
    frame: Frame | None = getattr(grid, name)
    return no_rows(LAYERS[name], grid.crs) if frame is None else frame


def no_rows(layer: Layer, crs: pyproj.CRS | None) -> Frame:
    """Return a layer that has no rows."""
    table = pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in layer.columns.items()})
    return gpd.GeoDataFrame(table, geometry=[], crs=crs) if layer.geometry else table


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


def typed_layers(frames: Mapping[str, Frame]) -> Iterator[tuple[str, Frame, str | None]]:
    """Yield name, frame and geometry type of each layer, one at a time so that only one copy is held."""
    for name, frame in frames.items():
        yield name, typed(frame, LAYERS[name]), LAYERS[name].geometry


def counted(
    layers: Iterable[tuple[str, Frame, str | None]], frames: Mapping[str, Frame], progress: Progress | None
) -> Iterator[tuple[str, Frame, str | None]]:
    """Pass layers on, and tell ``progress`` when each was taken care of."""
    rows = sum(len(frame) for frame in frames.values())
    done = 0
    for layer in layers:
        yield layer
        done += len(layer[1])
        if progress:
            progress(layer[0], done, rows)


def expected_bytes(frames: Iterable[Frame]) -> int:
    """Estimate the size of a GeoPackage: 16 bytes a vertex, 250 a row with its index entry, 200 kB of tables."""
    size = 200_000
    for frame in frames:
        size += 250 * len(frame)
        if isinstance(frame, gpd.GeoDataFrame):
            size += 16 * int(shapely.get_num_coordinates(frame.geometry.array).sum())
    return size
