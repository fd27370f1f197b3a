"""One input file, opened: which layer of it, what it says about itself, and the mapped columns of its features.

GDAL reads every format but GeoParquet. A column that the mapping does not name is never asked for. Arrow carries the
features where it can; the plain way is for what it can't: curves, and text in an encoding that only we know.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from data import gdal
from data.layers_schema import Layer
from data.reading.text_encoding import decode, guess, superset
from geo.arrays import Geometries, Ints
from geo.errors import InputError

PARQUET = (".parquet", ".geoparquet", ".pq")
_ONE_LAYER = (".shp", ".geojson", ".fgb")
_JSON = (".geojson", ".json")
_FORMATS = "a Shapefile, GeoPackage, GeoJSON, GeoParquet, FlatGeobuf, FileGDB, KML or MapInfo file"
_BYTES_AS_TEXT = "ISO-8859-1"
_FIRST_CURVE, _LAST_CURVE = 8, 14
"""WKB types of curves and of what is made of them, Z and M left off."""
_CRS_MEMBER = re.compile(rb'"crs"\s*:\s*(null|\{.{0,300}?\}\s*\})', re.DOTALL)


@dataclass(frozen=True, eq=False)
class Features:
    """The features of one file.

    Parameters
    ----------
    sublayer, driver
        Which layer of the file, and who read it.
    crs
        As the file says; None when it says nothing.
    columns
        The mapped columns by what they hold, one value a feature.
    dropped
        The columns that the mapping does not name; they were not read. None: `columns_in` tells which there are.
    wkb
        (n,) bytes or None.
    curves
        How many geometries had arcs; chords of 4 degrees take their place.
    guessed_encoding
        How the text was read when the file did not say, or said wrongly.
    """

    sublayer: str
    driver: str
    crs: str | None
    columns: Mapping[str, pa.Array]
    dropped: tuple[str, ...] | None
    wkb: Geometries
    curves: int = 0
    guessed_encoding: str | None = None

    def __len__(self) -> int:
        """Return how many features there are."""
        return len(self.wkb)


@dataclass(frozen=True)
class _Source:
    """What to open, as GDAL takes it, and how its columns are mapped."""

    at: str | bytes
    written: str
    layer: str | None
    mapped: Mapping[str, str]

    def about(self, encoding: str | None) -> dict[str, Any]:
        """Ask what the file says about itself; UnicodeDecodeError when column names are not in ``encoding``."""
        about: dict[str, Any] = gdal.read_info(self.at, layer=self.layer, encoding=encoding)
        if about["geometry_type"] is None:
            raise InputError(f"{self.written}: holds no geometry; give {_FORMATS}")
        return about


def read_features(path: Path, written: str, layer: Layer) -> Features:
    """Read the mapped columns and the geometries of a file.

    Parameters
    ----------
    path, written
        Where it is, and how the user wrote it.

    Raises
    ------
    InputError
        No such layer, an unknown format, a mapped column that is not there, or text in an unknown encoding.
    """
    try:
        if path.suffix.lower() in PARQUET:
            from data.reading.geoparquet import read_geoparquet  # noqa: PLC0415 (pyarrow.parquet is slow to import)

            return read_geoparquet(path, written, layer.fields.columns())
        return _read(path, written, layer)
    except gdal.errors.DataLayerError:
        names = ", ".join(f'"{name}"' for name in _spatial_layers(path))
        raise InputError(f'{written}: has no layer "{layer.layer}"; its layers are {names or "none"}') from None
    except gdal.errors.DataSourceError as error:
        raise InputError(f"{written}: {why_unreadable(str(error))}") from None
    except (pa.ArrowException, OSError, RuntimeError) as error:
        raise InputError(f"{written}: can't be read: {_one_line(str(error))}") from None


def tells_columns_apart(path: Path, layer: Layer) -> bool:
    """Tell whether `read_features` leaves it to `columns_in` to say which columns a file has.

    So it is for GeoJSON, where the question takes GDAL another pass over the whole file.
    """
    return path.suffix.lower() == ".geojson" and layer.encoding is None


def columns_in(path: Path) -> tuple[str, ...]:
    """Return the columns of a GeoJSON file."""
    return tuple(gdal.read_info(path)["fields"])


def require_columns(written: str, mapped: Mapping[str, str], there: Sequence[str]) -> tuple[str, ...]:
    """Refuse a mapped column that a file lacks; return the columns that the mapping does not name."""
    for key, column in mapped.items():
        if column not in there:
            near = difflib.get_close_matches(column.lower(), [name.lower() for name in there], n=1)
            suggestion = "".join(f'did you mean "{name}"? ' for name in there if [name.lower()] == near)
            raise InputError(
                f'{written}: has no field "{column}" (mapped as {key}); '
                f"{suggestion}its fields are {', '.join(there) or 'none'}"
            )
    return tuple(name for name in there if name not in mapped.values())


def _read(path: Path, written: str, layer: Layer) -> Features:
    """Read through GDAL: by Arrow, else plainly in the encoding given, else plainly in one that is guessed."""
    encoding = superset(layer.encoding) if layer.encoding else None
    if path.suffix.lower() in _JSON:
        return _read_json(path, written, layer, encoding)
    source = _Source(str(path), written, layer.layer or _only_layer(path, written), layer.fields.columns())
    try:
        return _read_by_arrow(source, encoding if path.suffix.lower() == ".shp" else None)
    except UnicodeError:
        if encoding is None:
            return _read_guessing(source)
    try:
        return _read_plainly(source, encoding)
    except UnicodeError:
        raise InputError(f"{written}: its text is not {layer.encoding}; correct encoding in layers.toml") from None


def _read_json(path: Path, written: str, layer: Layer, encoding: str | None) -> Features:
    """Read GeoJSON, which is UTF-8 unless ``encoding`` says otherwise."""
    at = str(path) if encoding is None else _as_utf8(path, written, encoding)
    try:
        source = _Source(at, written, layer.layer or _only_layer(path, written), layer.fields.columns())
        return _read_geojson(source, path.stem) if tells_columns_apart(path, layer) else _read_by_arrow(source, None)
    except (UnicodeError, gdal.errors.DataSourceError):
        if _is_utf8_file(path):
            raise
        raise InputError(
            f'{written}: is not UTF-8, as GeoJSON must be; add encoding = "GBK" to its layer if that is what it is'
        ) from None


def _read_by_arrow(source: _Source, encoding: str | None) -> Features:
    """Read quickly; UnicodeError when text turns out not to be in the encoding that the file claims."""
    about = source.about(encoding)
    if about["encoding"] != "UTF-8" and encoding is None and not "".join(about["fields"]).isascii():
        raise UnicodeError
    names, fid = list(about["fields"]), about["fid_column"] or None
    by_fid = fid if fid in source.mapped.values() and fid not in names else None
    dropped = require_columns(source.written, source.mapped, [*names, by_fid] if by_fid else names)
    wanted = [column for column in source.mapped.values() if column != by_fid]
    meta, table = gdal.raw.read_arrow(
        source.at, layer=source.layer, encoding=encoding, columns=wanted, return_fids=by_fid is not None
    )
    return _from_arrow(source, meta, table, sublayer=about["layer_name"], driver=about["driver"], dropped=dropped)


def _read_geojson(source: _Source, sublayer: str) -> Features:
    """Read GeoJSON by Arrow in one pass: which columns it does not read takes another (`columns_in`)."""
    meta, table = gdal.raw.read_arrow(source.at, layer=source.layer, columns=list(source.mapped.values()))
    if table.num_rows and not set(source.mapped.values()) <= set(meta["fields"]):
        require_columns(source.written, source.mapped, list(source.about(None)["fields"]))
    return _from_arrow(source, meta, table, sublayer=sublayer, driver="GeoJSON", dropped=None)


def _from_arrow(
    source: _Source,
    meta: Mapping[str, Any],
    table: pa.Table,
    *,
    sublayer: str,
    driver: str,
    dropped: tuple[str, ...] | None,
) -> Features:
    if not table.num_rows:  # GeoJSON without features has no columns either
        columns = {key: pa.array([], pa.string()) for key in source.mapped}
        return Features(sublayer, driver, meta["crs"], columns, dropped, np.empty(0, dtype=object))
    columns = {key: _plain_array(table.column(column)) for key, column in source.mapped.items()}
    if not all(map(_is_utf8, columns.values())):
        raise UnicodeError
    geometry = table.column(meta["geometry_name"] or "wkb_geometry")
    types = np.concatenate([_wkb_types(chunk) for chunk in geometry.chunks])
    curved = (types >= _FIRST_CURVE) & (types <= _LAST_CURVE)
    wkb = gdal.raw.read(source.at, layer=source.layer, columns=[])[2] if curved.any() else geometry.to_numpy()
    return Features(sublayer, driver, meta["crs"], columns, dropped, wkb, int(curved.sum()))


def _read_plainly(source: _Source, encoding: str) -> Features:
    about = source.about(encoding)
    dropped = require_columns(source.written, source.mapped, list(about["fields"]))
    columns, wkb = _plain_columns(source, encoding, source.mapped)
    return Features(about["layer_name"], about["driver"], about["crs"], columns, dropped, wkb)


def _read_guessing(source: _Source) -> Features:
    about = source.about(_BYTES_AS_TEXT)
    names = list(about["fields"])
    decoded = decode(names, guess(names) or _BYTES_AS_TEXT)
    dropped = require_columns(source.written, source.mapped, decoded)
    raw_name = dict(zip(decoded, names, strict=True))
    columns, wkb = _plain_columns(
        source, _BYTES_AS_TEXT, {key: raw_name[column] for key, column in source.mapped.items()}
    )
    texts = {key: column.to_pylist() for key, column in columns.items() if pa.types.is_string(column.type)}
    encoding = guess([*names, *(text for column in texts.values() for text in column)])
    if encoding is None:
        raise InputError(
            f"{source.written}: does not say how its text is encoded, and it is neither UTF-8 nor GBK; "
            "add encoding to its layer"
        )
    columns |= {key: pa.array(decode(column, encoding), pa.string()) for key, column in texts.items()}
    return Features(
        about["layer_name"], about["driver"], about["crs"], columns, dropped, wkb, guessed_encoding=encoding
    )


def _plain_columns(source: _Source, encoding: str, mapped: Mapping[str, str]) -> tuple[dict[str, pa.Array], Geometries]:
    meta, _, wkb, values = gdal.raw.read(
        source.at, layer=source.layer, encoding=encoding, columns=list(mapped.values())
    )
    by_name = dict(zip(meta["fields"], values, strict=True))
    return {key: pa.array(by_name[column], from_pandas=True) for key, column in mapped.items()}, wkb


def _plain_array(column: pa.ChunkedArray) -> pa.Array:
    """Join the chunks of a column, and take GDAL's JSON values as the text they are."""
    array = column.combine_chunks()
    array = pa.concat_arrays(array.chunks) if isinstance(array, pa.ChunkedArray) else array
    return array.storage if isinstance(array, pa.ExtensionArray) else array


