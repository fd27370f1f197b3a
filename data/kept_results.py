"""Results of work that hangs on little, kept as finished pieces: tables, communities, ways on foot."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import IO, Any, NamedTuple

import geopandas as gpd
import numpy as np
import pyarrow as pa
import shapely
from pyarrow import feather

from data.content import content_of
from data.kept_folder import KeptFolder, put
from data.kept_parts import packed, unpacked
from data.reading.record import InputFile
from data.reading.source_file import Repair
from data.reading.tables import TableRead
from geo.communities import Jurisdiction
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

    said = arrays_in(path)
    kinds = tuple(map(str, said["kinds"]))
    places = [said[f"places_{number}"] for number in range(len(kinds))]
    every = KDTree(np.concatenate(places) if places else np.empty((0, 2)))
    roads = Roads(said["xy"], said["start"], said["end"]) if "xy" in said else None
    return Walks(kinds, every, tuple(map(KDTree, places)), roads, said["ways_m"], float(said["farthest_m"]))


def write_jurisdiction(whole: Jurisdiction, file: IO[bytes]) -> None:
    """Write communities, holes between them, and what mending them changed."""
    repairs = BytesIO()
    whole.repairs.to_feather(repairs, index=False)
    shapes = {}
    for name in ("areas", "holes"):
        shapes[name], shapes[f"{name}_bytes"] = packed(shapely.to_wkb(getattr(whole, name)).tolist())
    np.savez(file, repairs=np.frombuffer(repairs.getvalue(), np.uint8), **shapes)


def read_jurisdiction(path: Path) -> Jurisdiction:
    """Read what `write_jurisdiction` wrote."""
    said = arrays_in(path)
    shapes = (shapely.from_wkb(unpacked(said[name], said[f"{name}_bytes"])) for name in ("areas", "holes"))
    repairs = gpd.read_feather(BytesIO(said["repairs"].tobytes()))
    return Jurisdiction(*(np.asarray(one, dtype=object) for one in shapes), repairs)


def arrays_in(path: Path) -> dict[str, np.ndarray]:
    """Read a file of arrays."""
    with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:  # numpy leaves what it can't read open
        return dict(file)


FORMS: Mapping[str, Form] = {
    "jurisdiction": Form(write_jurisdiction, read_jurisdiction),
    "table": Form(write_table, read_table),
    "walks": Form(write_walks, read_walks),
}
