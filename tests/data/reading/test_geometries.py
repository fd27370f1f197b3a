"""What may be drawn in a layer, and what becomes of null, empty, curved, high, unclosed and not finite geometries."""

from __future__ import annotations

import json
import struct
from typing import Any

import numpy as np
import pytest
import shapely
from shapely import LineString, MultiPoint, MultiPolygon, Point, Polygon

from tests.data.reading.little_town import SOUTH, WEST, LittleTown, same_land, square

PLACES = [(0, 0), (1, 0), (0, 1), (1, 1)]
DRAWN = [square(*place, inset=20) for place in PLACES]
LINE = LineString([(WEST, SOUTH), (WEST + 900, SOUTH + 900)])
POINT = Point(WEST + 100, SOUTH + 100)


def repairs(town: LittleTown) -> list[tuple[Any, ...]]:
    table = town.read().sources.repairs
    return [
        (row.layer, None if row.source_id != row.source_id else row.source_id, row.problem, row.action)
        for row in table.itertuples()
    ]


def write_wkt(town: LittleTown, *wkt: str, crs: str = "EPSG:4522") -> None:
    """Write geometries that shapely can't hold, as a CSV that GDAL takes for a layer."""
    lines = "\n".join(f'{number},"{text}"' for number, text in enumerate(wkt))
    (town.folder / "compounds.csv").write_text(f"gid,WKT\n{lines}\n")
    town.table("compound", path="compounds.csv", crs=crs, fields={"id": "gid"})


# null and empty


@pytest.mark.parametrize("file", ["compounds.gpkg", "compounds.geojson", "compounds.parquet"])
def test_null_and_empty_units_stay_for_the_engine_to_reject(town: LittleTown, file: str) -> None:
    town.compounds([DRAWN[0], None, Polygon(), DRAWN[3]], file, gid=["a", "b", "c", "d"])
    sources = town.read().sources
    geometries = np.asarray(sources.units.geometry.array, dtype=object)
    assert sources.units["source_id"].tolist() == ["a", "b", "c", "d"]
    assert shapely.is_missing(geometries).tolist()[1]
    assert (shapely.is_missing(geometries) | shapely.is_empty(geometries)).tolist() == [False, True, True, False]
    assert len(sources.repairs) == 0


def test_communities_without_geometry_are_left_out_with_a_row(town: LittleTown) -> None:
    drawn = [*(square(*place) for place in PLACES), None, Polygon()]
    codes = [f"{number}" for number in range(1, 7)]
    town.layer("community", town.frame(drawn, code=codes), "communities.gpkg", code="code")
    sources = town.read().sources
    assert sources.communities["code"].tolist() == [f"{number:012}" for number in range(1, 5)]
    assert sources.communities.index.tolist() == [0, 1, 2, 3]
    assert repairs(town) == [
        ("community", "4", "null geometry", "left out"),
        ("community", "5", "empty geometry", "left out"),
    ]


def test_places_and_lines_without_geometry_are_left_out_with_a_row(town: LittleTown) -> None:
    town.layer("facility", town.frame([None, POINT], kind=["a", "b"]), "facilities.gpkg", kind="kind")
    town.layer("road", town.frame([LINE, None]), "roads.gpkg")
    sources = town.read().sources
    assert sources.facilities is not None
    assert sources.roads is not None
    assert sources.facilities["kind"].tolist() == ["b"]
    assert len(sources.roads) == 1
    assert repairs(town) == [
        ("facility", "0", "null geometry", "left out"),
        ("road", "1", "null geometry", "left out"),
    ]


