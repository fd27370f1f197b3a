from __future__ import annotations

import base64
import math

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from tests.web.reports.town import CRS, SHAPES, SOUTH
from web.reports.encoding import STEP_M, MercatorFrame, integers, to_mercator


def decoded(text: str) -> list[int]:
    """Read what `integers` writes, one byte at a time."""
    values, value, shift = [], 0, 0
    for byte in base64.b64decode(text):
        value |= (byte & 127) << shift
        shift += 7
        if not byte & 128:
            values.append((value >> 1) ^ -(value & 1))
            value = shift = 0
    return values


def polygons_of(encoded: dict[str, str], frame: MercatorFrame) -> list[shapely.Geometry]:
    """Rebuild polygons in Web Mercator metres from their rings; orientation tells shells from holes."""
    steps = np.cumsum(np.array(decoded(encoded["steps"])).reshape(-1, 2), axis=0) * STEP_M + np.array(frame.origin)
    rings = np.split(steps, np.cumsum(decoded(encoded["vertices"]))[:-1])
    shapes, first = [], 0
    for count in decoded(encoded["paths"]):
        land = shapely.MultiPolygon()
        for ring in rings[first : first + count]:
            part = shapely.Polygon(ring)
            land = land | part if part.exterior.is_ccw else land - part
        shapes.append(land)
        first += count
    return shapes


@given(st.lists(st.integers(-(2**31), 2**31 - 1)))
def test_whole_numbers_come_back(values):
    assert decoded(integers(np.array(values, dtype=np.int64))) == values


def test_the_central_meridian_of_the_zone_lies_where_it_must():
    place = to_mercator(np.array([[40_500_000.0, SOUTH]]), pyproj.CRS(CRS))[0]
    assert place[0] == pytest.approx(math.radians(120) * 6_378_137, abs=1e-6)


def test_coordinates_follow_the_spherical_mercator_of_their_latitude():
    point = gpd.GeoSeries(gpd.points_from_xy([40_512_345.678], [3_541_234.5]), crs=CRS)
    degrees = point.to_crs(4326)
    lat = math.radians(degrees.y[0])
    expected = [math.radians(degrees.x[0]) * 6_378_137, math.asinh(math.tan(lat)) * 6_378_137]
    assert to_mercator(shapely.get_coordinates(point.array), point.crs)[0] == pytest.approx(expected, abs=1e-6)


def test_polygons_come_back_within_a_step():
    holed = shapely.box(0, 0, 50, 50).difference(shapely.box(10, 10, 20, 20))
    shapes = np.array(
        [shapely.transform(holed, lambda c: c + np.array([40_500_000.0, SOUTH])), *SHAPES.values()], dtype=object
    )
    frame = MercatorFrame.around(shapely.total_bounds(shapes), CRS)
    wanted = gpd.GeoSeries(shapes, crs=CRS).to_crs(3857)
    for shape, back in zip(wanted, polygons_of(frame.polygons(shapes), frame), strict=True):
        assert shapely.hausdorff_distance(shape, back) <= STEP_M
        assert len(back.interiors if back.geom_type == "Polygon" else ()) == len(shape.interiors)


def test_missing_and_empty_shapes_keep_their_rows():
    shapes = np.array([None, shapely.Polygon(), SHAPES["320106001001001"]], dtype=object)
    frame = MercatorFrame.around(shapes[2].bounds, CRS)
    assert decoded(frame.polygons(shapes)["paths"]) == [0, 0, 1]


def test_a_working_crs_outside_china_is_carried_too():
    seattle = np.array([[550_000.0, 5_272_000.0]])
    lon, lat = pyproj.Transformer.from_crs(32610, 4326, always_xy=True).transform(*seattle[0])
    x, y = to_mercator(seattle, pyproj.CRS(32610))[0]
    assert (math.degrees(x / 6_378_137), math.degrees(math.atan(math.sinh(y / 6_378_137)))) == pytest.approx((lon, lat))


def test_shapes_that_others_have_are_told_by_number_and_new_ones_once():
    first, second, third = list(SHAPES.values())[:3]
    frame = MercatorFrame.around(third.bounds, CRS)
    land = np.array([second, third, third, None, first], dtype=object)
    written = frame.shared(land, np.array([first, second], dtype=object))
    assert decoded(written["shape"]) == [1, 2, 2, 3, 0]
    assert decoded(written["polygons"]["paths"]) == [1, 0]  # the third shape, and none
