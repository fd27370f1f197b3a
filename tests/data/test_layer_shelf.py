"""Layers that lay on the disk in pieces, of workers that were killed among others."""

from __future__ import annotations

from pathlib import Path
from typing import IO

import geopandas as gpd
import pandas as pd
import pyarrow.parquet as pq
import pytest

from data.build_layers import LAYERS
from data.layer_shelf import ROWS_A_GROUP, LayerShelf
from tests.data.small_build import small_build

GRIDS = "grids"


def pieces_of(rows: int, folder: Path, size: int) -> LayerShelf:
    """Put grids on a shelf, so many a section."""
    grids = small_build().grids
    shelf, table = LayerShelf(folder), pd.concat([grids] * (rows // len(grids)), ignore_index=True)
    for section, first in enumerate(range(0, len(table), size)):
        shelf.put(GRIDS, section, table.iloc[first : first + size])
    return shelf


def test_a_layer_has_the_bytes_of_one_piece_of_however_many_it_is_made(tmp_path: Path):
    rows = 6 * 6_000
    assert rows > ROWS_A_GROUP
    for name, size in {"one": rows, "few": 25_001, "many": 999}.items():
        (tmp_path / name).mkdir()
        assert pieces_of(rows, tmp_path / f"{name}.pieces", size).write(GRIDS, tmp_path / name, by_county=False) == rows
    one, few, many = ((tmp_path / name / "grids.parquet").read_bytes() for name in ("one", "few", "many"))
    assert one == few == many
    about = pq.ParquetFile(tmp_path / "one" / "grids.parquet").metadata
    assert [about.row_group(number).num_rows for number in range(about.num_row_groups)] == [
        ROWS_A_GROUP,
        rows - ROWS_A_GROUP,
    ]


@pytest.mark.parametrize("by_county", [False, True])
def test_a_layer_whose_writer_was_killed_is_written_anew(tmp_path: Path, by_county: bool):
    shelf, out = pieces_of(60, tmp_path / "pieces", 25), tmp_path / "out"
    out.mkdir()
    shelf.write(GRIDS, out, by_county=by_county)
    half = next(path for path in out.rglob("*.parquet"))
    half.write_bytes(half.read_bytes()[:100])
    assert shelf.write(GRIDS, out, by_county=by_county) == 60
    assert len(gpd.read_parquet(half)) == 60


def test_rows_whose_writer_was_killed_are_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    shelf = LayerShelf(tmp_path / "pieces")

    def killed(frame: gpd.GeoDataFrame, file: IO[bytes], **how: object) -> None:
        file.write(b"ARROW1")
        raise KeyboardInterrupt

    with monkeypatch.context() as then, pytest.raises(KeyboardInterrupt):
        then.setattr(gpd.GeoDataFrame, "to_feather", killed)
        shelf.put(GRIDS, 0, small_build().grids)
    assert shelf.pieces(GRIDS) == []
    shelf.put(GRIDS, 0, small_build().grids)
    (tmp_path / "out").mkdir()
    assert shelf.write(GRIDS, tmp_path / "out", by_county=False) == 6
    assert list(gpd.read_parquet(tmp_path / "out" / "grids.parquet")) == [*LAYERS[GRIDS].columns, "geometry"]