@pytest.mark.parametrize("file", ["compounds.gpkg", "compounds.geojson", "compounds.shp", "compounds.parquet"])
def test_a_layer_without_features_is_refused(town: LittleTown, file: str) -> None:
    town.compounds(DRAWN, file, gid=["a", "b", "c", "d"])
    frame = town.frame(DRAWN, gid=["a", "b", "c", "d"]).iloc[:0].to_crs(4490)
    if file.endswith("parquet"):
        frame.to_parquet(town.folder / file)
    else:
        frame.to_file(town.folder / file, geometry_type="Polygon")
    assert town.refusal() == f"{file}: holds no features; give the right file, or remove [layers.compound]"


@pytest.mark.parametrize(
    "drawn",
    [
        [None, None],
        [Polygon(), None],
        [Polygon([(WEST, SOUTH), (WEST, SOUTH), (WEST, SOUTH)])],
        [Polygon([(WEST, SOUTH), (WEST + 90, SOUTH + 90), (WEST + 200, SOUTH + 200)])],  # no line of the file's CRS
        [Polygon([(WEST, SOUTH), (WEST + 0.0005, SOUTH), (WEST + 50, SOUTH + 50)])],
    ],
)
def test_a_layer_without_any_usable_polygon_is_refused(town: LittleTown, drawn: list[Any]) -> None:
    frame = town.frame(drawn, gid=[str(number) for number in range(len(drawn))])
    frame.to_file(town.folder / "compounds.gpkg", geometry_type="Polygon")
    assert town.refusal().startswith("compounds.gpkg: holds no usable polygon, only null, empty or flat ones")


def test_a_bow_tie_whose_halves_cancel_is_usable(town: LittleTown) -> None:
    bow_tie = Polygon([(WEST, SOUTH), (WEST + 60, SOUTH + 60), (WEST + 60, SOUTH), (WEST, SOUTH + 60)])
    assert bow_tie.area == 0
    town.compounds([bow_tie], gid=["a"])
    assert len(town.read().sources.units) == 1


def test_communities_without_any_polygon_are_refused(town: LittleTown) -> None:
    town.frame([None], code=["1"]).to_file(town.folder / "communities.gpkg", geometry_type="Polygon")
    assert town.refusal().startswith("communities.gpkg: holds no usable polygon")


# other kinds


@pytest.mark.parametrize(
    ("wrong", "word"),
    [(LINE, "a line"), (POINT, "a point"), (MultiPoint([POINT]), "a point"), (DRAWN[0].boundary, "a line")],
)
def test_what_is_no_polygon_in_a_polygon_layer_is_refused(town: LittleTown, wrong: Any, word: str) -> None:
    town.compounds([*DRAWN[:3], wrong], gid=["a", "b", "c", "d"])
    assert town.refusal() == (
        f'compounds.gpkg: feature "d" is {word}, but [layers.compound] takes polygons; convert it or leave it out'
    )


def test_a_layer_of_lines_for_polygons_is_refused(town: LittleTown) -> None:
    town.compounds([LINE, LINE], gid=["a", "b"])
    assert town.refusal() == (
        'compounds.gpkg: feature "a" (and 1 more) is a line, but [layers.compound] takes polygons; give the right file'
    )


def test_polygons_for_roads_and_lines_for_facilities_are_refused(town: LittleTown) -> None:
    town.layer("road", town.frame(DRAWN[:1]), "roads.gpkg")
    assert "feature 0 (counted from 0) is a polygon, but [layers.road] takes lines" in town.refusal()
    del town.tables["road"]
    town.layer("facility", town.frame([LINE]), "facilities.gpkg")
    assert "is a line, but [layers.facility] takes points" in town.refusal()


def test_buildings_are_points_or_polygons(town: LittleTown) -> None:
    town.layer("building", town.frame([POINT, DRAWN[0]], hu=[3, None]), "buildings.gpkg", households="hu")
    buildings = town.read().sources.buildings
    assert buildings is not None
    assert buildings["households"].fillna(-1).tolist() == [3, -1]
    town.layer("building", town.frame([LINE]), "buildings.gpkg")
    assert "[layers.building] takes points or polygons" in town.refusal()


