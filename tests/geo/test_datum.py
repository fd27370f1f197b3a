"""GCJ-02 and BD-09 against published points, and there and back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.datum import SHIFTED_DATUMS, Datum, from_datum, in_china, to_datum
from geo.errors import InputError

METRES_PER_DEGREE = 111_320.0
TENTH_OF_A_MILLIMETRE = 1e-4 / METRES_PER_DEGREE


@pytest.mark.parametrize(
    ("wgs84", "gcj02"),
    [  # the test points of eviltransform, and one of coordtransform
        ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),
        ((113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),
        ((116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),
        ((116.404, 39.915), (116.41024449916938, 39.91640428150164)),
    ],
)
def test_gcj_02_agrees_with_the_published_points(wgs84: tuple[float, float], gcj02: tuple[float, float]) -> None:
    assert to_datum(np.array([wgs84]), "GCJ-02")[0] == pytest.approx(gcj02, abs=1e-12)


def test_bd_09_agrees_with_the_published_point() -> None:
    """Coordtransform: GCJ-02 (116.404, 39.915) is BD-09 (116.41036949371029, 39.92133699351021)."""
    place = from_datum(np.array([[116.404, 39.915]]), "GCJ-02")
    assert to_datum(place, "BD-09")[0] == pytest.approx((116.41036949371029, 39.92133699351021), abs=1e-11)


@pytest.mark.parametrize("datum", SHIFTED_DATUMS)
def test_a_round_trip_over_all_of_china_stays_under_a_tenth_of_a_millimetre(datum: Datum) -> None:
    grid = np.stack(np.meshgrid(np.arange(73.1, 135.5, 0.173), np.arange(3.3, 54.0, 0.191)), axis=-1).reshape(-1, 2)
    assert np.abs(from_datum(to_datum(grid, datum), datum) - grid).max() < TENTH_OF_A_MILLIMETRE
    assert np.abs(to_datum(from_datum(grid, datum), datum) - grid).max() < TENTH_OF_A_MILLIMETRE


@given(
    lon=st.one_of(st.floats(73.0, 135.5), st.floats(104.9999999, 105.0000001)),  # the formula has a kink at 105
    lat=st.one_of(st.floats(3.0, 54.0), st.floats(34.9999999, 35.0000001)),
    datum=st.sampled_from(SHIFTED_DATUMS),
)
def test_any_point_of_china_comes_back(lon: float, lat: float, datum: Datum) -> None:
    place = np.array([[lon, lat]])
    assert np.abs(from_datum(to_datum(place, datum), datum) - place).max() < TENTH_OF_A_MILLIMETRE


@pytest.mark.parametrize(("datum", "least_m", "most_m"), [("GCJ-02", 20.0, 800.0), ("BD-09", 600.0, 1_700.0)])
def test_the_shift_is_some_hundred_metres(datum: Datum, least_m: float, most_m: float) -> None:
    places = np.random.default_rng(1).uniform((75, 18), (134, 52), (2_000, 2))
    east, north = (to_datum(places, datum) - places).T * METRES_PER_DEGREE
    shift = np.hypot(east * np.cos(np.radians(places[:, 1])), north)
    assert least_m < shift.min()
    assert shift.max() < most_m


@pytest.mark.parametrize("datum", SHIFTED_DATUMS)
def test_points_outside_the_box_of_china_are_left_alone(datum: Datum) -> None:
    places = np.array([[-122.33, 47.61], [139.77, 35.68], [2.35, 48.85]])
    assert not in_china(places).any()
    assert (to_datum(places, datum) == places).all()
    assert (from_datum(places, datum) == places).all()


@pytest.mark.parametrize("datum", ["CGCS2000", "WGS84"])
def test_cgcs2000_and_wgs_84_are_one_place(datum: Datum) -> None:
    places = np.array([[102.7, 25.0]])
    assert (to_datum(places, datum) == places).all()
    assert (from_datum(places, datum) == places).all()


def test_no_positions_give_no_positions() -> None:
    assert from_datum(np.empty((0, 2)), "BD-09").shape == (0, 2)


def test_positions_of_another_shape_are_refused() -> None:
    with pytest.raises(InputError, match="must have the shape"):
        to_datum(np.zeros(2), "GCJ-02")
