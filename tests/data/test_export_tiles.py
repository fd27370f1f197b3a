"""Vector tiles in a PMTiles archive, read back by GDAL, which knows the format from its specification."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from data import pmtiles
from data.build_layers import LAYERS
from data.export import export
from data.output import read_build, write_build
from geo.errors import InputError
from tests.data.small_build import small_build
from tests.data.small_disk import run_on_disk

SPATIAL = [name for name, layer in LAYERS.items() if layer.geometry]
TABLES = [name for name in LAYERS if name not in SPATIAL]

ON_SMALL_DISK = """
import json, sys
from pathlib import Path
from data.export import export
from geo.errors import InputError
from tests.data.small_build import small_build
import geopandas as gpd
import numpy as np
import shapely
noise = np.random.default_rng(1).uniform(0, 5000, size=(2, 4000))
grids = gpd.GeoDataFrame({"name": ["社区"] * 4000}, geometry=shapely.box(*noise, *(noise + 80)), crs="EPSG:4526")
grids = grids.set_geometry(grids.translate(38_500_000, 4_400_000))
for form, name in [("geojson", "x.geojson"), ("csv", "x.csv"), ("gpkg", "x.gpkg"), ("geoparquet", "x.parquet"),
                   ("shp", "x.shp"), ("shp", "x.zip"), ("pmtiles", "x.pmtiles")]:
    try:
        export({"grids": grids}, Path(sys.argv[1]) / name, layer="grids", format=form)
        message = "no error"
    except InputError as error:
        message = str(error)
    print(json.dumps([form, message, [path.name for path in Path(sys.argv[1]).iterdir()]]))