def test_a_collection_with_polygons_is_left_to_the_repair(town: LittleTown) -> None:
    town.compounds([*DRAWN[:3], shapely.GeometryCollection([DRAWN[3], LINE])], gid=["a", "b", "c", "d"])
    assert town.read().sources.units.geometry.geom_type.tolist()[3] == "GeometryCollection"


def test_an_invalid_polygon_is_read_as_drawn(town: LittleTown) -> None:
    bow_tie = Polygon([(WEST, SOUTH), (WEST + 200, SOUTH + 200), (WEST + 200, SOUTH), (WEST, SOUTH + 200)])
    town.compounds([*DRAWN[:3], bow_tie], gid=["a", "b", "c", "d"])
    sources = town.read().sources
    assert not sources.units.geometry.is_valid.iloc[3]
    assert len(sources.repairs) == 0


# heights, measures, curves


@pytest.mark.parametrize("file", ["compounds.gpkg", "compounds.shp", "compounds.geojson", "compounds.parquet"])
def test_heights_are_dropped_with_one_row_a_file(town: LittleTown, file: str) -> None:
    town.compounds([shapely.force_3d(one, 1890.5) for one in DRAWN[:2]] + DRAWN[2:], file, gid=["a", "b", "c", "d"])
    units = town.read().sources.units
    assert not units.geometry.has_z.any()
    assert same_land(units, DRAWN)
    count = 4 if file.endswith("shp") else 2  # a Shapefile gives all its features a height, or none
    assert repairs(town) == [("compound", None, "Z or M values", f"{file}: dropped from {count} features")]


def test_measures_are_dropped_too(town: LittleTown) -> None:
    x, y = WEST, SOUTH
    write_wkt(town, f"POLYGON M (({x} {y} 1, {x + 400} {y} 2, {x + 400} {y + 400} 3, {x} {y} 1))")
    units = town.read().sources.units
    assert not shapely.has_m(np.asarray(units.geometry.array, dtype=object)).any()
    assert repairs(town)[0][2:] == ("Z or M values", "compounds.csv: dropped from 1 feature")


def test_curves_become_chords_with_a_row(town: LittleTown) -> None:
    x, y = WEST + 250, SOUTH + 250
    ring = f"CIRCULARSTRING({x - 200} {y}, {x} {y + 200}, {x + 200} {y}, {x} {y - 200}, {x - 200} {y})"
    plain = f"POLYGON (({x + 300} {y}, {x + 400} {y}, {x + 400} {y + 100}, {x + 300} {y}))"
    write_wkt(town, f"CURVEPOLYGON({ring})", plain)
    units = town.read().sources.units
    assert units.geometry.area.iloc[0] == pytest.approx(np.pi * 200**2, rel=2e-3)
    assert units.geometry.area.iloc[1] == pytest.approx(5_000)
    assert repairs(town) == [
        ("compound", None, "curves", "compounds.csv: arcs of 1 feature replaced by chords of 4 degrees")
    ]


def test_curves_inside_a_collection_are_refused(town: LittleTown) -> None:
    x, y = WEST + 250, SOUTH + 250
    ring = f"CIRCULARSTRING({x - 200} {y}, {x} {y + 200}, {x + 200} {y}, {x} {y - 200}, {x - 200} {y})"
    plain = f"POLYGON (({x + 300} {y}, {x + 400} {y}, {x + 400} {y + 100}, {x + 300} {y}))"
    write_wkt(town, plain, f"GEOMETRYCOLLECTION(CURVEPOLYGON({ring}))")
    assert town.refusal() == (
        'compounds.csv: feature "1" is drawn in a way that can\'t be read (curves in a collection, a TIN?); '
        "convert it to polygons"
    )


def test_triangulated_surfaces_are_refused(town: LittleTown) -> None:
    x, y = WEST, SOUTH
    write_wkt(town, f"TIN Z ((({x} {y} 0, {x + 100} {y} 0, {x} {y + 100} 0, {x} {y} 0)))")
    assert town.refusal().startswith('compounds.csv: feature "0" is drawn in a way that can\'t be read')


