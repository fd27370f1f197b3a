"""What is in the files of an upload: layers and tables, their fields, where they lie, what they may be."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import shapely

from data import gdal
from data.layers_schema import RosterFile
from data.reading.input_files import PARQUET, why_unreadable
from data.reading.table_rows import CSV, HEADER_WITHIN, XLSX, header_names, read_rows
from data.reading.text_encoding import guess, superset
from data.uploads.environment import COMPANIONS
from data.uploads.folders import Upload, files_of
from data.uploads.guessing import guessed_fields, guessed_layer, hides, possible
from geo.errors import InputError

SAMPLED, SHOWN = 200, 3
"""How many features are looked at for samples, and how many samples are shown."""
OUTLINED = 5000
"""How many features of a layer are outlined on the map."""
DETAIL = 2000
"""An outline leaves out what is smaller than this part of the layer's extent."""
BYTES_AS_TEXT = "ISO-8859-1"
ANY_TABLE = RosterFile.model_construct(path=(), encoding=None, sheet=None)


@dataclass
class Column:
    """A field of a file."""

    name: str
    type: str
    samples: list[str] = field(default_factory=list)


@dataclass
class Found:
    """A layer or table in the files of an upload.

    Parameters
    ----------
    shape
        ``polygon``, ``line``, ``point``; ``none``: a table.
    crs
        As the file says, as text; None where it does not.
    encoding
        Of its text, where that had to be guessed.
    extent
        West, south, east, north in degrees, as far as the file says where it lies.
    may_be, guess, guessed
        What it may be in layers.toml, what its name says it is, and the fields by their names.
    outlined
        Whether there is an outline for the map.
    """

    file: str
    layer: str | None
    shape: str
    count: int
    columns: list[Column]
    crs: str | None = None
    encoding: str | None = None
    extent: list[float] | None = None
    may_be: list[str] = field(default_factory=list)
    guess: str | None = None
    guessed: dict[str, dict[str, str]] = field(default_factory=dict)
    outlined: bool = False


def look(upload: Upload) -> None:
    """Look into all files of an upload, and keep what is found and what can't be read."""
    found: list[Found] = []
    wrong: list[str] = []
    outlines = upload.place / "preview"
    outlines.mkdir(exist_ok=True)
    for path in files_of(upload):
        if path.suffix.lower() in COMPANIONS:
            continue
        try:
            for one, frame in looked_at(path):
                one.outlined = frame is not None and outline(frame, outlines / f"{len(found)}.json")
                found.append(one)
        except (InputError, *gdal.failures(), pa.ArrowException, ValueError, OSError) as error:
            wrong.append(said_of(path, error))
    upload.keep("looked", {"found": [asdict(one) for one in found], "unreadable": wrong})


def said_of(path: Path, error: Exception) -> str:
    """Say why a file can't be read, without where it is kept."""
    reason = str(error).replace(f"{path.parent}/", "")
    return reason if isinstance(error, InputError) else f"{path.name}: {why_unreadable(reason)}"


def looked_at(path: Path) -> Iterator[tuple[Found, gpd.GeoDataFrame | None]]:
    """Yield the layers of a file, each with its first features where it can be drawn."""
    if path.suffix.lower() in (*CSV, *XLSX):
        yield table_in(path), None
        return
    layers = [(path.stem, "Unknown")] if path.suffix.lower() in PARQUET else gdal.list_layers(path)
    for name, geometry in layers:
        if geometry is not None:
            yield layer_in(path, str(name), alone=len(layers) == 1)


def table_in(path: Path) -> Found:
    """Look at a CSV or XLSX file."""
    read = read_rows(path, path.name, ANY_TABLE, ())
    rows = read.every()
    header = next((at for at, row in enumerate(rows[:HEADER_WITHIN]) if sum(map(bool, row)) > 1), None)
    if header is None:
        raise InputError(f"{path.name}: holds no rows; bring the right file")
    body = [row for row in rows[header + 1 :] if any(row)]
    names = header_names(rows[header], ())
    columns = [
        Column(name, "text", samples([row[at] for row in body[:SAMPLED] if at < len(row)]))
        for at, name in enumerate(names)
        if name
    ]
    found = Found(path.name, None, "none", len(body), columns, encoding=read.guessed_encoding)
    return fitted(found, [path.stem])