"""


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """All layers of the small build as tiles."""
    folder = tmp_path_factory.mktemp("tiles")
    write_build(small_build(with_lineage=True), folder / "town.gpkg", facts={})
    notes = export(read_build(folder / "town.gpkg"), folder / "town.pmtiles", layer="all", format="pmtiles")
    assert notes == [f"{', '.join(TABLES)}: no geometry, so that they are left out"]
    return folder / "town.pmtiles"


def test_tiles_keep_the_names_of_the_layers(archive):
    assert pyogrio.list_layers(archive)[:, 0].tolist() == SPATIAL
    for name in SPATIAL:
        assert set(pyogrio.read_info(archive, layer=name)["fields"]) <= {*LAYERS[name].columns, "mvt_id"}


def test_the_grids_in_the_tiles_are_those_of_the_build(archive):
    """At zoom 15 a step of a tile is 0.3 m, and a tile cuts the grids."""
    tiles = gpd.read_file(archive, layer="grids").to_crs("EPSG:4526")
    tiles.geometry = shapely.make_valid(tiles.geometry.array, method="structure")
    joined = tiles.dissolve("code")
    grids = small_build().grids.set_index("code")
    assert set(joined.index) == set(grids.index)
    assert set(tiles["name"].dropna()) == set(grids["name"].dropna())
    difference = joined.geometry.symmetric_difference(grids.geometry[joined.index], align=True)
    assert (difference.area < 0.5 * grids.length[joined.index]).all()


def test_the_header_says_what_is_in_the_archive(archive):
    head = archive.read_bytes()[:127]
    assert head[:8] == b"PMTiles\x03"
    starts_and_sizes = np.array(struct.unpack("<8Q", head[8:72])).reshape(4, 2)
    assert starts_and_sizes.sum(axis=1)[:3].tolist() == starts_and_sizes[1:, 0].tolist()
    assert starts_and_sizes[-1].sum() == archive.stat().st_size
    assert tuple(head[96:102]) == (1, 2, 2, 1, 8, 15)  # clustered, gzip, gzip, vector tiles, zooms
    west, south, east, north = np.array(struct.unpack("<4i", head[102:118])) / 1e7
    assert np.allclose([west, south, east, north], small_build().grids.to_crs("EPSG:4326").total_bounds, atol=1e-5)


def test_an_archive_of_very_many_tiles_has_leaves_and_gdal_finds_every_tile(tmp_path):
    """Random lengths do not compress, so that the root directory overflows its 16 kB."""
    rng = np.random.default_rng(5)
    cells = rng.choice(1 << 16, 14_000, replace=False)  # in few columns: GDAL lists them as directories
    tiles = {(12, int(cell >> 12), int(cell & 4095)): [rng.bytes(rng.integers(1, 400))] for cell in cells}
    about = [{"json": '{"vector_layers": []}', "bounds": "0,0,1,1"}]
    pmtiles.write_archive(tiles, about, tmp_path / "many.pmtiles")
    assert struct.unpack("<Q", (tmp_path / "many.pmtiles").read_bytes()[48:56])[0] > 0  # leaves
    listed = pyogrio.vsi_listtree(f"/vsipmtiles/{tmp_path}/many.pmtiles", "*.mvt")
    found = {tuple(map(int, path.removesuffix(".mvt").split("/")[-3:])) for path in listed}
    assert found == set(tiles)


def test_layers_of_one_place_are_joined_in_one_tile():
    one, other = gzip.compress(b"roads"), gzip.compress(b"grids")
    assert pmtiles.joined([one]) is one
    assert gzip.decompress(pmtiles.joined([one, other])) == b"roadsgrids"


def hilbert(zoom: int, column: int, row: int) -> int:
    """The curve as the PMTiles specification walks it, a tile at a time."""
    number, side = 0, 1 << zoom
    half = side // 2
    while half:
        right, down = bool(column & half), bool(row & half)
        number += half * half * ((3 * right) ^ down)
        if not down:
            if right:
                column, row = side - 1 - column, side - 1 - row
            column, row = row, column
        half //= 2
    return (4**zoom - 1) // 3 + number


@given(st.lists(st.integers(0, 20).flatmap(
    lambda z: st.tuples(st.just(z), st.integers(0, 2**z - 1), st.integers(0, 2**z - 1))), min_size=1))  # fmt: skip
def test_tiles_are_numbered_along_the_hilbert_curve(tiles):
    ids = pmtiles.tile_ids(*np.array(tiles, dtype=np.int64).T)
    assert ids.tolist() == [hilbert(*tile) for tile in tiles]


def test_every_tile_of_a_zoom_has_a_number_of_its_own_next_to_its_neighbours():
    column, row = (axis.ravel() for axis in np.meshgrid(np.arange(16), np.arange(16)))
    ids = pmtiles.tile_ids(np.full(256, 4), column, row)
    order = np.argsort(ids)
    assert (np.sort(ids) == np.arange(85, 85 + 256)).all()
    assert (np.abs(np.diff(column[order])) + np.abs(np.diff(row[order])) == 1).all()


@given(st.lists(st.integers(0, 2**62)))
def test_varints_are_read_back(values):
    data, read = pmtiles.varints(np.array(values, dtype=np.int64)), []
    number = shift = 0
    for byte in data:
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            read.append(number)
            number = shift = 0
    assert read == values


def test_an_empty_layer_is_left_out_and_nothing_but_empty_layers_refused(tmp_path):
    frames = {"grids": small_build().grids, "lineage": small_build().lineage}
    notes = export(frames, tmp_path / "x.pmtiles", layer="all", format="pmtiles")
    assert notes == ["lineage is empty and is left out"]
    with pytest.raises(InputError, match="layer lineage is empty, so that there is no tile to write"):
        export(frames, tmp_path / "y.pmtiles", layer="lineage", format="pmtiles")
    assert [path.name for path in tmp_path.iterdir()] == ["x.pmtiles"]


def test_no_format_leaves_anything_on_a_full_disk(tmp_path):
    told = run_on_disk(tmp_path, "size=64k", ON_SMALL_DISK)
    assert len(told) == 7
    for form, message, left in told:
        assert "no space left on device" in message, form
        assert left == [], form


def test_a_layer_whose_rows_have_no_land_is_refused_beside_others_left_out(tmp_path: Path):
    grids = small_build().grids.to_crs("EPSG:3857")
    nowhere = grids.assign(geometry=None).set_geometry("geometry", crs=grids.crs)
    with pytest.raises(InputError, match=r"^layer repairs is empty"):
        export({"repairs": nowhere}, tmp_path / "a.pmtiles", layer="repairs", format="pmtiles")
    notes = export({"grids": grids, "repairs": nowhere}, tmp_path / "b.pmtiles", layer="all", format="pmtiles")
    assert notes == ["repairs is empty and is left out"]
    assert pyogrio.list_layers(tmp_path / "b.pmtiles")[:, 0].tolist() == ["grids"]
