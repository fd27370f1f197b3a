"""A ledger that lay on the disk in pieces becomes the layer that it would have been in one."""

from __future__ import annotations

import json
import resource
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import shapely
from shapely.affinity import translate

from data.build_layers import LAYERS
from data.geoparquet import write_file
from data.layer_types import typed
from data.ledger_shelf import FILE, KEPT, LedgerShelf
from geo.drawing_up import Drawn, Group
from tests.data.small_build import CRS

LEDGER = LAYERS["gaps"]


def ledger(rows: int) -> gpd.GeoDataFrame:
    """Invent a ledger, worst first; some of it without households, land in one and in several parts."""
    rng = np.random.default_rng(rows)
    x, y = rng.integers(0, 10_000, (2, rows)) / 8
    parts = shapely.box(x, y, x + 1, y + 2)
    land = [shapely.multipolygons([part, translate(part, 5)]) if n % 3 == 0 else part for n, part in enumerate(parts)]
    columns = {name: [None if n % 7 == 0 else f"{name} {n}" for n in range(rows)] for name in LEDGER.columns}
    columns |= {"gap_id": [f"overlap:{n:05d}" for n in range(rows)], "kind": ["overlap"] * rows}
    columns |= {"severity": np.sort(rng.integers(0, 100, rows))[::-1], "area_m2": rng.random(rows)}
    columns |= {"households": pd.array([None if n % 5 == 0 else n for n in range(rows)], dtype="Int64")}
    return gpd.GeoDataFrame(columns, geometry=np.array(land, dtype=object), crs=CRS)


class Found(Group):
    """A group whose ledger is known."""

    def drawn(self) -> Drawn:
        return Drawn(self.held, np.empty(0, dtype=np.int64))


def kept_of(shelf: LedgerShelf, rows: gpd.GeoDataFrame) -> pd.DataFrame:
    return shelf.keep(Found(rows, None, None)).rows


@pytest.mark.parametrize(("rows", "pieces"), [(0, 1), (1, 1), (40, 1), (2000, 3), (1500, 40)])
def test_a_ledger_kept_in_pieces_is_written_as_in_one(tmp_path, rows: int, pieces: int):
    whole = ledger(rows)
    of = np.random.default_rng(7).integers(0, pieces, rows)
    shelf = LedgerShelf(tmp_path / "ledger")
    kept = [kept_of(shelf, whole[of == number].reset_index(drop=True)) for number in range(pieces)]
    together = pd.concat(kept).sort_values("gap_id", ignore_index=True)
    assert list(together) == [*KEPT, FILE]
    shelf.write(together, tmp_path / "gaps.parquet")
    write_file(typed(whole, LEDGER), tmp_path / "one.parquet")
    written, one = (gpd.read_parquet(tmp_path / name) for name in ("gaps.parquet", "one.parquet"))
    assert written.crs == one.crs
    assert (shapely.to_wkb(written.geometry) == shapely.to_wkb(one.geometry)).all()
    pd.testing.assert_frame_equal(*(pd.DataFrame(frame.drop(columns="geometry")) for frame in (written, one)))


def test_a_ledger_in_more_files_than_a_process_may_have_open_is_written(tmp_path):
    whole, shelf = ledger(60), LedgerShelf(tmp_path / "ledger")
    kept = [kept_of(shelf, whole.iloc[[row]].reset_index(drop=True)) for row in range(len(whole))]
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (len(list(Path("/proc/self/fd").iterdir())) + 20, before[1]))
    try:
        shelf.write(pd.concat(kept, ignore_index=True), tmp_path / "gaps.parquet")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
    assert gpd.read_parquet(tmp_path / "gaps.parquet")["gap_id"].tolist() == whole["gap_id"].tolist()


def test_land_that_several_gaps_have_is_that_of_each(tmp_path):
    whole, shelf = ledger(12), LedgerShelf(tmp_path / "ledger")
    whole = whole.set_geometry(np.asarray(whole.geometry)[[0, 1, 0, 2, 1, 1, 0, 3, 4, 4, 0, 5]], crs=CRS)
    shelf.write(kept_of(shelf, whole), tmp_path / "gaps.parquet")
    write_file(typed(whole, LEDGER), tmp_path / "one.parquet")
    written, one = (pq.read_table(tmp_path / name) for name in ("gaps.parquet", "one.parquet"))
    assert written.equals(one, check_metadata=True)


def test_the_file_says_the_extent_of_all_pieces(tmp_path):
    whole = ledger(300)
    shelf = LedgerShelf(tmp_path / "ledger")
    kept = [kept_of(shelf, whole.iloc[rows].reset_index(drop=True)) for rows in (slice(0, 100), slice(100, 300))]
    shelf.write(pd.concat(kept, ignore_index=True), tmp_path / "gaps.parquet")
    west, south, east, north = whole.total_bounds
    about = json.loads(pq.read_schema(tmp_path / "gaps.parquet").metadata[b"geo"])
    assert about["columns"]["geometry"]["bbox"] == [west, south, east, north]