# rings and coordinates


def write_rings(town: LittleTown, *rings: list[list[Any]]) -> None:
    features = [
        {"type": "Feature", "properties": {"gid": number}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
        for number, ring in enumerate(rings)
    ]
    text = json.dumps({"type": "FeatureCollection", "features": features})
    (town.folder / "compounds.geojson").write_text(text.replace('"NaN"', "NaN"))
    town.table("compound", path="compounds.geojson", crs="EPSG:4522", fields={"id": "gid"})


def corners(place: tuple[int, int]) -> list[list[Any]]:
    return [list(corner) for corner in square(*place, inset=20).exterior.coords]


def test_a_ring_that_does_not_close_is_closed_with_a_row(town: LittleTown) -> None:
    write_rings(town, corners((0, 0)), corners((1, 0))[:-1])
    assert same_land(town.read().sources.units, DRAWN[:2])
    assert repairs(town) == [("compound", "1", "unclosed ring", "closed")]
    assert town.said == []


def test_a_ring_of_two_corners_is_read_for_the_engine_to_reject(town: LittleTown) -> None:
    write_rings(town, corners((0, 0)), corners((1, 0))[:2])
    units = town.read().sources.units
    assert len(units) == 2
    assert units.geometry.area.iloc[1] == 0


@pytest.mark.parametrize("file", ["compounds.gpkg", "compounds.parquet", "compounds.shp"])
@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
@pytest.mark.filterwarnings("ignore:invalid value encountered")
def test_a_coordinate_that_is_not_finite_is_refused_with_the_feature(town: LittleTown, file: str, wrong: float) -> None:
    ring = shapely.get_coordinates(DRAWN[2])
    to_spoil = ring[1, 1] + 1.2345
    ring[1, 1] = to_spoil if file.endswith("shp") else wrong
    frame = town.frame([*DRAWN[:2], Polygon(ring), DRAWN[3]], gid=["a", "b", "c", "d"])
    path = town.folder / file
    if file.endswith("parquet"):
        frame.to_parquet(path)
    else:
        frame.to_file(path)
    if file.endswith("shp"):  # GDAL won't write it, others will
        raw = path.read_bytes()
        at = raw.rindex(struct.pack("<d", to_spoil))
        path.write_bytes(raw[:at] + struct.pack("<d", wrong) + raw[at + 8 :])
    town.table("compound", path=file, fields={"id": "gid"})
    assert town.refusal() == (
        f'{file}: feature "c" has a coordinate that is not a finite number; redraw it or leave it out'
    )


def test_nan_in_geojson_is_refused_with_the_feature(town: LittleTown) -> None:
    spoiled = corners((1, 0))
    spoiled[1][0] = "NaN"
    write_rings(town, corners((0, 0)), spoiled)
    assert 'compounds.geojson: feature "1" has a coordinate that is not a finite number' in town.refusal()


def test_a_multipolygon_of_many_parts_is_read_whole(town: LittleTown) -> None:
    parts = [square(column / 50, row / 50, size=4) for row in range(20) for column in range(20)]
    town.compounds([MultiPolygon(parts)], gid=["a"])
    assert shapely.get_num_geometries(town.read().sources.units.geometry.iloc[0]) == 400


def test_a_ring_of_50_000_corners_is_read_whole(town: LittleTown) -> None:
    angle = np.linspace(0, 2 * np.pi, 50_000, endpoint=False)
    ring = np.column_stack([WEST + 500 + 400 * np.cos(angle), SOUTH + 500 + 400 * np.sin(angle)])
    town.compounds([Polygon(ring)], gid=["a"])
    assert shapely.get_num_coordinates(town.read().sources.units.geometry.iloc[0]) == 50_001
