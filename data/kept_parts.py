"""Finished parts of a merge on disk, so that a build that was interrupted, or one of changed sources, takes them as
they are.

A part hangs on its batch of communities alone, so it is found by what is in that: geometries, ranks, homes and
parameters, with the versions of the program and of the geometry library (`data.kept_folder`).
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import IO, Any

import numpy as np

from data.content import OTHER_PROGRAMS, Programs, content_of, programs
from data.kept_folder import KeptFolder, put
from geo.arrays import Ints
from geo.errors import InputError
from geo.faces import Batch
from geo.parts import POLYGONS, Part
from geo.rules import NOBODY
from geo.running import Run

SUFFIX = ".part.npz"
SIZES, BORDERS = "tiling_sizes", "tiling_borders"
LENGTHS = "_bytes"


class KeptParts:
    """A `Run` for `geo.merge`: takes the parts that lie in a folder, has another make those that don't, and puts them
    there."""

    def __init__(self, folder: KeptFolder, run: Run) -> None:
        self.folder, self.run = folder, run

    def __call__(self, function: Callable[[Any], Any], items: Iterable[Any], /) -> Sequence[Any]:
        """Return the part of each batch."""
        batches = list(items)
        bare = [without_numbers(batch) for batch in batches]
        paths = [self.folder.place(f"{content(function, batch)}{SUFFIX}") for batch in bare]
        parts = {path: part for path in paths if (part := read(path)) is not None}
        missing = {path: batch for path, batch in zip(paths, bare, strict=True) if path not in parts}
        made = self.run(partial(make, function, programs()), list(missing.items()))
        parts.update(zip(missing, made, strict=True))
        return [numbered(parts[path], batch) for path, batch in zip(paths, batches, strict=True)]


def without_numbers(batch: Batch) -> Batch:
    """Number communities and units from 0, whatever the jurisdiction around them."""
    return replace(batch, community=np.arange(len(batch.area)), unit=np.arange(len(batch.unit)))


def content(function: Callable[[Any], Any], batch: Batch) -> str:
    """Name what a part hangs on: the work, its parameters and the batch, in which communities and units are bare."""
    work = function if isinstance(function, partial) else partial(function)
    return content_of(work.func.__qualname__, work.args, sorted(work.keywords.items()), batch)


def make(function: Callable[[Any], Any], wanted: Programs, item: tuple[Path, Batch]) -> Part:
    """Make a part and put it into its place, whole; in the process that made it, so that no other need live on.

    Raises
    ------
    InputError
        The process is on a machine with other programs than ``wanted``, which the part's place names. Or it can't be
        written there: the disk is full, or the machine has no such folder.
    """
    if programs() != wanted:
        raise InputError(OTHER_PROGRAMS)
    path, batch = item
    part: Part = function(batch)
    put(path, partial(write, part))
    return part


def numbered(part: Part, batch: Batch) -> Part:
    """Number communities and units as the build that asks for the part does."""
    unit = np.append(batch.unit, NOBODY)
    return replace(
        part,
        grid_community=batch.community[part.grid_community],
        grid_unit=unit[np.where(part.grid_unit == NOBODY, -1, part.grid_unit)],
        claim_unit=batch.unit[part.claim_unit],
        border_community=batch.community[part.border_community],
        exact=batch.community[part.exact],
    )


def write(part: Part, file: IO[bytes]) -> None:
    """Write a part."""
    state = part.__getstate__()
    tilings = state.pop("tilings")
    for name in POLYGONS:
        state[name], state[name + LENGTHS] = packed(state[name])
    state[SIZES] = np.array([(size, len(border)) for size, border in tilings], dtype=np.int64).reshape(-1, 2)
    state[BORDERS] = np.concatenate([border for _, border in tilings]) if tilings else np.empty((0, 4), np.int64)
    np.savez(file, **state)


def read(path: Path) -> Part | None:
    """Read a part; None where there is none, or none that is whole."""
    try:
        with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:  # numpy leaves what it can't read open
            state = dict(file)
    except (OSError, ValueError, EOFError, zipfile.BadZipFile):
        return None
    for name in POLYGONS:
        state[name] = unpacked(state[name], state.pop(name + LENGTHS))
    sizes, borders = state.pop(SIZES), state.pop(BORDERS)
    cut = np.split(borders, np.cumsum(sizes[:, 1])[:-1]) if len(sizes) else []
    part = object.__new__(Part)
    part.__setstate__(state | {"tilings": list(zip(sizes[:, 0].tolist(), cut, strict=True))})
    return part


def packed(shapes: Sequence[bytes]) -> tuple[np.ndarray, Ints]:
    """Put texts of bytes end to end; return them and their lengths."""
    joined = np.frombuffer(b"".join(shapes), dtype=np.uint8)
    return joined, np.array([len(shape) for shape in shapes], dtype=np.int64)


def unpacked(joined: np.ndarray, length: Ints) -> np.ndarray:
    """Return what `packed` put together."""
    whole, ends = joined.tobytes(), np.cumsum(length).tolist()
    return np.array([whole[end - size : end] for end, size in zip(ends, length.tolist(), strict=True)], dtype=object)
