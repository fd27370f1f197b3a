"""Choosing the working CRS, comparing two, and the way between them. Expected values are EPSG's own or PROJ's."""

from __future__ import annotations

import time
import warnings

import numpy as np
import pyproj
import pytest

from geo.crs import (
    area_of_use,
    crs_name,
    datum_name,
    datum_way,
    fits,
    from_lonlat,
    likely_crs,
    parse_crs,
    require_projected_metres,
    require_true_to_scale,
    same_place,
    to_lonlat,
    working_crs_at,
)
from geo.errors import CRSError

YUNNAN = (102.0, 24.0, 103.0, 26.0)


def epsg(code: int) -> pyproj.CRS:
    return pyproj.CRS.from_epsg(code)


@pytest.mark.parametrize(
    ("lon", "lat", "code"),
    [
        (102.7, 25.0, 4522),  # Kunming, zone 34
        (116.4, 39.9, 4527),  # Beijing, zone 39
        (118.78, 32.05, 4528),  # Nanjing, zone 40
        (75.99, 39.47, 4513),  # Kashgar, zone 25
        (134.3, 48.4, 4533),  # Fuyuan, zone 45
        (-122.33, 47.61, 32610),
        (151.2, -33.9, 32756),
        (179.999, 0.0, 32660),
    ],
)
def test_the_working_crs_is_the_zone_of_the_place(lon: float, lat: float, code: int) -> None:
    assert crs_name(working_crs_at(lon, lat)) == f"EPSG:{code}"


def test_the_chosen_zone_carries_its_number_in_front_of_the_easting() -> None:
    lon, lat = 102.0, 25.0
    easting = from_lonlat(np.array([[lon, lat]]), working_crs_at(lon, lat))[0, 0]
    assert easting == pytest.approx(34_500_000.0)


@pytest.mark.parametrize(
    ("code", "reason"), [(4490, "not projected"), (2236, "in US survey foot"), (4326, "not projected")]
)
def test_a_crs_without_metres_is_refused(code: int, reason: str) -> None:
    with pytest.raises(CRSError, match=reason):
        require_projected_metres(epsg(code))


@pytest.mark.parametrize("code", [4526, 4547, 32610, 2349])
def test_a_projected_crs_in_metres_is_accepted(code: int) -> None:
    require_projected_metres(epsg(code))


@pytest.mark.parametrize("code", [3857, 4533])
def test_a_crs_that_stretches_lengths_is_refused_with_one_that_fits(code: int) -> None:
    with pytest.raises(CRSError, match="EPSG:4522"):
        require_true_to_scale(epsg(code), 102.7, 25.0)


def test_the_neighbouring_zone_is_true_enough() -> None:
    require_true_to_scale(epsg(4523), 102.7, 25.0)


@pytest.mark.parametrize("text", ["EPSG:99999", "somewhere", "", 'LOCAL_CS["site grid",UNIT["m",1]]', "EPSG:4978"])
def test_what_is_no_crs_on_the_earth_is_refused(text: str) -> None:
    with pytest.raises(CRSError):
        parse_crs(text)


@pytest.mark.parametrize("text", ["EPSG:4979", "EPSG:4490+5737"])
def test_heights_are_left_out_of_a_crs(text: str) -> None:
    assert len(parse_crs(text).axis_info) == 2


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("EPSG:4326", "EPSG:4490"),
        ("EPSG:4326", "OGC:CRS84"),
        ("EPSG:4526", epsg(4526).to_wkt("WKT1_ESRI")),
        ("EPSG:4547", epsg(4547).to_wkt("WKT1_GDAL")),
        ("EPSG:4490", "+proj=longlat +ellps=GRS80 +no_defs"),
        ("EPSG:32650", "+proj=utm +zone=50 +datum=WGS84"),
    ],
)
def test_the_same_place_under_another_name_contradicts_nothing(first: str, second: str) -> None:
    assert same_place(parse_crs(first), parse_crs(second))
    assert same_place(parse_crs(second), parse_crs(first))


