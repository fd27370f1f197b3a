"""The mess of real digitising and the coverage gaps, found by plain geometry in the files of 30 communities."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely.validation import explain_validity

from data.reading import read_sources
from geo.build import build
from geo.datum import from_datum
from geo.sources import Parameters
from tests.data.demo.written import METRES, Written


@pytest.fixture(scope="module")
def units(town: Written) -> gpd.GeoDataFrame:
    parts = [town.compounds.assign(layer="compound"), town.courtyards.assign(layer="courtyard")]
    return pd.concat(parts, ignore_index=True)


@pytest.fixture(scope="module")
def drawn(units: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The units that have land, made valid."""
    there = units[units.geometry.notna()]
    return there.assign(geometry=there.make_valid()).reset_index(drop=True)


def pairs(left: gpd.GeoDataFrame, right: gpd.GeoDataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return which left and right polygons share land, and what they share."""
    one, other = shapely.STRtree(right.geometry.array).query(left.geometry.array, predicate="intersects")
    shared = shapely.intersection(left.geometry.array[one], right.geometry.array[other])
    land = shapely.area(shared) > 1e-3
    return one[land], other[land], shared[land]


def width_m(polygons: np.ndarray) -> np.ndarray:
    """Return about how wide long polygons are: area by half the perimeter."""
    return 2 * shapely.area(polygons) / shapely.length(polygons)


def neighbours(drawn: gpd.GeoDataFrame, layers: set[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the pairs of units whose layers are ``layers`` and that share land, each once."""
    one, other, shared = pairs(drawn, drawn)
    layer = drawn["layer"].to_numpy()
    kept = (one < other) & [{layer[a], layer[b]} == layers for a, b in zip(one, other, strict=True)]
    return one[kept], other[kept], shared[kept]


def test_a_bow_tie_crosses_itself(town: Written) -> None:
    reasons = [explain_validity(polygon) for polygon in town.compounds.geometry.dropna()]
    assert sum(reason.startswith("Self-intersection") for reason in reasons) == 1


def test_a_ring_touches_itself(town: Written) -> None:
    reasons = [explain_validity(polygon) for polygon in town.courtyards.geometry]
    assert sum(reason.startswith("Ring Self-intersection") for reason in reasons) == 1


def test_a_polygon_has_heights_and_one_unit_has_no_geometry(town: Written, units: gpd.GeoDataFrame) -> None:
    heights = shapely.get_coordinates(town.raw("courtyard").geometry.array, include_z=True)[:, 2]
    assert (heights > 1000).any()
    assert units.geometry.isna().sum() == 1


def test_a_campus_has_five_parts(town: Written) -> None:
    parts = shapely.get_num_geometries(town.courtyards.geometry.array)
    assert (parts == 5).sum() == 1


def test_a_polygon_is_in_two_layers(town: Written) -> None:
    compounds, courtyards = (frame.geometry.dropna().explode() for frame in (town.compounds, town.courtyards))
    assert set(compounds.normalize().to_wkb()) & set(courtyards.normalize().to_wkb())


def test_vertices_are_repeated(town: Written) -> None:
    points, ring = shapely.get_coordinates(town.compounds.geometry.dropna().array, return_index=True)
    again = (points[1:] == points[:-1]).all(axis=1) & (ring[1:] == ring[:-1])
    assert len(np.unique(ring[1:][again])) >= 2


def test_a_unit_lies_far_outside(town: Written, drawn: gpd.GeoDataFrame) -> None:
    away = drawn.distance(town.communities.union_all())
    assert (away > 1000).sum() == 1


def test_courtyards_are_nested_in_compounds_and_in_courtyards(drawn: gpd.GeoDataFrame) -> None:
    inner, outer = shapely.STRtree(drawn.geometry.array).query(drawn.geometry.array, predicate="within")
    layer = drawn["layer"].to_numpy()
    nested = {(layer[a], layer[b]) for a, b in zip(inner, outer, strict=True) if a != b}
    assert {("courtyard", "compound"), ("courtyard", "courtyard")} <= nested


def test_courtyards_cross_a_compounds_wall(drawn: gpd.GeoDataFrame) -> None:
    one, other, shared = neighbours(drawn, {"compound", "courtyard"})
    smaller = np.minimum(drawn.area.to_numpy()[one], drawn.area.to_numpy()[other])
    share = shapely.area(shared) / smaller
    assert ((share > 0.3) & (share < 0.97)).sum() >= 3


def test_neighbouring_compounds_overlap_by_metres(drawn: gpd.GeoDataFrame) -> None:
    _, _, shared = neighbours(drawn, {"compound"})
    assert ((width_m(shared) > 0.5) & (width_m(shared) < 9)).sum() >= 2


def test_a_neighbour_is_shifted_by_six_metres(drawn: gpd.GeoDataFrame) -> None:
    """A compound moved by 6 m overlaps the neighbour it was 0.3–1.5 m from, or stands well apart from it: 4–8 m."""
    compounds = drawn[drawn["layer"] == "compound"].geometry.array
    _, gap = shapely.STRtree(compounds).query_nearest(compounds, exclusive=True, return_distance=True)
    _, _, shared = neighbours(drawn, {"compound"})
    assert ((gap > 2) & (gap < 7)).any() or ((width_m(shared) > 2) & (width_m(shared) < 8)).any()


def test_neighbours_leave_slivers(drawn: gpd.GeoDataFrame) -> None:
    polygons = drawn.geometry.array
    _, gap = shapely.STRtree(polygons).query_nearest(polygons, exclusive=True, return_distance=True, all_matches=False)
    assert ((gap > 0.05) & (gap < 1.5)).sum() >= 5


def test_walls_stand_on_over_and_across_the_community_border(town: Written, drawn: gpd.GeoDataFrame) -> None:
    """By how far each unit is out of the community that has most of it."""
    unit, community, shared = pairs(drawn, town.communities)
    area = shapely.area(shared)
    order = np.lexsort([-area, unit])
    home = order[np.concatenate([[True], unit[order][1:] != unit[order][:-1]])]
    town_border = shapely.boundary(town.communities.geometry.array[community[home]])
    near = shapely.distance(drawn.geometry.array[unit[home]], town_border)
    beyond = np.setdiff1d(np.arange(len(unit)), home)
    depth = width_m(shared[beyond])
    assert ((near > 0) & (near < 1.6)).sum() >= 2
    assert ((depth > 1.2) & (depth < 5)).sum() >= 2
    assert (depth > 15).sum() >= 1


def test_the_communities_have_hairlines_and_one_real_hole(town: Written) -> None:
    borders = town.communities.geometry.array
    assert shapely.is_valid(borders).all()
    assert not shapely.coverage_is_valid(borders)
    one, other = shapely.STRtree(borders).query(borders, predicate="intersects")
    shared = shapely.intersection(borders[one[one < other]], borders[other[one < other]])
    overlaps = shapely.area(shared)
    assert (overlaps > 0.1).any()
    assert width_m(shared[overlaps > 0.1]).max() < 0.5
    holes = shapely.get_rings(shapely.get_parts(shapely.union_all(borders)))
    holes = shapely.polygons(holes[shapely.area(shapely.polygons(holes)) < 1e5])
    wide = ~shapely.is_empty(shapely.buffer(holes, -1.0))
    assert wide.sum() == 1
    assert (~wide).any()


def test_some_compounds_were_never_counted_but_their_buildings_were(town: Written) -> None:
    blank = town.compounds[town.compounds["households"].isna()]
    assert 2 <= len(blank) <= 0.1 * len(town.compounds)
    buildings = town.layer("building")
    unit, building = shapely.STRtree(buildings.geometry.array).query(blank.geometry.array, predicate="contains")
    counted = np.bincount(unit, weights=buildings["households"].to_numpy()[building], minlength=len(blank))
    assert (counted > 0).all()


def test_patrol_zones_overlap_and_leave_a_strip_out(town: Written) -> None:
    zones = town.zones.geometry.array
    one, other = shapely.STRtree(zones).query(zones, predicate="intersects")
    shared = shapely.area(shapely.intersection(zones[one[one < other]], zones[other[one < other]]))
    assert (shared > 5_000).sum() >= 1
    land = town.communities.union_all()
    left_out = shapely.get_parts(shapely.difference(land, shapely.union_all(zones)))
    assert shapely.area(left_out).max() > 20_000
    assert shapely.area(left_out).sum() < 0.5 * land.area
    assert (shapely.STRtree(town.communities.geometry.array).query(zones, predicate="overlaps")[0].size) > len(zones)


def test_the_engine_finds_every_gap_that_geometry_shows(town: Written) -> None:
    sources = read_sources(town.settings, warn=lambda line: None).sources
    kinds = set(build(sources, Parameters()).gaps["kind"])
    assert {"unclaimed", "no_community", "overlap", "straddle", "unpatrolled", "oversize", "undersize"} <= kinds


@pytest.fixture(scope="module")
def compounds_in_town(town: Written, drawn: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    homes = drawn[(drawn["layer"] == "compound") & drawn["households"].notna()]
    rural = town.communities[town.communities["rural"].astype(int) == 1].union_all()
    return homes[~shapely.intersects(rural, homes.geometry.array) & (homes["name"] != "云栖度假村")]


def test_some_grids_lack_a_head_or_workers_or_have_too_few(town: Written, compounds_in_town: gpd.GeoDataFrame) -> None:
    roster = town.table("roster")
    posts = roster[roster["layer"] == "居民小区"].groupby(["source_id", "post"]).size().unstack(fill_value=0)
    posts = posts.reindex(compounds_in_town["id"], fill_value=0)
    assert (posts["网格长"] == 0).any()
    assert (posts[["先锋员", "治安员", "保洁员"]] == 0).any().all()
    a_worker = compounds_in_town["households"].to_numpy() / posts["网格员"].to_numpy().clip(1)
    assert (a_worker > 500).any()


def test_some_grids_have_no_party_organisation_or_premises(town: Written, drawn: gpd.GeoDataFrame) -> None:
    party = town.table("party")
    compounds = drawn[drawn["layer"] == "compound"]
    assert (~compounds["id"].isin(party["source_id"])).sum() >= 3
    premises = town.layer("premises").geometry.array
    housed = shapely.STRtree(premises).query(compounds.geometry.array, predicate="intersects")[0]
    assert len(compounds) - len(np.unique(housed)) >= 10
    assert set(town.layer("premises")["kind"]) == {"new_built", "bought", "leased", "developer_provided"}


def test_some_households_are_far_from_a_service_centre(town: Written) -> None:
    raw = town.raw("facility")
    centres = from_datum(shapely.get_coordinates(raw.geometry[raw["类别"] == "党群服务中心"].array), "GCJ-02")
    centres = gpd.GeoSeries(gpd.points_from_xy(*centres.T), crs=4490).to_crs(METRES).array
    buildings = town.layer("building").geometry.array
    _, away = shapely.STRtree(centres).query_nearest(buildings, return_distance=True, all_matches=False)
    assert (away > 1000).sum() >= 5
    assert np.median(away) < 700


def test_some_money_is_short(town: Written) -> None:
    funding = town.table("funding").astype({"amount": int})
    floors = {"社区运转经费": 200_000, "服务群众专项经费": 100_000, "党支部活动经费": 10_000}
    assert set(funding["purpose"]) == set(floors)
    short = funding["amount"] < funding["purpose"].map(floors)
    assert set(funding.loc[short, "purpose"]) == set(floors)
    assert short.mean() < 0.25


def test_some_compounds_lack_self_government_or_the_property_companys_party(town: Written) -> None:
    compounds = town.compounds
    assert set(compounds["owners_committee"].dropna()) == {"业委会", "物管会"}
    assert compounds["owners_committee"].isna().sum() >= 10
    assert (compounds["property_company"].notna() & compounds["property_party"].isna()).sum() >= 5
    assert not (compounds["property_company"].isna() & compounds["property_party"].notna()).any()


def test_sizes_run_from_undersize_to_oversize(compounds_in_town: gpd.GeoDataFrame) -> None:
    households = compounds_in_town["households"]
    assert households.between(200, 600).mean() > 0.6
    assert (households > 500).sum() >= 3
    assert (households < 300).sum() >= 3


def test_management_areas_show_the_three_types_that_are_not_routine(town: Written) -> None:
    areas = town.layer("management_area")
    assert set(areas["type"]) == {"general_prevention", "key_attention", "concentrated_rectification"}
    assert not shapely.STRtree(areas.geometry.array).query(areas.geometry.array, predicate="overlaps").size
