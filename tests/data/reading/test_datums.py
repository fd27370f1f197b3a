"""Layers in GCJ-02 and BD-09: converted when declared, reported when suspected."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely

from geo.crs import from_lonlat, to_lonlat
from geo.datum import SHIFTED_DATUMS, Datum, to_datum
from tests.data.reading.little_town import ZONE, LittleTown, same_land, square

DRAWN = [square(column, row, inset=20) for row in (0, 1) for column in (0, 1)]
IDS = ["a", "b", "c", "d"]


def shift(geometries: list[Any], datum: Datum, crs: str = ZONE) -> np.ndarray:
    zone = pyproj.CRS(crs)
    return shapely.transform(np.array(geometries), lambda xy: from_lonlat(to_datum(to_lonlat(xy, zone), datum), zone))


@pytest.mark.parametrize("datum", SHIFTED_DATUMS)
@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:4490", "EPSG:3857", "EPSG:4522"])
def test_a_shifted_datum_is_taken_off_once(town: LittleTown, datum: Datum, crs: str) -> None:
    lonlat = town.frame(DRAWN, gid=IDS).to_crs(4326)
    lonlat.geometry = shapely.transform(np.asarray(lonlat.geometry.array), lambda xy: to_datum(xy, datum))
    lonlat.to_crs(crs).to_file(town.folder / "compounds.gpkg")
    town.tables["compound"]["datum"] = datum
    read = town.read()
    assert same_land(read.sources.units, DRAWN, within_m=1e-4)
    assert read.inputs[1].crs == f"{crs} in {datum}"
    assert town.said == []


@pytest.mark.parametrize("datum", ["CGCS2000", "WGS84"])
def test_the_plain_datums_change_nothing(town: LittleTown, datum: Datum) -> None:
    town.tables["compound"]["datum"] = datum
    assert same_land(town.read().sources.units, DRAWN)


def big_town(town: LittleTown) -> list[Any]:
    """Draw 36 communities with four compounds each, so that a fit can be judged."""
    places = [(column, row) for row in range(6) for column in range(6)]
    codes = [f"{530102001000 + number}" for number in range(len(places))]
    town.layer(
        "community", town.frame([square(*place) for place in places], code=codes), "communities.gpkg", code="code"
    )
    quarters = [(column + 0.5 * i, row + 0.5 * j) for column, row in places for i in (0, 1) for j in (0, 1)]
    drawn = [square(*quarter, size=250, inset=8) for quarter in quarters]
    town.compounds(drawn, gid=[str(number) for number in range(len(drawn))])
    return drawn


@pytest.mark.parametrize("datum", SHIFTED_DATUMS)
def test_a_suspected_datum_is_kept_as_declared_and_reported(town: LittleTown, datum: Datum) -> None:
    drawn = big_town(town)
    shifted = shift(drawn, datum)
    town.compounds(list(shifted), gid=[str(number) for number in range(len(shifted))])
    sources = town.read().sources
    assert same_land(sources.units, list(shifted), within_m=1e-5)
    assert sources.repairs["layer"].tolist() == ["compound"]
    assert sources.repairs["problem"].tolist() == [f"suspected datum {datum}"]
    assert sources.repairs["action"].str.startswith("compounds.gpkg: kept as CGCS2000: ").all()
    assert len(town.said) == 1
    assert f"compounds.gpkg: seems to come in {datum}: " in town.said[0]
    assert f'if so, add datum = "{datum}" to [layers.compound], else datum = "CGCS2000" to settle it' in town.said[0]
    assert "\n" not in town.said[0]


def test_a_datum_that_was_declared_is_reported_in_the_repairs_alone(town: LittleTown) -> None:
    shifted = shift(big_town(town), "GCJ-02")
    town.compounds(list(shifted), gid=[str(number) for number in range(len(shifted))])
    town.tables["compound"]["datum"] = "CGCS2000"
    assert town.read().sources.repairs["problem"].tolist() == ["suspected datum GCJ-02"]
    assert town.said == []


@pytest.mark.parametrize("datum", SHIFTED_DATUMS)
def test_a_datum_declared_on_a_layer_that_was_right_is_warned_of(town: LittleTown, datum: Datum) -> None:
    big_town(town)
    town.tables["compound"]["datum"] = datum
    repairs = town.read().sources.repairs
    assert repairs["problem"].tolist() == ["suspected datum CGCS2000"]
    (line,) = town.said
    assert line.startswith(f'compounds.gpkg: datum = "{datum}" of [layers.compound] moves it away from where it fits: ')
    assert line.endswith('; write datum = "CGCS2000" if that is what it comes in')


def test_a_datum_declared_on_communities_that_were_right_is_warned_of(town: LittleTown) -> None:
    big_town(town)
    town.tables["community"]["datum"] = "GCJ-02"
    town.read()
    (line,) = town.said
    assert line.startswith(
        'communities.gpkg: datum = "GCJ-02" of [layers.community] moves it away from where it fits, '
    )
    assert "judging by compounds.gpkg" in line


def test_the_datum_that_was_suspected_settles_it_when_added(town: LittleTown) -> None:
    drawn = big_town(town)
    shifted = shift(drawn, "BD-09")
    town.compounds(list(shifted), gid=[str(number) for number in range(len(shifted))])
    town.tables["compound"]["datum"] = "BD-09"
    sources = town.read().sources
    assert same_land(sources.units, drawn, within_m=1e-4)
    assert len(sources.repairs) == 0
    assert town.said == []


def test_shifted_communities_are_named_themselves(town: LittleTown) -> None:
    big_town(town)
    frame = gpd.read_file(town.folder / "communities.gpkg")
    frame.geometry = shapely.transform(np.asarray(frame.geometry.array), lambda xy: to_datum(xy, "GCJ-02"))
    frame.to_file(town.folder / "communities.gpkg")
    assert town.read().sources.repairs["layer"].tolist() == ["community"]
    assert town.said[0].startswith("communities.gpkg: seems to come in GCJ-02, judging by compounds.gpkg: ")
    assert 'add datum = "GCJ-02" to [layers.community]' in town.said[0]


def test_a_town_in_its_place_raises_no_suspicion(town: LittleTown) -> None:
    big_town(town)
    assert len(town.read().sources.repairs) == 0
    assert town.said == []
