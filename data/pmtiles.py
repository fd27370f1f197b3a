"""Vector tiles of several layers in one PMTiles archive, for any web server that answers range requests.

GDAL cuts the tiles, one layer at a time (its PMTiles writer takes no second layer through pyogrio), into MBTiles; the
tiles of a place are joined by joining their bytes, as layers are a repeated field of a tile (Mapbox Vector Tile 2.1),
and put into an archive as the PMTiles specification, version 3, has it.
"""

from __future__ import annotations

import gzip
import json
import sqlite3
import struct
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import numpy as np

from data import gdal
from data.geopackage import as_arrow

MIN_ZOOM, MAX_ZOOM = 8, 15
WEB_MERCATOR = "EPSG:3857"
NO_LIMIT = 1_000_000_000
HEADER_BYTES, ROOT_BYTES, LEAF_ENTRIES = 127, 16_384 - 127, 4096
GZIP, VECTOR_TILES = 2, 1


def write(frames: Mapping[str, gpd.GeoDataFrame], path: Path) -> None:
    """Write layers in web Mercator, under their names; one without land is left out, as a tile can't hold it."""
    tiles: dict[tuple[int, int, int], list[bytes]] = {}
    about = []
    for name, frame in frames.items():
        if has_land(frame):
            database = path.with_name(f"{name}.mbtiles")
            cut_tiles(frame, database, name)
            about.append(collect(database, tiles))
            database.unlink()
    write_archive(tiles, about, path)


def has_land(frame: gpd.GeoDataFrame) -> bool:
    """Tell whether anything of a layer can be drawn."""
    return bool((~(frame.geometry.isna() | frame.geometry.is_empty)).any())


def cut_tiles(frame: gpd.GeoDataFrame, database: Path, name: str) -> None:
    """Have GDAL cut the tiles of a layer, without dropping features where they are many."""
    gdal.raw.write_arrow(
        as_arrow(frame),
        database,
        driver="MBTiles",
        layer=name,
        geometry_name="geometry",
        geometry_type="Unknown",
        crs=WEB_MERCATOR,
        dataset_options={"MINZOOM": MIN_ZOOM, "MAXZOOM": MAX_ZOOM, "MAX_SIZE": NO_LIMIT, "MAX_FEATURES": NO_LIMIT},
    )


def collect(database: Path, tiles: dict[tuple[int, int, int], list[bytes]]) -> dict:
    """Add a layer's tiles to those of other layers, and return what MBTiles says about it."""
    with closing(sqlite3.connect(database)) as rows:
        for zoom, column, row, data in rows.execute("SELECT * FROM tiles"):
            tiles.setdefault((zoom, column, (1 << zoom) - 1 - row), []).append(data)  # MBTiles count from the south
        return dict(rows.execute("SELECT name, value FROM metadata"))


def write_archive(tiles: Mapping[tuple[int, int, int], Sequence[bytes]], about: Sequence[Mapping], path: Path) -> None:
    """Write tiles (zoom, column, row from the north → gzipped layers) in the order of their ids."""
    keys = np.array(list(tiles), dtype=np.int64).reshape(-1, 3)
    ids = tile_ids(*keys.T)
    order = np.argsort(ids)
    blobs = [joined(tiles[tuple(key)]) for key in keys[order].tolist()]
    lengths = np.array([len(blob) for blob in blobs], dtype=np.int64)
    root, leaves = directories(ids[order], lengths)
    metadata = gzip.compress(json.dumps(describe(about), ensure_ascii=False).encode(), mtime=0)
    sections = [len(root), len(metadata), len(leaves), int(lengths.sum())]
    with path.open("wb") as file:
        file.write(header(sections, len(blobs), about))
        file.writelines([root, metadata, leaves, *blobs])


def joined(layers: Sequence[bytes]) -> bytes:
    """Join gzipped tiles of different layers into one."""
    if len(layers) == 1:
        return layers[0]
    return gzip.compress(b"".join(map(gzip.decompress, layers)), mtime=0)