def layer_in(path: Path, name: str, *, alone: bool) -> tuple[Found, gpd.GeoDataFrame | None]:
    """Look at a layer."""
    frame, count, encoding = first_features(path, name)
    placed = frame.to_crs("EPSG:4326") if frame.crs is not None and len(frame) else None
    extent = None if placed is None else finite(placed.total_bounds)
    columns = [
        Column(str(column), str(frame[column].dtype), samples(frame[column].head(SAMPLED)))
        for column in frame.columns
        if column != frame.geometry.name
    ]
    found = Found(
        path.name, None if alone else name, shape_of(frame), count, columns,
        crs=None if frame.crs is None else crs_of(frame), encoding=encoding, extent=extent,
    )  # fmt: skip
    return fitted(found, [path.stem, name]), None if extent is None else placed


def first_features(path: Path, name: str) -> tuple[gpd.GeoDataFrame, int, str | None]:
    """Read the first features of a layer; tell how many it has, and the encoding where that was guessed."""
    if path.suffix.lower() in PARQUET:
        count = pyarrow.parquet.read_metadata(path).num_rows
        return gpd.read_parquet(path).head(OUTLINED), count, None
    about = gdal.read_info(path, layer=name, force_feature_count=True)
    encoding = None if about["encoding"] in (None, "UTF-8") else encoding_of(path, name)
    frame = gdal.read_dataframe(path, layer=name, max_features=OUTLINED, encoding=encoding)
    return gpd.GeoDataFrame(frame), int(about["features"]), encoding


def encoding_of(path: Path, name: str) -> str | None:
    """Guess the encoding of a layer that does not say that it is UTF-8, by its field names and first values.

    None: it is plain ASCII.
    """
    raw = gdal.read_dataframe(
        path, layer=name, max_features=SAMPLED, encoding=BYTES_AS_TEXT, read_geometry=False, use_arrow=False
    )
    values = (str(value) for column in raw for value in raw[column] if isinstance(value, str))
    guessed = guess([*map(str, raw.columns), *values])
    if guessed is None:
        raise InputError(f"{path.name}: its text is neither UTF-8 nor GBK; save it as one of these")
    return None if guessed == "ASCII" else superset(guessed)


def shape_of(frame: gpd.GeoDataFrame) -> str:
    """Return the shape of most features."""
    dimensions = shapely.get_dimensions(frame.geometry.to_numpy())
    counts = np.bincount(dimensions[dimensions >= 0], minlength=3)
    return ("point", "line", "polygon")[int(counts.argmax())] if counts.any() else "polygon"


def crs_of(frame: gpd.GeoDataFrame) -> str:
    """Return the CRS of a frame by its code, else by its name."""
    code = frame.crs.to_authority()
    return ":".join(code) if code else str(frame.crs.name)


def samples(values: Any) -> list[str]:
    """Return a few different values as text; what looks like an identity number is not shown."""
    texts = pd.Series(values).dropna().astype(str).str.strip()
    shown = [text[:40] for text in texts[texts != ""].drop_duplicates().head(SHOWN)]
    return ["…" if hides(text) else text for text in shown]


def fitted(found: Found, names: list[str]) -> Found:
    """Say what something found may be."""
    columns = [column.name for column in found.columns]
    found.may_be = possible(found.shape)
    found.guess = guessed_layer(found.shape, names)
    found.guessed = {layer: guessed_fields(layer, columns) for layer in found.may_be}
    return found


def outline(frame: gpd.GeoDataFrame, path: Path) -> bool:
    """Write the outlines of features for a map; False: there is nothing to draw."""
    drawn = frame.geometry[~(frame.geometry.isna() | frame.geometry.is_empty)]
    west, south, east, north = drawn.total_bounds
    simple = shapely.simplify(drawn.to_numpy(), max(east - west, north - south) / DETAIL)
    features = [
        {"type": "Feature", "properties": {}, "geometry": json.loads(text)}
        for text in shapely.to_geojson(simple[~shapely.is_empty(simple)])
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    return bool(features)


def finite(bounds: Any) -> list[float] | None:
    """Return an extent, None where it is none."""
    return [round(float(bound), 6) for bound in bounds] if np.isfinite(bounds).all() else None
