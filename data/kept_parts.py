"""Finished parts of a merge on disk, so that a build that was interrupted, or one of changed sources, takes them as
they are.

A part hangs on its batch of communities alone, so it is found by what is in that: geometries, ranks, homes and
parameters, with the versions of the program and of the geometry library (`data.kept_folder`).
"""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import IO, Any

import numpy as np
import shapely

from data.content import OTHER_PROGRAMS, Programs, content_of, programs
from data.kept_folder import KeptFolder, put
from geo.arrays import Ints
from geo.errors import InputError
from geo.faces import Batch
from geo.parts import POLYGONS, Part
from geo.running import Run

SUFFIX = ".part.npz"
LENGTHS = "_bytes"
UNREADABLE = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile)


@dataclass(frozen=True, eq=False)
class KeptPart:
    """A part that lies in a file, in which communities and units may be numbered otherwise; see `geo.parts.AnyPart`.

    Parameters
    ----------
    community, unit
        The rows of the whole that are the file's communities and units; None where these are numbered so there.
    gone
        Communities that are the part's no more.
    """

    path: Path
    border: Ints
    border_community: Ints
    exact: Ints
    community: Ints | None = None
    unit: Ints | None = None
    gone: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))

    def load(self, communities: Ints | None = None, /) -> Part:
        """Read the part, or some communities of it.

        Raises
        ------
        InputError
            The file is there no more, or not whole.
        """
        part = packed_part(self.path)
        if self.community is not None and self.unit is not None:
            part = part.numbered(self.community, self.unit)
        if len(self.gone):
            part = part.without(self.gone)
        if communities is not None:
            part = part.only(communities)
        part = replace(part, **{name: shapely.from_wkb(getattr(part, name)) for name in POLYGONS})
        return part.proven() if len(self.gone) else part

    def without(self, communities: Ints) -> KeptPart:
        """Return the part without some communities."""
        stays = ~np.isin(self.border_community, communities)
        return replace(
            self,
            border=self.border[stays],
            border_community=self.border_community[stays],
            exact=np.setdiff1d(self.exact, communities),
            gone=np.union1d(self.gone, communities),
        )

    def proven(self) -> KeptPart:
        """Return the part, which is proven when it is loaded."""
        return self

    def numbered(self, community: Ints, unit: Ints) -> KeptPart:
        """Return the part of a file in which communities and units are numbered from 0, as rows of the whole."""
        border, exact = community[self.border_community], community[self.exact]
        return replace(self, border_community=border, exact=exact, community=community, unit=unit)

    def said(self, communities: Ints, units: Ints) -> tuple[Any, ...]:
        """Return the name of a file that lies among finished pieces, and which of its rows these are."""
        if self.community is None or self.unit is None:
            return self.path.name, self.gone, communities, units
        here = [positions(own, some) for own, some in ((self.community, communities), (self.unit, units))]
        return self.path.name, np.isin(self.community, self.gone), *here


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
        parts = {path: part for path in paths if (part := opened(path)) is not None}
        missing = {path: batch for path, batch in zip(paths, bare, strict=True) if path not in parts}
        made = self.run(partial(make, function, programs()), list(missing.items()))
        parts.update(zip(missing, made, strict=True))
        return [parts[path].numbered(batch.community, batch.unit) for path, batch in zip(paths, batches, strict=True)]


class ShelvedParts:
    """A `Run` for `geo.merge` that has the parts in a folder of one build, not in memory."""

    def __init__(self, folder: Path, run: Run) -> None:
        self.folder, self.run = folder, run

    def __call__(self, function: Callable[[Any], Any], items: Iterable[Any], /) -> Sequence[Any]:
        """Return the part of each batch."""
        return self.run(partial(shelved, self.folder, function), items)


def positions(rows: Ints, some: Ints) -> Ints:
    """Return where each row stands among some, ascending; -1 where it does not."""
    place = np.searchsorted(some, rows)
    return np.where(np.append(some, -1)[place] == rows, place, -1)


def shelved(folder: Path, function: Callable[[Any], Part], batch: Batch) -> KeptPart:
    """Make a part and leave it in a folder."""
    return shelve(folder, function(batch))


def shelve(folder: Path, part: Part) -> KeptPart:
    """Leave a part in a folder, which is gone when the build ends."""
    folder.mkdir(exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, suffix=SUFFIX, delete=False) as file:
        write(part, file)
    return KeptPart(Path(file.name), part.border, part.border_community, part.exact)


def keep(folder: KeptFolder, part: Part) -> KeptPart:
    """Leave a part among finished pieces, found by what it holds."""
    file = BytesIO()
    write(part, file)
    path = folder.place(f"{sha256(file.getbuffer()).hexdigest()}{SUFFIX}")
    put(path, lambda there: there.write(file.getbuffer()))
    return KeptPart(path, part.border, part.border_community, part.exact)


def without_numbers(batch: Batch) -> Batch:
    """Number communities and units from 0, whatever the jurisdiction around them."""
    return replace(batch, community=np.arange(len(batch.area)), unit=np.arange(len(batch.unit)))


def content(function: Callable[[Any], Any], batch: Batch) -> str:
    """Name what a part hangs on: the work, its parameters and the batch, in which communities and units are bare."""
    work = function if isinstance(function, partial) else partial(function)
    return content_of(work.func.__qualname__, work.args, sorted(work.keywords.items()), batch)


def make(function: Callable[[Any], Any], wanted: Programs, item: tuple[Path, Batch]) -> KeptPart:
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
    return KeptPart(path, part.border, part.border_community, part.exact)


def opened(path: Path) -> KeptPart | None:
    """Take a part that lies in a file; None where there is none, or one that was cut short."""
    try:
        with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
            return KeptPart(path, *(file[name] for name in ("border", "border_community", "exact")))
    except UNREADABLE:
        return None


def write(part: Part, file: IO[bytes]) -> None:
    """Write a part."""
    state = part.__getstate__()
    for name in POLYGONS:
        state[name], state[name + LENGTHS] = packed(state[name])
    np.savez(file, **state)


def packed_part(path: Path) -> Part:
    """Read a part with its polygons as WKB, of which nobody may want all.

    Raises
    ------
    InputError
        There is none, or none that is whole.
    """
    try:
        with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:  # numpy leaves what it can't read open
            state = dict(file)
        for name in POLYGONS:
            state[name] = unpacked(state[name], state.pop(name + LENGTHS))
        return Part(**state)
    except FileNotFoundError as error:
        wanted = "one folder for all workers, left alone while it builds"
        raise InputError(f"{path}: is there no more; --parts has to be {wanted}") from error
    except (*UNREADABLE, TypeError) as error:
        raise InputError(f"{path}: was damaged while it was needed; remove it and build again") from error


def packed(shapes: Sequence[bytes]) -> tuple[np.ndarray, Ints]:
    """Put texts of bytes end to end; return them and their lengths."""
    joined = np.frombuffer(b"".join(shapes), dtype=np.uint8)
    return joined, np.array([len(shape) for shape in shapes], dtype=np.int64)


def unpacked(joined: np.ndarray, length: Ints) -> np.ndarray:
    """Return what `packed` put together."""
    whole, ends = joined.tobytes(), np.cumsum(length).tolist()
    return np.array([whole[end - size : end] for end, size in zip(ends, length.tolist(), strict=True)], dtype=object)