def _is_utf8(array: pa.Array) -> bool:
    try:
        array.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _wkb_types(chunk: pa.Array) -> Ints:
    """Read the type from the head of each WKB (little-endian, as GDAL writes), Z and M left off; 0 for null."""
    wide = pa.types.is_large_binary(chunk.type)
    _, offsets, data = chunk.buffers()
    types = np.zeros(len(chunk), dtype=np.int64)
    if data is None or not data.size:
        return types
    starts = np.frombuffer(offsets, np.int64 if wide else np.int32)[chunk.offset : chunk.offset + len(chunk)]
    valid = chunk.is_valid().to_numpy(zero_copy_only=False)
    head = np.frombuffer(data, np.uint8)[starts[valid, None].astype(np.int64) + np.arange(1, 5)]
    types[valid] = head.astype(np.int64) @ (1, 256, 65_536, 16_777_216) % 1000
    return types


def _as_utf8(path: Path, written: str, encoding: str) -> bytes | str:
    """Rewrite GeoJSON in memory, because a GBK character may hold a byte that JSON takes for a backslash."""
    if _is_utf8_file(path):
        return str(path)
    try:
        return path.read_bytes().decode(encoding).encode("utf-8")
    except UnicodeDecodeError:
        raise InputError(f"{written}: its text is not {encoding}; correct encoding in layers.toml") from None


