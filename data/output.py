"""A build on disk: one GeoPackage, or a directory of GeoParquet.

`data.build_layers` says what is in it. Geometry is in the working CRS, as WKB, so that the 1 mm grid survives to the
last bit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import accumulate
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
from data.kept_parts import ShelvedParts, shelve
from data.layer_shelf import LayerShelf
from data.layer_types import Frame, typed
from data.ledger_shelf import LAYER as LEDGER
from data.ledger_shelf import LedgerShelf
from data.suffixes import require_suffix
from data.whole import nobody_knows, reason, require_writable, whole
from geo.drawing_up import Drawn, Group
from geo.errors import InputError
from geo.parts import AnyPart, Part
from geo.result import OneGrid
from geo.running import Run, in_order
from geo.sections import Memory

Progress: TypeAlias = Callable[[str, int, int], None]
"""Called after each layer: its name, the rows written so far, the rows in all."""

HEAVY = ("gaps", "faces", "grids", "units", "records")
"""Layers that take longest to write, which are begun first."""

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
            if kept:
                kept.used.update(file.pieces())
        finally:
            file.stop()


class BuildFile(Memory):
    """A build that is being written; it is the `geo.sections.Store` of that build, and has it all in memory.

    The order of its layers hangs on which were begun with, on nothing else.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.frames: dict[str, Frame] = {}

    def parts(self, run: Run) -> Run:
        """Return how the merge is run, if parts are to be kept by this store."""
        return run

    def begin(self, layers: Mapping[str, Frame | None]) -> None:
        """Take the layers that are final, and begin to write them; None is a layer that is not in memory."""
        self.frames = {name: frame for name, frame in layers.items() if frame is not None}

    def finish(self, grid: OneGrid, *, facts: Mapping[str, str], progress: Progress | None = None) -> None:
        """Write what is not yet written."""
        frames = {name: layer_of(grid, name) for name in LAYERS if name not in (*self.frames, "build")}
        every = {**grid.facts, **facts}
        frames["build"] = pd.DataFrame({"key": list(every), "value": [str(value) for value in every.values()]})
        self.write(frames, progress)

    def write(self, frames: Mapping[str, Frame], progress: Progress | None) -> None:
        """Write these layers, and those begun with that are not yet written."""
        raise NotImplementedError

    def stop(self) -> None:
        """End what is still being written."""

    def pieces(self) -> list[str]:
        """Return the names of finished pieces that were of use."""
        return []

    def expected_bytes(self) -> int:
        """Estimate the size of what is written."""
        return expected_bytes(self.frames.values())


class PackagedBuild(BuildFile):
    """A build that becomes a GeoPackage, which nobody takes for a province."""

    def __init__(self, path: Path, *, aside: bool) -> None:
        super().__init__(path)
        self.aside = aside
        self.running: Aside | None = None

    def begin(self, layers: Mapping[str, Frame | None]) -> None:
        """Take the layers that are final, and begin to write them."""
        super().begin(layers)
        if self.aside:
            self.running = Aside(partial(geopackage.write, typed_layers(self.frames), self.path))

    def write(self, frames: Mapping[str, Frame], progress: Progress | None) -> None:
        """Write the layers into one file, one after the other."""
        self.frames = self.frames | dict(frames)
        rest = frames if self.running else self.frames
        if self.running:
            self.running.wait()
        geopackage.write(counted(typed_layers(rest), rest, progress), self.path)
        geopackage.finish(self.path, [name for name in self.frames if LAYERS[name].geometry])

    def stop(self) -> None:
        """End what is still being written."""
        if self.running:
            self.running.stop()


class ShelvedBuild(BuildFile):
    """A build that becomes a directory of GeoParquet, and has what is large on the disk beside it until then."""

    def __init__(self, path: Path, run: Run, kept: KeptFolder | None, by_county: bool) -> None:
        super().__init__(path)
        self.run, self.by_county = run, by_county
        beside = path.with_name(f"{path.name}.pieces")
        self.merged = beside / "parts"
        self.shelf = LayerShelf(beside / "layers")
        self.ledgers = LedgerShelf(beside / "ledgers", kept and kept.folder)
        beside.mkdir()

    def parts(self, run: Run) -> Run:
        """Return how the merge is run, so that its parts are here."""
        return ShelvedParts(self.merged, run)

    def part(self, part: Part, /) -> AnyPart:
        """Keep a part of the merge."""
        return shelve(self.merged, part)

    def rows(self, layer: str, section: int, rows: pd.DataFrame, /) -> pd.DataFrame | None:
        """Keep a section's rows of a layer; nothing stays in memory."""
        self.shelf.put(layer, section, rows)

    def forget_rows(self) -> None:
        """Forget the rows of all layers, which come again in other sections."""
        self.shelf.clear()

    def ledger(self, group: Group, /) -> Drawn:
        """Have the ledger of a group drawn up."""
        return self.ledgers.keep(group)

    def write(self, frames: Mapping[str, Frame], progress: Progress | None) -> None:
        """Write each layer into a file, maybe side by side."""
        self.path.mkdir(exist_ok=True)
        self.frames = self.frames | dict(frames)
        names = sorted(self.frames, key=lambda name: name not in HEAVY)
        rows = dict(zip(names, self.run(self.write_layer, names), strict=True))
        done = accumulate(rows[name] for name in self.frames)
        for name, so_far in zip(self.frames, done, strict=True):
            if progress:
                progress(name, so_far, sum(rows.values()))

    def write_layer(self, name: str) -> int:
        """Write a layer; return how many rows it has."""
        frame = self.frames[name]
        if name == LEDGER and not isinstance(frame, gpd.GeoDataFrame):
            self.ledgers.write(frame, self.path / file_name(LEDGER))
            return len(frame)
        if not self.shelf.pieces(name):
            self.shelf.put(name, 0, frame)
        return self.shelf.write(name, self.path, by_county=self.by_county)

    def pieces(self) -> list[str]:
        """Return the names of finished pieces that were of use."""
        return self.ledgers.pieces()

    def expected_bytes(self) -> int:
        """Estimate the size of what is written, where that is in memory; of sections nobody knows beforehand."""
        whole = isinstance(self.frames.get("grids"), gpd.GeoDataFrame)
        return super().expected_bytes() if whole else nobody_knows()


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