@pytest.mark.parametrize(
    ("first", "second"),
    [(4326, 4526), (4526, 4547), (4526, 4527), (4490, 4610), (4490, 4214), (4526, 32650), (3857, 4526)],
)
def test_another_place_is_a_contradiction(first: int, second: int) -> None:
    assert not same_place(epsg(first), epsg(second))


@pytest.mark.parametrize("code", [4526, 4547, 32650, 3857, 4490])
def test_a_position_comes_back_from_longitude_and_latitude(code: int) -> None:
    lonlat = np.random.default_rng(0).uniform((113, 29), (116, 31), (100, 2))
    assert to_lonlat(from_lonlat(lonlat, epsg(code)), epsg(code)) == pytest.approx(lonlat, abs=1e-11)


def test_an_easting_with_zone_number_in_a_crs_without_it_comes_out_infinite() -> None:
    assert not np.isfinite(to_lonlat(np.array([[38_500_000.0, 3_400_000.0]]), epsg(4547))).any()


def test_wgs_84_and_cgcs2000_need_no_transformation() -> None:
    assert datum_way(epsg(4326), epsg(4526), YUNNAN) is None
    assert datum_name(epsg(3857)) == datum_name(epsg(4526)) == "CGCS2000"


@pytest.mark.parametrize("code", [4610, 4214, 2349])
def test_a_datum_without_a_published_way_is_refused(code: int) -> None:
    with pytest.raises(CRSError, match="no published transformation"):
        datum_way(epsg(code), epsg(4526), YUNNAN)


def test_a_published_transformation_is_taken_without_grids_and_without_warnings() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        way = datum_way(epsg(4267), epsg(32610), (-123.0, 47.0, -121.0, 48.0))
    assert way is not None
    assert 0 < way.accuracy <= 10
    moved_m = np.hypot(*(np.array(way.transform(-122.0, 47.5)) - (-122.0, 47.5)) * (75_000, 111_000))
    assert 50 < moved_m < 150  # NAD27 to WGS 84 is about a hundred metres there


def test_an_unknown_datum_has_no_name() -> None:
    assert datum_name(epsg(4019)) == ""


@pytest.mark.parametrize(
    ("lonlat", "fitting"),
    [((102, 25), True), ((25, 102), False), ((0, 0), False), ((136, 54), True), ((np.inf, np.inf), False)],
)
def test_positions_are_held_against_the_area_of_use(lonlat: tuple[float, float], fitting: bool) -> None:
    assert fits(lonlat, area_of_use(epsg(4490))) is fitting


def test_the_area_of_use_is_found_for_wkt_without_one() -> None:
    assert area_of_use(pyproj.CRS.from_wkt(epsg(4526).to_wkt("WKT1_ESRI"))) == area_of_use(epsg(4526))


@pytest.mark.parametrize(
    ("x", "y", "guess"),
    [
        (38_500_000, 3_400_000, "EPSG:4526"),
        (18_500_000, 3_400_000, "EPSG:4496"),
        (500_000, 3_400_000, "EPSG:4534 to 4554"),
        (102.0, 25.0, None),
    ],
)
def test_plane_coordinates_are_recognised_by_their_size(x: float, y: float, guess: str | None) -> None:
    found = likely_crs(x, y)
    assert (found is None) if guess is None else (found is not None and guess in found)


def test_the_zones_guessed_are_what_their_numbers_say() -> None:
    for code, zone in ((4513, 25), (4533, 45), (4491, 13), (4501, 23)):
        assert epsg(code).name.endswith(f"zone {zone}")


def test_800_000_positions_reach_their_zone_in_half_a_second() -> None:
    lonlat = np.random.default_rng(0).uniform((113, 29), (115, 31), (800_000, 2))
    zone = epsg(4526)
    from_lonlat(lonlat[:1], zone)
    began = time.process_time()
    from_lonlat(lonlat, zone)
    assert time.process_time() - began < 0.5
