"""Noticing a shifted layer: invented towns and real layers, in place and moved."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely

from geo.arrays import Floats, Geometries
from geo.crs import from_lonlat, to_lonlat
from geo.datum import Datum, to_datum
from geo.datum_check import suspect_datum

CASES = Path(__file__).resolve().parents[2].parent / "shared" / "cases"
REAL = {
    "beijing-haidian": (4527, "communities.geojson", ("compounds.shp", "courtyards.gpkg", "patrol_zones.gpkg")),
    "nanjing-gulou": (4528, "communities.geojson", ("compounds.shp", "courtyards.gpkg", "patrol_zones.gpkg")),
}
SEATTLE = ("compounds.shp", "courtyards.geojson", "patrol_zones.geojson")
ZONE = pyproj.CRS.from_epsg(4526)

needs_cases = pytest.mark.skipif(not CASES.is_dir(), reason="the real layers of ../shared/cases are not here")


def moved(geometries: Geometries, crs: pyproj.CRS, datum: Datum) -> Geometries:
    """Draw geometries as a map in another datum shows them."""

    def shift(xy: Floats) -> Floats:
        return from_lonlat(to_datum(to_lonlat(xy, crs), datum), crs)

    return shapely.transform(geometries, shift)


def town(side: int, seed: int = 0) -> dict[str, Geometries]:
    """Draw communities of 500 m, six compounds in each, and patrol zones over four communities each."""
    rng = np.random.default_rng(seed)
    west, south = 38_520_000.0, 3_400_000.0
    column, row = (axis.ravel() * 500.0 for axis in np.meshgrid(np.arange(side), np.arange(side)))
    communities = shapely.box(west + column, south + row, west + column + 500, south + row + 500)
    column, row = (axis.ravel() for axis in np.meshgrid(np.arange(side * 3) * 500 / 3, np.arange(side * 2) * 250.0))
    inset = rng.uniform(3, 25, (4, len(column)))
    compounds = shapely.box(
        west + column + inset[0], south + row + inset[1], west + column + 166 - inset[2], south + row + 250 - inset[3]
    )
    column, row = (axis.ravel() * 1_000.0 for axis in np.meshgrid(np.arange(side / 2), np.arange(side / 2)))
    zones = shapely.box(west + column, south + row, west + column + 1_000, south + row + 1_000)
    return {"community": communities, "compound": compounds, "patrol_zone": zones}


def read(case: str, name: str, crs: pyproj.CRS) -> Geometries:
    return np.asarray(gpd.read_file(CASES / case / name).to_crs(crs).geometry.array, dtype=object)


@pytest.mark.parametrize("layer", ["compound", "patrol_zone"])
@pytest.mark.parametrize("side", [6, 12])
def test_a_layer_in_its_place_is_not_suspected(layer: str, side: int) -> None:
    drawn = town(side)
    assert suspect_datum(drawn[layer], drawn["community"], ZONE) is None


@pytest.mark.parametrize("datum", ["GCJ-02", "BD-09"])
@pytest.mark.parametrize("layer", ["compound", "patrol_zone"])
@pytest.mark.parametrize("side", [6, 12])
def test_a_shifted_layer_is_suspected_of_its_datum(layer: str, side: int, datum: Datum) -> None:
    drawn = town(side)
    found = suspect_datum(moved(drawn[layer], ZONE, datum), drawn["community"], ZONE)
    assert found is not None
    assert (found.datum, found.of_communities) == (datum, False)
    true_offset = shapely.distance(shapely.centroid(drawn[layer]), shapely.centroid(moved(drawn[layer], ZONE, datum)))
    assert found.offset_m == pytest.approx(np.median(true_offset), abs=5)
    assert found.if_converted.inside > found.as_read.inside


@pytest.mark.parametrize("datum", ["GCJ-02", "BD-09"])
def test_shifted_communities_are_suspected_instead_of_their_layers(datum: Datum) -> None:
    drawn = town(8)
    found = suspect_datum(drawn["compound"], moved(drawn["community"], ZONE, datum), ZONE)
    assert found is not None
    assert (found.datum, found.of_communities) == (datum, True)


def test_a_layer_that_was_converted_although_it_was_right_is_suspected_of_cgcs2000() -> None:
    drawn = town(8)
    shift = np.median(
        shapely.get_coordinates(moved(drawn["compound"], ZONE, "GCJ-02")) - shapely.get_coordinates(drawn["compound"]),
        axis=0,
    )
    wrongly_converted = shapely.transform(drawn["compound"], lambda xy: xy - shift)
    found = suspect_datum(wrongly_converted, drawn["community"], ZONE, datum="GCJ-02")
    assert found is not None
    assert (found.datum, found.of_communities) == ("CGCS2000", False)


def test_a_layer_converted_as_declared_is_not_suspected() -> None:
    drawn = town(8)
    assert suspect_datum(drawn["compound"], drawn["community"], ZONE, datum="BD-09") is None


@pytest.mark.parametrize("case", REAL)
@pytest.mark.parametrize("layer", range(3))
@needs_cases
def test_real_layers_are_suspected_only_when_moved(case: str, layer: int) -> None:
    code, community, layers = REAL[case]
    crs = pyproj.CRS.from_epsg(code)
    communities, units = read(case, community, crs), read(case, layers[layer], crs)
    assert suspect_datum(units, communities, crs) is None
    for datum in ("GCJ-02", "BD-09"):
        found = suspect_datum(moved(units, crs, datum), communities, crs)
        assert found is not None
        assert (found.datum, found.of_communities) == (datum, False)


@pytest.mark.parametrize("name", SEATTLE)
@needs_cases
def test_the_borders_of_four_agencies_carried_to_china_are_suspected_only_when_moved(name: str) -> None:
    utm = pyproj.CRS.from_epsg(32610)
    communities, units = read("seattle", "communities.gpkg", utm), read("seattle", name, utm)
    carry = np.array([38_500_000.0, 3_400_000.0]) - shapely.total_bounds(communities)[:2]
    communities, units = (shapely.transform(one, lambda xy: xy + carry) for one in (communities, units))
    assert suspect_datum(units, communities, ZONE) is None
    for datum in ("GCJ-02", "BD-09"):
        found = suspect_datum(moved(units, ZONE, datum), communities, ZONE)
        assert found is not None
        assert found.datum == datum


@needs_cases
def test_outside_china_nothing_is_suspected() -> None:
    utm = pyproj.CRS.from_epsg(32610)
    communities, units = read("seattle", "communities.gpkg", utm), read("seattle", SEATTLE[1], utm)
    assert suspect_datum(shapely.transform(units, lambda xy: xy + 500), communities, utm) is None


def test_too_few_units_and_missing_geometries_are_passed_over() -> None:
    drawn = town(6)
    two = np.array([*drawn["compound"][:2], None, shapely.Polygon()], dtype=object)
    assert suspect_datum(two, drawn["community"], ZONE) is None
    with_holes = np.array([*moved(drawn["compound"], ZONE, "GCJ-02"), None, shapely.Polygon()], dtype=object)
    found = suspect_datum(with_holes, drawn["community"], ZONE)
    assert found is not None
    assert found.datum == "GCJ-02"


@pytest.mark.parametrize("seed", range(8))
def test_a_random_layer_that_fits_nowhere_is_not_suspected(seed: int) -> None:
    rng = np.random.default_rng(seed)
    drawn = town(8)
    west, south, east, north = shapely.total_bounds(drawn["community"])
    x, y = rng.uniform(west, east, 60), rng.uniform(south, north, 60)
    size = rng.uniform(40, 160, 60)
    anywhere = shapely.box(x, y, x + size, y + size)
    assert suspect_datum(anywhere, drawn["community"], ZONE) is None