def tile_ids(zoom: np.ndarray, column: np.ndarray, row: np.ndarray) -> np.ndarray:
    """Number tiles along the Hilbert curve of their zoom, after all tiles of the lower zooms.

    >>> tile_ids(np.array([0, 1, 1, 12]), np.array([0, 0, 1, 3423]), np.array([0, 0, 0, 1763])).tolist()
    [0, 1, 4, 19078479]
    """
    x, y = column.copy(), row.copy()
    ids = ((1 << (2 * zoom)) - 1) // 3
    for level in range(int(zoom.max(initial=0)) - 1, -1, -1):
        side = np.int64(1) << level
        here = level < zoom
        right, down = ((x & side) > 0) & here, ((y & side) > 0) & here
        ids += np.where(here, side * side * ((3 * right) ^ down), 0)
        turn = here & ~down
        flip = turn & right
        x, y = np.where(flip, side - 1 - x, x), np.where(flip, side - 1 - y, y)
        x, y = np.where(turn, y, x), np.where(turn, x, y)
    return ids


def directories(ids: np.ndarray, lengths: np.ndarray) -> tuple[bytes, bytes]:
    """Return the root directory and the leaves it points to; no leaves where the root holds all entries."""
    offsets = np.cumsum(lengths) - lengths
    ones = np.ones_like(ids)
    root = directory(ids, ones, lengths, offsets)
    if len(root) <= ROOT_BYTES:
        return root, b""
    entries = LEAF_ENTRIES
    while True:
        starts = np.arange(0, len(ids), entries)
        leaves = [directory(*(a[s : s + entries] for a in (ids, ones, lengths, offsets))) for s in starts]
        sizes = np.array([len(leaf) for leaf in leaves], dtype=np.int64)
        root = directory(ids[starts], np.zeros_like(starts), sizes, np.cumsum(sizes) - sizes)  # run 0: a leaf
        if len(root) <= ROOT_BYTES:
            return root, b"".join(leaves)
        entries *= 2


def directory(ids: np.ndarray, runs: np.ndarray, lengths: np.ndarray, offsets: np.ndarray) -> bytes:
    """Encode entries by column: ids as differences, an offset as 0 where it follows the entry before."""
    follows = np.append(False, offsets[1:] == (offsets + lengths)[:-1])
    columns = np.concatenate([[len(ids)], np.diff(ids, prepend=0), runs, lengths, np.where(follows, 0, offsets + 1)])
    return gzip.compress(varints(columns), mtime=0)


def varints(values: np.ndarray) -> bytes:
    """Encode numbers in groups of seven bits, the lowest first.

    >>> varints(np.array([1, 300])).hex()
    '01ac02'
    """
    groups = (values[:, np.newaxis] >> (7 * np.arange(9))) & 0x7F
    last = np.maximum(8 - np.argmax(groups[:, ::-1] != 0, axis=1), 0) * (values != 0)
    place = np.arange(9)
    more = np.where(place < last[:, np.newaxis], 0x80, 0)
    return (groups | more).astype(np.uint8)[place <= last[:, np.newaxis]].tobytes()


def describe(about: Sequence[Mapping]) -> dict:
    """Return the archive's metadata: the layers with their fields."""
    layers = [layer for one in about for layer in json.loads(one["json"])["vector_layers"]]
    return {"name": "One Grid", "type": "overlay", "vector_layers": layers}


def header(sections: Sequence[int], tiles: int, about: Sequence[Mapping]) -> bytes:
    """Return the 127 bytes that say where everything is."""
    root, metadata, leaves, data = sections
    starts = np.cumsum([HEADER_BYTES, root, metadata, leaves]).tolist()
    places = [number for pair in zip(starts, (root, metadata, leaves, data), strict=True) for number in pair]
    box = np.array([[float(x) for x in one["bounds"].split(",")] for one in about]).reshape(-1, 4)
    west, south, east, north = (*box[:, :2].min(axis=0), *box[:, 2:].max(axis=0)) if len(box) else (0, 0, 0, 0)
    degrees = [round(x * 1e7) for x in (west, south, east, north, (west + east) / 2, (south + north) / 2)]
    return struct.pack(
        "<7sB11Q6B4iB2i",
        b"PMTiles",
        3,
        *places,
        tiles,
        tiles,
        tiles,
        1,  # clustered: the tiles lie in the order of their ids
        GZIP,
        GZIP,
        VECTOR_TILES,
        MIN_ZOOM,
        MAX_ZOOM,
        *degrees[:4],
        MIN_ZOOM,
        *degrees[4:],
    )