def _is_utf8_file(path: Path) -> bool:
    try:
        path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _only_layer(path: Path, written: str) -> str | None:
    if path.suffix.lower() in _ONE_LAYER:
        return None
    layers = _spatial_layers(path)
    if not layers:
        raise InputError(f"{written}: holds no layer with geometry; give {_FORMATS}")
    if len(layers) > 1:
        names = ", ".join(f'"{name}"' for name in layers)
        raise InputError(f"{written}: holds several layers, {names}; choose one with layer = …")
    return layers[0]


def _spatial_layers(path: Path) -> list[str]:
    layers: Iterable[tuple[str, str | None]] = gdal.list_layers(path)
    return [name for name, geometry in layers if geometry is not None]


def stated_crs_member(path: Path) -> str | None:
    """Return the ``crs`` member of a GeoJSON file as written; None without one: EPSG:4326, by RFC 7946."""
    with path.open("rb") as file:
        head = file.read(65_536)
        file.seek(max(0, path.stat().st_size - 4_096))
        found = _CRS_MEMBER.search(head) or _CRS_MEMBER.search(file.read())
    return found[1].decode("utf-8", "replace") if found and found[1] != b"null" else None


def why_unreadable(reason: str) -> str:
    """Word why GDAL can't read a file."""
    if "not recognized" in reason:
        return f"unknown format; give {_FORMATS}"
    reason = re.sub(r"\.? ?Set SHAPE_RESTORE_SHX.*", "; copy the .shx beside the .shp", reason)
    return f"can't be read: {_one_line(reason)}"


def _one_line(reason: str) -> str:
    return " ".join(reason.split()).rstrip(".")
