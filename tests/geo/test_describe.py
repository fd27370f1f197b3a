"""What a grid is said to be: the patrol zone that it belongs to, the management type of its area."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import pytest
import shapely

from geo.build import build
from geo.sources import Parameters
from tests.geo.sketching import CRS, one_grid, sources, square


@pytest.mark.parametrize(
    ("zones", "expected"),
    [
        ({"p": square(0, 0, 2.1)}, "p"),  # 2.1 of 4 squares; nobody patrols 1.9
        ({"p": square(0, 0, 2)}, None),  # as much as nobody patrols
        ({"p": square(0, 0, 0.05)}, None),  # a corner that a zone happens to touch
        ({"p": square(0, 0, 1.5), "q": square(1.5, 0, 1.4)}, "p"),  # nobody patrols 1.1
        ({"p": square(0, 0, 1.5), "q": square(0, 0, 1.6)}, None),  # both lie on the same land; nobody patrols 2.4
        ({"p": square(0, 0, 2.5), "q": square(0, 0, 3)}, "q"),
        ({}, None),
    ],
)
def test_a_grid_belongs_to_the_patrol_zone_that_covers_more_of_it_than_nobody_patrols(zones, expected):
    grid = one_grid("AAAA", compound="aaaa", patrol_zone=zones)
    assert grid.grids["patrol_zone_id"].tolist() == [expected]


def typed(*areas):
    names = [str(number) for number in range(len(areas))]
    types, shapes = [kind for kind, _ in areas], [shape for _, shape in areas]
    drawn = gpd.GeoDataFrame({"source_id": names, "type": types}, geometry=shapes, crs=CRS)
    return build(replace(sources("AAAA", compound="aaaa"), management_areas=drawn), Parameters())


@pytest.mark.parametrize(
    ("areas", "expected"),
    [
        ([("key_attention", square(0, 0, 2.1))], "key_attention"),  # 2.1 of 4 squares
        ([("key_attention", square(0, 0, 2))], "routine"),  # half is not most
        ([("key_attention", square(0, 0, 1.5)), ("key_attention", square(1.5, 0, 1))], "key_attention"),
        ([("key_attention", square(0, 0, 1.5)), ("key_attention", square(0, 0, 1.5))], "routine"),  # the same 1.5
        ([("concentrated_rectification", square(0, 0, 3)), ("routine", square(0, 0, 4))], "concentrated_rectification"),
        ([("general_prevention", square(0, 0, 3)), ("key_attention", square(1, 0, 3))], "key_attention"),
        ([("key_attention", None), ("general_prevention", square(0, 0, 4))], "general_prevention"),
        ([], "routine"),
    ],
)
def test_a_grid_has_the_strictest_type_that_the_committee_set_for_most_of_its_land(areas, expected):
    assert typed(*areas).grids["management_type"].tolist() == [expected]


def test_a_management_area_that_crosses_itself_is_repaired_and_recorded():
    (west, south, east, north) = square(0, 0, 4).bounds
    bow = shapely.Polygon([(west, south), (east, north), (east, south), (west, north)])
    grid = typed(("key_attention", bow), ("key_attention", square(0, 0, 2.2)))
    assert grid.grids["management_type"].tolist() == ["key_attention"]
    assert grid.repairs.query("layer == 'management_area'")["source_id"].tolist() == ["0"]
