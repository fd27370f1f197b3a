"""Where coordinates lie: the CRS of each file, contradictions, swapped axes, and layers far away."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely

from tests.data.reading.little_town import WEST, LittleTown, same_land, square

PLACES = [(0, 0), (1, 0), (0, 1), (1, 1)]
DRAWN = [square(*place, inset=20) for place in PLACES]
COMMUNITIES = [square(*place) for place in PLACES]
IDS = ["a", "b", "c", "d"]


def write(town: LittleTown, in_crs: str | None, file: str = "compounds.gpkg", /, **table: Any) -> None:
    """Write the compounds in a CRS; None: in the working CRS, without saying so."""
    frame = town.frame(DRAWN, gid=IDS)
    frame = frame.set_crs(None, allow_override=True) if in_crs is None else frame.to_crs(in_crs)
    frame.to_file(town.folder / file)
    town.table("compound", path=file, fields={"id": "gid"}, **table)


def moved(geometries: list[Any], east_m: float) -> list[Any]:
    return list(shapely.transform(np.array(geometries), lambda xy: xy + np.array([east_m, 0.0])))


# CRS


@pytest.mark.parametrize(
    "crs",
    [
        "EPSG:4490",
        "EPSG:4326",
        "EPSG:4522",  # zone 34, zone number in front
        "EPSG:4543",  # the same zone by its central meridian
        "EPSG:4523",  # the neighbour
        "EPSG:4496",  # a zone of 6 degrees
        "EPSG:3857",
        "EPSG:32648",
    ],
)
@pytest.mark.parametrize("file", ["compounds.gpkg", "compounds.shp", "compounds.geojson"])
def test_a_layer_comes_from_any_crs_to_its_place(town: LittleTown, crs: str, file: str) -> None:
    write(town, crs, file)
    read = town.read()
    assert same_land(read.sources.units, DRAWN, within_m=1e-5)
    assert read.inputs[1].crs == crs
    assert town.said == []


def test_the_working_crs_is_the_zone_of_the_communities_unless_given(town: LittleTown) -> None:
    assert town.read().sources.crs == pyproj.CRS("EPSG:4522")
    town.head["working_crs"] = "EPSG:4543"
    sources = town.read().sources
    assert sources.crs == pyproj.CRS("EPSG:4543")
    assert sources.units.crs == sources.communities.crs == sources.crs
    assert sources.communities.total_bounds[0] == pytest.approx(WEST - 34_000_000)


@pytest.mark.parametrize("crs", ["EPSG:3857", "EPSG:4533"])
def test_a_working_crs_that_stretches_the_town_is_refused(town: LittleTown, crs: str) -> None:
    town.head["working_crs"] = crs
    assert town.refusal() == (
        f"layers.toml: working_crs {crs} does not measure true at 102.70°E 25.04°N, where the communities lie; "
        "take EPSG:4522, or leave it to be chosen"
    )


def test_outside_china_the_working_crs_is_the_utm_zone(town: LittleTown) -> None:
    here = [shapely.box(x, 47.60, x + 0.01, 47.61) for x in (-122.34, -122.33)]
    gpd.GeoDataFrame({"code": ["1", "2"]}, geometry=here, crs=4326).to_file(town.folder / "communities.gpkg")
    gpd.GeoDataFrame({"gid": ["a", "b"]}, geometry=here, crs=4326).to_file(town.folder / "compounds.gpkg")
    assert town.read().sources.crs == pyproj.CRS("EPSG:32610")


@pytest.mark.parametrize("file", ["compounds.shp", "compounds.gpkg", "compounds.fgb"])
@pytest.mark.filterwarnings("ignore:'crs' was not provided")
def test_a_file_without_crs_needs_one_given(town: LittleTown, file: str) -> None:
    write(town, None, file)
    assert town.refusal() == f'{file}: does not say its CRS; add crs = "EPSG:…" to [layers.compound]'
    town.tables["compound"]["crs"] = "EPSG:4522"
    units = town.read().sources.units.set_index("source_id").loc[IDS]
    assert same_land(units, DRAWN)


@pytest.mark.parametrize(
    ("own", "given"),
    [("EPSG:4326", "EPSG:4490"), ("EPSG:4490", "EPSG:4326"), ("EPSG:4522", "EPSG:4522"), ("EPSG:3857", "EPSG:3857")],
)
def test_a_crs_given_that_says_the_same_is_accepted(town: LittleTown, own: str, given: str) -> None:
    write(town, own, crs=given)
    assert same_land(town.read().sources.units, DRAWN, within_m=1e-5)


def test_a_crs_given_as_wkt_or_in_another_dialect_says_the_same(town: LittleTown) -> None:
    write(town, "EPSG:4522", "compounds.shp", crs=pyproj.CRS("EPSG:4522").to_wkt("WKT1_ESRI"))
    assert same_land(town.read().sources.units, DRAWN)


@pytest.mark.parametrize(
    ("own", "given"), [("EPSG:4490", "EPSG:4522"), ("EPSG:4522", "EPSG:4543"), ("EPSG:4490", "EPSG:4610")]
)
def test_a_crs_given_that_contradicts_the_file_is_refused(town: LittleTown, own: str, given: str) -> None:
    write(town, own, crs=given)
    assert town.refusal() == (
        f"compounds.gpkg: says it is in {own}, but crs of [layers.compound] says {given}; "
        "remove crs, or correct the file"
    )


def test_geojson_without_crs_member_is_in_wgs_84(town: LittleTown) -> None:
    frame = town.frame(DRAWN, gid=IDS)
    (town.folder / "compounds.geojson").write_text(frame.to_crs(4326).to_json(drop_id=True))
    town.table("compound", path="compounds.geojson", fields={"id": "gid"})
    read = town.read()
    assert same_land(read.sources.units, DRAWN)
    assert read.inputs[1].crs == "EPSG:4326"


@pytest.mark.parametrize("given", ["EPSG:4490", "EPSG:4522"])
def test_geojson_without_crs_member_is_in_the_crs_given(town: LittleTown, given: str) -> None:
    frame = town.frame(DRAWN, gid=IDS)
    text = frame.to_crs(given).set_crs(None, allow_override=True).to_json(drop_id=True)
    (town.folder / "compounds.geojson").write_text(text)
    town.table("compound", path="compounds.geojson", fields={"id": "gid"}, crs=given)
    read = town.read()
    assert same_land(read.sources.units, DRAWN)
    assert read.inputs[1].crs == given


def test_plane_coordinates_in_geojson_without_crs_are_refused_with_a_guess(town: LittleTown) -> None:
    frame = town.frame(DRAWN, gid=IDS).set_crs(None, allow_override=True)
    (town.folder / "compounds.geojson").write_text(frame.to_json(drop_id=True))
    town.table("compound", path="compounds.geojson", fields={"id": "gid"})
    message = town.refusal()
    assert "lie outside the area of use of EPSG:4326" in message
    assert "they look like EPSG:4522 (34 in front of the easting is its zone number)" in message


@pytest.mark.parametrize("name", ["urn:ogc:def:crs:EPSG::4522", "EPSG:4522"])
def test_geojson_with_a_crs_member_is_in_it(town: LittleTown, name: str) -> None:
    text = town.frame(DRAWN, gid=IDS).set_crs(None, allow_override=True).to_json(drop_id=True)
    member = '{"type": "FeatureCollection", "crs": {"type": "name", "properties": {"name": "' + name + '"}}, '
    (town.folder / "compounds.geojson").write_text(text.replace('{"type": "FeatureCollection", ', member, 1))
    town.table("compound", path="compounds.geojson", fields={"id": "gid"})
    assert same_land(town.read().sources.units, DRAWN)


def test_geojson_with_an_unknown_crs_member_is_refused(town: LittleTown) -> None:
    text = town.frame(DRAWN, gid=IDS).to_crs(4326).to_json(drop_id=True)
    start = '{"type": "FeatureCollection", "crs": {"type": "name", "properties": {"name": "EPSG:999999"}}, '
    at = text.index('"features"')
    (town.folder / "compounds.geojson").write_text(start + text[at:])
    town.table("compound", path="compounds.geojson", fields={"id": "gid"})
    assert "its crs member names no CRS that is known" in town.refusal()


def test_a_crs_without_a_published_way_to_cgcs2000_is_refused(town: LittleTown) -> None:
    frame = town.frame(DRAWN, gid=IDS).to_crs(4490).set_crs(4610, allow_override=True)
    frame.to_file(town.folder / "compounds.gpkg")
    assert town.refusal().startswith("compounds.gpkg: no published transformation leads from Xian 1980 to China Geod")


def test_a_whole_town_in_xian_1980_is_built_there(town: LittleTown) -> None:
    town.frame(COMMUNITIES, crs="EPSG:2358", code=["1", "2", "3", "4"]).to_file(town.folder / "communities.gpkg")
    town.frame(DRAWN, crs="EPSG:2358", gid=IDS).to_file(town.folder / "compounds.gpkg")
    town.head["working_crs"] = "EPSG:2358"  # Xian 1980, zone 34
    assert same_land(town.read().sources.units, DRAWN)


def test_a_rough_transformation_is_told(town: LittleTown) -> None:
    here = [shapely.box(x, 47.60, x + 0.01, 47.61) for x in (-122.34, -122.33)]
    gpd.GeoDataFrame({"code": ["1", "2"]}, geometry=here, crs=4326).to_file(town.folder / "communities.gpkg")
    gpd.GeoDataFrame({"gid": ["a", "b"]}, geometry=here, crs=4267).to_file(town.folder / "compounds.gpkg")
    town.read()
    assert len(town.said) == 1
    assert town.said[0].startswith("compounds.gpkg: positions come over from NAD27 to 7 m only")


def test_a_local_crs_needs_one_given(town: LittleTown) -> None:
    write(town, "EPSG:4522", "compounds.shp")
    (town.folder / "compounds.prj").write_text('LOCAL_CS["Kunming city grid",UNIT["Meter",1.0]]')
    assert "is not tied to the earth; give the CRS by its EPSG code" in town.refusal()
    town.tables["compound"]["crs"] = "EPSG:4522"
    assert same_land(town.read().sources.units, DRAWN)


# coordinates that do not fit


@pytest.mark.parametrize(
    ("declared", "guess"),
    [("EPSG:4543", "EPSG:4522 (34 in front of the easting is its zone number)"), ("EPSG:4490", "EPSG:4522")],
)
def test_a_zone_number_in_front_of_the_easting_does_not_fit_a_crs_without_it(
    town: LittleTown, declared: str, guess: str
) -> None:
    town.frame(DRAWN, crs=None, gid=IDS).set_crs(declared).to_file(town.folder / "compounds.gpkg")
    message = town.refusal()
    assert message.startswith(
        f"compounds.gpkg: coordinates around (34570500, 2770500) lie outside the area of use of {declared}"
    )
    assert f"they look like {guess}" in message


def test_an_easting_without_zone_number_does_not_fit_a_crs_with_it(town: LittleTown) -> None:
    frame = town.frame(DRAWN, gid=IDS).to_crs("EPSG:4543").set_crs("EPSG:4522", allow_override=True)
    frame.to_file(town.folder / "compounds.gpkg")
    assert "they look like one of EPSG:4534 to 4554, by its central meridian" in town.refusal()


def test_communities_that_do_not_fit_their_crs_are_refused(town: LittleTown) -> None:
    town.frame(COMMUNITIES, crs=None, code=["1", "2", "3", "4"]).set_crs("EPSG:4543").to_file(
        town.folder / "communities.gpkg"
    )
    assert town.refusal().startswith("communities.gpkg: coordinates around ")


def test_one_feature_out_of_reach_is_refused_by_name(town: LittleTown) -> None:
    town.compounds(DRAWN, gid=IDS)
    frame = gpd.read_file(town.folder / "compounds.gpkg")
    frame.geometry = [*frame.geometry[:3], shapely.box(200, 91, 201, 92)]
    frame.to_file(town.folder / "compounds.gpkg")
    assert town.refusal() == (
        'compounds.gpkg: feature "d" has a corner at (201, 91), which EPSG:4522 does not reach; '
        "redraw it or leave it out"
    )


# far away


@pytest.mark.parametrize(("east_m", "shown"), [(2_500.0, "1,520 m"), (300_000.0, "299 km")])
def test_a_layer_nowhere_near_the_communities_is_refused_with_the_distance(
    town: LittleTown, east_m: float, shown: str
) -> None:
    town.compounds(moved(DRAWN, east_m), gid=IDS)
    assert town.refusal() == (
        f"compounds.gpkg: its nearest feature lies {shown} from the communities; "
        "check crs and datum of [layers.compound] and of [layers.community]"
    )


def test_a_layer_of_which_one_feature_is_near_is_read(town: LittleTown) -> None:
    far = moved(DRAWN[1:], 40_000)
    town.compounds([DRAWN[0], *far], gid=IDS)
    assert len(town.read().sources.units) == 4


def test_a_point_layer_far_away_is_refused_too(town: LittleTown) -> None:
    town.layer("facility", town.frame([shapely.Point(WEST + 90_000, 2_770_000)]), "facilities.gpkg")
    assert "facilities.gpkg: its nearest feature lies 89 km from the communities" in town.refusal()


# swapped axes


@pytest.mark.parametrize("crs", ["EPSG:4490", "EPSG:4326", "EPSG:4522", "EPSG:4543"])
def test_swapped_axes_are_swapped_back_with_a_row(town: LittleTown, crs: str) -> None:
    frame = town.frame(DRAWN, gid=IDS).to_crs(crs)
    frame.geometry = shapely.transform(np.asarray(frame.geometry.array), lambda xy: xy[:, ::-1])
    frame.to_file(town.folder / "compounds.gpkg")
    sources = town.read().sources
    assert same_land(sources.units, DRAWN, within_m=1e-5)
    assert sources.repairs["problem"].tolist() == ["swapped axes"]
    assert sources.repairs["action"].str.startswith("compounds.gpkg: longitude and latitude").all()


@pytest.mark.parametrize("crs", ["EPSG:4490", "EPSG:4326"])
def test_swapped_communities_are_swapped_back(town: LittleTown, crs: str) -> None:
    frame = town.frame(COMMUNITIES, code=["1", "2", "3", "4"]).to_crs(crs)
    frame.geometry = shapely.transform(np.asarray(frame.geometry.array), lambda xy: xy[:, ::-1])
    frame.to_file(town.folder / "communities.gpkg")
    sources = town.read().sources
    assert same_land(sources.communities, COMMUNITIES, within_m=1e-5)
    assert sources.repairs["layer"].tolist() == ["community"]


def test_a_place_that_both_axis_orders_allow_is_told_by_the_communities(town: LittleTown) -> None:
    """Kashgar: 76°E 39.5°N swapped is a place in the Barents Sea, which EPSG:4326 allows."""
    here = [shapely.box(75.98, 39.46, 75.99, 39.47), shapely.box(75.99, 39.46, 76.0, 39.47)]
    gpd.GeoDataFrame({"code": ["1", "2"]}, geometry=here, crs=4326).to_file(town.folder / "communities.gpkg")
    swapped = shapely.transform(np.array(here), lambda xy: xy[:, ::-1])
    gpd.GeoDataFrame({"gid": ["a", "b"]}, geometry=swapped, crs=4326).to_file(town.folder / "compounds.gpkg")
    sources = town.read().sources
    assert sources.repairs["problem"].tolist() == ["swapped axes"]
    assert shapely.equals_exact(
        np.asarray(sources.units.geometry.array), np.asarray(sources.communities.geometry.array), tolerance=1e-6
    ).all()


def test_the_working_crs_given_tells_swapped_communities(town: LittleTown) -> None:
    here = [shapely.box(39.46, 75.98, 39.47, 75.99)]
    gpd.GeoDataFrame({"code": ["1"]}, geometry=here, crs=4326).to_file(town.folder / "communities.gpkg")
    gpd.GeoDataFrame({"gid": ["a"]}, geometry=here, crs=4326).to_file(town.folder / "compounds.gpkg")
    town.head["working_crs"] = "EPSG:4513"
    sources = town.read().sources
    assert sources.repairs["layer"].tolist() == ["community", "compound"]


def test_swapped_axes_far_from_the_communities_are_refused(town: LittleTown) -> None:
    frame = town.frame(moved(DRAWN, 200_000), gid=IDS).to_crs(4490)
    frame.geometry = shapely.transform(np.asarray(frame.geometry.array), lambda xy: xy[:, ::-1])
    frame.to_file(town.folder / "compounds.gpkg")
    assert "lie outside the area of use of EPSG:4490" in town.refusal()
