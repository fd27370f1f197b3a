"""A PMTiles archive that is being written: tiles of a plan go in as they are drawn, and never all into memory.

The specification (version 3) wants the tiles one behind the other by their ids, low zooms first, and a directory before
them. Tiles of several zooms are drawn together, so that each zoom has a file of its own beside the archive, and at the
end they are put behind one another. What a tile's id is, and how directory and header are written, is the library's.
"""

from __future__ import annotations

import math
import shutil
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any, BinaryIO

from pmtiles.tile import Compression, Entry, TileType, zxy_to_tileid
from pmtiles.writer import finalize_header

Place = tuple[int, int, int]
COPIED_BYTES = 1 << 20


class TileArchive:
    """Tiles, gzipped, on their way into an archive.

    Parameters
    ----------
    folder
        For the files of the zooms; they are gone when the archive is written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.zooms: dict[int, Zoom] = {}

    def add(self, place: Place, tile: bytes) -> None:
        """Add a tile (zoom, column, row from the north), those of a zoom in the order of their ids.

        Raises
        ------
        ValueError
            Its id is not behind that of the zoom's last one.
        """
        zoom = place[0]
        if zoom not in self.zooms:
            self.zooms[zoom] = Zoom(self.folder / f"zoom-{zoom}")
        self.zooms[zoom].add(zxy_to_tileid(*place), tile)

    def close(self) -> None:
        """Let go of the files, also of an archive that is never finished."""
        for zoom in self.zooms.values():
            zoom.file.close()

    @property
    def tiles(self) -> int:
        """How many tiles there are."""
        return sum(zoom.tiles for zoom in self.zooms.values())

    def finish(self, path: Path, *, bounds: Sequence[float], metadata: Mapping[str, Any]) -> None:
        """Write the archive.

        Parameters
        ----------
        bounds
            West, south, east, north, degrees.
        metadata
            What it says of itself: ``name``, ``attribution``, ``vector_layers``, …

        Raises
        ------
        ValueError
            There is no tile.
        """
        if not self.zooms:
            raise ValueError("an archive needs a tile")
        ordered = [self.zooms[zoom] for zoom in sorted(self.zooms)]
        starts = [sum(zoom.length for zoom in ordered[:number]) for number in range(len(ordered))]
        entries = [entry for zoom, start in zip(ordered, starts, strict=True) for entry in zoom.entries_from(start)]
        contents, length = sum(len(zoom.known) for zoom in ordered), sum(zoom.length for zoom in ordered)
        parts = finalize_header(
            where(bounds, sorted(self.zooms)), self.tiles, entries, contents, dict(metadata), True, length
        )
        with path.open("wb") as file:
            file.writelines(parts)
            for zoom in ordered:
                zoom.move_into(file)


class Zoom:
    """The tiles of a zoom: those that are the same stand in its file once."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.file = path.open("wb")
        self.entries: list[Entry] = []
        self.known: dict[bytes, int] = {}
        self.length = self.tiles = 0

    def add(self, tile_id: int, tile: bytes) -> None:
        """Add a tile."""
        last = self.entries[-1] if self.entries else None
        if last is not None and tile_id < last.tile_id + last.run_length:
            raise ValueError(f"tile {tile_id} comes behind {last.tile_id}")
        digest = blake2b(tile, digest_size=16).digest()
        offset = self.known.setdefault(digest, self.length)
        if last is not None and offset == last.offset and tile_id == last.tile_id + last.run_length:
            last.run_length += 1
        else:
            self.entries.append(Entry(tile_id, offset, len(tile), 1))
        if offset == self.length:
            self.file.write(tile)
            self.length += len(tile)
        self.tiles += 1

    def entries_from(self, start: int) -> list[Entry]:
        """Return its part of the directory, where its first tile stands ``start`` bytes behind the archive's first."""
        return [Entry(entry.tile_id, start + entry.offset, entry.length, entry.run_length) for entry in self.entries]

    def move_into(self, file: BinaryIO) -> None:
        """Append the tiles to a file; this one's is gone then."""
        self.file.close()
        with self.path.open("rb") as tiles:
            shutil.copyfileobj(tiles, file, COPIED_BYTES)
        self.path.unlink()


def where(bounds: Sequence[float], zooms: Sequence[int]) -> dict[str, Any]:
    """Return what the header says of the ground, in 1e-7 degrees, and of the tiles.

    A map that opens at the centre shows all of it, as large as a tile has it.

    >>> where((101.2, 24.1, 103.5, 26), range(18))["center_zoom"]
    7
    """
    west, south, east, north = (round(side * 1e7) for side in bounds)
    side = max(east - west, north - south, 1) / 1e7
    return {
        "tile_compression": Compression.GZIP, "tile_type": TileType.MVT,
        "min_lon_e7": west, "min_lat_e7": south, "max_lon_e7": east, "max_lat_e7": north,
        "center_lon_e7": (west + east) // 2, "center_lat_e7": (south + north) // 2,
        "center_zoom": min(max(math.floor(math.log2(360 / side)), zooms[0]), zooms[-1]),
    }  # fmt: skip
