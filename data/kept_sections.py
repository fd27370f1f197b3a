"""What was made of a section, among finished pieces: a file that says it, and beside it rows, parts and ledgers.

A section is found by all that it hangs on, so that a build of changed sources makes those anew that a change reaches.
"""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Callable, Mapping
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import feather

from data import ledger_shelf
from data.kept_folder import KeptFolder, put
from data.kept_parts import KeptPart, keep, opened
from data.layer_shelf import write_rows
from geo.drawing_up import Drawn, Group
from geo.errors import InputError
from geo.numbering import Numbered
from geo.parts import Part
from geo.sections import Made, Shelf
from geo.telling import Told

UNREADABLE = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, pa.ArrowException)
LEDGER, PART = ".ledger", ".npz"

Arrays = dict[str, np.ndarray]


class Files(NamedTuple):
    """The pieces beside the one of a section: rows by their layer, and ledgers."""

    layers: Mapping[str, Path]
    ledgers: list[Path]


class PieceShelf:
    """A `geo.sections.Shelf` on which everything becomes a finished piece; ``names`` are theirs."""

    def __init__(self, folder: KeptFolder, key: str) -> None:
        self.folder, self.key = folder, key
        self.names: list[str] = []
        self.layers: dict[str, str] = {}

    def part(self, part: Part, /) -> KeptPart:
        """Keep a part of the merge."""
        kept = keep(self.folder, part)
        self.names.append(kept.path.name)
        return kept

    def rows(self, layer: str, section: int, rows: pd.DataFrame, /) -> None:
        """Keep a section's rows of a layer; nothing stays in memory."""
        path = self.place(f".{layer}")
        self.layers[layer] = path.name
        put(path, partial(write_rows, layer, rows))

    def ledger(self, group: Group, /) -> Drawn:
        """Have the ledger of a group drawn up."""
        path, drawn = self.place(f".{len(self.names)}{LEDGER}"), group.drawn()
        put(path, partial(ledger_shelf.write_rows, drawn.rows))
        return ledger_shelf.lying_in(path, drawn)

    def place(self, suffix: str) -> Path:
        """Return where another piece of the section is to lie."""
        self.names.append(f"{self.key}{suffix}")
        return self.folder.place(self.names[-1])


def finished(folder: KeptFolder, key: str, name: str, make: Callable[[Shelf], Made]) -> tuple[Made, Files]:
    """Make something of a section, unless the folder has it; return it, and the pieces beside it.

    Raises
    ------
    InputError
        A piece can't be written, or not be read again.
    """
    path = folder.place(f"{key}.{name}")
    found = taken(folder, path)
    if found is None:
        shelf = PieceShelf(folder, key)
        arrays = FORMS[name].arrays(make(shelf))
        sums = {one: sum_of(folder.folder / one) for one in shelf.names}
        said = json.dumps({"layers": shelf.layers, "sums": sums}).encode()
        arrays["said"] = np.frombuffer(said, np.uint8)
        put(path, lambda file: np.savez(file, **arrays))  # the last: with it all is there
        found = taken(folder, path)
    if found is None:
        raise InputError(f"{path}: was damaged while it was needed; build again")
    return found


def taken(folder: KeptFolder, path: Path) -> tuple[Any, Files] | None:
    """Read what was made of a section; None where there is none, or not all of it."""
    try:
        with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
            arrays = dict(file)
        said = json.loads(arrays.pop("said").tobytes())
        if any(sum_of(folder.folder / name) != there for name, there in said["sums"].items()):
            return None
        made = FORMS[path.suffix[1:]].made(arrays, folder.folder)
    except UNREADABLE:
        return None
    folder.use(*said["sums"])
    layers = {layer: folder.folder / name for layer, name in said["layers"].items()}
    ledgers = [folder.folder / name for name in said["sums"] if name.endswith(LEDGER)]
    return made._replace(layers=dict.fromkeys(layers)), Files(layers, ledgers)


def sum_of(path: Path) -> int:
    """Return a checksum of a piece that has none inside; a part has, and is looked into when it is loaded."""
    return path.stat().st_size if path.suffix == PART else zlib.crc32(path.read_bytes())


def numbered_arrays(made: Numbered) -> Arrays:
    """Put what `geo.numbering.number` makes into arrays."""
    names = [part.path.name for part in made.parts if isinstance(part, KeptPart)]
    claiming = {f"claiming_{place}": unit for place, unit in enumerate(made.claiming)}
    arrays = {"grids": frame_array(made.grids), "units": frame_array(made.units), "parts": np.array(names), **claiming}
    if made.lineage is None:
        return arrays
    rows, about = made.lineage
    file = BytesIO()
    rows.to_feather(file, index=False)
    return {**arrays, "lineage": np.frombuffer(file.getvalue(), np.uint8), "about": about}


def numbered_of(arrays: Mapping[str, np.ndarray], folder: Path) -> Numbered:
    """Take from arrays what `numbered_arrays` put there."""
    parts = [opened(folder / str(name)) for name in arrays["parts"]]
    there = [part for part in parts if part is not None]
    if len(there) < len(parts):
        raise KeyError("parts")
    lineage = None
    if "lineage" in arrays:
        lineage = gpd.read_feather(BytesIO(arrays["lineage"].tobytes())), arrays["about"]
    claiming = [arrays[f"claiming_{place}"] for place in range(len(parts))]
    return Numbered(frame_of(arrays["grids"]), frame_of(arrays["units"]), there, claiming, {}, lineage)


def told_arrays(made: Told) -> Arrays:
    """Put what `geo.telling.tell` makes into arrays."""
    rows = {f"rows_{place}": frame_array(one.rows) for place, one in enumerate(made.ledgers)}
    return rows | {f"used_{place}": one.used for place, one in enumerate(made.ledgers)}


def told_of(arrays: Mapping[str, np.ndarray], folder: Path) -> Told:
    """Take from arrays what `told_arrays` put there."""
    ledgers = range(len(arrays) // 2)
    return Told({}, [Drawn(frame_of(arrays[f"rows_{place}"]), arrays[f"used_{place}"]) for place in ledgers])


def frame_array(frame: pd.DataFrame) -> np.ndarray:
    """Put a plain frame into an array of bytes."""
    file = BytesIO()
    feather.write_feather(pa.Table.from_pandas(frame, preserve_index=False), file, "lz4")
    return np.frombuffer(file.getvalue(), np.uint8)


def frame_of(array: np.ndarray) -> pd.DataFrame:
    """Take a plain frame from an array of bytes."""
    frame: pd.DataFrame = feather.read_table(BytesIO(array.tobytes()), memory_map=False).to_pandas()
    return frame


class Form(NamedTuple):
    """How something is put into arrays, and taken from them and from the pieces beside it."""

    arrays: Callable[[Any], Arrays]
    made: Callable[[Mapping[str, np.ndarray], Path], Any]


FORMS = {"numbered": Form(numbered_arrays, numbered_of), "told": Form(told_arrays, told_of)}
