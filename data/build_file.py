"""A build that is being written: what of it stays in memory meanwhile, and how its layers come into files."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import accumulate
from pathlib import Path
from typing import Any, TypeAlias

import geopandas as gpd
import pandas as pd
import shapely

from data import geopackage
from data.aside import Aside
from data.build_layers import LAYERS
from data.content import content_of
from data.county_files import file_name
from data.kept_folder import KeptFolder
from data.kept_parts import ShelvedParts, keep, shelve
from data.kept_sections import finished
from data.layer_shelf import LayerShelf
from data.layer_types import Frame, no_rows, typed
from data.ledger_shelf import LAYER as LEDGER
from data.ledger_shelf import LedgerShelf
from data.whole import nobody_knows
from geo.drawing_up import Drawn, Group
from geo.parts import AnyPart, Part
from geo.result import OneGrid
from geo.running import Run
from geo.sections import Made, Memory, Shelf

Progress: TypeAlias = Callable[[str, int, int], None]
"""Called after each layer: its name, the rows written so far, the rows in all."""

HEAVY = ("gaps", "faces", "grids", "units", "records")
"""Layers that take longest to write, which are begun first, in this order."""


class BuildFile(Memory, ABC):
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

    @abstractmethod
    def write(self, frames: Mapping[str, Frame], progress: Progress | None) -> None:
        """Write these layers, and those begun with that are not yet written."""

    def stop(self) -> None:
        """End what is still being written."""

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
        self.run, self.kept, self.by_county = run, kept, by_county
        beside = path.with_name(f"{path.name}.pieces")
        self.merged = beside / "parts"
        self.shelf = LayerShelf(beside / "layers")
        self.ledgers = LedgerShelf(beside / "ledgers")
        beside.mkdir()

    def parts(self, run: Run) -> Run:
        """Return how the merge is run, so that its parts are here."""
        return ShelvedParts(self.merged, run)

    def part(self, part: Part, /) -> AnyPart:
        """Keep a part of the merge."""
        return keep(self.kept, part) if self.kept else shelve(self.merged, part)

    def rows(self, layer: str, section: int, rows: pd.DataFrame, /) -> pd.DataFrame | None:
        """Keep a section's rows of a layer; nothing stays in memory."""
        self.shelf.put(layer, section, rows)

    def once(
        self, make: Callable[[Shelf], Made], name: str, section: int, hangs_on: Callable[[], tuple[Any, ...]], /
    ) -> Made:
        """Make something of a section, unless it is among the finished pieces."""
        if self.kept is None:
            return make(self)
        made, files = finished(self.kept, content_of(name, *hangs_on()), name, make)
        for layer, path in files.layers.items():
            self.shelf.link(layer, section, path)
        for path in files.ledgers:
            self.ledgers.link(path)
        return made

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
        names = sorted(self.frames, key=[*HEAVY, *self.frames].index)
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

    def expected_bytes(self) -> int:
        """Estimate the size of what is written, where that is in memory; of sections nobody knows beforehand."""
        whole = isinstance(self.frames.get("grids"), gpd.GeoDataFrame)
        return super().expected_bytes() if whole else nobody_knows()


def layer_of(grid: OneGrid, name: str) -> Frame:
    """Return a layer of a build, without rows where the build has nothing of it."""
    frame: Frame | None = getattr(grid, name)
    return no_rows(LAYERS[name], grid.crs) if frame is None else frame


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
