"""Results of work that hangs on little, kept as finished pieces: what was read of a table, the ways on foot."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np
import pyarrow as pa
from pyarrow import feather

from data.content import content_of
from data.kept_folder import KeptFolder, put
from data.reading.record import InputFile
from data.reading.source_file import Repair
from data.reading.tables import TableRead
from geo.roads import Roads
from geo.running import Result
from geo.walking import Walks

BESIDE = b"onegrid"
"""What a table's file holds beside its rows."""

UNREADABLE = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, pa.ArrowException)


class Form(NamedTuple):
    """How a result is written into a file, and read from it."""

    write: Callable[[Any, IO[bytes]], None]
    read: Callable[[Path], Any]


class KeptResults:
    """A `geo.running.Once` that has its results in a folder of finished pieces."""

    def __init__(self, folder: KeptFolder) -> None:
        self.folder = folder

    def __call__(self, work: Callable[[], Result], name: str, /, *hangs_on: Any) -> Result:
        """Return what the folder has, else ``work()``, which it has from then on."""
        form = FORMS[name]
        path = self.folder.place(f"{content_of(name, *hangs_on)}.{name}")
        try:
            kept: Result = form.read(path)
        except UNREADABLE:  # it is not there, or not whole
            kept = work()
            put(path, partial(form.write, kept))
        return kept


def write_table(read: TableRead, file: IO[bytes]) -> None:
    """Write a table with what was read beside it."""
    rows = pa.Table.from_pandas(read.table, preserve_index=False)
    beside = {"repairs": read.repairs, "inputs": [asdict(one) for one in read.inputs], "warnings": read.warnings}
    said = json.dumps(beside).encode()
    feather.write_feather(rows.replace_schema_metadata({**rows.schema.metadata, BESIDE: said}), file, "lz4")


def read_table(path: Path) -> TableRead:
    """Read what `write_table` wrote."""
    rows = feather.read_table(path, memory_map=False)
    beside = json.loads(rows.schema.metadata[BESIDE])
    inputs = [input_file(one) for one in beside["inputs"]]
    return TableRead(rows.to_pandas(), [Repair(*row) for row in beside["repairs"]], inputs, beside["warnings"])


def input_file(said: Mapping[str, Any]) -> InputFile:
    """Make the record of a file of its JSON object, in which tuples are lists."""
    return InputFile(**{name: tuple(value) if isinstance(value, list) else value for name, value in said.items()})


def write_walks(walks: Walks, file: IO[bytes]) -> None:
    """Write facilities, roads, and the ways along them."""
    roads = {} if walks.roads is None else {name: getattr(walks.roads, name) for name in ("xy", "start", "end")}
    places = {f"places_{number}": tree.data for number, tree in enumerate(walks.straight)}
    np.savez(file, kinds=np.array(walks.kinds), ways_m=walks.ways_m, farthest_m=walks.farthest_m, **roads, **places)


def read_walks(path: Path) -> Walks:
    """Read what `write_walks` wrote."""
    from scipy.spatial import KDTree  # noqa: PLC0415 (as in `geo.roads`)

    with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:  # numpy leaves what it can't read open
        said = dict(file)
    kinds = tuple(map(str, said["kinds"]))
    places = [said[f"places_{number}"] for number in range(len(kinds))]
    every = KDTree(np.concatenate(places) if places else np.empty((0, 2)))
    roads = Roads(said["xy"], said["start"], said["end"]) if "xy" in said else None
    return Walks(kinds, every, tuple(map(KDTree, places)), roads, said["ways_m"], float(said["farthest_m"]))


FORMS: Mapping[str, Form] = {"table": Form(write_table, read_table), "walks": Form(write_walks, read_walks)}
